"""Rank counts, mean ranks and wins: the paper's bar chart of the user study, and its figures."""

from __future__ import annotations

import numpy as np

from likewise.study.tally import SAMPLES, Interval, Tally, interval


def rank_counts(tally: Tally) -> np.ndarray:
    """(C, R) how often each contestant came first, second, …: the paper's bar chart."""
    counts = np.zeros((len(tally.contestants), tally.size), np.int64)
    for ranking in tally.rankings:
        counts[list(ranking), range(len(ranking))] += 1
    return counts


def mean_ranks(tally: Tally, *, samples: int = SAMPLES, seed: int = 0) -> list[Interval | None]:
    """The mean rank of each contestant, 1 the best; ``None`` where nobody ranked it.

    Intervals are percentiles over resampled people (cluster bootstrap; Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993). Where a trial shows some of the contestants, ranks are
    among those shown.
    """
    count = len(tally.contestants)
    sums, times = np.zeros((tally.crowd, count)), np.zeros((tally.crowd, count))
    for person, ranking in zip(tally.people, tally.rankings, strict=True):
        sums[person, list(ranking)] += np.arange(1, len(ranking) + 1)
        times[person, list(ranking)] += 1
    drawn = tally.resamples(samples if tally.crowd > 1 else 0, seed) if tally.crowd else None
    found: list[Interval | None] = []
    for one in range(count):
        total = times[:, one].sum()
        if not total or drawn is None:
            found.append(None)
            continue
        with np.errstate(invalid="ignore"):  # a draw without anybody who ranked it
            resampled = drawn @ sums[:, one] / (drawn @ times[:, one])
        found.append(interval(float(sums[:, one].sum() / total), resampled))
    return found


def wins(tally: Tally) -> np.ndarray:
    """(C, C) how often the contestant of the row was ranked above that of the column."""
    counts = np.zeros((len(tally.contestants),) * 2, np.int64)
    for ranking in tally.rankings:
        for place, winner in enumerate(ranking):
            counts[winner, list(ranking[place + 1 :])] += 1
    return counts
