"""D: the discriminator, a feature pyramid that judges patches at two scales, under the layout.

The authors' code uses a feature-pyramid patch discriminator but lets it ignore the layout. Ours
adds the inner product of its features with an embedding of the layout to every score, so that a
sharp picture of the wrong material does not pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.blocks import ConvBlock, Style, convolution
from likewise.networks.spectral_bank import SpectralBank


@dataclass(frozen=True)
class Judgement:
    """Scores (B, 1, h, w) at each scale, and features for feature matching, finest first."""

    scores: list[Tensor]
    features: list[Tensor]


class Discriminator(nn.Module):
    """D: (image (B, C, H, W) in [-1, 1], layout (B, K, H, W) one-hot) -> :class:`Judgement`.

    Scores stand at 1/4 and 1/8 of the size; H and W must be multiples of 8.

    Args:
        image_channels: channels C of the image.
        classes: channels K of the layout.
        width: channels after the first block.
        norm: "instance" (the authors' code) or "none", on top of spectral normalisation.
    """

    def __init__(self, image_channels: int, classes: int, width: int, *, norm: str) -> None:
        super().__init__()
        style = Style(spectral=True, norm=norm)
        self.down1 = ConvBlock(image_channels, width, 3, Style(True, "none"), stride=2)
        self.down2 = ConvBlock(width, width * 2, 3, style, stride=2)
        self.down3 = ConvBlock(width * 2, width * 4, 3, style, stride=2)
        self.lateral2 = ConvBlock(width * 2, width * 4, 1, style)
        self.lateral3 = ConvBlock(width * 4, width * 4, 1, style)
        self.final2 = ConvBlock(width * 4, width * 2, 3, style)
        self.final3 = ConvBlock(width * 4, width * 2, 3, style)
        self.verdict = nn.Conv2d(width * 2, 1, 1)
        self.project = convolution(width * 2, width * 2, 1, spectral=True)
        self.embed = nn.Conv2d(classes, width * 2, 1, bias=False)
        self.spectral = SpectralBank(self)

    def forward(self, image: Tensor, layout: Tensor) -> Judgement:
        """Judge ``image`` as a picture of ``layout``."""
        with self.spectral.normalised():
            return self.judge(image, layout)

    def judge(self, image: Tensor, layout: Tensor) -> Judgement:
        """:meth:`forward` with whatever weights the layers now have."""
        feature1 = self.down1(image)
        feature2 = self.down2(feature1)
        feature3 = self.down3(feature2)
        coarse = self.lateral3(feature3)
        fine = self.lateral2(feature2) + F.interpolate(
            coarse, scale_factor=2.0, mode="bilinear", align_corners=False
        )
        scores = [
            self._score(self.final2(fine), layout, 4),
            self._score(self.final3(coarse), layout, 8),
        ]
        return Judgement(scores, [feature1, feature2, feature3])

    def _score(self, features: Tensor, layout: Tensor, factor: int) -> Tensor:
        meant = self.embed(F.avg_pool2d(layout, factor))
        match = (self.project(features) * meant).mean(dim=1, keepdim=True)
        return self.verdict(features) + match
