"""The stages of a batch, on an executor that does what a script says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from likewise.batch.checking import Checking
from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News, Order
from likewise.batch.ledger import Ledger
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import RECORD, Place
from likewise.batch.rows import Row
from likewise.batch.working import Rules, Working
from likewise.errors import Interrupted

QUICK = Rules(back_off=0.01)
Answer = Callable[[Mapping[str, Any], int], Iterator[dict[str, Any] | str]]


class Scripted(Executor):
    """Answers each row of an order as ``answer`` does; a text there is a crash of the worker."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sizes: list[int] = []
        self.cancelled: list[int] = []
        self.tried: dict[int, int] = {}
        self._waiting: dict[int, list[News]] = {}

    @property
    def slots(self) -> int:
        return 2

    def start(self, order: Order) -> None:
        rows = order.work["rows"]
        self.sizes.append(len(rows))
        assert len(self._waiting) < self.slots
        self._waiting[order.number] = list(self._news(order.number, rows))

    def _news(self, order: int, rows: Sequence[Mapping[str, Any]]) -> Iterator[News]:
        for job in rows:
            row = job.get("row", job)
            number = row["number"]
            self.tried[number] = self.tried.get(number, 0) + 1
            for told in self.answer(job, self.tried[number]):
                if told == "forever":
                    return
                if isinstance(told, str):
                    yield News(order, ended=True, crash=told)
                    return
                yield News(order, {"row": number, **told})
        yield News(order, ended=True)

    def news(self, timeout: float) -> Sequence[News]:
        found = [news for each in self._waiting.values() for news in each]
        for order in [o for o, each in self._waiting.items() if each and each[-1].ended]:
            del self._waiting[order]
        return found

    def cancel(self, order: int) -> None:
        self.cancelled.append(order)
        if order in self._waiting:
            self._waiting[order] = [News(order, ended=True, crash="cancelled")]

    def close(self) -> None:
        pass


class Heard(Onlooker):
    def __init__(self, stop_after: int = 10**6) -> None:
        self.said: list[tuple[int, str, str]] = []
        self.again_: list[int] = []
        self.looks = 0
        self.stop_after = stop_after

    def done(self, entry: Any, state: Any, error: str, result: Mapping[str, Any]) -> None:
        self.said.append((entry.row.number, state, error))

    def again(self, entry: Any, error: str, seconds: float) -> None:
        self.again_.append(entry.row.number)

    @property
    def should_stop(self) -> bool:
        self.looks += 1
        return self.looks > self.stop_after


