"""Merging: pieces that touch are joined step by step, the cheapest pair first.

Source: Ward, "Hierarchical grouping to optimize an objective function" (1963); here only neighbours
join, and what a pair costs, by their areas, their looks and the edge between them, is the caller's.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

# What joining costs, by area, other area, squared distance of the means, mean edge between them.
Price = Callable[[float, float, float, float], float]


class Merging:
    """Groups of pieces, at first one a piece, and the prices of joining neighbours.

    Args:
        areas: (N,) of the pieces, in any unit.
        means: (N, F) their looks.
        pairs: (E, 2) pieces that touch, each pair once.
        lengths: (E,) along how many pixels they do.
        edges: (E,) the mean edge there.
        price: what joining two groups costs.
    """

    def __init__(
        self,
        areas: np.ndarray,
        means: np.ndarray,
        pairs: np.ndarray,
        lengths: np.ndarray,
        edges: np.ndarray,
        price: Price,
    ) -> None:
        self._areas, self._means, self._price = areas.tolist(), list(means), price
        self._parents = np.arange(len(areas))
        self._versions = [0] * len(areas)
        # Of each group its neighbours: the pixels along the border, and the sum of edges there.
        self._borders: list[dict[int, tuple[float, float]]] = [{} for _ in areas]
        measured = zip(pairs.tolist(), lengths.tolist(), (lengths * edges).tolist(), strict=True)
        for (one, other), length, sum_ in measured:
            self._borders[one][other] = self._borders[other][one] = (length, sum_)
        self._queue = [self._offer(one, other) for one, other in pairs.tolist()]
        heapq.heapify(self._queue)

    def until(self, count: int, smallest: float = 0.0) -> np.ndarray:
        """(N,) group of each piece, from 0 on: ``count`` groups, none below the area ``smallest``.

        There are more where they do not touch, fewer where that many would be too small.
        """
        left = len(self._areas)
        while self._queue:
            _, one, other, *then = heapq.heappop(self._queue)
            if then != [self._versions[one], self._versions[other]]:
                continue
            if left <= count and min(self._areas[one], self._areas[other]) >= smallest:
                continue
            if len(self._borders[one]) < len(self._borders[other]):
                one, other = other, one
            self._join(one, other)
            left -= 1
            for third in self._borders[one]:
                heapq.heappush(self._queue, self._offer(one, third))
        while (self._parents[self._parents] != self._parents).any():
            self._parents = self._parents[self._parents]
        return np.asarray(np.unique(self._parents, return_inverse=True)[1])

    def _offer(self, one: int, other: int) -> tuple[float, int, int, int, int]:
        """What it costs to join two neighbours, and when that was true."""
        length, edges = self._borders[one][other]
        away = self._means[one] - self._means[other]
        looks = float(away @ away)
        price = self._price(self._areas[one], self._areas[other], looks, edges / length)
        return price, one, other, self._versions[one], self._versions[other]

    def _join(self, one: int, other: int) -> None:
        """``other`` becomes part of ``one``."""
        area, more = self._areas[one], self._areas[other]
        self._means[one] = (self._means[one] * area + self._means[other] * more) / (area + more)
        self._areas[one] = area + more
        self._parents[other] = one
        self._versions[one] += 1
        self._versions[other] = -1  # no offer in the queue has it: the group is gone
        del self._borders[one][other]
        for third, (length, edges) in self._borders[other].items():
            if third != one:
                del self._borders[third][other]
                known = self._borders[one].get(third, (0.0, 0.0))
                both = known[0] + length, known[1] + edges
                self._borders[one][third] = self._borders[third][one] = both
        self._borders[other] = {}
