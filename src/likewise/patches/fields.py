"""Fields: a move for every place of a picture, and following it.

A move says, in whole pixels or cells (x, y), from where in the source a place of the target comes.
Everything here is made on the device, so that it can be captured in a graph.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.warps import identity_grid


def follow(image: Tensor, moves: Tensor) -> Tensor:
    """Gather ``image`` (B, C, Hs, Ws) along ``moves`` (B, 2, H, W), in pixels; edges repeat.

    Whole moves copy pixels; fractions are rounded.
    """
    height, width = moves.shape[2:]
    half = _halves((height, width), moves.device)
    pixels = (identity_grid((height, width), moves.device) + 1) * half + moves.permute(0, 2, 3, 1)
    grid = pixels / _halves((image.shape[2], image.shape[3]), moves.device) - 1
    return F.grid_sample(image, grid, mode="nearest", padding_mode="border", align_corners=False)


def coordinates(field: Tensor) -> Tensor:
    """(1, 2, H, W): the x and y index of every place of ``field``."""
    ys = torch.arange(field.shape[2], device=field.device, dtype=torch.float32)
    xs = torch.arange(field.shape[3], device=field.device, dtype=torch.float32)
    grid_y, grid_x = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack((grid_x, grid_y))[None]


def pair(x: float, y: float, device: torch.device) -> Tensor:
    """(2,) float32, made on the device: a copy from the host could not be captured in a graph."""
    return torch.stack([torch.full((), float(value), device=device) for value in (x, y)])


def _halves(size: tuple[int, int], device: torch.device) -> Tensor:
    return pair(size[1] / 2, size[0] / 2, device)
