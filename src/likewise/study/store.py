"""Store: who takes part and what they voted, in a database, safe before it is acknowledged.

Votes and joins go through one writing thread that commits many at once; each is acknowledged
only after the commit that holds it. A person is a random token and a number, the moment of consent
and the votes; no address, no browser, no name is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from likewise.study.plan import Turn
from likewise.study.study import Study


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
        voted: (trial key, question name) of what was answered.
    """

    participant: Participant
    turns: tuple[Turn, ...]
    voted: frozenset[tuple[str, str]]


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


def default_url(folder: Path) -> str:
    """URL of the SQLite database in the study's own folder."""
    return f"sqlite:///{Path(folder) / 'votes.sqlite'}"


class Store:
    """Participants and votes of ``study`` in the database at ``url``; a context manager.

    ``join`` and ``vote`` may be called from any thread and return at once; await them with
    ``asyncio.wrap_future``. ``progress``, ``votes`` and ``participants`` read and block: call them
    in a thread. Several processes may hold stores of one database.

    Args:
        url: any SQLAlchemy URL; SQLite and PostgreSQL are tested.
        study: whose.

    Raises:
        InputError: the URL is none, or its database cannot be reached or written.
    """

    def __init__(self, url: str, study: Study) -> None:
        raise NotImplementedError

    def join(self) -> Future[Participant]:
        """Take in somebody who consented. The future raises StoreBusy."""
        raise NotImplementedError

    def vote(
        self, token: str, trial: str, question: str, ranking: tuple[str, ...], milliseconds: int
    ) -> Future[Accepted]:
        """Keep one vote: ``ranking`` holds the keys of the answers of ``trial``, best first.

        The future raises UnknownToken, UnknownTrial, BadRanking, AlreadyVoted or StoreBusy.
        """
        raise NotImplementedError

    def progress(self, token: str) -> Progress:
        """The plan of a participant and what was answered of it; raises UnknownToken."""
        raise NotImplementedError

    def participants(self) -> int:
        """How many joined."""
        raise NotImplementedError

    def votes(self) -> Iterator[Vote]:
        """All votes of this study, by participant and time."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish what is waiting and let the database go."""
        raise NotImplementedError
