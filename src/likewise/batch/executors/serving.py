"""Serving: the inside of a worker process, which does one order after another.

It ends when its pipe does, or, in the midst of an order, when the process that asked is gone: no
work goes on that nobody waits for.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from likewise.batch.executors.orders import Outfit

Tell = Callable[..., None]
END: dict[str, Any] = {}


def serve(pipe: Connection, life: Connection, outfit: Outfit) -> None:
    """Do the orders that come through ``pipe``, as JSON, until it ends.

    Args:
        pipe: orders in; news out, and an empty piece at the end of each order.
        life: ends with the process that asked.
        outfit: how to work.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    _equip(outfit)
    module = importlib.import_module(outfit.module)
    with contextlib.suppress(EOFError, OSError):
        while True:
            work = json.loads(pipe.recv_bytes())
            module.carry_out(work, lambda **news: _send(pipe, news))
            _send(pipe, END)


def _send(pipe: Connection, news: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps(news).encode())


def _end_with(life: Connection) -> None:
    with contextlib.suppress(OSError):
        life.poll(None)
    os._exit(1)


def _equip(outfit: Outfit) -> None:
    if outfit.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = outfit.gpu  # read when CUDA is first used
    import torch

    torch.set_num_threads(outfit.threads)
    if outfit.memory_fraction is not None and torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(outfit.memory_fraction)
