"""Placement: the start of the patch engine, a field over views of the source, on labels alone.

Cells of a few pixels first find their place in the source as it is, as in
:mod:`~likewise.patches.alignment`. Beside that stand proposals, whole objects laid on the target at
another scale or mirrored, and, where all that tears the target into many pieces, the source bent
onto it. Every region of the target takes the cheapest of all; then cells may join their neighbours,
pieces slide by pixels until their borders fit, and pixels choose last.
Not in the paper: it is the start of a search that needs no training.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.placing.bending import bent
from likewise.patches.placing.fitting import Pieces, fitted, slid
from likewise.patches.placing.likeness import shares, unlikeness
from likewise.patches.placing.matching import matched
from likewise.patches.placing.pricing import prices
from likewise.patches.placing.proposals import Proposal, ViewRange, proposals
from likewise.patches.placing.refining import refined
from likewise.patches.placing.regions import choose
from likewise.patches.placing.sweeps import Labelling, settled
from likewise.patches.shifts import SWEEPS
from likewise.patches.views import IDENTITY, AnyView

DEFAULT_VIEWS = ViewRange()
MOST_VIEWS = 6  # the identity included
FEWEST = 0.004  # share of cells that a view must serve
TORN = 0.1  # share of cells' borders that are seams, from which on the source is bent
LARGEST = 8  # cells of one layout, over those that two alike may have


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
) -> tuple[list[AnyView], Tensor]:
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
    cells = Cells.of(target_ids, source_ids, classes, cell, effort.neighbourhoods)
    proposed = proposals(target_ids, source_ids, views, effort.pairs, effort.proposals)
    labelling, labels, proposed = cells.labelled(proposed, effort.sweeps)
    if views.bent and torn_share(labels) > TORN:
        bend = Proposal(bent(target_ids, source_ids, classes), 0, 0)
        labelling, labels, proposed = cells.labelled([*proposed, bend], effort.sweeps)
    spare = labelling.of_moves(cells.down, cells.right)
    parts = _pieces(labelling, torch.stack((labels, spare)), proposed, cell)
    pieces = slid(Pieces.of(*parts, target_ids, source_ids, cell))
    if views.bent:
        pieces = refined(pieces, labelling.own.numpy(), target_ids, source_ids, classes)
    used, field = _compact(fitted(pieces, effort.reach), pieces.views)
    return used, field.to(device)


def cell_size(target: tuple[int, int], source: tuple[int, int], most: int) -> int:
    """Side of a cell in pixels: target and source of one size have ``most`` cells at most.

    Where one is smaller, the other may have more, up to ``LARGEST`` times as many: what is bounded
    is the number of pairs of cells.
    """
    areas = target[0] * target[1], source[0] * source[1]
    pairs = math.sqrt(math.sqrt(areas[0] * areas[1]) / most)
    return max(2, math.ceil(max(pairs, math.sqrt(max(areas) / (LARGEST * most)))))


@dataclass(frozen=True)
class Cells:
    """The cells of a target, and how each would be placed by itself.

    Attributes:
        target: shares of the classes (1, K, h, w).
        source_ids: (1, 1, Hs, Ws).
        cell: pixels a side.
        source_grid: (hs, ws), cells of the source.
        unlike: (h*w, hs*ws), of source cells to target cells.
        down: moves (h, w) in cells of what was matched.
        right: likewise.
    """

    target: Tensor
    source_ids: Tensor
    cell: int
    source_grid: tuple[int, int]
    unlike: Tensor
    down: Tensor
    right: Tensor

    @classmethod
    def of(
        cls,
        target_ids: Tensor,
        source_ids: Tensor,
        classes: int,
        cell: int,
        neighbourhoods: tuple[int, ...],
    ) -> Cells:
        """Cells of ``cell`` pixels, matched in as many rounds as there are ``neighbourhoods``."""
        target, source = shares(target_ids, classes, cell), shares(source_ids, classes, cell)
        unlike, grid = unlikeness(target, source), _size(source)
        down, right = matched(unlike, target[0].argmax(dim=0), grid, neighbourhoods)
        return cls(target, source_ids, cell, grid, unlike, down, right)

    def labelled(
        self, proposed: list[Proposal], sweeps: tuple[int, ...]
    ) -> tuple[Labelling, Tensor, list[Proposal]]:
        """What every cell takes (h, w), with what that means, and the proposals worth keeping."""
        own = self.target[0].argmax(dim=0)
        placed = prices(proposed, self.target, self.source_ids, self.cell)
        labelling = Labelling(own, self.source_grid, self.unlike, placed)
        labels = self._chosen(labelling)
        kept = _worth(labels, proposed)
        if len(kept) < len(proposed):
            proposed = [proposed[i] for i in kept]
            labelling = Labelling(own, self.source_grid, self.unlike, placed[kept])
            labels = self._chosen(labelling)
        return labelling, settled(labels, labelling, sweeps), proposed

    def _chosen(self, labelling: Labelling) -> Tensor:
        nowhere = torch.zeros_like(self.down)
        still = labelling.of_moves(nowhere, nowhere)
        return choose(labelling.of_moves(self.down, self.right), still, labelling)


def torn_share(labels: Tensor) -> float:
    """Share of the pairs of neighbouring cells (h, w) whose labels differ."""
    down, right = labels[1:] != labels[:-1], labels[:, 1:] != labels[:, :-1]
    return (int(down.sum()) + int(right.sum())) / max(1, down.numel() + right.numel())


def _worth(labels: Tensor, proposed: list[Proposal]) -> list[int]:
    """Which proposals to keep: those of the views that enough cells take, the most taken ones."""
    cells: Counter[AnyView] = Counter()
    for number, count in enumerate(torch.bincount(labels.flatten())[: len(proposed)].tolist()):
        cells[proposed[number].view] += count
    cells.pop(IDENTITY, None)
    used = {view for view, n in cells.most_common(MOST_VIEWS - 1) if n >= FEWEST * labels.numel()}
    return [i for i, p in enumerate(proposed) if p.view in used or p.view == IDENTITY]


def _pieces(
    labelling: Labelling, labels: Tensor, proposed: list[Proposal], cell: int
) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor], tuple[AnyView, ...]]:
    """Pieces of cells (index, spare), their views and moves in pixels, and the views."""
    kinds, index = torch.unique(labels, return_inverse=True)
    views: list[AnyView] = [
        IDENTITY,
        *dict.fromkeys(p.view for p in proposed if p.view != IDENTITY),
    ]
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


def _compact(field: Tensor, views: tuple[AnyView, ...]) -> tuple[list[AnyView], Tensor]:
    """The views that ``field`` uses, the identity first, and the field numbered by them."""
    counts = torch.bincount(field[0].flatten().long(), minlength=len(views)).tolist()
    order = [0, *sorted((v for v in range(1, len(views)) if counts[v]), key=lambda v: -counts[v])]
    numbers = torch.zeros(len(views), dtype=field.dtype, device=field.device)
    numbers[order] = torch.arange(len(order), dtype=field.dtype, device=field.device)
    return [views[v] for v in order], torch.cat((numbers[field[:1].long()], field[1:]))


def _size(ids: Tensor) -> tuple[int, int]:
    return ids.shape[2], ids.shape[3]
