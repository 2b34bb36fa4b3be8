"""Slow twins of what fills holes: every move compared by itself, every choice tried."""

from __future__ import annotations

from itertools import product

import numpy as np

from likewise.patches.filling import choosing
from likewise.patches.filling.choosing import Problem
from likewise.patches.filling.repeats import Asked


def ring_error(
    move: tuple[int, int], asked: Asked, mask: np.ndarray, source: np.ndarray, usable: np.ndarray
) -> tuple[float, int]:
    """Mean squared difference of the pixels of ``mask`` at one move, and how many are usable."""
    total, count = 0.0, 0
    for row, column in np.argwhere(mask):
        y, x = row + asked.corner[0] + move[0], column + asked.corner[1] + move[1]
        if 0 <= y < source.shape[0] and 0 <= x < source.shape[1] and usable[y, x]:
            total += float(asked.shade[row, column] - source[y, x]) ** 2
            count += 1
    return total / max(1, count), count


def least_apart(costs: np.ndarray, count: int, apart: int) -> list[tuple[int, int]]:
    """Places of ``costs`` (h, w) from the least on, none within ``apart`` of one before."""
    taken: list[tuple[int, int]] = []
    for place in sorted(np.ndindex(costs.shape), key=costs.__getitem__):
        far = all(max(abs(place[0] - y), abs(place[1] - x)) > apart for y, x in taken)
        if np.isfinite(costs[place]) and far and len(taken) < count:
            taken.append((place[0], place[1]))
    return taken


def paid(problem: Problem, move: np.ndarray) -> np.ndarray:
    """(h, w): what each cell pays for one move by itself."""
    cell, (height, width) = problem.cell, problem.roles.shape
    costs = np.zeros((height // cell + 2, width // cell + 2))
    for y, x in np.ndindex(height, width):
        row, column = np.add(problem.corner, (y, x)) + move
        inside = 0 <= row < problem.usable.shape[0] and 0 <= column < problem.usable.shape[1]
        at = (y // cell + 1, x // cell + 1)
        role, cost = problem.roles[y, x], 0.0
        if role == choosing.HOLE and not (inside and problem.usable[row, column]):
            costs[at] += choosing.MISSING
        if role == choosing.GIVEN and inside:
            cost = choosing.FRAY * float(problem.ids[row, column] != problem.wanted[y, x])
        if role == choosing.KNOWN and inside and problem.usable[row, column]:
            cost = float(((problem.image[row, column] - problem.colours[y, x]) ** 2).sum())
        for down, right, share in ((0, 0, 1), (-1, 0, 0.5), (1, 0, 0.5), (0, -1, 0.5), (0, 1, 0.5)):
            costs[at[0] + down, at[1] + right] += share * cost
    return costs[1:-1, 1:-1]


def meeting(first: np.ndarray, second: np.ndarray, jump: float) -> np.ndarray:
    """(L, L): what two moves cost in cells side by side, (cell, cell, C, L) as they show there."""
    half = len(first) // 2
    moves = range(first.shape[3])
    costs = np.zeros((len(moves), len(moves)))
    for own, other in product(moves, moves):
        for part in (first[:, len(first) - half :], second[:, :half]):
            costs[own, other] += ((part[..., own] - part[..., other]) ** 2).sum()
        costs[own, other] += jump * len(first) * (own != other)
    return costs


def least_choice(own: np.ndarray, down: np.ndarray, right: np.ndarray) -> float:
    """The least cost of any choice of moves (h, w), by trying all."""
    height, width, moves = own.shape
    best = np.inf
    for labels in product(range(moves), repeat=height * width):
        best = min(best, cost_of(np.array(labels).reshape(height, width), own, down, right))
    return float(best)


def cost_of(labels: np.ndarray, own: np.ndarray, down: np.ndarray, right: np.ndarray) -> float:
    """What one choice of moves costs."""
    total = 0.0
    for y, x in np.ndindex(labels.shape):
        total += own[y, x, labels[y, x]]
        if y + 1 < len(labels):
            total += down[y, x, labels[y, x], labels[y + 1, x]]
        if x + 1 < labels.shape[1]:
            total += right[y, x, labels[y, x], labels[y, x + 1]]
    return float(total)
