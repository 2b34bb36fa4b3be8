"""Bands: a drawing as classes by how far each pixel is from the nearest line.

What serves drawings that enclose nothing: the line itself, then bands beside it, then what is far
from any. Which side of a line is which they cannot tell; shapes can (:mod:`.shapes`).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap

FROM = (0.003, 0.0125, 0.03, 0.075)  # of the source's short side: where each band begins
NAMES = ("line", "beside", "near", "away", "far")
COLOURS = ((40, 40, 40), (214, 120, 90), (232, 186, 120), (226, 222, 176), (186, 208, 220))
BANDS = ClassTable(
    tuple(LabelClass(number, *pair) for number, pair in enumerate(zip(NAMES, COLOURS, strict=True)))
)


def bands(ink: np.ndarray, short_side: int, origin: str = "sketch") -> LabelMap:
    """The bands of a drawing.

    Args:
        ink: (H, W) bool, True on lines; some.
        short_side: of the source picture, pixels: both drawings are measured by the same scale.
        origin: what errors call it.
    """
    away = ndimage.distance_transform_edt(~ink)
    ids = np.digitize(away, np.array(FROM) * short_side)
    return LabelMap(ids.astype(np.int32), BANDS, origin=origin)
