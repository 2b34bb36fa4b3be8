"""Patches of a picture as rows of a matrix, and the picture back from its patches by voting.

A patch is a square of ``size`` × ``size`` pixels. Its row holds channel after channel, each read
line by line (C·size·size values). Not in the paper: because it is the machinery below the patch
coherence loss and the patch engine, there written as loops.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def extract_patches(x: Tensor, size: int, *, padded: bool = False) -> Tensor:
    """All patches of ``x``, in reading order of their positions.

    Args:
        x: (B, C, H, W), any range.
        size: side of a patch in pixels.
        padded: mirror the border, so that every pixel is the centre of a patch; ``size`` is odd.

    Returns:
        (B, N, C·size·size) with N = (H − size + 1)·(W − size + 1), or N = H·W where ``padded``.
    """
    if padded:
        x = _mirrored(x, size)
    return F.unfold(x, size).transpose(1, 2)


def gather_patches(x: Tensor, centres: Tensor, size: int) -> Tensor:
    """The patches around ``centres`` alone; beyond the border the picture is mirrored.

    Args:
        x: (B, C, H, W), any range.
        centres: (B, Q) int64, row · W + column of each patch's centre.
        size: side of a patch in pixels, odd.

    Returns:
        (B, Q, C·size·size), rows as in :func:`extract_patches` with ``padded``.
    """
    assert size % 2 == 1
    batch, channels, height, width = x.shape
    offsets = torch.arange(size, device=x.device) - size // 2
    rows = _reflect(torch.div(centres, width, rounding_mode="floor")[..., None] + offsets, height)
    columns = _reflect((centres % width)[..., None] + offsets, width)
    places = (rows[..., :, None] * width + columns[..., None, :]).reshape(batch, 1, -1)
    values = x.flatten(2).gather(2, places.expand(-1, channels, -1))
    count = centres.shape[1]
    return values.reshape(batch, channels, count, size * size).transpose(1, 2).flatten(2)


def fold_patches(
    patches: Tensor, size: int, output_size: tuple[int, int], *, padded: bool = False
) -> Tensor:
    """The picture on which all patches vote: the mean wherever patches overlap.

    The inverse of :func:`extract_patches`, up to rounding.

    Args:
        patches: (B, N, C·size·size), as :func:`extract_patches` gives them.
        size: side of a patch in pixels.
        output_size: (H, W) of the answer.
        padded: the patches are centred on every pixel (N = H·W); votes beyond the border drop out.

    Returns:
        (B, C, H, W).
    """
    height, width = output_size
    margin = size // 2 if padded else 0
    canvas = (height + 2 * margin, width + 2 * margin)
    votes = F.fold(patches.transpose(1, 2), canvas, size)
    ballots = torch.ones(1, size * size, patches.shape[1], dtype=votes.dtype, device=votes.device)
    voted = votes / F.fold(ballots, canvas, size)
    return voted[..., margin : margin + height, margin : margin + width]


def centre_grid(
    height: int, width: int, size: int, *, stride: int = 1, device: torch.device | None = None
) -> Tensor:
    """Flat indices (N,) int64 of the centres whose patches lie inside a picture.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        size: side of a patch in pixels, odd. Where the picture is smaller, its middle is taken.
        stride: distance between neighbouring centres in pixels.
        device: where the answer lives.
    """
    (top, bottom), (left, right) = centre_range(height, size), centre_range(width, size)
    rows = torch.arange(top, bottom + 1, stride, device=device)
    columns = torch.arange(left, right + 1, stride, device=device)
    return (rows[:, None] * width + columns).flatten()


def centre_range(length: int, size: int) -> tuple[int, int]:
    """First and last centre along a side of ``length`` pixels such that a patch lies inside."""
    first = min(size // 2, (length - 1) // 2)
    return first, max(length - 1 - size // 2, first)


def _mirrored(x: Tensor, size: int) -> Tensor:
    """``x`` with a mirrored border of ``size // 2``, of any width (F.pad wants it narrow)."""
    assert size % 2 == 1
    margin = size // 2
    height, width = x.shape[-2:]
    rows = _reflect(torch.arange(-margin, height + margin, device=x.device), height)
    columns = _reflect(torch.arange(-margin, width + margin, device=x.device), width)
    return x.index_select(2, rows).index_select(3, columns)


def _reflect(places: Tensor, length: int) -> Tensor:
    """Mirror indices at both ends (the end pixel is not repeated) into 0 … length − 1."""
    last = length - 1
    return last - (last - places % max(2 * last, 1)).abs()
