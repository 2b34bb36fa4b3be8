"""Preparation: a picture made into what a pretrained network expects, as its folder tells.

Our own, because the processors of ``transformers`` need torchvision or differ between versions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import PIL.Image
import torch
from torch import Tensor

from likewise.errors import ModelError

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preparation:
    """How ``preprocessor_config.json`` wants a picture.

    Attributes:
        size: (height, width) in pixels, or None for the picture's own shape.
        shortest: short side in pixels where ``size`` is None; None leaves it.
        longest: what the long side may not exceed then, in pixels.
        divisor: both sides become multiples of it.
        scale: what samples of 0 to 255 are multiplied with.
        mean: subtracted then, of R, G and B.
        std: divided by then.
        resample: Pillow's number of the filter.
    """

    size: tuple[int, int] | None
    shortest: int | None
    longest: float
    divisor: int
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resample: int

    @classmethod
    def of(cls, config: Mapping[str, Any], origin: object) -> Self:
        """Of the contents of ``preprocessor_config.json``.

        Raises:
            ModelError: a setting makes no sense.
        """
        try:
            size, shortest, longest = _sizes(config)
            normal = config.get("do_normalize", True)
            made = cls(
                size,
                shortest,
                longest,
                int(config.get("size_divisor") or config.get("size_divisibility") or 1),
                float(config.get("rescale_factor", 1 / 255)) if _scales(config) else 1.0,
                _three(config.get("image_mean", _IMAGENET_MEAN)) if normal else (0.0,) * 3,
                _three(config.get("image_std", _IMAGENET_STD)) if normal else (1.0,) * 3,
                int(PIL.Image.Resampling(config.get("resample", PIL.Image.Resampling.BILINEAR))),
            )
            _require_sense(made)
            return made
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError(
                origin, f"damaged settings ({error})", "a preprocessor_config.json"
            ) from None

    def __call__(self, rgb: np.ndarray) -> Tensor:
        """(1, 3, h, w) float32 of (H, W, 3) uint8."""
        height, width = self.target_size(*rgb.shape[:2])
        picture = PIL.Image.fromarray(rgb).resize((width, height), self.resample)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        values = (np.asarray(picture, np.float32) * np.float32(self.scale) - mean) / std
        return torch.from_numpy(values).permute(2, 0, 1)[None].contiguous()

    def target_size(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) in pixels that a picture of ``height`` and ``width`` is resized to."""
        if self.size is not None:
            height, width = self.size
        elif self.shortest is not None:
            factor = self.shortest / min(height, width)
            factor = min(factor, self.longest / max(height, width))
            height, width = max(1, round(height * factor)), max(1, round(width * factor))
        d = self.divisor
        return math.ceil(height / d) * d, math.ceil(width / d) * d


def _sizes(config: Mapping[str, Any]) -> tuple[tuple[int, int] | None, int | None, float]:
    """Size, shortest and longest side; a bare number means a square, or the short side."""
    size = config.get("size")
    if not config.get("do_resize", True) or size is None:
        return None, None, math.inf
    longest = float(config.get("max_size") or math.inf)
    if isinstance(size, int):
        return (None, size, longest) if "max_size" in config else ((size, size), None, longest)
    if size.get("height") and size.get("width"):
        return (int(size["height"]), int(size["width"])), None, longest
    return None, int(size["shortest_edge"]), float(size.get("longest_edge") or longest)


def _scales(config: Mapping[str, Any]) -> bool:
    # Old files do not name it, and mean and std are those of values up to 1.
    return bool(config.get("do_rescale", True))


def _three(values: Any) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise ValueError(f"{values!r} for three channels")
    return numbers


def _require_sense(made: Preparation) -> None:
    sides = (*(made.size or ()), made.longest, made.divisor)
    if min(sides) < 1 or made.shortest == 0 or 0 in made.std:
        raise ValueError("a side or a divisor of 0")