def made(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do the row as a worker does."""
    folder = Path(job["folder"])
    folder.mkdir(exist_ok=True)
    with (folder / "tries.txt").open("a") as file:
        file.write("x")
    (folder / RECORD).write_text(json.dumps({"result": {}}))
    return {"done": {"seconds": 1.0}}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.open()
    return place


def ledger_of(place: Place, count: int) -> Ledger:
    ledger = Ledger(place.folder)
    ledger.enter([Row(n, f"r{n}", "i.png", "p.png", ("t.png",)) for n in range(1, count + 1)])
    return ledger


def worked(
    place: Place, ledger: Ledger, answer: Answer, rules: Rules = QUICK, heard: Heard | None = None
) -> Scripted:
    executor = Scripted(answer)
    Working(ledger, executor, heard or Heard(), place, rules).carry_out()
    return executor


def states(ledger: Ledger) -> list[str]:
    return [entry.state for entry in ledger.entries()]


def test_every_row_is_done_once(place: Place) -> None:
    ledger = ledger_of(place, 7)
    executor = worked(place, ledger, lambda job, _: iter([made(job)]))
    assert states(ledger) == ["done"] * 7
    assert executor.tried == dict.fromkeys(range(1, 8), 1)
    assert all(place.is_done(f"r{n}") for n in range(1, 8))
    assert worked(place, ledger, lambda job, _: iter([made(job)])).tried == {}


def test_a_lost_worker_costs_an_attempt_and_its_folder_is_taken_over(place: Place) -> None:
    def answer(job: Mapping[str, Any], attempt: int) -> Iterator[dict[str, Any] | str]:
        if job["row"]["number"] == 2 and attempt < 3:
            made(job)
            yield "killed"
        else:
            yield made(job)

    heard = Heard()
    ledger = ledger_of(place, 3)
    worked(place, ledger, answer, heard=heard)
    assert states(ledger) == ["done"] * 3
    assert heard.again_ == [2, 2]
    assert (place.result("r2") / "tries.txt").read_text() == "xxx"
    assert [entry.attempts for entry in ledger.entries()] == [1, 3, 1]


def test_what_always_breaks_is_given_up_and_bad_input_is_tried_once(place: Place) -> None:
    def answer(job: Mapping[str, Any], attempt: int) -> Iterator[dict[str, Any] | str]:
        number = job["row"]["number"]
        yield from {
            1: ["killed"],
            2: [{"refused": "bad"}],
            3: [{"failed": "no memory", "is_memory": True}],
            4: [made(job)] if number == 4 else [],
        }[number]

    ledger = ledger_of(place, 4)
    executor = worked(place, ledger, answer, Rules(back_off=0.01, retries=3))
    assert states(ledger) == ["failed", "refused", "failed", "done"]
    assert executor.tried == {1: 4, 2: 1, 3: 2, 4: 1}
    errors = [entry.error for entry in ledger.entries()]
    assert errors == ["killed (tried 4 times)", "bad", "no memory (tried 2 times)", ""]


def test_a_row_that_takes_too_long_is_ended(place: Place) -> None:
    def answer(job: Mapping[str, Any], attempt: int) -> Iterator[dict[str, Any] | str]:
        yield "forever" if job["row"]["number"] == 1 else made(job)

    ledger = ledger_of(place, 2)
    executor = worked(place, ledger, answer, Rules(time_limit=0.05))
    assert states(ledger) == ["failed", "done"]
    assert len(executor.cancelled) == 1
    assert "longer than 0.05 s" in next(ledger.entries("failed")).error


def test_stopped_rows_wait_for_the_next_time(place: Place) -> None:
    ledger = ledger_of(place, 4)
    with pytest.raises(Interrupted):
        worked(place, ledger, lambda job, _: iter(["forever"]), heard=Heard(stop_after=3))
    assert states(ledger) == ["waiting"] * 4
    worked(place, ledger, lambda job, _: iter([made(job)]))
    assert states(ledger) == ["done"] * 4


def test_like_rows_are_packed_and_parted_when_they_break(place: Place) -> None:
    def answer(job: Mapping[str, Any], attempt: int) -> Iterator[dict[str, Any] | str]:
        if job["row"]["number"] == 2 and attempt == 1:
            yield "killed"
        else:
            yield made(job)

    ledger = ledger_of(place, 6)
    for number in (1, 2, 3, 4):
        ledger.check(number, {"size": [48, 48, "RGB"], "classes": 2})
    ledger.check(5, {"size": [64, 48, "RGB"], "classes": 2})
    executor = worked(place, ledger, answer, Rules(back_off=0.01, pack=4))
    assert sorted(executor.sizes) == [1, 1, 1, 1, 1, 4]
    assert states(ledger) == ["done"] * 6


def test_a_file_that_breaks_its_reader_is_found_among_others(place: Place) -> None:
    def answer(job: Mapping[str, Any], attempt: int) -> Iterator[dict[str, Any] | str]:
        if job["number"] == 5:
            yield "killed"
        elif job["number"] == 3:
            yield {"refused": "damaged"}
        else:
            yield {"facts": {}}

    ledger = ledger_of(place, 20)
    Checking(ledger, Scripted(answer), Heard(), place, "cpu").carry_out()
    refused = {entry.row.number: entry.error for entry in ledger.entries("refused")}
    assert refused == {3: "damaged", 5: "its files break what reads them: killed"}
    assert all(entry.checked for entry in ledger.entries("waiting"))
