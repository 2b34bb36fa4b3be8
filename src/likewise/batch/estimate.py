"""Estimate: about how long a batch takes and what that costs, from a few of its rows planned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.looking import Looking
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.batch.stage import UnderWay

BESIDES = 0.3  # seconds of a row besides its fit: reading, rendering, writing
KINDS_TIMED = 24


@dataclass(frozen=True)
class Estimate:
    """About what is left to do.

    Attributes:
        rows: how many wait.
        worker_hours: of all workers together.
        hours: with all workers at once.
        cost: in the currency of the price, None without one.
    """

    rows: int
    worker_hours: float
    hours: float
    cost: float | None


class Planning(Looking):
    """Times one waiting row of each kind: task, method, preset and settings."""

    name = "plan"

    def __init__(
        self, ledger: Ledger, executor: Executor, onlooker: Onlooker, place: Place, device: str
    ) -> None:
        self._kinds: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
        for entry in ledger.entries("waiting"):
            self._kinds[_kind(entry)].append(entry)
        largest = sorted(self._kinds.values(), key=len, reverse=True)[:KINDS_TIMED]
        units = [[entries[len(entries) // 2]] for entries in largest]
        super().__init__(ledger, executor, onlooker, place, device, units)
        self._seconds: dict[tuple[Any, ...], float] = {}

    def hear(self, way: UnderWay, news: News) -> None:
        """The time of a fit, which is most of a row's."""
        entry = way.entries.pop(news.told["row"])
        self._seconds[_kind(entry)] = news.told.get("seconds", 0.0) + BESIDES
        self.onlooker.done(entry, "waiting", "", {})

    def hear_end(self, way: UnderWay, news: News) -> None:
        """A row that could not be planned is counted as the others."""

    def estimate(self, price: float | None) -> Estimate:
        """What the timed kinds say of all rows.

        Args:
            price: of a worker for an hour.
        """
        known = list(self._seconds.values())
        usual = sum(known) / len(known) if known else BESIDES
        seconds = sum(
            self._seconds.get(kind, usual) * len(entries) for kind, entries in self._kinds.items()
        )
        rows = sum(map(len, self._kinds.values()))
        hours = seconds / 3600
        at_once = max(min(self.executor.slots, rows), 1)
        return Estimate(rows, hours, hours / at_once, None if price is None else hours * price)


def _kind(entry: Entry) -> tuple[Any, ...]:
    row = entry.row
    return row.task, row.method, row.preset, row.size, tuple(sorted(row.settings.items()))
