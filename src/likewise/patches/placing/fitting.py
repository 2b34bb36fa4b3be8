"""Pieces: cells that share a move slide by pixels until labels fit, then pixels choose.

Cells are coarse; the border of an object is not. All pieces slide at once, each by itself, to where
most of its labels are right. Then each pixel whose surroundings are not right tries the moves of
the pieces around it. Compiled for the CPU by Numba.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from likewise.patches.kernels.launching import run
from likewise.patches.views import AnyView

WINDOW = ((0, 0), (-2, -2), (-2, 0), (-2, 2), (0, -2), (0, 2), (2, -2), (2, 0), (2, 2))
OWN_WEIGHT = 8.0  # of a pixel's own label, where each of the places around it weighs 1
MOVE_PENALTY = 0.06  # of a move borrowed from afar, times squared cells
FAR_PENALTY = 1.2  # at most
LARGEST = 12  # pieces that any pixel may take
OUTSIDE_PENALTY = 0.2  # of each pixel beyond the edges of a view
SLIDE_GAIN = 0.004  # share of a piece's pixels that a slide must put right to be worth it
SAMPLED = 40_000  # pixels looked at, about, when pieces slide
STRIPES = 16  # of the target, each counted by itself
FAR = (4, 8)  # cells
BLANK = -1
_OWN, _OUTSIDE = np.float32(OWN_WEIGHT), np.float32(OUTSIDE_PENALTY)
_AROUND = np.array(WINDOW[1:], dtype=np.int64)
_ENOUGH = np.float32(OWN_WEIGHT - 1)  # cost up to which nothing is looked for farther off


@dataclass(frozen=True)
class Pieces:
    """A target cut into pieces, and the views they come from.

    Attributes:
        cell: pixels a side.
        index: piece of each cell (h, w).
        spare: piece of each cell where matched alone (h, w), for pixels that nothing else fits.
        parts: (3, E) of each piece: view, down, right; view place = target place + (down, right).
        views: the views, the identity first.
        shown: class positions of each view, flat, one after the other.
        table: (V, 3) of each view: its first place in ``shown``, height and width.
        wanted: class positions (H, W) of the target.
    """

    cell: int
    index: np.ndarray
    spare: np.ndarray
    parts: np.ndarray
    views: tuple[AnyView, ...]
    shown: np.ndarray
    table: np.ndarray
    wanted: np.ndarray

    @classmethod
    def of(
        cls,
        index: Tensor,
        spare: Tensor,
        parts: tuple[Tensor, Tensor, Tensor],
        views: tuple[AnyView, ...],
        target_ids: Tensor,
        source_ids: Tensor,
        cell: int,
    ) -> Pieces:
        """Pieces with ``parts`` (view, down, right), of ids (1, 1, H, W) and (1, 1, Hs, Ws)."""
        pictures = [view.ids(source_ids).int().flatten() for view in views]
        sizes = np.array([view.size((source_ids.shape[2], source_ids.shape[3])) for view in views])
        areas = sizes.prod(axis=1)
        return cls(
            cell,
            index.numpy(),
            spare.numpy(),
            torch.stack(parts).long().numpy(),
            views,
            torch.cat(pictures).numpy(),
            np.column_stack((areas.cumsum() - areas, sizes)),
            target_ids[0, 0].int().contiguous().numpy(),
        )


def slid(pieces: Pieces) -> Pieces:
    """Each piece moved by less than a cell to where most of its labels are right."""
    stride = max(1, round(math.sqrt(pieces.wanted.size / SAMPLED)))
    counts = np.empty((2, STRIPES, pieces.parts.shape[1]), np.int64)

    def faults(parts: np.ndarray) -> np.ndarray:
        arrays = (pieces.shown, pieces.table, pieces.wanted)
        run(_count, counts, pieces.index, parts, *arrays, pieces.cell, stride)
        sums: np.ndarray = counts.sum(axis=1)
        return sums

    parts = pieces.parts
    least, areas = faults(parts)
    step = max(1, pieces.cell // 4)
    while step:
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)) * 2:
            moved = parts + np.array([[0], [down * step], [right * step]])
            found, _ = faults(moved)
            better = found + SLIDE_GAIN * areas < least
            least = np.where(better, found, least)
            parts = np.where(better, moved, parts)
        step //= 2
    return replace(pieces, parts=parts)


def fitted(pieces: Pieces, reach: int) -> Tensor:
    """The field (3, H, W) of pixels: view (as in ``pieces.views``), row, column.

    Where ``wanted`` is not met around a pixel, it tries the pieces of the cells up to ``reach``
    around. Where its own label stays wrong, it tries those of cells farther off, those matched
    alone, then the largest of all: a thin thing, as the handle of a spoon, may be in no cell as
    its main class.
    """
    field = torch.empty(3, *pieces.wanted.shape, dtype=torch.int32)
    ring = [(dy * distance, dx * distance) for distance in FAR for dy, dx in square(1)[1:]]
    steps = [_steps(of) for of in (square(reach)[1:], ring, square(1))]
    largest = np.argsort(-np.bincount(pieces.index.ravel()), kind="stable")[:LARGEST]
    arrays = (pieces.parts, pieces.shown, pieces.table, pieces.wanted)
    tried = (*(array for pair in steps for array in pair), largest)
    run(_fit, field.numpy(), pieces.index, pieces.spare, *arrays, *tried, pieces.cell)
    return field


def square(reach: int) -> list[tuple[int, int]]:
    """Steps (down, right) of up to ``reach`` cells, none first, then the nearest."""
    span = range(-reach, reach + 1)
    return sorted(((y, x) for y in span for x in span), key=lambda p: p[0] ** 2 + p[1] ** 2)


def _steps(steps: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Steps (N, 2) and what each costs (N,)."""
    costs = [min(FAR_PENALTY, MOVE_PENALTY * (dy * dy + dx * dx)) for dy, dx in steps]
    return np.array(steps, dtype=np.int64).reshape(-1, 2), np.array(costs, dtype=np.float32)


