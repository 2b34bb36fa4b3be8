"""Mean IoU: intersection over union of what was asked for and what was read, class by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likewise.metrics.confusion import confusion_matrix


def mean_iou(
    read: NDArray[np.integer], layout: NDArray[np.integer], classes: int, *, ignore: int = -1
) -> float:
    """The mean of the IoU of all classes that occur in either map.

    Range 0 to 1; higher is nearer. Every class counts alike, however few pixels it has. Cost: one
    pass over the pixels.

    Args:
        read: (H, W) class indices that a judge read off the rendered image.
        layout: (H, W) class indices P′.
        classes: K. A class absent from both maps is left out of the mean.
        ignore: pixels of ``layout`` with this value are not counted.

    Raises:
        LabelError: as :func:`likewise.metrics.confusion.confusion_matrix`.

    Source: the paper's evaluation (Mean IoU).
    """
    counts = confusion_matrix(read, layout, classes, ignore=ignore)
    both = np.diagonal(counts).astype(float)
    either = counts.sum(axis=1) + counts[:, :classes].sum(axis=0) - both
    present = either > 0
    return float((both[present] / either[present]).mean())
