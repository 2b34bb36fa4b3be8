"""Unpacking: a .zip of image/label pairs becomes the folder that methods learn from."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from likewise.errors import InputError

MOST_FILES = 20_000
CHUNK = 1 << 20
FOLDERS = ("images", "labels")
EXPECTED = "a .zip of images/NAME and labels/NAME, with one classes.json perhaps"
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


def unpack_pairs(archive: Path, folder: Path, name: str, room: int) -> None:
    """Write the pairs in ``archive`` to ``folder``, which is not there yet.

    Nothing but plain files in ``images/`` and ``labels/`` and class files are taken; a folder that
    holds these two may be around them.

    Args:
        archive: the .zip.
        folder: where they go.
        name: what errors call the archive.
        room: bytes that it may unfold to.

    Raises:
        InputError: it is no archive, holds no pairs, or unfolds to too much; nothing is left then.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            wanted = _wanted(opened, name)
            left = room
            for member, place in wanted.items():
                taken = _extract(opened, member, folder.joinpath(*place), left)
                if taken > left:
                    raise InputError(name, f"it unfolds to more than {room:,} bytes", EXPECTED)
                left -= taken
    except InputError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except BROKEN as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise InputError(name, f"it cannot be unpacked ({error})", EXPECTED) from error


def _wanted(opened: zipfile.ZipFile, name: str) -> dict[str, tuple[str, ...]]:
    """Member -> where it goes, of those that are pairs or tell their classes."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in opened.infolist():
        place = None if entry.is_dir() else _place(entry.filename)
        if place is not None:
            found[entry.filename] = place
    for folder in FOLDERS:
        if not any(place[0] == folder for place in found.values()):
            raise InputError(name, f"no file in {folder}/", EXPECTED)
    if len(found) > MOST_FILES or len(set(found.values())) < len(found):
        raise InputError(name, f"{len(found)} files, or two of one name", EXPECTED)
    return found


def _place(member: str) -> tuple[str, ...] | None:
    parts = PurePosixPath(member).parts
    if any(part.startswith(".") or "\\" in part or ":" in part for part in parts):
        return None
    for folder in FOLDERS:
        if folder in parts[:2] and len(parts) == parts.index(folder) + 2:
            return folder, parts[-1]
    return ("classes.json",) if parts[-1:] == ("classes.json",) and len(parts) <= 2 else None


def _extract(opened: zipfile.ZipFile, member: str, to: Path, most: int) -> int:
    """Write one member, till it exceeds ``most`` bytes; how many it took."""
    to.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(member) as source, to.open("wb") as target:
        while written <= most and (chunk := source.read(CHUNK)):
            written += len(chunk)
            target.write(chunk)
    return written
