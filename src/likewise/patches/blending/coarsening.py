"""Levels: the screened Poisson equation of a grid with cut links, on coarser and coarser grids.

A coarse cell stands for up to four finer ones that hang together by links. Where they fall apart it
stands for the heaviest piece; the other pieces are *lost* and go with a *host*, a cell next to them
that has a place above. What then links cells that are not neighbours is kept in a list. A region
that has no place above at all is *alone* and counts as one number beside the grid. So links that
are cut stay cut on every level, every region keeps its sum, and nothing leaks: without that, an
error of a region's mean, which the equation hardly feels, would grow from level to level.

Not in the paper: because blending seams of many megapixels needs it. Cells in place of nodes are as
in Wesseling, "An Introduction to Multigrid Methods" (1992), chapter 3.6; the rest is for cut links.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

HALF = 0.5  # of a fine link, for a coarse one: two side by side, each twice as long
CHAIN = 64  # a lost cell's host is at most so many links away
TILT = 1e-3  # between pieces of one weight: from cell to cell another, so that lines keep a place
RIM = (1, 1, 1, 1)
FEW = 4  # cells: no level is coarser


@dataclass(frozen=True)
class Links:
    """Which neighbours conduct.

    Attributes:
        down: (B or 1, 1, H - 1, W) bool, from each pixel to the one below.
        right: (B or 1, 1, H, W - 1) bool, to the one on its right.
    """

    down: Tensor
    right: Tensor

    @classmethod
    def within(cls, ids: Tensor) -> Links:
        """Links between neighbours of equal ``ids`` (B, H, W), any integers."""
        ids = ids[:, None]
        return cls(down=ids[:, :, 1:] == ids[:, :, :-1], right=ids[..., 1:] == ids[..., :-1])


@dataclass(frozen=True)
class Edges:
    """Links between cells that are not neighbours, each there and back: places and conductance."""

    start: Tensor
    end: Tensor
    weight: Tensor

    @classmethod
    def none(cls, device: torch.device) -> Edges:
        """No such links."""
        places = torch.zeros(0, dtype=torch.long, device=device)
        return cls(places, places, torch.zeros(0, device=device))


@dataclass(frozen=True)
class Stairs:
    """How the cells of a level hang on to the next, coarser one.

    Attributes:
        member: (h + 2, w + 2), 1 where the cell above stands for this one, else 0.
        lost: places of cells that the cell above does not stand for.
        host: for each of these, the place of the member it goes with.
        alone: places of cells that go with none.
        region: for each of these, the number of its region.
        ease: for each such region, the inverse of the factor of its mean.
    """

    member: Tensor
    lost: Tensor
    host: Tensor
    alone: Tensor
    region: Tensor
    ease: Tensor


@dataclass(frozen=True)
class Level:
    """The equation at one scale; grids (h + 2, w + 2) have a rim of zeros, places count in them.

    Attributes:
        right: conductance to the right neighbour.
        down: conductance to the neighbour below.
        diagonal: factor of a cell's own value.
        inverse: 1 / diagonal, 0 where there is no cell.
        edges: further links.
        stairs: the way up; None on the last level.
    """

    right: Tensor
    down: Tensor
    diagonal: Tensor
    inverse: Tensor
    edges: Edges
    stairs: Stairs | None


def levels_of(right: Tensor, down: Tensor, reach: float) -> list[Level]:
    """From pixels up to cells of about ``reach`` pixels; links (H, W - 1) and (H - 1, W), bool."""
    grid = _Grid(
        right=F.pad(right.float(), (1, 2, 1, 1)),
        down=F.pad(down.float(), (1, 1, 1, 2)),
        screen=F.pad(torch.full((len(right), down.shape[1]), reach**-2, device=down.device), RIM),
        edges=Edges.none(right.device),
    )
    levels = []
    side = 1
    while side < reach and right.shape[0] * down.shape[1] > FEW * side**2:
        stairs, coarser = _step(grid)
        levels.append(grid.level(stairs))
        grid = coarser
        side *= 2
    levels.append(grid.level(None))
    return levels


@dataclass(frozen=True)
class _Grid:
    """What a level is made from; ``screen`` is the part of the diagonal that is not links."""

    right: Tensor
    down: Tensor
    screen: Tensor
    edges: Edges

    def level(self, stairs: Stairs | None) -> Level:
        diagonal = self.screen + self.right
        diagonal += self.down
        diagonal[:, 1:] += self.right[:, :-1]
        diagonal[1:] += self.down[:-1]
        diagonal.view(-1).index_add_(0, self.edges.start, self.edges.weight)
        inverse = torch.where(diagonal > 0, 1 / diagonal, 0)
        return Level(self.right, self.down, diagonal, inverse, self.edges, stairs)

    def around(self, places: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Conductance to, and place of, the four neighbours of ``places``."""
        width = self.right.shape[1]
        right, down = self.right.view(-1), self.down.view(-1)
        return [
            (right[places], places + 1),
            (right[places - 1], places - 1),
            (down[places], places + width),
            (down[places - width], places - width),
        ]


