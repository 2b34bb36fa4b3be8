"""Tally: how a batch goes, as a bar on a terminal and as lines elsewhere."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from likewise.batch.ledger import Entry, State
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.cli.bar import Bar
from likewise.cli.place import RECORD
from likewise.cli.stopping import STOP
from likewise.cli.terminal import PLAIN_EVERY, Terminal, spoken_seconds

SHOWN_EVERY = 1.0  # seconds
WORDS = {"check": "check", "plan": "plan", "work": "batch"}


class Tally(Onlooker):
    """Tells of every row that could not be done, and now and then how far all is.

    Args:
        terminal: to speak to.
        place: of the batch; where rows stand is read from their records.
        slots: how many rows are worked on at once.
    """

    def __init__(self, terminal: Terminal, place: Place, slots: int) -> None:
        self._terminal = terminal
        self._place = place
        self._slots = slots
        self._stage = ""
        self._counts: Counter[str] = Counter()
        self._total = self._before = 0
        self._began = self._spoke = self._shown = time.monotonic()
        self._bar: Bar | None = None

    def begin(self, stage: str, total: int, done: int = 0) -> None:
        """Show how much there is to do."""
        self._stage, self._total, self._before = stage, total + done, done
        self._counts.clear()
        self._began = self._spoke = time.monotonic()
        if stage == "work":
            before = f", {done} of them done before" if done else ""
            self._terminal.say(f"batch   {self._total} rows{before}; {self._slots} at once")
        if total and not self._terminal.quiet and sys.stderr.isatty():
            self._bar = Bar(WORDS[self._stage], self._total, self._before)

    def busy(self, entries: Mapping[int, Entry]) -> None:
        """Where the rows stand that are worked on."""
        now = time.monotonic()
        if self._terminal.quiet or now - self._shown < SHOWN_EVERY:
            return
        self._shown = now
        if self._bar is not None:
            self._bar.show(self._done, self._told(entries))
        elif now - self._spoke >= PLAIN_EVERY:
            self._spoke = now
            what = WORDS[self._stage]
            line = f"{what}: {self._done} of {self._total} rows, {self._told(entries)}"
            print(line, file=sys.stderr, flush=True)

    def done(self, entry: Entry, state: State, error: str, result: Mapping[str, Any]) -> None:
        """A line on a row that could not be done."""
        self._counts[state] += 1
        if state in ("refused", "failed"):
            self._terminal.warn(f"row {entry.row.number} ({entry.row.name}) {state}: {error}")

    def again(self, entry: Entry, error: str, seconds: float) -> None:
        """A line on a row that broke."""
        wait = f"again in {spoken_seconds(seconds)}"
        self._terminal.say(f"again   row {entry.row.number} ({entry.row.name}): {error}; {wait}")

    def end(self) -> None:
        """Give the terminal back."""
        if self._bar is not None:
            self._bar.show(self._done)
            self._bar.close()
            self._bar = None

    @property
    def should_stop(self) -> bool:
        """Whether Ctrl-C or SIGTERM arrived."""
        return STOP.requested

    @property
    def _done(self) -> int:
        return self._before + self._counts.total()

    def _told(self, entries: Mapping[int, Entry]) -> str:
        stages = Counter(self._stage_of(entry) for entry in entries.values())
        parts = [f"{count} {stage}" for stage, count in sorted(stages.items())]
        parts += [f"{self._counts[s]} {s}" for s in ("refused", "failed") if self._counts[s]]
        left = self._left()
        parts += [f"about {spoken_seconds(left)} left"] if left is not None else []
        return ", ".join(parts)

    def _stage_of(self, entry: Entry) -> str:
        if self._stage != "work":
            return f"being {WORDS[self._stage]}ed" if self._stage == "check" else "being planned"
        return stage_of(self._place, entry.row.name)

    def _left(self) -> float | None:
        ended = self._counts.total()
        if not ended:
            return None
        return (time.monotonic() - self._began) / ended * (self._total - self._done)


def stage_of(place: Place, name: str) -> str:
    """What the record of the row ``name`` says: "fitting", "rendering" or "reading" before."""
    for folder in place.work.glob(f"{name}.*"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads(Path(folder / RECORD).read_bytes())["status"])
    return "reading"
