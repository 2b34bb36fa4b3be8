"""Plackett-Luce strengths: how likely each contestant is to come first among all of them.

P(a first, then b, then c) = w_a / (w_a + w_b + w_c) · w_b / (w_b + w_c); with two it is the
Bradley-Terry model. Fitted by choix (iterative Luce spectral ranking: Maystre and Grossglauser,
Fast and Accurate Inference of Plackett-Luce Models, NeurIPS 2015). Not in the paper: because it
counts ranks, which tell nothing fair once not everybody meets everybody.
"""

from __future__ import annotations

import choix
import numpy as np

from likewise.study.tally import SAMPLES, Interval, Tally, interval

ALPHA = 0.1  # of one ranking between each two: keeps strengths finite where one always wins
TOLERANCE, ITERATIONS = 1e-6, 1000


def strengths(tally: Tally, *, samples: int = SAMPLES, seed: int = 0) -> list[Interval | None]:
    """w of each contestant, summing to 1; ``None`` where nobody ranked it.

    Intervals are percentiles over resampled people, each refitted by one step from the whole fit
    (:func:`one_step`). Cost: some 0.1 s for a thousand rankings.
    """
    ranked = sorted({one for ranking in tally.rankings for one in ranking})
    if not ranked:
        return [None] * len(tally.contestants)
    place = {one: index for index, one in enumerate(ranked)}
    rankings = [tuple(place[one] for one in ranking) for ranking in tally.rankings]
    fitted = choix.ilsr_rankings(
        len(ranked), rankings, alpha=ALPHA, max_iter=ITERATIONS, tol=TOLERANCE
    )
    weights = shares(fitted)
    drawn = np.empty((0, len(ranked)))
    if tally.crowd > 1:
        chains = person_chains(rankings, tally.people, weights, tally.crowd)
        drawn = one_step(np.tensordot(tally.resamples(samples, seed), chains, 1))
    found: list[Interval | None] = [None] * len(tally.contestants)
    for one, index in place.items():
        found[one] = interval(float(weights[index]), drawn[:, index])
    return found


def shares(parameters: np.ndarray) -> np.ndarray:
    """choix's log-strengths as w, summing to 1."""
    raised = np.exp(parameters - parameters.max())
    return np.asarray(raised / raised.sum())


def person_chains(
    rankings: list[tuple[int, ...]], people: np.ndarray, weights: np.ndarray, crowd: int
) -> np.ndarray:
    """(P, C, C): what each person's rankings add to the rates of the Markov chain of LSR.

    From each loser to the winner of a choice flows 1 / (sum of w of those chosen from), with w
    summing to C as in choix, which gives ALPHA its meaning.
    """
    scaled = weights * len(weights) / weights.sum()
    chains = np.zeros((crowd, len(weights), len(weights)))
    for person, ranking in zip(people, rankings, strict=True):
        for place, winner in enumerate(ranking[:-1]):
            losers = list(ranking[place + 1 :])
            chains[person, losers, winner] += 1 / scaled[list(ranking[place:])].sum()
    return chains


def one_step(rates: np.ndarray) -> np.ndarray:
    """(B, C) strengths after one step of LSR, of B chains: their stationary distributions.

    The same as ``choix.lsr_rankings``, which takes one chain at a time and rankings one by one.
    """
    count = rates.shape[-1]
    generator = rates + ALPHA
    generator -= generator.sum(axis=2, keepdims=True) * np.eye(count)
    # pi G = 0 with sum(pi) = 1: one equation of the first is spare.
    system = np.swapaxes(generator, 1, 2).copy()
    system[:, -1, :] = 1
    right = np.zeros((len(rates), count, 1))
    right[:, -1] = 1
    return np.asarray(np.linalg.solve(system, right)[..., 0])
