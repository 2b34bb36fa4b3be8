"""Ledger: which jobs of a batch are done, in a small SQLite file beside the results.

One process writes, the batch that holds the folder; any number may read. What counts in the end is
the folder of results: the ledger is set right by it when a batch is gone on with.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from likewise.batch.rows import Row
from likewise.errors import ModelError

LEDGER = "batch.sqlite"
FORMAT = 1
State = Literal["waiting", "running", "done", "refused", "failed"]
STATES: tuple[State, ...] = ("waiting", "running", "done", "refused", "failed")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    row TEXT NOT NULL,
    checked INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    began REAL,
    ended REAL,
    error TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX IF NOT EXISTS by_state ON rows (state, number);
"""

_IS_MADE = "SELECT 1 FROM sqlite_master WHERE name = 'rows'"


@dataclass(frozen=True)
class Entry:
    """What the ledger holds of a row.

    Attributes:
        row: the job.
        state: waiting, running, done; refused where its input is bad, failed where it broke.
        attempts: how often it was begun.
        began, ended: seconds since 1970 of the last attempt; None where it did not.
        error: why it was refused or failed.
        result: what its worker told: seconds, files, warnings, and where they are.
        checked: whether its files were read and found good.
        facts: what they showed: size and classes of the source.
    """

    row: Row
    state: State
    attempts: int
    began: float | None
    ended: float | None
    error: str
    result: Mapping[str, Any]
    checked: bool
    facts: Mapping[str, Any]

    @property
    def seconds(self) -> float | None:
        """How long the last attempt took."""
        if self.began is None or self.ended is None:
            return None
        return self.ended - self.began


class Ledger:
    """The ledger of the batch in ``folder``, made where it is missing.

    Raises:
        ModelError: what is there is no ledger, or of a newer version.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.path = folder / LEDGER
        if read_only and not self.path.exists():
            raise ModelError(folder, "no batch", "the DIR of likewise batch")
        try:
            self._open(read_only)
        except sqlite3.DatabaseError as error:
            found = f"{self.path} is damaged ({error})"
            remedy = "Take another folder; the results in this one stay as they are."
            raise ModelError(folder, found, "the ledger of a batch", remedy) from error

    def _open(self, read_only: bool) -> None:
        place = f"{self.path.absolute().as_uri()}{'?mode=ro' if read_only else ''}"
        self._connection = sqlite3.connect(place, uri=True, timeout=30, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        if not read_only:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            # In one transaction: who reads along sees all of it, or that it only begins.
            self._connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
        elif not self._connection.execute(_IS_MADE).fetchone():
            raise ModelError(self.path.parent, "a batch that only begins", "one with rows")
        version = self.fact("format", FORMAT)
        if version != FORMAT:
            found = f"format {version}"
            raise ModelError(self.path, found, f"format {FORMAT}", "Update likewise.")
        if not read_only:
            self.keep(format=FORMAT)

    def copy(self, folder: Path) -> None:
        """Write a copy of this ledger into ``folder``."""
        with contextlib.closing(sqlite3.connect(folder / LEDGER)) as copy:
            self._connection.backup(copy)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def keep(self, **facts: Any) -> None:
        """Write down facts on the batch as a whole."""
        with self._writing():
            self._connection.executemany(
                "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
                "excluded.value",
                [(name, json.dumps(value)) for name, value in facts.items()],
            )

    def fact(self, name: str, otherwise: Any = None) -> Any:
        """A fact that :meth:`keep` wrote down."""
        found = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,))
        value = found.fetchone()
        return otherwise if value is None else json.loads(value[0])

    def enter(self, rows: Iterable[Row], wrong: Mapping[int, str] | None = None) -> None:
        """Take in rows; those that are here already stay as they stand.

        Rows may be added, and one that was refused may be put right.

        Args:
            rows: those that can be used.
            wrong: why further rows cannot, by number.

        Raises:
            ModelError: a row here is another one than in the manifest, or missing there.
        """
        wrong = wrong or {}
        given = [*rows, *(Row(number, f"{number:06}", "") for number in wrong)]
        known = dict(self._digests())
        mended = [row for row in given if known.get(row.number, "") == ""]
        other = [row.number for row in given if known.get(row.number) not in ("", None, row.digest)]
        missing = sorted(set(known) - {row.number for row in given})
        if other or missing:
            which = f"row {(other or missing)[0]} is {'another' if other else 'missing'}"
            raise ModelError(
                "-o",
                f"{self.path.parent} belongs to another manifest: {which} in yours",
                "a new folder, or the manifest of then, to which rows may have been added",
                "Name another folder.",
            )
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO rows (number, name, digest, row, state, error) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        row.number,
                        row.name,
                        row.digest,
                        json.dumps(row.to_json()),
                        "refused" if row.number in wrong else "waiting",
                        wrong.get(row.number, ""),
                    )
                    for row in mended
                ],
            )

    def _digests(self) -> Iterator[tuple[int, str]]:
        """The digest of each row by number; "" for those that were refused."""
        for found in self._connection.execute("SELECT number, digest, state FROM rows"):
            yield found["number"], "" if found["state"] == "refused" else found["digest"]

    def counts(self) -> dict[State, int]:
        """How many rows are in each state."""
        found = self._connection.execute("SELECT state, COUNT(*) FROM rows GROUP BY state")
        return dict.fromkeys(STATES, 0) | dict(found.fetchall())

    def entries(self, *states: State) -> Iterator[Entry]:
        """The rows in ``states``, or all, in their order."""
        wanted = states or STATES
        marks = ", ".join("?" * len(wanted))
        query = f"SELECT * FROM rows WHERE state IN ({marks}) ORDER BY number"  # noqa: S608 - marks
        for found in self._connection.execute(query, wanted).fetchall():
            yield Entry(
                row=Row.from_json(json.loads(found["row"])),
                state=found["state"],
                attempts=found["attempts"],
                began=found["began"],
                ended=found["ended"],
                error=found["error"],
                result=json.loads(found["result"]),
                checked=bool(found["checked"]),
                facts=json.loads(found["facts"]),
            )

    def begin(self, numbers: Iterable[int]) -> None:
        """Rows are being worked on from now."""
        self._change(
            "state = 'running', attempts = attempts + 1, began = ?, ended = NULL, error = ''",
            [(time.time(), number) for number in numbers],
        )

    def end(
        self,
        number: int,
        state: State,
        *,
        error: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """A row has come to an end, or back to waiting."""
        told = json.dumps(dict(result or {}))
        self._change(
            "state = ?, error = ?, result = ?, ended = ?",
            [(state, error, told, time.time(), number)],
        )

    def check(self, number: int, facts: Mapping[str, Any]) -> None:
        """The files of a row were found good; ``facts`` are what they showed."""
        self._change("checked = 1, facts = ?", [(json.dumps(dict(facts)), number)])

    def retry(self, *states: State) -> int:
        """Have rows in ``states`` tried anew; how many those are."""
        marks = ", ".join("?" * len(states))
        with self._writing():
            done = self._connection.execute(
                "UPDATE rows SET state = 'waiting', error = '', attempts = 0, checked = 0 "  # noqa: S608
                f"WHERE state IN ({marks})",
                states,
            )
        return done.rowcount

    def _change(self, what: str, values: list[tuple[Any, ...]]) -> None:
        with self._writing():
            self._connection.executemany(
                f"UPDATE rows SET {what} WHERE number = ?",  # noqa: S608 - our own words
                values,
            )
