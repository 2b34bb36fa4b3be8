"""G: the generator, E_img and a decoder steered at every scale by SFT.

Paper, section 3.2 and figure 2: the image encoder's features are translated after each down block,
the decoder's before each up block, with the same gamma_img and beta_img.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from likewise.networks.blocks import ConvBlock, Style, UpBlock, convolution
from likewise.networks.seg_encoder import Encoder, SegEncoder
from likewise.networks.sft import SFT, modulated
from likewise.networks.spectral_bank import SpectralBank


@dataclass(frozen=True)
class GeneratorShape:
    """Sizes of G.

    Attributes:
        image_channels: channels C of the image.
        classes: channels K of the layouts.
        width: channels after the heads; doubled at every level.
        levels: halvings.
        norm: normalisation after convolutions, "instance" or "none".
        sft_norm: normalisation that SFT modulates, "instance" (the paper) or "pixel".
        spectral: whether convolutions are spectrally normalised.
        repairs: G answers a correction of its input image rather than a whole image, sees the
            target layout beside it, and hands its full-size head features to the tail. For a
            source already aligned to the target layout. Not in the paper: translated in place,
            features of the old layout shine through the new one.
    """

    image_channels: int
    classes: int
    width: int
    levels: int
    norm: str
    sft_norm: str
    spectral: bool
    repairs: bool


@dataclass(frozen=True)
class Rendering:
    """What G answers: the image (B, C, H, W) and gamma_img, beta_img at each scale."""

    image: Tensor
    scales: list[Tensor]
    shifts: list[Tensor]


class Generator(nn.Module):
    """G: (I_source, P_source, P_target) -> I'. Heights and widths are multiples of 2^levels."""

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        width, levels = shape.width, shape.levels
        style = Style(shape.spectral, shape.norm)
        self.shape = shape
        self.seg_encoder = SegEncoder(shape.classes, width, levels, style)
        inputs = shape.image_channels + (shape.classes if shape.repairs else 0)
        self.image_encoder = Encoder(inputs, width, levels, style)
        channels = [width * 2 ** (level + 1) for level in range(levels)]
        self.sft = SFT(channels, spectral=shape.spectral)
        deepest = channels[-1]
        self.middle = nn.Sequential(  # E_img's last block and the decoder's first
            ConvBlock(deepest, deepest, 3, style), ConvBlock(deepest, deepest, 3, style)
        )
        self.up = nn.ModuleList(UpBlock(c, c // 2, style) for c in reversed(channels))
        self.tail = convolution(
            width * (2 if shape.repairs else 1), shape.image_channels, 3, spectral=False
        )
        if shape.repairs:  # at first there is nothing to repair
            for parameter in self.tail.parameters():
                nn.init.zeros_(parameter)
        self.spectral = SpectralBank(self)

    def forward(self, image: Tensor, source: Tensor, target: Tensor) -> Rendering:
        """Render ``image`` (B, C, H, W) in [-1, 1] from layout ``source`` to layout ``target``.

        Layouts are one-hot (B, K, H, W). The image answered lies in [-1, 1], but for a repairing G,
        whose correction may overshoot slightly.
        """
        with self.spectral.normalised():
            return self.render(image, source, target)

    def render(self, image: Tensor, source: Tensor, target: Tensor) -> Rendering:
        """:meth:`forward` with whatever weights the layers now have."""
        both = torch.cat((source, target))
        features = [f.chunk(2) for f in self.seg_encoder(both)]
        scales, shifts = self.sft([f[0] for f in features], [f[1] for f in features])
        norm = self.shape.sft_norm

        given = torch.cat((image, target), 1) if self.shape.repairs else image
        head = x = self.image_encoder.head(given)
        for down, scale, shift in zip(self.image_encoder.down, scales, shifts, strict=True):
            x = modulated(down(x), scale, shift, norm)
        x = self.middle(x)
        for up, scale, shift in zip(self.up, reversed(scales), reversed(shifts), strict=True):
            x = up(modulated(x, scale, shift, norm))
        if self.shape.repairs:
            return Rendering(image + self.tail(torch.cat((x, head), 1)), scales, shifts)
        return Rendering(self.tail(x).tanh(), scales, shifts)