def _step(grid: _Grid) -> tuple[Stairs, _Grid]:
    member, apart = _members(grid)
    settled = torch.full((member.numel(),), -1, device=member.device)
    left = _settle(grid, member, settled, apart)
    lost = apart[settled[apart] >= 0]
    region, ease = _regions(grid, left)
    stairs = Stairs(member, lost, settled[lost], left, region, ease)
    screen = _summed(grid.screen * member)
    right, down = _coarser_links(grid, member)
    coarser = _Grid(right, down, screen, Edges.none(right.device))
    cells = _Cells(member, settled)
    screen.view(-1).index_add_(0, cells.above(lost), grid.screen.view(-1)[lost])
    return stairs, _relinked(grid, coarser, cells, apart)


def _members(grid: _Grid) -> tuple[Tensor, Tensor]:
    """Which cells are of the heaviest piece under the cell above; places of the others."""
    width = grid.right.shape[1]
    top, bottom = grid.right[1:-1:2, 1:-1:2], grid.right[2::2, 1:-1:2]
    left, rightmost = grid.down[1:-1:2, 1:-1:2], grid.down[1:-1:2, 2::2]
    cut = (torch.minimum(top, bottom) <= 0) | (torch.minimum(left, rightmost) <= 0)
    rows, columns = cut.nonzero().unbind(1)
    corner = (2 * rows + 1) * width + 2 * columns + 1
    places = torch.stack((corner, corner + 1, corner + width, corner + width + 1))
    screen = grid.screen.view(-1)[places]
    odd = (rows + columns) % 2 * 2 - 1
    tilt = 1 + TILT * odd * torch.arange(4, device=odd.device)[:, None]
    joined = _joined(top[cut] > 0, bottom[cut] > 0, left[cut] > 0, rightmost[cut] > 0)
    heaviest = ((joined * screen).sum(dim=1) * tilt).argmax(dim=0)
    mine = joined.gather(0, heaviest.expand(1, 4, -1))[0]
    member = (grid.screen > 0).float()
    member.view(-1)[places] = (mine & (screen > 0)).float()
    return member, places[~mine & (screen > 0)]


