"""Storage: files appear whole or not at all.

Every file the package writes goes through :func:`atomic_path`: a temporary neighbour is written,
flushed to the disk and renamed over the name, and the folder entry is flushed too. A process killed
half-way leaves the old file, never half of a new one; its litter is swept at the next start.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from likewise.errors import OutputError

LITTER = ".likewise-partial-"


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends well.

    Raises:
        OutputError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    partial = path.with_name(f"{LITTER}{secrets.token_hex(4)}-{path.name}")
    try:
        yield partial
        with partial.open("rb") as handle:
            os.fsync(handle.fileno())
        partial.replace(path)
        flush_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):  # what went wrong first is what matters
            partial.unlink()
        refusal = _refusal(error)
        if refusal is not None:
            raise _translated(path, refusal) from error
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` atomically."""
    with atomic_path(path) as partial:
        partial.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` to ``path`` as indented UTF-8 JSON, atomically."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(path, (text + "\n").encode())


def sweep_litter(folder: Path) -> None:
    """Remove what writers killed half-way left in ``folder``."""
    for partial in Path(folder).glob(f"{LITTER}*"):
        partial.unlink(missing_ok=True)


def is_vacant(folder: Path, *passing: str, argument: str = "-o") -> bool:
    """Whether ``folder`` is absent, or holds only litter and names that begin as ``passing``.

    Raises:
        OutputError: it is a file, or cannot be read.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(argument, f"{folder} is a file", "a folder", "Name another folder.")
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        found = f"{folder} cannot be read ({error.strerror})"
        raise OutputError(argument, found, "a folder of yours") from error
    return all(name.startswith((LITTER, *passing)) for name in names)


def prepare_folder(folder: Path, *, overwrite: bool, argument: str = "-o") -> Path:
    """Create ``folder`` and make sure it is empty (unless ``overwrite``) and can be written.

    Raises:
        OutputError: it is a file, holds files and ``overwrite`` is off, or cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(argument, f"{folder} is a file", "a folder", "Name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep_litter(folder)
        if not overwrite and any(folder.iterdir()):
            raise OutputError(
                argument,
                f"{folder} is not empty",
                "a new or empty folder",
                "Name another folder, or add --overwrite.",
            )
        probe = folder / f"{LITTER}{secrets.token_hex(4)}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise _translated(folder, error, argument) from error
    return folder


def flush_folder(folder: Path) -> None:
    """Flush a directory entry where the platform can (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refusal(error: BaseException) -> OSError | None:
    """The operating system's refusal behind ``error``; safetensors tells it only in its text."""
    if isinstance(error, OSError):
        return error
    code = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(code[1]), os.strerror(int(code[1]))) if code else None


def _translated(path: Path, error: OSError, argument: str | None = None) -> OutputError:
    reasons = {
        errno.ENOSPC: ("no space is left on the disk", "free space", "Free some, then --resume."),
        errno.EDQUOT: ("the disk quota is used up", "free space", "Free some, then --resume."),
        errno.EROFS: ("the file system is read-only", "a folder that can be written", ""),
        errno.EACCES: ("permission was denied", "a folder that can be written", ""),
    }
    found, expected, remedy = reasons.get(
        error.errno or 0,
        (f"it cannot be written ({error.strerror or error})", "a folder that can be written", ""),
    )
    return OutputError(
        argument or path, f"{path}: {found}" if argument else found, expected, remedy
    )
