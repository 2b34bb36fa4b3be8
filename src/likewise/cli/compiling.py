"""Compiling: the first rendering after an installation waits for kernels, and that is told.

Numba compiles the kernels of the patch engine where they are first used and keeps them on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from numba.core import event

from likewise.cli.terminal import Terminal

NEWS = "compile kernels are being compiled for this machine, once after an installation: a minute"


@contextmanager
def told(terminal: Terminal) -> Iterator[None]:
    """Say so, once, if anything is compiled within the block."""
    with event.install_listener("numba:compile", _Once(terminal)):
        yield


class _Once(event.Listener):
    """Speaks when the first compilation begins."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal: Terminal | None = terminal

    def on_start(self, event: event.Event) -> None:
        """A kernel is about to be compiled."""
        if self._terminal is not None:
            self._terminal.say(NEWS)
        self._terminal = None

    def on_end(self, event: event.Event) -> None:
        """A kernel is compiled: others may follow."""
