"""Pieces: cells that share a move slide by pixels until labels fit, then pixels choose.

Cells are coarse; the border of an object is not. All pieces slide at once, each by itself, to where
most of its labels are right. Then each pixel whose surroundings are not right tries the moves of
the pieces around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.views import View

WINDOW = ((0, 0), (-2, -2), (-2, 0), (-2, 2), (0, -2), (0, 2), (2, -2), (2, 0), (2, 2))
REACH = 2  # of the window
OWN_WEIGHT = 8.0  # of a pixel's own label, where each of the places around it weighs 1
MOVE_PENALTY = 0.06  # of a move borrowed from afar, times squared cells
FAR_PENALTY = 1.2  # at most
LARGEST = 12  # pieces that any pixel may take
OUTSIDE_PENALTY = 0.2  # of each pixel beyond the edges of a view
SLIDE_GAIN = 0.004  # share of a piece's pixels that a slide must put right to be worth it
SAMPLED = 40_000  # pixels looked at, about, when pieces slide
BAND = 2**18  # pixels that choose together
FAR = (4, 8)  # cells
BLANK = -1
Tried = Iterator[tuple[Tensor, float]]
"""Pieces that target places may belong to instead, one of each place, and what that costs."""


@dataclass(frozen=True)
class Pieces:
    """A target cut into pieces, and the views they come from.

    Attributes:
        cell: pixels a side.
        index: piece of each cell (h, w).
        spare: piece of each cell where matched alone (h, w), for pixels that nothing else fits.
        view, down, right: (E,) of each piece; view place = target place + (down, right).
        views: the views, the identity first.
        shown: class positions of each view, flat, one after the other.
        first, high, wide: (V,) of each view: its first place in ``shown``, height and width.
        wanted: class positions (H, W) of the target.
    """

    cell: int
    index: Tensor
    spare: Tensor
    view: Tensor
    down: Tensor
    right: Tensor
    views: tuple[View, ...]
    shown: Tensor
    first: Tensor
    high: Tensor
    wide: Tensor
    wanted: Tensor

    @classmethod
    def of(
        cls,
        index: Tensor,
        spare: Tensor,
        parts: tuple[Tensor, Tensor, Tensor],
        views: tuple[View, ...],
        target_ids: Tensor,
        source_ids: Tensor,
        cell: int,
    ) -> Pieces:
        """Pieces with ``parts`` (view, down, right), of ids (1, 1, H, W) and (1, 1, Hs, Ws)."""
        pictures = [view.ids(source_ids) for view in views]
        sizes = torch.tensor([p.shape[2:] for p in pictures], device=index.device)
        areas = sizes.prod(dim=1)
        return cls(
            cell,
            index,
            spare,
            *parts,
            views,
            torch.cat([p.flatten() for p in pictures]),
            areas.cumsum(0) - areas,
            sizes[:, 0],
            sizes[:, 1],
            target_ids[0, 0],
        )

    def at(self, piece: Tensor, rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Places (row, column) in the view, kept inside, and by how far they were outside."""
        view = self.view[piece]
        y, x = rows + self.down[piece], columns + self.right[piece]
        inside_y = torch.minimum(y.clamp_min(0), self.high[view] - 1)
        inside_x = torch.minimum(x.clamp_min(0), self.wide[view] - 1)
        return inside_y, inside_x, (y - inside_y).abs() + (x - inside_x).abs()

    def wrong(self, piece: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """1 where the class that ``piece`` shows at target places is not the wanted one."""
        y, x, outside = self.at(piece, rows, columns)
        view = self.view[piece]
        seen = self.shown[self.first[view] + y * self.wide[view] + x]
        wanted = self.wanted[rows, columns]
        return (((seen != wanted) | (outside > 0)) & (wanted != BLANK)).float()


def slid(pieces: Pieces) -> Pieces:
    """Each piece moved by less than a cell to where most of its labels are right."""
    height, width = pieces.wanted.shape
    device = pieces.index.device
    stride = max(1, round(math.sqrt(height * width / SAMPLED)))
    rows, columns = torch.meshgrid(
        torch.arange(0, height, stride, device=device),
        torch.arange(0, width, stride, device=device),
        indexing="ij",
    )
    rows, columns = rows.flatten(), columns.flatten()
    piece = pieces.index[rows // pieces.cell, columns // pieces.cell]
    count = len(pieces.view)
    areas = torch.bincount(piece, minlength=count)

    def faults(of: Pieces) -> Tensor:
        return torch.bincount(
            piece * 2 + of.wrong(piece, rows, columns).long(), minlength=2 * count
        )[1::2]

    least = faults(pieces)
    step = max(1, pieces.cell // 4)
    while step:
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)) * 2:
            moved = replace(
                pieces, down=pieces.down + down * step, right=pieces.right + right * step
            )
            found = faults(moved)
            better = found + SLIDE_GAIN * areas < least
            least = torch.where(better, found, least)
            pieces = replace(
                pieces,
                down=torch.where(better, moved.down, pieces.down),
                right=torch.where(better, moved.right, pieces.right),
            )
        step //= 2
    return pieces


def fitted(pieces: Pieces, reach: int) -> Tensor:
    """The field (3, H, W) of pixels: view (as in ``pieces.views``), row, column."""
    height, width = pieces.wanted.shape
    step = max(1, BAND // width)
    bands = [_band(pieces, reach, top, min(height, top + step)) for top in range(0, height, step)]
    return torch.cat(bands, dim=1)


def _band(pieces: Pieces, reach: int, top: int, bottom: int) -> Tensor:
    """The field between two rows."""
    width, device = pieces.wanted.shape[1], pieces.index.device
    rows = torch.arange(top, bottom, device=device)[:, None].expand(-1, width)
    columns = torch.arange(width, device=device).expand(bottom - top, width)
    piece = pieces.index[rows // pieces.cell, columns // pieces.cell]
    doubtful = _doubtful(pieces, piece, rows, columns)
    least = torch.zeros(piece.shape, device=device)
    least[doubtful] = _cost(pieces, piece[doubtful], rows[doubtful], columns[doubtful])
    piece = piece.clone()
    for candidates, enough in ((partial(_near, reach), 0.0), (_far, OWN_WEIGHT - 1)):
        poor = least > enough
        y, x = rows[poor], columns[poor]
        best, cheapest = piece[poor], least[poor]
        for other, penalty in candidates(pieces, y, x):
            cost = _cost(pieces, other, y, x) + penalty
            best = torch.where(cost < cheapest, other, best)
            cheapest = torch.minimum(cost, cheapest)
        piece[poor], least[poor] = best, cheapest
    at_rows, at_columns, _ = pieces.at(piece, rows, columns)
    return torch.stack((pieces.view[piece], at_rows, at_columns)).int()


def _doubtful(pieces: Pieces, piece: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Whether anything may be wrong around each place; sure ones need not be looked at again."""
    wrong = pieces.wrong(piece, rows, columns)
    outside = pieces.at(piece, rows, columns)[2] > 0
    number = piece.float()
    both = torch.stack((wrong, number, -number))[None]
    wrong, high, low = F.max_pool2d(both, 2 * REACH + 1, 1, REACH)[0]
    doubtful = (wrong > 0) | (high != -low) | outside
    doubtful[:REACH] = True  # what lies beyond a band has not been seen
    doubtful[-REACH:] = True
    return doubtful


def _cost(pieces: Pieces, piece: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """How badly ``piece`` would do at target places, by the labels around them."""
    height, width = pieces.wanted.shape
    cost = OUTSIDE_PENALTY * pieces.at(piece, rows, columns)[2].float()
    for number, (dy, dx) in enumerate(WINDOW):
        y, x = (rows + dy).clamp(0, height - 1), (columns + dx).clamp(0, width - 1)
        cost += (1.0 if number else OWN_WEIGHT) * pieces.wrong(piece, y, x)
    return cost


def _around(
    steps: list[tuple[int, int]], index: Tensor, cell: int, rows: Tensor, columns: Tensor
) -> Tried:
    """Pieces of the cells that lie ``steps`` away from those of target places."""
    high, wide = index.shape
    for dy, dx in steps:
        y = (rows // cell + dy).clamp(0, high - 1)
        x = (columns // cell + dx).clamp(0, wide - 1)
        yield index[y, x], min(FAR_PENALTY, MOVE_PENALTY * (dy * dy + dx * dx))


def _near(reach: int, pieces: Pieces, rows: Tensor, columns: Tensor) -> Tried:
    """Pieces of the cells around."""
    yield from _around(_square(reach)[1:], pieces.index, pieces.cell, rows, columns)


def _far(pieces: Pieces, rows: Tensor, columns: Tensor) -> Tried:
    """Pieces of cells farther off, those matched alone, then the largest of all.

    A thin thing, as the handle of a spoon, may be in no cell as its main class.
    """
    ring = [(dy * distance, dx * distance) for distance in FAR for dy, dx in _square(1)[1:]]
    yield from _around(ring, pieces.index, pieces.cell, rows, columns)
    yield from _around(_square(1), pieces.spare, pieces.cell, rows, columns)
    sizes = torch.bincount(pieces.index.flatten())
    for piece in sizes.argsort(descending=True, stable=True)[:LARGEST].tolist():
        yield torch.full_like(rows, piece), FAR_PENALTY


def _square(reach: int) -> list[tuple[int, int]]:
    """Steps (down, right) of up to ``reach`` cells, none first, then the nearest."""
    span = range(-reach, reach + 1)
    return sorted(((y, x) for y in span for x in span), key=lambda p: p[0] ** 2 + p[1] ** 2)
