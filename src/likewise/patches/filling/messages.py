"""Messages: the least sum of what cells pay by themselves and where they meet.

Sought by tree-reweighted message passing in turns over the grid (Kolmogorov, PAMI 2006). What two
cells pay where they meet, the squared difference of the colours that their moves bring there, is
worked out for those moves only that a message can depend on. Not in the paper. Compiled for the CPU
by Numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from likewise.patches.kernels.launching import run

JUMP = 0.002  # cost of a pixel's length of border between two moves, in squared steps of colour
SWEEPS = 8  # over all cells, there and back
CHAINS = 2  # that a cell of a grid lies on: one along its row, one along its column
SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))  # above, below, left, right


def least(own: np.ndarray, shown: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(N,) int64: the move that each cell takes.

    Args:
        own: (N, L) float32, what each cell pays for each move by itself.
        shown: (N, cell, cell, C, L) float32, the colours that each move brings.
        cells: (h + 1, w + 1), the number of each cell on the grid, row by row, -1 where there is
            none and in the last row and column.
    """
    (count, moves), (rows, columns) = own.shape, (cells >= 0).nonzero()
    near = np.stack([cells[rows + down, columns + right] for down, right in SIDES], axis=1)
    said = np.zeros((4, count, moves), np.float32)  # to each cell, by those at its sides
    apart = np.empty((2, count, moves, moves), np.float32)  # from the one below, to the right
    known = np.zeros((2, count, moves), np.bool_)  # rows of ``apart`` that are worked out
    answer = np.zeros(count, np.int64)
    run(_settle, answer, own, shown, near, said, apart, known)
    return answer


@njit(cache=True, nogil=True, fastmath=True)
def _settle(answer, own, shown, near, said, apart, known):  # type: ignore[no-untyped-def]
    count, moves = own.shape
    gathered, costs = np.empty(moves, np.float32), np.empty(moves, np.float32)
    for sweep in range(2 * SWEEPS):
        back = sweep % 2
        for turn in range(count):
            cell = count - 1 - turn if back else turn
            for move in range(moves):
                heard = said[0, cell, move] + said[1, cell, move] + said[2, cell, move]
                gathered[move] = (own[cell, move] + heard + said[3, cell, move]) / CHAINS
            for axis in range(2):
                side = 2 * axis + 1 - back
                other = near[cell, side]
                if other < 0:
                    continue
                first, second = (other, cell) if back else (cell, other)
                for move in range(moves):
                    costs[move] = gathered[move] - said[side, cell, move]
                _tell(
                    said[side + 2 * back - 1, other],
                    costs,
                    apart[axis, first],
                    known[axis, first],
                    shown[first],
                    shown[second],
                    axis,
                )
    for cell in range(count):  # those before have chosen, those after have spoken
        for move in range(moves):
            costs[move] = own[cell, move] + said[1, cell, move] + said[3, cell, move]
        for axis in range(2):
            other = near[cell, 2 * axis]
            if other >= 0:
                taken = answer[other]
                _meet(
                    apart[axis, other], known[axis, other], shown[other], shown[cell], axis, taken
                )
                for move in range(moves):
                    costs[move] += apart[axis, other, taken, move]
        answer[cell] = costs.argmin()


@njit(cache=True, nogil=True, fastmath=True)
def _tell(said, costs, apart, known, first, second, axis):  # type: ignore[no-untyped-def]
    """Write into ``said`` (L,) what a cell tells another, of what it pays, ``costs`` (L,)."""
    moves = len(costs)
    best = costs.argmin()
    _meet(apart, known, first, second, axis, best)
    worst = np.float32(0.0)
    for move in range(moves):
        said[move] = apart[best, move]
        worst = max(worst, said[move])
    for own in range(moves):
        more = costs[own] - costs[best]
        if own == best or more >= worst:  # it is told of nothing that is cheaper
            continue
        _meet(apart, known, first, second, axis, own)
        worst = np.float32(0.0)
        for move in range(moves):
            said[move] = min(said[move], more + apart[own, move])
            worst = max(worst, said[move])


@njit(cache=True, nogil=True, fastmath=True)
def _meet(apart, known, first, second, axis, own):  # type: ignore[no-untyped-def]
    """Work out row ``own`` of ``apart`` (L, L): what two cells pay where they meet."""
    if known[own]:
        return
    known[own] = True
    cell, costs = first.shape[0], apart[own]
    half = cell // 2
    costs[:] = np.float32(JUMP * cell)
    costs[own] = 0
    for along in range(cell):
        for across in range(half):
            end = cell - half + across
            for channel in range(first.shape[2]):
                if axis == 0:
                    one, other = first[end, along, channel], second[across, along, channel]
                else:
                    one, other = first[along, end, channel], second[along, across, channel]
                mine, its = one[own], other[own]
                for move in range(len(costs)):
                    here, there = one[move] - mine, other[move] - its
                    costs[move] += here * here + there * there
