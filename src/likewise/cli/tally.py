"""Tally: the fits of a comparison as they are done, with the time left."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from likewise.cli.bar import Bar
from likewise.cli.stopping import STOP
from likewise.cli.terminal import PLAIN_EVERY, Terminal, spoken_seconds
from likewise.evaluation.comparison import Outcome
from likewise.evaluation.onlooker import Onlooker
from likewise.evaluation.plan import Cell
from likewise.progress import Progress

STARTING = 5.0  # seconds that a process takes before its fit begins
MEBIBYTE = 2**20


class Forecast:
    """About how long the rest takes: a contestant's fits take what they took so far.

    Args:
        estimates: seconds of a fit by contestant, for as long as none was done.
    """

    def __init__(self, estimates: Mapping[str, float]) -> None:
        self._estimates = estimates
        self._took: dict[str, list[float]] = defaultdict(list)
        self._besides: list[float] = []
        self._guess: float | None = None

    def guess(self, seconds: float) -> None:
        """Scoring a case's references took ``seconds``: about what a contestant's answers take."""
        self._guess = seconds

    def book(self, contestant: str, seconds: float, fit_seconds: float) -> None:
        """A fit took ``seconds`` with all that belongs to it."""
        self._took[contestant].append(seconds)
        self._besides.append(seconds - fit_seconds)

    def left(self, contestants: Iterable[str], elapsed: float = 0.0) -> float | None:
        """Seconds of one fit of each of ``contestants``, the first begun ``elapsed`` ago.

        None where there is nothing to tell it from: scores may take longer than fits, and before
        the first was made nobody knows.
        """
        if self._guess is None:
            return None
        besides = _mean(self._besides) if self._besides else STARTING + self._guess
        known = {name: seconds + besides for name, seconds in self._estimates.items()}
        known |= {name: _mean(took) for name, took in self._took.items()}
        if not known:
            return None
        usual = _mean(list(known.values()))
        first, *rest = [known.get(name, usual) for name in contestants] or [0.0]
        return max(first - elapsed, 0.0) + sum(rest)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


class Tally(Onlooker):
    """A line a fit; and where it stands, as a bar on a terminal and now and then elsewhere."""

    def __init__(self, terminal: Terminal, estimates: Mapping[str, float]) -> None:
        self._terminal = terminal
        self._forecast = Forecast(estimates)
        self._left: list[Cell] = []
        self._total = self._done = 0
        self._share = 0.0
        self._last = self._spoke = time.monotonic()  # when the last fit was done, or all began
        self._bar: Bar | None = None

    def begin(self, left: Sequence[Cell], done: int) -> None:
        """Show how much there is to do."""
        self._left, self._done, self._total = list(left), done, done + len(left)
        self._last = self._spoke = time.monotonic()
        before = f", {done} of them done before" if done else ""
        self._terminal.say(f"compare {counted(self._total, 'fit')}{before}")
        if not self._terminal.quiet and sys.stderr.isatty():
            self._bar = Bar("compare", self._total, self._done)

    def fitting(self, cell: Cell) -> Progress:
        """Before the first fit there were only references."""
        self._share = 0.0
        self._forecast.guess(time.monotonic() - self._last)
        return _Fit(self, cell)

    def scoring(self, case: str, contestant: str, target: str) -> None:
        """Scoring takes seconds a picture."""
        self._show(f"scoring {contestant} on {case}/{target}")

    def done(self, cell: Cell, outcomes: Sequence[Outcome]) -> None:
        """A line on the fit."""
        now = time.monotonic()
        fit_seconds = outcomes[0].fit_seconds if outcomes else 0.0
        self._forecast.book(cell.contestant.name, now - self._last, fit_seconds)
        self._last = now
        self._left.remove(cell)
        self._done, self._share = self._done + 1, 0.0
        who = f"{cell.contestant.name} on {cell.case}, seed {cell.seed}"
        self._terminal.say(f"{self._done:>3}/{self._total}  {who}: {costs_line(outcomes)}")
        for error in dict.fromkeys(outcome.error for outcome in outcomes if outcome.error):
            self._terminal.warn(f"{who}: {error}")
        self._spoke = now
        self._show("")

    def end(self) -> None:
        """Give the terminal back."""
        if self._bar is not None:
            self._bar.close()

    @property
    def should_stop(self) -> bool:
        """Whether Ctrl-C or SIGTERM arrived."""
        return STOP.requested

    def advance(self, cell: Cell, share: float) -> None:
        """The fit of ``cell`` has come to ``share``, 0 to 1."""
        self._share = share
        self._show(f"{cell.contestant.name} on {cell.case}: {share:.0%}")

    def note(self, cell: Cell, message: str) -> None:
        """A warning of the library."""
        self._terminal.warn(f"{cell.contestant.name} on {cell.case}: {message}")

    def _show(self, state: str) -> None:
        contestants = [cell.contestant.name for cell in self._left]
        left = self._forecast.left(contestants, time.monotonic() - self._last)
        pace = f"about {spoken_seconds(left)} left" if left and self._left else ""
        if self._bar is not None:
            told = "  ".join(filter(None, [pace, state]))
            self._bar.show(self._done + self._share, told)
        elif not self._terminal.quiet and time.monotonic() - self._spoke >= PLAIN_EVERY:
            self._spoke = time.monotonic()
            parts = [f"compare: {self._done} of {self._total} fits", pace, state]
            print(", ".join(filter(None, parts)), file=sys.stderr, flush=True)


class _Fit(Progress):
    """Hears of one fit, in per cent."""

    def __init__(self, tally: Tally, cell: Cell) -> None:
        self._tally, self._cell = tally, cell

    def start(self, what: str, total: int, done: int = 0) -> None:
        self._tally.advance(self._cell, 0.0)

    def advance(self, done: int, **figures: float) -> None:
        self._tally.advance(self._cell, done / 100)

    def note(self, message: str) -> None:
        self._tally.note(self._cell, message)

    @property
    def should_stop(self) -> bool:
        return self._tally.should_stop


def counted(count: int, word: str) -> str:
    """For people: 1 fit, 2 fits."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def costs_line(outcomes: Sequence[Outcome]) -> str:
    """What a fit and its layouts took, and how many of these failed."""
    good = [outcome for outcome in outcomes if outcome.picture is not None]
    failed = sum(bool(outcome.error) for outcome in outcomes)
    parts = []
    if good:
        seconds = sum(outcome.render_seconds for outcome in good) / len(good)
        parts.append(f"fit {spoken_seconds(good[0].fit_seconds)}")
        parts.append(f"render {spoken_seconds(seconds)}")
        memory = max(outcome.memory_bytes for outcome in good)
        parts += [f"{memory / MEBIBYTE:.0f} MiB"] if memory else []
    if failed:
        parts.append(f"{failed} of {len(outcomes)} failed" if good else "failed")
    return ", ".join(parts)
