"""Orders: one use of a model each, with the names of the pictures it gives.

An order can be checked, and its pictures named, before the model is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from likewise.images import Image
from likewise.methods.singan.limits import require_factor, require_sides, require_start
from likewise.methods.singan.model import Model
from likewise.methods.singan.scales import Size

SHARPER = 100.0  # weight of the reconstruction in a fit for super-resolution (paper, section 4)


class Order(Protocol):
    """What all orders have."""

    def settings(self, full: Size) -> Mapping[str, Any]:
        """What a fit for this order sets otherwise than its preset; ``full`` is the picture's."""

    def check(self, full: Size, sizes: tuple[Size, ...]) -> None:
        """Raises ConfigError unless a model of a picture of size ``full`` can serve it."""

    def names(self) -> tuple[str, ...]:
        """Of the pictures, without suffix."""

    def pictures(self, model: Model, seed: int) -> Iterator[Image]:
        """Them, one after another."""


@dataclass(frozen=True)
class Samples:
    """``count`` random pictures, in which chance sets in at scale ``start``."""

    count: int
    start: int = 0

    def settings(self, full: Size) -> Mapping[str, Any]:
        """None."""
        return {}

    def check(self, full: Size, sizes: tuple[Size, ...]) -> None:
        """Whether there is such a scale."""
        require_start(self.start, len(sizes))

    def names(self) -> tuple[str, ...]:
        """sample_1, sample_2, and so on."""
        return tuple(f"sample_{k}" for k in range(1, self.count + 1))

    def pictures(self, model: Model, seed: int) -> Iterator[Image]:
        """One for each seed from ``seed`` on."""
        return (model.sample(seed + k, self.start) for k in range(self.count))


@dataclass(frozen=True)
class Retargeting:
    """A random picture of another ``size`` (H, W)."""

    size: Size

    def settings(self, full: Size) -> Mapping[str, Any]:
        """None."""
        return {}

    def check(self, full: Size, sizes: tuple[Size, ...]) -> None:
        """Whether the size is within reason."""
        require_sides(self.size)

    def names(self) -> tuple[str, ...]:
        """Retargeted."""
        return ("retargeted",)

    def pictures(self, model: Model, seed: int) -> Iterator[Image]:
        """The one."""
        return iter([model.retarget(self.size, seed)])


@dataclass(frozen=True)
class Upscaling:
    """The picture enlarged by ``factor``."""

    factor: float

    def settings(self, full: Size) -> Mapping[str, Any]:
        """Its own size, and a heavier reconstruction."""
        sides = {"size": max(32, min(full)), "longest": max(32, *full)}
        return {**sides, "reconstruction": SHARPER}

    def check(self, full: Size, sizes: tuple[Size, ...]) -> None:
        """Whether the factor is within reason, and the model works at the picture's own size."""
        require_factor(self.factor, full, sizes[-1])

    def names(self) -> tuple[str, ...]:
        """Upscaled."""
        return ("upscaled",)

    def pictures(self, model: Model, seed: int) -> Iterator[Image]:
        """The one."""
        return iter([model.upscale(self.factor, seed)])
