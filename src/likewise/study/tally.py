"""Tally: votes as arrays, a question at a time, with the people they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from likewise.errors import InputError
from likewise.study.records import Vote
from likewise.study.study import Study, Trial

SAMPLES = 1000  # resamples of people behind an interval
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A value with the bounds that LEVEL of the resamples fall in; ``None`` under two people."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Tally:
    """The rankings of one question.

    Attributes:
        contestants: their names.
        rankings: indices of contestants, best first; N of them, of equal or different lengths.
        people: (N,) index of who ranked, 0 to P - 1.
        trials: (N,) key of the trial.
    """

    contestants: tuple[str, ...]
    rankings: tuple[tuple[int, ...], ...]
    people: np.ndarray
    trials: tuple[str, ...]

    @property
    def crowd(self) -> int:
        """P: how many people ranked anything."""
        return int(self.people.max()) + 1 if len(self.people) else 0

    @property
    def size(self) -> int:
        """Answers in the longest ranking."""
        return max(map(len, self.rankings), default=0)

    def resamples(self, samples: int, seed: int) -> np.ndarray:
        """(samples, P): how often each person is drawn, with replacement, P people a draw.

        People are drawn, not votes: votes of one person are not independent.
        """
        rng = np.random.default_rng(seed)
        return rng.multinomial(self.crowd, np.full(self.crowd, 1 / self.crowd), samples)


def tally(study: Study, votes: Iterable[Vote], question: str) -> Tally:
    """The real trials (no attention checks) of ``question`` among ``votes``."""
    index = {name: place for place, name in enumerate(study.contestants)}
    people: dict[int, int] = {}
    rankings, whose, trials = [], [], []
    for vote in votes:
        trial = trial_of(study, vote)
        if vote.question != question or trial.check is not None:
            continue
        rankings.append(tuple(index[trial.contestant(key)] for key in vote.ranking))
        whose.append(people.setdefault(vote.participant, len(people)))
        trials.append(vote.trial)
    array = np.array(whose, np.int64)
    return Tally(study.contestants, tuple(rankings), array, tuple(trials))


def trial_of(study: Study, vote: Vote) -> Trial:
    """The trial of ``vote``.

    Raises:
        InputError: the study has no such trial: it was edited since.
    """
    trial = study.by_key.get(vote.trial)
    if trial is None or trial.keys != frozenset(vote.ranking):
        raise InputError(
            study.folder, "votes on trials that it lacks", "the study as it was served"
        )
    return trial


def interval(value: float, resampled: np.ndarray) -> Interval:
    """``value`` with percentiles of ``resampled``, (samples,); those that are no number apart."""
    finite = resampled[np.isfinite(resampled)]
    if not len(finite):
        return Interval(value)
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))
