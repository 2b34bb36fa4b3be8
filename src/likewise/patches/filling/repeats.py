"""Repeats: how far apart a picture looks alike, as moves that could continue it across a hole.

Bricks, waves and tiles look the same again a certain way off. A ring of known pixels around a hole
is laid on the source at every move at once, by correlation; the moves at which it differs least,
and which bring known pixels into the hole, are worth trying. Not in the paper; that few moves serve
to complete a picture is He and Sun's "Statistics of patch offsets for image completion" (ECCV
2012), which counts the moves between similar patches; here the ring is compared as a whole and in
sectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from scipy.fft import next_fast_len
from torch import Tensor

OVERLAP = 0.6  # of the ring that must lie on usable source pixels
COVER = 0.25  # of the hole, likewise
APART = 2  # pixels between moves, along either axis
LOOKED_AT = 24  # times as many as are wanted, of which those apart are taken


@dataclass(frozen=True)
class Asked:
    """Questions of one hole, in a window of the target that holds them.

    Attributes:
        corner: first row and column of the window.
        shade: (h, w) of the target's known pixels.
        rings: (N, h, w) booleans, known pixels that should look alike at the other end.
        holes: (N, h, w) booleans, pixels that should be usable there.
        counts: moves wanted of each question.
    """

    corner: tuple[int, int]
    shade: Tensor
    rings: Tensor
    holes: Tensor
    counts: tuple[int, ...]


def repeats(asked: Asked, shade: Tensor, usable: Tensor) -> Tensor:
    """The best moves (L, 2) int64, down and right, of all questions together, sorted.

    Args:
        asked: the questions.
        shade: (Hs, Ws) of the source.
        usable: (Hs, Ws) booleans, source pixels that may be taken.
    """
    sizes = zip(shade.shape, asked.shade.shape, strict=True)
    padded = tuple(next_fast_len(a + b, real=True) for a, b in sizes)
    costs = _costs(asked, shade, usable, padded)
    found = [
        _apart(cost, count, padded, (shade.shape[0], shade.shape[1]))
        for cost, count in zip(costs, asked.counts, strict=True)
    ]
    moves = torch.cat(found) - torch.tensor(asked.corner)
    return torch.unique(moves, dim=0)


def _costs(asked: Asked, shade: Tensor, usable: Tensor, padded: tuple[int, ...]) -> Tensor:
    """(N, h, w): mean squared difference at every move, infinite where too little is compared."""
    rings, material = asked.rings.float(), usable.float()
    mine = torch.stack((rings, asked.shade * rings, asked.shade.square() * rings, asked.holes), 1)
    theirs = torch.stack((material, shade * material, shade.square() * material))
    one, linear, square, hole = torch.fft.rfft2(mine.float(), s=padded).conj().unbind(1)
    known, shades, squares = torch.fft.rfft2(theirs, s=padded)
    error = square * known - 2 * linear * shades + one * squares
    sums = torch.stack((error, one * known, hole * known), 1)
    error, overlap, cover = torch.fft.irfft2(sums, s=padded).unbind(1)
    enough = overlap > OVERLAP * rings.sum(dim=(1, 2))[:, None, None]
    enough &= cover > COVER * asked.holes.sum(dim=(1, 2))[:, None, None]
    return torch.where(enough, error.clamp_min(0) / overlap.clamp_min(1), math.inf)


def _apart(costs: Tensor, count: int, padded: tuple[int, ...], source: tuple[int, int]) -> Tensor:
    """(n, 2): where ``costs`` (h, w) are least, in order; of places close together the first."""
    most = min(LOOKED_AT * count, costs.numel())
    least, places = costs.flatten().topk(most, largest=False)
    taken: list[tuple[int, int]] = []
    for place in places[least.isfinite()].tolist():
        row, column = divmod(place, padded[1])
        row -= padded[0] * (row >= source[0])  # correlations wrap: these are moves up, or left
        column -= padded[1] * (column >= source[1])
        if all(abs(row - y) > APART or abs(column - x) > APART for y, x in taken):
            taken.append((row, column))
            if len(taken) == count:
                break
    return torch.tensor(taken, dtype=torch.long).reshape(-1, 2)
