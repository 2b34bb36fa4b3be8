"""Regions: each connected region of a target takes the cheapest of several fields, as a whole.

Single cells seldom gain by leaving their neighbours; a whole region may, and so may regions that
touch, by moving as one: a seam between them costs what its length says.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from likewise.patches.placing.sweeps import Labelling, seams
from likewise.patches.shifts import BORDER_SHARE, SEAM_COST

POOR = 12.0  # unlikeness from which on no move at all is mended
MEND_COST = 10.0  # of each cell so mended
MEND_BEHIND = 7.0  # likewise, of a backdrop: what stood before it may have left
TEARING = 1.25  # times what a backdrop costs that is matched: things move, backdrops stay
SIDES = 2  # of the frame that a region touches which is taken for a backdrop
RIM, RIM_SHARE = 2, 0.5  # cells around a region where its field should fit too, and how much
ROUNDS = 6  # of regions reconsidering, at most


def choose(matched: Tensor, still: Tensor, labelling: Labelling) -> Tensor:
    """The cheapest labels (h, w), region by region.

    Those offered are ``matched`` (h, w); ``still``, no move at all; the same mended with what was
    matched where it does not fit; and every placement everywhere.
    """
    numbers, count = numbered(labelling.own.cpu().numpy())
    everywhere = torch.arange(len(labelling.placed), device=still.device)[:, None, None]
    rigid = torch.cat((still[None], everywhere.expand(-1, *still.shape)))
    misfits = labelling.unlikeness(rigid)
    poor = misfits[0] > POOR
    loose = torch.stack((matched, torch.where(poor, matched, still)))
    costs = labelling.unlikeness(loose) + torch.stack([seams(f, labelling) for f in loose])
    behind = backdrops(numbers, count)
    mending = torch.from_numpy(np.where(behind, MEND_BEHIND, MEND_COST)[numbers])
    costs[1] += mending.to(costs) * poor
    sums = _sums(torch.cat((costs, misfits)), numbers, count)
    sums[behind, 0] *= TEARING
    rims = RIM_SHARE * _rims(misfits.cpu().numpy().astype(np.float64), numbers, count)
    best = (sums[:, len(loose) :] + rims).argmin(axis=1)[:, None]
    rims -= np.take_along_axis(rims, best, axis=1)
    sums[:, len(loose) :] += rims
    # What stays where it was, however mended, keeps its outline: that too should be the wanted one.
    sums[~behind, 1] += rims[~behind, 0].clip(0)
    borders = _borders(numbers, count)
    starts = (np.zeros(count, np.int64), sums.argmin(axis=1))
    ends = [_settled(start, sums, borders) for start in starts]
    choice = min(ends, key=lambda choice: _total(choice, sums, borders))
    chosen = torch.from_numpy(choice[numbers]).to(still.device)
    return torch.cat((loose, rigid)).gather(0, chosen[None])[0]


def _sums(costs: Tensor, numbers: np.ndarray, count: int) -> np.ndarray:
    """(R, F): costs (F, h, w) of the cells of each region together."""
    fields = costs.cpu().numpy().astype(np.float64)
    return np.stack([np.bincount(numbers.ravel(), f.ravel(), count) for f in fields], axis=1)


def numbered(own: np.ndarray) -> tuple[np.ndarray, int]:
    """The number of the connected region of one class each cell is in, and how many there are."""
    least, numbers, count = int(own.min()), np.zeros(own.shape, np.int64), 0
    for class_ in np.flatnonzero(np.bincount(own.ravel() - least)) + least:
        labels, found = ndimage.label(own == class_, structure=np.ones((3, 3)))
        np.add(labels, count - 1, out=numbers, where=labels > 0)
        count += found
    return numbers, count


def backdrops(numbers: np.ndarray, count: int) -> np.ndarray:
    """(R,): whether each region reaches the frame on ``SIDES`` sides or more."""
    sides = (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1])
    touched = np.stack([np.bincount(side, minlength=count) > 0 for side in sides])
    answer: np.ndarray = touched.sum(axis=0) >= SIDES
    return answer


def _rims(costs: np.ndarray, numbers: np.ndarray, count: int) -> np.ndarray:
    """(R, F): cost of each field in the cells just around each region.

    The inside of something large fits any region of its class. It is the shape that tells.
    """
    sums = np.zeros((count, len(costs)))
    boxes = ndimage.find_objects(numbers + 1)
    for region, (rows, columns) in enumerate(boxes):
        window = (
            slice(max(0, rows.start - RIM), rows.stop + RIM),
            slice(max(0, columns.start - RIM), columns.stop + RIM),
        )
        inside = numbers[window] == region
        rim = ndimage.binary_dilation(inside, np.ones((3, 3)), RIM) & ~inside
        sums[region] = costs[(slice(None), *window)][:, rim].sum(axis=1)
    return sums


def _borders(numbers: np.ndarray, count: int) -> np.ndarray:
    """(R, R): what a seam costs along the whole border of two regions."""
    costs = np.zeros((count, count))
    height, width = numbers.shape
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = numbers[: height - down, max(0, -right) : width - max(0, right)]
        there = numbers[down:, max(0, right) : width + min(0, right)]
        np.add.at(costs, (here.ravel(), there.ravel()), 2 * BORDER_SHARE * SEAM_COST)
    costs += costs.T
    np.fill_diagonal(costs, 0)
    return costs


def _settled(choice: np.ndarray, sums: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Regions take turns, the largest loss first, until none gains."""
    choice = choice.copy()
    for _ in range(ROUNDS):
        before = choice.copy()
        for region in range(len(choice)):
            apart = borders[region].sum() - np.bincount(choice, borders[region], sums.shape[1])
            choice[region] = (sums[region] + apart).argmin()
        if (choice == before).all():
            break
    return choice


def _total(choice: np.ndarray, sums: np.ndarray, borders: np.ndarray) -> float:
    apart = choice[:, None] != choice
    return float(sums[np.arange(len(choice)), choice].sum() + (borders * apart).sum() / 2)
