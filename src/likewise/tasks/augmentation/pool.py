"""Pool: pairs made by several processes, one thread each; the answers come as they are ready.

Pairs depend on their number alone, so how many processes there are changes nothing but the time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

import numba
import torch

from likewise.errors import LikewiseError
from likewise.tasks.augmentation.maker import Made, Maker

LOOK_EVERY = 0.5  # seconds between two looks whether to stop
_maker: Maker | None = None


def made(
    build: Callable[[], Maker],
    indices: Sequence[int],
    workers: int,
    should_stop: Callable[[], bool],
) -> Iterator[Made]:
    """Make the pairs ``indices``; ends early, between two pairs, once ``should_stop`` is true.

    Args:
        build: makes a maker; for more than one worker a function of a module, with its arguments
            bound, since every process calls it.
        indices: which pairs.
        workers: 1 works in this process, on one thread.
        should_stop: asked now and then.

    Raises:
        LikewiseError: a process was killed; memory may have run out.
    """
    if workers == 1:
        yield from _made_here(build, indices, should_stop)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (build,)) as pool:
        try:
            left = list(indices)[::-1]
            running: set[Future[Made]] = set()
            while left or running:
                while left and len(running) < workers and not should_stop():
                    running.add(pool.submit(_make, left.pop()))
                if not running:
                    return
                done, running = wait(running, LOOK_EVERY, FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise LikewiseError(
                "a worker was killed; if memory ran out, use fewer --workers, then --resume"
            ) from error


def _made_here(
    build: Callable[[], Maker], indices: Sequence[int], should_stop: Callable[[], bool]
) -> Iterator[Made]:
    threads = torch.get_num_threads(), numba.get_num_threads()
    _take_one_thread()
    try:
        maker = build()
        for index in indices:
            if should_stop():
                return
            yield maker.make(index)
    finally:
        torch.set_num_threads(threads[0])
        numba.set_num_threads(threads[1])


def _take_one_thread() -> None:
    torch.set_num_threads(1)
    numba.set_num_threads(1)


def _begin(build: Callable[[], Maker]) -> None:
    """Make this process a worker: it ends with its parent, which alone hears Ctrl-C."""
    global _maker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _take_one_thread()
    _maker = build()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _make(index: int) -> Made:
    assert _maker is not None
    return _maker.make(index)
