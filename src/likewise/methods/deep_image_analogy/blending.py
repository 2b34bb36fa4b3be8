"""Blending: own structure where it responds, the other picture's look elsewhere (section 4.3)."""

from __future__ import annotations

import torch
from torch import Tensor


def blended(own: Tensor, other: Tensor, alpha: float, kappa: float, tau: float) -> Tensor:
    """F' = F ∘ W + R ∘ (1 - W), equation 4, with W = α · sigmoid(κ (response - τ)).

    The response is |F|² at every place, between 0 for the least and 1 for the greatest.

    Args:
        own: F, (1, C, H, W), the features of the picture whose structure is kept.
        other: R, of the same shape, those of the other along the field.
        alpha: how much is kept where it responds: 0 gives ``other``.
        kappa, tau: of the sigmoid.
    """
    weight = alpha * torch.sigmoid(kappa * (response(own) - tau))
    return own * weight + other * (1 - weight)


def response(features: Tensor) -> Tensor:
    """|F|² at every place, brought to [0, 1]: (1, 1, H, W); 0 where it is the same everywhere."""
    strength = features.square().sum(dim=1, keepdim=True)
    least, most = strength.aminmax()
    return (strength - least) / (most - least).clamp_min(torch.finfo(strength.dtype).tiny)
