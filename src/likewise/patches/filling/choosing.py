"""Choosing: which of several moves each cell of a hole takes, so that no seam shows.

A cell pays for pixels that a move brings from where nothing is usable, for how it differs from
known pixels beside it, and, beside a cell of another move, for how the two differ where they meet.
The least sum is sought by tree-reweighted message passing in turns over the grid (Kolmogorov, PAMI
2006). Not in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import torch
from torch import Tensor

MISSING = 1.0  # cost of a pixel without material, in squared steps of colour
JUMP = 0.002  # of a pixel's length of border between two moves, likewise
FRAY = 0.3  # of a pixel beside the hole whose class is not the wanted one
SWEEPS = 8  # over all cells, there and back
CHAINS = 2  # that a cell of a grid lies on: one along its row, one along its column


@dataclass(frozen=True)
class Problem:
    """A window of the target in whole cells, and what each move would show there.

    Attributes:
        cell: pixels a side.
        hole: (h * cell, w * cell) booleans.
        known: likewise, pixels whose colours stand.
        colours: (h * cell, w * cell, C) of these.
        shown: (L, h * cell, w * cell, C) colours that each move brings.
        usable: (L, h * cell, w * cell) booleans, whether they are material for the hole.
        frayed: likewise, whether what each move brings there has the wrong class, of pixels beside
            the hole whose class is given.
    """

    cell: int
    hole: Tensor
    known: Tensor
    colours: Tensor
    shown: Tensor
    usable: Tensor
    frayed: Tensor


def chosen(problem: Problem) -> Tensor:
    """(h, w) int64: the move each cell takes."""
    own = _own_costs(problem)
    active = _pooled(problem.hole[None].float(), problem.cell)[0] > 0
    own = own * active[..., None]
    down = _meeting(problem, 0) * (active[:-1] & active[1:])[..., None, None]
    right = _meeting(problem, 1) * (active[:, :-1] & active[:, 1:])[..., None, None]
    return torch.from_numpy(_least(*(part.numpy() for part in (own, down, right))))


def _own_costs(problem: Problem) -> Tensor:
    """(h, w, L): what each cell pays for each move by itself."""
    missing = (problem.hole & ~problem.usable).float() * MISSING
    unlike = (problem.shown - problem.colours).square().sum(-1) * problem.known * problem.usable
    beside = _pooled(unlike + problem.frayed.float() * FRAY, problem.cell)
    around = beside.clone()  # a cell answers for known pixels in the next ones too
    around[:, 1:] += beside[:, :-1] / 2
    around[:, :-1] += beside[:, 1:] / 2
    around[:, :, 1:] += beside[:, :, :-1] / 2
    around[:, :, :-1] += beside[:, :, 1:] / 2
    return (_pooled(missing, problem.cell) + around).permute(1, 2, 0).contiguous()


def _meeting(problem: Problem, axis: int) -> Tensor:
    """What cells pay that meet along ``axis``: (h - 1, w, L, L) or (h, w - 1, L, L)."""
    moves, height, width, channels = problem.shown.shape
    cell, half = problem.cell, problem.cell // 2
    grid = problem.shown.view(moves, height // cell, cell, width // cell, cell, channels)
    if axis == 0:
        zone = torch.cat((grid[:, :-1, cell - half :], grid[:, 1:, :half]), dim=2)
    else:
        zone = torch.cat((grid[:, :, :, :-1, cell - half :], grid[:, :, :, 1:, :half]), dim=4)
    shape = (zone.shape[1], zone.shape[3], moves, moves)
    rows = zone.permute(1, 3, 0, 2, 4, 5).reshape(shape[0] * shape[1], moves, -1)
    squares = rows.square().sum(-1)
    products = torch.bmm(rows, rows.transpose(1, 2))
    apart = (squares[:, :, None] + squares[:, None] - 2 * products).clamp_min(0)
    return (apart + JUMP * cell * (1 - torch.eye(moves))).view(shape)


def _pooled(planes: Tensor, cell: int) -> Tensor:
    """Sums (N, h, w) of ``planes`` (N, h * cell, w * cell) over cells."""
    count, height, width = planes.shape
    return planes.view(count, height // cell, cell, width // cell, cell).sum(dim=(2, 4))


@numba.njit(cache=True, nogil=True, fastmath=True)
def _least(own, down, right):  # type: ignore[no-untyped-def]
    height, width, moves = own.shape
    said = np.zeros((4, height, width, moves), np.float32)  # by the one above, below, left, right
    gathered = np.zeros(moves, np.float32)
    for _ in range(SWEEPS):
        for place in range(height * width):
            y, x = place // width, place % width
            _gather(own, said, y, x, gathered)
            if y + 1 < height:
                _tell(gathered, said[1, y, x], down[y, x], False, said[0, y + 1, x])
            if x + 1 < width:
                _tell(gathered, said[3, y, x], right[y, x], False, said[2, y, x + 1])
        for place in range(height * width - 1, -1, -1):
            y, x = place // width, place % width
            _gather(own, said, y, x, gathered)
            if y > 0:
                _tell(gathered, said[0, y, x], down[y - 1, x], True, said[1, y - 1, x])
            if x > 0:
                _tell(gathered, said[2, y, x], right[y, x - 1], True, said[3, y, x - 1])
    answer = np.zeros((height, width), np.int64)
    for y in range(height):
        for x in range(width):  # those before have chosen, those after have spoken
            costs = own[y, x] + said[1, y, x] + said[3, y, x]
            if y > 0:
                costs = costs + down[y - 1, x, answer[y - 1, x]]
            if x > 0:
                costs = costs + right[y, x - 1, answer[y, x - 1]]
            answer[y, x] = costs.argmin()
    return answer


@numba.njit(cache=True, nogil=True, fastmath=True)
def _gather(own, said, y, x, gathered):  # type: ignore[no-untyped-def]
    for move in range(len(gathered)):
        heard = said[0, y, x, move] + said[1, y, x, move] + said[2, y, x, move]
        gathered[move] = (own[y, x, move] + heard + said[3, y, x, move]) / CHAINS


@numba.njit(cache=True, nogil=True, fastmath=True)
def _tell(gathered, heard, costs, turned, said):  # type: ignore[no-untyped-def]
    """Write into ``said`` what a cell tells a neighbour, less what it has ``heard`` from there."""
    moves = len(gathered)
    for other in range(moves):
        said[other] = np.inf
    for own in range(moves):
        base = gathered[own] - heard[own]
        for other in range(moves):
            cost = base + (costs[other, own] if turned else costs[own, other])
            said[other] = min(said[other], cost)
    least = said.min()
    for other in range(moves):
        said[other] -= least
