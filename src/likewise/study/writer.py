"""Writer: one thread that commits many votes at once and acknowledges each after its commit."""

from __future__ import annotations

import queue
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from likewise.study.database import PARTICIPANTS, VOTES
from likewise.study.plan import plan
from likewise.study.records import Accepted, Participant
from likewise.study.refusals import (
    AlreadyVoted,
    BadRanking,
    Refusal,
    StoreBusy,
    UnknownToken,
    UnknownTrial,
)
from likewise.study.study import Study

BATCH = 500  # votes a commit, at most
WAITING = 20_000  # votes that may wait; more are refused at once
REMEMBERED = 10_000  # participants whose plan is kept at hand
LONGEST = 2**31 - 1  # milliseconds
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass
class Join:
    """The wish to take part."""

    future: Future[Participant] = field(default_factory=Future)


@dataclass
class Ballot:
    """A vote on its way; ``participant`` is 0 until the token was looked up."""

    token: str
    trial: str
    question: str
    ranking: tuple[str, ...]
    milliseconds: int
    participant: int = 0
    future: Future[Accepted] = field(default_factory=Future)

    @property
    def key(self) -> tuple[int, str, str]:
        """What may be voted once."""
        return self.participant, self.trial, self.question


Work = Join | Ballot


class Writer:
    """Writes what is put in, until closed. All methods may be called from any thread."""

    def __init__(self, engine: Engine, study: Study) -> None:
        self._engine = engine
        self._study = study
        self._questions = {question.name for question in study.questions}
        self._known: OrderedDict[str, tuple[int, frozenset[str]]] = OrderedDict()
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()  # nothing may come after the last word of close()
        self._thread = threading.Thread(target=self._run, name="votes", daemon=True)
        self._thread.start()

    def put(self, work: Work) -> None:
        """Have ``work`` done; its future tells when it was, or why not."""
        with self._lock:
            if not self._closed and self._queue.qsize() < WAITING:
                self._queue.put(work)
                return
        work.future.set_exception(StoreBusy("Too much is waiting. Please try again in a moment."))

    def close(self) -> None:
        """Do what is waiting, then end the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            taken = [self._queue.get()]
            while taken[-1] is not None and len(taken) < BATCH and not self._queue.empty():
                taken.append(self._queue.get())
            open_ = taken[-1] is not None
            # From here on a future can no longer be cancelled: what is kept is acknowledged.
            batch = [w for w in taken if w is not None and w.future.set_running_or_notify_cancel()]
            if batch:
                self._write(batch)

    def _write(self, batch: Sequence[Work]) -> None:
        results: list[tuple[Future[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                for work in batch:
                    if isinstance(work, Join):
                        results.append((work.future, self._joined(connection)))
                ballots = [work for work in batch if isinstance(work, Ballot)]
                results += self._voted(connection, ballots) if ballots else []
        except BaseException as error:  # this thread must live; who waits is told
            refusal: BaseException = error
            if isinstance(error, SQLAlchemyError):
                refusal = StoreBusy("The database is not available. Please try again in a moment.")
                refusal.__cause__ = error
            results = [(work.future, refusal) for work in batch]
        for future, result in results:
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _joined(self, connection: Connection) -> Participant:
        token = secrets.token_urlsafe(24)
        row = {"study": self._study.key, "token": token, "consented": now()}
        made = connection.execute(insert(PARTICIPANTS).values(row))
        key = made.inserted_primary_key
        assert key is not None
        return Participant(token, int(key[0]))

    def _voted(
        self, connection: Connection, ballots: Sequence[Ballot]
    ) -> list[tuple[Future[Any], Any]]:
        """What each ballot's future is to tell once the transaction was committed."""
        results: list[tuple[Future[Any], Any]] = []
        good: dict[tuple[int, str, str], Ballot] = {}
        for ballot in ballots:
            try:
                self._check(connection, ballot)
                if ballot.key in good:
                    raise already_voted()
                good[ballot.key] = ballot
            except Refusal as refusal:
                results.append((ballot.future, refusal))
        # In one order everywhere, so that two processes never wait for each other's rows.
        sorted_ = [good[key] for key in sorted(good)]
        for ballot in insert_new(connection, sorted_):
            results.append((ballot.future, already_voted()))
            del good[ballot.key]
        voted = counts(connection, {ballot.participant for ballot in good.values()})
        for ballot in good.values():
            asked = len(self._known[ballot.token][1]) * len(self._questions)
            results.append((ballot.future, Accepted(asked - voted[ballot.participant])))
        return results

    def _check(self, connection: Connection, ballot: Ballot) -> None:
        """Give the ballot its participant, or raise why it is refused."""
        ballot.participant, given = self._participant(connection, ballot.token)
        if ballot.trial not in given or ballot.question not in self._questions:
            raise UnknownTrial("This question is not among yours.")
        keys = self._study.by_key[ballot.trial].keys
        if len(ballot.ranking) != len(keys) or frozenset(ballot.ranking) != keys:
            raise BadRanking("Every picture needs one place.")
        if ballot.milliseconds < 0:
            raise BadRanking("The time was less than none.")

    def _participant(self, connection: Connection, token: str) -> tuple[int, frozenset[str]]:
        """Number, and keys of the trials in the plan."""
        known = self._known.get(token)
        if known is None:
            number = number_of(connection, self._study, token)
            known = number, frozenset(turn.trial.key for turn in plan(self._study, number))
            self._known[token] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known


def number_of(connection: Connection, study: Study, token: str) -> int:
    """The number of who joined ``study`` with ``token``.

    Raises:
        UnknownToken: nobody did.
    """
    # Databases refuse some texts with an error that would take other people's votes along.
    if _TOKEN.fullmatch(token):
        asked = select(PARTICIPANTS.c.number).where(
            PARTICIPANTS.c.token == token, PARTICIPANTS.c.study == study.key
        )
        number = connection.execute(asked).scalar_one_or_none()
        if number is not None:
            return int(number)
    raise UnknownToken("This study does not know you. Please begin anew.")


def insert_new(connection: Connection, ballots: Sequence[Ballot]) -> list[Ballot]:
    """Insert all that are new; return the others."""
    moment = now()
    rows = [
        {
            "participant": ballot.participant,
            "trial": ballot.trial,
            "question": ballot.question,
            "ranking": " ".join(ballot.ranking),
            "milliseconds": min(ballot.milliseconds, LONGEST),
            "at": moment,
        }
        for ballot in ballots
    ]
    if not rows or _inserted(connection, rows):
        return []
    return [b for b, row in zip(ballots, rows, strict=True) if not _inserted(connection, [row])]


def _inserted(connection: Connection, rows: list[dict[str, Any]]) -> bool:
    """Insert all rows or, where one is there already, none."""
    try:
        with connection.begin_nested():
            connection.execute(insert(VOTES), rows)
    except IntegrityError:
        return False
    return True


def counts(connection: Connection, participants: set[int]) -> dict[int, int]:
    """How many questions each participant has answered."""
    asked = (
        select(VOTES.c.participant, func.count())
        .where(VOTES.c.participant.in_(sorted(participants)))
        .group_by(VOTES.c.participant)
    )
    return {int(number): int(count) for number, count in connection.execute(asked)}


def already_voted() -> AlreadyVoted:
    """The refusal of a second vote."""
    return AlreadyVoted("You have answered this question already.")


def now() -> str:
    """The moment, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
