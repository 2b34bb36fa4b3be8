"""Class tables: the classes of a label map, each with its id, name and colour (the design's P)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from likewise.errors import LabelError
from likewise.labels.colours import Colour, colour_of_id, hex_of, parse_colour
from likewise.storage import write_json

_SHAPE = 'a JSON list like [{"id": 0, "name": "sky", "colour": [135, 206, 235]}, ...]'
_MAX_BYTES = 10_000_000
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class LabelClass:
    """One class: its id in label maps, its name, its sRGB colour (0..255).

    ``ignored`` marks pixels of unknown content: they enter no loss, no metric and no one-hot map.
    """

    id: int
    name: str
    colour: Colour
    ignored: bool = False

    def __str__(self) -> str:
        return f"{self.name} (id {self.id}, {hex_of(self.colour)})"


@dataclass(frozen=True)
class ClassTable:
    """Classes in a fixed order, their ids and names unique; a class's position is its channel.

    Args:
        classes: the classes in order.

    Raises:
        LabelError: two classes share an id or a name.
    """

    classes: tuple[LabelClass, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(self.classes))
        for what in ("id", "name"):
            values = [getattr(entry, what) for entry in self.classes]
            twice = sorted({v for v in values if values.count(v) > 1}) if _repeats(values) else []
            if twice:
                raise LabelError(
                    "classes", f"two classes of {what} {twice[0]!r}", f"unique {what}s"
                )

    @classmethod
    def from_ids(cls, ids: Iterable[int]) -> ClassTable:
        """A table for bare ids: named "class 3", coloured by :func:`colour_of_id`."""
        return cls(tuple(LabelClass(i, f"class {i}", colour_of_id(i)) for i in map(int, ids)))

    @classmethod
    def from_json(cls, data: Any, argument: object = "classes") -> ClassTable:
        """A table from a list of {id, name, colour, ignore} (or {"classes": that list}).

        ``name``, ``colour`` (also spelt ``color``; [r, g, b] or "#rrggbb") and ``ignore`` may lack.

        Raises:
            LabelError: the data has another shape; the message names the entry.
        """
        entries = data.get("classes") if isinstance(data, dict) else data
        if not isinstance(entries, list) or not entries:
            raise LabelError(argument, "no list of classes", _SHAPE)
        return cls(
            tuple(_class_from(entry, f"{argument}, entry {n}") for n, entry in enumerate(entries))
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ClassTable:
        """The table in the JSON file ``path``.

        Raises:
            LabelError: the file cannot be read, is no JSON, or has another shape.
        """
        file = Path(path)
        try:
            if file.stat().st_size > _MAX_BYTES:
                raise LabelError(file, "it is larger than 10 MB", _SHAPE)
            data = json.loads(file.read_text(encoding="utf-8-sig"))
        except OSError as reason:
            found = f"it cannot be read ({reason.strerror or reason})"
            raise LabelError(file, found, _SHAPE, "Check the path.") from None
        except (ValueError, RecursionError) as reason:
            raise LabelError(file, f"it is no JSON ({reason})", _SHAPE) from None
        return cls.from_json(data, file)

    def to_json(self) -> list[dict[str, Any]]:
        """What :meth:`from_json` reads."""
        return [
            {"id": entry.id, "name": entry.name, "colour": list(entry.colour)}
            | ({"ignore": True} if entry.ignored else {})
            for entry in self.classes
        ]

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the table as JSON, atomically."""
        write_json(Path(path), self.to_json())

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[LabelClass]:
        return iter(self.classes)

    def __contains__(self, number: object) -> bool:
        return number in self._position

    def by_id(self, number: int) -> LabelClass:
        """The class of id ``number``; KeyError where there is none."""
        return self.classes[self._position[number]]

    def by_name(self, name: str) -> LabelClass:
        """The class called ``name``; KeyError where there is none."""
        return next((c for c in self.classes if c.name == name), None) or _missing(name)

    def by_colour(self, colour: Iterable[int]) -> LabelClass:
        """The first class of exactly ``colour``; KeyError where there is none."""
        wanted = tuple(colour)
        return next((c for c in self.classes if c.colour == wanted), None) or _missing(wanted)

    @property
    def ids(self) -> np.ndarray:
        """(N,) int32 ids in the table's order."""
        return np.array([entry.id for entry in self.classes], dtype=np.int32)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the table's order."""
        return tuple(entry.name for entry in self.classes)

    @property
    def colours(self) -> np.ndarray:
        """(N, 3) uint8 colours in the table's order."""
        return np.array([entry.colour for entry in self.classes], dtype=np.uint8).reshape(-1, 3)

    @property
    def ignored(self) -> frozenset[int]:
        """Ids of the classes marked as ignored."""
        return frozenset(entry.id for entry in self.classes if entry.ignored)

    def index_of(self, ids: np.ndarray) -> np.ndarray:
        """Positions in this table, int64 and shaped as ``ids``; -1 for an id it does not hold."""
        values = np.asarray(ids)
        if not len(self):
            return np.full(values.shape, -1, dtype=np.int64)
        if self._slots is not None and values.dtype.kind in "iu":
            lowest, slots = self._slots
            place = values.astype(np.int64) - lowest
            inside = (place >= 0) & (place < len(slots))
            return slots[np.where(inside, place, len(slots) - 1)]
        order = np.argsort(self.ids)
        ranked = self.ids[order]
        place = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
        return np.where(ranked[place] == values, order[place], -1).astype(np.int64)

    def subset(self, ids: Iterable[int]) -> ClassTable:
        """The classes whose ids are in ``ids``, in this table's order."""
        wanted = {int(i) for i in ids}
        return ClassTable(tuple(entry for entry in self.classes if entry.id in wanted))

    @cached_property
    def _slots(self) -> tuple[int, np.ndarray] | None:
        """The lowest id and, for each from it on, its position (-1: none), where ids lie close.

        One more slot stands at the end for ids outside. Looking up is twenty times quicker than
        searching.
        """
        lowest, highest = int(self.ids.min()), int(self.ids.max())
        if highest - lowest > 1 << 16:
            return None
        slots = np.full(highest - lowest + 2, -1, dtype=np.int64)
        slots[self.ids - lowest] = np.arange(len(self))
        return lowest, slots

    @cached_property
    def _position(self) -> dict[int, int]:
        return {entry.id: place for place, entry in enumerate(self.classes)}


def _repeats(values: list[Any]) -> bool:
    return len(set(values)) < len(values)


def _missing(key: object) -> LabelClass:
    raise KeyError(key)


def _class_from(entry: Any, where: str) -> LabelClass:
    if not isinstance(entry, dict):
        raise LabelError(where, f"{entry!r}", '{"id": ..., "name": ..., "colour": ...}')
    number = entry.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number not in _INT32:
        raise LabelError(where, f"the id {number!r}", "a whole number")
    name = entry.get("name", f"class {number}")
    if not isinstance(name, str) or not name.strip() or not name.strip().isprintable():
        raise LabelError(where, f"the name {name!r}", "a name")
    given = entry.get("colour", entry.get("color"))
    colour = colour_of_id(number) if given is None else parse_colour(given)
    if colour is None:
        raise LabelError(where, f"the colour {given!r}", '[r, g, b] of 0 to 255, or "#rrggbb"')
    ignored = entry.get("ignore", False)
    if not isinstance(ignored, bool):
        raise LabelError(where, f"ignore as {ignored!r}", "true or false")
    return LabelClass(number, name.strip(), colour, ignored)
