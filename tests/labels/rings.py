"""A ring around a disc, another disc cut by its box: regions with a hole, twice the same class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image

from likewise.labels import ClassTable, LabelClass

SIZE = (40, 50)
TABLE = ClassTable(
    (
        LabelClass(0, "background", (10, 10, 10)),
        LabelClass(2, "ring", (200, 150, 0)),
        LabelClass(5, "disc", (0, 90, 200)),
    )
)


def rings() -> np.ndarray:
    y, x = np.indices(SIZE)
    radius = np.hypot(y - 20, x - 24)
    ids = np.where(radius < 15, 2, 0)
    ids[radius < 9] = 0
    ids[radius < 4] = 5
    ids[2:8, 40:48] = 5
    return ids.astype(np.int32)


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(pixels).save(path)
    return path
