"""Answer: what a method hands back for one layout, before and after the common work on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likewise.images import Image
from likewise.provenance import Provenance


@dataclass(frozen=True)
class Answer:
    """What the hook of a method returns.

    Args:
        pixels: (H, W, C) float in [0, 1], C as the source has channels. A source pixel that is to
            stay as it is has its value in ``Image.to_float()``.
        origin: (2, H, W) float32, from traceable methods: x (column) and y (row) of the source
            pixel behind each pixel, whole numbers where it was taken as it is, fractional where
            a piece was scaled. Of several that were blended, the one that counts most.
    """

    pixels: np.ndarray
    origin: np.ndarray | None = None


@dataclass(frozen=True)
class Rendering:
    """A rendered layout: the image I', and where its pixels came from if its method can tell."""

    image: Image
    provenance: Provenance | None
