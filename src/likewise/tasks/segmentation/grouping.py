"""Grouping: regions of like looks become one class, wherever they lie and in whichever picture.

Every pair of regions may join, not neighbours alone; the price is that of merging, so that two
regions with no edge between them join before two that merely look alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GRAIN = 1.0  # squared units of Lab: below this, two regions look the same
SIZE_POWER = 0.35  # how the price grows with area: small things of their own looks stay apart
EDGE_FLOOR = 1.0  # units of Lab a pixel
EDGE_FULL = 10.0  # units of Lab a pixel: regions that do not touch count as this far apart
EDGE_POWER = 1.0


@dataclass(frozen=True)
class Regions:
    """The R regions of one or several pictures.

    Attributes:
        traits: (R, F) looks and weighted place, in units of Lab.
        areas: (R,) share of all pictures.
        lengths: (R, R) pixels along which two touch, 0 where they do not.
        edges: (R, R) sum of the edges there.
    """

    traits: np.ndarray
    areas: np.ndarray
    lengths: np.ndarray
    edges: np.ndarray


@dataclass(frozen=True)
class Grouping:
    """How regions join, from every region a group of its own down to one group.

    Attributes:
        joins: (R - 1, 2) groups that join, named by one of their regions; the second goes.
        prices: (R - 1,) of each join, in order.
    """

    joins: tuple[tuple[int, int], ...]
    prices: np.ndarray

    def groups(self, count: int) -> np.ndarray:
        """(R,) group of each region where ``count`` are left, from 0 on."""
        regions = len(self.joins) + 1
        found = np.arange(regions)
        for one, other in self.joins[: max(0, regions - count)]:
            found[found == other] = one
        return np.asarray(np.unique(found, return_inverse=True)[1])

    def likely_count(self, fewest: int, most: int) -> int:
        """The number of groups, ``fewest`` to ``most``, before the steepest rise of the price.

        A rise is the price of joining two of that many compared with that of the join before,
        divided by the root of the number: among many groups, rises are chance.
        """
        regions = len(self.prices) + 1
        best, steepest = min(fewest, regions), 0.0
        for count in range(fewest, min(most, regions - 1) + 1):
            # From count groups to count - 1, against the join that left count.
            last = self.prices[regions - count - 1]
            rise = self.prices[regions - count] / max(last, 1e-12) / count**0.5
            if rise > steepest:
                best, steepest = count, rise
        return best


def group(regions: Regions) -> Grouping:
    """The whole order in which ``regions`` join, the cheapest join first."""
    count = len(regions.areas)
    traits, areas = regions.traits.copy(), regions.areas.copy()
    lengths, edges = regions.lengths.copy(), regions.edges.copy()
    alive = np.ones(count, dtype=bool)
    prices = np.stack([_prices(k, traits, areas, lengths, edges, alive) for k in range(count)])
    joins, paid = [], []
    for _ in range(count - 1):
        one, other = divmod(int(prices.argmin()), count)
        joins.append((one, other))
        paid.append(prices[one, other])
        area = areas[one] + areas[other]
        traits[one] = (traits[one] * areas[one] + traits[other] * areas[other]) / area
        areas[one], alive[other] = area, False
        for table in (lengths, edges):
            table[one] += table[other]
            table[:, one] = table[one]
            table[other] = table[:, other] = table[one, one] = 0
        prices[other] = prices[:, other] = np.inf
        prices[one] = prices[:, one] = _prices(one, traits, areas, lengths, edges, alive)
    return Grouping(tuple(joins), np.array(paid))


def _prices(
    one: int,
    traits: np.ndarray,
    areas: np.ndarray,
    lengths: np.ndarray,
    edges: np.ndarray,
    alive: np.ndarray,
) -> np.ndarray:
    """(R,) price of joining group ``one`` with each other; infinite with itself and with none."""
    apart = ((traits - traits[one]) ** 2).sum(axis=1) + GRAIN
    size = (areas * areas[one] / (areas + areas[one])) ** SIZE_POWER
    touching = lengths[one] > 0
    edge = np.where(touching, edges[one] / np.maximum(lengths[one], 1), EDGE_FULL)
    factor = (np.minimum(edge, EDGE_FULL) + EDGE_FLOOR) / (EDGE_FULL + EDGE_FLOOR)
    price = size * apart * factor**EDGE_POWER
    price[~alive] = np.inf
    price[one] = np.inf
    return price
