"""Waiting: an event loop waits for what another thread finishes, and is woken once for many."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class Waiting:
    """Awaits futures of other threads; belongs to one event loop.

    ``asyncio.wrap_future`` wakes the loop through its pipe for every single future. Where a thread
    finishes many at once, as one that commits votes in batches does, that costs more than all else.
    """

    def __init__(self) -> None:
        self._arrived: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._lock = threading.Lock()
        self._woken = False

    async def result(self, future: Future[Result]) -> Result:
        """What ``future`` holds or raises, once it is done."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Result] = loop.create_future()

        def done(finished: Future[Result]) -> None:
            self._arrived.append((waiter, finished))
            with self._lock:
                if self._woken:
                    return
                self._woken = True
            loop.call_soon_threadsafe(self._deliver)

        future.add_done_callback(done)
        return await waiter

    def _deliver(self) -> None:
        with self._lock:
            self._woken = False
        while self._arrived:
            waiter, finished = self._arrived.popleft()
            if waiter.done():  # whoever waited has gone
                continue
            error = finished.exception()
            if error is None:
                waiter.set_result(finished.result())
            else:
                waiter.set_exception(error)
