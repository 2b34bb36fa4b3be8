"""Instances: a map that numbers objects becomes inside, border and background.

Cells, grains and stones come as maps in which each object has its own id. Such ids are no classes;
what repeats from object to object is that it has an inside and a border, and what lies between. Two
objects that touch stay apart by their borders.

Not in the paper: because its label maps hold classes alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import ndimage

from likewise.labels.class_table import ClassTable, LabelClass

BORDER = 2  # pixels: what lies closer than this to another id is border
BACKGROUND_ID, INSIDE_ID, BORDER_ID, UNKNOWN_ID = 0, 1, 2, 255
TABLE = ClassTable(
    (
        LabelClass(BACKGROUND_ID, "background", (0, 0, 0)),
        LabelClass(INSIDE_ID, "inside", (90, 170, 230)),
        LabelClass(BORDER_ID, "border", (250, 200, 40)),
        LabelClass(UNKNOWN_ID, "unknown", (128, 128, 128), ignored=True),
    )
)


def parted(numbers: np.ndarray, background: int = 0, ignore: Iterable[int] = ()) -> np.ndarray:
    """(H, W) int32 ids of TABLE for (H, W) object ``numbers``.

    Args:
        numbers: which object each pixel belongs to.
        background: what is no object.
        ignore: numbers of unknown content; they make no border.
    """
    unknown = np.isin(numbers, list(ignore))
    objects = (numbers != background) & ~unknown
    # Unknown pixels take the number of the nearest known one, so that nothing borders on them.
    known = numbers
    if unknown.any() and not unknown.all():
        rows, columns = ndimage.distance_transform_edt(
            unknown, return_distances=False, return_indices=True
        )
        known = numbers[rows, columns]
    side = 2 * BORDER + 1
    lowest = ndimage.minimum_filter(known, size=side, mode="nearest")
    highest = ndimage.maximum_filter(known, size=side, mode="nearest")
    ids = np.full(numbers.shape, BACKGROUND_ID, dtype=np.int32)
    ids[objects] = INSIDE_ID
    ids[objects & (lowest != highest)] = BORDER_ID
    ids[unknown] = UNKNOWN_ID
    return ids
