"""Filling: the ground goes on, as it looks, where a smaller thing stood before it and has left.

Labels say that there is wall behind the person, but not how its bricks run. A placement on labels
alone breaks them; here the picture has a say. Pixels of the ground that the source covers take one
of a few moves at which the surroundings look alike, so that lines meet and repeats fall in step.
Not in the paper: its generator has to invent what was covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from likewise.patches.filling.choosing import Problem, chosen
from likewise.patches.filling.repeats import Asked, repeats
from likewise.patches.placing.regions import backdrops, numbered
from likewise.patches.views import Views
from likewise.patches.window import Window

MARGIN = 3  # pixels along a thing's outline that are not trusted: it stains its surroundings
RING = 1 / 16  # width of the ring around a hole, of the short side
LEAST_RING, FEWEST = 6, 30  # pixels: of its width, and of what can be compared at all
SECTORS = 6  # of a ring, in which lines may run another way
WHOLE, EACH = 20, 7  # moves that the whole ring proposes, and each sector
SMALLEST = 60  # pixels of a hole below which it is left to the search
CELLS, LEAST_CELL = 800, 4  # in a hole, at most about; and pixels of a side
STEADY = 0.3  # of a region that must have stayed in one piece
EVERYWHERE = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Hole:
    """Pixels of one region, the ground, that the source covers.

    Attributes:
        class_: of the ground.
        mask: (H, W) of the target.
        known: (H, W), pixels of the ground that are as they should be.
    """

    class_: int
    mask: np.ndarray
    known: np.ndarray


def filled(field: Tensor, views: Views, image: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """``field`` with its holes filled; the same where there are none.

    Args:
        field: (3, H, W) int32, of a placement.
        views: that it speaks of.
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
    shown = views.gather(image.permute(2, 0, 1)[None], field)[0].permute(1, 2, 0).clamp(0, 1)
    for hole in found:
        _fill(answer, hole, shown, image, source, target)
    return answer


def holes(field: np.ndarray, source: np.ndarray, target: np.ndarray) -> Iterator[Hole]:
    """The holes worth filling, one by one; arguments as in :func:`filled`."""
    rows, columns = np.mgrid[: target.shape[0], : target.shape[1]]
    numbers, count = numbered(target)
    before = _areas_before(source)
    moves = np.stack((field[0], field[1] - rows, field[2] - columns))
    for region in range(count):
        here = numbers == region
        class_ = int(target[here][0])
        steady = _steady(moves, here)
        if class_ < 0 or steady is None:
            continue
        y, x = rows + steady[0], columns + steady[1]
        inside = (y >= 0) & (y < source.shape[0]) & (x >= 0) & (x < source.shape[1])
        covered = np.zeros_like(here)
        smaller = before[y[inside], x[inside]] < here.sum()
        covered[inside] = smaller & (source[y[inside], x[inside]] != class_)
        if not (covered & here).any():
            continue
        wide = ndimage.binary_dilation(covered, EVERYWHERE, MARGIN)
        whole = (moves == np.array((0, *steady))[:, None, None]).all(axis=0)
        labels, found = ndimage.label(wide & here, EVERYWHERE)
        for number in range(1, found + 1):
            mask = labels == number
            if mask.sum() >= SMALLEST:
                yield Hole(class_, mask, here & whole & ~wide)


def _areas_before(source: np.ndarray) -> np.ndarray:
    """(H, W): pixels of the thing that each source pixel belongs to; more than any if to none."""
    numbers, count = numbered(source)
    areas = np.bincount(numbers.ravel(), minlength=count).astype(float)
    areas[backdrops(numbers, count)] = np.inf
    answer: np.ndarray = areas[numbers]
    return answer


def _steady(moves: np.ndarray, here: np.ndarray) -> tuple[int, int] | None:
    """The move, down and right, of the piece that most of a region is, if it is rigid."""
    own = moves[:, here]
    kinds, counts = np.unique(own, axis=1, return_counts=True)
    most = int(counts.argmax())
    if counts[most] < STEADY * own.shape[1] or kinds[0, most] != 0:
        return None
    return int(kinds[1, most]), int(kinds[2, most])


