"""Sole: one server a folder; the system frees the folder whatever becomes of the server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from likewise.errors import OutputError

LOCK = "lock"


def sole_holder(folder: Path) -> IO[bytes]:
    """The lock of ``folder``, held until it is closed or this process ends.

    Raises:
        OutputError: another process holds it.
    """
    held = (folder / LOCK).open("ab")
    try:
        _lock(held)
    except OSError:
        held.close()
        raise OutputError(
            "--folder",
            f"another studio is using {folder}",
            "a folder of its own for each",
            "Use the one that runs, or name another folder.",
        ) from None
    return held


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def default_folder() -> Path:
    """Where this system keeps the data of programs."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "likewise" / "studio"
