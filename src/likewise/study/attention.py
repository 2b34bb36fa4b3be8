"""Attention: who looked, told by answers that are beyond doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from likewise.study.records import Vote
from likewise.study.study import Study
from likewise.study.tally import trial_of

PASSED = 0.75  # share of checks; guessing passes a check of three answers once in three


@dataclass(frozen=True)
class Attention:
    """How one participant did on attention checks.

    Attributes:
        participant: number.
        checks: how many were answered.
        passed: how many of them rightly.
    """

    participant: int
    checks: int
    passed: int

    @property
    def failed(self) -> bool:
        """Whether too few were passed: under PASSED of them. Without checks nobody fails."""
        return self.passed < PASSED * self.checks


def attention(study: Study, votes: Iterable[Vote]) -> dict[int, Attention]:
    """Of everybody who voted, by number.

    An answer to any question of a check counts as one check. Not in the paper: because its study
    does not tell of any.
    """
    found: dict[int, tuple[int, int]] = {}
    for vote in votes:
        check = trial_of(study, vote).check
        checks, passed = found.get(vote.participant, (0, 0))
        if check is not None:
            checks, passed = checks + 1, passed + check.passed(vote.ranking)
        found[vote.participant] = checks, passed
    return {number: Attention(number, *counts) for number, counts in sorted(found.items())}
