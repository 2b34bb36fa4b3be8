"""Exact search: for each row of descriptors the nearest of many others, and completeness scales.

Every query meets every key, a tile of them at a time, so time grows with N·M and memory does not.
Not in the paper, whose code does the same in loops; completeness is that of Granot et al., "Drop
the GAN" (CVPR 2022).
"""

from __future__ import annotations

import torch
from torch import Tensor

BUDGET = 256 << 20
"""Bytes that a search may use beside its arguments and its answer."""


def nearest(
    queries: Tensor,
    keys: Tensor,
    *,
    scale: Tensor | None = None,
    penalty: Tensor | None = None,
    budget: int = BUDGET,
) -> tuple[Tensor, Tensor]:
    """The key of least cost d(query, key) · scale[key] + penalty[key] for every query.

    d is the squared Euclidean distance, a sum over the D values. Winners are chosen in float32
    (float64 where the rows are), as products of matrices around the mean of the keys, and their
    costs computed anew from differences: a cost is right to a few units in the last place, though
    it may exceed the least one by the rounding of the products, about 10⁻⁶ of the squared distance
    of the rows from the mean. Of equal keys the first wins. Carries no gradient.

    Args:
        queries: (N, D) rows of any floating type, N ≥ 0.
        keys: (M, D), M ≥ 1, of the same type and on the same device.
        scale: (M,), ≥ 0; None is 1 everywhere.
        penalty: (M,), in units of cost, infinite where a key is out of the question; None is 0.
        budget: bytes to use beside arguments and answer. A smaller one takes longer.

    Returns:
        Indices (N,) int64 into the keys, and costs (N,) in the type that they were computed in.
    """
    assert queries.ndim == keys.ndim == 2 and queries.shape[1] == keys.shape[1]
    assert len(keys) > 0, "there is no nearest of nothing"
    kind = torch.promote_types(queries.dtype, torch.float32)
    ones = torch.ones((), device=keys.device, dtype=kind).expand(len(keys))
    scale = ones if scale is None else scale.to(kind)
    penalty = torch.zeros_like(ones) if penalty is None else penalty.to(kind)
    height, width = _tile(queries, keys, kind.itemsize, budget)
    # Under autocast the products would be taken in half precision.
    with torch.no_grad(), torch.autocast(keys.device.type, enabled=False):
        origin = keys.mean(dim=0, dtype=kind)
        found = [
            _nearest_of(rows.to(kind), keys, scale, penalty, origin, width)
            for rows in queries.split(height)
        ]
    indices, costs = zip(*found, strict=True)
    return torch.cat(indices), torch.cat(costs)


def completeness(queries: Tensor, keys: Tensor, alpha: float, *, budget: int = BUDGET) -> Tensor:
    """Scales for :func:`nearest` under which no key is forgotten.

    Per value, that is divided by D, the cost of a key becomes d(q, k) / (α + min over queries of
    d(·, k)): a key that no query resembles is cheap for those that come closest. So α is a mean
    squared difference of one value of a descriptor, whatever the size of the patch or the picture,
    and costs are pure numbers. The smaller, the more is made of rare patches.

    Args:
        queries: (N, D), N ≥ 1.
        keys: (M, D).
        alpha: > 0; for values about 1 apart, 0.005 presses for completeness, 0.02 mildly.
        budget: as in :func:`nearest`.

    Returns:
        (M,): 1 / (α·D + min over queries of the squared distance).

    Not in the paper; equation 2 of "Drop the GAN".
    """
    assert alpha > 0
    _, costs = nearest(keys, queries, budget=budget)
    return 1 / (alpha * keys.shape[1] + costs)


def _nearest_of(
    rows: Tensor, keys: Tensor, scale: Tensor, penalty: Tensor, origin: Tensor, width: int
) -> tuple[Tensor, Tensor]:
    """:func:`nearest` for few enough ``rows``, over ``width`` keys at a time."""
    centred = rows - origin
    norms = centred.square().sum(dim=1, keepdim=True)
    best = torch.zeros(len(rows), dtype=torch.int64, device=rows.device)
    least = torch.full_like(norms[:, 0], torch.inf)
    for start in range(0, len(keys), width):
        tile = keys[start : start + width].to(rows.dtype)
        factor, extra = scale[start : start + width], penalty[start : start + width]
        around = tile - origin
        distances = torch.addmm(around.square().sum(dim=1), centred, around.T, alpha=-2)
        costs = distances.add_(norms).clamp_min_(0).mul_(factor).add_(extra)
        found = costs.argmin(dim=1)
        exact = (rows - tile[found]).square_().sum(dim=1) * factor[found] + extra[found]
        better = exact < least
        best = torch.where(better, found + start, best)
        least = torch.where(better, exact, least)
    return best, least


def _tile(queries: Tensor, keys: Tensor, itemsize: int, budget: int) -> tuple[int, int]:
    """How many queries and keys to compare at a time: about as many of each, as a product likes.

    A tile holds their distances and four copies of rows: of the keys, around the mean; of the
    queries, likewise; and of the keys that won.
    """
    depth = 2 * keys.shape[1]
    values = max(budget // itemsize, 1)
    side = (values + depth * depth) ** 0.5 - depth
    height = min(len(queries), max(int(side), 1))
    width = min(len(keys), max(int((values - height * depth) / (height + depth)), 1))
    height = min(len(queries), max(int((values - width * depth) / (width + depth)), 1))
    return max(height, 1), width
