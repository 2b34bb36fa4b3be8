"""Presets of SinGAN, by the device they are meant for."""

from __future__ import annotations

from dataclasses import replace

from likewise.methods.singan.config import SinganConfig

FULL = SinganConfig()
"""The authors' networks and schedule."""

_CPU = replace(
    FULL, size=128, longest=128, width=16, widest=32, iterations=200, d_steps=1, g_steps=1
)
_SMOKE = replace(_CPU, size=48, longest=96, ratio=0.6, width=8, widest=8, iterations=2)

_BY_DEVICE = {
    "cpu": {"smoke": _SMOKE, "fast": _CPU, "full": FULL},
    "gpu": {"smoke": _SMOKE, "fast": replace(FULL, iterations=400), "full": FULL},
}


def singan_presets(device_type: str) -> dict[str, SinganConfig]:
    """Preset name -> configuration for devices of ``device_type``, in order of effort."""
    return _BY_DEVICE["cpu" if device_type == "cpu" else "gpu"]
