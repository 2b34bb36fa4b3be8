"""Holes: where a smaller thing stood before the ground and has left.

The ground is a region most of which a placement takes from the source as it is, in one piece. What
the source shows of something else within that piece is a hole. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from likewise.patches.placing.regions import backdrops, numbered

MARGIN = 3  # pixels along a thing's outline that are not trusted: it stains its surroundings
RING = 1 / 16  # width of the ring around a hole, of the short side
LEAST_RING = 6  # pixels of it
SMALLEST = 60  # pixels of a hole below which it is left to the search
STEADY = 0.3  # of a region that must have stayed in one piece
EVERYWHERE = np.ones((3, 3), bool)
_SIDE, _ZERO = 1 << 21, 1 << 20  # of a move along one axis, in a key: how many, and which is none

Box = tuple[slice, slice]


@dataclass(frozen=True)
class Hole:
    """Pixels of one region, the ground, that the source covers, and what is around them.

    Attributes:
        class_: of the ground.
        move: (down, right), from the ground in the target to where it is taken from.
        corner: first row and column, in the target, of the window (h, w) that holds what follows.
        mask: the hole.
        ring: around it, pixels of the ground that are as they should be.
        beside: next to it, pixels of other backdrops.
        wanted: class positions.
    """

    class_: int
    move: tuple[int, int]
    corner: tuple[int, int]
    mask: np.ndarray
    ring: np.ndarray
    beside: np.ndarray
    wanted: np.ndarray


def holes(field: np.ndarray, source: np.ndarray, target: np.ndarray) -> Iterator[Hole]:
    """The holes worth filling, one by one.

    Args:
        field: (3, H, W), of a placement.
        source: class positions (Hs, Ws), -1 where unknown.
        target: those of the layout (H, W).
    """
    numbers, count = numbered(target)
    areas, grounds = _areas(source, target), backdrops(numbers, count)
    width, keys = max(LEAST_RING, round(RING * min(target.shape))), _keys(field)
    for region, box in enumerate(ndimage.find_objects(numbers + 1)):
        window = _grown(box, MARGIN, target.shape)
        here, wanted = numbers[window] == region, target[window]
        class_, size = int(wanted[here][0]), int(here.sum())
        if class_ < 0 or size < SMALLEST:
            continue
        moves = keys[window]
        steady = _steady(moves[here])
        if steady is None:
            continue
        move = (steady // _SIDE - _ZERO, steady % _SIDE - _ZERO)
        shown, area = seen(source, window, class_, move), seen(areas, window, np.inf, move)
        covered = (shown != class_) & (area < size)
        if not (covered & here).any():
            continue
        wide = ndimage.binary_dilation(covered, EVERYWHERE, MARGIN) & here
        known = here & (moves == steady) & ~wide
        beside = grounds[numbers[window]] & (wanted != class_)
        labels, _ = ndimage.label(wide, EVERYWHERE)
        for number, part in enumerate(ndimage.find_objects(labels), start=1):
            near = _grown(part, width, wide.shape)
            mask = labels[near] == number
            if mask.sum() < SMALLEST:
                continue
            ring = known[near] & (ndimage.distance_transform_edt(~mask) <= width)
            next_to = beside[near] & ndimage.binary_dilation(mask, EVERYWHERE, MARGIN)
            corner = (window[0].start + near[0].start, window[1].start + near[1].start)
            yield Hole(class_, move, corner, mask, ring, next_to, wanted[near])


def _areas(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(H, W): pixels of the thing that each source pixel belongs to; more than any if to none.

    Of a class that is nowhere in ``target`` 0: it has left, whatever its size, and be it a mast
    from edge to edge.
    """
    numbers, count = numbered(source)
    areas = np.bincount(numbers.ravel(), minlength=count).astype(float)
    areas[backdrops(numbers, count)] = np.inf
    gone = (source >= 0) & ~np.isin(source, target)
    areas[np.unique(numbers[gone])] = 0
    answer: np.ndarray = areas[numbers]
    return answer


def _keys(field: np.ndarray) -> np.ndarray:
    """(H, W) int64: the view and the move of each pixel, in one number."""
    down = field[1] - np.arange(field.shape[1], dtype=np.int32)[:, None]
    right = field[2] - np.arange(field.shape[2], dtype=np.int32)
    keys: np.ndarray = (field[0] * np.int64(_SIDE) + down + _ZERO) * _SIDE + right + _ZERO
    return keys


def _steady(keys: np.ndarray) -> int | None:
    """The key of the piece that most of a region is, if it is rigid and of the source as it is."""
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))  # of runs: they are few
    kinds, which = np.unique(keys[starts], return_inverse=True)
    counts = np.bincount(which, np.diff(starts, append=len(keys)))
    most = int(counts.argmax())
    if counts[most] < STEADY * len(keys) or kinds[most] >= _SIDE * _SIDE:
        return None
    return int(kinds[most])


def seen(
    plane: np.ndarray, window: Box, outside: float, move: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """(h, w, ...): ``plane`` (H, W, ...) in ``window``, moved; ``outside`` where there is none."""
    starts = [part.start + by for part, by in zip(window, move, strict=True)]
    sizes = [part.stop - part.start for part in window]
    answer = np.full((*sizes, *plane.shape[2:]), outside, plane.dtype)
    ends = [min(s + n, most) for s, n, most in zip(starts, sizes, plane.shape, strict=False)]
    spans = [(max(0, start), max(0, start, end)) for start, end in zip(starts, ends, strict=True)]
    taken = tuple(slice(*span) for span in spans)
    placed = tuple(slice(a - s, b - s) for (a, b), s in zip(spans, starts, strict=True))
    answer[placed] = plane[taken]
    return answer


def _grown(box: Box, by: int, size: tuple[int, ...]) -> Box:
    rows, columns = (
        slice(max(0, part.start - by), min(length, part.stop + by))
        for part, length in zip(box, size, strict=True)
    )
    return rows, columns
