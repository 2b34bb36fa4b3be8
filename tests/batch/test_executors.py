"""Both executors keep the same promises; Ray's is tried on a cluster of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from tests.batch import toys

from likewise.batch.executors.base import Executor
from likewise.batch.executors.local import LocalExecutor
from likewise.batch.executors.orders import News, Order, Outfit
from likewise.batch.executors.ray import RayExecutor

OUTFIT = Outfit(toys.__name__)


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.slow)])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "ray":
        pytest.importorskip("ray")
    made = LocalExecutor(OUTFIT, 2) if request.param == "local" else RayExecutor(OUTFIT, 2)
    with made:
        yield made


def heard(executor: Executor, *orders: int, seconds: float = 60) -> list[News]:
    """All news until each of ``orders`` has ended."""
    found: list[News] = []
    end = time.monotonic() + seconds
    while {news.order for news in found if news.ended} != set(orders):
        assert time.monotonic() < end, found
        found += executor.news(1.0)
    return found


def test_orders_are_done_and_told_in_their_order(executor: Executor) -> None:
    assert executor.slots == 2
    for number in (1, 2):
        executor.start(Order(number, {"say": number}))
    news = heard(executor, 1, 2)
    for number in (1, 2):
        own = [each for each in news if each.order == number]
        assert [set(each.told) for each in own] == [{"begun", "process", "threads"}, {"row"}, set()]
        assert [each.ended for each in own] == [False, False, True]
        assert own[0].told["threads"] == "1"
        assert own[-1].crash == ""


def test_a_worker_serves_again(executor: Executor) -> None:
    processes = set()
    for number in range(10, 16):
        executor.start(Order(number, {"say": number}))
        processes |= {n.told["process"] for n in heard(executor, number) if "process" in n.told}
    assert len(processes) <= executor.slots
    assert os.getpid() not in processes


def test_a_worker_that_dies_ends_its_order_alone(executor: Executor) -> None:
    executor.start(Order(20, {"say": 20, "die": True}))
    executor.start(Order(21, {"say": 21, "sleep": 0.5}))
    ends = {news.order: news for news in heard(executor, 20, 21) if news.ended}
    assert "SIGKILL" in ends[20].crash
    assert ends[21].crash == ""
    executor.start(Order(22, {"say": 22}))
    assert [news.crash for news in heard(executor, 22) if news.ended] == [""]


def test_an_order_can_be_cancelled(executor: Executor) -> None:
    executor.start(Order(30, {"say": 30, "sleep": 600}))
    while not executor.news(1.0):
        pass
    executor.cancel(30)
    (end,) = [news for news in heard(executor, 30) if news.ended]
    assert end.crash
    executor.start(Order(31, {"say": 31}))
    assert heard(executor, 31)[-1].crash == ""


def test_closing_ends_the_workers() -> None:
    with LocalExecutor(OUTFIT, 1) as executor:
        executor.start(Order(40, {"say": 40, "sleep": 600}))
        told = executor.news(30)
        process = told[0].told["process"]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
