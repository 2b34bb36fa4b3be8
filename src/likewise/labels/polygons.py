"""Polygons: regions of a label map as outlines on the edges of its pixels, and back.

(0, 0) is the upper left corner of the upper left pixel, x to the right, y down, as in COCO, LabelMe
and YOLO. A pixel belongs to a polygon where its centre does (even-odd), so an outline drawn here is
read back as exactly the pixels that it was drawn around.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

Box = tuple[slice, slice]  # rows and columns of a picture

_CROSSINGS = 1 << 22  # of edges with rows, looked at together: 32 MB an array
_TOUCHING = np.ones((3, 3), dtype=bool)
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # right, down, left, up, as (y, x)


def regions(mask: np.ndarray) -> Iterator[tuple[Box, np.ndarray]]:
    """Each connected region of (H, W) bool ``mask``, corners joined: its box, the mask in it."""
    numbers, _ = ndimage.label(mask, structure=_TOUCHING)
    for number, box in enumerate(ndimage.find_objects(numbers), start=1):
        yield box, numbers[box] == number


def outline(region: np.ndarray, box: Box | None = None) -> np.ndarray:
    """The outline of one connected (H, W) bool ``region``: (N, 2) float64 corners (x, y).

    They count from the picture's corner where ``box`` says where in it the region lies.
    Holes are joined to it by seams of no width, there and back, so that one ring says it all.
    """
    rings = _rings(region)
    areas = [_signed_area(ring) for ring in rings]
    ring = rings.pop(int(np.argmax(areas)))
    for hole in sorted(rings, key=lambda corners: int(corners[:, 0].min())):
        ring = _joined(ring, hole)
    corners = ring.astype(np.float64)
    return corners if box is None else corners + np.array((box[1].start, box[0].start))


def filled(corners: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(H, W) bool: pixels whose centres lie in the closed polygon ``corners`` (N, 2) of (x, y).

    What lies beyond the picture is cut off. An edge through a centre counts on one side only.
    """
    height, width = size
    start = np.asarray(corners, dtype=np.float64)
    end = np.roll(start, -1, axis=0)
    upper, lower = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.clip(np.ceil(upper - 0.5), 0, height).astype(np.int64)
    counts = np.clip(np.ceil(lower - 0.5), 0, height).astype(np.int64) - first
    toggles = np.zeros(height * (width + 1), dtype=np.int64)
    most = max(1, _CROSSINGS // max(height, 1))
    for begin in range(0, len(start), most):
        part = slice(begin, begin + most)
        places = _crossings(start[part], end[part], first[part], counts[part], width)
        toggles += np.bincount(places, minlength=len(toggles))
    inside = np.cumsum(toggles.reshape(height, width + 1)[:, :width] & 1, axis=1) & 1
    return np.asarray(inside, dtype=bool)


def filled_in(corners: np.ndarray, size: tuple[int, int]) -> tuple[Box, np.ndarray]:
    """:func:`filled`, as the box of the polygon in a picture of ``size`` and the mask in it.

    The work grows with the box alone. The polygon's box must touch the picture.
    """
    low = np.floor(corners.min(axis=0)).clip(0, (size[1] - 1, size[0] - 1)).astype(int)
    high = np.ceil(corners.max(axis=0)).clip(low + 1, (size[1], size[0])).astype(int)
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    mask = filled(corners - low, (bottom - top, right - left))
    return (slice(top, bottom), slice(left, right)), mask


def _crossings(
    start: np.ndarray, end: np.ndarray, first: np.ndarray, counts: np.ndarray, width: int
) -> np.ndarray:
    """(M,) places in a grid of ``width`` + 1 columns where edges cross the middles of rows."""
    edge = np.repeat(np.arange(len(start)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (end - start)[edge]
    x = start[edge, 0] + (row + 0.5 - start[edge, 1]) / slope[:, 1] * slope[:, 0]
    column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
    return row * (width + 1) + column


def _rings(region: np.ndarray) -> list[np.ndarray]:
    """Closed rings of corners (N, 2) as (x, y) along the pixel edges, the region at their right."""
    place, heading, following = _edges(np.pad(region, 1))
    turns = heading[following] != heading
    corners = place[following][:, ::-1] - 1  # the padding goes, (y, x) becomes (x, y)
    onward, is_turn = following.tolist(), turns.tolist()
    unseen = np.ones(len(onward), dtype=bool)
    rings = []
    for first in range(len(onward)):
        if not unseen[first]:
            continue
        ring, edge = [], first
        while True:
            unseen[edge] = False
            if is_turn[edge]:
                ring.append(edge)
            edge = onward[edge]
            if edge == first:
                break
        rings.append(corners[ring])
    return rings


def _edges(padded: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit edges round a mask that touches no border: start (E, 2) as (y, x), heading, successor.

    Where two ways are open, turning left keeps pixels together that touch at a corner.
    """
    away = ((-1, 0), (0, 1), (1, 0), (0, -1))  # the pixel beyond the edge, by heading
    begins = ((0, 0), (0, 1), (1, 1), (1, 0))  # where the edge starts, from its pixel's corner
    places, headings = [], []
    leaving = np.full((4, padded.shape[0] + 1, padded.shape[1] + 1), -1, dtype=np.int64)
    for heading, (down, right) in enumerate(away):
        found = np.argwhere(padded & ~np.roll(padded, (-down, -right), axis=(0, 1)))
        places.append(found + begins[heading])
        headings.append(np.full(len(found), heading))
    place, heading_of = np.concatenate(places), np.concatenate(headings)
    leaving[heading_of, place[:, 0], place[:, 1]] = np.arange(len(place))
    end = place + np.array(_STEPS)[heading_of]
    following = np.full(len(place), -1, dtype=np.int64)
    for turn in (1, 0, -1):  # the last to be found, a turn to the left, stands
        there = leaving[(heading_of + turn) % 4, end[:, 0], end[:, 1]]
        following = np.where(there >= 0, there, following)
    return place, heading_of, following


def _signed_area(ring: np.ndarray) -> int:
    x, y = ring[:, 0], ring[:, 1]
    return int((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _joined(ring: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """``ring`` with ``hole`` (N, 2) spliced in between the two corners that are nearest."""
    leftmost = int(hole[:, 0].argmin())
    near = int(((ring - hole[leftmost]) ** 2).sum(axis=1).argmin())
    there = np.roll(hole, -leftmost, axis=0)
    return np.concatenate([ring[: near + 1], there, there[:1], ring[near:]])
