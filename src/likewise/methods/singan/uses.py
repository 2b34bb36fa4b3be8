"""Uses: what a fitted pyramid is good for, with no label map and no further training.

Paper, section 4. All images are (1, C, H, W) in [-1, 1]; all noise comes from a generator on the
CPU, so that a seed makes the same draw on every device.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.methods.frame import resized_image
from likewise.methods.singan.pyramid import Stage, climb
from likewise.methods.singan.scales import Size, scaled, sizes_for


def sampled(
    stages: Sequence[Stage], reals: Sequence[Tensor], start: int, generator: torch.Generator
) -> Tensor:
    """A random picture of the source's size (paper, figures 6 and 8).

    Args:
        stages: of all scales.
        reals: the source at all scales.
        start: scale at which chance sets in; what is coarser is the source's own, 0 is nothing.
        generator: of the noise.
    """
    base = reals[start - 1] if start else None
    return _drawn(stages[start:], base, reals[0].shape[1], generator)


def retargeted(
    stages: Sequence[Stage], channels: int, size: Size, generator: torch.Generator
) -> Tensor:
    """A random picture of the given ``size`` (H, W) at the finest scale (paper, figure 7)."""
    sizes = sizes_for(tuple(stage.size for stage in stages), size)
    return _drawn(_resized(stages, sizes), None, channels, generator)


def injected(
    stages: Sequence[Stage], image: Tensor, scale: int, generator: torch.Generator | None
) -> Tensor:
    """``image`` made like the source from ``scale`` on (paper, section 4, editing).

    It is shrunk to the size of the scale below and climbs from there, at its own size.

    Args:
        stages: of all scales.
        image: (1, C, H, W), an edit of the source or of its kind.
        scale: the first that works on it, 1 or more; beyond the last it stays as it is.
        generator: of the noise; None adds none.
    """
    if scale >= len(stages):
        return image
    height, width = image.shape[2:]
    sizes = sizes_for(tuple(stage.size for stage in stages), (height, width))
    base = resized_image(image, sizes[scale - 1])
    return _drawn(_resized(stages[scale:], sizes[scale:]), base, image.shape[1], generator)


def upscaled(
    stages: Sequence[Stage], image: Tensor, size: Size, generator: torch.Generator
) -> Tensor:
    """``image`` enlarged to ``size`` (paper, section 4, super-resolution).

    The finest generator adds detail again and again, in as many equal steps as come nearest to the
    ratio of scales that it was trained for.
    """
    height, width = image.shape[2:]
    factor = math.sqrt(size[0] * size[1] / (height * width))
    trained = stages[-1].size[1] / stages[-2].size[1] if len(stages) > 1 else 4 / 3
    steps = max(1, round(math.log(factor) / math.log(trained)))
    sizes = [scaled((height, width), factor ** (k / steps)) for k in range(1, steps)] + [size]
    last = [Stage(stages[-1].generator, stages[-1].amplitude, each) for each in sizes]
    return _drawn(last, image, image.shape[1], generator)


def _resized(stages: Sequence[Stage], sizes: Sequence[Size]) -> list[Stage]:
    return [
        Stage(stage.generator, stage.amplitude, size)
        for stage, size in zip(stages, sizes, strict=True)
    ]


def _drawn(
    stages: Sequence[Stage],
    base: Tensor | None,
    channels: int,
    generator: torch.Generator | None,
) -> Tensor:
    noises: list[Tensor | None] = []
    for stage in stages:
        grey = base is None and not noises  # as the coarsest scale was trained
        shape = (1, 1 if grey else channels, *stage.size)
        if generator is None:
            noises.append(None)
        else:
            noise = torch.randn(shape, generator=generator)
            noises.append(noise.to(stage.amplitude.device))
    return climb(stages, base, noises, channels)
