"""S: the segmentation network, which reads the layout off an image (semantic alignment loss).

After the authors' code: atrous spatial pyramid pooling straight on the image, without batch
normalisation, and a small head. Ours reads at half size: a quarter of the work, for borders that
are as sharp as a bilinear enlargement.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Segmenter(nn.Module):
    """S: image (B, C, H, W) in [-1, 1] -> logits (B, K, H, W).

    Args:
        image_channels: channels C of the image.
        classes: number of classes K.
        width: channels inside.
        dilations: reach of the atrous branches, in pixels of the half-size image.
    """

    def __init__(
        self, image_channels: int, classes: int, width: int, dilations: Sequence[int] = (4, 8)
    ) -> None:
        super().__init__()
        self.point = nn.Conv2d(image_channels, width, 1)
        self.atrous = nn.ModuleList(
            nn.Conv2d(image_channels, width, 3, padding=d, dilation=d) for d in (1, *dilations)
        )
        self.whole = nn.Conv2d(image_channels, width, 1)
        self.project = nn.Conv2d(width * (len(self.atrous) + 2), width, 1)
        self.head = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(width, classes, 1)
        )

    def forward(self, image: Tensor) -> Tensor:
        """Logits of each class at every pixel."""
        image = F.avg_pool2d(image, 2)
        whole = self.whole(image.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *image.shape[2:])
        branches = [self.point(image), *(conv(image) for conv in self.atrous), whole]
        pooled = F.leaky_relu(torch.cat(branches, 1), 0.2)
        logits = self.head(F.leaky_relu(self.project(pooled), 0.2))
        return F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)
