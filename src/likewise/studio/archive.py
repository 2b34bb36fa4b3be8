"""Archive: a project as one .zip, to be kept or given away, and read again with care."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import NoReturn

import numpy as np

from likewise import storage
from likewise.errors import InputError
from likewise.images import read_image
from likewise.studio.planes import UNLABELLED
from likewise.studio.project import IMAGE, LABELS, LAYOUT, RECORD, Facts, Project, require_drawable

MAGIC = b"PK\x03\x04"
MOST_BYTES = 300_000_000  # of what an archive unfolds to
EXPECTED = "a project saved by the studio"


class ArchiveError(InputError):
    """An archive holds no project, or a damaged one."""


def packed(project: Project) -> bytes:
    """``project`` as a .zip: its record, image, labels and layout."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (project.folder / RECORD, project.image_file):
            archive.write(file, file.name)
        if project.labelled:
            for name in (LABELS, LAYOUT):
                archive.write(project.folder / name, name)
    return memory.getvalue()


def unpack(data: bytes, folder: Path, name: str) -> None:
    """Write the project in ``data`` to the empty ``folder``.

    Nothing but the four files of a project is taken, under our own names, and each is read whole
    before it counts.

    Raises:
        InputError: it is no archive, holds no project, or a damaged or too large one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            images = [one for one in archive.namelist() if _is_image(one)]
            if len(images) != 1:
                _refuse(name, f"{len(images)} pictures")
            wanted = [RECORD, images[0]]
            facts = Facts.from_json(json.loads(_member(archive, RECORD, name)))
            if facts.layout is not None:
                wanted += [LABELS, LAYOUT]
            for member in wanted:
                storage.write_bytes(folder / member, _member(archive, member, name))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        _refuse(name, f"it cannot be unpacked ({error})")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        _refuse(name, f"its {RECORD} is damaged or missing")
    _check(folder, facts, name)


def _check(folder: Path, facts: Facts, name: str) -> None:
    project = Project(folder)
    require_drawable(facts.size, name)
    if project.image.size != facts.size:
        _refuse(name, "the picture has another size than the record says")
    if facts.layout is None:
        return
    require_drawable(facts.layout, name)
    for file, size, top in ((LABELS, facts.size, UNLABELLED), (LAYOUT, facts.layout, -1)):
        plane = read_image(folder / file, name).pixels
        if plane.shape != size or plane.dtype != np.uint8:
            _refuse(name, f"{file} has another size or depth than the record says")
        if ((plane >= len(facts.classes)) & (plane != top)).any():
            _refuse(name, f"{file} holds classes that the record lacks")
    if len(facts.areas) != len(facts.classes) or not facts.classes:
        _refuse(name, "the record's classes are incomplete")


def _member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    with archive.open(member) as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        _refuse(name, f"{member} unfolds to more than {MOST_BYTES // 10**6} MB")
    return data


def _is_image(member: str) -> bool:
    path = Path(member)
    suffix = path.suffix[1:]
    return path.name == member and path.stem == IMAGE and suffix.isalnum() and suffix.isascii()


def _refuse(name: str, found: str) -> NoReturn:
    raise ArchiveError(name, found, EXPECTED)
