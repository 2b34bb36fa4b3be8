"""Configuration of the conditional single-image GAN, and its presets.

Every number that shapes a fit stands here, but for the weights of the losses (objective.py). A
configuration is frozen: it is printed, saved as JSON beside the model, and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from likewise.geometry.augmentation import Augmentation


def _setting(default: Any, meaning: str, **more: Any) -> Any:
    """A field with its help and what may be set: ``range`` or ``choices``."""
    return field(default=default, metadata={"help": meaning} | more)


@dataclass(frozen=True)
class SemiaConfig:
    """Settings of method ``semia``; units stand in each field's help."""

    size: int = _setting(184, "short side the networks work at, pixels", range=(32, 4096))
    width: int = _setting(32, "channels after G's heads; doubled each level", range=(1, 1024))
    levels: int = _setting(3, "halvings inside G", range=(1, 8))
    norm: str = _setting(
        "instance", "normalisation in G's blocks: instance, none", choices=("instance", "none")
    )
    sft_norm: str = _setting(
        "instance", "normalisation SFT modulates: instance, pixel", choices=("instance", "pixel")
    )
    spectral: bool = _setting(True, "spectral normalisation in G")
    aligned: bool = _setting(False, "align the source to the target layout before SFT")
    bfloat16: bool = _setting(False, "networks in bfloat16 on devices that are quicker in it")
    d_width: int = _setting(64, "channels after D's first block", range=(1, 1024))
    d_norm: str = _setting(
        "instance", "normalisation in D: instance, none", choices=("instance", "none")
    )
    s_width: int = _setting(128, "channels inside S", range=(1, 1024))
    objective: str = _setting(
        "paper", "which table of loss weights: paper, fast", choices=("paper", "fast")
    )
    iterations: int = _setting(2500, "passes through the cycle of steps", range=(1, 10_000_000))
    cycle: tuple[str, ...] = _setting(
        ("D", *["G"] * 10, "D"),
        "steps of an iteration: D, G, or DG (both on one picture)",
        choices=("D", "G", "DG"),
    )
    modes: tuple[str, ...] = _setting(
        ("sampling",) * 4 + ("reconstruction",),
        "modes that successive iterations take in turn",
        choices=("sampling", "editing", "reconstruction"),
    )
    batch: int = _setting(1, "augmentations a step", range=(1, 1024))
    g_rate: float = _setting(0.005, "Adam step size of G and S", range=(0, 1))
    d_rate: float = _setting(0.02, "Adam step size of D", range=(0, 1))
    beta2: float = _setting(0.9, "Adam memory of squared gradients", range=(0, 0.99999))
    decay_from: float = _setting(0.4, "share of training after which step sizes fall", range=(0, 1))
    last_rate: float = _setting(0.1, "step size at the end, as a share of the first", range=(0, 1))
    ema: float = _setting(0.999, "memory of the running average of G's weights", range=(0, 1))
    noise: float = _setting(
        1 / 255, "noise added to the source, as a share of the range", range=(0, 1)
    )
    swap: float = _setting(0.5, "probability that source and augmented pair swap", range=(0, 1))
    bend: float = _setting(0.02, "largest thin-plate-spline offset, image widths", range=(0, 1))
    bend_probability: float = _setting(0.5, "share of augmentations that bend", range=(0, 1))
    zoom: float = _setting(1.2, "largest magnification of augmentations", range=(1, 10))
    shift: float = _setting(0.0, "largest translation of augmentations, image sides", range=(0, 1))
    flip: float = _setting(0.5, "probability that an augmentation is mirrored", range=(0, 1))
    ramp: float = _setting(0.4, "share of training over which augmentations grow", range=(0, 1))
    patch: int = _setting(7, "side of coherence patches, pixels", range=(1, 63))
    queries: int = _setting(
        256, "target patches the coherence loss looks at a step", range=(1, 1_000_000)
    )
    vgg: str = _setting("", "SHA-256 of the VGG-19 weights of the coherence loss; empty: pixels")

    def augmentation(self) -> Augmentation:
        """The warps of sampling and reconstruction mode."""
        return Augmentation(
            bend=self.bend,
            bend_probability=self.bend_probability,
            zoom=self.zoom,
            shift=self.shift,
            flip=self.flip,
            ramp=self.ramp,
        )

    @property
    def g_steps(self) -> int:
        """Optimiser steps of G in the whole fit."""
        return self.iterations * sum("G" in step for step in self.cycle)
