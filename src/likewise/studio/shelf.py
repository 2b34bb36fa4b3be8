"""Shelf: files that methods are handed besides the source pair, uploaded once for all projects.

They may be large (VGG-19's weights take half a gigabyte), so they come in pieces, each no larger
than any other request. Nothing here reads what they hold: a method's own loader does, in a process
of its own, before a render that needs them is queued.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from likewise import storage
from likewise.errors import InputError
from likewise.methods.files import FILES
from likewise.methods.registry import find_method
from likewise.studio.projects import KEY, UnknownKeyError
from likewise.studio.unpacking import unpack_pairs

PHOTOGRAPH = "photograph"
Use = Literal["vgg", "weights", "class_map", "pairs", "photograph"]
USES = get_args(Use)
assert (*FILES, PHOTOGRAPH) == USES
TITLES = {
    "vgg": "VGG-19 weights",
    "weights": "checkpoint",
    "class_map": "class map",
    "pairs": "more pairs",
    PHOTOGRAPH: "photograph",
}
MOST_BYTES = 2_000_000_000  # of one file
LONGEST_NAME = 80
ABANDONED_AFTER = 600.0  # seconds without a piece
RECORD, CONTENT, PAIRS = "file.json", "content", "pairs"


def uses_of(method: str) -> dict[str, str]:
    """What ``method`` can be handed, and what it does with it; a photograph among the rest."""
    found = find_method(method)
    uses = dict(found.uses)
    if found.stand_in:
        uses[PHOTOGRAPH] = f"a picture of the layout; without it, the answer of {found.stand_in}"
    return uses


@dataclass(frozen=True)
class ShelfFile:
    """A file on the shelf.

    Attributes:
        key: its name here.
        use: which of USES it is for.
        name: its owner's name for it, without what file systems could take amiss.
        size: bytes it shall have.
        received: bytes that are here.
    """

    key: str
    use: str
    name: str
    size: int
    received: int

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.received == self.size


class Shelf:
    """The files in ``folder``. Methods may be called from any thread.

    What was half uploaded when the last server ended is removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        whole = {file.key for file in self.all() if file.whole}
        for place in folder.iterdir():
            if place.name not in whole:
                shutil.rmtree(place, ignore_errors=True)

    def begin(self, use: str, name: str, size: int) -> ShelfFile:
        """Make room for a file of ``size`` bytes, of which nothing is here yet.

        Raises:
            InputError: no method has such a use, or it is empty or larger than MOST_BYTES.
        """
        if use not in USES:
            raise InputError("file", f"the use {use!r}", f"one of {', '.join(USES)}")
        if not 0 < size <= MOST_BYTES:
            expected = f"1 to {MOST_BYTES:,} bytes"
            raise InputError(name, f"{size:,} bytes", expected)
        self._forget_abandoned()
        made = ShelfFile(secrets.token_hex(6), use, _safe(name), size, 0)
        place = self.folder / made.key
        (place / CONTENT).mkdir(parents=True)
        (place / CONTENT / made.name).touch()
        facts = asdict(made)
        del facts["received"]
        storage.write_json(place / RECORD, facts)
        return made

    def _forget_abandoned(self) -> None:
        """Remove what was announced or begun, and of which no piece has come for long."""
        with self._lock:
            for file in self.all():
                content = self.folder / file.key / CONTENT / file.name
                if not file.whole and time.time() - content.stat().st_mtime > ABANDONED_AFTER:
                    shutil.rmtree(self.folder / file.key, ignore_errors=True)

    def append(self, key: str, at: int, piece: bytes, *, room: int) -> ShelfFile:
        """Add the ``piece`` that begins at byte ``at``; pairs are unpacked once they are whole.

        ``room`` is how many bytes they may unfold to.

        Raises:
            UnknownKeyError: there is no such file.
            InputError: another piece is due, or the archive of pairs cannot be used; it is removed.
        """
        with self._lock:
            file = self.get(key)
            if at != file.received or at + len(piece) > file.size:
                found = f"bytes {at:,} to {at + len(piece):,}"
                raise InputError(file.name, found, f"what follows byte {file.received:,}")
            content = self.folder / key / CONTENT / file.name
            with content.open("ab") as opened:
                opened.write(piece)
            if file.use == PAIRS and self.get(key).whole:
                self._unfold(file, room)
            return self.get(key)

    def _unfold(self, file: ShelfFile, room: int) -> None:
        place = self.folder / file.key
        try:
            unpack_pairs(place / CONTENT / file.name, place / CONTENT / PAIRS, file.name, room)
        except InputError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        (place / PAIRS).mkdir()
        (place / CONTENT / PAIRS).replace(place / PAIRS / Path(file.name).stem)
        (place / CONTENT / file.name).unlink()

    def get(self, key: str) -> ShelfFile:
        """The file of ``key``.

        Raises:
            UnknownKeyError: there is none.
        """
        place = self.folder / key
        if KEY.fullmatch(key):
            with contextlib.suppress(OSError, ValueError, TypeError):
                facts = json.loads((place / RECORD).read_text(encoding="utf-8"))
                whole = (place / PAIRS / Path(facts["name"]).stem).is_dir()
                content = place / CONTENT / facts["name"]
                received = facts["size"] if whole else content.stat().st_size
                return ShelfFile(**facts, received=received)
        raise UnknownKeyError("file", repr(key[:20]), "one that is here", "It may be deleted.")

    def all(self) -> list[ShelfFile]:
        """Every file, by name."""
        found = []
        for place in self.folder.iterdir():
            with contextlib.suppress(UnknownKeyError):
                found.append(self.get(place.name))
        return sorted(found, key=lambda file: (file.name, file.key))

    def due(self) -> int:
        """Bytes that were announced and are still to come."""
        return sum(file.size - file.received for file in self.all())

    def handed(self, use: str, key: str) -> tuple[ShelfFile, Path]:
        """The file of ``key`` and where it lies, for a method that asks for ``use``.

        Raises:
            UnknownKeyError: there is none.
            InputError: it is for another use, or not all of it is here.
        """
        file = self.get(key)
        if file.use != use or not file.whole:
            found = "only a part of it is here" if file.use == use else f"it is {TITLES[file.use]}"
            raise InputError(file.name, found, f"{TITLES.get(use, use)}, whole")
        place = self.folder / key
        if use == PAIRS:
            return file, place / PAIRS / Path(file.name).stem
        return file, place / CONTENT / file.name

    def delete(self, key: str) -> None:
        """Remove a file; renders that were handed it keep it until they are done."""
        self.get(key)
        shutil.rmtree(self.folder / key, ignore_errors=True)


def _safe(name: str) -> str:
    """``name`` as any file system takes it; its suffix, by which loaders tell kinds, is kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c if (c.isalnum() and c.isascii()) or c in "-_." else "_" for c in last)
    stem, suffix = Path(plain).stem.strip("."), Path(plain).suffix[:16]
    return (stem[: LONGEST_NAME - len(suffix)] or "file") + suffix
