"""Voting: what tests and their processes do with a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from likewise.study.plan import plan
from likewise.study.records import Accepted, Participant, Vote
from likewise.study.store import Store
from likewise.study.study import Study

TASTE = ("a:fast", "b:fast", "c:fast", "d:fast")
Ballot = tuple[str, str, str, tuple[str, ...], int]


def ballots(study: Study, person: Participant) -> Iterator[Ballot]:
    """Everything that ``person`` is asked, answered in the order shown."""
    for turn in plan(study, person.number):
        for question in study.questions:
            shown = tuple(answer.key for answer in turn.shown)
            yield person.token, turn.trial.key, question.name, shown, 1234


def vote_all(store: Store, study: Study, person: Participant) -> list[Future[Accepted]]:
    return [store.vote(*ballot) for ballot in ballots(study, person)]


def voted(study: Study, tastes: Sequence[Sequence[str]], careless: int = 0) -> list[Vote]:
    """Votes of people who rank by their taste (names in order); the first ones miss all checks."""
    votes = []
    for number, taste in enumerate(tastes, 1):
        for turn in plan(study, number):
            for question in study.questions:
                ranked = sorted(turn.shown, key=lambda a: taste.index(a.contestant or taste[0]))
                keys = [answer.key for answer in ranked]
                check = turn.trial.check
                if check is not None:
                    keys.remove(check.answer)
                    first = (check.place == "first") == (number > careless)
                    keys.insert(0 if first else len(keys), check.answer)
                at = "2026-01-01T00:00:00Z"
                vote = Vote(number, turn.trial.key, question.name, tuple(keys), 2000, at)
                votes.append(vote)
    return votes


def lively_votes(study: Study) -> list[Vote]:
    """Eight people who all prefer a to b to c to d, and two who do not look and say the reverse."""
    return voted(study, [TASTE[::-1]] * 2 + [TASTE] * 8, careless=2)
