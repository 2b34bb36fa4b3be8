"""Manifest: ``manifest.jsonl``, a line for each pair that was tried, kept or not.

A line is added, and flushed to the disk, when a pair is done; one torn by a killed process is
forgotten, and its pair made again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from likewise.errors import OutputError
from likewise.storage import write_bytes


class Manifest:
    """The manifest in ``path``, with what an earlier run left in it.

    Args:
        path: the file.

    Raises:
        OutputError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: dict[int, dict[str, Any]] = {}
        try:
            lines = path.read_bytes().split(b"\n") if path.exists() else []
        except OSError as error:
            raise OutputError(path, f"it cannot be read ({error.strerror})", "a file") from error
        for line in lines:
            try:
                record = json.loads(line)
                self.records[int(record["index"])] = record
            except (ValueError, KeyError, TypeError):
                continue

    def add(self, record: dict[str, Any]) -> None:
        """One more pair is done.

        Raises:
            OutputError: the disk refuses.
        """
        self.records[int(record["index"])] = record
        try:
            with self.path.open("ab") as handle:
                handle.write(_line(record))
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise OutputError(
                self.path,
                f"it cannot be written ({error.strerror})",
                "free space in a folder that can be written",
                "Free some, then --resume.",
            ) from error

    def finish(self) -> None:
        """Write the file anew, in the order of the pairs: the same after any interruption."""
        ordered = [self.records[index] for index in sorted(self.records)]
        write_bytes(self.path, b"".join(_line(record) for record in ordered))


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
