"""Conversion: colours of a network that knows RGB alone, in the channels of any picture."""

from __future__ import annotations

import numpy as np

from likewise.images.image import Image

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow weighs them


def from_rgb(colours: np.ndarray, image: Image) -> np.ndarray:
    """RGB ``colours`` (H, W, 3) in [0, 1] in the channels of ``image``: (H, W, C) float.

    Grey takes the luma, opacity is full, and CMYK takes the complements without black, so that
    :meth:`Image.to_rgb8` gives ``colours`` back.
    """
    values = colours
    if image.mode in ("L", "LA"):
        values = (colours @ np.array(LUMA, colours.dtype))[..., None]
    elif image.mode == "CMYK":
        black = np.zeros_like(colours[..., :1])
        values = np.concatenate((1 - colours, black), axis=-1)
    if image.has_alpha:
        values = np.concatenate((values, np.ones_like(values[..., :1])), axis=-1)
    return values
