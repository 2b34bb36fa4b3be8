"""LPIPS backbones: the layers of AlexNet and VGG-16 that LPIPS compares, for those with weights.

Optional: nothing here downloads. The networks are those of Krizhevsky, "One weird trick for
parallelizing convolutional neural networks" (2014), and Simonyan and Zisserman (2015,
configuration D); the files are torchvision's state dicts (``features.N.weight``), and version 0.1
of the ``lpips`` package's own weights (``linN.model.1.weight``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Size, Tensor, nn

from likewise.errors import ConfigError, ImageError, ModelError
from likewise.networks.weights_file import named_tensor, read_weights

_SHIFT, _SPREAD = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
"""Of ImageNet's colours in [-1, 1], as LPIPS rounds them."""


@dataclass(frozen=True)
class _Layer:
    """One convolution with ReLU: its number in the file, its shape, and what is around it."""

    position: int
    channels: int
    window: int = 3
    stride: int = 1
    padding: int = 1
    pooled: bool = False  # maximum pooling comes before
    seen: bool = True  # LPIPS looks at what comes out


@dataclass(frozen=True)
class _Plan:
    layers: tuple[_Layer, ...]
    pool: int  # side of the pooling window; its stride is 2
    least: int  # pixels that reach the last layer


def _vgg16() -> tuple[_Layer, ...]:
    layers, position = [], 0
    for block, (channels, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        for step in range(count):
            first, last = step == 0, step == count - 1
            layers.append(_Layer(position, channels, pooled=first and block > 0, seen=last))
            position += 2
        position += 1
    return tuple(layers)


_PLANS = {
    "alex": _Plan(
        (
            _Layer(0, 64, window=11, stride=4, padding=2),
            _Layer(3, 192, window=5, padding=2, pooled=True),
            _Layer(6, 384, pooled=True),
            _Layer(8, 256),
            _Layer(10, 256),
        ),
        pool=3,
        least=31,
    ),
    "vgg": _Plan(_vgg16(), pool=2, least=16),
}

KINDS = tuple(_PLANS)
"""The backbones by the names of the ``lpips`` package."""


class LPIPSBackbone(nn.Module):
    """The frozen convolutions of AlexNet ("alex") or VGG-16 ("vgg"), as LPIPS reads them.

    Args:
        kind: one of ``KINDS``.

    Attributes:
        channels: of the five layers that come out.

    Raises:
        ConfigError: an unknown kind.
    """

    shift: Tensor
    spread: Tensor

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._plan = _plan(kind)
        self.channels = _channels(self._plan)
        self.features = nn.ModuleDict()
        before = 3
        for layer in self._plan.layers:
            self.features[str(layer.position)] = nn.Conv2d(
                before, layer.channels, layer.window, layer.stride, layer.padding
            )
            before = layer.channels
        self.register_buffer("shift", torch.tensor(_SHIFT)[:, None, None], persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD)[:, None, None], persistent=False)
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> LPIPSBackbone:
        """Stay as it is: a frozen network has no training mode."""
        return super().train(False)

    def forward(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Five layers (B, channels, h, w) ≥ 0 of ``batch`` (B, 3, H, W) in [0, 1].

        Raises:
            ImageError: a side is shorter than 31 pixels (alex) or 16 (vgg).
        """
        least = self._plan.least
        if min(batch.shape[2:]) < least:
            size = f"{batch.shape[2]} × {batch.shape[3]} pixels"
            raise ImageError("image", size, f"at least {least} × {least}")
        x = (batch.to(self.shift) * 2 - 1 - self.shift) / self.spread
        seen = []
        for layer in self._plan.layers:
            if layer.pooled:
                x = F.max_pool2d(x, self._plan.pool, stride=2)
            x = F.relu(self.features[str(layer.position)](x))
            if layer.seen:
                seen.append(x)
        return tuple(seen)


def load_lpips_backbone(kind: str, path: Path | str) -> LPIPSBackbone:
    """The backbone with the weights of torchvision's ``alexnet`` or ``vgg16`` file.

    Args:
        kind: "alex" or "vgg".
        path: a ``.pth`` or ``.safetensors`` file; it may hold more layers.

    Raises:
        ModelError: the file cannot be read, lacks a tensor or holds one of another shape or kind.
        ConfigError: an unknown kind.
    """
    network = LPIPSBackbone(kind)
    weights = read_weights(path, f"weights of {'AlexNet' if kind == 'alex' else 'VGG-16'}")
    wanted = {
        name: named_tensor(path, weights, name, value.shape)
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(wanted)
    return network


def load_lpips_weights(kind: str, path: Path | str) -> tuple[Tensor, ...]:
    """How much each channel of the five layers counts, (C,) ≥ 0 each.

    Args:
        kind: "alex" or "vgg".
        path: the ``lpips`` package's ``weights/v0.1/<kind>.pth``, or the same as ``.safetensors``.

    Raises:
        ModelError: the file cannot be read, is another backbone's, or holds negative weights.
        ConfigError: an unknown kind.
    """
    channels = _channels(_plan(kind))
    weights = read_weights(path, f"LPIPS weights for {kind!r}")
    found = []
    for number, count in enumerate(channels):
        name = f"lin{number}.model.1.weight"
        value = named_tensor(path, weights, name, Size((1, count, 1, 1)))
        if value.min() < 0:
            raise ModelError(f"{path}, {name}", "negative weights", "weights of 0 and above")
        found.append(value.flatten().float())
    return tuple(found)


def _plan(kind: str) -> _Plan:
    if kind not in _PLANS:
        raise ConfigError("kind", repr(kind), f"one of {', '.join(KINDS)}")
    return _PLANS[kind]


def _channels(plan: _Plan) -> tuple[int, ...]:
    return tuple(layer.channels for layer in plan.layers if layer.seen)
