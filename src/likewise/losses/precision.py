"""Precision of losses: half-precision tensors are summed in float32."""

from __future__ import annotations

import torch
from torch import Tensor


def widened(values: Tensor) -> Tensor:
    """``values`` in float32, or untouched where they are float64 (any shape).

    Not in the paper: because a mean over 10⁵ pixels in bfloat16 keeps two digits.
    """
    return values.to(torch.promote_types(values.dtype, torch.float32))
