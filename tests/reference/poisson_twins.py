"""Slow twins of patches.blending.poisson and .seams: one loop a pixel, and a direct solver."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve


def neighbours(ids: np.ndarray) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of adjacent pixels of equal ``ids`` (H, W): the upper or left one first."""
    height, width = ids.shape
    for y in range(height):
        for x in range(width):
            for v, u in ((y + 1, x), (y, x + 1)):
                if v < height and u < width and ids[y, x] == ids[v, u]:
                    yield (y, x), (v, u)


def poisson(wanted: np.ndarray, ids: np.ndarray, reach: float) -> np.ndarray:
    """c (C, H, W) with c / reach^2 - div(links grad c) = ``wanted``; links are within ``ids``."""
    _, height, width = wanted.shape
    entries = [(p, p, 1 / reach**2) for p in range(height * width)]
    for (y, x), (v, u) in neighbours(ids):
        p, q = y * width + x, v * width + u
        entries += [(p, p, 1.0), (q, q, 1.0), (p, q, -1.0), (q, p, -1.0)]
    rows, columns, values = zip(*entries, strict=True)
    matrix = coo_matrix((values, (rows, columns))).tocsc()
    answers = [spsolve(matrix, channel.ravel().astype(np.float64)) for channel in wanted]
    return np.stack(answers).reshape(wanted.shape)


def missing_steps(
    gathered: np.ndarray, views: list[np.ndarray], field: np.ndarray, ids: np.ndarray, faint: float
) -> dict[tuple[tuple[int, int], tuple[int, int]], np.ndarray]:
    """What the step from pixel to pixel lacks (C,) where ``field`` (3, H, W) is torn in a class."""
    found = {}
    for p, q in neighbours(ids):
        by = (q[0] - p[0], q[1] - p[1])
        here, there = field[:, p[0], p[1]], field[:, q[0], q[1]]
        if tuple(there) == (here[0], here[1] + by[0], here[2] + by[1]):
            continue
        one, other = gathered[:, p[0], p[1]], gathered[:, q[0], q[1]]
        guesses = []
        for place, sign, own in ((here, 1, one), (there, -1, other)):
            height, width = views[place[0]].shape[1:]
            y, x = place[1] + sign * by[0], place[2] + sign * by[1]
            rows, columns = (place[1], y), (place[2], x)
            if by[0] and not all(0 <= row < height for row in rows):
                continue
            if by[1] and not all(0 <= column < width for column in columns):
                continue
            y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
            guesses.append(sign * (views[place[0]][:, y, x] - own))
        lack = np.mean(guesses, axis=0) - (other - one) if guesses else np.zeros_like(one)
        found[p, q] = lack * np.exp(-(np.mean((lack / faint) ** 2) ** 2))
    return found
