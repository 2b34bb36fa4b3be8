"""The reconstruction loss: P_source ⇒ P_source is to give back I_source, pixel by pixel."""

from __future__ import annotations

from torch import Tensor

from likewise.losses.precision import widened


def reconstruction_loss(rendered: Tensor, truth: Tensor, weight: Tensor | None = None) -> Tensor:
    """The mean absolute difference of two images.

    Args:
        rendered: (B, C, H, W) in [-1, 1].
        truth: (B, C, H, W) in [-1, 1].
        weight: (B, 1, H, W), ≥ 0, how much each pixel counts; None counts all alike. Where it is
            0 everywhere the loss is 0.

    Source: the paper's reconstruction loss. ``weight`` is not in the paper: because pixels that a
    warp pulled in from outside the picture have no truth.
    """
    difference = (widened(rendered) - widened(truth)).abs()
    if weight is None:
        return difference.mean()
    counted = widened(weight)
    per_pixel = difference.mean(dim=1, keepdim=True)
    return (per_pixel * counted).sum() / counted.sum().clamp_min(1e-6)
