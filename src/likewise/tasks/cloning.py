"""Cloning: an answer set into its source so that no edge of colour shows where the two meet.

Around what changed, answer and source show the same things, in shades that differ a little. That
difference goes on inwards, as smooth as it can be, and is added: the membrane of Perez, Gangnet and
Blake, "Poisson image editing" (2003), here a body at a time (skin does not colour the eye in it)
and from coarse to fine (pull and push: Gortler et al., "The lumigraph", 1996), so that its cost is
linear in pixels. Not in the paper: its answers are new pictures throughout.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

FAINT = 0.2  # a difference beyond this (range 1) is of things, not of shades
SWEEPS = 4  # of relaxation at each level
SMALLEST = 4  # pixels of the short side of the coarsest level


def cloned(
    answer: np.ndarray, source: np.ndarray, inside: np.ndarray, bodies: np.ndarray, ring: int
) -> np.ndarray:
    """``answer`` in the shades of ``source`` at the rim of ``inside``.

    Args:
        answer: (H, W, C) float in [0, 1].
        source: (H, W, C) float in [0, 1].
        inside: (H, W) bool, what is taken from the answer.
        bodies: (H, W) int; shades spread where it is the same.
        ring: width in pixels of what is compared beyond ``inside``, at least 1.

    Returns:
        (H, W, C) float inside; the source beyond.
    """
    picture = source.astype(np.float32)  # a copy
    if not inside.any() or inside.all():
        return np.where(inside[..., None], answer, picture)
    near = ~inside & (ndimage.distance_transform_edt(~inside) <= ring)
    apart = (source - answer).astype(np.float32)
    trust = np.exp(-((np.square(apart).mean(axis=2) / FAINT**2) ** 2))
    picture[inside] = answer[inside]
    for number in np.unique(bodies[inside]):
        own = (bodies == number) & (inside | near)
        window = _box(own)
        known = np.where(own & near, trust, 0)[window].astype(np.float32)
        if known.any():
            mine = (own & inside)[window]
            picture[window][mine] += _spread(apart[window], known, own[window])[mine]
    return picture


def _box(mask: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns that hold all of ``mask``."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _spread(values: np.ndarray, known: np.ndarray, body: np.ndarray) -> np.ndarray:
    """(H, W, C): ``values`` where ``known`` (H, W, weights up to 1), smooth elsewhere in ``body``.

    Each level stands for pairs of rows and columns of the one below; what it finds is where that
    one starts from.
    """
    height, width = known.shape
    weighted = values * known[..., None]
    if min(height, width) >= 2 * SMALLEST:
        weights = _summed(known)
        coarse = _summed(weighted) / np.maximum(weights, 1e-6)[..., None]
        above = _spread(coarse, np.minimum(weights, 1), _summed(body.astype(np.float32)) > 0)
        start = above.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    else:
        start = np.broadcast_to(
            weighted.sum(axis=(0, 1)) / max(float(known.sum()), 1e-6), values.shape
        )
    return _relaxed(start, values, known, body)


def _summed(plane: np.ndarray) -> np.ndarray:
    """Sums of ``plane`` (H, W, ..) over 2 x 2 pixels; beyond its edge there is nothing."""
    odd = [(0, length % 2) for length in plane.shape[:2]] + [(0, 0)] * (plane.ndim - 2)
    even = np.pad(plane, odd)
    rows = even[::2] + even[1::2]
    return np.asarray(rows[:, ::2] + rows[:, 1::2])


def _relaxed(
    start: np.ndarray, values: np.ndarray, known: np.ndarray, body: np.ndarray
) -> np.ndarray:
    """``start`` after some sweeps towards the mean of the neighbours, ``values`` where known."""
    share = known[..., None]
    mask = body.astype(np.float32)[..., None]
    counts = np.maximum(_neighbours(mask), 1)
    found = start * mask
    for _ in range(SWEEPS):
        means = _neighbours(found) / counts
        found = (share * values + (1 - share) * means) * mask
    return np.asarray(found)


def _neighbours(plane: np.ndarray) -> np.ndarray:
    """Sums over the four neighbours; beyond the edge there is nothing."""
    answer = np.zeros_like(plane)
    answer[1:] += plane[:-1]
    answer[:-1] += plane[1:]
    answer[:, 1:] += plane[:, :-1]
    answer[:, :-1] += plane[:, 1:]
    return answer
