"""Likeness of cells: how unlike the source a cell of a target would look, by labels alone.

A cell is described by the share of each class in windows of growing size around it, as in
:mod:`~likewise.patches.alignment`. Pixels of no class count on neither side: where the target knows
nothing any source pixel will do, and where the source knows nothing none is wanted.
"""

from __future__ import annotations

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from likewise.patches.alignment import WINDOW_WEIGHTS, WINDOWS
from likewise.patches.bends import Bend
from likewise.patches.kernels.launching import run
from likewise.patches.placing.sighting import seen_shares

BLANK_COST = 50.0  # of a cell taken from where the source knows nothing, or from beyond its edges


def shares(ids: Tensor, classes: int, cell: int) -> Tensor:
    """Share of each class (1, K, h, w) in cells of ``cell`` pixels of ``ids`` (1, 1, H, W)."""
    height, width = ids.shape[2:]
    high, wide = -(-height // cell), -(-width // cell)
    rows = torch.arange(height, device=ids.device)[:, None] // cell
    columns = torch.arange(width, device=ids.device) // cell
    places = (rows * wide + columns) * (classes + 1) + ids[0, 0].long() + 1
    counts = torch.bincount(places.flatten(), minlength=high * wide * (classes + 1))
    counts = counts.view(high, wide, classes + 1).permute(2, 0, 1)[None].float()
    return (counts / counts.sum(dim=1, keepdim=True))[:, 1:]


def descriptors(cells: Tensor) -> Tensor:
    """Rows (h*w, K * windows) that describe cells by their shares (1, K, h, w)."""
    known = cells.sum(dim=1, keepdim=True)
    both = torch.cat((cells, known), dim=1)
    parts = []
    for window, weight in zip(WINDOWS, WINDOW_WEIGHTS, strict=True):
        blurred = box_mean(box_mean(both, window), window)
        parts.append(weight * blurred[:, :-1] / blurred[:, -1:].clamp_min(1e-6))
    return torch.cat(parts, dim=1).flatten(2)[0].T.contiguous()


def unlikeness(target: Tensor, source: Tensor) -> Tensor:
    """(h*w, hs*ws): how unlike each source cell is to each target cell, from their shares."""
    queries, keys = descriptors(target), descriptors(source)
    unlike = torch.addmm(keys.square().sum(1)[None], queries, keys.T, alpha=-2)
    squares, known, offered = queries.square().sum(1), target.sum(dim=1), source.sum(dim=1)
    run(_weighed, unlike.numpy(), *(t.flatten().numpy() for t in (squares, known, offered)))
    return unlike


@njit(parallel=True, cache=True)
def _weighed(unlike, squares, known, offered):  # type: ignore[no-untyped-def]
    """Completes squared distances: where source cells are blank they cost, target cells nothing."""
    blank = np.float32(BLANK_COST)
    for number in prange(len(unlike)):
        q = np.int64(number)  # prange counts without a sign
        for k in range(unlike.shape[1]):
            distance = max(unlike[q, k] + squares[q], np.float32(0.0))
            missing = max(known[q] - offered[k], np.float32(0.0))
            unlike[q, k] = (distance + blank * missing) * known[q]


def placed_unlikeness(table: Tensor, target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    """(P, h*w): how unlike each placement of the source is to each target cell.

    Args:
        table: placements (P, 4), as in :mod:`~likewise.patches.placing.sighting`.
        target: shares of the target (1, K, h, w).
        source_ids: (1, 1, Hs, Ws).
        cell: pixels a side.
    """
    classes, height, width = target.shape[1:]
    ids = source_ids[0, 0].int().contiguous().numpy()
    counts = torch.from_numpy(seen_shares(table.numpy(), (height, width), cell, classes, ids))
    return _seen_unlikeness(counts, target)


def bent_unlikeness(bend: Bend, target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    """(1, h*w): how unlike the bent source is to each target cell; arguments likewise."""
    seen = shares(bend.ids(source_ids), target.shape[1], cell)
    unknown = 1 - seen.sum(dim=1, keepdim=True)
    return _seen_unlikeness(torch.cat((torch.zeros_like(unknown), unknown, seen), dim=1), target)


def _seen_unlikeness(counts: Tensor, target: Tensor) -> Tensor:
    """(P, h*w), of shares seen (P, 2 + K, h, w): beyond the edges, unknown, and of each class."""
    known = target.sum(dim=1, keepdim=True)
    blank = counts[:, :2].sum(dim=1, keepdim=True)
    unlike = BLANK_COST * (blank + known - 1).clamp_min(0) * known
    # Half of what is unseen counts as different: else a view shown in part would fit everywhere.
    differ = (counts[:, 2:] - target * (1 - blank / 2)) * (known > 0)
    for window, weight in zip(WINDOWS, WINDOW_WEIGHTS, strict=True):
        blurred = box_mean(box_mean(differ, window), window)
        unlike += weight**2 * blurred.square().sum(dim=1, keepdim=True) * known
    return unlike.flatten(1)


def box_mean(field: Tensor, window: int) -> Tensor:
    """Mean of ``field`` (..., h, w) over ``window`` places a side, those beyond edges left out."""
    if window == 1:
        return field
    for axis in (-2, -1):
        length, reach = field.shape[axis], window // 2
        places = torch.arange(length, device=field.device)
        first, end = (places - reach).clamp_min(0), (places + reach + 1).clamp_max(length)
        sums = torch.cat((torch.zeros_like(field.narrow(axis, 0, 1)), field.cumsum(axis)), axis)
        counts = (end - first).view((-1, 1) if axis == -2 else (-1,))
        field = (sums.index_select(axis, end) - sums.index_select(axis, first)) / counts
    return field
