"""Bidirectional similarity of I′ and I: patch coherence one way, completeness the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from likewise.metrics.pictures import as_picture, same_channels
from likewise.patches.exact import nearest
from likewise.patches.extract import extract_patches

WORKING_SIDE = 96
"""Short side in pixels that the source is shrunk to: exact search is quadratic in pixels."""

PATCH = 7
_TILE = 64 << 20  # bytes


@dataclass(frozen=True)
class Similarity:
    """Two mean RMS distances per value on [0, 1] images; 0 is a perfect match.

    Attributes:
        coherence: of patches of I′ to their nearest in I: is everything rendered from the source?
        completeness: of patches of I to their nearest in I′: is everything of the source there?
    """

    coherence: float
    completeness: float


def bidirectional_similarity(
    rendered: ArrayLike,
    source: ArrayLike,
    *,
    patch: int = PATCH,
    working_side: int | None = WORKING_SIDE,
    device: str | torch.device = "cpu",
) -> Similarity:
    """Coherence and completeness by exact nearest neighbours of overlapping patches.

    For every patch, the root of the mean squared difference to its nearest patch on the other
    side; then the mean over patches. Found in float32 by matrix products, a tile at a time, so a
    distance may be up to 5·10⁻⁴ too large.

    Range 0 to 1; lower is nearer, but every piece of the source coheres, also where the layout asks
    for another, so what counts is how near a number comes to that of the truth. Cost: 2 · N · M ·
    C · patch² multiplications for N and M pixels of the shrunk pictures.

    Args:
        rendered: I′, (H, W, C) floats in [0, 1].
        source: I, (Hs, Ws, C) floats in [0, 1].
        patch: side of a patch in pixels; where a picture is smaller, its short side is taken.
        working_side: both pictures are shrunk (area average) by the one factor that makes the
            source's short side this many pixels; never enlarged. None works at full size.
        device: where to search.

    Raises:
        ImageError: a picture is not (H, W, C) floats in [0, 1], or their channels differ.

    Source: the paper's patch coherence; the other direction and the name after Simakov et al.,
    "Summarizing visual data using bidirectional similarity" (2008).
    """
    image, known = as_picture("rendered", rendered), as_picture("source", source)
    same_channels("rendered", image, "source", known)
    factor = 1.0
    if working_side is not None:
        factor = min(1.0, working_side / min(known.shape[:2]))
    a, b = _shrunk(image, factor, device), _shrunk(known, factor, device)
    size = min(patch, *a.shape[2:], *b.shape[2:])
    rows, keys = extract_patches(a, size)[0], extract_patches(b, size)[0]
    return Similarity(_mean_distance(rows, keys), _mean_distance(keys, rows))


def _shrunk(picture: NDArray[np.float32], factor: float, device: str | torch.device) -> Tensor:
    """(1, C, H·factor, W·factor) of a (H, W, C) picture."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].to(device)
    if factor == 1.0:
        return x
    height, width = (max(1, round(side * factor)) for side in x.shape[2:])
    return F.interpolate(x, (height, width), mode="area")


def _mean_distance(rows: Tensor, keys: Tensor) -> float:
    """Mean over rows (N, D) of the RMS difference to the nearest key (M, D)."""
    _, squared = nearest(rows, keys, budget=_TILE)
    return (squared / rows.shape[1]).sqrt().double().mean().item()
