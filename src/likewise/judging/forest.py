"""ForestJudge: the default judge, a pixel classifier that learns from one source pair.

Not in the paper: it reads layouts with a pretrained network alone, see ``pretrained``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.metrics.judge import Judge


class ForestJudge:
    """Reads with :class:`likewise.metrics.judge.Judge`, fitted on the source pair in seconds.

    Its ceiling is its score on warps of the source that the fit did not see.

    Args:
        pixels: that it learns from, in all.
        trees: of the forest.
        threads: as scikit-learn counts them; the answer does not depend on it.
    """

    prefix = ""

    def __init__(self, *, pixels: int = 30_000, trees: int = 48, threads: int = -1) -> None:
        self._settings = {"pixels": pixels, "trees": trees, "threads": threads}

    def reader(self, image: Image, labels: LabelMap, seed: int = 0) -> ForestReader:
        """The reader of one source pair, of equal size.

        Raises:
            LabelError: every pixel of the source is ignored.
        """
        places = labels.indices(labels.present_classes)
        return ForestReader(Judge(**self._settings).fit(image.to_float(), places, seed))


class ForestReader:
    """A fitted judge."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    @property
    def ceiling(self) -> Mapping[str, float]:
        """Its "accuracy" and "iou" on warps of the source."""
        return {"accuracy": self._judge.held_out_score, "iou": self._judge.held_out_iou}

    def read(self, image: Image) -> NDArray[np.int64]:
        """(H, W) position of what each pixel shows in the source's present classes.

        Raises:
            ImageError: it has other channels than the source.
        """
        return self._judge.read(image.to_float())
