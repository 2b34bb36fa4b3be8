"""Closing a gap in a label map: what lies around it goes on into it, along short, even borders.

Every pixel of the gap first takes the nearest class; then borders are shortened by blurring the
classes and taking the strongest, again and again, as in the threshold dynamics of Merriman, Bence
and Osher (1992), the classes outside staying as they are: a horizon that comes in at two sides runs
straight through.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

COARSEST, FINEST = 0.28, 1.0  # blur: from this share of the gap's half width, to so many pixels
TURNS = 24


def closed(ids: np.ndarray, gap: np.ndarray, known: np.ndarray, rows_apart: float) -> np.ndarray:
    """``ids`` with the pixels of ``gap`` given the classes around them.

    Args:
        ids: (H, W) ids.
        gap: (H, W) bool.
        known: (H, W) bool, the pixels whose ids may go on into the gap; some, none in the gap.
        rows_apart: a step down counts as so many steps aside; above 1 horizons run on.

    Returns:
        (H, W) ids.
    """
    if not gap.any():
        return ids
    filled = nearest(ids, gap, known, rows_apart)
    window = _around(gap)
    part, hole, heard = filled[window], gap[window], (gap | known)[window]
    half = float(ndimage.distance_transform_edt(hole).max())
    for blur in np.geomspace(max(COARSEST * half, FINEST), FINEST, TURNS):
        part = np.where(hole, _strongest(part, heard, blur, rows_apart), part)
    filled = filled.copy()
    filled[window] = part
    return filled


def nearest(
    ids: np.ndarray, gap: np.ndarray, known: np.ndarray, rows_apart: float = 1.0
) -> np.ndarray:
    """``ids`` with each pixel of ``gap`` given the id of the nearest pixel that is ``known``.

    Args:
        ids, gap, known, rows_apart: as of :func:`closed`.

    Returns:
        (H, W) ids.
    """
    places = ndimage.distance_transform_edt(
        ~known, sampling=(rows_apart, 1.0), return_distances=False, return_indices=True
    )
    return np.where(gap, ids[tuple(places)], ids)


def _around(gap: np.ndarray) -> tuple[slice, slice]:
    """The box around ``gap``, wide enough for what blurs into it."""
    (rows, columns) = (np.flatnonzero(gap.any(axis=axis)) for axis in (1, 0))
    edge = max(8, int(COARSEST * max(len(rows), len(columns))))
    return (
        slice(max(0, rows[0] - edge), rows[-1] + 1 + edge),
        slice(max(0, columns[0] - edge), columns[-1] + 1 + edge),
    )


def _strongest(ids: np.ndarray, heard: np.ndarray, blur: float, rows_apart: float) -> np.ndarray:
    """(H, W) the class that is strongest at each pixel after a blur of about ``blur`` pixels.

    Only pixels that are ``heard`` count.
    """
    found = np.unique(ids[heard])
    stretch = rows_apart**0.5
    best = np.zeros(ids.shape, dtype=np.float32)
    winner = ids.copy()
    for number in found:
        share = ndimage.gaussian_filter(
            ((ids == number) & heard).astype(np.float32),
            (blur / stretch, blur * stretch),
            mode="nearest",
            truncate=3,
        )
        winner[share > best] = number
        best = np.maximum(best, share)
    return winner
