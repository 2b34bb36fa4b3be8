"""SFT: semantic feature translation, (gamma_seg, beta_seg) -> (gamma_img, beta_img).

Paper, section 3.2: in the label domain F_source scaled by gamma_seg, or shifted by beta_seg, is to
give F_aug. An SFT block maps these parameters into the image domain, where
F_img <- gamma_img * normalised(F_img) + beta_img.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from likewise.networks.blocks import (
    ResidualBottleneck,
    Style,
    convolution,
    pixel_normalised,
)
from likewise.networks.instance_norm import instance_normalised

EPSILON = 0.1  # keeps the ratio of two small features near 1
LARGEST_SCALE = 8.0  # |log gamma_img| <= log of this
LARGEST_SHIFT = 3.0  # |beta_img| <= this, in standard deviations of the features


def semantic_ratio(target: Tensor, source: Tensor) -> Tensor:
    """gamma_seg = (F_aug + eps) / (F_source + eps) for positive features; 1 where layouts agree."""
    return (target + EPSILON) / (source + EPSILON)


def semantic_shift(target: Tensor, source: Tensor) -> Tensor:
    """beta_seg = F_aug - F_source; 0 where the layouts agree."""
    return target - source


class _Translation(nn.Sequential):
    """Residual bottleneck, then 1x1, ReLU, 1x1; the last starts at zero: "translate nothing"."""

    def __init__(self, channels: int, *, spectral: bool) -> None:
        last = nn.Conv2d(channels // 2, channels, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        super().__init__(
            ResidualBottleneck(channels, Style(spectral, "none")),
            convolution(channels, channels // 2, 1, spectral=spectral),
            nn.ReLU(),
            last,
        )


class SFT(nn.Module):
    """One pair of translations per scale.

    The block predicts log gamma_img and beta_img, squashed by tanh: an unbounded scale can grow
    until the picture is black. At the start gamma_img = 1 and beta_img = 0, the fixed point.

    Args:
        channels: feature channels at each scale, finest first.
        spectral: whether the inner convolutions are spectrally normalised.
    """

    def __init__(self, channels: Sequence[int], *, spectral: bool) -> None:
        super().__init__()
        self.scale = nn.ModuleList(_Translation(c, spectral=spectral) for c in channels)
        self.shift = nn.ModuleList(_Translation(c, spectral=spectral) for c in channels)

    def forward(
        self, source: Sequence[Tensor], target: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """E_seg's features of source and target layouts -> (gamma_img, beta_img) at each scale."""
        bound = math.log(LARGEST_SCALE)
        scales, shifts = [], []
        for f_source, f_target, to_scale, to_shift in zip(
            source, target, self.scale, self.shift, strict=True
        ):
            # log of the ratio: 0 where the layouts agree, and symmetric in source and target.
            ratio = semantic_ratio(f_target, f_source).log()
            shift = semantic_shift(f_target, f_source)
            scales.append((bound * (to_scale(ratio) / bound).tanh()).exp())
            shifts.append(LARGEST_SHIFT * (to_shift(shift) / LARGEST_SHIFT).tanh())
        return scales, shifts


def modulated(features: Tensor, scale: Tensor, shift: Tensor, norm: str) -> Tensor:
    """gamma_img * normalised(F_img) + beta_img, all (B, C, h, w); norm "instance" or "pixel"."""
    normalised = instance_normalised if norm == "instance" else pixel_normalised
    return scale * normalised(features) + shift
