"""Repeats: how far apart a picture looks alike, as moves that could continue it across a hole.

Bricks, waves and tiles look the same again a certain way off. A ring of known pixels around a hole
is laid on the source at every move; the moves at which it differs least, and which bring known
pixels into the hole, are worth trying. So they are for each sector of the ring, in which lines may
run another way. Not in the paper; that few moves serve to complete a picture is He and Sun's
"Statistics of patch offsets for image completion" (ECCV 2012), which counts the moves between
similar patches; here the ring is compared as a whole and in sectors. Compiled for the CPU by Numba.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from likewise.patches.kernels.launching import run

OVERLAP = 0.6  # of the ring that must lie on usable source pixels
COVER = 0.25  # of the hole, likewise
FEWEST = 30  # pixels that can be compared at all
WHOLE, EACH = 20, 7  # moves that the whole ring proposes, and each sector
APART = 2  # pixels between moves, along either axis


@dataclass(frozen=True)
class Asked:
    """A hole in a window (h, w) of the target, and what is known around it.

    Attributes:
        corner: first row and column of the window.
        shade: (h, w) float32 of the known pixels.
        sectors: (h, w) int, from 0 to N - 1: the parts of ring and hole that ask by themselves too.
        ring: (h, w) booleans, known pixels that should look alike at the other end.
        hole: (h, w) booleans, pixels that should be usable there; none of the ring.
    """

    corner: tuple[int, int]
    shade: np.ndarray
    sectors: np.ndarray
    ring: np.ndarray
    hole: np.ndarray

    @property
    def enough(self) -> np.ndarray:
        """(N + 1, 2): pixels of ring and hole that must find usable ones, of each sector, of all.

        Infinite for a sector in which too few can be compared.
        """
        count = int(self.sectors.max()) + 1
        rings, holes = (
            np.bincount(self.sectors[mask], minlength=count) for mask in (self.ring, self.hole)
        )
        sizes = np.stack((np.append(rings, rings.sum()), np.append(holes, holes.sum())), axis=1)
        return np.where(sizes[:, :1] >= FEWEST, sizes * (OVERLAP, COVER), np.inf)


def repeats(asked: Asked, shade: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """The best moves (L, 2) int64, down and right, for ring and sectors together, sorted.

    Args:
        asked: the question.
        shade: (Hs, Ws) float32 of the source.
        usable: (Hs, Ws) booleans, source pixels that may be taken.
    """
    enough = asked.enough
    asking = np.flatnonzero(np.isfinite(enough[:, 0]))
    if not len(asking) or not usable.any():
        return np.zeros((0, 2), np.int64)
    every = len(enough) - 1
    masks = [asked.ring & ((asked.sectors == part) | (part == every)) for part in asking]
    (top, bottom), (left, right) = (_reach(masks, usable, axis) for axis in (0, 1))
    costs = np.full((len(enough), bottom - top, right - left), np.inf, np.float32)
    planes = _planes(shade, usable, left, right + asked.ring.shape[1])
    run(_compare, costs, top, _runs(asked), *_pixels(asked, every), enough, *planes)
    wanted = np.where(np.arange(len(enough)) == every, WHOLE, EACH)
    found = np.full((len(enough), WHOLE, 2), -1)
    run(_choose, found, costs, wanted)
    moves: np.ndarray = np.unique(found[found[..., 0] >= 0], axis=0)
    return moves + np.subtract((top, left), asked.corner)


def _reach(masks: list[np.ndarray], usable: np.ndarray, axis: int) -> tuple[int, int]:
    """From where to where along ``axis`` a window may lie, for enough of any mask to be usable."""
    there = np.flatnonzero(usable.any(axis=1 - axis))
    firsts, ends = [], []
    for mask in masks:
        below = mask.sum(axis=1 - axis).cumsum()
        enough = int(OVERLAP * below[-1]) + 1
        firsts.append(int(there[0] - np.searchsorted(below, below[-1] - enough, side="right")))
        ends.append(int(there[-1] + 1 - np.searchsorted(below, enough)))
    return min(firsts), max(*ends, *firsts)


def _runs(asked: Asked) -> np.ndarray:
    """(M, 4) of each run of pixels in a row: the row, from where to where, and which they are.

    Of a ring that is the sector, of a hole the sector after all those of rings.
    """
    count = asked.sectors.max() + 1
    kinds = np.where(asked.ring, asked.sectors, np.where(asked.hole, asked.sectors + count, -1))
    flat = np.pad(kinds, ((0, 0), (1, 1)), constant_values=-1).ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    kind, width = flat[edges[:-1]], kinds.shape[1] + 2
    starts, ends = edges[:-1][kind >= 0], edges[1:][kind >= 0]
    rows = starts // width
    return np.stack((rows, starts % width - 1, ends - rows * width - 1, kind[kind >= 0]), axis=1)


def _pixels(asked: Asked, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (M, 2) of the ring, sector by sector, their shades, and where each sector starts."""
    places = np.argwhere(asked.ring)
    sectors = asked.sectors[asked.ring]
    order = np.argsort(sectors, kind="stable")
    starts = np.searchsorted(sectors[order], np.arange(count + 1))
    return places[order], asked.shade[asked.ring][order], starts


