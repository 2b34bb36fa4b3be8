"""Sharpness: mean gradient magnitude of I′ over that of I, for the picture and class by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from likewise.errors import LabelError
from likewise.metrics.pictures import as_picture, same_channels

_FLAT = 1e-6
"""Far below one grey step in a million pixels: keeps two flat pictures at a ratio of 1."""


def sharpness_ratio(rendered: ArrayLike, source: ArrayLike) -> float:
    """Mean gradient magnitude of I′ divided by that of I: below 1 is blur, above is noise.

    Range 0 to unbounded; best at what the truth scores, which is near 1 where the layout keeps the
    shares of the classes. Cost: linear in pixels.

    Args:
        rendered: I′, (H, W, C) floats in [0, 1].
        source: I, (Hs, Ws, C) floats in [0, 1], at the same scale.

    Raises:
        ImageError: a picture is not (H, W, C) floats in [0, 1], or their channels differ.

    Not in the paper: because it left sharpness to its users' eyes.
    """
    image, known = as_picture("rendered", rendered), as_picture("source", source)
    same_channels("rendered", image, "source", known)
    return _ratio(gradient_magnitude(image).mean(), gradient_magnitude(known).mean())


def sharpness_by_class(
    rendered: ArrayLike,
    layout: NDArray[np.integer],
    source: ArrayLike,
    source_layout: NDArray[np.integer],
) -> dict[int, float]:
    """:func:`sharpness_ratio` for each class that both layouts hold, within its regions.

    Pixels beside another class (3 × 3) are left out: their gradients belong to the border, of
    which a moved layout has more or less. So a class of thin lines only has no entry; nor have
    negative indices, which mean ignored.

    Args:
        rendered: I′, (H, W, C) floats in [0, 1].
        layout: P′, (H, W) class indices.
        source: I, (Hs, Ws, C) floats in [0, 1], at the same scale.
        source_layout: P, (Hs, Ws) class indices.

    Raises:
        ImageError: as :func:`sharpness_ratio`.
        LabelError: a layout has another size than its picture.
    """
    image, known = as_picture("rendered", rendered), as_picture("source", source)
    same_channels("rendered", image, "source", known)
    ours = _means_by_class("layout", image, np.asarray(layout))
    theirs = _means_by_class("source_layout", known, np.asarray(source_layout))
    return {k: _ratio(ours[k], theirs[k]) for k in sorted(ours.keys() & theirs.keys())}


def gradient_magnitude(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """(H, W) length of the gradient (central differences, per pixel) of the mean of channels."""
    grey = picture.astype(np.float64).mean(axis=2)
    squares = np.zeros_like(grey)
    for axis in (0, 1):
        if grey.shape[axis] > 1:
            squares += np.square(np.gradient(grey, axis=axis))
    return np.sqrt(squares)


def _means_by_class(
    argument: str, picture: NDArray[np.float32], layout: NDArray[np.integer]
) -> dict[int, float]:
    if layout.shape != picture.shape[:2]:
        raise LabelError(
            argument, f"shape {layout.shape}", f"its picture's size {picture.shape[:2]}"
        )
    magnitude = gradient_magnitude(picture)
    inner = (minimum_filter(layout, 3) == maximum_filter(layout, 3)) & (layout >= 0)
    return {
        int(k): float(magnitude[inner & (layout == k)].mean()) for k in np.unique(layout[inner])
    }


def _ratio(ours: float, theirs: float) -> float:
    return float((ours + _FLAT) / (theirs + _FLAT))
