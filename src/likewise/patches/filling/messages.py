"""Messages: the least sum of what cells pay by themselves and where they meet.

Sought by tree-reweighted message passing in turns over the grid (Kolmogorov, PAMI 2006). Where two
cells meet they pay the squared difference of the colours that their moves bring there. Not in the
paper. Compiled for the CPU by Numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

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
    answer = np.zeros(count, np.int64)
    jump = np.float32(JUMP * shown.shape[1])
    run(_meet, apart, shown, near, jump)
    run(_settle, answer, own, near, said, apart, jump)
    return answer


@njit(cache=True, parallel=True, fastmath=True)
def _meet(apart, shown, near, jump):  # type: ignore[no-untyped-def]
    """Work out ``apart``: what each cell and the one below, or to the right, pay for any moves."""
    _, cell, _, channels, moves = shown.shape
    half = cell // 2
    for pair in prange(2 * len(near)):
        first, axis = np.int64(pair) // 2, np.int64(pair) % 2  # prange counts without a sign
        second = near[first, 2 * axis + 1]
        if second < 0:
            continue
        halves = np.empty((2, cell, half, channels, moves), np.float32)
        if axis == 0:
            halves[0] = shown[first, cell - half :].transpose(1, 0, 2, 3)
            halves[1] = shown[second, :half].transpose(1, 0, 2, 3)
        else:
            halves[0] = shown[first, :, cell - half :]
            halves[1] = shown[second, :, :half]
        colours = halves.reshape(2, -1, moves)
        for own in range(moves):
            costs = apart[axis, first, own]
            costs[:] = jump
            for k in range(colours.shape[1]):
                here, there = colours[0, k], colours[1, k]
                mine, its = here[own], there[own]
                for move in range(moves):
                    one, other = here[move] - mine, there[move] - its
                    costs[move] += one * one + other * other
            costs[own] = 0


@njit(cache=True, nogil=True, fastmath=True)
def _settle(answer, own, near, said, apart, jump):  # type: ignore[no-untyped-def]
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
                if other >= 0:
                    for move in range(moves):
                        costs[move] = gathered[move] - said[side, cell, move]
                    first = other if back else cell
                    _tell(said[side + 2 * back - 1, other], costs, apart[axis, first], jump)
    for cell in range(count):  # those before have chosen, those after have spoken
        costs[:] = own[cell]
        for axis in range(2):
            costs += said[2 * axis + 1, cell]
            before = near[cell, 2 * axis]
            if before >= 0:
                costs += apart[axis, before, answer[before]]
        answer[cell] = costs.argmin()


@njit(cache=True, nogil=True, fastmath=True)
def _tell(said, costs, apart, jump):  # type: ignore[no-untyped-def]
    """Write into ``said`` (L,) what a cell tells another, of what it pays, ``costs`` (L,)."""
    best = costs.argmin()
    worst = np.float32(0)
    for move in range(len(costs)):
        said[move] = min(costs[move] - costs[best], apart[best, move])
        worst = max(worst, said[move])
    for own in range(len(costs)):
        more = costs[own] - costs[best]
        if own == best or more + jump >= worst:  # it is told of nothing that is cheaper
            continue
        for move in range(len(costs)):
            said[move] = min(said[move], more + apart[own, move])
