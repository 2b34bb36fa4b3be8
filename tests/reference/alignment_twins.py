"""Slow NumPy twins of likewise.patches.alignment and shifts: loops over pixels and neighbours."""

from __future__ import annotations

import numpy as np


def follow(image: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """``image`` (C, Hs, Ws) gathered along ``moves`` (2, H, W), rounded, edges repeated."""
    channels, rows, columns = image.shape
    _, height, width = moves.shape
    answer = np.zeros((channels, height, width), image.dtype)
    for y, x in np.ndindex(height, width):
        row = min(max(round(y + float(moves[1, y, x])), 0), rows - 1)
        column = min(max(round(x + float(moves[0, y, x])), 0), columns - 1)
        answer[:, y, x] = image[:, row, column]
    return answer


def potts_cost(
    moves: np.ndarray,
    unlike: np.ndarray,
    classes: np.ndarray,
    source_size: tuple[int, int],
    *,
    seam: float,
    border_share: float,
    outside: float,
) -> float:
    """Unlikeness of every cell's source cell, and a seam for each pair of cells that part.

    Args: moves (2, h, w), unlike (h*w, hs*ws), classes (h, w).
    """
    height, width = classes.shape
    total = 0.0
    for y, x in np.ndindex(height, width):
        column, row = int(moves[0, y, x]) + x, int(moves[1, y, x]) + y
        near_column = min(max(column, 0), source_size[1] - 1)
        near_row = min(max(row, 0), source_size[0] - 1)
        total += float(unlike[y * width + x, near_row * source_size[1] + near_column])
        total += outside * (abs(column - near_column) + abs(row - near_row))
        for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):  # each pair of neighbours once
            if y + dy < height and 0 <= x + dx < width:
                other = moves[:, y + dy, x + dx]
                alike = classes[y + dy, x + dx] == classes[y, x]
                if (moves[:, y, x] != other).any():
                    total += seam * (1.0 if alike else border_share)
    return total
