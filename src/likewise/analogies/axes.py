"""Principal axes: directions in which feature vectors differ most, for a search in few numbers.

Distances along them never exceed the whole ones, so that they may rule a match out, and the whole
distance decides among the rest: the fewer axes, the slower, but the same answer.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.2.
"""

from __future__ import annotations

import numpy as np

VARIANCE, MOST = 0.99, 24  # share of it that the axes hold; their number, unless that is too many


def principal_axes(rows: np.ndarray) -> np.ndarray:
    """(D, K) float32, orthonormal columns: the axes along which ``rows`` (N, D), N ≥ 1, vary most.

    As many as are needed for 99 % of the variance, as in the paper, but at most 24.
    """
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    shares = np.cumsum(values[::-1].clip(0))
    kept = int(np.searchsorted(shares, VARIANCE * shares[-1:].sum())) + 1
    return np.ascontiguousarray(vectors[:, ::-1][:, : min(kept, MOST)], dtype=np.float32)
