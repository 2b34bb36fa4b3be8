"""Jobs: the renders that were asked for, kept in SQLite, so that a queue outlives its server."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from likewise.studio.projects import UnknownKeyError

State = Literal["waiting", "running", "done", "failed", "cancelled"]
WAIT_SECONDS = 30.0  # for the lock of another process
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE, project TEXT NOT NULL,
    method TEXT NOT NULL, preset TEXT NOT NULL, seed INTEGER NOT NULL,
    height INTEGER NOT NULL, width INTEGER NOT NULL, traceable INTEGER NOT NULL,
    state TEXT NOT NULL, error TEXT, seconds REAL, doubts TEXT NOT NULL, created TEXT NOT NULL,
    files TEXT NOT NULL DEFAULT ''
)"""
_LATER = {"files": "TEXT NOT NULL DEFAULT ''"}  # columns that tables of earlier versions lack


@dataclass(frozen=True)
class Job:
    """One render of one layout.

    Attributes:
        key: its name, and that of its folder.
        project: the project's key.
        method, preset, seed: how it is rendered.
        height, width: of the layout, and so of the answer.
        traceable: whether the method tells where its pixels come from.
        state: "waiting", "running", "done", "failed" or "cancelled".
        error: why it failed, a sentence.
        seconds: that it ran, once it is done.
        doubts: why the answer may be poor, a sentence a line.
        created: UTC, ISO 8601.
        files: names of what the method is handed besides the pair, one a line.
    """

    key: str
    project: str
    method: str
    preset: str
    seed: int
    height: int
    width: int
    traceable: bool
    state: State
    error: str | None
    seconds: float | None
    doubts: str
    created: str
    files: str = ""


_COLUMNS = ", ".join(field.name for field in fields(Job))


class Jobs:
    """The table of jobs in the file ``path``. Methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(_TABLE)
        there = {row[1] for row in self._database.execute("PRAGMA table_info(jobs)")}
        for name, kind in _LATER.items():
            if name not in there:
                self._database.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")

    def close(self) -> None:
        """Close the file; nothing is asked afterwards."""
        with self._lock:
            self._database.close()

    def add(self, job: Job) -> None:
        """Keep a new job, whose folder is filled."""
        marks = ", ".join(f":{field.name}" for field in fields(Job))
        self._run(f"INSERT INTO jobs ({_COLUMNS}) VALUES ({marks})", asdict(job))  # noqa: S608

    def get(self, key: str) -> Job:
        """The job of ``key``.

        Raises:
            UnknownKeyError: there is none.
        """
        found = self._jobs("WHERE key = :key", {"key": key})
        if not found:
            raise UnknownKeyError(
                "render", repr(key[:20]), "one that is here", "It may be deleted."
            )
        return found[0]

    def state(self, key: str) -> State | None:
        """The state of a job; None where it was removed."""
        found = self._jobs("WHERE key = :key", {"key": key})
        return found[0].state if found else None

    def keys(self) -> set[str]:
        """The keys of all jobs."""
        return {job.key for job in self._jobs("", {})}

    def of(self, project: str) -> list[Job]:
        """The jobs of a project, the newest first."""
        return self._jobs("WHERE project = :project ORDER BY number DESC", {"project": project})

    def waiting(self) -> list[Job]:
        """What is to be rendered, in order."""
        return self._jobs("WHERE state = 'waiting' ORDER BY number", {})

    def running(self) -> list[Job]:
        """What was being rendered: one job, or after a crash one that nobody renders."""
        return self._jobs("WHERE state = 'running' ORDER BY number", {})

    def move(self, key: str, to: State, *since: State, **facts: Any) -> bool:
        """Change the state of a job that is in one of the states ``since``, and other columns.

        Returns:
            Whether it was in one of them.
        """
        sets = ", ".join(f"{name} = :{name}" for name in ("state", *facts))
        states = ", ".join(f"'{state}'" for state in since)
        query = f"UPDATE jobs SET {sets} WHERE key = :key AND state IN ({states})"  # noqa: S608
        return self._run(query, {"key": key, "state": to, **facts}) == 1

    def doubt(self, key: str, doubts: str) -> None:
        """Write down why the answer may be poor."""
        self._run(
            "UPDATE jobs SET doubts = :doubts WHERE key = :key", {"key": key, "doubts": doubts}
        )

    def remove(self, key: str) -> None:
        """Forget a job."""
        self._run("DELETE FROM jobs WHERE key = :key", {"key": key})

    def _run(self, query: str, values: dict[str, Any]) -> int:
        with self._lock:
            return self._database.execute(query, values).rowcount

    def _jobs(self, rest: str, values: dict[str, Any]) -> list[Job]:
        query = f"SELECT {_COLUMNS} FROM jobs {rest}"  # noqa: S608 - rest is one of ours
        with self._lock:
            rows = self._database.execute(query, values).fetchall()
        return [replace(job, traceable=bool(job.traceable)) for job in (Job(*row) for row in rows)]
