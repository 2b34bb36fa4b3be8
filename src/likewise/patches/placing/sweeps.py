"""Labelling: for each cell of a target the move or the placement it takes, and what that costs.

A label below the number of placements stands for that placement; each other one for a move of whole
cells in the source as it is. Cells take over labels of neighbours, near or far, where that costs
less, as in :mod:`~likewise.patches.shifts`: unlikeness plus a constant for each seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from likewise.patches.kernels.launching import run
from likewise.patches.shifts import NEIGHBOURS, OUTSIDE_COST, SEAM_COST, class_links, neighbours

AROUND = np.array(NEIGHBOURS)


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
    """``labels`` (h, w) with seams taken out where that costs little likeness.

    At each of the distances ``sweeps`` every cell tries what it and its eight neighbours so far
    away hold, beyond edges what the edge holds; of several just as cheap it takes the first.
    """
    weights = class_links(labelling.own[None, None].float())[0].contiguous().numpy()
    held = labels.contiguous().numpy()
    tables = labelling.placed.contiguous().numpy(), labelling.unlike.contiguous().numpy()
    for distance in sweeps:
        taken = np.empty_like(held)
        run(_swept, taken, held, distance, weights, AROUND, *tables, labelling.source_grid)
        held = taken
    return torch.from_numpy(held)


@njit(cache=True, inline="always")
def _seen(labels, y, x, down, right):  # type: ignore[no-untyped-def]
    height, width = labels.shape
    return labels[min(max(y + down, 0), height - 1), min(max(x + right, 0), width - 1)]


@njit(parallel=True, cache=True)
def _swept(taken, labels, distance, weights, around, placed, unlike, source_grid):  # type: ignore[no-untyped-def]
    """Fills ``taken`` (h, w) with the cheapest of the ``labels`` that each cell sees around it."""
    (height, width), (rows, columns) = labels.shape, source_grid
    for number in prange(height):
        y = np.int64(number)  # prange counts without a sign
        for x in range(width):
            least = np.float32(np.inf)
            for j in range(len(around)):
                label = _seen(labels, y, x, around[j, 0] * distance, around[j, 1] * distance)
                if label < len(placed):
                    cost = placed[label, y * width + x]
                else:
                    code = label - len(placed)
                    row = y + code // (width + columns) - height
                    column = x + code % (width + columns) - width
                    inside_row = min(max(row, 0), rows - 1)
                    inside_column = min(max(column, 0), columns - 1)
                    outside = abs(row - inside_row) + abs(column - inside_column)
                    cost = unlike[y * width + x, inside_row * columns + inside_column]
                    cost += np.float32(OUTSIDE_COST) * np.float32(outside)
                apart = np.float32(0.0)
                for i in range(1, len(around)):
                    if _seen(labels, y, x, around[i, 0], around[i, 1]) != label:
                        apart += weights[i - 1, y, x]
                cost += np.float32(SEAM_COST) * apart
                if cost < least:
                    least = cost
                    taken[y, x] = label


def seams(labels: Tensor, labelling: Labelling) -> Tensor:
    """(h, w): what the seams around each cell cost."""
    weights = class_links(labelling.own[None, None].float())[0]
    around = neighbours(labels[None, None].double(), 1)[0, 1:, 0].long()
    return SEAM_COST * ((labels != around) * weights).sum(0)
