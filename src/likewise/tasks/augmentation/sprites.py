"""Sprites: a thing cut out of its layout, scaled, turned, mirrored and bent, to be set down again.

Outlines are resampled as soft masks and the strongest class taken, so that a magnified outline has
no steps and no class appears that was not there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.tasks.augmentation.things import Thing

NOTHING = -1  # where a sprite is transparent
LATTICE = 4  # points a side whose offsets bend an outline
SOFT = 0.7  # blur of an outline before it is resampled, pixels
BEYOND = 0.5  # by how much of its size a thing that the frame cuts is continued beyond it


@dataclass(frozen=True)
class Shape:
    """What is done to a thing before it is set down.

    Attributes:
        scale: (down, across) factors.
        turn: degrees, anticlockwise.
        mirror: whether left and right change places.
        bend: (2, LATTICE, LATTICE) offsets, of the thing's size; None bends nothing.
    """

    scale: tuple[float, float] = (1.0, 1.0)
    turn: float = 0.0
    mirror: bool = False
    bend: NDArray[np.float64] | None = None


def sprite(thing: Thing, shape: Shape) -> tuple[NDArray[np.int32], tuple[int, int]]:
    """The changed thing, and where its upper left corner goes to leave it where it was.

    Its centre stays; where the frame cuts the thing, the cut side stays instead.

    Returns:
        (h, w) ids, NOTHING outside of the thing; and (row, column), which may lie beyond the frame.
    """
    ids, origin, anchor = _cut_out(thing)
    size = np.array(ids.shape)
    angle = np.deg2rad(shape.turn)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    back = turn @ np.diag(1 / np.array(shape.scale))
    if shape.mirror:
        back = np.diag([1.0, -1.0]) @ back
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) * size - anchor
    reach = corners @ np.linalg.inv(back).T
    slack = 2 + (0 if shape.bend is None else float(np.abs(shape.bend).max()) * size.max())
    low, high = (
        np.floor(reach.min(0) - slack).astype(int),
        np.ceil(reach.max(0) + slack).astype(int),
    )
    corner = np.floor(origin + anchor).astype(int) + low
    centres = np.mgrid[low[0] : high[0], low[1] : high[1]] + 0.5
    centres -= (anchor - np.floor(anchor))[:, None, None]  # pixels of the layout, not of the sprite
    places = np.einsum("ij,jhw->ihw", back, centres) + anchor[:, None, None]
    if shape.bend is not None:
        places += _offsets(shape.bend, places, size)
    answer = _resampled(ids, places - 0.5)
    return answer, (int(corner[0]), int(corner[1]))


def _cut_out(thing: Thing) -> tuple[NDArray[np.int32], NDArray, NDArray]:
    """Its ids, continued beyond the frame where that cuts it; its corner; what stays in place."""
    top, left, bottom, right = thing.box
    inside = thing.mask[top:bottom, left:right]
    ids = np.where(inside, thing.ids[top:bottom, left:right], NOTHING).astype(np.int32)
    more = [
        round(BEYOND * side) if cut else 0
        for side, cut in zip(thing.size * 2, thing.cut, strict=True)
    ]
    above, before, below, behind = more
    ids = np.pad(ids, ((above, below), (before, behind)), mode="edge")
    anchor = [above + (bottom - top) / 2, before + (right - left) / 2]
    for axis, (first, last) in enumerate(
        ((thing.cut[0], thing.cut[2]), (thing.cut[1], thing.cut[3]))
    ):
        if first != last:
            anchor[axis] = float(more[axis]) if first else float(more[axis] + thing.size[axis])
    return ids, np.array([top - above, left - before]), np.array(anchor)


def _offsets(bend: NDArray[np.float64], places: NDArray, size: NDArray) -> NDArray:
    """(2, h, w) pixels, smooth, of lattice offsets given in sizes."""
    at = places / size[:, None, None] * (LATTICE - 1)
    fields = [ndimage.map_coordinates(plane, at, order=3, mode="nearest") for plane in bend]
    return np.stack(fields) * size[:, None, None]


def _resampled(ids: NDArray[np.int32], places: NDArray) -> NDArray[np.int32]:
    """``ids`` at ``places`` (2, h, w): the class that is strongest there."""
    padded = np.pad(ids, 2, constant_values=NOTHING)
    best = np.full(places.shape[1:], -1.0)
    answer = np.full(places.shape[1:], NOTHING, dtype=np.int32)
    for number in np.unique(padded):
        plane = ndimage.gaussian_filter((padded == number).astype(np.float64), SOFT)
        outside = 1.0 if number == NOTHING else 0.0
        share = ndimage.map_coordinates(plane, places + 2, order=1, cval=outside)
        answer = np.where(share > best, np.int32(number), answer)
        best = np.maximum(best, share)
    return answer
