"""Shifts: making a field of moves piecewise rigid, so that whole pieces of the source are copied.

The nearest place by description alone changes from cell to cell; copied so, a texture turns into
mosaic. Here every cell may take over the move of a neighbour, near or far, where that costs less:
its own unlikeness plus a constant for every adjacent cell that moves otherwise (a Potts model,
minimised by sweeps of iterated conditional modes over neighbours' moves). Not in the paper; the
idea of copying by few, large shifts is that of shift-map editing (Pritch et al., ICCV 2009).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SEAM_COST = 0.8  # of each adjacent cell of the same class that moves otherwise
BORDER_SHARE = 0.2  # of that cost where the neighbour is of another class
OUTSIDE_COST = 2.0  # for each cell that a move leads beyond the source
SWEEPS = (8, 4, 2, 1, 4, 2, 1)  # distances, in cells, at which neighbours are asked
NEIGHBOURS = ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1))


def piecewise_rigid(
    moves: Tensor,
    unlike: Tensor,
    classes: Tensor,
    source_size: tuple[int, int],
    sweeps: tuple[int, ...] = SWEEPS,
) -> Tensor:
    """The field ``moves`` (B, 2, h, w) with seams taken out where that costs little likeness.

    Args:
        moves: whole cells (x, y), from each target cell to its source cell.
        unlike: (B, h*w, hs*ws), how unlike every source cell is to every target cell.
        classes: (B, 1, h, w), the main class of each target cell.
        source_size: (hs, ws).
        sweeps: distances at which neighbours' moves are tried, in order.
    """
    links = class_links(classes)
    for distance in sweeps:
        around = neighbours(moves, 1)[:, 1:]  # (B, 8, 2, h, w)
        candidates = neighbours(moves, distance)  # (B, 9, 2, h, w), the cell's own move first
        seams = torch.stack([_seams(c, around, links) for c in candidates.unbind(1)], dim=1)
        costs = _unlikeness(candidates, unlike, source_size) + SEAM_COST * seams
        best = costs.argmin(dim=1)[:, None, None].expand(-1, 1, 2, -1, -1)
        moves = candidates.gather(1, best)[:, 0]
    return moves


def best_by_class(
    fields: Tensor, unlike: Tensor, members: Tensor, source_size: tuple[int, int]
) -> Tensor:
    """For every class the cheapest of several fields as a whole, as one field (B, 2, h, w).

    Single cells seldom gain by leaving their neighbours; a whole region may, by moving as one.

    Args:
        fields: (B, F, 2, h, w), whole cells.
        unlike: as in :func:`piecewise_rigid`.
        members: (B, K, h, w), 1 where a cell's main class is k.
        source_size: (hs, ws).
    """
    links = class_links(members.argmax(dim=1, keepdim=True).float())
    seams = torch.stack([_seams(f, neighbours(f, 1)[:, 1:], links) for f in fields.unbind(1)], 1)
    costs = _unlikeness(fields, unlike, source_size) + SEAM_COST * seams  # (B, F, h, w)
    totals = torch.einsum("bfhw,bkhw->bkf", costs, members)
    winners = totals.argmin(dim=2)  # (B, K)
    chosen = (members * winners[:, :, None, None]).sum(dim=1).long()[:, None, None]
    return fields.gather(1, chosen.expand(-1, 1, 2, -1, -1))[:, 0]


def _seams(moves: Tensor, around: Tensor, links: Tensor) -> Tensor:
    """(B, h, w): weight of the neighbours, moving as ``around`` says, that ``moves`` parts from."""
    return ((moves[:, None] != around).any(dim=2).float() * links).sum(dim=1)


def _unlikeness(candidates: Tensor, unlike: Tensor, source_size: tuple[int, int]) -> Tensor:
    """(B, 9, h, w): of the source cell that each candidate move leads to."""
    batch, count, _, height, width = candidates.shape
    rows = torch.arange(height, device=candidates.device)[:, None]
    columns = torch.arange(width, device=candidates.device)
    x, y = candidates[:, :, 0] + columns, candidates[:, :, 1] + rows
    inside_x = x.clamp(0, source_size[1] - 1)
    inside_y = y.clamp(0, source_size[0] - 1)
    outside = (x - inside_x).abs() + (y - inside_y).abs()
    cells = (inside_y * source_size[1] + inside_x).long().flatten(2).transpose(1, 2)
    found = unlike.gather(2, cells).transpose(1, 2).reshape(batch, count, height, width)
    return found + OUTSIDE_COST * outside


def class_links(classes: Tensor) -> Tensor:
    """(B, 8, h, w): how much a seam towards each neighbour counts."""
    around = neighbours(classes, 1)[:, 1:, 0]
    same = (around == classes).float()
    return same * (1 - BORDER_SHARE) + BORDER_SHARE


def neighbours(field: Tensor, distance: int) -> Tensor:
    """(B, 9, C, h, w): ``field`` (B, C, h, w) seen from every neighbour; edges repeat."""
    height, width = field.shape[2:]
    rim = min(distance, height - 1, width - 1)
    padded = F.pad(field, (rim,) * 4, mode="replicate")
    views = [
        padded[:, :, rim + dy * rim :, rim + dx * rim :][:, :, :height, :width]
        for dy, dx in NEIGHBOURS
    ]
    return torch.stack(views, dim=1)