@njit(inline="always", cache=True)
def _wrong(piece, parts, shown, table, wanted, y, x):  # type: ignore[no-untyped-def]
    """Whether the class that ``piece`` shows at a target place is not the wanted one."""
    want = wanted[y, x]
    if want == BLANK:
        return False
    view = parts[0, piece]
    row, column = y + parts[1, piece], x + parts[2, piece]
    height, width = table[view, 1], table[view, 2]
    if row < 0 or row >= height or column < 0 or column >= width:
        return True
    return shown[table[view, 0] + row * width + column] != want


@njit(parallel=True, cache=True)
def _count(counts, index, parts, shown, table, wanted, cell, stride):  # type: ignore[no-untyped-def]
    """Pixels that each piece puts wrong, and those it has, in each of ``STRIPES`` of the target."""
    height, width = wanted.shape
    stripes = counts.shape[1]
    lines = (height + stride - 1) // stride
    for number in prange(stripes):
        stripe = np.int64(number)  # prange counts without a sign
        counts[:, stripe] = 0
        for line in range(lines * stripe // stripes, lines * (stripe + 1) // stripes):
            y = line * stride
            for x in range(0, width, stride):
                piece = index[y // cell, x // cell]
                counts[0, stripe, piece] += _wrong(piece, parts, shown, table, wanted, y, x)
                counts[1, stripe, piece] += 1


@njit(inline="always", cache=True)
def _cost(piece, parts, shown, table, wanted, y, x, penalty, limit):  # type: ignore[no-untyped-def]
    """How badly ``piece`` would do at a target place, by the labels around it, and ``penalty``.

    Or anything not below ``limit`` once that is reached.
    """
    height, width = wanted.shape
    view = parts[0, piece]
    row, column = y + parts[1, piece], x + parts[2, piece]
    outside = max(-row, row - table[view, 1] + 1, 0) + max(-column, column - table[view, 2] + 1, 0)
    cost = _OUTSIDE * np.float32(outside)
    if _wrong(piece, parts, shown, table, wanted, y, x):
        cost += _OWN
    for k in range(len(_AROUND)):
        if cost + penalty >= limit:
            break
        near_y = min(max(y + _AROUND[k, 0], 0), height - 1)
        near_x = min(max(x + _AROUND[k, 1], 0), width - 1)
        if _wrong(piece, parts, shown, table, wanted, near_y, near_x):
            cost += np.float32(1.0)
    return cost + penalty


@njit(cache=True)
def _around(  # type: ignore[no-untyped-def]
    piece, least, cells, steps, penalties, parts, shown, table, wanted, cell, y, x
):
    """The best of ``piece``, which costs ``least``, and the pieces of ``cells`` ``steps`` away."""
    last = np.int64(-1)
    for k in range(len(steps)):
        if penalties[k] >= least:
            continue
        cell_y = min(max(y // cell + steps[k, 0], 0), cells.shape[0] - 1)
        cell_x = min(max(x // cell + steps[k, 1], 0), cells.shape[1] - 1)
        other = cells[cell_y, cell_x]
        if other == last:  # steps go outwards: it cannot be cheaper than before
            continue
        last = other
        cost = _cost(other, parts, shown, table, wanted, y, x, penalties[k], least)
        if cost < least:
            piece, least = other, cost
    return piece, least


@njit(parallel=True, cache=True)
def _fit(  # type: ignore[no-untyped-def]
    field, index, spare, parts, shown, table, wanted,
    near, near_costs, ring, ring_costs, alone, alone_costs, largest, cell,
):  # fmt: skip
    height, width = wanted.shape
    nothing, far = np.float32(0.0), np.float32(FAR_PENALTY)
    for line in prange(height):
        y = np.int64(line)
        for x in range(width):
            piece = index[y // cell, x // cell]
            least = _cost(piece, parts, shown, table, wanted, y, x, nothing, np.float32(np.inf))
            if least > 0:
                piece, least = _around(
                    piece, least, index, near, near_costs,
                    parts, shown, table, wanted, cell, y, x,
                )  # fmt: skip
            if least > _ENOUGH:
                piece, least = _around(
                    piece, least, index, ring, ring_costs,
                    parts, shown, table, wanted, cell, y, x,
                )  # fmt: skip
                piece, least = _around(
                    piece, least, spare, alone, alone_costs,
                    parts, shown, table, wanted, cell, y, x,
                )  # fmt: skip
                for k in range(len(largest)):
                    cost = _cost(largest[k], parts, shown, table, wanted, y, x, far, least)
                    if cost < least:
                        piece, least = largest[k], cost
            view = parts[0, piece]
            row, column = y + parts[1, piece], x + parts[2, piece]
            field[0, y, x] = view
            field[1, y, x] = min(max(row, 0), table[view, 1] - 1)
            field[2, y, x] = min(max(column, 0), table[view, 2] - 1)
