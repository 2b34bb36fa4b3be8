"""The feature matching loss: the rendered image looks to D as the real one does, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.losses.precision import widened


def feature_matching_loss(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """The mean over scales of the mean absolute difference of D's features.

    Args:
        fake: D's features of the rendered image, one (B, C, H, W) a scale or layer, unbounded.
        real: D's features of the true image, the same shapes; no gradient enters them.

    Source: the paper's feature matching loss.
    """
    assert len(fake) == len(real) > 0
    return torch.stack(
        [
            (widened(rendered) - widened(truth.detach())).abs().mean()
            for rendered, truth in zip(fake, real, strict=True)
        ]
    ).mean()
