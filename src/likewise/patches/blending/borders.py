"""Borders: across which ones, of two classes, a correction of colour spreads.

Usually across none: a corrected sky must not tint the tower before it. But where the picture hardly
shows a border, as between the sky and a far shore in haze, a correction that stopped there would
draw it. Not in the paper, whose networks correct nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

HAZE = 0.025  # mean step of colour (range 1) across a border that hardly shows
SHORTEST = 1 / 20  # of the short side: length of a border that tells


def joined(layout: Tensor, image: Tensor, ids: Tensor, classes: int) -> Tensor:
    """``layout`` with classes that the source hardly parts, directly or by others, made one.

    Args:
        layout: class positions (H, W), -1 where unknown.
        image: the source (Hs, Ws, C) in [0, 1].
        ids: its class positions (Hs, Ws).
        classes: their number.

    Returns:
        (H, W) int64; equal where a correction may spread.
    """
    count = classes + 1
    length, steps = torch.zeros((2, count * count), device=image.device)
    for axis in (0, 1):
        here, beyond = (ids.narrow(axis, at, ids.shape[axis] - 1) + 1 for at in (0, 1))
        cut = here != beyond
        pair = (torch.minimum(here, beyond) * count + torch.maximum(here, beyond))[cut]
        step = image.diff(dim=axis)[cut].abs().mean(dim=1)
        length.index_add_(0, pair, torch.ones_like(step))
        steps.index_add_(0, pair, step)
    faint = (length > SHORTEST * min(ids.shape)) & (steps < HAZE * length)
    bodies = torch.arange(count)
    for pair in faint.nonzero()[:, 0].tolist():
        one, other = divmod(pair, count)
        if one > 0:  # what is unknown joins nothing
            bodies[bodies == bodies[other]] = bodies[one].clone()
    return bodies.to(layout.device)[layout.long() + 1]
