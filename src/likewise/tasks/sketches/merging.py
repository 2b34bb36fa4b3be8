"""Merging: pieces of a picture joined, those that differ least first, until so many are left.

How much two neighbours differ is Ward's (1963) measure of their colours times the mean gradient
along their border, so that small pieces and faint borders go first.
"""

from __future__ import annotations

import heapq

import numpy as np
from scipy import ndimage

SMALLEST = 0.002  # share of the picture: a smaller piece is joined whatever it looks like
CRISPNESS = 1.5  # power of the border's gradient beside the colours
SPECK = 1e-9  # what the price of joining a piece that is too small is multiplied by


class Merging:
    """Pieces with their sizes, colours and borders.

    Args:
        pieces: (H, W) int numbers from 0 on.
        colours: (H, W, C).
        gradient: (H, W), at least 0.
    """

    def __init__(self, pieces: np.ndarray, colours: np.ndarray, gradient: np.ndarray) -> None:
        self._count = int(pieces.max()) + 1
        numbers = range(self._count)
        self._size = np.bincount(pieces.ravel()).astype(float)
        planes = np.moveaxis(colours, -1, 0)
        self._colour = np.stack([ndimage.mean(plane, pieces, numbers) for plane in planes], axis=1)
        self._smallest = SMALLEST * pieces.size
        # Of each piece, by its neighbour: how long their border is, and the gradient along it.
        self._borders: list[dict[int, tuple[int, float]]] = [{} for _ in numbers]
        self._parent = np.arange(self._count)
        self._turn = [0] * self._count  # of each piece, when it last changed
        for axis in (0, 1):
            self._measure_borders(pieces, gradient, axis)

    def until(self, count: int) -> np.ndarray:
        """(N,) what each piece has become, from 0 on: ``count`` shapes, or fewer."""
        left = self._count
        heap = [
            self._offer(one, other)
            for one in range(self._count)
            for other in self._borders[one]
            if one < other
        ]
        heapq.heapify(heap)
        while heap:
            _, one, other, turn, other_turn = heapq.heappop(heap)
            if (self._turn[one], self._turn[other]) != (turn, other_turn):
                continue
            if left <= count and min(self._size[one], self._size[other]) >= self._smallest:
                continue
            if len(self._borders[one]) < len(self._borders[other]):
                one, other = other, one
            self._join(one, other)
            left -= 1
            for neighbour in self._borders[one]:
                heapq.heappush(heap, self._offer(one, neighbour))
        while (self._parent[self._parent] != self._parent).any():
            self._parent = self._parent[self._parent]
        return np.unique(self._parent, return_inverse=True)[1]

    def _measure_borders(self, pieces: np.ndarray, gradient: np.ndarray, axis: int) -> None:
        before, after = range(pieces.shape[axis] - 1), range(1, pieces.shape[axis])
        here, beyond = np.take(pieces, before, axis), np.take(pieces, after, axis)
        steep = np.maximum(np.take(gradient, before, axis), np.take(gradient, after, axis))
        meet = here != beyond
        steps = here[meet].tolist(), beyond[meet].tolist(), steep[meet].tolist()
        for one, other, value in zip(*steps, strict=True):
            length, total = self._borders[one].get(other, (0, 0.0))
            joint = length + 1, total + value
            self._borders[one][other] = self._borders[other][one] = joint

    def _offer(self, one: int, other: int) -> tuple[float, int, int, int, int]:
        """What it costs to join two neighbours, and when that was true."""
        n, m = self._size[one], self._size[other]
        length, total = self._borders[one][other]
        apart = float(((self._colour[one] - self._colour[other]) ** 2).sum())
        cost = n * m / (n + m) * apart * (total / length) ** CRISPNESS
        if min(n, m) < self._smallest:
            cost *= SPECK
        return float(cost), one, other, self._turn[one], self._turn[other]

    def _join(self, one: int, other: int) -> None:
        n, m = self._size[one], self._size[other]
        self._colour[one] = (n * self._colour[one] + m * self._colour[other]) / (n + m)
        self._size[one] += m
        self._parent[other] = one
        self._turn[one] += 1
        self._turn[other] = -1
        for neighbour, (length, total) in self._borders[other].items():
            del self._borders[neighbour][other]
            if neighbour != one:
                known, sum_ = self._borders[one].get(neighbour, (0, 0.0))
                joint = known + length, sum_ + total
                self._borders[one][neighbour] = self._borders[neighbour][one] = joint
        self._borders[other] = {}
