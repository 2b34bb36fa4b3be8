"""ClassMapping: which classes of a pretrained network show which class of a case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from likewise.errors import LabelError
from likewise.evaluation.judging.reader import OTHER
from likewise.labels.class_table import ClassTable

_EXPECTED = 'a JSON object like {"ground": ["grass", "earth"], "sky": [2]}'


@dataclass(frozen=True)
class ClassMapping:
    """What was read from a mapping file.

    Attributes:
        numbers: class name of a case -> numbers of the network's classes that show it.
        names: number -> name of every class of the network.
        origin: what errors call it.
    """

    numbers: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    origin: str

    @classmethod
    def read(cls, path: Path, names: Mapping[int, str]) -> Self:
        """Read a mapping file: class names of a case, each with a list of the network's classes.

        A class of the network is told by its number or its name; capitals do not count, and one
        word of a name with commas will do ("road" for "road, route") where no other has it. An
        empty list says that the network has no word for the class. The file may hold classes of
        several cases.

        Args:
            path: the file.
            names: number -> name of the network's classes.

        Raises:
            LabelError: no such file, no such object, or a class that the network does not know;
                the nearest names are told.
        """
        entries = _loaded(path)
        numbers = {}
        for own, words in entries.items():
            if not isinstance(words, list):
                raise LabelError(path, f"{own!r} maps to {words!r}", "a list of names or numbers")
            found = [n for word in words for n in _numbers(word, names, f"{path}, class {own!r}")]
            numbers[own] = tuple(dict.fromkeys(found))
        return cls(numbers, dict(names), str(path))

    def positions(self, table: ClassTable) -> NDArray[np.int64]:
        """Position in ``table`` of what each of the network's classes shows, by its number.

        OTHER for classes that map to none of the table's.

        Raises:
            LabelError: a class of the table is not mapped, or two share one of the network's.
        """
        positions = np.full(max(self.names) + 1, OTHER, dtype=np.int64)
        for place, own in enumerate(table.names):
            if own not in self.numbers:
                remedy = "Map it to [] if the network has no word for it."
                raise LabelError(
                    self.origin,
                    f"no class {own!r}{_like(own, self.numbers)}",
                    "every class",
                    remedy,
                )
            for number in self.numbers[own]:
                if positions[number] != OTHER:
                    both = f"{table.names[positions[number]]!r} and {own!r}"
                    found = f"{both} both map to {self.names[number]!r}"
                    raise LabelError(self.origin, found, "each of the network's classes once")
                positions[number] = place
        return positions


def _loaded(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except OSError as error:
        raise LabelError(path, f"cannot be read ({error.strerror})", "a mapping file") from None
    except (ValueError, RecursionError) as error:
        raise LabelError(path, f"not JSON ({error})", _EXPECTED) from None
    if not isinstance(said, dict) or not said:
        raise LabelError(path, "no object of classes", _EXPECTED)
    return said


def _once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of ``entries``; JSON itself would silently keep the last of two alike."""
    names = [name for name, _ in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} stands there twice")
    return dict(entries)


def _numbers(word: Any, names: Mapping[int, str], where: str) -> list[int]:
    """Numbers of the network's classes that ``word`` means."""
    if isinstance(word, int) and not isinstance(word, bool):
        if word in names:
            return [word]
        expected = f"{min(names)} to {max(names)}"
        raise LabelError(where, f"the network has no class {word}", expected)
    if not isinstance(word, str):
        raise LabelError(where, f"{word!r}", "a name or number of a class of the network")
    wanted = _plain(word)
    whole = [number for number, name in names.items() if _plain(name) == wanted]
    if whole:
        return whole
    parts = [n for n, name in names.items() if wanted in map(_plain, name.split(","))]
    if len(parts) == 1:
        return parts
    if parts:
        found = f"{word!r} is part of " + " and of ".join(repr(names[n]) for n in parts)
        raise LabelError(where, found, "a whole name or a number")
    words = [part.strip() for name in names.values() for part in (name, *name.split(","))]
    raise LabelError(
        where, f"the network has no class {word!r}{_like(word, words)}", "a name or number it has"
    )


def _like(word: str, known: Iterable[str]) -> str:
    """The names nearest to ``word``, as the end of a message."""
    plain = {_plain(name): name for name in known}
    near = get_close_matches(_plain(word), plain, n=3, cutoff=0.6)
    near += [name for name in plain if _plain(word) in name and name not in near][:3]
    return f", but {', '.join(repr(plain[name]) for name in near[:3])}" if near else ""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
