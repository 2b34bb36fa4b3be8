"""Voting: what tests and their processes do with a store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from likewise.study.plan import plan
from likewise.study.records import Accepted, Participant
from likewise.study.store import Store
from likewise.study.study import Study

Ballot = tuple[str, str, str, tuple[str, ...], int]


def ballots(study: Study, person: Participant) -> Iterator[Ballot]:
    """Everything that ``person`` is asked, answered in the order shown."""
    for turn in plan(study, person.number):
        for question in study.questions:
            shown = tuple(answer.key for answer in turn.shown)
            yield person.token, turn.trial.key, question.name, shown, 1234


def vote_all(store: Store, study: Study, person: Participant) -> list[Future[Accepted]]:
    return [store.vote(*ballot) for ballot in ballots(study, person)]
