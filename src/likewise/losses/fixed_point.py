"""The fixed point loss: where the layout stays, γ_img → 1 and β_img → 0."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.losses.precision import widened


def fixed_point_loss(scales: Sequence[Tensor], shifts: Sequence[Tensor]) -> Tensor:
    """The mean over levels of mean|γ_img − 1| + mean|β_img|.

    Args:
        scales: γ_img, one (B, C, H, W) a level of the network.
        shifts: β_img, one (B, C, H, W) a level of the network.

    Source: the paper's fixed point loss, of the reconstruction mode.
    """
    assert len(scales) == len(shifts) > 0
    return torch.stack(
        [
            (widened(scale) - 1).abs().mean() + widened(shift).abs().mean()
            for scale, shift in zip(scales, shifts, strict=True)
        ]
    ).mean()
