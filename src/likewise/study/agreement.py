"""Agreement between people: Kendall's W and the mean rank correlation of two of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from likewise.study.tally import Tally


@dataclass(frozen=True)
class Agreement:
    """How far people agree, over the trials that two or more of them ranked.

    Attributes:
        trials: how many such trials there are.
        kendall_w: mean W, 0 to 1 (all agree); weighted by people. By chance it is 1 / people.
        correlation: mean Spearman correlation of two people on one trial, -1 to 1; 0 by chance.
    """

    trials: int
    kendall_w: float | None
    correlation: float | None


def agreement(tally: Tally) -> Agreement:
    """Agreement of the people of ``tally``. Not in the paper: because it shows means alone."""
    by_trial: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for trial, ranking in zip(tally.trials, tally.rankings, strict=True):
        by_trial[trial].append(ranking)
    shared = [rankings for rankings in by_trial.values() if len(rankings) > 1]
    if not shared:
        return Agreement(0, None, None)
    people = np.array([len(rankings) for rankings in shared])
    w = np.array([kendall_w(rankings) for rankings in shared])
    # Of all pairs of people: (m W - 1) / (m - 1) is their mean correlation (Kendall and Smith).
    correlation = (people * w - 1) / (people - 1)
    pairs = people * (people - 1) / 2
    return Agreement(
        len(shared),
        float(np.average(w, weights=people)),
        float(np.average(correlation, weights=pairs)),
    )


def kendall_w(rankings: list[tuple[int, ...]]) -> float:
    """Kendall's W of ``rankings`` of the same n things by m people, without ties.

    W = 12 S / (m² (n³ - n)), S the squared deviations of the rank sums from their mean (Kendall
    and Smith, The Problem of m Rankings, 1939). 1 where all agree, 0 where rank sums are equal.
    """
    things = sorted(rankings[0])
    ranks = np.array([[ranking.index(thing) + 1 for thing in things] for ranking in rankings])
    people, count = ranks.shape
    sums = ranks.sum(axis=0)
    spread = ((sums - sums.mean()) ** 2).sum()
    return float(12 * spread / (people**2 * (count**3 - count)))
