"""The networks of one fit: G with its running average, D and S, made from a configuration."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

from likewise.networks.discriminator import Discriminator
from likewise.networks.generator import Generator, GeneratorShape
from likewise.networks.segmenter import Segmenter
from likewise.training.config import SemiaConfig

M = TypeVar("M", bound=nn.Module)


def make_generator(config: SemiaConfig, image_channels: int, classes: int) -> Generator:
    """G with fresh weights."""
    return Generator(
        GeneratorShape(
            image_channels=image_channels,
            classes=classes,
            width=config.width,
            levels=config.levels,
            norm=config.norm,
            sft_norm=config.sft_norm,
            spectral=config.spectral,
            repairs=config.aligned,
        )
    )


class Networks:
    """G, its average over time (EMA), D and S, on one device.

    Weights are drawn on the CPU from ``seed`` alone, so every device starts from the same ones, and
    without touching the global generator.
    """

    def __init__(
        self,
        config: SemiaConfig,
        image_channels: int,
        classes: int,
        seed: int,
        device: torch.device,
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            g = make_generator(config, image_channels, classes)
            d = Discriminator(image_channels, classes, config.d_width, norm=config.d_norm)
            s = Segmenter(image_channels, classes, config.s_width)
        self.g = placed(g, device)
        self.d = placed(d, device)
        self.s = placed(s, device)
        self.average = copy.deepcopy(self.g).requires_grad_(False).eval()
        self._pair()

    def _pair(self) -> None:
        """Note which tensor of the average follows which of G."""
        self._pairs = list(zip(self.average.parameters(), self.g.parameters(), strict=True))
        # The power-iteration vectors of spectral normalisation.
        self._vectors = list(zip(self.average.buffers(), self.g.buffers(), strict=True))

    def update_average(self, memory: Tensor) -> None:
        """Move the average towards G: it keeps the share ``memory`` (0-dim) of itself."""
        averages: list[Tensor] = [average for average, _ in self._pairs]
        current: list[Tensor] = [fresh.detach() for _, fresh in self._pairs]
        steps: list[Tensor] = list(torch._foreach_sub(current, averages))
        torch._foreach_mul_(steps, 1 - memory)  # a tensor: foreach_lerp would wait for its value
        torch._foreach_add_(averages, steps)
        if self._vectors:
            torch._foreach_copy_([kept for kept, _ in self._vectors], [v for _, v in self._vectors])

    def modules(self) -> dict[str, nn.Module]:
        """Every module by its name in a checkpoint."""
        return {"g": self.g, "average": self.average, "d": self.d, "s": self.s}


def placed(module: M, device: torch.device) -> M:
    """``module`` on ``device``, channels last: the order convolutions are quickest in."""
    module.to(device)
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
