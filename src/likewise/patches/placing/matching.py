"""Matching: for each cell of a target a cell of the source as it is, near to where neighbours went.

Rounds of nearest neighbours, as in :mod:`~likewise.patches.alignment`, for a target of any size: at
first a cell is drawn to the same fraction of height and width.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numba import njit, prange
from torch import Tensor

from likewise.patches.alignment import FIRST_PULL, PULL
from likewise.patches.kernels.launching import run
from likewise.patches.placing.likeness import box_mean


def matched(
    unlike: Tensor, own: Tensor, source_grid: tuple[int, int], neighbourhoods: tuple[int, ...]
) -> Tensor:
    """Moves (2, h, w), down and right in whole cells.

    Args:
        unlike: (h*w, hs*ws).
        own: main class of each target cell (h, w).
        source_grid: (hs, ws).
        neighbourhoods: cells a side over which earlier moves are averaged, one round each.
    """
    grid = (own.shape[0], own.shape[1])
    places, source_places = cell_places(grid, own.device), cell_places(source_grid, own.device)
    expected = relative_places(grid, source_grid, own.device)
    members = F.one_hot(own, int(own.max()) + 1).permute(2, 0, 1).float()
    pull = FIRST_PULL
    moves = expected - places
    for number, neighbourhood in enumerate(neighbourhoods):
        if number:
            expected, pull = places + _class_mean(moves, members, neighbourhood), PULL
        weights = torch.tensor(pull[::-1], device=own.device).view(2, 1, 1) / min(source_grid)
        queries, keys = ((p * weights).flatten(1).T for p in (expected, source_places))
        found = nearest(queries, keys, unlike).view(grid)
        moves = torch.stack((found // source_grid[1], found % source_grid[1])) - places
    return moves


def nearest(queries: Tensor, keys: Tensor, unlike: Tensor) -> Tensor:
    """For each query (Q, 2) the key (K, 2) nearest to it, squared distance plus ``unlike`` (Q, K).

    Of several just as near the first. The pairs are looked at once and none is stored.
    """
    found = torch.empty(len(queries), dtype=torch.int64)
    table = torch.cat((keys.T, keys.square().sum(1)[None])).contiguous()
    run(_nearest, found.numpy(), queries.contiguous().numpy(), table.numpy(), unlike.numpy())
    return found


@njit(fastmath={"contract"}, cache=True)
def _cost(costs, down, right, keys, unlike):  # type: ignore[no-untyped-def]
    for k in range(len(costs)):
        # In this order contraction rounds as a matrix product does: ties fall the same way.
        together = right * keys[1, k] + down * keys[0, k]
        costs[k] = (keys[2, k] + unlike[k]) - np.float32(2.0) * together


@njit(fastmath={"reassoc", "nnan", "nsz"}, cache=True)
def _least(costs):  # type: ignore[no-untyped-def]
    least = np.float32(np.inf)
    for cost in costs:
        least = min(least, cost)
    return least


@njit(parallel=True, cache=True)
def _nearest(found, queries, keys, unlike):  # type: ignore[no-untyped-def]
    for number in prange(len(queries)):
        q = np.int64(number)  # prange counts without a sign
        costs = np.empty(keys.shape[1], np.float32)
        _cost(costs, queries[q, 0], queries[q, 1], keys, unlike[q])
        least = _least(costs)
        for k in range(len(costs)):
            if costs[k] == least:
                found[q] = k
                break


def relative_places(
    grid: tuple[int, int], source_grid: tuple[int, int], device: torch.device
) -> Tensor:
    """(2, h, w): source row and column, with fractions, at each cell's share of the sides."""
    places = cell_places(grid, device)
    ratios = torch.tensor([s / t for s, t in zip(source_grid, grid, strict=True)], device=device)
    return (places + 0.5) * ratios.view(2, 1, 1) - 0.5


def cell_places(grid: tuple[int, int], device: torch.device) -> Tensor:
    """(2, h, w): row and column of every cell."""
    rows, columns = (torch.arange(length, device=device, dtype=torch.float32) for length in grid)
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij"))


def _class_mean(moves: Tensor, members: Tensor, window: int) -> Tensor:
    """Mean move (2, h, w) around each cell, over cells of its own class alone."""
    sums = box_mean(moves[:, None] * members, window)
    return (sums * members).sum(1) / (box_mean(members, window) * members).sum(0).clamp_min(1e-6)
