"""A small scene with a thing in it: sky over ground, and a house across the horizon."""

from __future__ import annotations

import numpy as np

from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap

SKY, GROUND, HOUSE = 0, 1, 2
TABLE = ClassTable(
    (
        LabelClass(SKY, "sky", (120, 170, 230)),
        LabelClass(GROUND, "ground", (90, 120, 40)),
        LabelClass(HOUSE, "house", (180, 60, 50)),
    )
)
HORIZON = 40


def scene_labels(size: tuple[int, int] = (64, 96)) -> LabelMap:
    """Sky down to HORIZON, ground below, and a house of 24 x 20 pixels across it."""
    ids = np.full(size, SKY)
    ids[HORIZON:] = GROUND
    ids[26:50, 30:50] = HOUSE
    return LabelMap.from_array(ids, TABLE)


def scene(size: tuple[int, int] = (64, 96), seed: int = 0) -> Image:
    """The scene, each class in its colour with noise of its own strength; 8-bit RGB."""
    labels = scene_labels(size)
    noise = (
        np.random.default_rng(seed).normal(size=(*size, 3))
        * np.array([3, 12, 6])[labels.ids][..., None]
    )
    return Image.from_array((labels.to_colour() + noise).clip(0, 255).astype(np.uint8))
