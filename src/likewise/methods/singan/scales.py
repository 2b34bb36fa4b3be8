"""Scales: the sizes of the pyramid, from about 25 pixels to the finest that is worked at.

Paper, section 3 and its code: the ratio of neighbouring scales is about 3/4, adjusted so that whole
steps lead from the coarsest size to the finest.
"""

from __future__ import annotations

import math

from likewise.methods.singan.config import SinganConfig

FIELD = 11  # receptive field of G and D, pixels: five 3x3 convolutions
_HAIR = 1e-9  # so that rounding adds no scale where whole steps fit exactly

Size = tuple[int, int]


def finest_size(full: Size, config: SinganConfig) -> Size:
    """The size (H, W) worked at for a picture of size ``full``: larger only if D could not see it.

    A short side is not shrunk below that of the coarsest scale, however long the other.
    """
    short, long = min(full), max(full)
    scale = min(config.size / short, max(config.longest / long, config.coarsest / short), 1.0)
    return scaled(full, max(scale, FIELD / short))


def scale_sizes(full: Size, config: SinganConfig) -> tuple[Size, ...]:
    """Sizes (H, W) of all scales for a picture of size ``full``, coarsest first."""
    finest = finest_size(full, config)
    share = config.coarsest / min(finest)
    steps = max(0, math.ceil(math.log(share) / math.log(config.ratio) - _HAIR))
    return (*(scaled(finest, share ** (k / steps)) for k in range(steps, 0, -1)), finest)


def width_at(scale: int, config: SinganConfig) -> int:
    """Channels of G and D at scale number ``scale``, 0 the coarsest."""
    return min(config.width * 2 ** (scale // config.widen), config.widest)


def scaled(size: Size, factor: float) -> Size:
    """``size`` times ``factor``, in whole pixels."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def in_proportion(size: Size, one: Size, other: Size) -> Size:
    """``size`` enlarged or shrunk as ``one`` is to become ``other``, side by side."""
    height, width = (round(s * b / a) for s, a, b in zip(size, one, other, strict=True))
    return max(1, height), max(1, width)


def sizes_for(sizes: tuple[Size, ...], wanted: Size) -> tuple[Size, ...]:
    """Sizes of all scales for an answer whose finest size is ``wanted``."""
    return (*(in_proportion(size, sizes[-1], wanted) for size in sizes[:-1]), wanted)
