"""Presets of the patch engine: up to which size patches are matched, and how thoroughly."""

from __future__ import annotations

from likewise.patches.config import PatchConfig

_CPU = {
    "smoke": PatchConfig(size=96, pixels=0.1, rounds=2, trials=2, quick=True),
    "fast": PatchConfig(size=512),
    "full": PatchConfig(size=1024, pixels=4.0, rounds=5),
}
_GPU = {
    "smoke": PatchConfig(size=192, pixels=0.4, rounds=2, trials=2, quick=True),
    "fast": PatchConfig(size=4096, pixels=16.0),
    "full": PatchConfig(size=4096, pixels=64.0, rounds=8),
}


def patch_presets(device_type: str) -> dict[str, PatchConfig]:
    """Preset name -> configuration, in order of effort."""
    return dict(_CPU if device_type == "cpu" else _GPU)
