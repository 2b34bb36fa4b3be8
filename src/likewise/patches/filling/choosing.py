"""Choosing: which of several moves each cell of a hole takes, so that no seam shows.

A cell pays for pixels that a move brings from where nothing is usable, for how it differs from
known pixels beside it, and, beside a cell of another move, for how the two differ where they meet.
Not in the paper. Compiled for the CPU by Numba.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from likewise.patches.filling.messages import least
from likewise.patches.kernels.launching import run

MISSING = 1.0  # cost of a pixel without material, in squared steps of colour
FRAY = 0.3  # of a pixel beside the hole whose class is not the wanted one
NOTHING, HOLE, KNOWN, GIVEN = range(4)  # roles of a pixel


@dataclass(frozen=True)
class Problem:
    """A window of the target in whole cells, and the source that it may be filled from.

    Attributes:
        cell: pixels a side.
        corner: first row and column of the window, which may reach beyond the target.
        roles: (h * cell, w * cell) uint8: HOLE; KNOWN, pixels whose colours stand; GIVEN, pixels
            whose class stands; NOTHING.
        colours: (h * cell, w * cell, C) float32 of the known ones.
        wanted: (h * cell, w * cell) classes of those given.
        image: the source (Hs, Ws, C) float32.
        ids: its classes (Hs, Ws).
        usable: (Hs, Ws) booleans, material for the hole.
    """

    cell: int
    corner: tuple[int, int]
    roles: np.ndarray
    colours: np.ndarray
    wanted: np.ndarray
    image: np.ndarray
    ids: np.ndarray
    usable: np.ndarray


def chosen(problem: Problem, moves: np.ndarray) -> np.ndarray:
    """(h, w) int64: which of ``moves`` (L, 2) each cell takes, -1 where it has no part in the hole.

    Args:
        problem: the hole.
        moves: down and right, from the target to the source.
    """
    cell, corner = problem.cell, np.array(problem.corner)
    height, width = (length // cell for length in problem.roles.shape)
    inside = (problem.roles == HOLE).reshape(height, cell, width, cell).any(axis=(1, 3))
    cells = np.full((height + 1, width + 1), -1)  # the rim serves those before the first, too
    cells[:-1, :-1][inside] = np.arange(inside.sum())
    paid = np.zeros((len(moves), inside.sum()), np.float32)
    planes = (problem.roles, problem.colours, problem.wanted)
    run(_pay, paid, cells, cell, corner, moves, *planes, problem.image, problem.ids, problem.usable)
    own = np.ascontiguousarray(paid.T)
    shown = np.empty((len(own), cell, cell, problem.image.shape[2], len(moves)), np.float32)
    run(_show, shown, np.argwhere(inside) * cell + corner, moves, problem.image)
    answer = np.full((height, width), -1)
    answer[inside] = least(own, shown, cells)
    return answer


@njit(cache=True, parallel=True)
def _pay(  # type: ignore[no-untyped-def]
    paid, cells, cell, corner, moves, roles, colours, wanted, image, ids, usable
):  # fmt: skip
    """Add to ``paid`` (L, N) what each cell pays for each move by itself."""
    for move in prange(len(moves)):
        top, left = corner[0] + moves[move, 0], corner[1] + moves[move, 1]
        for y in range(roles.shape[0]):
            for x in range(roles.shape[1]):
                role, row, column = roles[y, x], top + y, left + x
                if role == NOTHING:
                    continue
                inside = 0 <= row < usable.shape[0] and 0 <= column < usable.shape[1]
                cost = np.float32(0.0)
                if role == HOLE:
                    if not (inside and usable[row, column]):
                        paid[move, cells[y // cell, x // cell]] += np.float32(MISSING)
                elif inside and role == GIVEN:
                    cost += np.float32(FRAY) * (ids[row, column] != wanted[y, x])
                elif inside and usable[row, column]:
                    for channel in range(image.shape[2]):
                        step = image[row, column, channel] - colours[y, x, channel]
                        cost += step * step
                if cost > 0:  # borne by the cell it is in, and half by each beside that
                    for di, dj, share in ((0, 0, 2), (-1, 0, 1), (1, 0, 1), (0, -1, 1), (0, 1, 1)):
                        number = cells[y // cell + di, x // cell + dj]
                        if number >= 0:
                            paid[move, number] += cost * np.float32(share / 2)


@njit(cache=True, parallel=True)
def _show(shown, places, moves, image):  # type: ignore[no-untyped-def]
    """What each move brings to each pixel of each cell, written to ``shown``; edges repeat."""
    _, cell, _, channels, _ = shown.shape
    for number in prange(len(places)):
        for dy in range(cell):
            for dx in range(cell):
                for move in range(len(moves)):
                    y = places[number, 0] + dy + moves[move, 0]
                    x = places[number, 1] + dx + moves[move, 1]
                    y = min(max(y, 0), image.shape[0] - 1)
                    x = min(max(x, 0), image.shape[1] - 1)
                    for channel in range(channels):
                        shown[number, dy, dx, channel, move] = image[y, x, channel]
