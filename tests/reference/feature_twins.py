"""Slow twins of the search over features: patches compared place by place."""

from __future__ import annotations

import torch
from torch import Tensor


def features(channels: int, size: tuple[int, int], seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(channels, *size, generator=generator, dtype=torch.float64)


def at(picture: Tensor, row: int, column: int) -> Tensor:
    """The features at a place, of the border where the place lies beyond it."""
    height, width = picture.shape[1:]
    return picture[:, min(max(row, 0), height - 1), min(max(column, 0), width - 1)]


def distance(
    a: Tensor, b: Tensor, here: tuple[int, int], there: tuple[int, int], half: int
) -> float:
    """Between two patches, place by place."""
    total = 0.0
    for down in range(-half, half + 1):
        for right in range(-half, half + 1):
            one = at(a, here[0] + down, here[1] + right)
            other = at(b, there[0] + down, there[1] + right)
            total += float((one - other).square().sum())
    return total
