"""Presets of the patch engine: up to which size patches are matched, and how thoroughly."""

from __future__ import annotations

from likewise.patches.config import PatchConfig

_CPU = {
    "smoke": PatchConfig(size=96, rounds=2, trials=2, quick=True),
    "fast": PatchConfig(size=512),
    "full": PatchConfig(size=1024, rounds=5),
}
_GPU = {
    "smoke": PatchConfig(size=192, rounds=2, trials=2, quick=True),
    "fast": PatchConfig(size=1024, quick=True),
    "full": PatchConfig(size=2048, rounds=5),
}


def patch_presets(device_type: str) -> dict[str, PatchConfig]:
    """Preset name -> configuration, in order of effort."""
    return dict(_CPU if device_type == "cpu" else _GPU)
