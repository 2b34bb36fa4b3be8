"""Plan: which trials a participant gets, in what order, and which answer is A, B, C.

A plan follows from the study and the participant's number alone, so it is the same after a restart
and in every process. Numbers go along one long sequence of trials: any stretch of it holds every
question of the study equally often (to within one), and so it is with contestants and their pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np

from likewise.study.study import MOST, Answer, Study, Trial

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Turn:
    """One trial as one participant sees it.

    Attributes:
        trial: what is shown.
        order: indices into ``trial.answers`` of A, B, C, …; the same for all its questions.
    """

    trial: Trial
    order: tuple[int, ...]

    @property
    def shown(self) -> tuple[Answer, ...]:
        """The answers as A, B, C, …"""
        return tuple(self.trial.answers[index] for index in self.order)


def plan(study: Study, number: int) -> tuple[Turn, ...]:
    """The turns of participant ``number`` (1, 2, …), attention checks among them.

    No trial comes twice. An attention check is never the first turn, and they are spread over the
    whole. Not in the paper: because its study does not tell how its trials were dealt.
    """
    assert number >= 1, number
    rng = np.random.default_rng((study.seed, number))
    real = _dealt(_sequence(study), (number - 1) * study.trials_each, study.trials_each)
    real = [real[index] for index in rng.permutation(len(real)).tolist()]
    checks = _dealt(study.checks, (number - 1) * study.checks_each, study.checks_each)
    turns = _spread(real, checks, rng)
    # One draw for all turns: a draw a turn takes most of the time of a plan.
    drawn = rng.random((len(turns), MOST)).tolist()
    return tuple(
        Turn(t, _order(row[: len(t.answers)])) for t, row in zip(turns, drawn, strict=True)
    )


def _order(drawn: list[float]) -> tuple[int, ...]:
    """The indices of ``drawn`` by its values: every order is equally likely."""
    return tuple(sorted(range(len(drawn)), key=drawn.__getitem__))


def _dealt(sequence: tuple[Trial, ...], start: int, count: int) -> list[Trial]:
    """``count`` different trials of the endless repetition of ``sequence`` from ``start`` on."""
    found: dict[str, Trial] = {}
    for step in range(len(sequence)):
        if len(found) == count:
            break
        trial = sequence[(start + step) % len(sequence)]
        found.setdefault(trial.key, trial)
    return list(found.values())


@lru_cache(maxsize=8)
def _sequence(study: Study) -> tuple[Trial, ...]:
    """Rounds over all layouts in one order; each round takes the next set of contestants."""
    groups = [tuple(group) for _, group in groupby(study.trials, key=lambda t: (t.case, t.target))]
    order = np.random.default_rng(study.seed).permutation(len(groups))
    rounds = max(len(group) for group in groups)
    return tuple(
        groups[index][(turn + place) % len(groups[index])]
        for turn in range(rounds)
        for place, index in enumerate(order)
    )


def _spread(real: list[Trial], checks: list[Trial], rng: np.random.Generator) -> list[Trial]:
    """``checks`` at random places, one in each of as many stretches of ``real``."""
    turns: list[Trial] = []
    bounds = np.linspace(0, len(real), len(checks) + 1).round().astype(int)
    for start, stop, check in zip(bounds, bounds[1:], checks, strict=False):
        place = int(rng.integers(start, stop)) + 1 if stop > start else int(stop)
        turns += [*real[start:place], check, *real[place:stop]]
    return turns or list(real)
