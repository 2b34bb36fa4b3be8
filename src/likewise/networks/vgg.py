"""VGG-19 features: what a network trained on photographs sees, for those who have its weights.

Optional everywhere: nothing here downloads, and no method needs it. The layers are those of
Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition"
(2015), configuration E; the weights are the publicly known file, whose state dict names them
``features.N.weight`` and ``features.N.bias``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from likewise.errors import ConfigError, ModelError
from likewise.networks.weights_file import named_tensor, read_weights

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and number of 3 × 3 convolutions of each block; blocks end in 2 × 2 max pooling."""

DEFAULT_LAYERS = ("relu1_1", "relu2_1")
"""The layers the paper's patch coherence looks at."""

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's colours in [0, 1]: what the weights were trained on."""


def _layer_table() -> dict[str, tuple[int, int, int]]:
    """``reluB_C`` → (N of ``features.N``, channels in, channels out) of the convolution before."""
    table, position, before = {}, 0, 3
    for block, (channels, count) in enumerate(BLOCKS, start=1):
        for step in range(1, count + 1):
            table[f"relu{block}_{step}"] = (position, before, channels)
            position, before = position + 2, channels
        position += 1
    return table


LAYERS = _layer_table()


class VGG19Features(nn.Module):
    """The frozen first layers of VGG-19, as deep as the deepest layer asked for.

    Args:
        layers: names ``reluB_C`` (block, convolution), each at most once.
        width: channels of the first block, 64 in the published network; of others in proportion.

    Attributes:
        sha256: of the file the weights came from; empty before :func:`load_vgg19` filled them.

    Raises:
        ConfigError: an unknown layer, a layer twice, or none.
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self, layers: Sequence[str] = DEFAULT_LAYERS, *, width: int = BLOCKS[0][0]
    ) -> None:
        super().__init__()
        unknown = [name for name in layers if name not in LAYERS]
        if unknown or not layers or len(set(layers)) < len(layers):
            raise ConfigError(
                "layers", repr(list(layers)), f"some of {', '.join(LAYERS)}, each once"
            )
        self.layers = tuple(layers)
        self.sha256 = ""
        deepest = max(LAYERS[name][0] for name in layers)
        self.features = nn.ModuleDict(
            {
                str(position): nn.Conv2d(
                    _scaled(before, width), _scaled(after, width), 3, padding=1
                )
                for position, before, after in LAYERS.values()
                if position <= deepest
            }
        )
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD)[:, None, None], persistent=False)
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> VGG19Features:
        """Stay as it is: a frozen network has no training mode."""
        return super().train(False)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """The features of ``image`` at each layer, with gradient to the image.

        Args:
            image: (B, C, H, W) in [-1, 1]. C = 1 or 2 is repeated to three channels, C = 2 or
                4 loses its alpha. H and W are at least 2ᵇ⁻¹ for a layer of block b.

        Returns:
            By layer name, in the order asked for: (B, channels, H // 2ᵇ⁻¹, W // 2ᵇ⁻¹), ≥ 0.
        """
        grey = image.shape[1] < 3
        colours = image[:, :1].expand(-1, 3, -1, -1) if grey else image[:, :3]
        x = ((colours + 1) / 2 - self.mean) / self.spread
        return self._seen(x, tuple(LAYERS), self.layers)

    def onward(self, features: Tensor, start: str, end: str) -> Tensor:
        """The features at layer ``end`` of those (B, channels, H, W) at an earlier one, ``start``.

        The part of the network between the two, with gradient to ``features``.
        """
        names = list(LAYERS)
        between = names[names.index(start) + 1 : names.index(end) + 1]
        return self._seen(features, between, (end,))[end]

    def _seen(self, x: Tensor, names: Sequence[str], wanted: Sequence[str]) -> dict[str, Tensor]:
        """The features at ``wanted`` of what comes in where the first of ``names`` begins."""
        seen = {}
        for name in names:
            position = LAYERS[name][0]
            if str(position) not in self.features:
                break
            if name.endswith("_1") and position > 0:
                x = nn.functional.max_pool2d(x, 2)
            x = nn.functional.relu(self.features[str(position)](x))
            seen[name] = x
        return {name: seen[name] for name in wanted}


def _scaled(channels: int, width: int) -> int:
    """Of a network whose first block has ``width`` channels; the image's three stay."""
    return channels if channels == 3 else channels * width // BLOCKS[0][0]


def random_vgg19(
    seed: int, layers: Sequence[str] = DEFAULT_LAYERS, *, width: int = BLOCKS[0][0]
) -> VGG19Features:
    """The features network untrained: what it computes where nobody has its weights.

    Weights are uniform with He et al.'s variance 2 / fan in ("Delving deep into rectifiers", 2015),
    so that features keep their scale through the layers; biases are 0. Not in the papers that use
    VGG-19: such features tell colours and edges apart, but know no things.

    Args:
        seed: of the weights.
        layers, width: as :class:`VGG19Features`.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):  # torch's own initialisation would draw from the global generator
        network = VGG19Features(layers, width=width)
    weights = {}
    for name, value in network.state_dict().items():
        if name.endswith("bias"):
            weights[name] = torch.zeros(value.shape)
        else:
            bound = (6 / value[0].numel()) ** 0.5
            weights[name] = torch.empty(value.shape).uniform_(-bound, bound, generator=generator)
    network.load_state_dict(weights, assign=True)
    network.mean = torch.tensor(_MEAN)[:, None, None]
    network.spread = torch.tensor(_SPREAD)[:, None, None]
    return network.requires_grad_(False)


def load_vgg19(
    path: Path | str,
    *,
    expected_sha256: str | None = None,
    layers: Sequence[str] = DEFAULT_LAYERS,
) -> VGG19Features:
    """The features network with the weights of a file; the file may hold more layers.

    A ``.safetensors`` file is read as such. Any other is taken for the public ``.pth`` file and
    read by ``torch.load(weights_only=True)``: Likewise's own files hold no pickle, but this one is
    published in no other form, and that reader builds tensors only and runs no code of the file.

    Args:
        path: of the weights file.
        expected_sha256: the file's hash in hexadecimal, or its first digits; checked before
            anything is read. None takes the digits that a name such as ``vgg19-dcbb9e9d.pth``
            tells, as published files of PyTorch do. The hash found is recorded in any case, as
            ``sha256`` of the answer.
        layers: as :class:`VGG19Features`.

    Raises:
        ModelError: the file cannot be read, has another hash, lacks a layer or holds one of
            another shape or kind.
        ConfigError: an unknown layer.
    """
    network = VGG19Features(layers)
    path = Path(path)
    found = _hash_of(path)
    expected = _told_hash(path) if expected_sha256 is None else expected_sha256.strip().lower()
    if not found.startswith(expected):
        raise ModelError(
            path,
            f"SHA-256 {found}",
            f"SHA-256 {expected}{'...' if len(expected) < len(found) else ''}",
            "Fetch the file again from where that hash was published.",
        )
    weights = read_weights(path, "VGG-19 weights")
    wanted = {
        name: named_tensor(path, weights, name, value.shape)
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(wanted)
    network.sha256 = found
    return network


def _told_hash(path: Path) -> str:
    """The first digits of the hash that the file's name tells; empty where it tells none.

    Digits without a letter may be a date.
    """
    told = re.search(r"-(?=\d*[a-f])([0-9a-f]{8,64})\.pth$", path.name)
    return told[1] if told else ""


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(path, f"it cannot be read ({reason})", "a VGG-19 weights file") from error
