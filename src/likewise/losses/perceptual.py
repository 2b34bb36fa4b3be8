"""The perceptual loss: the rendered picture looks to VGG-19 as the true one does."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.losses.precision import widened


def perceptual_loss(
    fake: Sequence[Tensor], real: Sequence[Tensor], weights: Sequence[float]
) -> Tensor:
    """The weighted sum over layers of the mean absolute difference of features.

    Args:
        fake: features of the rendered picture, one (B, C, H, W) a layer.
        real: features of the true picture, the same shapes; no gradient enters them.
        weights: of the layers.

    Source: pix2pixHD, Wang et al., CVPR 2018, section 3.4, as SPADE uses it.
    """
    assert len(fake) == len(real) == len(weights) > 0
    return torch.stack(
        [
            weight * (widened(rendered) - widened(truth.detach())).abs().mean()
            for rendered, truth, weight in zip(fake, real, weights, strict=True)
        ]
    ).sum()
