"""Placement: where a search starts, which parts of it are sure, and the way between sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.views import Views


@dataclass(frozen=True)
class Placement:
    """A field found on labels, with the views that it speaks of.

    Attributes:
        field: (3, H, W) int32.
        views: of the source at the same scale.
    """

    field: Tensor
    views: Views

    def kept(self, trust: float) -> Tensor:
        """(H, W) booleans: pixels far inside a rigid piece, which need no search.

        Args:
            trust: how far from any seam, as a share of the short side; from 1 on nothing is kept.
        """
        torn = torn_pixels(self.field)
        if trust >= 1:
            return torch.zeros_like(torn, dtype=torch.bool)
        reach = max(1, round(trust * min(torn.shape)))
        wide = F.max_pool2d(torn[None, None], (2 * reach + 1, 1), 1, (reach, 0))
        return F.max_pool2d(wide, (1, 2 * reach + 1), 1, (0, reach))[0, 0] == 0


def torn_pixels(field: Tensor) -> Tensor:
    """(H, W) float: 1 where a pixel of ``field`` (3, H, W) and a neighbour come from apart."""
    torn = torch.zeros(field.shape[1:], device=field.device)
    for axis in (1, 2):
        onward = torch.zeros(3, dtype=field.dtype, device=field.device)
        onward[axis] = 1
        length = field.shape[axis] - 1
        here, beyond = field.narrow(axis, 0, length), field.narrow(axis, 1, length)
        parted = (beyond != here + onward[:, None, None]).any(dim=0)
        torn.narrow(axis - 1, 0, length)[parted] = 1
        torn.narrow(axis - 1, 1, length)[parted] = 1
    return torn


def resized_field(
    field: Tensor,
    before: Sequence[tuple[int, int]],
    after: Sequence[tuple[int, int]],
    size: tuple[int, int],
) -> Tensor:
    """``field`` (3, h, w) for a target of ``size`` (H, W), nearest; pieces stay rigid.

    Args:
        field: int32.
        before: (h, w) of each view it speaks of.
        after: (H, W) of each view in the answer.
        size: of the target.
    """
    height, width = field.shape[1:]
    device = field.device
    rows, columns = torch.arange(size[0], device=device), torch.arange(size[1], device=device)
    near_rows = ((rows + 0.5) * (height / size[0])).long().clamp_max(height - 1)
    near_columns = ((columns + 0.5) * (width / size[1])).long().clamp_max(width - 1)
    view, row, column = field[:, near_rows][:, :, near_columns].long()
    factors = torch.tensor(
        [(a[0] / b[0], a[1] / b[1], *a) for b, a in zip(before, after, strict=True)], device=device
    )[view]
    down = ((row - near_rows[:, None]) * factors[..., 0]).round() + rows[:, None]
    right = ((column - near_columns) * factors[..., 1]).round() + columns
    inside = (down.clamp_min(0), right.clamp_min(0))
    return torch.stack(
        (view, torch.minimum(inside[0], factors[..., 2] - 1),
         torch.minimum(inside[1], factors[..., 3] - 1))
    ).int()  # fmt: skip
