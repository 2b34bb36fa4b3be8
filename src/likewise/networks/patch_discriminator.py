"""D of SPADE: patches judged beside their layout, at several sizes of the picture.

Park et al., CVPR 2019, appendix A, after pix2pixHD: fully convolutional, spectral and instance
normalisation, leaky ReLU. Picture and layout enter side by side.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.blocks import SLOPE, Finish
from likewise.networks.discriminator import Judgement
from likewise.networks.spade_generator import draw_first_weights
from likewise.networks.spectral import spectrally_normalised
from likewise.networks.spectral_bank import SpectralBank

WIDEST = 8  # times the first width
KERNEL, PAD = 4, 2


class MultiScaleDiscriminator(nn.Module):
    """D: (picture (B, C, H, W) in [-1, 1], layout (B, K, H, W)) -> :class:`Judgement`.

    One network of ``layers`` layers judges the full size, another half of it, and so on. Features
    are those of every layer but the last, network by network.

    Args:
        inputs: C + K.
        width: channels after the first layer; doubled each layer, up to eightfold.
        layers: before the one that gives scores.
        scales: sizes of the picture that are judged.
    """

    def __init__(self, inputs: int, width: int, layers: int, scales: int) -> None:
        super().__init__()
        self.judges = nn.ModuleList(_layers(inputs, width, layers) for _ in range(scales))
        draw_first_weights(self)
        self.spectral = SpectralBank(self)

    def forward(self, image: Tensor, layout: Tensor) -> Judgement:
        """Judge ``image`` as a picture of ``layout``."""
        with self.spectral.normalised():
            return self.judge(image, layout)

    def judge(self, image: Tensor, layout: Tensor) -> Judgement:
        """:meth:`forward` with whatever weights the layers now have."""
        seen = torch.cat((layout, image.to(layout.dtype)), 1)
        scores, features = [], []
        for number, judge in enumerate(self.judges):
            if number:
                seen = F.avg_pool2d(seen, 3, 2, 1, count_include_pad=False)
            x = seen
            for layer in judge.children():
                x = layer(x)
                features.append(x)
            scores.append(features.pop())
        return Judgement(scores, features)


def _layers(inputs: int, width: int, layers: int) -> nn.ModuleList:
    """The first without normalisation, the last but one without stride, then the scores."""
    made = [nn.Sequential(nn.Conv2d(inputs, width, KERNEL, 2, PAD), nn.LeakyReLU(SLOPE))]
    before = width
    for number in range(1, layers):
        after = width * min(2**number, WIDEST)
        stride = 1 if number == layers - 1 else 2
        # Without a bias, which the normalisation of the features would take away again.
        layer = nn.Conv2d(before, after, KERNEL, stride, PAD, bias=False)
        made.append(nn.Sequential(spectrally_normalised(layer), Finish("instance")))
        before = after
    return nn.ModuleList([*made, nn.Conv2d(before, 1, KERNEL, 1, PAD)])
