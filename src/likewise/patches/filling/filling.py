"""Filling: the ground goes on, as it looks, where a smaller thing stood before it and has left.

Labels say that there is wall behind the person, but not how its bricks run. A placement on labels
alone breaks them; here the picture has a say. Pixels of the ground that the source covers take one
of a few moves at which the surroundings look alike, so that lines meet and repeats fall in step.
Not in the paper: its generator has to invent what was covered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from torch import Tensor

from likewise.patches.filling.choosing import GIVEN, HOLE, KNOWN, NOTHING, Problem, chosen
from likewise.patches.filling.holes import EVERYWHERE, MARGIN, Hole, holes, seen
from likewise.patches.filling.repeats import Asked, repeats

SECTORS = 6  # of a ring, in which lines may run another way
CELLS, LEAST_CELL = 800, 4  # in a hole, at most about; and pixels of a side


def filled(field: Tensor, image: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """``field`` with its holes filled; the same where there are none.

    Args:
        field: (3, H, W) int32, of a placement; its first view is the source as it is.
        image: the source (Hs, Ws, C) in [0, 1], at the placement's size.
        source: its class positions (Hs, Ws), -1 where unknown.
        target: those of the layout (H, W).

    Returns:
        (3, H, W) int32.
    """
    found = list(holes(field.numpy(), source.numpy(), target.numpy()))
    if not found:
        return field
    answer = field.clone()
    grounds: dict[int, Ground] = {}
    for hole in found:
        if hole.class_ not in grounds:
            grounds[hole.class_] = Ground.of(image.numpy(), source.numpy(), hole.class_)
        _fill(answer.numpy(), hole, grounds[hole.class_])
    return answer


@dataclass(frozen=True)
class Ground:
    """The source as material for holes in one class.

    Attributes:
        image: (Hs, Ws, C) float32.
        shade: (Hs, Ws), the mean of its channels.
        ids: (Hs, Ws), its class positions.
        usable: (Hs, Ws) booleans, pixels of that class that nothing else stains.
    """

    image: np.ndarray
    shade: np.ndarray
    ids: np.ndarray
    usable: np.ndarray

    @classmethod
    def of(cls, image: np.ndarray, ids: np.ndarray, class_: int) -> Ground:
        """For holes in ``class_``."""
        usable = ~ndimage.binary_dilation(ids != class_, EVERYWHERE, MARGIN)
        return cls(np.ascontiguousarray(image), image.mean(axis=2), ids, usable)


def _fill(field: np.ndarray, hole: Hole, ground: Ground) -> None:
    """Write into ``field`` what fills ``hole``, if anything does."""
    colours = np.zeros((*hole.mask.shape, ground.image.shape[2]), np.float32)
    rows, columns = (np.argwhere(hole.ring) + hole.corner + hole.move).T
    colours[hole.ring] = ground.image[rows, columns]
    asked = Asked(hole.corner, colours.mean(axis=2), _sectors(hole), hole.ring, hole.mask)
    moves = repeats(asked, ground.shade, ground.usable)
    if not len(moves):
        return
    problem = _problem(hole, colours, ground)
    places = np.argwhere(hole.mask) + hole.corner
    down, right = (places - problem.corner).T // problem.cell
    there = places + moves[chosen(problem, moves)[down, right]]
    inside = ((there >= 0) & (there < ground.usable.shape)).all(axis=1)
    places, (rows, columns) = places[inside], there[inside].T
    good = ground.usable[rows, columns]
    down, right = places[good].T
    field[:, down, right] = np.stack((np.zeros_like(down), rows[good], columns[good]))


def _sectors(hole: Hole) -> np.ndarray:
    """(h, w): in which direction from the middle of ``hole`` each pixel lies, 0 to SECTORS - 1."""
    places = np.argwhere(hole.mask) + hole.corner
    y, x = np.indices(hole.mask.shape) + np.reshape(hole.corner, (2, 1, 1))
    middle = places.mean(axis=0)
    turn = np.arctan2(y - middle[0], x - middle[1]) / (2 * np.pi) + 0.5
    sectors: np.ndarray = (turn * SECTORS).astype(int) % SECTORS
    return sectors


def _problem(hole: Hole, colours: np.ndarray, ground: Ground) -> Problem:
    """``hole`` and what is next to it, in whole cells."""
    roles = np.full(hole.mask.shape, NOTHING, np.uint8)
    roles[hole.ring & ndimage.binary_dilation(hole.mask, EVERYWHERE, MARGIN)] = KNOWN
    roles[hole.beside] = GIVEN
    roles[hole.mask] = HOLE
    cell = max(LEAST_CELL, int(np.ceil(np.sqrt(hole.mask.sum() / CELLS))))
    places = np.argwhere(hole.mask)
    starts = places.min(axis=0) - MARGIN
    counts = -((starts - places.max(axis=0) - MARGIN - 1) // cell)
    rows, columns = (slice(s, s + n * cell) for s, n in zip(starts, counts, strict=True))
    return Problem(
        cell,
        (int(starts[0]) + hole.corner[0], int(starts[1]) + hole.corner[1]),
        seen(roles, (rows, columns), NOTHING),
        seen(colours, (rows, columns), 0),
        seen(hole.wanted, (rows, columns), -1),
        ground.image,
        ground.ids,
        ground.usable,
    )
