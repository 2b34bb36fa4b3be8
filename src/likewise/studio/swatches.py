"""Swatches: a piece of the real picture for each class, to be known by."""

from __future__ import annotations

import numpy as np

SIDE = 64


def swatch(picture: np.ndarray, plane: np.ndarray, position: int) -> np.ndarray | None:
    """The square of ``picture`` that shows most of the class, SIDE pixels or less a side.

    Squares as large as fit the class are taken: a side is halved until nine tenths of some square
    are of the class, or it is an eighth of SIDE.

    Args:
        picture: (H, W, 3) uint8.
        plane: (H, W) uint8, the labels.
        position: of the class.

    Returns:
        (s, s, 3) uint8; None where the class does not occur.
    """
    inside = plane == position
    if not inside.any():
        return None
    sums = np.pad(inside.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
    side = min(SIDE, *plane.shape)
    while True:
        counts = (
            sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
        )
        best = int(counts.argmax())
        top, left = divmod(best, counts.shape[1])
        if counts.flat[best] >= 0.9 * side * side or side <= SIDE // 8:
            return picture[top : top + side, left : left + side]
        side //= 2
