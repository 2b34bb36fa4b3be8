"""Axes: how wide each column and how high each row becomes, so that what matters keeps its shape.

Axis-aligned deformation, after Panozzo, Weber and Sorkine, "Robust Image Retargeting via
Axis-Aligned Deformation" (2012): one height a row and one width a column, found by least squares.
Where something that matters lies, its rows and its columns are to be scaled alike, and not at all
if there is room.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import lsq_linear

SIMILAR, SIZED = 1.0, 0.2  # weights: scaled as the thing is; as large as before
EVEN = 0.02  # weight of even scales of rows, and of columns, where nothing matters
SMOOTH = 0.1  # weight of like scales side by side: a jump would show
EXACT = 1e3  # weight of the sums, which are then made exact
SMALLEST = 0.08  # no row or column becomes narrower than this share of its size


def scaled_axes(things: np.ndarray, size: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Heights of the rows and widths of the columns of cells.

    Each thing has a scale of its own, as near to 1 as there is room, that its rows and columns
    take on. A small thing counts for more than its cells, or a large one would have its way.

    Args:
        things: (T, N, M) 0 to 1, the share of each thing that matters in cells of equal size.
        size: what rows and columns shall add up to, in cells.

    Returns:
        (N,) heights and (M,) widths, 1 where a cell keeps its size; all positive.
    """
    count, rows, columns = things.shape
    sides = rows + columns
    which, n, m = np.nonzero(things)
    areas = things.sum(axis=(1, 2))
    weight = np.sqrt(things[which, n, m] * np.sqrt(areas.mean() / areas[which])) if count else n

    def terms(where: np.ndarray, other: np.ndarray, w: np.ndarray | float) -> np.ndarray:
        block = np.zeros((len(where), sides + count))
        block[np.arange(len(where)), where] = w
        block[np.arange(len(where)), other] -= w
        return block

    each = np.arange(sides)
    side_by_side = np.delete(each, [rows - 1, sides - 1])
    even = np.concatenate([np.full(rows, size[0] / rows), np.full(columns, size[1] / columns)])
    sums = np.stack([each < rows, each >= rows])
    sized = SIZED * np.sqrt(2 * np.bincount(which, np.square(weight), count))
    blocks = [
        (terms(n, sides + which, SIMILAR * weight), np.zeros(len(n))),
        (terms(rows + m, sides + which, SIMILAR * weight), np.zeros(len(n))),
        (np.eye(count, sides + count, sides) * sized[:, None], sized),
        (EVEN * np.eye(sides, sides + count), EVEN * even),
        (terms(side_by_side, side_by_side + 1, SMOOTH), np.zeros(sides - 2)),
        (EXACT * np.pad(sums, ((0, 0), (0, count))), EXACT * np.array(size, dtype=float)),
    ]
    least = np.append(SMALLEST * np.minimum(1, even), np.zeros(count))
    matrix = np.concatenate([block for block, _ in blocks])
    wanted = np.concatenate([goal for _, goal in blocks])
    found = lsq_linear(matrix, wanted, (least, np.inf)).x
    heights, widths = found[:rows], found[rows:sides]
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
