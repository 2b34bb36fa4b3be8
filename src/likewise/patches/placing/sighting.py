"""Sighting: what placements of a source show at places of a target, and how right that is.

A placement is a row (scale, 1 where mirrored, down, right) of a table of float64: view place =
target place + (down, right), in pixels. What it shows can be told row by row and column by column,
so grids of places are cheap. Compiled for the CPU by Numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from likewise.patches.kernels.launching import run

SAMPLES = 4  # points a side at which a cell of a placement is looked at
SCALE_WORTH = 0.02  # score that a doubling, a halving or a mirroring must gain to be worth it
OUTSIDE = -2  # class position beyond the edges of a view
_GAIN = 1e-9  # below it a change of score is rounding


def scores(
    table: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    class_: int,
    target: np.ndarray,
    source: np.ndarray,
) -> np.ndarray:
    """(P,): how well placements put a grid of target places right, most of all one class.

    Args:
        table: (P, 4).
        rows: (N,), whole pixels inside the target.
        columns: likewise.
        class_: the class whose overlap counts.
        target: class positions (H, W), -1 where unknown.
        source: class positions (Hs, Ws), -1 where unknown.
    """
    found = np.empty(len(table))
    run(_score_all, found, table, rows, columns, class_, target, source)
    return found


def improved(
    table: np.ndarray,
    bounds: np.ndarray,
    changes: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    classes: np.ndarray,
    target: np.ndarray,
    source: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Placements (P, 4) after all ``changes`` that raised their scores, and these (P,).

    Args:
        table: (P, 4).
        bounds: smallest and largest scale of each (P, 2).
        changes: (C, 3), tried one after the other: factor of the scale about the middle of the
            grid, then moves down and right.
        rows: (P, N), as in :func:`scores`, of each its own.
        columns: likewise.
        classes: (P,), likewise.
        target: as in :func:`scores`.
        source: likewise.
    """
    best, found = table.copy(), np.empty(len(table))
    run(_improve, best, found, bounds, changes, rows, columns, classes, target, source)
    return best, found


def seen_shares(
    table: np.ndarray, grid: tuple[int, int], cell: int, classes: int, source: np.ndarray
) -> np.ndarray:
    """(P, K + 2, h, w): share of what lies outside, of the unknown and of each class in cells.

    Args:
        table: (P, 4).
        grid: (h, w), cells of the target.
        cell: pixels a side.
        classes: K.
        source: class positions (Hs, Ws), -1 where unknown.
    """
    found = np.zeros((len(table), classes + 2, *grid), np.float32)
    steps = (np.arange(SAMPLES) + 0.5) * cell / SAMPLES - 0.5
    rows, columns = ((np.arange(n)[:, None] * cell + steps).ravel() for n in grid)
    run(_share, found, table, rows, columns, source)
    return found


@njit(inline="always", cache=True)
def _lines(found, places, move, scale, mirrored, length):  # type: ignore[no-untyped-def]
    """Source rows or columns seen at target ``places``, -1 where there are none."""
    view_length = max(np.rint(length * scale), 1.0)
    ratio = length / view_length
    for k in range(len(places)):
        place = places[k] + move
        if mirrored:
            place = view_length - 1 - place
        line = np.floor((place + 0.5) * ratio)
        found[k] = np.int64(line) if 0 <= line < length else np.int64(-1)


@njit(cache=True)
def _score(row, rows, columns, class_, target, source, ys, xs):  # type: ignore[no-untyped-def]
    scale, mirrored = row[0], row[1] > 0
    _lines(ys, rows, row[2], scale, False, source.shape[0])
    _lines(xs, columns, row[3], scale, mirrored, source.shape[1])
    both, either, right = 0, 0, 0
    for i in range(len(rows)):
        for j in range(len(columns)):
            here = target[rows[i], columns[j]]
            seen = OUTSIDE
            if ys[i] >= 0 and xs[j] >= 0:
                seen = source[ys[i], xs[j]]
            both += (here == class_) & (seen == class_)
            either += (here == class_) | (seen == class_)
            right += (here < 0) | (seen == here)
    overlap = both / max(either, 1)
    agreement = right / (len(rows) * len(columns))
    return overlap + agreement - SCALE_WORTH * (abs(np.log2(scale)) + row[1])


@njit(parallel=True, cache=True)
def _score_all(found, table, rows, columns, class_, target, source):  # type: ignore[no-untyped-def]
    for number in prange(len(table)):
        p = np.int64(number)  # prange counts without a sign
        ys, xs = np.empty(len(rows), np.int64), np.empty(len(columns), np.int64)
        found[p] = _score(table[p], rows, columns, class_, target, source, ys, xs)


@njit(parallel=True, cache=True)
def _improve(table, found, bounds, changes, rows, columns, classes, target, source):  # type: ignore[no-untyped-def]
    for number in prange(len(table)):
        p = np.int64(number)
        ys, xs = np.empty(rows.shape[1], np.int64), np.empty(columns.shape[1], np.int64)
        y, x, changed = rows[p].mean(), columns[p].mean(), table[p].copy()
        best = _score(changed, rows[p], columns[p], classes[p], target, source, ys, xs)
        for k in range(len(changes)):
            scale, down, right = table[p, 0], table[p, 2], table[p, 3]
            changed[0] = min(max(scale * changes[k, 0], bounds[p, 0]), bounds[p, 1])
            growth = changed[0] / scale
            changed[2] = np.rint((y + down) * growth - y) + changes[k, 1]
            changed[3] = np.rint((x + right) * growth - x) + changes[k, 2]
            if changed[0] == scale and changed[2] == down and changed[3] == right:
                continue
            score = _score(changed, rows[p], columns[p], classes[p], target, source, ys, xs)
            if score > best + _GAIN:
                best, table[p, :] = score, changed
        found[p] = best


@njit(parallel=True, cache=True)
def _share(found, table, rows, columns, source):  # type: ignore[no-untyped-def]
    weight = np.float32(1.0 / SAMPLES**2)
    for number in prange(len(table)):
        p = np.int64(number)
        ys, xs = np.empty(len(rows), np.int64), np.empty(len(columns), np.int64)
        _lines(ys, rows, table[p, 2], table[p, 0], False, source.shape[0])
        _lines(xs, columns, table[p, 3], table[p, 0], table[p, 1] > 0, source.shape[1])
        for i in range(len(rows)):
            for j in range(len(columns)):
                seen = OUTSIDE
                if ys[i] >= 0 and xs[j] >= 0:
                    seen = source[ys[i], xs[j]]
                found[p, seen - OUTSIDE, i // SAMPLES, j // SAMPLES] += weight
