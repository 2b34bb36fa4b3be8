"""Scene: class positions of a source and of a target, reduced to one scale and a bounded size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from likewise.labels.class_table import ClassTable
from likewise.labels.label_map import LabelMap

WORKING_SIDE = 384  # of the source's short side, pixels: enough to tell borders, quick at any size
MOST_PIXELS = 2_000_000  # of either map at the working scale
SAME_SCALE = 1.25  # a target larger or smaller by less shows the scene at the source's own scale
THIN = 4.0  # pixels: ignored seams up to twice as wide do not part two classes
NOWHERE = -1


@dataclass(frozen=True)
class Scene:
    """Both maps, so that a length in one compares with a length in the other.

    Attributes:
        table: classes of the source.
        source: (h, w) positions in ``table``, NOWHERE where unknown.
        target: (h', w') likewise.
        pixel: side of one of their pixels in pixels of the source.
    """

    table: ClassTable
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    pixel: float

    @classmethod
    def of(cls, source: LabelMap, target: LabelMap) -> Scene:
        """The scene of two maps of any size, ``target`` in classes that ``source`` shows.

        Raises:
            LabelError: ``target`` holds a class that ``source`` does not.
        """
        target.require_known(source, "target labels")
        scale = scene_scale(source.size, target.size)
        most = max(math.prod(source.size), math.prod(target.size) / scale**2)
        factor = min(1.0, WORKING_SIDE / min(source.size), math.sqrt(MOST_PIXELS / most))
        table = source.present_classes
        maps = (_reduced(source, factor, table), _reduced(target, factor / scale, table))
        return cls(table, *maps, 1 / factor)

    @property
    def short(self) -> int:
        """Short side of the target, pixels of the scene."""
        return min(self.target.shape)


def scene_scale(source: tuple[int, int], target: tuple[int, int]) -> float:
    """How much larger a target (H, W) shows the scene than the source (H, W) does.

    One that is larger both ways, or smaller both ways, shows it larger or smaller by the lesser
    factor; one that is only wider, or taller, shows more of it, as method ``patch`` takes it.
    """
    low, high = sorted((target[0] / source[0], target[1] / source[1]))
    scale = max(1.0, low) if high > 1 else high
    return 1.0 if 1 / SAME_SCALE < scale < SAME_SCALE else scale


def _reduced(labels: LabelMap, factor: float, table: ClassTable) -> NDArray[np.int64]:
    height, width = (max(1, round(side * factor)) for side in labels.size)
    small = labels if (height, width) == labels.size else labels.resized((height, width))
    places = small.indices(table)
    unknown = places < 0
    if unknown.any() and not unknown.all():
        far, nearest = distance_transform_edt(unknown, return_indices=True)
        places = np.where(far <= THIN, places[tuple(nearest)], NOWHERE)
    return places
