"""Inception-v3's stem: the features that the SIFID of SinGAN looks at, for those with its weights.

Optional: nothing here downloads, and no metric needs it. Layers are those of Szegedy et al.,
"Rethinking the Inception architecture for computer vision" (2016); names are those of the public
files: ``pt_inception-2015-12-05`` of pytorch-fid and torch-fidelity, ``inception_v3_google`` of
torchvision.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.errors import ConfigError, ImageError
from likewise.networks.weights_file import named_tensor, read_weights

LAYERS = {
    "Conv2d_1a_3x3": (3, 32, 3, 2, 0),
    "Conv2d_2a_3x3": (32, 32, 3, 1, 0),
    "Conv2d_2b_3x3": (32, 64, 3, 1, 1),
    "Conv2d_3b_1x1": (64, 80, 1, 1, 0),
    "Conv2d_4a_3x3": (80, 192, 3, 1, 0),
}
"""Channels in and out, side of the window, stride and padding in pixels, in the order they come."""

ENDS = {"Conv2d_2b_3x3": 7, "maxpool1": 11, "Conv2d_4a_3x3": 19}
"""Where the features may be taken, and the least side of a picture in pixels that reaches there."""

_EPSILON = 1e-3
"""Of the batch normalisation, as the network was trained."""


class _Unit(nn.Module):
    """A convolution, its batch normalisation and ReLU, by the names of the files."""

    def __init__(self, before: int, after: int, window: int, stride: int, padding: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, window, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=_EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class InceptionStem(nn.Module):
    """The frozen first layers of Inception-v3, as a feature function of the Fréchet distance.

    Args:
        end: ``Conv2d_4a_3x3`` is what SinGAN's paper names, the layer before the second pooling
            (192 features); ``Conv2d_2b_3x3`` lies before the first pooling and ``maxpool1`` behind
            it (64 features), which its code and others' offer as well. Numbers of different ends
            do not compare.

    Raises:
        ConfigError: an unknown end.
    """

    def __init__(self, end: str = "Conv2d_4a_3x3") -> None:
        super().__init__()
        if end not in ENDS:
            raise ConfigError("end", repr(end), f"one of {', '.join(ENDS)}")
        self.end = end
        names = list(LAYERS)
        last = "Conv2d_2b_3x3" if end == "maxpool1" else end
        for name in names[: names.index(last) + 1]:
            self.add_module(name, _Unit(*LAYERS[name]))
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> InceptionStem:
        """Stay as it is: a frozen network has no training mode."""
        return super().train(False)

    def forward(self, batch: Tensor) -> Tensor:
        """Features (B, D, h, w) ≥ 0 of ``batch`` (B, 3, H, W) in [0, 1], as large as it is.

        D is 64, or 192 at ``Conv2d_4a_3x3``. Positions lie 2 pixels apart before the first
        pooling, 4 behind it.

        Raises:
            ImageError: a side is shorter than 7 to 19 pixels, see ``ENDS``.
        """
        least = ENDS[self.end]
        if min(batch.shape[2:]) < least:
            size = f"{batch.shape[2]} × {batch.shape[3]} pixels"
            raise ImageError("image", size, f"at least {least} × {least}")
        x = batch.to(next(self.parameters())) * 2 - 1
        for name, unit in self.named_children():
            if name == "Conv2d_3b_1x1":
                x = F.max_pool2d(x, 3, stride=2)
            x = unit(x)
        return F.max_pool2d(x, 3, stride=2) if self.end == "maxpool1" else x


def load_inception_stem(path: Path | str, *, end: str = "Conv2d_4a_3x3") -> InceptionStem:
    """The stem with the weights of a file, which may hold more layers.

    SinGAN's own numbers come from torchvision's file; FID's come from ``pt_inception-2015-12-05``.
    Both fit; their numbers do not compare.

    Args:
        path: a ``.pth`` or ``.safetensors`` file with the public names.
        end: as :class:`InceptionStem`.

    Raises:
        ModelError: the file cannot be read, lacks a tensor or holds one of another shape or kind.
        ConfigError: an unknown end.
    """
    network = InceptionStem(end)
    weights = read_weights(path, "Inception-v3 weights")
    # How many batches were seen in training plays no part at rest, and old files lack it.
    wanted = {
        name: named_tensor(path, weights, name, value.shape)
        for name, value in network.state_dict().items()
        if value.dtype != torch.long
    }
    network.load_state_dict(wanted, strict=False)
    return network
