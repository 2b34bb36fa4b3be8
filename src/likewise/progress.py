"""Progress: how long work tells what it does, and how it learns that it should stop.

Library code receives a :class:`Progress` and knows nothing of terminals; the command line supplies
one that draws a bar, a test supplies one that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Progress:
    """Listener of one piece of long work. This base class is silent and never asks to stop."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Work named ``what`` of ``total`` steps begins, ``done`` of them behind it (a resume)."""

    def advance(self, done: int, **figures: float) -> None:
        """``done`` steps are behind us; ``figures`` are the latest losses by name."""

    def finish(self) -> None:
        """The work begun by :meth:`start` ended, well or not."""

    def look(self, render: Callable[[Any], Any]) -> None:
        """``render`` answers a LabelMap with an Image, as the work stands; only while this runs.

        Offered now and then by fits that train; a listener need not take the offer.
        """

    def note(self, message: str) -> None:
        """A single line worth a reader's attention: a warning, a fallback taken."""

    @property
    def should_stop(self) -> bool:
        """Whether the user asked to stop; long work looks at this after every step."""
        return False


SILENT = Progress()
