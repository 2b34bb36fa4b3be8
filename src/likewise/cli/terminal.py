"""Terminal: what commands say, and progress as a bar (on a terminal) or plain lines (elsewhere)."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from likewise.cli.stopping import STOP
from likewise.progress import Progress

PLAIN_EVERY = 10.0  # seconds between two plain lines
SHOWN_FIGURES = 4


class Terminal:
    """The voice of one command.

    Results and news go to stdout; under ``--json`` stdout belongs to the summary alone and news
    goes to stderr; ``--quiet`` leaves warnings and errors.
    """

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.quiet = quiet
        self.as_json = as_json
        self.warnings: list[str] = []

    def say(self, line: str = "") -> None:
        """One line of news."""
        if not self.quiet:
            print(line, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def warn(self, line: str) -> None:
        """One line that the reader should not miss, told once; it is kept for ``run.json``."""
        if line in self.warnings:
            return
        self.warnings.append(line)
        print(f"warning: {line}", file=sys.stderr, flush=True)

    def summary(self, value: dict[str, Any]) -> None:
        """The machine-readable summary, if it was asked for."""
        if self.as_json:
            print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False), flush=True)

    def progress(self) -> StoppableProgress:
        """A listener fit for where stderr leads."""
        if self.quiet:
            return StoppableProgress(self)
        return BarProgress(self) if sys.stderr.isatty() else PlainProgress(self)


class StoppableProgress(Progress):
    """A listener that shows nothing, and stops work when a signal asked for it."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def note(self, message: str) -> None:
        """Say a warning of the library, and keep it for ``run.json``."""
        self.terminal.warn(message)

    def close(self) -> None:
        """Give the terminal back, whatever became of the work."""

    @property
    def should_stop(self) -> bool:
        """Whether Ctrl-C or SIGTERM arrived."""
        return STOP.requested


class PlainProgress(StoppableProgress):
    """A line on stderr at the start, about every ten seconds, and at the end."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._what, self._total, self._first, self._done = "", 0, 0, 0
        self._began = self._spoke = 0.0
        self._figures: dict[str, float] = {}

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Remember when and where the work began: time left is told from this session's pace."""
        self._what, self._total, self._first, self._done = what, total, done, done
        self._began = self._spoke = time.monotonic()
        self._figures = {}
        resumed = f", {done} of them done before" if done else ""
        self._write(f"{what}: {total} steps{resumed}")

    def advance(self, done: int, **figures: float) -> None:
        """Speak if the last line is old enough."""
        self._done, self._figures = done, figures
        if time.monotonic() - self._spoke >= PLAIN_EVERY:
            self._spoke = time.monotonic()
            self._write(self._line())

    def finish(self) -> None:
        """Speak the last line."""
        took = spoken_seconds(time.monotonic() - self._began)
        self._write(
            f"{self._what}: {self._done} of {self._total} steps, {took}{self._figure_text()}"
        )

    def _line(self) -> str:
        share = self._done / max(self._total, 1)
        left = seconds_left(self._began, self._first, self._done, self._total)
        pace = "" if left is None else f", about {spoken_seconds(left)} left"
        return (
            f"{self._what}: {self._done} of {self._total} steps, {share:.0%}{pace}"
            f"{self._figure_text()}"
        )

    def _figure_text(self) -> str:
        return f"; {shown_figures(self._figures)}" if self._figures else ""

    def _write(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class BarProgress(StoppableProgress):
    """A rich bar on stderr with the time left and the latest losses."""

    def __init__(self, terminal: Terminal) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress
        from rich.table import Column

        super().__init__(terminal)
        console = Console(stderr=True, highlight=False)
        losses = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._bar = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[figures]}", markup=False, style="dim", table_column=losses),
            console=console,
            expand=True,
            speed_estimate_period=60,
        )
        self._task: Any = None

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Draw the bar."""
        self._bar.start()
        self._task = self._bar.add_task(what, total=total, completed=done, figures="")

    def advance(self, done: int, **figures: float) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done, figures=shown_figures(figures))

    def finish(self) -> None:
        """Leave the bar as it stands and give the terminal back."""
        self._bar.stop()

    def close(self) -> None:
        """The same, for work that failed half-way."""
        self._bar.stop()


def shown_figures(figures: dict[str, float]) -> str:
    """The first few losses as ``name 0.123``."""
    names = list(figures)[:SHOWN_FIGURES]
    return "  ".join(f"{name} {figures[name]:.3g}" for name in names)


def seconds_left(began: float, first: int, done: int, total: int) -> float | None:
    """Seconds to go at this session's pace; ``None`` before its first step ended."""
    if done <= first:
        return None
    return (time.monotonic() - began) / (done - first) * (total - done)


def spoken_seconds(seconds: float) -> str:
    """``seconds`` as a person says them: "0.4 s", "45 s", "2 min 5 s", "6 h 24 min"."""
    if seconds < 9.5:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
