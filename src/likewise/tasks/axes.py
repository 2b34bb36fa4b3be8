"""Axes: how wide each column and how high each row becomes, so that what matters keeps its shape.

Axis-aligned deformation, after Panozzo, Weber and Sorkine, "Robust Image Retargeting via
Axis-Aligned Deformation" (2012): one height a row and one width a column, found by least squares.
Where something that matters lies, its row and its column are to be scaled alike, and not at all if
there is room.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import lsq_linear

SIMILAR, SIZED = 1.0, 0.2  # weights: as wide as high; as large as before
EVEN = 0.02  # weight of even scales of rows, and of columns, where nothing matters
SMOOTH = 0.1  # weight of like scales side by side: a jump would show
EXACT = 1e3  # weight of the sums, which are then made exact
SMALLEST = 0.08  # no row or column becomes narrower than this share of its size


def scaled_axes(importance: np.ndarray, size: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Heights of the rows and widths of the columns of cells.

    Args:
        importance: (N, M) 0 to 1, of cells of equal size.
        size: what rows and columns shall add up to, in cells.

    Returns:
        (N,) heights and (M,) widths, 1 where a cell keeps its size; all positive.
    """
    rows, columns = importance.shape
    n, m = np.indices(importance.shape).reshape(2, -1)
    weight = np.sqrt(importance.ravel())
    count = rows + columns

    def terms(places: tuple[np.ndarray, ...], signs: tuple[int, ...], w: np.ndarray) -> np.ndarray:
        block = np.zeros((len(w), count))
        for place, sign in zip(places, signs, strict=True):
            block[np.arange(len(w)), place] += sign * w
        return block

    each = np.arange(count)
    side_by_side = np.delete(each, [rows - 1, count - 1])
    even = np.concatenate([np.full(rows, size[0] / rows), np.full(columns, size[1] / columns)])
    sums = np.stack([each < rows, each >= rows]).astype(float)
    blocks = [
        (terms((n, rows + m), (1, -1), SIMILAR * weight), np.zeros(len(weight))),
        (terms((n,), (1,), SIZED * weight), SIZED * weight),
        (terms((rows + m,), (1,), SIZED * weight), SIZED * weight),
        (EVEN * np.eye(count), EVEN * even),
        (
            terms((side_by_side, side_by_side + 1), (1, -1), np.full(count - 2, SMOOTH)),
            np.zeros(count - 2),
        ),
        (EXACT * sums, EXACT * np.array(size, dtype=float)),
    ]
    least = SMALLEST * np.minimum(1, even)
    matrix = np.concatenate([block for block, _ in blocks])
    wanted = np.concatenate([goal for _, goal in blocks])
    found = lsq_linear(matrix, wanted, (least, np.inf)).x
    heights, widths = found[:rows], found[rows:]
    return heights * size[0] / heights.sum(), widths * size[1] / widths.sum()


def places(scales: np.ndarray, old: int, new: int) -> np.ndarray:
    """(new,) for each new row or column, the old one that its centre comes from.

    Args:
        scales: of cells of equal size that tile the ``old`` rows.
        old: rows before.
        new: rows after.
    """
    edges = np.concatenate([[0.0], np.cumsum(scales)])
    edges *= new / edges[-1]
    back = np.interp(np.arange(new) + 0.5, edges, np.linspace(0, old, len(edges)))
    return np.clip(back.astype(np.int64), 0, old - 1)
