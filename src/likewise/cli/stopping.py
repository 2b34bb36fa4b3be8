"""Stopping: Ctrl-C and SIGTERM ask long work to stop after its step; a second Ctrl-C ends at once.

Work that can leave a checkpoint listens between :meth:`StopRequest.listen` and its end. Anywhere
else a signal becomes a KeyboardInterrupt, which is safe because files are written atomically.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

ASKED = b"\nstopping after this step and keeping a checkpoint (Ctrl-C again to end at once)\n"


class StopRequest:
    """The user's wish to stop, as signals tell it."""

    def __init__(self) -> None:
        self.requested = False
        self._listening = False

    def install(self) -> None:
        """Take over SIGINT and SIGTERM for the rest of this process."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    @contextlib.contextmanager
    def listen(self) -> Iterator[None]:
        """While this is open, the first signal is a request and not yet an end."""
        self._listening = True
        try:
            yield
        finally:
            self._listening = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._listening and not self.requested:
            self.requested = True
            with contextlib.suppress(OSError):
                # Not print(): the handler may have interrupted a print to the same stream.
                os.write(2, ASKED)
            return
        if self._listening and number == signal.SIGTERM:
            return  # service managers repeat SIGTERM; the request already stands
        # From here on the operating system ends the process, even inside a long C call.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        raise KeyboardInterrupt


STOP = StopRequest()
