"""Matching: which shape of the source each shape of a target drawing takes after.

Every target shape gets one source shape; a source shape may serve several, at a price, so that two
blooms can be drawn after one. The least of an energy is sought: how far place, size and form
of each differ, and for shapes that touch, whether their source shapes touch likewise (a
rim goes around what it went around). Found from a one-to-one assignment by changing one shape, or
exchanging two, as long as that lowers it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from likewise.tasks.sketches.relations import Features

PLACE, SIZE, FORM, EDGES = 1.6, 0.2, 0.7, 2.0  # weights of what one shape differs by
NEIGHBOURS = 1.5  # weight of what shapes that touch differ by
SHARED = 0.25  # price of every shape beyond the first that takes after one source shape
ROUNDS = 40
UNSURE = 0.08  # a shape whose next best is nearer than this could as well be that


@dataclass(frozen=True)
class Match:
    """The answer: for each of T target shapes, its source shape, and how sure that is.

    Args:
        source: (T,) numbers of source shapes.
        margin: (T,) by how much the energy would rise with the next best; infinite where told.
        other: (T,) the next best.
    """

    source: np.ndarray
    margin: np.ndarray
    other: np.ndarray

    @property
    def unsure(self) -> tuple[int, ...]:
        """Target shapes that could as well take after another."""
        return tuple(np.flatnonzero(self.margin < UNSURE).tolist())


def match(
    source: Features, target: Features, told: Mapping[int, Collection[int]] | None = None
) -> Match:
    """The match of ``target`` to ``source``.

    Args:
        source: S shapes.
        target: T shapes.
        told: for target shapes that were marked, the source shapes that they may take after.
    """
    told = told or {}
    alone = _alone(source, target)
    for number, wanted in told.items():
        others = np.setdiff1d(np.arange(source.count), list(wanted))
        alone[number, others] = np.inf
    chosen = _first(alone)
    pairs = _Pairs(source, target)
    for _ in range(ROUNDS):
        if not (_changed(chosen, alone, pairs) or _exchanged(chosen, alone, pairs)):
            break
    ranked = np.array([_prices(number, chosen, alone, pairs) for number in range(target.count)])
    others = ranked.copy()
    others[np.arange(target.count), chosen] = np.inf
    other = others.argmin(1)
    margin = others.min(1) - ranked[np.arange(target.count), chosen]
    return Match(chosen, margin, other)


def _alone(source: Features, target: Features) -> np.ndarray:
    """(T, S) how far one shape is from another by itself."""
    place = np.linalg.norm(target.centre[:, None] - source.centre[None], axis=2)
    size = np.abs(np.log(target.area[:, None] / source.area[None]))
    a, b = target.form[:, None].astype(bool), source.form[None].astype(bool)
    overlap = (a & b).sum(2) / np.maximum((a | b).sum(2), 1)
    aspect = np.abs(target.aspect[:, None] - source.aspect[None])
    form = (1 - overlap) + 0.3 * np.minimum(aspect, 2)
    edges = np.abs(target.edges[:, None] - source.edges[None]).mean(2)
    held = (target.edges > 0)[:, None] != (source.edges > 0)[None]
    edge = 0.5 * edges + 0.5 * held.mean(2)
    return np.asarray(PLACE * place + SIZE * np.minimum(size, 2.5) + FORM * form + EDGES * edge)


class _Pairs:
    """What shapes that touch differ by, for every choice of their source shapes."""

    def __init__(self, source: Features, target: Features) -> None:
        self.near = [np.flatnonzero(row) for row in target.touch]
        self._source, self._target = source, target

    def price(self, number: int, chosen: np.ndarray) -> np.ndarray:
        """(S,) for target shape ``number``, given the choices of all others."""
        near, target, source = self.near[number], self._target, self._source
        if not len(near):
            return np.zeros(source.count)
        after = chosen[near]
        weight = (target.touch[number, near] + target.touch[near, number]) / 2
        # What each source shape has towards those that the neighbours take after.
        lengths = np.abs(source.touch[:, after] - target.touch[number, near])
        back = np.abs(source.touch[after].T - target.touch[near, number])
        turned = np.linalg.norm(source.side[:, after] - target.side[number, near], axis=2)
        apart = source.touch[:, after] == 0
        differs = np.where(apart, 1, 0.25 * (lengths + back) + 0.25 * np.minimum(turned, 2))
        return np.asarray(NEIGHBOURS * (weight * differs).sum(1))


def _prices(number: int, chosen: np.ndarray, alone: np.ndarray, pairs: _Pairs) -> np.ndarray:
    """(S,) the energy of each choice for one target shape, but for what does not change."""
    used = np.bincount(np.delete(chosen, number), minlength=alone.shape[1])
    return np.asarray(alone[number] + pairs.price(number, chosen) + SHARED * (used > 0))


def _first(alone: np.ndarray) -> np.ndarray:
    finite = np.where(np.isfinite(alone), alone, 1e6)
    chosen = finite.argmin(1)
    rows, columns = linear_sum_assignment(finite)
    chosen[rows] = columns
    wrong = ~np.isfinite(alone[np.arange(len(alone)), chosen])
    chosen[wrong] = alone[wrong].argmin(1)
    return chosen


def _changed(chosen: np.ndarray, alone: np.ndarray, pairs: _Pairs) -> bool:
    any_change = False
    for number in range(len(chosen)):
        prices = _prices(number, chosen, alone, pairs)
        best = int(prices.argmin())
        if prices[best] < prices[chosen[number]] - 1e-9:
            chosen[number] = best
            any_change = True
    return any_change


def _exchanged(chosen: np.ndarray, alone: np.ndarray, pairs: _Pairs) -> bool:
    before = _energy(chosen, alone, pairs)
    for one in range(len(chosen)):
        for other in range(one):
            if chosen[one] == chosen[other]:
                continue
            chosen[[one, other]] = chosen[[other, one]]
            if _energy(chosen, alone, pairs) < before - 1e-9:
                return True
            chosen[[one, other]] = chosen[[other, one]]
    return False


def _energy(chosen: np.ndarray, alone: np.ndarray, pairs: _Pairs) -> float:
    rows = np.arange(len(chosen))
    each = [float(pairs.price(number, chosen)[chosen[number]]) for number in range(len(chosen))]
    joint = sum(each) / 2
    shared = len(chosen) - len(np.unique(chosen))
    return float(alone[rows, chosen].sum() + joint + SHARED * shared)
