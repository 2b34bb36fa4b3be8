"""The confusion matrix of a layout and what a judge read: the counts behind the layout metrics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likewise.errors import LabelError


def confusion_matrix(
    read: NDArray[np.integer], layout: NDArray[np.integer], classes: int, *, ignore: int = -1
) -> NDArray[np.int64]:
    """How many pixels of each true class were read as each class.

    Args:
        read: (H, W) class indices that a judge read; any value outside 0 … classes − 1 means
            "none of them" and counts as wrong.
        layout: (H, W) class indices that were asked for.
        classes: K.
        ignore: pixels of ``layout`` with this value are not counted.

    Returns:
        (K, K + 1): rows are true classes, columns classes read, the last one "none of them".

    Raises:
        LabelError: the shapes differ, a layout index is out of range, or every pixel is ignored.
    """
    read, layout = np.asarray(read), np.asarray(layout)
    if read.shape != layout.shape:
        raise LabelError("read", f"shape {read.shape}", f"the layout's shape {layout.shape}")
    counted = layout != ignore
    if not counted.any():
        raise LabelError("layout", "every pixel is ignored", "at least one labelled pixel")
    truth, answer = layout[counted].astype(np.int64), read[counted].astype(np.int64)
    if truth.min() < 0 or truth.max() >= classes:
        found = f"class indices {truth.min()} to {truth.max()}"
        raise LabelError("layout", found, f"indices 0 to {classes - 1} or {ignore} (ignored)")
    answer = np.where((answer < 0) | (answer >= classes), classes, answer)
    cells = np.bincount(truth * (classes + 1) + answer, minlength=classes * (classes + 1))
    return cells.reshape(classes, classes + 1)
