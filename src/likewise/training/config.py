"""Configuration of the conditional single-image GAN, and its presets.

Every number that shapes a fit stands here, but for the weights of the losses (objective.py). A
configuration is frozen: it is printed, saved as JSON beside the model, and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from likewise.geometry.augmentation import Augmentation


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"help": meaning})


@dataclass(frozen=True)
class SemiaConfig:
    """Settings of method ``semia``; units stand in each field's help."""

    size: int = _setting(184, "short side the networks work at, pixels")
    width: int = _setting(32, "channels after G's heads; doubled each level")
    levels: int = _setting(3, "halvings inside G")
    norm: str = _setting("instance", "normalisation in G's blocks: instance, none")
    sft_norm: str = _setting("instance", "normalisation SFT modulates: instance, pixel")
    spectral: bool = _setting(True, "spectral normalisation in G")
    aligned: bool = _setting(False, "align the source to the target layout before SFT")
    bfloat16: bool = _setting(False, "networks in bfloat16 on devices that are quicker in it")
    d_width: int = _setting(64, "channels after D's first block")
    d_norm: str = _setting("instance", "normalisation in D: instance, none")
    s_width: int = _setting(128, "channels inside S")
    objective: str = _setting("paper", "which table of loss weights: paper, fast")
    iterations: int = _setting(2500, "passes through the cycle of steps")
    cycle: tuple[str, ...] = _setting(
        ("D", *["G"] * 10, "D"), "steps of an iteration: D, G, or DG (both on one picture)"
    )
    modes: tuple[str, ...] = _setting(
        ("sampling",) * 4 + ("reconstruction",), "modes that successive iterations take in turn"
    )
    batch: int = _setting(1, "augmentations a step")
    g_rate: float = _setting(0.005, "Adam step size of G and S")
    d_rate: float = _setting(0.02, "Adam step size of D")
    beta2: float = _setting(0.9, "Adam memory of squared gradients")
    decay_from: float = _setting(0.4, "share of training after which step sizes fall")
    last_rate: float = _setting(0.1, "step size at the end, as a share of the first")
    ema: float = _setting(0.999, "memory of the running average of G's weights")
    noise: float = _setting(1 / 255, "noise added to the source, as a share of the range")
    swap: float = _setting(0.5, "probability that source and augmented pair swap")
    bend: float = _setting(0.02, "largest thin-plate-spline offset, image widths")
    bend_probability: float = _setting(0.5, "share of augmentations that bend")
    zoom: float = _setting(1.2, "largest magnification of augmentations")
    shift: float = _setting(0.0, "largest translation of augmentations, image sides")
    flip: float = _setting(0.5, "probability that an augmentation is mirrored")
    ramp: float = _setting(0.4, "share of training over which augmentations grow")
    patch: int = _setting(7, "side of coherence patches, pixels")
    queries: int = _setting(256, "target patches the coherence loss looks at a step")
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
