"""Fidelity to a known truth, where one exists: SSIM and PSNR."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from likewise.errors import ImageError
from likewise.metrics.pictures import as_picture


def ssim(rendered: ArrayLike, truth: ArrayLike) -> float:
    """Structural similarity (7 × 7 uniform window, mean over channels).

    Range -1 to 1, in practice 0 to 1; higher is nearer, 1 for equal pictures. It compares place by
    place: sharp texture a pixel off scores below a blur. Cost: linear in pixels.

    Args:
        rendered: (H, W, C) floats in [0, 1].
        truth: the same shape.

    Raises:
        ImageError: shapes or values do not fit, or a side is shorter than the window.

    Not in the paper: because it had no truths. Wang et al., "Image quality assessment: from error
    visibility to structural similarity" (2004), as scikit-image computes it.
    """
    image, known = _pair(rendered, truth)
    if min(known.shape[:2]) < 7:
        raise ImageError("truth", f"shape {known.shape}", "at least 7 × 7 pixels")
    return float(structural_similarity(image, known, channel_axis=2, data_range=1.0))


def psnr(rendered: ArrayLike, truth: ArrayLike) -> float:
    """Peak signal to noise ratio in dB for a peak of 1.

    Range 0 to infinity, which equal pictures score; higher is nearer. The mean of all answers that
    are possible scores best: it prefers blur to texture a pixel off. Cost: linear in pixels.

    Args:
        rendered: (H, W, C) floats in [0, 1].
        truth: the same shape.

    Raises:
        ImageError: shapes or values do not fit.

    Not in the paper: because it had no truths; computed by scikit-image.
    """
    image, known = _pair(rendered, truth)
    if np.array_equal(image, known):
        return float("inf")
    return float(peak_signal_noise_ratio(known, image, data_range=1.0))


def _pair(rendered: ArrayLike, truth: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    image, known = as_picture("rendered", rendered), as_picture("truth", truth)
    if image.shape != known.shape:
        raise ImageError("rendered", f"shape {image.shape}", f"the truth's shape {known.shape}")
    return image, known
