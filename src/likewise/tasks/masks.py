"""Masks: pictures that mark some pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from likewise.images import read_image


def read_mask(path: Path) -> np.ndarray:
    """(H, W) bool: the pixels of ``path`` that are not black; of one with alpha, the opaque ones.

    Half-way values, of soft edges or JPEG, count from the middle on.

    Raises:
        ImageError: it cannot be read.
    """
    image = read_image(path)
    values = image.to_float()
    if image.has_alpha and (values[..., -1] < 1).any():
        return np.asarray(values[..., -1] >= 0.5)
    return np.asarray(image.to_rgb8().max(axis=2) >= 128)
