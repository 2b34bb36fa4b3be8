"""Fields of nearest neighbours: finer ones, and pictures and features put together along them.

A field is (2, H, W) int64: row and column in another picture, for every place of this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def finer(field: Tensor, size: Sequence[int], source: Sequence[int]) -> Tensor:
    """``field`` at twice the resolution: each of its moves is doubled, and made by four places.

    Args:
        field: (2, h, w).
        size: of the finer level, (H, W); H is 2h or 2h + 1, and W likewise.
        source: (height, width) of the finer picture that the field leads to.

    Returns:
        (2, H, W), within ``source``.
    """
    rows, columns = (
        torch.arange(length, device=field.device).div(2, rounding_mode="floor").clamp_max(last - 1)
        for length, last in zip(size, field.shape[1:], strict=True)
    )
    coarse = field[:, rows][:, :, columns]
    continued = torch.stack(torch.meshgrid(rows, columns, indexing="ij"))
    return within(2 * (coarse - continued) + places(size, field.device), source)


def within(field: Tensor, source: Sequence[int]) -> Tensor:
    """``field`` with what leads outside ``source`` led to its border."""
    last = torch.tensor(source, device=field.device)[:, None, None] - 1
    return torch.minimum(field, last).clamp_min(0)


def places(size: Sequence[int], device: torch.device) -> Tensor:
    """(2, H, W): row and column of every place; the field that leads everywhere to itself."""
    axes = [torch.arange(length, device=device) for length in size]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))


def aggregated(
    image: Tensor, field: Tensor, level: tuple[int, int], patch: int, size: tuple[int, int]
) -> Tensor:
    """What patches of ``image``, a picture or features, make where ``field`` puts them.

    Every place is the mean of what the patches that cover it show there (section 4.5). Where
    pictures are larger than the level the field was found at, so are the patches, and moves are
    longer by as much. Patches that lead beyond the border repeat it.

    Args:
        image: (1, C, Hs, Ws) at its full size.
        field: (2, h, w), into a picture of size ``level``.
        level: (hs, ws), what ``image`` was reduced to; its own size where it was not.
        patch: side of a patch, odd, places of the field.
        size: (H, W) of the answer.

    Returns:
        (1, C, H, W).
    """
    half = patch // 2
    moves = (field - places((field.shape[1], field.shape[2]), field.device)).float()
    around = F.pad(moves[None], (half,) * 4, mode="replicate")[0]
    centres = [
        (torch.arange(length, device=field.device) + 0.5) * (coarse / length)
        for length, coarse in zip(size, field.shape[1:], strict=True)
    ]
    rows, columns = (centre.long() for centre in centres)
    here = torch.stack(torch.meshgrid(*centres, indexing="ij"))
    whole = torch.tensor(level, device=field.device)[:, None, None]
    total = torch.zeros(1, image.shape[1], *size, device=image.device)
    for down in range(patch):
        for right in range(patch):
            there = (here + around[:, rows + down][:, :, columns + right]) / whole
            grid = (2 * there - 1).flip(0).permute(1, 2, 0)[None]
            total += F.grid_sample(image, grid, padding_mode="border", align_corners=False)
    return total / patch**2
