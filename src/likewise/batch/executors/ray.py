"""Ray: workers on the machines of a cluster, each behind an actor.

An actor holds a worker process, so that CUDA starts once, a job that breaks takes only its own
process along, and one that takes too long can be ended. Ray is asked for places and told of deaths
and nothing else: it retries nothing and remembers nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from typing import Any

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News, Order, Outfit
from likewise.batch.executors.worker import Worker
from likewise.errors import ConfigError, LikewiseError

LOCAL = "local"
REACHABLE_WITHIN = 5.0  # seconds
ROUNDING = 1e-9
PATIENCE = 30.0  # seconds that an actor may take to be placed and to speak
COUNTED_FOR = 10.0  # seconds that a count of the cluster's room is trusted
_SCHEME = "ray://"


@dataclass(frozen=True)
class Share:
    """What one worker takes of a cluster.

    Attributes:
        cpus: cores.
        gpus: GPUs; below 1, several workers share one; None takes one where the cluster has some.
    """

    cpus: float = 1.0
    gpus: float | None = None


@dataclass(frozen=True)
class _Busy:
    """An actor with its order, and whether it was heard of since it was given it."""

    actor: Any
    order: Order
    since: float = field(default_factory=time.monotonic)
    is_heard: bool = False


class RayExecutor(Executor):
    """Workers on a Ray cluster.

    Args:
        outfit: how they work; a memory fraction follows from a share of a GPU.
        slots: how many; None takes as many as the cluster has room for at any time. More than
            that wait for room, which makes a cluster grow that can.
        address: of the cluster: host:port, ray://host:port or "auto"; "local" starts one here.
        share: what a worker takes.

    Raises:
        ConfigError: Ray is not installed, the cluster is not reachable, or no machine of it has
            room for a worker.
    """

    def __init__(
        self, outfit: Outfit, slots: int | None, address: str = LOCAL, share: Share | None = None
    ) -> None:
        asked = share or Share(cpus=outfit.threads)
        self._ray = _joined(address, slots, asked)
        try:
            self._share = _settled(self._ray, asked)
            room = _room(self._ray, self._share)
        except BaseException:
            self._ray.shutdown()
            raise
        self._outfit = outfit
        gpus = self._share.gpus or 0.0
        if 0 < gpus < 1:
            self._outfit = replace(outfit, memory_fraction=gpus)
        self._asked, self._room, self._counted = slots, room, time.monotonic()
        self._class = self._actor_class()
        self._idle: list[Any] = []
        self._busy: dict[Any, _Busy] = {}  # by the reference to the next news
        self._cancelled: set[int] = set()

    @property
    def slots(self) -> int:
        """As many as were asked for; else what there is room for now: clusters grow and shrink."""
        if self._asked is None and time.monotonic() - self._counted > COUNTED_FOR:
            self._counted = time.monotonic()
            self._room = max(_room_now(self._ray, self._share), 1)
        return self._asked or self._room

    def _actor_class(self) -> Any:
        share = self._share
        return self._ray.remote(num_cpus=share.cpus, num_gpus=share.gpus, max_restarts=0)(
            Supervisor
        )

    def start(self, order: Order) -> None:
        """Begin ``order`` on an actor that is free, or a new one."""
        self._begin(order, self._idle.pop() if self._idle else self._class.remote(self._outfit))

    def _begin(self, order: Order, actor: Any) -> None:
        actor.start.remote(order)
        self._busy[actor.news.remote()] = _Busy(actor, order)

    def news(self, timeout: float) -> Sequence[News]:
        """What became of the orders since last asked.

        Raises:
            LikewiseError: the cluster is gone.
        """
        if not self._busy:
            time.sleep(timeout)
            return []
        try:
            ready, _ = self._ray.wait(list(self._busy), num_returns=1, timeout=timeout)
            more, _ = self._ray.wait(list(self._busy), num_returns=len(self._busy), timeout=0)
        except (self._ray.exceptions.RayError, OSError) as error:
            found = f"the cluster is gone ({_first_line(error)})"
            raise LikewiseError(f"{found}; the same command again does what is missing") from error
        found_news: list[News] = []
        for reference in dict.fromkeys([*ready, *more]):
            found_news += self._received(reference)
        self._free_the_waiting()
        return found_news

    def _received(self, reference: Any) -> list[News]:
        busy = self._busy.pop(reference)
        number = busy.order.number
        try:
            told = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._kill(busy.actor)
            asked = number in self._cancelled
            reason = "it was cancelled" if asked else f"its actor is gone ({type(error).__name__})"
            self._cancelled.discard(number)
            return [News(number, ended=True, crash=reason)]
        if told and told[-1].ended:
            self._idle.append(busy.actor)
        else:
            self._busy[busy.actor.news.remote()] = replace(busy, is_heard=True)
        return list(told)

    def _free_the_waiting(self) -> None:
        """Move orders whose actors find no room, as after machines were lost, to idle actors.

        These hold the room that those wait for.
        """
        now = time.monotonic()
        for reference, busy in list(self._busy.items()):
            if self._idle and not busy.is_heard and now - busy.since > PATIENCE:
                del self._busy[reference]
                self._kill(busy.actor)
                self._begin(busy.order, self._idle.pop())

    def _kill(self, actor: Any) -> None:
        with contextlib.suppress(Exception):  # it may be gone already
            self._ray.kill(actor)

    def cancel(self, order: int) -> None:
        """End ``order`` with its actor."""
        for busy in self._busy.values():
            if busy.order.number == order:
                self._cancelled.add(order)
                self._kill(busy.actor)

    def close(self) -> None:
        """End all actors, and a cluster that was started for them."""
        for actor in [*self._idle, *(busy.actor for busy in self._busy.values())]:
            self._kill(actor)
        self._ray.shutdown()


class Supervisor:
    """What runs as an actor: a worker process, looked after."""

    def __init__(self, outfit: Outfit) -> None:
        self._outfit = outfit
        self._worker: Worker | None = None

    def start(self, order: Order) -> None:
        """Begin ``order``."""
        if self._worker is None or not self._worker.is_alive:
            if self._worker is not None:
                self._worker.end()
            self._worker = Worker(self._outfit)
        self._worker.start(order)

    def news(self, patience: float = 1.0) -> list[News]:
        """What became of the order; waits ``patience`` seconds for some."""
        assert self._worker is not None
        wait(self._worker.waits_on, patience)
        return self._worker.news()


def _joined(address: str, slots: int | None, share: Share) -> Any:
    """The ray module, connected."""
    if importlib.util.find_spec("ray") is None:
        raise ConfigError(
            "--executor",
            "ray is not installed",
            "the extra of clusters",
            "Install it: pip install 'likewise[ray]'",
        )
    _require_reachable(address)
    import ray

    asked: dict[str, Any] = {"address": address}
    if address == LOCAL:
        asked |= {"include_dashboard": False}
        asked |= {"num_cpus": _whole_cpus(slots, share)} if slots else {}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **asked)
    except Exception as error:  # what Ray raises here differs by address
        raise ConfigError(
            "--address",
            f"{address} cannot be joined ({_first_line(error)})",
            "a running cluster whose Ray is the one installed here",
            "Look with: ray status --address ADDRESS",
        ) from error
    return ray


def _whole_cpus(slots: int | None, share: Share) -> int:
    return max(1, round((slots or 1) * share.cpus + 0.499))


def _require_reachable(address: str) -> None:
    """A quick look whether anything listens: Ray itself tries for minutes."""
    host, _, port = address.removeprefix(_SCHEME).rpartition(":")
    if address in (LOCAL, "auto") or not port.isdecimal():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=REACHABLE_WITHIN):
            pass
    except (OSError, OverflowError) as error:
        raise ConfigError(
            "--address",
            f"{address} cannot be reached ({_first_line(error)})",
            "host:port of a running cluster, or nothing, to start one here",
        ) from error


def _settled(ray: Any, share: Share) -> Share:
    """``share`` with a number of GPUs, where it leaves that open."""
    if share.gpus is not None:
        return share
    return replace(share, gpus=1.0 if ray.cluster_resources().get("GPU", 0.0) >= 1 else 0.0)


def _room(ray: Any, share: Share) -> int:
    """How many workers the machines of the cluster have room for."""
    nodes = _nodes(ray)
    rooms = [_room_on(node, share) for node in nodes]
    if not any(rooms):
        largest = {
            name: max((node.get(name, 0.0) for node in nodes), default=0.0)
            for name in ("CPU", "GPU")
        }
        found = (
            f"a worker takes {share.cpus:g} CPUs and {share.gpus or 0:g} GPUs, but the largest "
            f"machine of the cluster has {largest['CPU']:g} and {largest['GPU']:g}"
        )
        raise ConfigError("--executor", found, "a worker that fits on one machine")
    return sum(rooms)


def _room_now(ray: Any, share: Share) -> int:
    return sum(_room_on(node, share) for node in _nodes(ray))


def _nodes(ray: Any) -> list[Mapping[str, float]]:
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def _room_on(node: Mapping[str, float], share: Share) -> int:
    wanted = {"CPU": share.cpus, "GPU": share.gpus}
    return int(min(node.get(name, 0.0) / take for name, take in wanted.items() if take) + ROUNDING)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
