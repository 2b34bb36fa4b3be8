"""Configuration of SinGAN: every number that shapes a fit or a use of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _setting(default: Any, meaning: str, least: float, most: float) -> Any:
    return field(default=default, metadata={"help": meaning, "range": (least, most)})


@dataclass(frozen=True)
class SinganConfig:
    """Settings of method ``singan``; the defaults are those of the paper and its code."""

    size: int = _setting(250, "short side of the finest scale at most, pixels", 32, 4096)
    longest: int = _setting(250, "long side of the finest scale at most, pixels", 32, 16384)
    coarsest: int = _setting(25, "short side of the coarsest scale, pixels", 16, 256)
    ratio: float = _setting(0.75, "of the sides of neighbouring scales, about", 0.3, 0.95)
    width: int = _setting(32, "channels of G and D at the coarsest scales", 2, 512)
    widen: int = _setting(4, "scales after which the channels double", 1, 64)
    widest: int = _setting(128, "channels at most", 2, 512)
    iterations: int = _setting(2000, "at each scale", 1, 1_000_000)
    d_steps: int = _setting(3, "optimiser steps of D in an iteration", 1, 16)
    g_steps: int = _setting(3, "optimiser steps of G in an iteration", 1, 16)
    rate: float = _setting(5e-4, "Adam step size of G and D", 0, 1)
    beta1: float = _setting(0.5, "Adam memory of gradients", 0, 0.999)
    beta2: float = _setting(0.999, "Adam memory of squared gradients", 0, 0.99999)
    decay_from: float = _setting(0.8, "share of a scale after which step sizes fall", 0, 1)
    decay: float = _setting(0.1, "step size from then on, as a share of the first", 0, 1)
    penalty: float = _setting(0.1, "weight of the gradient penalty (lambda)", 0, 1000)
    reconstruction: float = _setting(10.0, "weight of the reconstruction (alpha)", 0, 10_000)
    noise: float = _setting(0.1, "noise at a scale, in errors of the scale below", 0, 10)
    inject: int = _setting(
        0, "scale at which an edit enters, 1 coarse to the last; 0: the stated rule chooses", 0, 64
    )
    margin: float = _setting(
        0.08, "around an edit that may change too, long sides; where it is 1 all may", 0, 1
    )
