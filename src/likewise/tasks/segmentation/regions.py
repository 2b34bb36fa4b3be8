"""Regions: pieces that touch and look alike, joined with the least noticeable border first.

The price of joining two is Ward's (1963), what their spread grows by, and an edge along the border
makes it higher (as in the hierarchies of Arbelaez et al. 2011).
"""

from __future__ import annotations

import numpy as np

from likewise.tasks.merging import Merging
from likewise.tasks.segmentation.pieces import Pieces

GRAIN = 1.0  # squared units of Lab: below this, two pieces look the same
PLACE = 5.0  # weight of the place in the frame, in units of Lab
EDGE_POWER = 2.0  # how the price grows with the edge along a border
EDGE_FLOOR = 0.5  # units of Lab a pixel: what a border without an edge counts as
SIZE_POWER = 0.5  # how it grows with area: below Ward's 1, so that large skies join too


def regions(pieces: Pieces, count: int) -> np.ndarray:
    """(N,) region of each piece, from 0 on: ``count`` of them, each in one part.

    There are more where the picture falls apart into more, and never more than pieces.
    """
    means = np.concatenate([pieces.looks, PLACE * pieces.places], axis=1)
    borders = pieces.pairs, pieces.lengths, pieces.edges
    return Merging(pieces.areas, means, *borders, _price).until(count)


def _price(area: float, more: float, apart: float, edge: float) -> float:
    size = (area * more / (area + more)) ** SIZE_POWER
    return float(size * (apart + GRAIN) * (edge + EDGE_FLOOR) ** EDGE_POWER)
