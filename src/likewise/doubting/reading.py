"""Doubts about an answer: a judge that knows the source alone does not find what was asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likewise.doubting.doubt import Doubt
from likewise.images import Image
from likewise.judging.forest import ForestJudge
from likewise.judging.reader import CaseJudge, layout_scores
from likewise.labels.label_map import LabelMap

SHORTFALL = 0.18  # of a class's pixels, below what is read right of it in the source
LEAST_SHARE = 0.005  # of the answer: what is read of smaller classes is chance
DEFAULT_JUDGE = ForestJudge()


@dataclass(frozen=True, eq=False)
class Reading:
    """What a judge read off one answer.

    Attributes:
        places: (H, W) position in the source's present classes, or OTHER.
        scores: "accuracy" and "iou" of what was read, 0 to 1; empty where all is ignored.
        doubts: of kind "misread", one a class, in the order of the class table.
    """

    places: NDArray[np.int64]
    scores: dict[str, float]
    doubts: tuple[Doubt, ...]


class Check:
    """A judge fitted to one source pair, asked about any number of answers.

    Fitting the default judge takes about two seconds on one core, an answer a quarter of a second.
    It reads at a reduced size, and tells nothing of faults within a class: a shadow left behind,
    rows that repeat.

    Args:
        image: I.
        labels: P, of its size.
        judge: who reads.
        seed: the same seed gives the same doubts.

    Raises:
        LabelError: every pixel of ``labels`` is ignored, or its size is not the image's.
    """

    def __init__(
        self, image: Image, labels: LabelMap, *, judge: CaseJudge = DEFAULT_JUDGE, seed: int = 0
    ) -> None:
        self._table = labels.present_classes
        self._reader = judge.reader(image, labels, seed)
        self.source = self._reader.read(image)
        """(H, W) what the judge reads off the source itself."""
        self._ceilings = self._shares(self.source, labels)

    @property
    def ceiling(self) -> dict[str, float]:
        """The judge's own "accuracy" and "iou", on pictures whose layout is known."""
        return dict(self._reader.ceiling)

    def doubts(self, rendered: Image, target: LabelMap) -> list[Doubt]:
        """Doubts of kind "misread", one a class, in the order of the class table.

        Raises:
            ImageError, LabelError: as :meth:`reading`.
        """
        return list(self.reading(rendered, target).doubts)

    def reading(self, rendered: Image, target: LabelMap) -> Reading:
        """What the judge reads off an answer, and how that fits its layout.

        Args:
            rendered: I', an answer.
            target: P', the layout it was made for, of its size.

        Raises:
            ImageError: ``rendered`` has other channels than the source.
            LabelError: ``target`` holds a class that the source does not, or has another size.
        """
        target.require_size(rendered)
        read = self._reader.read(rendered)
        asked = target.indices(self._table)
        scores = layout_scores(read, asked, len(self._table))
        return Reading(read, scores, tuple(self._misread(read, target)))

    def _misread(self, read: NDArray[np.int64], target: LabelMap) -> list[Doubt]:
        found = self._shares(read, target)
        areas = target.areas()
        accuracy = self._reader.ceiling["accuracy"]
        told = []
        for entry in self._table:
            share, ceiling = found.get(entry.id), self._ceilings.get(entry.id)
            if share is None or ceiling is None or areas[entry.id] < LEAST_SHARE:
                continue
            if share > ceiling - SHORTFALL:
                continue
            told.append(
                Doubt(
                    "misread",
                    (entry.name,),
                    f"a judge finds {entry.name} on {100 * share:.0f} % of the pixels that ask for "
                    f"it, in the source on {100 * ceiling:.0f} % (it reads {100 * accuracy:.0f} % "
                    "of warped sources right)",
                    f"Look where {entry.name} is missing or blurred; another --method or a layout "
                    "nearer to the source may help.",
                )
            )
        return told

    def _shares(self, read: NDArray[np.int64], labels: LabelMap) -> dict[int, float]:
        """Share of each class's pixels that were read as that class, by its id."""
        known = labels.indices(self._table)
        right = read == known
        return {
            entry.id: float(np.mean(right[known == place]))
            for place, entry in enumerate(self._table)
            if (known == place).any()
        }
