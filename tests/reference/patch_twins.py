"""Slow NumPy twins of likewise.patches.extract: one loop an index, nothing clever."""

from __future__ import annotations

import numpy as np


def mirror(place: int, length: int) -> int:
    """The index that ``place`` beyond an end of a side reflects to (end not repeated)."""
    while not 0 <= place < length:
        place = -place if place < 0 else 2 * (length - 1) - place
    return place


def patch_at(x: np.ndarray, row: int, column: int, size: int) -> np.ndarray:
    """The patch of ``x`` (C, H, W) centred there, flat, mirrored beyond the border."""
    channels, height, width = x.shape
    reach = size // 2
    values = [
        x[c, mirror(row + dy, height), mirror(column + dx, width)]
        for c in range(channels)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
    ]
    return np.array(values, dtype=x.dtype)


def patches_inside(x: np.ndarray, size: int) -> np.ndarray:
    """All patches (N, C·size²) of ``x`` (C, H, W) that lie inside it, in reading order."""
    _, height, width = x.shape
    return np.stack(
        [
            x[:, y : y + size, z : z + size].ravel()
            for y in range(height - size + 1)
            for z in range(width - size + 1)
        ]
    )


def vote(patches: np.ndarray, size: int, height: int, width: int) -> np.ndarray:
    """The (C, H, W) mean of overlapping patches (N, C·size²) that lie inside."""
    channels = patches.shape[1] // size**2
    total, count = np.zeros((channels, height, width)), np.zeros((height, width))
    rows = iter(patches)
    for y in range(height - size + 1):
        for z in range(width - size + 1):
            total[:, y : y + size, z : z + size] += next(rows).reshape(channels, size, size)
            count[y : y + size, z : z + size] += 1
    return total / count
