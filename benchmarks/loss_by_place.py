"""Loss by place: where what an answer lacks lies, by what the layout did there.

The squared error of a picture is the sum of its pixels', and 1 - SSIM that of its windows', so each
can be told apart by places; the parts add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from skimage.metrics import structural_similarity

from likewise import Image, LabelMap
from likewise.evaluation.truth_scores import WINDOW
from likewise.patches.placing.regions import backdrops, numbered


class Place(StrEnum):
    """Of a pixel of the layout: on a backdrop, which two sides of the frame cut, or on a thing."""

    UNCOVERED = "uncovered"  # backdrop where the source shows another class: what a thing hid
    THINGS = "things"
    KEPT = "kept"  # backdrop where the source shows the same class


@dataclass(frozen=True)
class Part:
    """What one place holds.

    Attributes:
        share: of the pixels that SSIM counts, those whose window lies in the picture.
        ssim: its part of 1 - SSIM.
        error: its part of the mean squared error of these pixels, images in [0, 1].
    """

    share: float
    ssim: float
    error: float


def loss_by_place(
    rendered: Image, truth: Image, labels: LabelMap, target: LabelMap
) -> dict[Place, Part]:
    """The parts of what ``rendered`` lacks.

    Args:
        rendered: I'.
        truth: the right answer.
        labels: P; it has the size of all others, or no pixel were where it was.
        target: P'.
    """
    answer, known = rendered.to_float(), truth.to_float()
    _, field = structural_similarity(
        answer, known, win_size=WINDOW, channel_axis=2, data_range=1.0, full=True
    )
    lost, error = 1 - field.mean(axis=2), np.square(answer - known).mean(axis=2)
    rim = WINDOW // 2  # whose windows do not lie inside, left out of SSIM too
    inner = (slice(rim, -rim), slice(rim, -rim))
    return {
        place: Part(
            *(float((what * mask[inner]).mean()) for what in (1.0, lost[inner], error[inner]))
        )
        for place, mask in places(labels, target).items()
    }


def places(labels: LabelMap, target: LabelMap) -> dict[Place, np.ndarray]:
    """(H, W) booleans by place; each pixel is of one."""
    classes = labels.present_classes
    before, after = labels.indices(classes), target.indices(classes)
    numbers, count = numbered(after)
    behind, changed = backdrops(numbers, count)[numbers], before != after
    return {
        Place.UNCOVERED: behind & changed,
        Place.THINGS: ~behind,
        Place.KEPT: behind & ~changed,
    }
