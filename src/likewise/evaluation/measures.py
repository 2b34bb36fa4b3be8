"""Measure: a score's name, what tables call it, and which values of it are better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "truth"]


@dataclass(frozen=True)
class Measure:
    """One kind of score.

    Attributes:
        name: key in ``Outcome.scores``.
        title: heading of a column.
        digits: decimals worth showing.
        better: "higher" or "lower"; "truth" counts by the distance to what the true answer itself
            scores, for copying the source beats any true answer there.
        unit: of the values; "" for shares and ratios.
        meaning: one sentence for a legend.
        aim: of "truth" alone: what to be near where the true answer is not known.
    """

    name: str
    title: str
    digits: int
    better: Better
    unit: str
    meaning: str
    aim: float = math.nan

    def shortfall(self, value: float, truth: float | None = None) -> float:
        """How far ``value`` is from good, in its unit: less is better whatever the measure.

        Args:
            value: a score.
            truth: what the true answer scores, where that is known; counts for "truth" alone.
        """
        if self.better == "truth":
            return abs(value - (self.aim if truth is None else truth))
        return value if self.better == "lower" else -value

    def show(self, value: float) -> str:
        """``value`` with the decimals worth showing."""
        return f"{value:.{self.digits}f}"


def best(
    values: Mapping[str, float], measure: Measure, truth: float | None = None
) -> frozenset[str]:
    """Names of the best of ``values``: several where they show the same figure, none of none.

    Args:
        values: scores by any name; not finite ones are never best.
        measure: what they are.
        truth: what the true answer scores, where that is known.
    """
    known = {name: value for name, value in values.items() if math.isfinite(value)}
    if not known:
        return frozenset()
    winner = min(known.values(), key=lambda value: measure.shortfall(value, truth))
    return frozenset(n for n, value in known.items() if measure.show(value) == measure.show(winner))


_COPY = "A copy of the source scores 0, so what counts is the distance to the true answer's score."
_JUDGED = "What counts is the distance to the true answer's score, or to 1 where none is known."
_ALL = (
    Measure(
        "accuracy",
        "Accuracy",
        3,
        "truth",
        "",
        f"Share of pixels whose class the judge reads as the layout says. {_JUDGED}",
        aim=1.0,
    ),
    Measure(
        "iou",
        "Mean IoU",
        3,
        "truth",
        "",
        f"Intersection over union of what the judge reads and the layout, mean of the classes. "
        f"{_JUDGED}",
        aim=1.0,
    ),
    Measure(
        "pretrained_accuracy",
        "Accuracy (pretrained)",
        3,
        "truth",
        "",
        f"Accuracy by a pretrained network's reading. {_JUDGED}",
        aim=1.0,
    ),
    Measure(
        "pretrained_iou",
        "Mean IoU (pretrained)",
        3,
        "truth",
        "",
        f"Mean IoU by a pretrained network's reading. {_JUDGED}",
        aim=1.0,
    ),
    Measure(
        "coherence",
        "Coherence",
        4,
        "truth",
        "",
        f"Mean RMS distance of the answer's patches to their nearest in the source. {_COPY}",
        aim=0.0,
    ),
    Measure(
        "completeness",
        "Completeness",
        4,
        "truth",
        "",
        f"Mean RMS distance of the source's patches to their nearest in the answer. {_COPY}",
        aim=0.0,
    ),
    Measure(
        "swd",
        "Sliced W.",
        4,
        "truth",
        "",
        "Sliced Wasserstein distance of the patches of answer and source, mean of the scales. "
        + _COPY,
        aim=0.0,
    ),
    Measure(
        "sharpness",
        "Sharpness",
        3,
        "truth",
        "",
        "Mean gradient magnitude over the source's: below 1 is blur, above is noise. What counts "
        "is the distance to the true answer's score, or to 1 where none is known.",
        aim=1.0,
    ),
    Measure(
        "sifid",
        "SIFID",
        3,
        "truth",
        "",
        f"Single-image Fréchet distance of features of answer and source. {_COPY}",
        aim=0.0,
    ),
    Measure("ssim", "SSIM", 3, "higher", "", "Structural similarity to the true answer, up to 1."),
    Measure("psnr", "PSNR", 2, "higher", "dB", "Peak signal-to-noise ratio to the true answer."),
    Measure("lpips", "LPIPS", 3, "lower", "", "Perceptual distance to the true answer."),
    Measure(
        "sharpness_gap",
        "Sharpness gap",
        3,
        "lower",
        "",
        "Mean over the classes of how far sharpness relative to the true answer is from 1.",
    ),
    Measure(
        "edited_ssim", "SSIM (edited)", 3, "higher", "", "SSIM where the layout changed, and near."
    ),
    Measure(
        "edited_psnr",
        "PSNR (edited)",
        2,
        "higher",
        "dB",
        "PSNR where the layout changed, and near.",
    ),
    Measure(
        "edited_sharpness_gap",
        "Sharpness gap (edited)",
        3,
        "lower",
        "",
        "Sharpness gap where the layout changed, and near.",
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""By name, in the order of reports: layout, appearance, truth."""