def _fill(
    field: Tensor, hole: Hole, shown: Tensor, image: Tensor, source: Tensor, target: Tensor
) -> None:
    """Write into ``field`` what fills ``hole``, if anything does."""
    own = source.numpy() == hole.class_
    other = ndimage.binary_dilation(~own, EVERYWHERE, MARGIN)
    usable = own & ~other
    offered = _moves(hole, shown, image, usable)
    if not len(offered):
        return
    cell = max(LEAST_CELL, int(np.ceil(np.sqrt(hole.mask.sum() / CELLS))))
    problem, (top, left) = _problem(hole, offered, cell, shown, image, source, usable, target)
    taken = offered[chosen(problem)]
    taken = taken.repeat_interleave(cell, 0).repeat_interleave(cell, 1)
    rows, columns = (torch.from_numpy(p) for p in np.nonzero(hole.mask))
    move = taken[rows - top, columns - left]
    y, x = rows + move[:, 0], columns + move[:, 1]
    inside = (y >= 0) & (y < usable.shape[0]) & (x >= 0) & (x < usable.shape[1])
    good = inside.clone()
    good[inside] = torch.from_numpy(usable)[y[inside], x[inside]]
    rows, columns, y, x = (part[good] for part in (rows, columns, y, x))
    field[0, rows, columns] = 0
    field[1, rows, columns], field[2, rows, columns] = y.int(), x.int()


def _moves(hole: Hole, shown: Tensor, image: Tensor, usable: np.ndarray) -> Tensor:
    """(L, 2) moves, down and right, at which the surroundings of ``hole`` look alike."""
    width = max(LEAST_RING, round(RING * min(hole.mask.shape)))
    ring = hole.known & (ndimage.distance_transform_edt(~hole.mask) <= width)
    if ring.sum() < FEWEST:
        return torch.zeros(0, 2, dtype=torch.long)
    rows, columns = torch.from_numpy(ring | hole.mask).nonzero().unbind(1)
    window = Window.around(rows, columns, 0, (ring.shape[0], ring.shape[1]))
    sectors = _sectors(hole.mask)
    parts = [np.ones_like(ring), *(sectors == number for number in range(SECTORS))]
    parts = [part for part in parts if (ring & part).sum() >= FEWEST]
    mean = float(shown[torch.from_numpy(ring)].mean())
    asked = Asked(
        (window.top, window.left),
        window.of(shown.mean(dim=2) - mean),
        window.of(torch.from_numpy(np.stack([ring & part for part in parts]))),
        window.of(torch.from_numpy(np.stack([hole.mask & part for part in parts]))),
        (WHOLE, *(EACH for _ in parts[1:])),
    )
    return repeats(asked, image.mean(dim=2) - mean, torch.from_numpy(usable))


def _sectors(mask: np.ndarray) -> np.ndarray:
    """(H, W): in which direction from the middle of ``mask`` each pixel lies, 0 to SECTORS - 1."""
    rows, columns = np.nonzero(mask)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    turn = np.arctan2(y - rows.mean(), x - columns.mean()) / (2 * np.pi) + 0.5
    sectors: np.ndarray = (turn * SECTORS).astype(int) % SECTORS
    return sectors


def _problem(
    hole: Hole,
    offered: Tensor,
    cell: int,
    shown: Tensor,
    image: Tensor,
    source: Tensor,
    usable: np.ndarray,
    target: Tensor,
) -> tuple[Problem, tuple[int, int]]:
    """The window around ``hole`` in cells, and its first row and column."""
    places = np.argwhere(hole.mask)
    top, left = (places.min(axis=0) - MARGIN).tolist()
    span = (places.max(axis=0) + MARGIN + 1 - (top, left)).tolist()
    rows = top + torch.arange(-(-span[0] // cell) * cell)
    columns = left + torch.arange(-(-span[1] // cell) * cell)

    def window(plane: Tensor) -> Tensor:
        y, x = rows.clamp(0, plane.shape[0] - 1), columns.clamp(0, plane.shape[1] - 1)
        return plane[y][:, x]

    height, width = usable.shape
    y = rows + offered[:, :1]
    x = columns + offered[:, 1:]
    inside = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None]
    y, x = y.clamp(0, height - 1)[:, :, None], x.clamp(0, width - 1)[:, None]
    framed = ((rows >= 0) & (rows < target.shape[0]))[:, None] & (
        (columns >= 0) & (columns < target.shape[1])
    )
    mask = window(torch.from_numpy(hole.mask)) & framed
    near = torch.from_numpy(ndimage.binary_dilation(hole.mask, EVERYWHERE, MARGIN))
    ground = torch.from_numpy(_behind(target.numpy()))
    given = window(near & ground & (target != hole.class_)) & framed
    problem = Problem(
        cell,
        mask,
        window(torch.from_numpy(hole.known) & near) & framed,
        window(shown),
        image[y, x],
        torch.from_numpy(usable)[y, x] & inside,
        given & inside & (source[y, x] != window(target)),
    )
    return problem, (top, left)


def _behind(target: np.ndarray) -> np.ndarray:
    """(H, W): whether each pixel belongs to a backdrop."""
    numbers, count = numbered(target)
    answer: np.ndarray = backdrops(numbers, count)[numbers]
    return answer
