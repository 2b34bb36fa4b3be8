"""The command, in this process or in one of its own.

A process of its own spends seconds on imports before it does anything, and most tests ask what a
command says and leaves behind, which does not depend on whose process it is. Signals, pipes,
limits of the system and the start itself do; tests of those start one.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from unittest import mock

import pytest
import torch

from likewise.cli.main import STOP, main

Done = subprocess.CompletedProcess[str]
# What Python itself does not show in a process of its own.
_UNSHOWN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


def environment() -> dict[str, str]:
    # One thread: bit-identity is promised at one thread count, and xdist runs two of us.
    return {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "100"}


def likewise_process(*words: object, **options: Any) -> Done:
    """Run the command to its end in a process of its own."""
    command = [sys.executable, "-m", "likewise", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(), timeout=300, **options
    )


def likewise(*words: object, cwd: Path | None = None) -> Done:
    """Run the command to its end in this process; what it says and its exit code, as a process's.

    Signals stay the tests' own, and what the command sets in ``os.environ`` is taken back.
    """
    told = [str(word) for word in words]
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, environment()),
        mock.patch.object(sys, "argv", ["likewise", *told]),
        mock.patch.object(STOP, "install", lambda: None),
        _one_thread(),
        _warnings_on(err),
    ):
        with pytest.raises(SystemExit) as end:
            main(told)
        if sys.stdout is not out:  # the command gave it up when it showed its help
            sys.stdout.close()
    return subprocess.CompletedProcess(
        ["likewise", *told], end.value.code, out.getvalue(), err.getvalue()
    )


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _warnings_on(stream: TextIO) -> Iterator[None]:
    """Python's own warnings written to ``stream``, where pytest would keep them for its summary."""

    def show(message: Any, category: Any, filename: str, lineno: int, *_: object) -> None:
        stream.write(warnings.formatwarning(message, category, filename, lineno))

    with warnings.catch_warnings():
        for category in _UNSHOWN:
            warnings.simplefilter("ignore", category)
        warnings.showwarning = show
        yield
