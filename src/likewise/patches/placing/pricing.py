"""Pricing: what each placement of the source costs each cell of the target.

By how unlike its labels are, by what its view does to the source's texture, and by how far it
comes: a low sky is paler than a high one.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.bends import Bend
from likewise.patches.placing.likeness import bent_unlikeness, placed_unlikeness
from likewise.patches.placing.matching import cell_places
from likewise.patches.placing.proposals import Proposal, as_table

SCALE_COST, MIRROR_COST = 1.5, 0.3  # a cell: of each doubling or halving; of being mirrored
BEND_COST = 0.3  # a cell: of being bent
STRAIN_COST, WILD = 0.25, 4.0  # a cell: of each octave of stretching or squeezing; and at most
DOWN_COST, RIGHT_COST = 5.0, 1.0  # a cell: of coming from the other end, squared for less
CHUNK = 2**22  # class shares looked at together


def prices(proposed: Sequence[Proposal], target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    """(P, h*w): of each of ``proposed`` for each target cell.

    Args:
        proposed: placements, those of bends last.
        target: shares of the target (1, K, h, w).
        source_ids: (1, 1, Hs, Ws).
        cell: pixels a side.
    """
    parts = [target.new_zeros(0, target.shape[2] * target.shape[3])]
    bends = [p.view for p in proposed if isinstance(p.view, Bend)]
    if len(bends) < len(proposed):
        parts.append(_of_views(proposed[: len(proposed) - len(bends)], target, source_ids, cell))
    parts += [_of_bend(bend, target, source_ids, cell) for bend in bends]
    return torch.cat(parts)


def _of_views(
    proposed: Sequence[Proposal], target: Tensor, source_ids: Tensor, cell: int
) -> Tensor:
    table = as_table(proposed)
    step = max(1, CHUNK // (target.shape[2] * target.shape[3] * (target.shape[1] + 2)))
    parts = [placed_unlikeness(rows, target, source_ids, cell) for rows in table.split(step)]
    costs = SCALE_COST * table[:, :1].log2().abs() + MIRROR_COST * table[:, 1:2]
    moved = torch.zeros(parts[0].shape[1], dtype=table.dtype)
    places, extent = _centres(target, cell)
    for axis, weight in enumerate((DOWN_COST, RIGHT_COST)):
        length = source_ids.shape[2 + axis] * table[:, :1]
        share = (places[axis] + table[:, 2 + axis : 3 + axis]) / length
        if axis == 1:
            share = torch.where(table[:, 1:2] > 0, 1 - share, share)
        moved = moved + weight * (share - places[axis] / extent[axis]).square()
    return torch.cat(parts) + (costs + moved).float()


def _of_bend(bend: Bend, target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    unlike = bent_unlikeness(bend, target, source_ids, cell)
    grid = (target.shape[2], target.shape[3])
    distorted = bend.distortion((source_ids.shape[2], source_ids.shape[3])).clamp_max(WILD)
    costs = BEND_COST + STRAIN_COST * F.interpolate(distorted[None, None], grid, mode="area")[0]
    moved = bend.moved(grid)
    far = DOWN_COST * moved[1].square() + RIGHT_COST * moved[0].square()
    return unlike + (costs + far).flatten(1)


def _centres(target: Tensor, cell: int) -> tuple[Tensor, Tensor]:
    """Centres (2, h*w) of the cells, in pixels, down and right, and the end of either axis."""
    places = (cell_places((target.shape[2], target.shape[3]), target.device) + 0.5) * cell
    return places.flatten(1), places.amax(dim=(1, 2)) + cell / 2
