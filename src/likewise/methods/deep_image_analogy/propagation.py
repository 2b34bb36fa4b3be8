"""Propagation: matches that are better are taken over from places nearby (section 4.4).

PatchMatch's other half. A search around the coarser field mends what that field misses by little;
where it leads astray, good matches next to it grow into the place. After Barnes et al.,
"PatchMatch" (SIGGRAPH 2009), all places at a time, from neighbours 8, 4, 2 and 1 places away.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.methods.deep_image_analogy.search import budget_on

JUMPS = (8, 4, 2, 1)


def propagated(queries: Tensor, keys: Tensor, field: Tensor, patch: int) -> Tensor:
    """``field`` (2, H, W) after every place has tried where its neighbours' moves would lead it.

    From neighbours at each distance in turn: those to the left, to the right, above and below. A
    move is taken over if it leads to a patch that is nearer, never to one outside.

    Args:
        queries: (C, H, W).
        keys: (C, Hs, Ws).
        field: from each patch of ``queries`` to one of ``keys``.
        patch: side of a patch, odd.
    """
    pair = _Pair(queries, keys, patch)
    every = torch.arange(field[0].numel(), device=field.device)
    field, alike = field.clone(), pair.alike(every, field.flatten(1)).reshape(field.shape[1:])
    for jump in JUMPS:
        for down, right in ((0, jump), (0, -jump), (jump, 0), (-jump, 0)):
            _take_over(pair, field, alike, down, right)
    return field


def _take_over(pair: _Pair, field: Tensor, alike: Tensor, down: int, right: int) -> None:
    """Try the moves of neighbours (``down``, ``right``) before each place; both change in place."""
    rows, neighbours_rows = _overlap(field.shape[1], down)
    columns, neighbours_columns = _overlap(field.shape[2], right)
    offered = torch.full_like(field, -1)
    offered[:, rows, columns] = field[:, neighbours_rows, neighbours_columns]
    offered[0, rows, columns] += down
    offered[1, rows, columns] += right
    height, width = pair.source
    inside = (offered >= 0).all(dim=0) & (offered[0] < height) & (offered[1] < width)
    asking = (inside & (offered != field).any(dim=0)).flatten().nonzero()[:, 0]
    there = offered.flatten(1)[:, asking]
    found = pair.alike(asking, there)
    better = found > alike.view(-1)[asking]
    taken = asking[better]
    alike.view(-1)[taken] = found[better]
    field.view(2, -1)[:, taken] = there[:, better]


def _overlap(length: int, step: int) -> tuple[slice, slice]:
    """The places that have a neighbour ``step`` before them, and these neighbours."""
    after, before = (min(max(way, 0), length) for way in (step, -step))
    return slice(after, length - before), slice(before, length - after)


class _Pair:
    """Two pictures, laid out so that any pairs of patches can be compared."""

    def __init__(self, queries: Tensor, keys: Tensor, patch: int) -> None:
        half = (patch // 2,) * 4
        # |q - k|² is least where q · k - |k|² / 2 is most, |q|² being the same for all keys.
        lengths = keys.square().sum(dim=0, keepdim=True)
        asked = F.pad(queries, (0,) * 4 + (0, 1), value=1.0)
        shown = torch.cat((keys, -lengths / 2))
        asked, shown = (F.pad(each[None], half, mode="replicate")[0] for each in (asked, shown))
        self.patch = patch
        self.source: Sequence[int] = keys.shape[1:]
        self._width, self._widths = queries.shape[2], (asked.shape[2], shown.shape[2])
        self._rows = self._runs(asked), self._runs(shown)

    def alike(self, here: Tensor, there: Tensor) -> Tensor:
        """How alike patches are, (N,): the more, the nearer.

        Args:
            here: (N,), places of the queries, row after row.
            there: (2, N), row and column in the keys.
        """
        asked = here + here.div(self._width, rounding_mode="floor") * (self.patch - 1)
        shown = there[0] * self._widths[1] + there[1]
        values = 2 * self._rows[0].shape[1]
        count = max(1, budget_on(here.device) // (values * self._rows[0].element_size()))
        parts = zip(asked.split(count), shown.split(count), strict=True)
        return torch.cat([self._summed(*part) for part in parts])

    def _summed(self, asked: Tensor, shown: Tensor) -> Tensor:
        total = self._rows[0].new_zeros(len(asked))
        for down in range(self.patch):
            one = self._rows[0].index_select(0, asked + down * self._widths[0])
            other = self._rows[1].index_select(0, shown + down * self._widths[1])
            total += (one * other).sum(dim=1)
        return total

    def _runs(self, picture: Tensor) -> Tensor:
        """The row of a patch that begins at each place of (C, H, W), overlapping: no copies."""
        channels = picture.shape[0]
        flat = picture.flatten(1).T.contiguous()
        shape = (len(flat) - self.patch + 1, self.patch * channels)
        return flat.as_strided(shape, (channels, 1))
