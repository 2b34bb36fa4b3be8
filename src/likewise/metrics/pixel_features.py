"""Features of a pixel for the judge: colour, gradients and texture around it, at several scales.

Where a pixel lies is no feature: a reader that knew would read the source's layout off any
picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

COLOUR_SIGMAS = (0.0, 1.0, 2.5, 6.0)
TEXTURE_SIGMAS = (1.0, 2.0, 4.0)
"""Reach of the windows, in pixels of the size the judge works at."""


def pixel_features(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """One row of features a pixel, in reading order.

    Args:
        picture: (H, W, C) floats in [0, 1], C ≥ 1.

    Returns:
        (H·W, D) float32; the same D for every picture of C channels.
    """
    grey = picture.mean(axis=2)
    planes = [*_colours(picture), *_textures(grey)]
    return np.stack([plane.ravel() for plane in planes], axis=1).astype(np.float32)


def _colours(picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Channels and their differences (hue, free of brightness), blurred ever wider."""
    planes = []
    for sigma in COLOUR_SIGMAS:
        blurred = [_blur(picture[:, :, c], sigma) for c in range(picture.shape[2])]
        planes += blurred
        planes += [blurred[c] - blurred[c + 1] for c in range(len(blurred) - 1)]
    return planes


def _textures(grey: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Contrast, and strength along and across the dominant direction: blind to rotation."""
    planes = []
    for sigma in TEXTURE_SIGMAS:
        variance = _blur(grey**2, 2 * sigma) - _blur(grey, 2 * sigma) ** 2
        planes.append(np.sqrt(np.maximum(variance, 0)))
        dy = gaussian_filter(grey, sigma, order=(1, 0)) * sigma
        dx = gaussian_filter(grey, sigma, order=(0, 1)) * sigma
        yy, xx, xy = (_blur(product, 2 * sigma) for product in (dy * dy, dx * dx, dy * dx))
        half, spread = (yy + xx) / 2, np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
        planes += [np.sqrt(half + spread), np.sqrt(np.maximum(half - spread, 0))]
        planes.append(np.abs(_blur(grey, sigma) - _blur(grey, 2 * sigma)))
    return planes


def _blur(plane: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return gaussian_filter(plane, sigma) if sigma else plane
