"""Merging: pieces that touch become regions, step by step, the least noticeable border first.

Source: Ward, "Hierarchical grouping to optimize an objective function" (1963), whose price of
joining two groups is what their spread grows by; here only neighbours join, and a border with an
edge along it makes the price higher (as in the hierarchies of Arbelaez et al. 2011).
"""

from __future__ import annotations

import heapq

import numpy as np

from likewise.tasks.segmentation.pieces import Pieces

GRAIN = 1.0  # squared units of Lab: below this, two pieces look the same
PLACE = 5.0  # weight of the place in the frame, in units of Lab
EDGE_POWER = 2.0  # how the price grows with the edge along a border
EDGE_FLOOR = 0.5  # units of Lab a pixel: what a border without an edge counts as
SIZE_POWER = 0.5  # how it grows with area: below Ward's 1, so that large skies join too


def regions(pieces: Pieces, count: int) -> np.ndarray:
    """(N,) region of each piece, from 0 on: ``count`` of them, each in one part.

    There are more where the picture falls apart into more, and never more than pieces.
    """
    tree = _Merging(pieces)
    tree.merge(count)
    return tree.groups()


class _Merging:
    """Groups of pieces, their means, and the prices of joining neighbours, cheapest first."""

    def __init__(self, pieces: Pieces) -> None:
        count = len(pieces)
        self.means = list(np.concatenate([pieces.looks, PLACE * pieces.places], axis=1))
        self.areas = pieces.areas.tolist()
        self.parents = list(range(count))
        self.versions = [0] * count
        self.left = count
        # Of each group its neighbours: the pixels along the border, and the sum of edges there.
        self.borders: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]
        pairs, sums = pieces.pairs.tolist(), pieces.lengths * pieces.edges
        for (one, other), length, edge in zip(
            pairs, pieces.lengths.tolist(), sums.tolist(), strict=True
        ):
            self.borders[one][other] = self.borders[other][one] = (length, edge)
        self.queue = [self._entry(one, other) for one, other in pairs]
        heapq.heapify(self.queue)

    def merge(self, count: int) -> None:
        """Join neighbours until ``count`` groups are left, or none touch."""
        while self.left > count and self.queue:
            _, one, other, *then = heapq.heappop(self.queue)
            if then == [self.versions[one], self.versions[other]]:
                self._join(one, other)

    def groups(self) -> np.ndarray:
        """(N,) group of each piece, from 0 on."""
        found = np.array([self._root(piece) for piece in range(len(self.parents))])
        return np.asarray(np.unique(found, return_inverse=True)[1])

    def _entry(self, one: int, other: int) -> tuple[float, int, int, int, int]:
        length, edges = self.borders[one][other]
        area, more = self.areas[one], self.areas[other]
        away = self.means[one] - self.means[other]
        price = (area * more / (area + more)) ** SIZE_POWER * (float(away @ away) + GRAIN)
        price *= (edges / length + EDGE_FLOOR) ** EDGE_POWER
        return price, one, other, self.versions[one], self.versions[other]

    def _join(self, one: int, other: int) -> None:
        """``other`` becomes part of ``one``."""
        area, more = self.areas[one], self.areas[other]
        self.means[one] = (self.means[one] * area + self.means[other] * more) / (area + more)
        self.areas[one] = area + more
        self.parents[other] = one
        self.versions[one] += 1
        self.versions[other] = -1  # no entry of the queue has it: the group is gone
        self.left -= 1
        del self.borders[one][other]
        for third, (length, edges) in self.borders[other].items():
            if third != one:
                del self.borders[third][other]
                known = self.borders[one].get(third, (0.0, 0.0))
                both = known[0] + length, known[1] + edges
                self.borders[one][third] = self.borders[third][one] = both
        self.borders[other] = {}
        for third in self.borders[one]:
            heapq.heappush(self.queue, self._entry(one, third))

    def _root(self, piece: int) -> int:
        while self.parents[piece] != piece:
            piece = self.parents[piece]
        return piece
