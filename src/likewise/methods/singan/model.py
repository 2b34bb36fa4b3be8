"""Model: a fitted pyramid with its picture, and the uses that need no label map.

Paper, section 4. Answers are images of the source's mode and depth.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelClass, LabelMap
from likewise.methods.frame import image_tensor, pixels, resized_image
from likewise.methods.singan import uses
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.pyramid import Pyramid, Stage
from likewise.methods.singan.scales import scale_sizes, scaled

LARGEST = 16384  # side of an answer, pixels
FACTORS = (1.0, 16.0)  # of super-resolution


def unlabelled(image: Image) -> LabelMap:
    """The label map of a picture that has none: all of it is one class."""
    whole = ClassTable((LabelClass(0, "picture", (128, 128, 128)),))
    return LabelMap.from_array(np.zeros(image.size, np.int64), whole)


class Model:
    """What SinGAN learnt of a picture.

    Args:
        pyramid: the generators, fitted.
        image: the source picture.
        config: the settings of the fit.
        seed: of the fit.
    """

    def __init__(self, pyramid: Pyramid, image: Image, config: SinganConfig, seed: int) -> None:
        self.pyramid, self.image, self.config, self.seed = pyramid, image, config, seed
        self.device = pyramid.anchor.device

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All scales at rest."""
        return self.pyramid.stages()

    @property
    def scales(self) -> int:
        """How many there are."""
        return len(self.pyramid.sizes)

    def sample(self, seed: int, start: int = 0) -> Image:
        """A random picture of the finest scale's size.

        Args:
            seed: of the noise; it alone tells one sample from another.
            start: scale at which chance sets in: 0 invents all, the last fine texture only.

        Raises:
            ConfigError: there is no such scale.
        """
        if not 0 <= start < self.scales:
            raise ConfigError(
                "--start-scale", f"{start}", f"a scale from 0 to {self.scales - 1} of this pyramid"
            )
        return self._image(uses.sampled(self.stages, self._reals, start, _drawing(seed)))

    def retarget(self, size: tuple[int, int], seed: int = 0) -> Image:
        """A random picture of ``size`` (H, W) with details of the finest scale's size.

        Raises:
            ConfigError: a side is out of range.
        """
        least = min(self.pyramid.sizes[0])
        if not all(least <= side <= LARGEST for side in size):
            found = f"{size[1]}x{size[0]}"
            raise ConfigError("--size", found, f"WIDTHxHEIGHT of {least} to {LARGEST} pixels")
        channels = self.image.channels
        return self._image(uses.retargeted(self.stages, channels, size, _drawing(seed)))

    def upscale(self, factor: float, seed: int = 0) -> Image:
        """The source enlarged by ``factor``, with detail of its own kind.

        Raises:
            ConfigError: the factor is out of range, or the answer would be too large.
        """
        least, most = FACTORS
        size = scaled(self.image.size, factor) if factor > 0 else (0, 0)
        if not (least < factor <= most and max(size) <= LARGEST):
            raise ConfigError(
                "--factor",
                f"{factor:g}",
                f"more than {least:g}, at most {most:g}, and no side above {LARGEST} pixels",
            )
        picture = image_tensor(self.image, self.device)
        return self._image(uses.upscaled(self.stages, picture, size, _drawing(seed)))

    @cached_property
    def _reals(self) -> list[Tensor]:
        picture = image_tensor(self.image, self.device)
        sizes = scale_sizes(self.image.size, self.config)
        return [resized_image(picture, size).clamp(-1, 1) for size in sizes]

    def _image(self, answer: Tensor) -> Image:
        return self.image.with_float(pixels(answer))


def _drawing(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
