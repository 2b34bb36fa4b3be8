"""Gaussian pyramid: a picture at its own size, at half of it, at a quarter, and so on.

Source: Burt and Adelson, "The Laplacian pyramid as a compact image code" (IEEE Transactions on
Communications, 1983); Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.1.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import correlate1d

BINOMIAL = np.array([1, 4, 6, 4, 1], dtype=np.float32) / 16


def level_count(size: tuple[int, int], coarsest: int) -> int:
    """How many levels there are until a further one had a side shorter than ``coarsest`` pixels."""
    count, side = 1, min(size)
    while (side + 1) // 2 >= max(coarsest, 2):
        count, side = count + 1, (side + 1) // 2
    return count


def gaussian_pyramid(planes: np.ndarray, count: int) -> list[np.ndarray]:
    """``planes`` (H, W, C) at ``count`` sizes, coarsest first.

    Pixel (y, x) of a level lies at (2y, 2x) of the next finer one. Edges repeat.
    """
    levels = [np.ascontiguousarray(planes, dtype=np.float32)]
    for _ in range(count - 1):
        blurred = levels[0]
        if blurred.size:
            for axis in (0, 1):
                blurred = correlate1d(blurred, BINOMIAL, axis=axis, mode="nearest")
        levels.insert(0, np.ascontiguousarray(blurred[::2, ::2]))
    return levels
