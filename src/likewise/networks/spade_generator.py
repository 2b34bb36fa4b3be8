"""G of SPADE: a layout, seen ever larger, painted from a few cells to a picture.

Park et al., CVPR 2019, appendix A. The network starts from the layout shrunk to a few cells, or
from a latent vector z, and doubles its size with nearest neighbours between SPADE blocks. Nothing
but the layout enters, so it can only paint what it has learnt.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.blocks import SLOPE
from likewise.networks.spade import SpadeBlock, resized_layout
from likewise.networks.spectral_bank import SpectralBank

# Channels of each block's answer, in widths; the last block only with upsampling "most".
_BLOCKS = (16, 16, 16, 8, 4, 2, 1, 0.5)
# Blocks before which the size doubles.
DOUBLINGS = {"normal": (1, 3, 4, 5, 6), "more": (1, 2, 3, 4, 5, 6), "most": (1, 2, 3, 4, 5, 6, 7)}
GAIN = 0.02  # of the first weights that no spectral normalisation rescales


@dataclass(frozen=True)
class SpadeShape:
    """The sizes of a generator.

    Attributes:
        image_channels: channels C of the picture.
        layout_channels: channels K of the layout.
        width: channels after the last full-size block of "normal"; 16 times as many at the start.
        hidden: channels between the layout and gamma, beta.
        upsampling: "normal" (5 doublings), "more" (6) or "most" (7, and a block more).
        batch: batch statistics in the normalisations, else those of each image.
        spectral: spectral normalisation of the blocks' convolutions; not where it was folded.
        latent: length of z; 0 starts from the layout.
        grid: cells (height, width) that z is spread over.
    """

    image_channels: int
    layout_channels: int
    width: int
    hidden: int
    upsampling: str
    batch: bool
    spectral: bool
    latent: int = 0
    grid: tuple[int, int] = (0, 0)

    @classmethod
    def of(
        cls, state: Mapping[str, Tensor], upsampling: str, size: tuple[int, int] | None = None
    ) -> SpadeShape:
        """The shape of the generator, its spectral normalisation folded, whose state this is.

        Args:
            state: tensors by the names of :class:`SpadeGenerator`.
            upsampling: of a network of seven blocks, "normal" or "more", which no shape tells; one
                of eight is "most".
            size: (height, width) that a network with z paints.

        Raises:
            KeyError: a tensor that tells the shape is missing.
            ValueError: z does not spread over a grid for ``size``.
        """
        start = state["start.weight"]
        hidden, layout_channels = state["blocks.0.norm_first.hidden.weight"].shape[:2]
        width = state["blocks.0.conv_first.weight"].shape[0] // _BLOCKS[0]
        shape = cls(
            image_channels=state["to_image.weight"].shape[0],
            layout_channels=layout_channels,
            width=int(width),
            hidden=hidden,
            upsampling=upsampling_of(state, upsampling),
            batch=any(name.endswith("running_mean") for name in state),
            spectral=False,
        )
        if start.ndim == 4:
            return shape
        height, width_cells = (side // shape.multiple for side in size or (0, 0))
        if start.shape[0] != 16 * shape.width * height * width_cells:
            raise ValueError(f"z of {start.shape[0]} values does not fill a picture of {size}")
        return cls(**vars(shape) | {"latent": start.shape[1], "grid": (height, width_cells)})

    @property
    def multiple(self) -> int:
        """Sides of what the network paints are multiples of this, pixels."""
        return 2 ** len(DOUBLINGS[self.upsampling])


class SpadeGenerator(nn.Module):
    """G: layout (B, K, H, W) -> picture (B, C, H, W) in [-1, 1].

    Any H and W will do where it starts from the layout: what lacks to a whole cell is added at the
    right and below, and cut off again. With z they are ``grid`` times ``multiple``.
    """

    def __init__(self, shape: SpadeShape) -> None:
        super().__init__()
        self.shape = shape
        first = 16 * shape.width
        if shape.latent:
            self.start: nn.Module = nn.Linear(shape.latent, first * math.prod(shape.grid))
        else:
            self.start = nn.Conv2d(shape.layout_channels, first, 3, padding=1)
        widths = _BLOCKS if shape.upsampling == "most" else _BLOCKS[:-1]
        channels = [first] + [int(shape.width * factor) for factor in widths]
        self.blocks = nn.ModuleList(
            SpadeBlock(
                before,
                after,
                shape.layout_channels,
                shape.hidden,
                batch=shape.batch,
                spectral=shape.spectral,
            )
            for before, after in itertools.pairwise(channels)
        )
        self.to_image = nn.Conv2d(channels[-1], shape.image_channels, 3, padding=1)
        draw_first_weights(self)
        self.spectral = SpectralBank(self)

    def forward(self, layout: Tensor, z: Tensor | None = None) -> Tensor:
        """Paint ``layout``, one-hot or all zero where unknown; from ``z`` (B, latent) if used."""
        with self.spectral.normalised():
            return self.paint(layout, z)

    def paint(self, layout: Tensor, z: Tensor | None = None) -> Tensor:
        """:meth:`forward` with whatever weights the layers now have."""
        height, width = layout.shape[2:]
        multiple = self.shape.multiple
        whole = F.pad(layout, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        x = self._started(whole, z)
        for number, block in enumerate(self.blocks):
            if number in DOUBLINGS[self.shape.upsampling]:
                x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = block(x, whole)
        return self.to_image(F.leaky_relu(x, SLOPE)).tanh()[:, :, :height, :width]

    def _started(self, layout: Tensor, z: Tensor | None) -> Tensor:
        cells = layout.shape[2] // self.shape.multiple, layout.shape[3] // self.shape.multiple
        if not self.shape.latent:
            return self.start(resized_layout(layout, cells))
        assert z is not None
        assert cells == self.shape.grid, (cells, self.shape.grid)
        return self.start(z).view(len(z), -1, *cells)


def upsampling_of(state: Mapping[str, Tensor], told: str) -> str:
    """The upsampling of the generator whose ``state`` this is: "most" if it has eight blocks, else
    what was ``told``, "normal" or "more".
    """
    return "most" if f"blocks.{len(_BLOCKS) - 1}.conv_first.weight" in state else told


@torch.no_grad()
def draw_first_weights(network: nn.Module) -> None:
    """Draw Glorot weights of gain ``GAIN`` and zero biases from the global generator.

    As published. Spectrally normalised layers keep theirs: their size is normalised away.
    """
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            if not nn.utils.parametrize.is_parametrized(layer):
                nn.init.xavier_normal_(layer.weight, gain=GAIN)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
