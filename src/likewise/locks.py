"""Locks: one process a folder; the system frees the folder whatever becomes of the process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from likewise.errors import OutputError

LOCK = "lock"


def sole_holder(folder: Path, who: str, argument: str, remedy: str) -> IO[bytes]:
    """The lock of ``folder``, held until it is closed or this process ends.

    Args:
        folder: to be held; it exists.
        who: what holds it, for the error: "another studio".
        argument: what names the folder.
        remedy: what to do if it is held.

    Raises:
        OutputError: another process holds it.
    """
    held = (folder / LOCK).open("ab")
    try:
        _lock(held)
    except OSError:
        held.close()
        raise OutputError(
            argument, f"{who} is using {folder}", "a folder of its own for each", remedy
        ) from None
    return held


def is_held(folder: Path) -> bool:
    """Whether a process holds the lock of ``folder``."""
    try:
        with (folder / LOCK).open("ab") as file:
            _lock(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
