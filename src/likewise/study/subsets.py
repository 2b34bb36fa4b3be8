"""Subsets: which contestants meet in a trial, in an order that stays balanced over their pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np

MOST_SUBSETS = 120


def balanced_subsets(count: int, size: int, seed: int) -> list[tuple[int, ...]]:
    """Different sets of ``size`` out of 0 … ``count`` - 1, at most MOST_SUBSETS of them.

    In every stretch from the start each pair meets about equally often: the next set is always one
    whose pairs met least so far (then whose members came least, then by ``seed``). Cost: the
    binomial of ``count`` over ``size``, for each set. Not in the paper: because it compares three.
    """
    assert 1 <= size <= count, (size, count)
    sets = np.array(list(combinations(range(count), size)))
    np.random.default_rng(seed).shuffle(sets)
    members = np.zeros((len(sets), count), np.int64)
    np.put_along_axis(members, sets, 1, axis=1)
    first, second = np.triu_indices(count, 1)
    pairs = members[:, first] * members[:, second]
    met, came = np.zeros(pairs.shape[1], np.int64), np.zeros(count, np.int64)
    chosen: list[int] = []
    for _ in range(min(len(sets), MOST_SUBSETS)):
        # Squares: one pair met twice weighs more than two pairs met once.
        cost = pairs @ (2 * met + 1) * (count * len(sets)) + members @ came
        cost[chosen] = np.iinfo(np.int64).max
        chosen.append(int(cost.argmin()))
        met += pairs[chosen[-1]]
        came += members[chosen[-1]]
    return [tuple(sorted(map(int, sets[index]))) for index in chosen]
