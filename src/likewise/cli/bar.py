"""Bar: how far a command is with its many pieces of work, on a terminal."""

from __future__ import annotations

import sys


class Bar:
    """A bar on stderr, with a word on what goes on behind it.

    Args:
        what: is counted.
        total: pieces of work.
        done: of them, before this began.
    """

    def __init__(self, what: str, total: int, done: int = 0) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.table import Column

        told = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._bar = Progress(
            TextColumn(what),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}", markup=False, style="dim", table_column=told),
            console=Console(stderr=True, highlight=False),
            expand=True,
            redirect_stdout=sys.stdout.isatty(),  # lines above the bar; a file gets its own
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=total, completed=done, told="")

    def show(self, done: float, told: str = "") -> None:
        """Move it."""
        self._bar.update(self._task, completed=done, told=told)

    def close(self) -> None:
        """Leave it as it stands and give the terminal back."""
        self._bar.stop()
