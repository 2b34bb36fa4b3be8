"""The steps of a V-cycle compiled for the CPU; see :mod:`likewise.patches.blending.poisson`.

Not in the paper: because as torch operations each step goes through memory a dozen times.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from torch import Tensor

from likewise.patches.blending.coarsening import Level, Stairs
from likewise.patches.kernels.launching import run

LARGE = 2**17  # numbers of a field, from which on threads gain more than starting them costs
ZERO, QUARTER = np.float32(0), np.float32(0.25)


class Arrays(NamedTuple):
    """Grids and edges of a level as NumPy arrays that share its memory."""

    right: np.ndarray
    down: np.ndarray
    diagonal: np.ndarray
    inverse: np.ndarray
    edges: tuple[np.ndarray, np.ndarray, np.ndarray]


class CompiledSteps:
    """:class:`likewise.patches.blending.poisson.Steps` for float32 tensors on the CPU.

    Of the levels of one solution: it keeps their arrays, since small levels are swept so often that
    asking for them would cost as much as the sweeps.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Level, Arrays]] = {}

    def sweep(self, level: Level, field: Tensor, wanted: Tensor, colour: int) -> None:
        """Solve every second pixel, as on a chessboard, for its neighbours as they are."""
        known, values, goal = self._arrays(level), field.numpy(), wanted.numpy()
        lent = _lend(values, goal, *known.edges)
        grids = (colour, known.right, known.down, known.inverse, values, goal)
        if values.size < LARGE:
            _sweep(*grids)
        else:
            run(_sweep_large, *grids)
        _give_back(lent, goal, known.edges[0])

    def rest(self, level: Level, field: Tensor, wanted: Tensor, rest: Tensor) -> None:
        """Write into ``rest`` what ``field`` leaves of ``wanted``."""
        known, values, left = self._arrays(level), field.numpy(), rest.numpy()
        grids = (known.right, known.down, known.diagonal, values, wanted.numpy(), left)
        if values.size < LARGE:
            _rest(*grids)
        else:
            run(_rest_large, *grids)
        _flow_along(values, left, *known.edges)

    def spread(self, stairs: Stairs, above: Level, coarse: Tensor, field: Tensor) -> None:
        """Add ``coarse`` to ``field``, interpolated along links."""
        parts = (above.right, above.down, stairs.member, stairs.lost, stairs.host, coarse, field)
        _spread(*(part.numpy() for part in parts))

    def _arrays(self, level: Level) -> Arrays:
        if id(level) not in self._known:  # the level is kept too, so that its id stays its own
            edges = level.edges
            arrays = Arrays(
                level.right.numpy(),
                level.down.numpy(),
                level.diagonal.numpy(),
                level.inverse.numpy(),
                (edges.start.numpy(), edges.end.numpy(), edges.weight.numpy()),
            )
            self._known[id(level)] = (level, arrays)
        return self._known[id(level)][1]


@numba.njit(inline="always", cache=True, fastmath=True)
def _sweep_row(y, colour, right, down, inverse, field, wanted):  # type: ignore[no-untyped-def]
    for c in range(len(field)):
        for x in range(1 + (y + 1 + colour) % 2, field.shape[2] - 1, 2):
            flow = right[y, x] * field[c, y, x + 1] + right[y, x - 1] * field[c, y, x - 1]
            flow += down[y, x] * field[c, y + 1, x] + down[y - 1, x] * field[c, y - 1, x]
            field[c, y, x] = (wanted[c, y, x] + flow) * inverse[y, x]


@numba.njit(inline="always", cache=True, fastmath=True)
def _rest_row(y, right, down, diagonal, field, wanted, rest):  # type: ignore[no-untyped-def]
    for c in range(len(field)):
        for x in range(1, field.shape[2] - 1):
            flow = right[y, x] * field[c, y, x + 1] + right[y, x - 1] * field[c, y, x - 1]
            flow += down[y, x] * field[c, y + 1, x] + down[y - 1, x] * field[c, y - 1, x]
            rest[c, y, x] = wanted[c, y, x] + flow - diagonal[y, x] * field[c, y, x]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _sweep(colour, right, down, inverse, field, wanted):  # type: ignore[no-untyped-def]
    for y in range(1, field.shape[1] - 1):
        _sweep_row(y, colour, right, down, inverse, field, wanted)


