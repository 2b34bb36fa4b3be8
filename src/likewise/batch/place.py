"""Place: the folder of a batch, and how one attempt at a row can never spoil another.

Work goes on in ``.work/NAME.ATTEMPT`` and is moved to ``rows/NAME`` in one step when it is whole.
A further attempt takes over what the last one left by giving its folder a new name, so that a
process of which nothing was heard for a while, but which lives, writes no more into it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.batch.ledger import LEDGER
from likewise.errors import OutputError

ROWS = "rows"
WORK = ".work"
CACHE = ".cache"
RESULTS = "results.parquet"
SUMMARY = "summary.html"
RECORD = "row.json"  # written last: what has it is whole


class Place:
    """The folder of a batch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.rows = self.folder / ROWS
        self.work = self.folder / WORK
        self.cache = self.folder / CACHE

    def require_ours(self) -> None:
        """Refuse a folder that holds other things. Touches nothing.

        Raises:
            OutputError: it is a file, or holds files and no batch.
        """
        if (self.folder / LEDGER).is_file() or storage.is_vacant(self.folder):
            return
        raise OutputError(
            "-o",
            f"{self.folder} holds something else than a batch",
            "a new or empty folder, or that of this batch, to go on with it",
            "Name another folder.",
        )

    def open(self) -> None:
        """Make the folders.

        Raises:
            OutputError: they cannot be made or written.
        """
        for folder in (self.folder, self.rows, self.work):
            storage.prepare_folder(folder, overwrite=True)

    def close(self) -> None:
        """Remove what is not to stay; what stopped rows left stays for the next time."""
        for folder in (self.work, self.cache):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def result(self, name: str) -> Path:
        """Where the results of row ``name`` stand when they are whole."""
        return self.rows / name

    def is_done(self, name: str) -> bool:
        """Whether they do."""
        return (self.result(name) / RECORD).exists()

    def told(self, name: str) -> dict[str, Any]:
        """What the worker of row ``name`` told at its end."""
        try:
            return dict(json.loads((self.result(name) / RECORD).read_bytes())["result"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def attempt(self, name: str, number: int) -> Path:
        """The folder for attempt ``number`` at row ``name``, with what earlier ones left in it."""
        place = self.work / f"{name}.{number}"
        for earlier in self._attempts(name):
            if earlier != place and not place.exists():
                earlier.rename(place)
            elif earlier != place:
                shutil.rmtree(earlier, ignore_errors=True)
        return place

    def publish(self, name: str, number: int) -> None:
        """Move what attempt ``number`` made to where results stand.

        Raises:
            OutputError: it cannot be moved.
        """
        made = self.work / f"{name}.{number}"
        target = self.result(name)
        try:
            if target.exists():  # half of a copy, from another file system or another hand
                shutil.rmtree(target)
            made.rename(target)
            storage.flush_folder(self.rows)
        except OSError as error:
            found = f"{target} cannot be written ({error.strerror or error})"
            raise OutputError("-o", found, "a folder that can be written") from error

    def forget(self, name: str) -> None:
        """Remove what attempts at row ``name`` left."""
        for attempt in self._attempts(name):
            shutil.rmtree(attempt, ignore_errors=True)

    def _attempts(self, name: str) -> list[Path]:
        found = [
            path
            for path in self.work.glob(f"{name}.*")
            if path.name.removeprefix(f"{name}.").isdecimal()
        ]
        return sorted(found, key=lambda path: -int(path.suffix[1:]))
