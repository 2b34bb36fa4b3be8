"""Session: one command at work, its voice, its clock, its place, and the notes for ``run.json``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.cli.choices import Manner
from likewise.cli.place import Place
from likewise.cli.terminal import Terminal

FORMAT = 1


class Stopwatch:
    """Seconds spent on the named parts of a command."""

    def __init__(self) -> None:
        self._last = self._began = time.monotonic()
        self._seconds: dict[str, float] = {}

    def lap(self, name: str) -> float:
        """Book the time since the last lap under ``name`` and return it."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self._seconds[name] = round(took, 3)
        return took

    def with_total(self) -> dict[str, float]:
        """All laps, and the whole."""
        return {**self._seconds, "total": round(time.monotonic() - self._began, 3)}


class Session:
    """One command at work.

    Args:
        command: its name, for the record.
        place: where it writes.
        manner: how it was asked to behave.
    """

    def __init__(self, command: str, place: Place, manner: Manner) -> None:
        self.place = place
        self.terminal = Terminal(quiet=manner.quiet, as_json=manner.as_json)
        self.watch = Stopwatch()
        self._dry = manner.dry_run
        self._notes: dict[str, Any] = {"format": FORMAT, "command": command, "status": "planned"}

    def note(self, **facts: Any) -> None:
        """Keep ``facts`` for the record."""
        self._notes |= facts

    def ends_dry(self) -> bool:
        """Whether this is a dry run; if so, say that it ends here."""
        if self._dry:
            self.terminal.say("dry run: checked and planned; nothing was computed or written")
            self.terminal.summary(self.summary())
        return self._dry

    def open(self, status: str, outputs: Sequence[Path], *, fresh: bool) -> None:
        """Create the place, with a first record that names all files to come.

        Raises:
            OutputError: it cannot be written.
        """
        names = [path.relative_to(self.place.folder).as_posix() for path in outputs]
        self.note(status=status, outputs=names)
        self.place.open(self.summary(), outputs, fresh=fresh)

    def update(self, status: str) -> None:
        """Write the record anew, with ``status``: fitting, interrupted, rendering or complete."""
        self.note(status=status)
        storage.write_json(self.place.record, self.summary())

    def summary(self) -> dict[str, Any]:
        """Everything noted, with the times and warnings so far."""
        return {
            **self._notes,
            "folder": str(self.place.folder),
            "timings_seconds": self.watch.with_total(),
            "warnings": list(self.terminal.warnings),
        }