def _planes(
    shade: np.ndarray, usable: np.ndarray, left: int, end: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The source from column ``left`` to before ``end``, which may lie outside of it.

    Returns:
        (Hs, W) float32, 1 where usable; its shade there; (Hs, W + 1), how many are further left.
    """
    known, tinted = np.zeros((2, len(shade), end - left), np.float32)
    first, last = max(left, 0), min(end, shade.shape[1])
    known[:, first - left : last - left] = usable[:, first:last]
    tinted[:, first - left : last - left] = shade[:, first:last]
    counts = np.pad(known.cumsum(axis=1), ((0, 0), (1, 0))).astype(np.int32)
    return known, tinted * known, counts


@njit(parallel=True, fastmath=True, cache=True)
def _compare(  # type: ignore[no-untyped-def]
    costs, top, runs, places, shades, starts, enough, known, tinted, counts
):  # fmt: skip
    """Mean squared difference at each place (h, w) of the window where enough is usable."""
    height, width, sectors = len(known), costs.shape[2], len(starts) - 1
    for line in prange(costs.shape[1]):
        place = top + np.int64(line)  # prange counts without a sign
        met = np.zeros((2, sectors + 1, width), np.int32)
        for k in range(len(runs)):
            y = runs[k, 0] + place
            if y >= 0 and y < height:
                sums = met[runs[k, 3] // sectors, runs[k, 3] % sectors]
                less, more = counts[y, runs[k, 1] :], counts[y, runs[k, 2] :]
                for x in range(width):
                    sums[x] += more[x] - less[x]
        for part in range(sectors):
            met[:, sectors] += met[:, part]
        unlike = np.zeros((sectors + 1, width), np.float32)
        for part in range(sectors):
            first, end = width, 0  # where this sector, or the whole ring, may be content
            for x in range(width):
                if _content(met, enough, part, x) or _content(met, enough, sectors, x):
                    first, end = min(first, x), x + 1
            for k in range(starts[part], starts[part + 1]):
                y, x = places[k, 0] + place, places[k, 1] + first
                if y >= 0 and y < height and end > first:
                    sums, shade = unlike[part, first:end], shades[k]
                    weights, others = known[y, x:], tinted[y, x:]
                    for i in range(end - first):
                        step = shade * weights[i] - others[i]
                        sums[i] += step * step
            unlike[sectors] += unlike[part]
        for part in range(sectors + 1):
            for x in range(width):
                if _content(met, enough, part, x):
                    costs[part, line, x] = unlike[part, x] / met[0, part, x]


@njit(inline="always", cache=True)
def _content(met, enough, part, x):  # type: ignore[no-untyped-def]
    return met[0, part, x] > enough[part, 0] and met[1, part, x] > enough[part, 1]


@njit(parallel=True, cache=True)
def _choose(found, costs, wanted):  # type: ignore[no-untyped-def]
    """Where each of ``costs`` (P, h, w) is least, in order, written to ``found`` (P, n, 2).

    As many places as are ``wanted`` (P,), fewer if there are no more; of those close together the
    first. What is looked at no more becomes infinite.
    """
    for part in prange(len(costs)):
        height = costs.shape[1]
        lows = np.empty(height, costs.dtype)  # of each row
        for line in range(height):
            lows[line] = costs[part, line].min()
        for turn in range(wanted[part]):
            row = int(lows.argmin())
            if lows[row] == np.inf:
                break
            column = int(costs[part, row].argmin())
            found[part, turn, 0], found[part, turn, 1] = row, column
            for near in range(max(0, row - APART), min(height, row + APART + 1)):
                costs[part, near, max(0, column - APART) : column + APART + 1] = np.inf
                lows[near] = costs[part, near].min()
