"""SPADE: spatially-adaptive normalisation, and the residual block built on it.

Park et al., *Semantic Image Synthesis with Spatially-Adaptive Normalization*, CVPR 2019, section 3
and appendix A: features are normalised without parameters, then scaled and shifted by what two
convolutions read off the layout, position by position.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.blocks import SLOPE
from likewise.networks.instance_norm import instance_normalised
from likewise.networks.spectral import spectrally_normalised


class SpadeNorm(nn.Module):
    """normalised(F) * (1 + gamma(P)) + beta(P): (B, C, h, w) under a layout, to (B, C, h, w).

    Args:
        channels: C of the features.
        layout_channels: K of the layout.
        hidden: channels between the layout and gamma, beta; the paper's 128.
        batch: normalise over the batch, with running statistics at rest (the paper); else over
            each image.
    """

    def __init__(self, channels: int, layout_channels: int, hidden: int, *, batch: bool) -> None:
        super().__init__()
        self.statistics = nn.BatchNorm2d(channels, affine=False) if batch else None
        self.hidden = nn.Conv2d(layout_channels, hidden, 3, padding=1)
        self.scale = nn.Conv2d(hidden, channels, 3, padding=1)
        self.shift = nn.Conv2d(hidden, channels, 3, padding=1)

    def forward(self, features: Tensor, layout: Tensor) -> Tensor:
        """Normalise ``features`` under ``layout`` (B, K, h, w), of their size."""
        read = self.hidden(layout).relu()
        return self._normalised(features) * (1 + self.scale(read)) + self.shift(read)

    def _normalised(self, features: Tensor) -> Tensor:
        if self.statistics is not None and not self.training:
            return self.statistics(features)
        images = 1 if self.statistics is None else len(features)
        if images * features.shape[2] * features.shape[3] == 1:
            return features * 0  # a value less its own mean
        return (
            instance_normalised(features) if self.statistics is None else self.statistics(features)
        )


class SpadeBlock(nn.Module):
    """Two convolutions, each behind a :class:`SpadeNorm` and a leaky ReLU, and a way past them.

    Where the number of channels changes the way past is a normalised 1x1 convolution.

    Args:
        inputs: channels of the features.
        outputs: channels of the answer.
        layout_channels: K of the layout.
        hidden: of each :class:`SpadeNorm`.
        batch: of each :class:`SpadeNorm`.
        spectral: spectral normalisation of the convolutions between them.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        layout_channels: int,
        hidden: int,
        *,
        batch: bool,
        spectral: bool,
    ) -> None:
        super().__init__()
        middle = min(inputs, outputs)

        def norm(channels: int) -> SpadeNorm:
            return SpadeNorm(channels, layout_channels, hidden, batch=batch)

        def convolution(before: int, after: int, kernel: int, *, bias: bool = True) -> nn.Module:
            layer = nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=bias)
            return spectrally_normalised(layer) if spectral else layer

        self.norm_first, self.norm_second = norm(inputs), norm(middle)
        self.conv_first = convolution(inputs, middle, 3)
        self.conv_second = convolution(middle, outputs, 3)
        self.changes = inputs != outputs
        if self.changes:
            self.norm_past = norm(inputs)
            self.conv_past = convolution(inputs, outputs, 1, bias=False)

    def forward(self, features: Tensor, layout: Tensor) -> Tensor:
        """(B, inputs, h, w) under ``layout`` (B, K, H, W) to (B, outputs, h, w)."""
        layout = resized_layout(layout, (features.shape[2], features.shape[3]))
        past = self.conv_past(self.norm_past(features, layout)) if self.changes else features
        x = self.conv_first(F.leaky_relu(self.norm_first(features, layout), SLOPE))
        return past + self.conv_second(F.leaky_relu(self.norm_second(x, layout), SLOPE))


def resized_layout(layout: Tensor, size: tuple[int, int]) -> Tensor:
    """``layout`` (B, K, H, W) at ``size``: of each cell the pixel at its top left, as published."""
    return F.interpolate(layout, size=size, mode="nearest")