def _joined(top: Tensor, bottom: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """(4, 4, N) bool: which of four cells hang together by the links among them."""
    yes = torch.ones_like(top)
    sideways, upright = top | (left & bottom & right), left | (top & right & bottom)
    falling, rising = (top & right) | (left & bottom), (top & left) | (right & bottom)
    below, beside = bottom | (left & top & right), right | (top & left & bottom)
    return torch.stack(
        [
            torch.stack((yes, sideways, upright, falling)),
            torch.stack((sideways, yes, rising, beside)),
            torch.stack((upright, rising, yes, below)),
            torch.stack((falling, beside, below, yes)),
        ]
    )


def _settle(grid: _Grid, member: Tensor, settled: Tensor, apart: Tensor) -> Tensor:
    """Write the host of cells ``apart`` into ``settled``; return the places that found none."""
    cells = _Cells(member, settled)
    start, end = grid.edges.start, grid.edges.end
    left = apart
    for _ in range(CHAIN):
        best, strength = torch.full_like(left, -1), torch.zeros(len(left), device=left.device)
        for weight, place in grid.around(left):
            host = cells.host(place)
            better = (weight > strength) & (host >= 0)
            best = torch.where(better, host, best)
            strength = torch.where(better, weight, strength)
        settled[left] = best
        hosts = cells.host(end)
        found = (cells.host(start) < 0) & (hosts >= 0)
        settled[start[found]] = hosts[found]
        rest = left[settled[left] < 0]
        if len(rest) in (0, len(left)):
            return rest
        left = rest
    return left


def _regions(grid: _Grid, alone: Tensor) -> tuple[Tensor, Tensor]:
    """Regions of the cells ``alone``: (N,) numbers, and for each the inverse of its factor."""
    count = len(alone)
    number = torch.full((grid.screen.numel(),), -1, device=alone.device)
    number[alone] = torch.arange(count, device=alone.device)
    ties = [(number[alone], number[place], weight) for weight, place in grid.around(alone)] + [
        (number[grid.edges.start], number[grid.edges.end], grid.edges.weight)
    ]
    start, end, weight = (torch.cat(parts) for parts in zip(*ties, strict=True))
    start, end, weight = (part[(start >= 0) & (weight > 0)] for part in (start, end, weight))
    among = end >= 0
    label = number[alone]
    for _ in range(CHAIN if count else 0):
        lower = label.scatter_reduce(0, start[among], label[end[among]], "amin")
        lower = lower[lower]
        if torch.equal(lower, label):
            break
        label = lower
    names, region = torch.unique(label, return_inverse=True)
    outward = torch.where(among, region[start] != region[end.clamp_min(0)], True)
    factor = torch.zeros(len(names), device=alone.device)
    factor.index_add_(0, region, grid.screen.view(-1)[alone])
    factor.index_add_(0, region[start], weight * outward)
    return region, 1 / factor


@dataclass(frozen=True)
class _Cells:
    """Which member stands for a place, and which cell above for that."""

    member: Tensor
    settled: Tensor

    def host(self, places: Tensor) -> Tensor:
        return torch.where(self.member.view(-1)[places] > 0, places, self.settled[places])

    def above(self, places: Tensor) -> Tensor:
        """Place of the cell on the next level, -1 if none."""
        width = self.member.shape[1]
        host = self.host(places)
        row, column = torch.div(host, width, rounding_mode="floor"), host % width
        cell = torch.div(row + 1, 2, rounding_mode="floor") * ((width + 3) // 2)
        cell += torch.div(column + 1, 2, rounding_mode="floor")
        return torch.where(host >= 0, cell, -1)


def _coarser_links(grid: _Grid, member: Tensor) -> tuple[Tensor, Tensor]:
    """Links from member to member across the borders of cells."""
    height, width = member.shape
    size = ((height + 3) // 2, (width + 3) // 2)
    right, down = member.new_zeros(size), member.new_zeros(size)
    across = grid.right[:, 2:-1:2] * member[:, 2:-1:2] * member[:, 3::2]
    across = (across[1:-1:2] + across[2::2]) * HALF
    right[1:-1, 1 : 1 + across.shape[1]] = across
    below = grid.down[2:-1:2] * member[2:-1:2] * member[3::2]
    below = (below[:, 1:-1:2] + below[:, 2::2]) * HALF
    down[1 : 1 + below.shape[0], 1:-1] = below
    return right, down


def _relinked(fine: _Grid, coarse: _Grid, cells: _Cells, apart: Tensor) -> _Grid:
    """``coarse`` with the links of cells ``apart`` and the further ones of ``fine``."""
    whole = torch.ones(cells.member.numel(), device=apart.device)
    whole[apart] = HALF  # these links are met from both sides
    here = cells.above(apart)
    ties = [
        (here, cells.above(place), weight * whole[place]) for weight, place in fine.around(apart)
    ] + [(cells.above(fine.edges.start), cells.above(fine.edges.end), HALF * fine.edges.weight)]
    one, other, weight = (torch.cat(parts) for parts in zip(*ties, strict=True))
    use = (weight > 0) & (one != other)
    one, other, weight = one[use], other[use], weight[use]
    low, high = torch.minimum(one, other), torch.maximum(one, other)
    beside = (high - low == 1) & (low >= 0)
    below = (high - low == coarse.right.shape[1]) & (low >= 0)
    coarse.right.view(-1).index_add_(0, low[beside], HALF * weight[beside])
    coarse.down.view(-1).index_add_(0, low[below], HALF * weight[below])
    held = low < 0  # the other end is alone and stays where it is
    coarse.screen.view(-1).index_add_(0, high[held], weight[held])
    far = ~(beside | below | held)
    pairs, which = torch.unique(low[far] * coarse.right.numel() + high[far], return_inverse=True)
    sums = torch.zeros(len(pairs), device=apart.device).index_add_(0, which, HALF * weight[far])
    low = torch.div(pairs, coarse.right.numel(), rounding_mode="floor")
    high = pairs % coarse.right.numel()
    edges = Edges(torch.cat((low, high)), torch.cat((high, low)), torch.cat((sums, sums)))
    return _Grid(coarse.right, coarse.down, coarse.screen, edges)


def _summed(grid: Tensor) -> Tensor:
    """Sums over 2 x 2 cells; both with their rims."""
    rows = grid[..., 1:-1:2, :] + grid[..., 2::2, :]
    return F.pad(rows[..., 1:-1:2] + rows[..., 2::2], RIM)
