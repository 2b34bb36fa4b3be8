"""Slow twins of what fills holes: every move compared by itself, every choice tried."""

from __future__ import annotations

from itertools import product

import numpy as np
from torch import Tensor


def ring_error(
    move: tuple[int, int],
    shade: Tensor,
    ring: Tensor,
    corner: tuple[int, int],
    source: Tensor,
    usable: Tensor,
) -> tuple[float, int]:
    """Mean squared difference of a ring at one move, and how many pixels were compared."""
    total, count = 0.0, 0
    for row, column in ring.nonzero().tolist():
        y, x = row + corner[0] + move[0], column + corner[1] + move[1]
        if 0 <= y < source.shape[0] and 0 <= x < source.shape[1] and usable[y, x]:
            total += float(shade[row, column] - source[y, x]) ** 2
            count += 1
    return total / max(1, count), count


def least_choice(own: np.ndarray, down: np.ndarray, right: np.ndarray) -> float:
    """The least cost of any choice of moves (h, w), by trying all."""
    height, width, moves = own.shape
    best = np.inf
    for labels in product(range(moves), repeat=height * width):
        best = min(best, cost_of(np.array(labels).reshape(height, width), own, down, right))
    return float(best)


def cost_of(labels: np.ndarray, own: np.ndarray, down: np.ndarray, right: np.ndarray) -> float:
    """What one choice of moves costs."""
    total = 0.0
    for y, x in np.ndindex(labels.shape):
        total += own[y, x, labels[y, x]]
        if y + 1 < len(labels):
            total += down[y, x, labels[y, x], labels[y + 1, x]]
        if x + 1 < labels.shape[1]:
            total += right[y, x, labels[y, x], labels[y, x + 1]]
    return float(total)
