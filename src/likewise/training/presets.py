"""Presets of the conditional single-image GAN, by the device they are meant for."""

from __future__ import annotations

from dataclasses import replace

from likewise.training.config import SemiaConfig

PAPER = SemiaConfig()
"""The authors' architecture and schedule, with its defects mended (docs/paper_map.md)."""

_REPAIR = SemiaConfig(
    norm="none",
    sft_norm="pixel",
    spectral=False,
    aligned=True,
    bfloat16=True,
    d_width=48,
    d_norm="none",
    s_width=48,
    objective="fast",
    cycle=("DG",),
    modes=("sampling", "editing", "sampling", "editing", "reconstruction"),
    batch=4,
    g_rate=0.001,
    d_rate=0.002,
    beta2=0.99,
    bend=0.04,
    bend_probability=0.7,
    shift=0.1,
    ramp=0.1,
    decay_from=0.5,
    queries=256,
)
_CPU = replace(_REPAIR, size=128, width=16, d_width=24, s_width=24, batch=1)

_BY_DEVICE = {
    "cpu": {
        "smoke": replace(_CPU, size=48, width=8, d_width=8, s_width=8, iterations=5, queries=64),
        "fast": replace(_CPU, iterations=400),
        "full": replace(_CPU, size=184, width=24, iterations=3000),
        "paper": PAPER,
    },
    "gpu": {
        "smoke": replace(_REPAIR, size=64, width=8, d_width=8, s_width=8, batch=1, iterations=10),
        "fast": replace(_REPAIR, iterations=1000),
        "full": replace(_REPAIR, size=256, iterations=6000),
        "paper": PAPER,
    },
}


def semia_presets(device_type: str) -> dict[str, SemiaConfig]:
    """Preset name -> configuration for devices of ``device_type``, in order of effort."""
    return _BY_DEVICE["cpu" if device_type == "cpu" else "gpu"]
