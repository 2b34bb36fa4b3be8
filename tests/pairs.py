"""Source pairs and targets of the house scene, as a caller of the library has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests import scenes

from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelClass, LabelMap

SIZE = (48, 64)
TABLE = ClassTable(
    (
        LabelClass(0, "sky", (120, 170, 230)),
        LabelClass(1, "ground", (90, 120, 40)),
        LabelClass(2, "house", (180, 60, 50)),
        LabelClass(7, "river", (30, 60, 200)),
    )
)


def labels(ids: np.ndarray, ignore: tuple[int, ...] = ()) -> LabelMap:
    """``ids`` with the table above; "river" occurs in no scene."""
    return LabelMap.from_array(ids, TABLE, ignore)


def pair(ids: np.ndarray | None = None, **options: Any) -> tuple[Image, LabelMap]:
    """A picture and its label map: the house scene, or ``ids``."""
    ids = scenes.house(SIZE) if ids is None else ids
    return scenes.picture(ids, **options), labels(ids)


def target(at: tuple[int, int] = (14, 36), size: tuple[int, int] = SIZE) -> LabelMap:
    """The house scene with its house elsewhere, or in another size."""
    return labels(scenes.house(size, at))
