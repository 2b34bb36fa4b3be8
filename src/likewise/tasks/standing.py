"""Standing: which regions stand before a gap, and so do not go on behind it.

Where the outline of a region runs into a gap and ends there, the gap cuts it off, and the region
goes on behind; where its outline runs on smoothly along the gap, the region is whole and stands in
front. The two are told apart at their junctions with a third region, T-junctions as Guzman,
"Decomposition of a visual scene into three-dimensional bodies" (1968), has them: what is in front
has half of the surroundings there, the bar of the T, what is behind a corner of it. Not in the
paper: its layouts are painted by hand.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

REACH, LEAST_REACH = 0.025, 3  # around a junction: of the short side, and pixels at least
SLENDER = 0.25  # of the root of a region's area, how far is looked at most
STRAIGHT = 0.42  # of the surroundings of a junction, what an outline that runs on has at least
SIDES = 2  # of the frame that a region touches which is ground or sky, and runs on anyway
NEIGHBOURS = np.ones((3, 3))


def standing(ids: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """(H, W) bool: the regions beside ``gap`` that stand before it.

    Args:
        ids: (H, W) ids, also in the gap.
        gap: (H, W) bool, what goes.
    """
    reach = max(LEAST_REACH, round(REACH * min(ids.shape)))
    found = np.zeros(ids.shape, dtype=bool)
    for number in np.unique(ids[_beside(gap)]):
        regions, _ = ndimage.label((ids == number) & ~gap, NEIGHBOURS)
        for which in np.unique(regions[_beside(gap) & (regions > 0)]):
            region = regions == which
            if _sides(region) < SIDES and _in_front(region, gap, reach):
                found |= region
    return found


def _in_front(region: np.ndarray, gap: np.ndarray, reach: int) -> bool:
    """Whether ``region`` has the bar of the T where it meets ``gap`` and another region."""
    others = ~region & ~gap
    junctions = region & _beside(gap) & ndimage.binary_dilation(others, NEIGHBOURS)
    if not junctions.any():
        return not (_beside(region) & others).any()  # an island in the gap
    reach = min(reach, max(LEAST_REACH, round(SLENDER * float(region.sum()) ** 0.5)))
    mine, its = (float(_share(mask, reach)[junctions].mean()) for mask in (region, gap))
    return mine > max(its, STRAIGHT)


def _share(mask: np.ndarray, reach: int) -> np.ndarray:
    """(H, W) share of ``mask`` in the square around each pixel; the frame repeats."""
    side = 2 * reach + 1
    return np.asarray(ndimage.uniform_filter(mask.astype(np.float32), side, mode="nearest"))


def _beside(mask: np.ndarray) -> np.ndarray:
    """(H, W) bool: pixels next to ``mask``."""
    return np.asarray(ndimage.binary_dilation(mask, NEIGHBOURS) & ~mask)


def _sides(region: np.ndarray) -> int:
    edges = (region[0], region[-1], region[:, 0], region[:, -1])
    return sum(bool(edge.any()) for edge in edges)
