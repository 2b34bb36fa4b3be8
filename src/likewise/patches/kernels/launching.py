"""Launching: how compiled kernels are run: one at a time, on as many threads as torch has."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import numba
import torch

_ONE_AT_A_TIME = threading.Lock()  # Numba's simplest thread pool cannot be entered twice


@cache
def _launched() -> int:
    """Start Numba's threads, as many as it will ever have; torch keeps the number it was told.

    Both may run on one OpenMP, and Numba then sets the number for torch as well. Not done before
    the first kernel runs: a process that has started them cannot be forked.
    """
    told = torch.get_num_threads()
    numba.get_num_threads()
    torch.set_num_threads(told)
    return int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]


def run(kernel: Any, *arguments: Any) -> None:
    """Run ``kernel`` with ``arguments``; it writes its answer into one of them."""
    with _ONE_AT_A_TIME:
        numba.set_num_threads(min(torch.get_num_threads(), _launched()))
        kernel(*arguments)
