"""Things: the regions of a layout that can be moved, as opposed to the ground they stand on.

A thing is a connected region, with all that it encloses, of a class that does not reach from one
edge of the picture to the opposite one. Not in the paper: its layouts are edited by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.labels.label_map import LabelMap

LARGEST = 0.4  # share of the picture above which a region is ground
PIECE = 0.02  # of the picture: smaller loose pieces of what is mostly ground are ground, too
SMALLEST = 0.0005  # share of the picture below which a region is a speck and stays where it is
SMALLEST_CUT = 0.01  # likewise, if the frame cuts it: what is left of it is no shape to go by
RING = 0.012  # width of the surroundings of a thing, of the short side
NEIGHBOURS = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class Thing:
    """One region that can be moved.

    Attributes:
        number: its place among the things of its layout.
        id: of its class.
        mask: (H, W) bool, the region with all that it encloses.
        ids: (H, W) ids of the layout it is in.
        parent: number of the thing that encloses it; None where none does.
    """

    number: int
    id: int
    mask: NDArray[np.bool_]
    ids: NDArray[np.int32]
    parent: int | None = None

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Top, left, bottom, right; the last two are the first rows and columns beyond it."""
        rows, columns = (np.flatnonzero(self.mask.any(axis=axis)) for axis in (1, 0))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of its box."""
        top, left, bottom, right = self.box
        return bottom - top, right - left

    @cached_property
    def cut(self) -> tuple[bool, bool, bool, bool]:
        """Whether the frame cuts it at the top, the left, the bottom and the right."""
        edges = self.mask[0], self.mask[:, 0], self.mask[-1], self.mask[:, -1]
        return tuple(bool(edge.any()) for edge in edges)  # type: ignore[return-value]

    @cached_property
    def company(self) -> frozenset[int]:
        """Ids of the classes around it."""
        return frozenset(shares_around(self.ids, self.mask))

    @property
    def floats(self) -> bool:
        """Whether it lies within one class: it then has no up and down, and goes anywhere in it."""
        return len(self.company) <= 1 and not any(self.cut)


def things_of(labels: LabelMap, classes: frozenset[int] | None = None) -> list[Thing]:
    """The things of a layout, by class in the order of its table, then from the top.

    Of a class most of which is ground, only large loose pieces are things: a patch of sky between
    branches is none.

    Args:
        labels: the layout.
        classes: ids of the classes that have things, whatever they reach; None takes those that
            are not ground.
    """
    found: list[Thing] = []
    for entry in labels.present_classes:
        if classes is not None and entry.id not in classes:
            continue
        mask = labels.ids == entry.id
        regions, count = ndimage.label(mask, NEIGHBOURS)
        areas = np.bincount(regions.ravel(), minlength=count + 1)
        loose = []
        grounded = 0
        for number in range(1, count + 1):
            region = regions == number
            ground = areas[number] > LARGEST * mask.size or reaches_across(region)
            if ground and classes is None:
                grounded += int(areas[number])
            elif areas[number] >= (SMALLEST_CUT if touches_frame(region) else SMALLEST) * mask.size:
                loose.append(region)
        if grounded > mask.sum() / 2:
            loose = [region for region in loose if region.sum() >= PIECE * mask.size]
        for region in loose:
            whole = ndimage.binary_fill_holes(region)
            found.append(Thing(len(found), entry.id, np.asarray(whole), labels.ids))
    return [_with_parent(thing, found) for thing in found]


def reaches_across(region: NDArray[np.bool_]) -> bool:
    """Whether ``region`` touches two opposite edges of the picture."""
    top, left, bottom, right = region[0], region[:, 0], region[-1], region[:, -1]
    return bool((top.any() and bottom.any()) or (left.any() and right.any()))


def touches_frame(region: NDArray[np.bool_]) -> bool:
    """Whether ``region`` reaches an edge of the picture."""
    return bool(region[[0, -1]].any() or region[:, [0, -1]].any())


def shares_around(ids: NDArray[np.integer], mask: NDArray[np.bool_]) -> dict[int, float]:
    """Share of each class in the surroundings of ``mask``, by id; 5 % and more."""
    width = max(2, round(RING * min(ids.shape)))
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return {}
    window = (
        slice(max(0, rows[0] - width), rows[-1] + 1 + width),
        slice(max(0, columns[0] - width), columns[-1] + 1 + width),
    )
    part = mask[window]
    near = np.asarray(ndimage.binary_dilation(part, NEIGHBOURS, iterations=width)) & ~part
    found, counts = np.unique(ids[window][near], return_counts=True)
    total = max(1, int(counts.sum()))
    pairs = zip(found.tolist(), counts.tolist(), strict=True)
    return {number: count / total for number, count in pairs if count >= 0.05 * total}


def _with_parent(thing: Thing, every: list[Thing]) -> Thing:
    """``thing``, told which other thing encloses it most closely."""
    around = [t for t in every if t is not thing and t.mask[thing.mask].all()]
    if not around:
        return thing
    parent = min(around, key=lambda t: int(t.mask.sum())).number
    return Thing(thing.number, thing.id, thing.mask, thing.ids, parent)
