"""E_seg: the shared segmentation encoder, and E_img, its twin of the same shape for images.

Paper, section 3.2: one encoder with shared weights reads P_source and P_aug and gives features F at
each scale l. The labels enter one-hot, never as RGB, so no class is "between" two others.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.blocks import ConvBlock, DownBlock, Style


class Encoder(nn.Module):
    """A 7x7 head and ``levels`` down blocks; level l has
    width * 2^(l+1) channels at 1/2^(l+1) of the size.

    Args:
        inputs: channels of the input.
        width: channels after the head.
        levels: number of halvings.
        style: normalisation of weights and features.
    """

    def __init__(self, inputs: int, width: int, levels: int, style: Style) -> None:
        super().__init__()
        self.head = ConvBlock(inputs, width, 7, style)
        self.down = nn.ModuleList(
            DownBlock(width * 2**level, width * 2 ** (level + 1), style) for level in range(levels)
        )


class SegEncoder(Encoder):
    """E_seg: layout (B, K, H, W), one-hot -> features [F^1, ..., F^levels], all positive.

    H and W must be multiples of 2^levels. Features pass through softplus: the translation divides
    by them, and a ratio of positive numbers cannot change sign or blow up.
    """

    def forward(self, layout: Tensor) -> list[Tensor]:
        """Features at every scale, finest first."""
        features = self.head(layout)
        scales = []
        for block in self.down:
            features = block(features)
            scales.append(F.softplus(features))
        return scales
