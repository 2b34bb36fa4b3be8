"""A studio that is being served, for tests by real requests and a real browser."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from likewise.studio.studio import Studio
from likewise.web.serving import listen, server
from likewise.web.studio.app import build

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass
class ServedStudio:
    """A studio and its address."""

    studio: Studio
    address: str


@contextlib.contextmanager
def served_studio(
    folder: Path, examples: tuple[str, ...] = (), token: str | None = None
) -> Iterator[ServedStudio]:
    """Serve a studio in a thread, on loopback, at any free port."""
    ready = threading.Event()
    with Studio(folder, device="cpu", examples=[EXAMPLES / name for name in examples]) as studio:
        opened = listen("127.0.0.1", 0)
        running = server(build(studio, token=token), ready.set)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            assert ready.wait(30)
            yield ServedStudio(studio, f"http://127.0.0.1:{opened.getsockname()[1]}")
        finally:
            running.should_exit = True
            thread.join(30)
            opened.close()
