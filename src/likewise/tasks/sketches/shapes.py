"""Shapes: the areas that lines enclose, also where a line has gaps.

The distance to the nearest line rises to a peak inside every shape. Two peaks are of one shape
unless the pass between them is as low as a gap in a line, and low beside both. So a gap
closes where two wide areas meet in a narrow door, and a corner or a handle stays part of its shape.
Every line pixel then goes to the nearest shape: borders run along the middle of lines, and lines
that end in the open leave none.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.measure import label
from skimage.segmentation import watershed

MOST = 64  # what has more is hatched, not drawn
GAP = 0.03  # of the short side: gaps up to this close
NARROW = 0.5  # a pass is a door where it is below this share of the lower peak beside it
SMALLEST = 0.0004  # share of the picture: what is smaller joins its surroundings


def shapes(ink: np.ndarray, gap: float | None = None) -> np.ndarray:
    """(H, W) int32 numbers from 0 on, one for each shape, the largest first.

    Args:
        ink: (H, W) bool, True on lines.
        gap: widest gap in a line that closes, in pixels; by default 3 % of the short side.
    """
    gap = GAP * min(ink.shape) if gap is None else gap
    if ink.all() or not ink.any():
        return np.zeros(ink.shape, dtype=np.int32)
    away = ndimage.distance_transform_edt(~ink)
    basins = watershed(-away, _peaks(away), mask=~ink)
    joined = _joined(basins, away, gap / 2)[basins]
    sizes = np.bincount(joined.ravel())
    sizes[0] = 0
    kept = sizes >= min(max(SMALLEST * ink.size, 9), sizes.max())
    seeds = np.where(kept[joined], joined, 0)
    nearest = ndimage.distance_transform_edt(
        seeds == 0, return_distances=False, return_indices=True
    )
    return _by_area(seeds[tuple(nearest)])


def open_share(ink: np.ndarray, numbers: np.ndarray) -> float:
    """Share of the ink, 0 to 1, that is no border of the shapes in (H, W) ``numbers``."""
    border = np.zeros(ink.shape, dtype=bool)
    border[:-1] |= numbers[:-1] != numbers[1:]
    border[:, :-1] |= numbers[:, :-1] != numbers[:, 1:]
    if not border.any():
        return 1.0
    width = 2 * float(ndimage.distance_transform_edt(ink).max())
    away = ndimage.distance_transform_edt(~border)
    return float((away[ink] > width + 1).mean())


def _peaks(away: np.ndarray) -> np.ndarray:
    """(H, W) numbers of the plateaus from which the distance only falls."""
    top = (away == ndimage.maximum_filter(away, 3)) & (away > 0)
    return np.asarray(label(top, connectivity=1))


def _joined(basins: np.ndarray, away: np.ndarray, door: float) -> np.ndarray:
    """(N,) the shape of each basin; 0 stays 0."""
    peaks = ndimage.maximum(away, basins, np.arange(basins.max() + 1))
    peaks[0] = 0
    shape = np.arange(len(peaks))

    def root(number: int) -> int:
        while shape[number] != number:
            shape[number] = shape[shape[number]]
            number = int(shape[number])
        return number

    for height, one, other in _passes(basins, away):
        a, b = sorted((root(one), root(other)))
        if a == b:
            continue
        lower = min(peaks[a], peaks[b])
        if height > door or height > NARROW * lower:
            shape[b] = a
            peaks[a] = max(peaks[a], peaks[b])
    return np.array([root(number) for number in range(len(shape))])


def _passes(basins: np.ndarray, away: np.ndarray) -> list[tuple[float, int, int]]:
    """The highest pass between each two basins that touch, the highest first."""
    count = int(basins.max()) + 1
    keys, heights = [], []
    for axis in (0, 1):
        last = basins.shape[axis]
        here, beyond = (np.take(basins, r, axis) for r in (range(last - 1), range(1, last)))
        low, high = np.minimum(here, beyond), np.maximum(here, beyond)
        height = np.minimum(
            np.take(away, range(last - 1), axis), np.take(away, range(1, last), axis)
        )
        meet = (low != high) & (low > 0)
        keys.append(low[meet].astype(np.int64) * count + high[meet])
        heights.append(height[meet])
    key, height = np.concatenate(keys), np.concatenate(heights)
    pairs, places = np.unique(key, return_inverse=True)
    highest = np.zeros(len(pairs))
    np.maximum.at(highest, places, height)
    order = np.argsort(-highest, kind="stable")
    return [(float(highest[i]), int(pairs[i] // count), int(pairs[i] % count)) for i in order]


def _by_area(numbers: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    return np.asarray(ranks[places].reshape(numbers.shape), dtype=np.int32)
