"""Pairs to write: layouts with holes, several regions, pixels that touch at corners."""

from __future__ import annotations

import numpy as np

from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap

SIZE = (60, 84)
UNKNOWN = 200
TABLE = ClassTable(
    (
        LabelClass(0, "background", (20, 30, 40)),
        LabelClass(3, "ring: of gold", (230, 190, 20)),
        LabelClass(7, 'he said "no"', (200, 20, 20)),
        LabelClass(9, "mousse au café", (90, 60, 30)),
        LabelClass(UNKNOWN, "unknown", (0, 0, 0), ignored=True),
    )
)
PLAIN = ClassTable(
    tuple(
        LabelClass(c.id, name, c.colour, c.ignored)
        for c, name in zip(TABLE, ("sky", "car", "person", "road", "unknown"), strict=True)
    )
)


def layout(seed: int, table: ClassTable = TABLE) -> LabelMap:
    """A ring with a disc in its hole, two squares, specks, and a strip of unknown content."""
    ids = np.zeros(SIZE, dtype=np.int32)
    y, x = np.indices(SIZE)
    radius = np.hypot(y - 28, x - 30 - seed)
    ids[radius < 22] = 3
    ids[radius < 13] = 0
    ids[radius < 6] = 7
    ids[5:15, 66:80] = 7
    ids[15:20, 60:66] = 7  # touches the square above by a corner
    random = np.random.default_rng(seed)
    ids[random.random(SIZE) < 0.02] = 9
    ids[-4:] = UNKNOWN
    return LabelMap.from_array(ids, table, origin=f"layout {seed}")


def picture(seed: int) -> Image:
    return Image.from_array(np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8))
