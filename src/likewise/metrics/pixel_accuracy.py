"""Pixel accuracy: the share of pixels that read as the class that was asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likewise.metrics.confusion import confusion_matrix


def pixel_accuracy(
    read: NDArray[np.integer], layout: NDArray[np.integer], classes: int, *, ignore: int = -1
) -> float:
    """The share of counted pixels whose class was read right.

    Range 0 to 1; higher is nearer. Large classes decide it. Cost: one pass over the pixels.

    Args:
        read: (H, W) class indices that a judge read off the rendered image.
        layout: (H, W) class indices P′.
        classes: K.
        ignore: pixels of ``layout`` with this value are not counted.

    Raises:
        LabelError: as :func:`likewise.metrics.confusion.confusion_matrix`.

    Source: the paper's evaluation (pixel accuracy).
    """
    counts = confusion_matrix(read, layout, classes, ignore=ignore)
    return float(np.diagonal(counts).sum() / counts.sum())
