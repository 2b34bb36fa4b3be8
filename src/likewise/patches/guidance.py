"""Guidance: what is told about a place besides the colours and labels of its patch.

How much of each class lies around it, in two windows, says how far the borders are and on which
side; its own place in the frame says that sky is above and grass darkens downwards. Not in the
paper: its networks see the whole label map at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.warps import one_hot

WINDOWS = (9, 17)  # pixels


@dataclass(frozen=True)
class Guide:
    """Weights of the guidance, in units of colour distance (a step from black to white is 1).

    Attributes:
        borders: of class shares around a pixel.
        row: of the vertical place in the frame, 0 to 1.
        column: of the horizontal place in the frame, 0 to 1.
    """

    borders: float = 0.2
    row: float = 0.3
    column: float = 0.1


def guidance(ids: Tensor, classes: int, guide: Guide) -> Tensor:
    """(H, W, D) float32, weighted; squared differences of two places say how unlike they are.

    Args:
        ids: class positions (H, W), -1 where unknown.
        classes: number of classes.
        guide: the weights.
    """
    shares = one_hot(ids.long()[None, None].clamp_min(0), classes) * (ids >= 0)
    parts = [_blurred(shares, window)[0] * guide.borders for window in WINDOWS]
    height, width = ids.shape
    rows = (torch.arange(height, device=ids.device) + 0.5) * (guide.row / height)
    columns = (torch.arange(width, device=ids.device) + 0.5) * (guide.column / width)
    parts += [rows[None, :, None].expand(1, -1, width), columns.expand(1, height, width)]
    return torch.cat(parts).permute(1, 2, 0).contiguous()


def _blurred(shares: Tensor, window: int) -> Tensor:
    half = window // 2
    across = F.avg_pool2d(shares, (1, window), 1, (0, half), count_include_pad=False)
    return F.avg_pool2d(across, (window, 1), 1, (half, 0), count_include_pad=False)
