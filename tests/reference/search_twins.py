"""Slow NumPy twins of likewise.patches.exact: one loop an index, in float64."""

from __future__ import annotations

import numpy as np


def nearest(
    queries: np.ndarray, keys: np.ndarray, scale: np.ndarray, penalty: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Indices (N,) and costs (N,) of the keys of least cost, the first of equal ones."""
    indices, costs = [], []
    for query in queries.astype(np.float64):
        best, least = 0, np.inf
        for place, key in enumerate(keys.astype(np.float64)):
            cost = ((query - key) ** 2).sum() * scale[place] + penalty[place]
            if cost < least:
                best, least = place, cost
        indices.append(best)
        costs.append(least)
    return np.array(indices), np.array(costs)


def completeness(queries: np.ndarray, keys: np.ndarray, alpha: float) -> np.ndarray:
    """(M,): what d, a mean over the values of a row, is multiplied by, over the values summed."""
    depth = keys.shape[1]
    scales = []
    for key in keys.astype(np.float64):
        means = [((query - key) ** 2).mean() for query in queries.astype(np.float64)]
        scales.append(1 / (alpha + min(means)) / depth)
    return np.array(scales)
