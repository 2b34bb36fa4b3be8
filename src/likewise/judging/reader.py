"""Reader: a judge that reads the layouts of one source pair, and its own ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.metrics.mean_iou import mean_iou
from likewise.metrics.pixel_accuracy import pixel_accuracy

OTHER = -1
"""What a reader says where it sees none of the source's classes; never right."""


class Reader(Protocol):
    """Reads the layouts of one source pair."""

    @property
    def ceiling(self) -> Mapping[str, float]:
        """Its "accuracy" and "iou" on pictures whose layout is known, 0 to 1."""

    def read(self, image: Image) -> NDArray[np.int64]:
        """(H, W) position in the source's present classes of what each pixel shows, or OTHER."""


class CaseJudge(Protocol):
    """Makes readers.

    Attributes:
        prefix: before the names of its scores: "" for "accuracy", "pretrained_" and so on.
    """

    prefix: str

    def reader(self, image: Image, labels: LabelMap, seed: int = 0) -> Reader:
        """The reader of one source pair, of equal size; the same seed gives the same one."""


def layout_scores(
    read: NDArray[np.integer], layout: NDArray[np.integer], classes: int
) -> dict[str, float]:
    """Accuracy and IoU of what was ``read``; none where every pixel of ``layout`` is ignored.

    Args:
        read: (H, W) positions in a class table, or OTHER.
        layout: (H, W) the positions asked for, -1 where ignored.
        classes: length of the table.
    """
    if not (layout >= 0).any():
        return {}
    return {
        "accuracy": pixel_accuracy(read, layout, classes),
        "iou": mean_iou(read, layout, classes),
    }
