"""Store: who takes part and what they voted, in a database, safe before it is acknowledged.

Votes and joins go through one writing thread that commits many at once; each is acknowledged
only after the commit that holds it. A person is a random token and a number, the moment of consent
and the votes; no address, no browser, no name is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from likewise.study.database import PARTICIPANTS, VOTES, default_url, open_engine, reading
from likewise.study.plan import plan
from likewise.study.records import Accepted, Participant, Progress, Vote
from likewise.study.refusals import StoreBusy
from likewise.study.study import Study
from likewise.study.writer import Ballot, Join, Writer, number_of

__all__ = ["Accepted", "Participant", "Progress", "Store", "Vote", "default_url"]


class Store:
    """Participants and votes of ``study`` in the database at ``url``; a context manager.

    ``join`` and ``vote`` may be called from any thread and return at once; await them with
    ``asyncio.wrap_future``. ``progress``, ``votes`` and ``participants`` read and block: call them
    in a thread. Several processes may hold stores of one database. Not in the paper: because its
    study is told, not its means.

    Args:
        url: any SQLAlchemy URL; SQLite and PostgreSQL are tested.
        study: whose.

    Raises:
        InputError: the URL is none, or its database cannot be reached or written.
    """

    def __init__(self, url: str, study: Study) -> None:
        self._study = study
        self._engine = open_engine(url)
        self._reader = reading(self._engine)
        self._writer = Writer(self._engine, study)

    def join(self) -> Future[Participant]:
        """Take in somebody who consented. The future raises StoreBusy."""
        work = Join()
        self._writer.put(work)
        return work.future

    def vote(
        self, token: str, trial: str, question: str, ranking: tuple[str, ...], milliseconds: int
    ) -> Future[Accepted]:
        """Keep one vote: ``ranking`` holds the keys of the answers of ``trial``, best first.

        The future raises UnknownToken, UnknownTrial, BadRanking, AlreadyVoted or StoreBusy.
        """
        work = Ballot(token, trial, question, tuple(ranking), milliseconds)
        self._writer.put(work)
        return work.future

    def progress(self, token: str) -> Progress:
        """The plan of a participant and what was answered of it.

        Raises:
            UnknownToken: nobody joined with it.
            StoreBusy: the database is not available.
        """
        try:
            with self._reader.connect() as connection:
                number = number_of(connection, self._study, token)
                asked = select(VOTES.c.trial, VOTES.c.question)
                rows = connection.execute(asked.where(VOTES.c.participant == number))
                voted = frozenset((trial, question) for trial, question in rows)
        except SQLAlchemyError as error:
            raise StoreBusy("The database is not available. Please try again.") from error
        turns = plan(self._study, number)
        return Progress(Participant(token, number), turns, self._study.questions, voted)

    def participants(self) -> int:
        """How many joined."""
        asked = select(func.count()).where(PARTICIPANTS.c.study == self._study.key)
        with self._reader.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    def votes(self) -> Iterator[Vote]:
        """All votes of this study, by participant, then in the order they came in."""
        asked = (
            select(VOTES)
            .join(PARTICIPANTS, PARTICIPANTS.c.number == VOTES.c.participant)
            .where(PARTICIPANTS.c.study == self._study.key)
            .order_by(VOTES.c.participant, VOTES.c.at, VOTES.c.trial, VOTES.c.question)
        )
        with self._reader.connect() as connection:
            rows = connection.execute(asked).all()
        for row in rows:
            yield Vote(
                row.participant,
                row.trial,
                row.question,
                tuple(row.ranking.split(" ")),
                row.milliseconds,
                row.at,
            )

    def close(self) -> None:
        """Finish what is waiting and let the database go."""
        self._writer.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
