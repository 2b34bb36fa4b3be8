"""Pictures as metrics take them: (H, W, C) floats in [0, 1], checked once."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from likewise.errors import ImageError


def as_picture(argument: str, values: ArrayLike) -> NDArray[np.float32]:
    """``values`` (H, W) or (H, W, C) as a (H, W, C) float32 picture.

    Raises:
        ImageError: another number of dimensions, an empty side, whole numbers instead of floats,
            or values that are not finite or stray from [0, 1].
    """
    picture = np.asarray(values)
    if picture.ndim == 2:
        picture = picture[:, :, None]
    if picture.ndim != 3 or min(picture.shape) < 1:
        raise ImageError(argument, f"shape {picture.shape}", "(H, W, C), none of them 0")
    if not np.issubdtype(picture.dtype, np.floating):
        raise ImageError(
            argument, f"values of type {picture.dtype}", "floats in [0, 1]", "Divide 8 bit by 255."
        )
    low, high = float(picture.min()), float(picture.max())
    # Interpolation may overshoot by rounding; NaN fails both comparisons.
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ImageError(argument, f"values from {low:g} to {high:g}", "floats in [0, 1]")
    return picture.astype(np.float32)


def same_channels(first: str, a: NDArray, second: str, b: NDArray) -> None:
    """Make sure two pictures have the same number of channels.

    Raises:
        ImageError: they have not.
    """
    if a.shape[2] != b.shape[2]:
        raise ImageError(first, f"{a.shape[2]} channels", f"{b.shape[2]}, as {second} has")


def as_batch(picture: NDArray[np.float32]) -> Tensor:
    """(1, C, H, W) of a picture (H, W, C), as networks take it."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


def as_colours(picture: NDArray[np.float32]) -> Tensor:
    """(1, 3, H, W) of a picture (H, W, C), for features of colours.

    Grey (C = 1 or 2) is repeated; what follows the colours (alpha) is dropped.
    """
    batch = as_batch(picture)
    return batch[:, :1].expand(-1, 3, -1, -1) if batch.shape[1] < 3 else batch[:, :3]
