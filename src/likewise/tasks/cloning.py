"""Cloning: pieces of a picture set into it so that their edges do not show.

Where two pieces meet in one body (skin, say), the step of colour between them becomes the one that
the source has at these places, and the difference spreads over what changed; beyond it every pixel
stays as it is. That is the membrane of Perez, Gangnet and Blake, "Poisson image editing" (2003),
with bodies that do not tint each other: skin does not colour the eye in it.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

TORN = 1.5  # source pixels: where neighbours come from farther apart, they are of two pieces
FAINT = 0.5  # a step that lacks more than this (range 1) is a true edge, not a seam
HOLD = 1e-4  # keeps bodies that lie wholly inside from drifting


def cloned(
    picture: np.ndarray,
    source: np.ndarray,
    origin: np.ndarray,
    inside: np.ndarray,
    bodies: np.ndarray,
) -> np.ndarray:
    """``picture`` with its seams blended away.

    Args:
        picture: (H, W, C) float in [0, 1], pieces of ``source`` set side by side.
        source: (H, W, C) float in [0, 1].
        origin: (2, H, W) x and y of the source pixel behind each pixel.
        inside: (H, W) bool, where colours may change.
        bodies: (H, W) int; seams lie, and corrections spread, where it is the same.

    Returns:
        (H, W, C) float; equal to ``picture`` beyond ``inside``.
    """
    if not inside.any():
        return picture
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    count = int(inside.sum())
    diagonal = np.full(count, HOLD)
    wanted = np.zeros((count, picture.shape[2]))
    joins = []
    for axis in (0, 1):
        here, beyond = _sides(number, axis)
        joined = np.equal(*_sides(bodies, axis)) & ((here >= 0) | (beyond >= 0))
        lacking = _lacking(picture, source, origin, axis)[joined]
        one, other = here[joined], beyond[joined]
        for side, sign in ((one, -1), (other, 1)):
            mine = side >= 0
            np.add.at(diagonal, side[mine], 1)
            np.add.at(wanted, side[mine], sign * lacking[mine])
        both = (one >= 0) & (other >= 0)
        joins += [(one[both], other[both]), (other[both], one[both])]
    rows, columns = (np.concatenate(part) for part in zip(*joins, strict=True))
    links = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    solved = spsolve((sparse.diags(diagonal) - links).tocsc(), wanted)
    answer = picture.astype(np.float64).copy()
    answer[inside] += solved.reshape(count, -1)
    return answer


def _sides(field: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """``field`` at each pixel but the last along ``axis``, and at the next."""
    last = field.shape[axis]
    return np.take(field, range(last - 1), axis), np.take(field, range(1, last), axis)


def _lacking(picture: np.ndarray, source: np.ndarray, origin: np.ndarray, axis: int) -> np.ndarray:
    """What each step along ``axis`` lacks, (.., C): nothing where no two pieces meet."""
    step = np.subtract(*_sides(picture, axis)[::-1])
    (x0, x1), (y0, y1) = (_sides(plane, axis) for plane in origin)
    away = np.abs(x1 - x0 - (axis == 1)) + np.abs(y1 - y0 - (axis == 0))
    onward = _step_from(source, x0, y0, axis, 1)
    backward = _step_from(source, x1, y1, axis, -1)
    lacking = (onward + backward) / 2 - step
    seam = (away > TORN) & (np.sqrt((lacking**2).mean(axis=2)) < FAINT)
    return np.where(seam[..., None], lacking, 0)


def _step_from(source: np.ndarray, x: np.ndarray, y: np.ndarray, axis: int, by: int) -> np.ndarray:
    """The source's own step along ``axis`` at (x, y), to the next pixel (by 1) or from the last."""
    height, width = source.shape[:2]
    row = np.clip(np.rint(y).astype(int), 0, height - 1)
    column = np.clip(np.rint(x).astype(int), 0, width - 1)
    next_row = np.clip(row + by * (axis == 0), 0, height - 1)
    next_column = np.clip(column + by * (axis == 1), 0, width - 1)
    return np.asarray(by * (source[next_row, next_column] - source[row, column]))
