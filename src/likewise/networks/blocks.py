"""Blocks: the convolutional pieces that E_seg, G, D and S are built of.

Sizes and order follow the authors' code (the paper gives no layer table): a 7x7 head, a residual
bottleneck before each change of resolution, stride-2 4x4 convolutions down and up.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.instance_norm import instance_normalised
from likewise.networks.spectral import spectrally_normalised

SLOPE = 0.2  # of every leaky ReLU


@dataclass(frozen=True)
class Style:
    """How convolutions are kept in bounds: ``spectral`` normalisation of the weights, and ``norm``
    of the features, "instance" or "none".
    """

    spectral: bool
    norm: str

    @property
    def bias(self) -> bool:
        """Whether convolutions have one: where features are normalised next, it has no effect."""
        return self.norm == "none"


def convolution(
    inputs: int,
    outputs: int,
    kernel: int,
    *,
    stride: int = 1,
    spectral: bool,
    pad: int | None = None,
    bias: bool = True,
) -> nn.Module:
    """A 2-D convolution that keeps (or, by ``stride``, divides) the size.

    Wide kernels mirror the image at its edges, where zeros would leave a visible frame; 3x3 and 4x4
    ones pad with zeros, which costs no copy.
    """
    pad = (kernel - 1) // 2 if pad is None else pad
    layer = nn.Conv2d(
        inputs,
        outputs,
        kernel,
        stride,
        pad,
        bias=bias,
        padding_mode="reflect" if pad > 1 else "zeros",
    )
    return spectrally_normalised(layer) if spectral else layer


def pixel_normalised(features: Tensor) -> Tensor:
    """``features`` (B, C, H, W) with unit mean square over the channels of each position.

    Unlike statistics over the image it does not change with the share of each class, so removing an
    object does not shift the colours of what stays.
    """
    wide = features.float()
    return (wide * (wide.square().mean(dim=1, keepdim=True) + 1e-5).rsqrt()).to(features.dtype)


class Finish(nn.Module):
    """What follows a convolution: normalisation "instance" or "none", then a leaky ReLU.

    Args:
        norm: which normalisation.
        slope: of the leaky ReLU; 1 for none.
    """

    def __init__(self, norm: str, slope: float = SLOPE) -> None:
        super().__init__()
        self.norm, self.slope = norm, slope

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        if self.norm == "instance":
            return instance_normalised(features, self.slope)
        return features if self.slope == 1 else F.leaky_relu(features, self.slope)


class ConvBlock(nn.Sequential):
    """Convolution, normalisation, leaky ReLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        style: Style,
        *,
        stride: int = 1,
        pad: int | None = None,
    ) -> None:
        super().__init__(
            convolution(
                inputs,
                outputs,
                kernel,
                stride=stride,
                spectral=style.spectral,
                pad=pad,
                bias=style.bias,
            ),
            Finish(style.norm),
        )


class ResidualBottleneck(nn.Module):
    """x + f(x) with f = 1x1 down to a quarter, 3x3, 1x1 back up."""

    def __init__(self, channels: int, style: Style) -> None:
        super().__init__()
        inner = max(4, channels // 4)
        self.body = nn.Sequential(
            ConvBlock(channels, inner, 1, style),
            ConvBlock(inner, inner, 3, style),
            convolution(inner, channels, 1, spectral=style.spectral, bias=style.bias),
            Finish(style.norm, slope=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        return features + self.body(features)


class DownBlock(nn.Sequential):
    """Residual bottleneck, 3x3, then a stride-2 4x4: half the size, ``outputs`` channels."""

    def __init__(self, inputs: int, outputs: int, style: Style) -> None:
        super().__init__(
            ResidualBottleneck(inputs, style),
            ConvBlock(inputs, inputs, 3, style),
            ConvBlock(inputs, outputs, 4, style, stride=2, pad=1),
        )


class UpBlock(nn.Sequential):
    """Residual bottleneck, 3x3, then a stride-2 4x4 transposed convolution: twice the size."""

    def __init__(self, inputs: int, outputs: int, style: Style) -> None:
        transposed: nn.Module = nn.ConvTranspose2d(outputs * 2, outputs, 4, 2, 1, bias=style.bias)
        super().__init__(
            ResidualBottleneck(inputs, style),
            ConvBlock(inputs, outputs * 2, 3, style),
            spectrally_normalised(transposed) if style.spectral else transposed,
            Finish(style.norm),
        )
