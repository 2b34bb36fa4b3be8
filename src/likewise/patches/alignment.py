"""Alignment: for each place of a target layout, the place of the source layout it is most like.

A nearest-neighbour field on labels alone, at a coarse lattice of cells. A place is described by the
share of each class in windows of growing size around it, which says what it lies in and how far and
in which direction the borders are, and weakly by its position. Not in the paper: it lets SFT
translate *aligned* features; translated in place, the old layout shines through the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.geometry.warps import identity_grid

WINDOWS = (1, 3, 7, 15, 31)  # cells
WINDOW_WEIGHTS = (2.0, 1.5, 1.2, 1.0, 1.0)
ROW_WEIGHT, COLUMN_WEIGHT = 0.9, 0.45  # of the position, in units of the short side


@dataclass(frozen=True)
class CellLattice:
    """Cells of ``cell`` x ``cell`` pixels over an image; sizes are multiples of ``cell``."""

    cell: int

    @staticmethod
    def of(size: tuple[int, int]) -> CellLattice:
        """The lattice for working size (H, W), multiples of 8: about 32 cells along the short side."""
        return CellLattice(4 * max(1, round(min(size) / 128)) if min(size) >= 96 else 2)


def label_descriptors(layout: Tensor, cell: int) -> Tensor:
    """Describe every cell of ``layout`` (B, K, H, W): rows (B, N, K * windows + 2), float32.

    Squared distances of rows are what :func:`correspondence` minimises.
    """
    shares = F.avg_pool2d(layout, cell, ceil_mode=True)
    batch, _, height, width = shares.shape
    parts = []
    for window, weight in zip(WINDOWS, WINDOW_WEIGHTS, strict=True):
        reach = window // 2
        blurred = shares
        for _ in range(2 if window > 1 else 1):  # twice a box: no sudden steps
            blurred = F.avg_pool2d(blurred, window, 1, reach, count_include_pad=False)
        parts.append(blurred * weight)
    short = min(height, width)
    ys = torch.arange(height, device=layout.device, dtype=torch.float32) / short * ROW_WEIGHT
    xs = torch.arange(width, device=layout.device, dtype=torch.float32) / short * COLUMN_WEIGHT
    position = torch.stack(torch.meshgrid(ys, xs, indexing="ij")).expand(batch, -1, -1, -1)
    return torch.cat((*parts, position), dim=1).flatten(2).transpose(1, 2)


def correspondence(target: Tensor, source: Tensor) -> Tensor:
    """Offsets (B, 2, h, w) in pixels (x, y), one a cell, from target cells to source cells.

    Args:
        target: one-hot layouts (B, K, H, W).
        source: one-hot layout (1 or B, K, Hs, Ws), at the same scale.
    """
    cell = CellLattice.of((source.shape[2], source.shape[3])).cell
    queries, keys = label_descriptors(target, cell), label_descriptors(source, cell)
    distances = torch.baddbmm(
        keys.square().sum(2)[:, None].expand(len(queries), -1, -1),
        queries,
        keys.transpose(1, 2).expand(len(queries), -1, -1),
        alpha=-2,
    )
    found = distances.argmin(dim=2)
    columns = -(-source.shape[3] // cell)
    height, width = -(-target.shape[2] // cell), -(-target.shape[3] // cell)
    ys = torch.arange(height, device=target.device)[:, None]
    xs = torch.arange(width, device=target.device)[None]
    found = found.view(-1, height, width)
    rows = torch.div(found, columns, rounding_mode="floor")
    return torch.stack((found % columns - xs, rows - ys), dim=1).float() * cell


def alignment_grid(
    offsets: Tensor, size: tuple[int, int], source_size: tuple[int, int], factor: float = 1.0
) -> Tensor:
    """Sampling grid (B, H, W, 2) into a source of ``source_size`` that follows cell ``offsets``.

    ``factor`` scales everything for pictures larger than those the offsets were found on.
    """
    height, width = size
    dense = F.interpolate(offsets * factor, size=size, mode="nearest")
    grid = identity_grid(size, offsets.device)  # of the target
    half = torch.tensor([width, height], device=offsets.device, dtype=torch.float32)
    source_half = torch.tensor(
        [source_size[1], source_size[0]], device=offsets.device, dtype=torch.float32
    )
    pixels = (grid + 1) * half / 2 + dense.permute(0, 2, 3, 1)
    return pixels * 2 / source_half - 1
