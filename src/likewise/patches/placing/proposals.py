"""Proposal: a whole object of the source laid on the target, moved, scaled and perhaps mirrored.

Cell by cell, an object at half size looks like nothing in the source. As a whole it is easily
found: the box of its region in the source has to become the box of its region in the target. Each
pair of regions of one class gives such placements, by what the boxes share (size, area; centre,
corner, edge); the few that put most labels right are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from likewise.patches.placing.sighting import improved, scores
from likewise.patches.views import AnyView, View

GRID = 20  # points a side at which a placement is judged, over the box of its region
FINE_GRID = 32
MARGIN = 0.15  # of the box's sides, looked at beyond it
OCTAVE = 24  # scales to a doubling: steps of 3 %, so that alike objects share a view
SPARE, COARSE = 4, 4  # steps of scale beyond what boxes say; every which step is tried at first
STARTS, APART = 2, 0.15  # placements of a pair of regions to improve; octaves between them
STEPS = (6, 3, 1)  # pixels, and half as many steps of scale, by which placements are improved
CHANGES = ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)) * 2
SMALLEST = 0.0015  # share of the picture below which a region proposes nothing


@dataclass(frozen=True)
class Region:
    """A connected region of one class: its box (top, left, bottom, right) and pixels."""

    class_: int
    box: tuple[int, int, int, int]
    area: int


@dataclass(frozen=True)
class Proposal:
    """A view of the source laid on the target: view place = target place + (down, right)."""

    view: AnyView
    down: int
    right: int


@dataclass(frozen=True)
class ViewRange:
    """Which views may be used: scales between two bounds, and mirrored and bent ones or not."""

    smallest: float = 0.4
    largest: float = 2.5
    mirrored: bool = True
    bent: bool = True

    def __post_init__(self) -> None:
        assert 0 < self.smallest <= 1 <= self.largest


def regions(ids: np.ndarray, most: int) -> list[Region]:
    """The largest connected regions, 8 neighbours a pixel, of class positions ``ids`` (H, W)."""
    found = []
    for class_ in np.unique(ids[ids >= 0]):
        labels, _ = ndimage.label(ids == class_, structure=np.ones((3, 3)))
        areas = np.bincount(labels.ravel())[1:]
        for box, area in zip(ndimage.find_objects(labels), areas, strict=True):
            if area >= SMALLEST * ids.size:
                y, x = box
                found.append(Region(int(class_), (y.start, x.start, y.stop, x.stop), int(area)))
    return sorted(found, key=lambda region: (-region.area, region.box))[:most]


def proposals(
    target: Tensor, source: Tensor, offered: ViewRange, most_pairs: int, most: int
) -> list[Proposal]:
    """Placements of the source (1, 1, Hs, Ws) that put regions of the target (1, 1, H, W) right."""
    here, there = (ids[0, 0].int().contiguous().numpy() for ids in (target, source))
    wanted, known = regions(here, most_pairs), regions(there, most_pairs)
    pairs = [(t, s) for t in wanted for s in known if t.class_ == s.class_ and t.box != s.box]
    pairs = sorted(pairs, key=_unlikely)[:most_pairs]
    if not pairs:
        return []
    size = (source.shape[2], source.shape[3])
    unscaled = replace(offered, smallest=1, largest=1)
    starts, moved = [], []
    for region, known_region in pairs:
        rows = _placements(region, known_region, size, offered)
        points = _points(region.box, here.shape, GRID)
        found = scores(rows, *points, region.class_, here, there)
        starts += [(region, row, offered) for row in _best(rows, found)]
        # What is only moved is copied whole and sharp: always worth a look.
        plain = (rows[:, 0] == 1) & (rows[:, 1] == 0)
        moved += [(region, row, unscaled) for row in _best(rows[plain], found[plain])]
    scored = _improved(starts + moved, here, there)
    kept: list[Proposal] = []
    for _, proposal in sorted(scored, key=lambda pair: -pair[0]):
        if len(kept) < most and not any(_alike(proposal, other) for other in kept):
            kept.append(proposal)
    return kept


def as_table(proposed: Sequence[Proposal]) -> Tensor:
    """(P, 4) float64: scale, 1 where mirrored, down and right; bends have no row."""
    rows = [
        (p.view.scale, float(p.view.mirrored), p.down, p.right)
        for p in proposed
        if isinstance(p.view, View)
    ]
    return torch.tensor(rows, dtype=torch.float64).view(-1, 4)


def _unlikely(pair: tuple[Region, Region]) -> float:
    """Small for large targets whose source has about their size."""
    wanted, known = pair
    return abs(math.log(wanted.area / known.area)) - math.log(wanted.area)


def _placements(
    wanted: Region, known: Region, size: tuple[int, int], offered: ViewRange
) -> np.ndarray:
    """(P, 4) rows as in :func:`as_table` that bring the box of ``known`` onto ``wanted``."""
    tall, wide = (wanted.box[i + 2] - wanted.box[i] for i in (0, 1))
    known_tall, known_wide = (known.box[i + 2] - known.box[i] for i in (0, 1))
    ratios = (tall / known_tall, wide / known_wide, math.sqrt(wanted.area / known.area))
    steps = [round(math.log2(ratio) * OCTAVE) for ratio in ratios]
    # What stands before an object hides part of it: its box says too little, or too much.
    span = range(min(steps) - SPARE, max(steps) + SPARE + 1, COARSE)
    sizes = sorted({2 ** (step / OCTAVE) for step in (0, *steps, *span)})
    scales = [scale for scale in sizes if offered.smallest <= scale <= offered.largest]
    rows = []
    for scale in scales:
        for mirrored in (False, True) if offered.mirrored else (False,):
            view_size = View(scale, mirrored).size(size)
            top, bottom = (known.box[i] * view_size[0] / size[0] for i in (0, 2))
            left, right = (known.box[i] * view_size[1] / size[1] for i in (1, 3))
            if mirrored:
                left, right = view_size[1] - right, view_size[1] - left
            downs = _meetings(top, bottom, wanted.box[0], wanted.box[2])
            rights = _meetings(left, right, wanted.box[1], wanted.box[3])
            rows += [(scale, float(mirrored), d, r) for d in downs for r in rights]
    return np.array(rows)


def _meetings(low: float, high: float, wanted_low: float, wanted_high: float) -> list[int]:
    """Whole moves from target to view that make the ends or the middles of two spans meet."""
    middle = (low + high - wanted_low - wanted_high) / 2
    return sorted({round(low - wanted_low), round(middle), round(high - wanted_high)})


def _best(rows: np.ndarray, scores: np.ndarray) -> list[np.ndarray]:
    """The best of the placements ``rows``, of scales well apart."""
    order = np.argsort(-scores, kind="stable")
    found: list[np.ndarray] = []
    for mirrored in (0, 1):
        kind: list[np.ndarray] = []
        for row in rows[order[rows[order, 1] == mirrored]]:
            if all(abs(math.log2(row[0] / other[0])) > APART for other in kind):
                kind.append(row)
            if len(kind) == STARTS:
                break
        found += kind
    return found


def _improved(
    starts: list[tuple[Region, np.ndarray, ViewRange]], target: np.ndarray, source: np.ndarray
) -> list[tuple[float, Proposal]]:
    """Placements improved by small changes of scale and place, with their scores."""
    grids = [_points(region.box, target.shape, FINE_GRID) for region, _, _ in starts]
    changes = [
        (2 ** (factor * math.ceil(step / 2) / OCTAVE), down * step, right * step)
        for step in STEPS
        for factor, down, right in CHANGES
    ]
    table, scores = improved(
        np.stack([row for _, row, _ in starts]),
        np.array([[offered.smallest, offered.largest] for _, _, offered in starts]),
        np.array(changes),
        np.stack([rows for rows, _ in grids]),
        np.stack([columns for _, columns in grids]),
        np.array([region.class_ for region, _, _ in starts]),
        target,
        source,
    )
    weights = [region.area**0.25 for region, _, _ in starts]
    return [
        (score * weight, Proposal(View(row[0], bool(row[1])), int(row[2]), int(row[3])))
        for score, weight, row in zip(scores.tolist(), weights, table.tolist(), strict=True)
    ]


def _points(
    box: tuple[int, int, int, int], size: tuple[int, ...], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns (N,) of a grid of places over a box and a little beyond."""
    axes = []
    for axis in (0, 1):
        low, high = box[axis], box[axis + 2]
        margin = MARGIN * (high - low)
        places = torch.linspace(low - margin, high - 1 + margin, count)
        axes.append(places.round().long().clamp(0, size[axis] - 1).numpy())
    return axes[0], axes[1]


def _alike(one: Proposal, other: Proposal) -> bool:
    """Whether two placements show nearly the same."""
    assert isinstance(one.view, View) and isinstance(other.view, View)
    return (
        one.view.mirrored == other.view.mirrored
        and abs(math.log2(one.view.scale / other.view.scale)) < 1.5 / OCTAVE
        and abs(one.down - other.down) <= 2
        and abs(one.right - other.right) <= 2
    )
