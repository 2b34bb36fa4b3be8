"""Instance normalisation, and the leaky ReLU that follows it, as one operation.

Ulyanov et al., *Instance Normalization: The Missing Ingredient for Fast Stylization*, arXiv
1607.08022; without parameters. On CUDA devices with Triton both are one kernel of our own after one
for the statistics; elsewhere they are torch's.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

EPSILON = 1e-5  # added to the variance


def instance_normalised(features: Tensor, slope: float = 1.0) -> Tensor:
    """``features`` (B, C, H, W) with zero mean and unit variance per channel over the image.

    Args:
        features: of any floating type, which the answer has too.
        slope: what values below zero are then multiplied by, above 0; 1 leaves them.
    """
    if features.is_cuda and _has_triton():
        from likewise.networks import fused_instance_norm as fused

        if fused.serves(features):
            return fused.instance_normalised(features, slope, EPSILON)
    normalised = _normalised(features)
    # In place: the gradient of the normalisation looks at what went in.
    return normalised if slope == 1 else F.leaky_relu_(normalised, slope)


def _normalised(features: Tensor) -> Tensor:
    # One image is a batch of its own: a fused kernel each way, where the formula spelled out takes
    # five and its gradient twenty.
    if len(features) == 1:
        return F.batch_norm(features, None, None, training=True, eps=EPSILON)
    if features.is_contiguous():  # every channel of every image is a channel of one image
        merged = features.view(1, -1, *features.shape[2:])
        return F.batch_norm(merged, None, None, training=True, eps=EPSILON).view_as(features)
    # Channels last they cannot be merged without a copy.
    return torch.cat(
        [F.batch_norm(x, None, None, training=True, eps=EPSILON) for x in features.split(1)]
    )


@functools.cache
def _has_triton() -> bool:
    try:
        import triton  # noqa: F401
    except ImportError:
        return False
    return True
