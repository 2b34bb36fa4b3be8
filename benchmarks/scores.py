"""Scores: how well a rendered image shows its layout, and how like the source it looks."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from likewise import Image, LabelMap
from likewise.evaluation.cases import Case
from likewise.metrics.coherence import bidirectional_similarity
from likewise.metrics.judge import Judge
from likewise.metrics.mean_iou import mean_iou
from likewise.metrics.pixel_accuracy import pixel_accuracy
from likewise.metrics.sharpness import sharpness_ratio


@dataclass(frozen=True)
class Scores:
    """Of one rendered image.

    Attributes:
        accuracy: share of pixels whose class the judge reads as the layout says.
        iou: mean intersection over union of the classes, likewise.
        untouched: the accuracy of the unchanged source on this layout: what doing nothing scores.
        sharpness: mean gradient magnitude relative to the source.
        coherence: mean RMS distance of its patches to their nearest in the source, range [0, 1].
        completeness: of the source's patches to their nearest in it.
    """

    accuracy: float
    iou: float
    untouched: float
    sharpness: float
    coherence: float
    completeness: float


class Scorer:
    """Scores rendered images of one case; the judge is fitted once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.table = case.labels.present_classes
        self.source = case.image.to_float()
        self.judge = Judge().fit(self.source, case.labels.indices(self.table))
        self.device = "cuda" if torch.cuda.is_available() else "cpu"

    def score(self, rendered: Image, target: LabelMap) -> Scores:
        """Score ``rendered`` as a picture of ``target``."""
        image = rendered.to_float()
        wanted, classes = target.indices(self.table), len(self.table)
        read = self.judge.read(image)
        similarity = bidirectional_similarity(image, self.source, device=self.device)
        unchanged = self.case.image.resized(target.size).to_float()
        return Scores(
            accuracy=pixel_accuracy(read, wanted, classes),
            iou=mean_iou(read, wanted, classes),
            untouched=pixel_accuracy(self.judge.read(unchanged), wanted, classes),
            sharpness=sharpness_ratio(image, self.source),
            coherence=similarity.coherence,
            completeness=similarity.completeness,
        )
