"""Model: a fitted pyramid with its picture, and the uses that need no label map.

Paper, section 4. Answers are images of the source's mode and depth.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from likewise.images import Image
from likewise.labels.label_map import ClassTable, LabelClass, LabelMap
from likewise.methods.frame import image_tensor, pixels, resized_image
from likewise.methods.singan import uses
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.limits import require_factor, require_sides, require_start
from likewise.methods.singan.pyramid import Pyramid, Stage
from likewise.methods.singan.scales import Size, in_proportion, scale_sizes, scaled


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

    def sample(self, seed: int, start: int = 0) -> Image:
        """A random picture of the finest scale's size.

        Args:
            seed: of the noise; it alone tells one sample from another.
            start: scale at which chance sets in: 0 invents all, the last fine texture only.

        Raises:
            ConfigError: there is no such scale.
        """
        require_start(start, len(self.pyramid.sizes))
        return self._image(uses.sampled(self.stages, self._reals, start, _drawing(seed)))

    def retarget(self, size: Size, seed: int = 0) -> Image:
        """A random picture of ``size`` (H, W), whose things are as large as in the source.

        It is made at the size that the finest scale has of the source, and enlarged as that is.

        Raises:
            ConfigError: a side is out of range.
        """
        require_sides(size)
        working = in_proportion(size, self.image.size, self.pyramid.sizes[-1])
        channels = self.image.channels
        made = uses.retargeted(self.stages, channels, working, _drawing(seed))
        return self._image(resized_image(made, size))

    def upscale(self, factor: float, seed: int = 0) -> Image:
        """The source enlarged by ``factor``, with detail of its own kind.

        Raises:
            ConfigError: the factor is out of range, or the model works at a reduced size.
        """
        full = self.image.size
        require_factor(factor, full, self.pyramid.sizes[-1])
        picture = image_tensor(self.image, self.device)
        made = uses.upscaled(self.stages, picture, scaled(full, factor), _drawing(seed))
        return self._image(made)

    @cached_property
    def _reals(self) -> list[Tensor]:
        picture = image_tensor(self.image, self.device)
        sizes = scale_sizes(self.image.size, self.config)
        return [resized_image(picture, size).clamp(-1, 1) for size in sizes]

    def _image(self, answer: Tensor) -> Image:
        return self.image.with_float(pixels(answer))


def _drawing(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
