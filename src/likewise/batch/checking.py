"""Checking: the files of all rows are read before any work begins."""

from __future__ import annotations

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.looking import Looking
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.batch.stage import UnderWay

AT_ONCE = 16  # rows of an order


class Checking(Looking):
    """Has the files of all waiting rows read; those that cannot be used are refused."""

    name = "check"

    def __init__(
        self, ledger: Ledger, executor: Executor, onlooker: Onlooker, place: Place, device: str
    ) -> None:
        entries = [entry for entry in ledger.entries("waiting") if not entry.checked]
        units = [entries[first : first + AT_ONCE] for first in range(0, len(entries), AT_ONCE)]
        super().__init__(ledger, executor, onlooker, place, device, units)
        self._crashed: set[int] = set()

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
            self.units.extend([entry] for entry in left)
            return
        for entry in left:
            if entry.row.number in self._crashed:
                self._refuse(entry, f"its files break what reads them: {news.crash}")
            else:
                self._crashed.add(entry.row.number)
                self.units.append([entry])

    def _refuse(self, entry: Entry, error: str) -> None:
        self.ledger.end(entry.row.number, "refused", error=error)
        self.onlooker.done(entry, "refused", error, {})
