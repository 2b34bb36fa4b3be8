"""Stage: rows go out to the workers of an executor as orders, and news of them comes back."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News, Order
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.onlooker import Onlooker
from likewise.errors import Interrupted

LOOK_EVERY = 0.2  # seconds


@dataclass
class UnderWay:
    """An order, and the rows of it that are still open, by number."""

    entries: dict[int, Entry]
    began: float = field(default_factory=time.monotonic)
    is_late: bool = False


class Stage(ABC):
    """One stage of a batch, over many orders.

    Args:
        ledger: knows the rows.
        executor: does the work.
        onlooker: hears how it goes and may ask to stop.
    """

    name: ClassVar[str]
    _number = 0  # of the last order; executors outlive a stage, and so do numbers

    def __init__(self, ledger: Ledger, executor: Executor, onlooker: Onlooker) -> None:
        self.ledger = ledger
        self.executor = executor
        self.onlooker = onlooker
        self.orders: dict[int, UnderWay] = {}

    def carry_out(self) -> None:
        """See all rows to an end.

        Raises:
            Interrupted: the onlooker asked to stop; no worker is busy any more.
        """
        try:
            while self.has_more() or self.orders:
                if self.onlooker.should_stop:
                    raise Interrupted("the batch was stopped")
                while len(self.orders) < self.executor.slots and (unit := self.next_unit()):
                    self._begin(unit)
                self.onlooker.busy(
                    {number: e for way in self.orders.values() for number, e in way.entries.items()}
                )
                self._listen()
        finally:
            for number in self.orders:
                self.executor.cancel(number)
            self.settle()
            self.onlooker.end()

    def _begin(self, unit: Sequence[Entry]) -> None:
        Stage._number += 1
        work = self.work_of(unit)
        self.orders[Stage._number] = UnderWay({entry.row.number: entry for entry in unit})
        self.executor.start(Order(Stage._number, work))

    def _listen(self) -> None:
        heard = self.executor.news(LOOK_EVERY if self.orders else LOOK_EVERY / 4)
        for news in heard:
            way = self.orders.get(news.order)
            if way is None:
                continue  # of a stage that was stopped
            if news.told:
                self.hear(way, news)
            if news.ended:
                del self.orders[news.order]
                self.hear_end(way, news)
        for number, way in self.orders.items():
            if not way.is_late and self.is_late(way):
                way.is_late = True
                self.executor.cancel(number)

    @abstractmethod
    def has_more(self) -> bool:
        """Whether rows wait that no order holds."""

    @abstractmethod
    def next_unit(self) -> Sequence[Entry]:
        """The rows of the next order; none if there is none for now."""

    @abstractmethod
    def work_of(self, unit: Sequence[Entry]) -> dict[str, Any]:
        """What the worker of an order with ``unit`` is told."""

    @abstractmethod
    def hear(self, way: UnderWay, news: News) -> None:
        """A worker told something of a row."""

    @abstractmethod
    def hear_end(self, way: UnderWay, news: News) -> None:
        """An order ended; ``way`` holds the rows of which nothing final was told."""

    def is_late(self, way: UnderWay) -> bool:
        """Whether an order took longer than it may."""
        return False

    def settle(self) -> None:  # noqa: B027 - a stage may have nothing to leave
        """Leave the ledger so that the rows under way can be gone on with."""
