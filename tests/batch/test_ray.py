"""What only a cluster can do or lack."""

from __future__ import annotations

import time

import pytest
from tests.batch import toys
from tests.batch.test_executors import heard

from likewise.batch.executors import ray
from likewise.batch.executors.orders import Order, Outfit
from likewise.batch.executors.ray import RayExecutor, Share
from likewise.errors import ConfigError

OUTFIT = Outfit(toys.__name__)


def test_an_unreachable_cluster_is_told_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError, match=r"--address: 127.0.0.1:9 cannot be reached"):
        RayExecutor(OUTFIT, 1, "127.0.0.1:9")
    assert time.monotonic() - began < 20


@pytest.mark.slow
def test_orders_that_find_no_room_go_to_idle_actors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after machines were lost: idle actors hold the room that others wait for."""
    pytest.importorskip("ray")
    monkeypatch.setattr(ray, "PATIENCE", 1.0)
    with RayExecutor(OUTFIT, 1) as executor:
        executor.start(Order(50, {"say": 50, "sleep": 3}))
        executor.start(Order(51, {"say": 51}))
        ends = [news for news in heard(executor, 50, 51) if news.ended]
    assert [(news.order, news.crash) for news in ends] == [(50, ""), (51, "")]


@pytest.mark.slow
def test_a_worker_larger_than_any_machine_is_refused() -> None:
    pytest.importorskip("ray")
    with pytest.raises(ConfigError, match=r"a worker takes 1 CPUs and 2 GPUs.*largest machine"):
        RayExecutor(OUTFIT, 1, share=Share(1, 2))
