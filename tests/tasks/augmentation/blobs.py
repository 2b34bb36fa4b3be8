"""A picture of three blobs on one ground, two of a class with a core and one of another."""

from __future__ import annotations

import numpy as np

from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap

GROUND, CELL, CORE, STONE = 0, 1, 2, 3
TABLE = ClassTable(
    (
        LabelClass(GROUND, "ground", (200, 190, 170)),
        LabelClass(CELL, "cell", (60, 130, 90)),
        LabelClass(CORE, "core", (230, 60, 60)),
        LabelClass(STONE, "stone", (40, 40, 160)),
    )
)
SIZE = (80, 96)


def blob_labels() -> LabelMap:
    """Cells at the upper left and the lower right, a core in the first; a stone below."""
    y, x = np.indices(SIZE)
    ids = np.full(SIZE, GROUND)
    ids[np.hypot(y - 22, x - 26) < 12] = CELL
    ids[np.hypot(y - 22, x - 26) < 5] = CORE
    ids[np.hypot(y - 52, x - 70) < 10] = CELL
    ids[np.hypot(y - 60, x - 24) < 8] = STONE
    return LabelMap.from_array(ids, TABLE)


def blob_picture(labels: LabelMap, seed: int = 0) -> Image:
    """Each class in its colour, with noise."""
    noise = np.random.default_rng(seed).normal(0, 8, (*labels.size, 3))
    return Image.from_array((labels.to_colour() + noise).clip(0, 255).astype(np.uint8))
