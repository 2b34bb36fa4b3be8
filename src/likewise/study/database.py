"""Database: its tables, and an engine whose commits are on the disk when they return."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from likewise.errors import InputError

EXPECTED = "an SQLAlchemy URL such as postgresql+psycopg://user@host/name"
WAIT_SECONDS = 60.0  # for the lock of another process
ATTEMPTS = 20
READING = "likewise_reading"  # the execution option of transactions that take no write lock

_META = MetaData()
PARTICIPANTS = Table(
    "likewise_participants",
    _META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("study", String(32), nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("consented", String(20), nullable=False),
    sqlite_autoincrement=True,
)
VOTES = Table(
    "likewise_votes",
    _META,
    Column("participant", ForeignKey(PARTICIPANTS.c.number), primary_key=True),
    Column("trial", String(32), primary_key=True),
    Column("question", String(32), primary_key=True),
    Column("ranking", String(255), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("at", String(20), nullable=False),
    sqlite_with_rowid=False,
)


def open_engine(url: str, argument: str = "--database") -> Engine:
    """An engine for ``url`` whose tables exist.

    SQLite gets a write-ahead log flushed at every commit (``synchronous=FULL``), and transactions
    that take the write lock at once: a deferred one that reads first cannot wait for it and fails.

    Raises:
        InputError: no URL, no driver for it, or the database cannot be reached or written.
    """
    try:
        parsed = make_url(url)
        lite = parsed.get_backend_name() == "sqlite"
        if lite and parsed.database in (None, "", ":memory:"):
            raise InputError(argument, "a database in memory", "a file, which outlives a crash")
        options: dict[str, Any] = {"connect_args": {"timeout": WAIT_SECONDS}} if lite else {}
        engine = create_engine(parsed, pool_pre_ping=not lite, **options)
    except ArgumentError as error:
        raise InputError(argument, "no URL", EXPECTED) from error
    except (ImportError, SQLAlchemyError) as error:
        remedy = "Install its driver."
        raise InputError(argument, f"no driver ({error})", EXPECTED, remedy) from error
    if lite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    try:
        _create_tables(engine)
    except DBAPIError as error:
        engine.dispose()
        expected = "a database that can be reached and written"
        raise InputError(argument, str(error.orig).strip(), expected) from error
    return engine


def reading(engine: Engine) -> Engine:
    """``engine`` for transactions that only read, and so wait for nobody."""
    return engine.execution_options(**{READING: True})


def default_url(folder: Path) -> str:
    """URL of the SQLite database in the study's own folder."""
    return f"sqlite:///{Path(folder) / 'votes.sqlite'}"


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=1")  # macOS: fsync alone stops at the drive's memory
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _create_tables(engine: Engine) -> None:
    """Create what is missing; other processes may be doing the same."""
    for attempt in range(ATTEMPTS):
        try:
            with engine.begin() as connection:
                for table in _META.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
            return
        except DBAPIError:
            # SQLite does not wait for the switch to WAL, PostgreSQL lets two creators collide.
            if attempt == ATTEMPTS - 1 or not _worth_another(engine):
                raise
            time.sleep(0.02 * (attempt + 1))


def _worth_another(engine: Engine) -> bool:
    """Whether the database answers at all."""
    try:
        engine.connect().close()
    except DBAPIError as error:
        return "locked" in str(error.orig)
    return True