@numba.njit(cache=True, parallel=True, fastmath=True)
def _sweep_large(colour, right, down, inverse, field, wanted):  # type: ignore[no-untyped-def]
    for line in numba.prange(1, field.shape[1] - 1):
        _sweep_row(np.int64(line), colour, right, down, inverse, field, wanted)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _rest(right, down, diagonal, field, wanted, rest):  # type: ignore[no-untyped-def]
    for y in range(1, field.shape[1] - 1):
        _rest_row(y, right, down, diagonal, field, wanted, rest)


@numba.njit(cache=True, parallel=True, fastmath=True)
def _rest_large(right, down, diagonal, field, wanted, rest):  # type: ignore[no-untyped-def]
    for line in numba.prange(1, field.shape[1] - 1):
        _rest_row(np.int64(line), right, down, diagonal, field, wanted, rest)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _lend(field, wanted, start, end, weight):  # type: ignore[no-untyped-def]
    """Add what flows along edges to what is wanted at their starts; returns what that was."""
    channels = len(field)
    lent = np.zeros((channels, len(start)), np.float32)
    for c in range(channels):
        goal, values = wanted[c].reshape(-1), field[c].reshape(-1)
        for e in range(len(start)):
            lent[c, e] = goal[start[e]]
        for e in range(len(start)):
            goal[start[e]] += weight[e] * values[end[e]]
    return lent


@numba.njit(cache=True, nogil=True)
def _give_back(lent, wanted, start):  # type: ignore[no-untyped-def]
    for c in range(len(wanted)):
        goal = wanted[c].reshape(-1)
        for e in range(len(start)):
            goal[start[e]] = lent[c, e]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _flow_along(field, rest, start, end, weight):  # type: ignore[no-untyped-def]
    for c in range(len(rest)):
        left, values = rest[c].reshape(-1), field[c].reshape(-1)
        for e in range(len(start)):
            left[start[e]] += weight[e] * values[end[e]]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _spread(right, down, member, lost, host, coarse, field):  # type: ignore[no-untyped-def]
    width = field.shape[2]
    slopes = np.zeros(coarse.shape[2], np.float32)
    for q in range(1, coarse.shape[1] - 1):
        y = 2 * q - 1
        for c in range(len(field)):
            for p in range(coarse.shape[2] - 1):
                here = coarse[c, q, p]
                slope = (coarse[c, q, p + 1] - here) * QUARTER
                slopes[p] = slope if right[q, p] > 0 else ZERO
            for p in range(1, coarse.shape[2] - 1):
                here = coarse[c, q, p]
                above = here + (
                    (coarse[c, q - 1, p] - here) * QUARTER if down[q - 1, p] > 0 else ZERO
                )
                below = here + ((coarse[c, q + 1, p] - here) * QUARTER if down[q, p] > 0 else ZERO)
                x = 2 * p - 1
                field[c, y, x] += (above - slopes[p - 1]) * member[y, x]
                field[c, y, x + 1] += (above + slopes[p]) * member[y, x + 1]
                field[c, y + 1, x] += (below - slopes[p - 1]) * member[y + 1, x]
                field[c, y + 1, x + 1] += (below + slopes[p]) * member[y + 1, x + 1]
    for e in range(len(lost)):
        y, x = host[e] // width, host[e] % width
        q, p = (y + 1) // 2, (x + 1) // 2
        v, u = q + 1 - 2 * (y % 2), p + 1 - 2 * (x % 2)
        for c in range(len(field)):
            value = coarse[c, q, p]
            if down[min(q, v), p] > 0:
                value += (coarse[c, v, p] - coarse[c, q, p]) * QUARTER
            if right[q, min(p, u)] > 0:
                value += (coarse[c, q, u] - coarse[c, q, p]) * QUARTER
            field[c, lost[e] // width, lost[e] % width] += value
