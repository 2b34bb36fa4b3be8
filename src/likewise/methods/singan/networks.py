"""Networks: the generator and the patch critic of one scale, five 3x3 convolutions each.

Paper, section 3.1. Both see 11 x 11 pixels at a time: conv, normalisation, LeakyReLU, four times,
and a convolution to pixels or to a score. The generator adds what it makes to its input image.
Training is on one picture, so batch normalisation is that of each picture by itself; at rest the
generator uses the means and variances it met in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.convolution import convolved
from likewise.networks.normalisation import EPS, normalised

LAYERS = 5
PAD = LAYERS  # of zeros around the generator's input, so that its answer keeps the size
SLOPE = 0.2
MOMENTUM = 0.1  # share of the newest picture in running means and variances
START = 0.02  # standard deviation of the weights before training


@dataclass(frozen=True)
class Frozen:
    """A generator at rest, with its normalisation folded into five (weight, bias) pairs."""

    layers: tuple[tuple[Tensor, Tensor], ...]

    def __call__(self, noisy: Tensor, base: Tensor) -> Tensor:
        """``base`` (B, C, H, W) and what is made of ``noisy``, the base with noise upon it."""
        x = F.pad(noisy, (PAD,) * 4)
        for weight, bias in self.layers[:-1]:
            x = F.leaky_relu(F.conv2d(x, weight, bias), SLOPE)
        return F.conv2d(x, *self.layers[-1]).tanh() + base


class Block(nn.Module):
    """Convolution, normalisation, LeakyReLU; its running statistics follow where asked to."""

    mean: Tensor
    variance: Tensor

    def __init__(self, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.kernel = nn.Parameter(START * torch.randn(outputs, inputs, 3, 3, generator=generator))
        self.weight = nn.Parameter(1 + START * torch.randn(outputs, generator=generator))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))

    def forward(self, x: Tensor, *, follow: float = 0.0) -> Tensor:
        """``x`` (B, C, H, W) two pixels smaller; ``follow``: its share in the statistics from now.

        1 forgets what was seen before, 0 takes no note.
        """
        x = convolved(x, self.kernel)
        x, mean, rate = normalised(x, self.weight, self.bias)
        if follow:
            self._follow(mean, rate, follow)
        return F.leaky_relu(x, SLOPE)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the one convolution that this block is at rest."""
        scale = self.weight * (self.variance + EPS).rsqrt()
        return self.kernel * scale.view(-1, 1, 1, 1), self.bias - self.mean * scale

    def _follow(self, mean: Tensor, rate: Tensor, share: float) -> None:
        with torch.no_grad():
            spread = rate.view(-1, len(self.mean)).pow(-2).mean(0) - EPS
            self.mean.lerp_(mean.view(-1, len(self.mean)).mean(0), share)
            self.variance.lerp_(spread, share)


class _Tower(nn.Module):
    def __init__(self, inputs: int, width: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        counts = [inputs, *[width] * (LAYERS - 1)]
        self.blocks = nn.ModuleList(Block(a, b, generator) for a, b in pairwise(counts))
        last = START * torch.randn(outputs, width, 3, 3, generator=generator)
        self.kernel = nn.Parameter(last)

    def _through(self, x: Tensor, *, follow: float = 0.0) -> Tensor:
        for block in self.blocks:
            x = block(x, follow=follow)
        return convolved(x, self.kernel)


class Generator(_Tower):
    """G of one scale: ``channels`` of the picture in and out, ``width`` between."""

    def __init__(self, channels: int, width: int, generator: torch.Generator) -> None:
        super().__init__(channels, width, channels, generator)
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, noisy: Tensor, base: Tensor, *, follow: float = 0.0) -> Tensor:
        """``base`` (B, C, H, W) and what is made of ``noisy``; each picture is its own batch."""
        made = self._through(F.pad(noisy, (PAD,) * 4), follow=follow) + self.bias
        return made.tanh() + base

    def frozen(self) -> Frozen:
        """This generator at rest, as it is now."""
        with torch.no_grad():
            blocks = [cast(Block, block).folded() for block in self.blocks]
            last = self.kernel.detach().clone(), self.bias.detach().flatten().clone()
            return Frozen((*blocks, last))


class Critic(_Tower):
    """D of one scale: a score for every 11 x 11 patch of a picture.

    The last convolution has no bias: real and fake are told apart by the difference of scores.
    """

    def __init__(self, channels: int, width: int, generator: torch.Generator) -> None:
        super().__init__(channels, width, 1, generator)

    def forward(self, images: Tensor) -> Tensor:
        """Scores (B, 1, H - 10, W - 10) of ``images`` (B, C, H, W)."""
        return self._through(images)
