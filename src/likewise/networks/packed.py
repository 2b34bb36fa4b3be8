"""Packed networks: several networks of one shape as one, whose convolutions have a group for each.

Not in the paper: because one picture keeps a large GPU waiting. A pack of N reads batches in which
sample b * N + n is the b-th sample of network n. Halves and joins of a batch keep that order, and
all that looks at a sample by itself (normalisation, activation, resizing) needs no change; only a
convolution has to know whose sample it sees. Its N * C channels are then C of each network, next to
each other in memory, so that nothing is moved: a convolution of N groups, or for 1x1 kernels a
product of N matrices, which is quicker than a convolution of so many groups.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from likewise.networks.spectral_bank import SpectralBank

M = TypeVar("M", bound=nn.Module)


def packed(networks: Sequence[M]) -> M:
    """One network that does what ``networks`` do, each on its own samples.

    Every weight holds theirs one after another along its first dimension, as copies. Device and
    mode are theirs; weights are in torch's plain order in memory.

    Args:
        networks: of one shape, on one device, all in training; their only layers with weights are
            convolutions without groups.
    """
    first = networks[0]
    count = len(networks)
    whole = copy.deepcopy(first)
    for module in whole.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            assert module.groups == 1
            module.groups = count
            cast(Any, module).forward = partial(_convolved, module, count)
    for name, tensor in tensors(whole).items():
        parts = [tensors(network)[name] for network in networks]
        tensor.data = torch.cat([part.detach() for part in parts]).contiguous()
    for module in whole.modules():
        if isinstance(getattr(module, "spectral", None), SpectralBank):
            cast(Any, module).spectral = SpectralBank(module, count)
    return whole


def unpack(whole: nn.Module, networks: Sequence[nn.Module]) -> None:
    """Write the weights of a pack back into the ``networks`` it was made of."""
    kept = tensors(whole)
    with torch.no_grad():
        for number, network in enumerate(networks):
            for name, tensor in tensors(network).items():
                tensor.copy_(part_of(kept[name], number, len(networks)))


def part_of(tensor: Tensor, number: int, count: int) -> Tensor:
    """What network ``number`` of ``count`` has of a pack's ``tensor``: a view."""
    return tensor.chunk(count)[number]


def tensors(network: nn.Module) -> dict[str, Tensor]:
    """Weights and buffers by name."""
    return dict(network.named_parameters()) | dict(network.named_buffers())


def _convolved(layer: nn.Module, count: int, images: Tensor) -> Tensor:
    """What ``layer``, of ``count`` groups, makes of (B * count, C, H, W)."""
    samples, channels, height, width = images.shape
    together = images.reshape(samples // count, count * channels, height, width)
    weight, bias = cast(Tensor, layer.weight), cast("Tensor | None", layer.bias)
    if isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1) and layer.stride == (1, 1):
        answer = _mixed(together, weight, bias, count)
    elif isinstance(layer, nn.Conv2d):
        answer = layer._conv_forward(together, weight, bias)
    else:
        answer = nn.ConvTranspose2d.forward(cast(nn.ConvTranspose2d, layer), together)
    return answer.reshape(samples, -1, *answer.shape[2:])


def _mixed(together: Tensor, weight: Tensor, bias: Tensor | None, count: int) -> Tensor:
    """A 1x1 convolution of ``count`` groups, as products of matrices."""
    height, width = together.shape[2:]
    channels = weight.view(count, -1, weight.shape[1])
    answer = channels @ together.reshape(len(together), count, weight.shape[1], -1)
    answer = answer.reshape(len(together), -1, height, width)
    return answer if bias is None else answer + bias.view(1, -1, 1, 1)
