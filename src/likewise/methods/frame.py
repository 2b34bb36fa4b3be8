"""Frame: the reduced size a network works at, and the way between it and full size.

The source is shrunk so that its short side is the working size; targets are shrunk by the same
factors, so that a brick has the same number of pixels in both. Sides are multiples of 8, as the
networks need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.source import Source

STEP = 8  # sides are multiples of this, pixels
SMALLEST = 32  # working side, pixels
LONGEST = 6  # working area is at most this many short sides squared


@dataclass(frozen=True)
class Frame:
    """Working and full sizes (height, width) of a source, in pixels."""

    full: tuple[int, int]
    working: tuple[int, int]

    @classmethod
    def of(cls, full: tuple[int, int], short_side: int) -> Frame:
        """The frame in which the short side is ``short_side``, or the picture's own if smaller."""
        short = max(SMALLEST, min(short_side, min(full)))
        scale = short / min(full)
        scale *= min(1.0, (LONGEST * short * short / (full[0] * full[1] * scale * scale)) ** 0.5)
        return cls(full, (_multiple(full[0] * scale), _multiple(full[1] * scale)))

    def working_size(self, target: tuple[int, int]) -> tuple[int, int]:
        """The working size of a target of full size ``target``."""
        return (
            _multiple(target[0] * self.working[0] / self.full[0]),
            _multiple(target[1] * self.working[1] / self.full[1]),
        )


def image_tensor(image: Image, device: torch.device) -> Tensor:
    """``image`` as (1, C, H, W) float32 in [-1, 1]."""
    values = torch.from_numpy(image.to_float()).to(device)
    return values.permute(2, 0, 1)[None] * 2 - 1


def index_tensor(labels: LabelMap, source: Source, device: torch.device) -> Tensor:
    """Class positions (1, 1, H, W) int64 of ``labels`` in the source's table, -1 where ignored."""
    return torch.from_numpy(labels.indices(source.classes))[None, None].to(device)


def pixels(image: Tensor) -> np.ndarray:
    """(1, C, H, W) in [-1, 1] as (H, W, C) float32 in [0, 1]."""
    values = (image[0].float().clamp(-1, 1) + 1) / 2
    return values.permute(1, 2, 0).cpu().numpy()


def resized_image(image: Tensor, size: tuple[int, int]) -> Tensor:
    """``image`` (B, C, H, W) at ``size``, bicubic, filtered against aliasing when it shrinks."""
    if image.shape[2:] == size:
        return image
    return F.interpolate(image, size=size, mode="bicubic", antialias=True, align_corners=False)


def resized_indices(indices: Tensor, size: tuple[int, int]) -> Tensor:
    """Class positions (B, 1, H, W) at ``size``, nearest neighbour."""
    return F.interpolate(indices.float(), size=size, mode="nearest-exact").long()


def _multiple(length: float) -> int:
    return max(SMALLEST, round(length / STEP) * STEP)
