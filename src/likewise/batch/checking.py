"""Checking: the files of all rows are read before any work begins."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.batch.stage import Stage, UnderWay

AT_ONCE = 16  # rows of an order


class Checking(Stage):
    """Has the files of all waiting rows read; those that cannot be used are refused."""

    name = "check"

    def __init__(
        self, ledger: Ledger, executor: Executor, onlooker: Onlooker, place: Place, device: str
    ) -> None:
        super().__init__(ledger, executor, onlooker)
        self._place = place
        self._device = device
        entries = [entry for entry in ledger.entries("waiting") if not entry.checked]
        self._units: deque[list[Entry]] = deque(
            entries[first : first + AT_ONCE] for first in range(0, len(entries), AT_ONCE)
        )
        self._crashed: set[int] = set()
        self.total = len(entries)

    def has_more(self) -> bool:
        """Whether rows wait to be checked."""
        return bool(self._units)

    def next_unit(self) -> Sequence[Entry]:
        """Some rows."""
        return self._units.popleft() if self._units else ()

    def work_of(self, unit: Sequence[Entry]) -> dict[str, Any]:
        """Read these."""
        rows = [entry.row.to_json() for entry in unit]
        cache = str(self._place.cache)
        return {"kind": "check", "rows": rows, "cache": cache, "device": self._device}

    def hear(self, way: UnderWay, news: News) -> None:
        """A row is good, or refused."""
        number = news.told["row"]
        entry = way.entries.pop(number)
        error = news.told.get("refused", "")
        if error:
            self._refuse(entry, error)
        else:
            self.ledger.check(number, news.told["facts"])
            self.onlooker.done(entry, "waiting", "", {})

    def hear_end(self, way: UnderWay, news: News) -> None:
        """A file may have broken its reader: its row is found out by reading each alone."""
        left = list(way.entries.values())
        if len(left) > 1:
            self._units.extend([entry] for entry in left)
            return
        for entry in left:
            if entry.row.number in self._crashed:
                self._refuse(entry, f"its files break what reads them: {news.crash}")
            else:
                self._crashed.add(entry.row.number)
                self._units.append([entry])

    def _refuse(self, entry: Entry, error: str) -> None:
        self.ledger.end(entry.row.number, "refused", error=error)
        self.onlooker.done(entry, "refused", error, {})
