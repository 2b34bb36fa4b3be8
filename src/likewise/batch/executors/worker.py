"""Worker: the outside of a worker process; starts it, hears of it, ends it."""

from __future__ import annotations

import contextlib
import json
import multiprocessing as processes
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from likewise.batch.executors.orders import News, Order, Outfit
from likewise.batch.executors.serving import serve

# A server that has everything imported and no thread forks off workers in milliseconds; CUDA is
# not touched before the fork.
_START = "forkserver" if "forkserver" in processes.get_all_start_methods() else "spawn"
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


class Worker:
    """A process that does orders, equipped with ``outfit``."""

    def __init__(self, outfit: Outfit) -> None:
        context: Any = processes.get_context(_START)
        if _START == "forkserver":
            context.set_forkserver_preload([outfit.module, serve.__module__])
        self.order: int | None = None
        self._pipe, theirs = context.Pipe()
        life, self._life = context.Pipe(duplex=False)
        self._process = context.Process(target=serve, args=(theirs, life, outfit), daemon=True)
        with _threads(outfit.threads):
            self._process.start()
        theirs.close()
        life.close()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def waits_on(self) -> tuple[Connection, int]:
        """What becomes ready when there is news."""
        return self._pipe, self._process.sentinel

    def start(self, order: Order) -> None:
        """Begin ``order``."""
        self.order = order.number
        with contextlib.suppress(OSError):  # it is gone; news() tells
            self._pipe.send_bytes(json.dumps(dict(order.work)).encode())

    def news(self) -> list[News]:
        """What it said since last asked; after a crash the worker must be replaced."""
        found: list[News] = []
        while self.order is not None:
            told = self._heard()
            if told is None:
                break
            if told:
                found.append(News(self.order, told))
            else:
                found.append(News(self.order, ended=True))
                self.order = None
        if self.order is not None and not self.is_alive:
            found.append(News(self.order, ended=True, crash=self._told_end()))
            self.order = None
        return found

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def end(self) -> None:
        """Make sure that it is gone."""
        with contextlib.suppress(OSError):
            self._life.close()
            self._pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join(5)

    def kill(self) -> None:
        """End it at once, as a fault of the machine would."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def _heard(self) -> dict[str, Any] | None:
        try:
            return json.loads(self._pipe.recv_bytes()) if self._pipe.poll() else None
        except (EOFError, OSError, ValueError):  # it was cut off in the midst of a word
            self._process.join(5)
            return None

    def _told_end(self) -> str:
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"the worker ended with code {code}"
        known = {int(number): number.name for number in signal.Signals}
        name = known.get(-code, f"signal {-code}")
        cause = ": memory may have run out" if name == "SIGKILL" else ""
        return f"the worker was ended by {name}{cause}"


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    """What a process finds in its environment when it starts."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
