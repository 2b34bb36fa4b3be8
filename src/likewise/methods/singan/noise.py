"""Noise: the random numbers of one iteration of training, drawn into memory that stays in place.

A captured iteration reads the same memory every time it is replayed, so the numbers are drawn
before it, all at once. For every draw of a picture there is noise for all scales up to the one
that is trained, and for every step of D the place between real and fake where its slope is looked
at.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from likewise.methods.singan.scales import Size


class NoiseSource:
    """Draws the noise of iterations, on the device that trains.

    Args:
        device: of the numbers and of the generator that draws them.
        seed: of that generator.
    """

    def __init__(self, device: torch.device, seed: int) -> None:
        self.device = device
        self.generator = torch.Generator(device).manual_seed(seed)
        self.noises: list[Tensor] = []
        self.shares = torch.zeros(0, device=device)
        self._all = torch.zeros(0, device=device)

    def prepare(self, sizes: tuple[Size, ...], channels: int, pictures: int) -> None:
        """Make room for ``pictures`` draws at scales of ``sizes``; the coarsest is grey noise."""
        shapes = [(pictures, channels if k else 1, *size) for k, size in enumerate(sizes)]
        counts = [math.prod(shape) for shape in shapes]
        self._all = torch.zeros(sum(counts), device=self.device)
        parts = self._all.split(counts)
        self.noises = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        self.shares = torch.zeros(pictures, 1, 1, 1, device=self.device)

    def draw(self) -> None:
        """New numbers, in place."""
        self._all.normal_(generator=self.generator)
        self.shares.uniform_(generator=self.generator)

    def random_state(self) -> dict[str, Tensor]:
        """From where it goes on drawing, as a byte tensor on the CPU."""
        return {"noise": self.generator.get_state()}

    def set_random_state(self, state: dict[str, Tensor]) -> None:
        """Go on from there."""
        self.generator.set_state(state["noise"])
