"""Executor: the interface behind which the machines of a batch stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from likewise.batch.executors.orders import News, Order


class Executor(ABC):
    """Workers that do orders, each one at a time, and outlive the orders.

    Whatever becomes of a worker, its order ends with news that says so, and another takes its
    place. An executor neither tries an order twice nor remembers one: that is the batch's to do.
    """

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many orders it does at once, now."""

    @abstractmethod
    def start(self, order: Order) -> None:
        """Have a free worker begin ``order``; there must be fewer than ``slots`` under way."""

    @abstractmethod
    def news(self, timeout: float) -> Sequence[News]:
        """What became of the orders since last asked; waits up to ``timeout`` seconds for some."""

    @abstractmethod
    def cancel(self, order: int) -> None:
        """End ``order`` at once, with its worker; news of its end follows."""

    @abstractmethod
    def close(self) -> None:
        """End all workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
