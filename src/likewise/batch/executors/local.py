"""Local: workers that are processes of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import wait

from likewise.batch.executors.base import Executor
from likewise.batch.executors.orders import News, Order, Outfit
from likewise.batch.executors.worker import Worker


class LocalExecutor(Executor):
    """A pool of processes.

    Args:
        outfit: how they work.
        slots: how many.
        gpus: that they share in turn, as CUDA_VISIBLE_DEVICES has them; none leaves all to each.
    """

    def __init__(self, outfit: Outfit, slots: int, gpus: Sequence[str] = ()) -> None:
        self._slots = slots
        self._outfits = [
            replace(outfit, gpu=gpus[place % len(gpus)]) if gpus else outfit
            for place in range(slots)
        ]
        self._workers: list[Worker | None] = [None] * slots

    @property
    def slots(self) -> int:
        """How many there are."""
        return self._slots

    def start(self, order: Order) -> None:
        """Begin ``order`` on a free worker, started where there is none."""
        for place, worker in enumerate(self._workers):
            if worker is None or worker.order is None:
                if worker is None or not worker.is_alive:
                    if worker is not None:
                        worker.end()
                    worker = Worker(self._outfits[place])
                    self._workers[place] = worker
                worker.start(order)
                return
        raise RuntimeError("no worker is free")

    def news(self, timeout: float) -> Sequence[News]:
        """What became of the orders since last asked."""
        busy = [each for each in self._workers if each is not None and each.order is not None]
        wait([ready for each in busy for ready in each.waits_on], timeout)
        return [news for each in busy for news in each.news()]

    def cancel(self, order: int) -> None:
        """End the worker of ``order``."""
        for worker in self._workers:
            if worker is not None and worker.order == order:
                worker.kill()

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            if worker is not None:
                worker.end()
        self._workers = [None] * self._slots
