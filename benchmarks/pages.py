"""Pages: contact sheets one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likewise.sheet import PAPER


def stacked(bands: Sequence[np.ndarray]) -> np.ndarray:
    """(H, W, 3) uint8: ``bands`` (h, w, 3) uint8 from top to bottom, at the left of the page."""
    width = max(band.shape[1] for band in bands)
    page = np.full((sum(band.shape[0] for band in bands), width, 3), PAPER, dtype=np.uint8)
    top = 0
    for band in bands:
        page[top : top + band.shape[0], : band.shape[1]] = band
        top += band.shape[0]
    return page
