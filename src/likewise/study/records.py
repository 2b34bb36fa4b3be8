"""Record: a participant, a vote, and how far somebody has come, as the store tells them."""

from __future__ import annotations

from dataclasses import dataclass

from likewise.study.plan import Turn
from likewise.study.study import Question


@dataclass(frozen=True)
class Participant:
    """Somebody who agreed to take part: a secret ``token``, and a ``number`` from 1 on."""

    token: str
    number: int


@dataclass(frozen=True)
class Accepted:
    """A vote that is safe on the disk; ``remaining`` questions of the plan are still open."""

    remaining: int


@dataclass(frozen=True)
class Progress:
    """How far a participant has come.

    Attributes:
        participant: who.
        turns: the whole plan.
        questions: asked of each turn, in this order.
        voted: (trial key, question name) of what was answered.
    """

    participant: Participant
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    voted: frozenset[tuple[str, str]]

    @property
    def open(self) -> tuple[tuple[Turn, Question], ...]:
        """What is still to be answered, in the order in which it is to be asked."""
        asked = ((turn, question) for turn in self.turns for question in self.questions)
        return tuple((t, q) for t, q in asked if (t.trial.key, q.name) not in self.voted)


@dataclass(frozen=True)
class Vote:
    """A vote as it was kept.

    Attributes:
        participant: number of who voted.
        trial: key.
        question: name.
        ranking: keys of the answers, best first.
        milliseconds: from showing to answering, as the page told.
        at: when it was accepted, UTC, ISO 8601 to the second.
    """

    participant: int
    trial: str
    question: str
    ranking: tuple[str, ...]
    milliseconds: int
    at: str
