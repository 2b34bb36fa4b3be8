"""Working: every row that waits is done, refused or given up."""

from __future__ import annotations

import heapq
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News
from likewise.batch.ledger import Entry, Ledger
from likewise.batch.onlooker import Onlooker
from likewise.batch.packs import packed
from likewise.batch.place import Place
from likewise.batch.stage import Stage, UnderWay

LONGEST_BACK_OFF = 60.0  # seconds


@dataclass(frozen=True)
class Rules:
    """How a batch treats its rows.

    Attributes:
        device: where rows are computed, as commands take it.
        retries: how often a row that broke is tried again.
        back_off: seconds before the second attempt; each further one waits twice as long.
        time_limit: seconds that a row may take; None lets it.
        pack: how many like rows go to a worker together.
        store: address of an object store for the results; "" keeps them in the folder.
        keep_models: whether fitted models stay with the pictures.
    """

    device: str = "auto"
    retries: int = 4
    back_off: float = 1.0
    time_limit: float | None = None
    pack: int = 1
    store: str = ""
    keep_models: bool = False


class Working(Stage):
    """Has all waiting rows done.

    A worker that is lost takes its row back to the queue, at most ``rules.retries`` times; bad
    input is told at once and not tried again.
    """

    name = "work"

    def __init__(
        self,
        ledger: Ledger,
        executor: Executor,
        onlooker: Onlooker,
        place: Place,
        rules: Rules,
    ) -> None:
        super().__init__(ledger, executor, onlooker)
        self._place = place
        self._rules = rules
        self._units = deque(packed(list(ledger.entries("waiting")), rules.pack))
        self._later: list[tuple[float, int, Entry]] = []
        self._attempts: dict[int, int] = {}  # that were begun; they number the folders
        self._breaks: Counter[int] = Counter()
        self.total = sum(map(len, self._units))

    def has_more(self) -> bool:
        """Whether rows wait, now or for another attempt."""
        return bool(self._units or self._later)

    def next_unit(self) -> Sequence[Entry]:
        """A row or a pack; one that broke once its time has come."""
        if self._later and self._later[0][0] <= time.monotonic():
            return [heapq.heappop(self._later)[2]]
        return self._units.popleft() if self._units else ()

    def work_of(self, unit: Sequence[Entry]) -> dict[str, Any]:
        """Do these, each in a folder of its own."""
        self.ledger.begin([entry.row.number for entry in unit])
        rows = []
        for entry in unit:
            number = entry.row.number
            self._attempts[number] = self._attempts.get(number, entry.attempts) + 1
            folder = self._place.attempt(entry.row.name, self._attempts[number])
            rows.append({"row": entry.row.to_json(), "folder": str(folder)})
        return {
            "kind": "work",
            "rows": rows,
            "cache": str(self._place.cache),
            "device": self._rules.device,
            "store": self._rules.store,
            "keep_models": self._rules.keep_models,
        }

    def hear(self, way: UnderWay, news: News) -> None:
        """A row is done, refused, or its attempt broke."""
        told = news.told
        entry = way.entries[told["row"]]
        number = entry.row.number
        if "done" in told:
            if not self._rules.store:
                self._place.publish(entry.row.name, self._attempts[number])
            self._end(entry, "done", "", told["done"])
            self._place.forget(entry.row.name)
        elif "refused" in told:
            self._place.forget(entry.row.name)
            self._end(entry, "refused", told["refused"], {})
        else:
            self._broke(entry, told["failed"], told.get("log", ""), told.get("is_memory", False))
        del way.entries[number]

    def hear_end(self, way: UnderWay, news: News) -> None:
        """What was not told of broke with the worker, or took too long."""
        for entry in way.entries.values():
            if way.is_late:
                assert self._rules.time_limit is not None
                error = f"it took longer than {self._rules.time_limit:g} s (--time-limit)"
                self._end(entry, "failed", error, {})
            else:
                self._broke(entry, news.crash or "its worker ended without a word")

    def is_late(self, way: UnderWay) -> bool:
        """Whether it ran past the limit of its rows together."""
        limit = self._rules.time_limit
        return limit is not None and time.monotonic() - way.began > limit * len(way.entries)

    def settle(self) -> None:
        """Rows under way when all was stopped wait again; the attempt was not theirs to lose."""
        for way in self.orders.values():
            for number in way.entries:
                self.ledger.end(number, "waiting")

    def _broke(self, entry: Entry, error: str, log: str = "", is_memory: bool = False) -> None:
        """Try it again; what found no memory once more at most, in case others held it."""
        number = entry.row.number
        self._breaks[number] += 1
        breaks = self._breaks[number]
        if breaks > (min(self._rules.retries, 1) if is_memory else self._rules.retries):
            told = {"log": log} if log else {}
            self._end(entry, "failed", f"{error} (tried {breaks} time{'s' * (breaks > 1)})", told)
            return
        wait = min(self._rules.back_off * 2 ** (breaks - 1), LONGEST_BACK_OFF)
        self.ledger.end(number, "waiting", error=error)
        heapq.heappush(self._later, (time.monotonic() + wait, number, entry))
        self.onlooker.again(entry, error, wait)

    def _end(self, entry: Entry, state: Any, error: str, result: Mapping[str, Any]) -> None:
        self.ledger.end(entry.row.number, state, error=error, result=result)
        self.onlooker.done(entry, state, error, result)


def set_right(ledger: Ledger, place: Place) -> None:
    """Have the ledger say what the folder shows: the last batch may have ended at any moment."""
    for entry in ledger.entries("running", "done"):
        if entry.result.get("address"):
            continue
        is_done = place.is_done(entry.row.name)
        if is_done and entry.state == "running":
            ledger.end(entry.row.number, "done", result=place.told(entry.row.name))
        elif not is_done and entry.state != "waiting":
            ledger.end(entry.row.number, "waiting")
