"""Search: for every patch of one picture the nearest of another, exactly (section 4.2).

Over everything at the coarsest level; at the others within a window around the coarser field. There
the four places that continue one coarse place share a window, so that their distances to it are one
product of small matrices, and those of patches are sums along its diagonals.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.methods.deep_image_analogy.fields import finer
from likewise.patches.exact import nearest

CPU_BUDGET = 16 << 20
LARGE_BUDGET = 512 << 20
"""Bytes that a search may use beside its arguments and its answer: on a CPU as many as its caches
hold, elsewhere enough to keep the device busy."""


def budget_on(device: torch.device) -> int:
    """Bytes that a search may use on ``device``."""
    return CPU_BUDGET if device.type == "cpu" else LARGE_BUDGET


def normalised(features: Sequence[Tensor]) -> Tensor:
    """Features (1, C, H, W), each of length 1 at every place, one above the other: (ΣC, H, W).

    Where nothing responds they stay 0.
    """
    return torch.cat([F.normalize(each[0], dim=0) for each in features])


def everywhere(queries: Tensor, keys: Tensor, patch: int) -> Tensor:
    """The field (2, H, W) from each patch of ``queries`` to the nearest one of ``keys``.

    Args:
        queries: (C, H, W).
        keys: (C, Hs, Ws).
        patch: side of a patch, odd.
    """
    rows, others = (_patches(picture, patch) for picture in (queries, keys))
    found, _ = nearest(rows, others)
    width = keys.shape[2]
    field = torch.stack((found.div(width, rounding_mode="floor"), found % width))
    return field.reshape(2, *queries.shape[1:])


def around(
    queries: Tensor,
    keys: Tensor,
    coarser: Tensor,
    *,
    patch: int,
    radius: int,
    budget: int | None = None,
) -> Tensor:
    """The field (2, H, W) to the nearest patches no further than ``radius`` from a coarser field.

    Of equally near ones the first in order of distance from it wins.

    Args:
        queries: (C, H, W).
        keys: (C, Hs, Ws).
        coarser: (2, H // 2, W // 2), between the same pictures a level up.
        patch: side of a patch, odd.
        radius: rows and columns to each side, places.
        budget: bytes to use beside arguments and answer; None is :func:`budget_on` the device.
    """
    size, source = queries.shape[1:], keys.shape[1:]
    half, margin = patch // 2, patch // 2 + radius
    first = finer(coarser, size, source)[:, ::2, ::2]
    corners = first.flatten(1)
    blocks = _bordered(queries, half, half + 1).unfold(1, 2 + 2 * half, 2)
    blocks = blocks.unfold(2, 2 + 2 * half, 2).flatten(1, 2).permute(1, 2, 3, 0)
    # |q - k|² is least where q · k - |k|² / 2 is most, |q|² being the same for all keys.
    lengths = keys.square().sum(dim=0, keepdim=True)
    shown = _bordered(torch.cat((keys, -lengths / 2)), margin, margin + 1)
    width = shown.shape[2]
    shown = shown.flatten(1).T.contiguous()  # a row a place: they are copied whole
    window = torch.arange(2 + 2 * margin, device=keys.device)
    budget = budget or budget_on(keys.device)
    count = max(1, budget // (keys.element_size() * _values(keys.shape[0], patch, radius)))
    found = []
    for part, corner in zip(blocks.split(count), corners.split(count, dim=1), strict=True):
        rows, columns = (axis[:, None] + window for axis in corner)
        led = rows[:, :, None] * width + columns[:, None, :]
        seen = shown.index_select(0, led.flatten()).reshape(len(part), -1, shown.shape[1])
        asked = F.pad(part.flatten(1, 2), (0, 1), value=1.0)
        found.append(_best(asked @ seen.mT, corner, source, patch, radius))
    high, wide = first.shape[1:]
    field = torch.cat(found).reshape(high, wide, 2, 2, 2).permute(4, 0, 2, 1, 3)
    return field.reshape(2, 2 * high, 2 * wide)[:, : size[0], : size[1]].contiguous()


def _best(
    products: Tensor, corner: Tensor, source: Sequence[int], patch: int, radius: int
) -> Tensor:
    """Where the four places of each block find the most alike patches: (N, 2, 2, 2).

    Args:
        products: (N, k², m²), of the places of each block and of its window.
        corner: (2, N), where the first place of each block is led to.
        source: size of the picture led to.
        patch, radius: as of :func:`around`.
    """
    inner, outer = 1 + patch, 1 + patch + 2 * radius
    moves = 2 * radius + 1
    number, row, down = len(products), inner * outer * outer, outer
    # Going one place on in the block goes one on in the window, too.
    steps = (inner * row, row + down, outer * outer + 1, row + down, outer * outer + 1, down, 1)
    shape = (number, 2, 2, patch, patch, moves, moves)
    alike = products.contiguous().as_strided(shape, steps).sum(dim=(3, 4))
    offsets = torch.arange(moves, device=products.device) - radius
    first = torch.arange(2, device=products.device)
    for axis, (length, led) in enumerate(zip(source, corner, strict=True)):
        reached = led[:, None, None] + first[:, None] + offsets
        outside = (reached < 0) | (reached >= length)
        beyond = outside[:, :, None, :, None] if axis == 0 else outside[:, None, :, None, :]
        alike = alike.masked_fill(beyond, -torch.inf)
    near = (offsets[:, None].square() + offsets.square()).flatten().argsort(stable=True)
    best = near[alike.flatten(3)[..., near].argmax(dim=3)]
    down_, right = best.div(moves, rounding_mode="floor") - radius, best % moves - radius
    rows = corner[0][:, None, None] + first[:, None] + down_
    columns = corner[1][:, None, None] + first + right
    return torch.stack((rows, columns), dim=3)


def _patches(picture: Tensor, patch: int) -> Tensor:
    """(H·W, C·patch²): every patch of (C, H, W) as a row."""
    half = patch // 2
    return F.unfold(_bordered(picture, half, half)[None], patch)[0].T


def _bordered(picture: Tensor, before: int, after: int) -> Tensor:
    """``picture`` (C, H, W) with its border repeated."""
    return F.pad(picture[None], (before, after, before, after), mode="replicate")[0]


def _values(channels: int, patch: int, radius: int) -> int:
    """How many numbers the search of a block keeps at a time."""
    inner, outer = (1 + patch) ** 2, (1 + patch + 2 * radius) ** 2
    return (inner + outer) * (channels + 1) + inner * outer + 16 * (2 * radius + 1) ** 2
