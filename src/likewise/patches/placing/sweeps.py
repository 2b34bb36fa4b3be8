"""Labelling: for each cell of a target the move or the placement it takes, and what that costs.

A label below the number of placements stands for that placement; each other one for a move of whole
cells in the source as it is. Cells take over labels of neighbours, near or far, where that costs
less, as in :mod:`~likewise.patches.shifts`: unlikeness plus a constant for each seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.shifts import OUTSIDE_COST, SEAM_COST, class_links, neighbours


@dataclass(frozen=True)
class Labelling:
    """What labels of cells mean and cost.

    Attributes:
        own: main class of each target cell (h, w).
        source_grid: (hs, ws), cells of the source.
        unlike: (h*w, hs*ws), of source cells to target cells.
        placed: (P, h*w), of placements to target cells.
    """

    own: Tensor
    source_grid: tuple[int, int]
    unlike: Tensor
    placed: Tensor

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w), cells of the target."""
        return self.own.shape[0], self.own.shape[1]

    def of_moves(self, down: Tensor, right: Tensor) -> Tensor:
        """Labels of moves in whole cells."""
        (height, width), across = self.grid, self.grid[1] + self.source_grid[1]
        return len(self.placed) + (down + height).long() * across + (right + width).long()

    def moves(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Moves (down, right) in whole cells of labels that are no placements."""
        (height, width), across = self.grid, self.grid[1] + self.source_grid[1]
        code = labels - len(self.placed)
        return code.div(across, rounding_mode="floor") - height, code % across - width

    def unlikeness(self, labels: Tensor) -> Tensor:
        """Of ``labels`` (..., h, w), cell by cell, the same shape."""
        height, width = self.grid
        down, right = self.moves(labels)
        y = torch.arange(height, device=labels.device)[:, None] + down
        x = torch.arange(width, device=labels.device) + right
        inside_y = y.clamp(0, self.source_grid[0] - 1)
        inside_x = x.clamp(0, self.source_grid[1] - 1)
        outside = (y - inside_y).abs() + (x - inside_x).abs()
        cells = torch.arange(height * width, device=labels.device).view(height, width)
        found = self.unlike[cells, inside_y * self.source_grid[1] + inside_x]
        found = found + OUTSIDE_COST * outside
        if not len(self.placed):
            return found
        laid = self.placed[labels.clamp_max(len(self.placed) - 1), cells]
        return torch.where(labels < len(self.placed), laid, found)


def settled(labels: Tensor, labelling: Labelling, sweeps: tuple[int, ...]) -> Tensor:
    """``labels`` (h, w) with seams taken out where that costs little likeness."""
    weights = class_links(labelling.own[None, None].float())[0]  # (8, h, w)
    for distance in sweeps:
        around = shown(labels, 1)[1:]
        candidates = shown(labels, distance)  # (9, h, w), the cell's own label first
        seams = torch.stack([((c != around) * weights).sum(0) for c in candidates])
        costs = labelling.unlikeness(candidates) + SEAM_COST * seams
        labels = candidates.gather(0, costs.argmin(dim=0, keepdim=True))[0]
    return labels


def seams(labels: Tensor, labelling: Labelling) -> Tensor:
    """(h, w): what the seams around each cell cost."""
    weights = class_links(labelling.own[None, None].float())[0]
    return SEAM_COST * ((labels != shown(labels, 1)[1:]) * weights).sum(0)


def shown(labels: Tensor, distance: int) -> Tensor:
    """(9, h, w): ``labels`` (h, w) seen from every neighbour at ``distance``; edges repeat."""
    return neighbours(labels[None, None].double(), distance)[0, :, 0].long()
