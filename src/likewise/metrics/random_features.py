"""Random features: a small convolutional network whose weights are drawn, not learnt.

What the Fréchet distance looks at where no weights of a trained network are given. Random filters
tell textures apart nearly as well as trained ones (Ustyuzhaninov et al., "What does it take to
generate natural textures?", 2017) and know no photographs, so they are as fair to a microscope
picture as to a zebra.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.errors import ImageError

CHANNELS = 64
"""D: of every layer and of the answer."""

WINDOWS = (5, 3, 3)
"""Sides of the filters of the three layers in pixels of their input."""

SMALLEST = 20
"""Pixels: the side of what one position of the answer sees."""

_FLAT_SHARE = 4  # every fourth filter of the first layer answers to flat colour
_TEXTURE_GAIN = 4.0
"""Of the others: in photographs, neighbours differ by about a quarter of what colours do."""


class RandomFeatures:
    """``features(batch)`` with drawn weights: (B, 3, H, W) in [0, 1] → (B, 64, h, w), ≥ 0.

    Three convolutions without padding (64 filters of 5 × 5, 3 × 3, 3 × 3), each with ReLU, the
    first two followed by 2 × 2 average pooling; a position of the answer sees 20 × 20 pixels, and
    the positions are 4 pixels apart. Weights are uniform, of variance 2 / (values a filter sees),
    without bias; three in four filters of the first layer have mean 0 in every colour and four
    times the gain, so that texture counts next to colour. Weights are the same to the bit for one
    seed, on every machine; features are, on a CPU at one thread count.

    Cost: about 13,000 multiplications a pixel.

    Args:
        seed: of the weights.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        draw = np.random.PCG64(seed)
        before = 3
        weights: list[Tensor] = []
        for window in WINDOWS:
            weights.append(_filters(draw, before, window, textured=not weights))
            before = CHANNELS
        self.weights = tuple(weights)

    @torch.no_grad()
    def __call__(self, batch: Tensor) -> Tensor:
        """The features of ``batch``.

        Raises:
            ImageError: a side is shorter than 20 pixels.
        """
        if min(batch.shape[2:]) < SMALLEST:
            size = f"{batch.shape[2]} × {batch.shape[3]} pixels"
            raise ImageError("image", size, f"at least {SMALLEST} × {SMALLEST}")
        x = batch * 2 - 1
        for depth, weight in enumerate(self.weights):
            x = F.relu(F.conv2d(x if depth == 0 else F.avg_pool2d(x, 2), weight.to(x)))
        return x


def _filters(draw: np.random.PCG64, before: int, window: int, *, textured: bool) -> Tensor:
    """(64, before, window, window) float32.

    Made of a generator's raw bits, which NumPy keeps the same for ever, as whole numbers, whose
    sums are exact in any order: that makes the weights the same everywhere.
    """
    shape = (CHANNELS, before, window, window)
    bits = draw.random_raw(math.prod(shape)).reshape(shape)
    whole = (bits >> np.uint64(40)).astype(np.int64) - (1 << 23)
    uniform = whole.astype(np.float64)
    if textured:
        rough = np.arange(CHANNELS) % _FLAT_SHARE > 0
        means = whole.sum(axis=(2, 3), keepdims=True) / window**2
        uniform[rough] = (uniform - means)[rough] * _TEXTURE_GAIN
    return torch.from_numpy(uniform * (math.sqrt(6 / (before * window**2)) / (1 << 23))).float()
