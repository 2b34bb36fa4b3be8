"""Limits: what may be asked of a model, checked before it is fitted."""

from __future__ import annotations

from likewise.errors import ConfigError
from likewise.methods.singan.scales import Size, scaled

SIDES = (16, 16384)  # of an answer, pixels
FACTOR = 16.0  # of super-resolution at most


def require_start(start: int, scales: int) -> None:
    """Raises ConfigError unless ``start`` is one of ``scales`` scales."""
    if not 0 <= start < scales:
        raise ConfigError(
            "--start-scale",
            f"{start}, but the pyramid of this picture has {scales} scales",
            f"a scale from 0, all is invented, to {scales - 1}, only fine texture is",
        )


def require_sides(size: Size) -> None:
    """Raises ConfigError unless an answer may have ``size`` (H, W)."""
    least, most = SIDES
    if not all(least <= side <= most for side in size):
        raise ConfigError(
            "--size", f"{size[1]}x{size[0]}", f"WIDTHxHEIGHT, each from {least} to {most} pixels"
        )


def require_factor(factor: float, full: Size, finest: Size) -> None:
    """Raises ConfigError unless a picture of size ``full`` may be enlarged by ``factor``.

    ``finest`` is the size of the pyramid's finest scale: it must be the picture's own, for a
    generator that knows a reduced picture has no detail to add to the whole one.
    """
    most = SIDES[1]
    if not (1 < factor <= FACTOR and max(scaled(full, factor)) <= most):
        raise ConfigError(
            "--factor",
            f"{factor:g}",
            f"more than 1, at most {FACTOR:g}, and no side above {most} pixels",
        )
    if finest != full:
        raise ConfigError(
            "upscale",
            f"the model works at {finest[1]} x {finest[0]} pixels",
            f"one that works at the picture's own {full[1]} x {full[0]}",
            "Name the picture in place of the model, and do not --set size or longest.",
        )
