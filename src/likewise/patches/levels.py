"""Level: a source at one of the sizes at which patches are matched."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.config import PatchConfig


@dataclass(frozen=True)
class Level:
    """A source at one size: colours (H, W, C) float32 in [0, 1] and class positions (H, W)."""

    image: Tensor
    ids: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.ids.shape[0], self.ids.shape[1]


def level_sizes(full: tuple[int, int], config: PatchConfig) -> list[tuple[int, int]]:
    """(H, W) of the source at each level, coarsest first."""
    largest = min(config.size, min(full))
    sides = [float(largest)]
    while sides[-1] / config.ratio >= config.coarsest:
        sides.append(sides[-1] / config.ratio)
    return [scaled(full, (side / min(full),) * 2) for side in reversed(sides)]


def resized_level(level: Level, size: tuple[int, int], classes: int) -> Level:
    """``level`` at another size, its colours filtered against aliasing."""
    if level.size == size:
        return level
    image = F.interpolate(
        level.image.permute(2, 0, 1)[None],
        size=size,
        mode="bicubic",
        antialias=True,
        align_corners=False,
    )
    ids = resized_ids(level.ids, size, classes)
    return Level(image[0].permute(1, 2, 0).clamp(0, 1).contiguous(), ids)


def resized_ids(ids: Tensor, size: tuple[int, int], classes: int) -> Tensor:
    """Class positions (H, W) at another size: the class, or -1, with the largest share."""
    if tuple(ids.shape) == size:
        return ids
    largest = torch.zeros(size, device=ids.device)
    winner = torch.full(size, -1, dtype=ids.dtype, device=ids.device)
    present = torch.bincount(ids.flatten() + 1, minlength=classes + 1).cpu() > 0
    for index in range(-1, classes):
        if not present[index + 1]:
            continue
        share = F.interpolate((ids == index).float()[None, None], size=size, mode="area")[0, 0]
        winner = torch.where(share > largest, index, winner)
        largest = torch.maximum(share, largest)
    return winner


def scaled(size: tuple[int, int], factor: tuple[float, float]) -> tuple[int, int]:
    """``size`` (H, W) times ``factor``, in whole pixels, at least 1."""
    return max(1, round(size[0] * factor[0])), max(1, round(size[1] * factor[1]))
