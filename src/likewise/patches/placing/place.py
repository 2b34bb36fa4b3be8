"""Placement: the start of the patch engine, a field over views of the source, on labels alone.

Cells of a few pixels first find their place in the source as it is, as in
:mod:`~likewise.patches.alignment`. Beside that stand proposals, whole objects laid on the target at
another scale or mirrored. Every region of the target takes the cheapest of all; then cells may join
their neighbours, pieces slide by pixels until their borders fit, and pixels choose last.
Not in the paper: it is the start of a search that needs no training.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.placing.fitting import Pieces, fitted, slid
from likewise.patches.placing.likeness import placed_unlikeness, shares, unlikeness
from likewise.patches.placing.matching import cell_places, matched
from likewise.patches.placing.proposals import Proposal, ViewRange, as_table, proposals
from likewise.patches.placing.regions import choose
from likewise.patches.placing.sweeps import Labelling, settled
from likewise.patches.shifts import SWEEPS
from likewise.patches.views import IDENTITY, View

DEFAULT_VIEWS = ViewRange()
SCALE_COST, MIRROR_COST = 1.5, 0.3  # a cell: of each doubling or halving; of being mirrored
DOWN_COST, RIGHT_COST = 5.0, 1.0  # a cell: of coming from the other end, squared for less
MOST_VIEWS = 6  # the identity included
FEWEST = 0.004  # share of cells that a view must serve
LARGEST = 8  # cells of one layout, over those that two alike may have
CHUNK = 2**22  # class shares looked at together


@dataclass(frozen=True)
class PlacementEffort:
    """How thoroughly to place.

    Attributes:
        cells: of target or source, at most about this many.
        neighbourhoods: one round of matching each, in cells; the first is from no move at all.
        sweeps: distances, in cells, at which neighbours' moves are tried.
        reach: cells around a pixel whose moves it tries.
        pairs: of regions that are compared, at most.
        proposals: kept, at most.
    """

    cells: int
    neighbourhoods: tuple[int, ...]
    sweeps: tuple[int, ...]
    reach: int
    pairs: int
    proposals: int


THOROUGH = PlacementEffort(3000, (1, 25, 11), SWEEPS, 2, 48, 40)
QUICK = PlacementEffort(1500, (1, 17), (4, 2, 1), 1, 12, 16)


def place(
    target_ids: Tensor,
    source_ids: Tensor,
    classes: int,
    *,
    views: ViewRange = DEFAULT_VIEWS,
    effort: PlacementEffort = THOROUGH,
) -> tuple[list[View], Tensor]:
    """Where each target pixel is taken from: the views used, and the field (3, H, W) int32.

    Args:
        target_ids: class positions (1, 1, H, W), -1 where any source pixel will do.
        source_ids: class positions (1, 1, Hs, Ws), -1 where no pixel should be taken.
        classes: their number.
        views: what views may be used beside the source as it is.
        effort: rounds, cells and proposals.

    Returns:
        The views, the identity first, then others in the order of the pixels they give, and for
        each target pixel (view, row, column), inside that view, on the device of ``target_ids``.
        The work is done on the CPU: it is small, and pieces and regions branch a lot.
    """
    device = target_ids.device
    target_ids, source_ids = target_ids.cpu(), source_ids.cpu()
    cell = cell_size(_size(target_ids), _size(source_ids), effort.cells)
    proposed = proposals(target_ids, source_ids, views, effort.pairs, effort.proposals)
    labelling, labels, proposed = _labelled(target_ids, source_ids, classes, effort, cell, proposed)
    parts = _pieces(labelling, labels, proposed, cell)
    pieces = Pieces.of(*parts, target_ids, source_ids, cell)
    used, field = _compact(fitted(slid(pieces), effort.reach), pieces.views)
    return used, field.to(device)


def cell_size(target: tuple[int, int], source: tuple[int, int], most: int) -> int:
    """Side of a cell in pixels: target and source of one size have ``most`` cells at most.

    Where one is smaller, the other may have more, up to ``LARGEST`` times as many: what is bounded
    is the number of pairs of cells.
    """
    areas = target[0] * target[1], source[0] * source[1]
    pairs = math.sqrt(math.sqrt(areas[0] * areas[1]) / most)
    return max(2, math.ceil(max(pairs, math.sqrt(max(areas) / (LARGEST * most)))))


def _labelled(
    target_ids: Tensor,
    source_ids: Tensor,
    classes: int,
    effort: PlacementEffort,
    cell: int,
    proposed: list[Proposal],
) -> tuple[Labelling, Tensor, list[Proposal]]:
    """What every cell takes, and would take if matched alone (2, h, w), with what that means, and
    the proposals still considered.
    """
    target, source = shares(target_ids, classes, cell), shares(source_ids, classes, cell)
    own, grid = target[0].argmax(dim=0), (source.shape[2], source.shape[3])
    unlike = unlikeness(target, source)
    placed = _placed(proposed, target, source_ids, cell)
    labelling = Labelling(own, grid, unlike, placed)
    down, right = matched(unlike, own, grid, effort.neighbourhoods)
    labels = _chosen(labelling, down, right)
    kept = _worth(labels, proposed)
    if len(kept) < len(proposed):
        proposed = [proposed[i] for i in kept]
        labelling = Labelling(own, grid, unlike, placed[kept])
        labels = _chosen(labelling, down, right)
    labels = settled(labels, labelling, effort.sweeps)
    return labelling, torch.stack((labels, labelling.of_moves(down, right))), proposed


def _placed(proposed: list[Proposal], target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    """(P, h*w): cost of each placement for each target cell, what its view costs included."""
    count = target.shape[2] * target.shape[3]
    if not proposed:
        return target.new_zeros(0, count)
    table = as_table(proposed)
    step = max(1, CHUNK // (count * (target.shape[1] + 2)))
    parts = [placed_unlikeness(rows, target, source_ids, cell) for rows in table.split(step)]
    costs = SCALE_COST * table[:, :1].log2().abs() + MIRROR_COST * table[:, 1:2]
    far = _distances(table, target, source_ids, cell)
    return torch.cat(parts) + (costs + far).float()


def _distances(table: Tensor, target: Tensor, source_ids: Tensor, cell: int) -> Tensor:
    """(P, h*w): cost of coming from elsewhere: a low sky is paler than a high one."""
    places = (cell_places((target.shape[2], target.shape[3]), target.device) + 0.5) * cell
    extent = places.amax(dim=(1, 2)) + cell / 2
    moved = torch.zeros(len(table), places[0].numel(), dtype=table.dtype, device=table.device)
    for axis, weight in enumerate((DOWN_COST, RIGHT_COST)):
        length = source_ids.shape[2 + axis] * table[:, :1]
        place = places[axis].flatten()
        share = (place + table[:, 2 + axis : 3 + axis]) / length
        if axis == 1:
            share = torch.where(table[:, 1:2] > 0, 1 - share, share)
        moved += weight * (share - place / extent[axis]).square()
    return moved


def _chosen(labelling: Labelling, down: Tensor, right: Tensor) -> Tensor:
    still = labelling.of_moves(torch.zeros_like(down), torch.zeros_like(right))
    return choose(labelling.of_moves(down, right), still, labelling)


def _worth(labels: Tensor, proposed: list[Proposal]) -> list[int]:
    """Which proposals to keep: those of the views that enough cells take, the most taken ones."""
    cells: Counter[View] = Counter()
    for number, count in enumerate(torch.bincount(labels.flatten())[: len(proposed)].tolist()):
        cells[proposed[number].view] += count
    cells.pop(IDENTITY, None)
    used = {view for view, n in cells.most_common(MOST_VIEWS - 1) if n >= FEWEST * labels.numel()}
    return [i for i, p in enumerate(proposed) if p.view in used or p.view == IDENTITY]


def _pieces(
    labelling: Labelling, labels: Tensor, proposed: list[Proposal], cell: int
) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor], tuple[View, ...]]:
    """Pieces of cells (index, spare), their views and moves in pixels, and the views."""
    kinds, index = torch.unique(labels, return_inverse=True)
    views = [IDENTITY, *dict.fromkeys(p.view for p in proposed if p.view != IDENTITY)]
    down, right = (move * cell for move in labelling.moves(kinds))
    table = [(views.index(p.view), p.down, p.right) for p in proposed] or [(0, 0, 0)]
    laid = torch.tensor(table, device=labels.device)[kinds.clamp_max(len(table) - 1)]
    is_laid = kinds < len(proposed)
    moves = (
        torch.where(is_laid, laid[:, 0], 0),
        torch.where(is_laid, laid[:, 1], down),
        torch.where(is_laid, laid[:, 2], right),
    )
    return index[0], index[1], moves, tuple(views)


def _compact(field: Tensor, views: tuple[View, ...]) -> tuple[list[View], Tensor]:
    """The views that ``field`` uses, the identity first, and the field numbered by them."""
    counts = torch.bincount(field[0].flatten().long(), minlength=len(views)).tolist()
    order = [0, *sorted((v for v in range(1, len(views)) if counts[v]), key=lambda v: -counts[v])]
    numbers = torch.zeros(len(views), dtype=field.dtype, device=field.device)
    numbers[order] = torch.arange(len(order), dtype=field.dtype, device=field.device)
    return [views[v] for v in order], torch.cat((numbers[field[:1].long()], field[1:]))


def _size(ids: Tensor) -> tuple[int, int]:
    return ids.shape[2], ids.shape[3]
