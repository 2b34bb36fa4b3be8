"""ClassMap: which label of a checkpoint shows each class of the source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.class_words import nearest_words, numbers_of, read_words
from likewise.methods.spade.releases import Release

BY_NAME = "--class-map"  # what errors call the map that was not given


@dataclass(frozen=True)
class ClassMap:
    """What was read from a class map; without entries, classes mean the labels of their names.

    Attributes:
        entries: name, or id as a text, of a class of the source -> name or channel number of a
            label; None, "don't care".
        origin: what errors call it.
    """

    entries: Mapping[str, Any]
    origin: str = BY_NAME

    @classmethod
    def read(cls, path: Path) -> Self:
        """The map in the JSON file ``path``; it may hold classes of several sources.

        Raises:
            LabelError: there is no such file, or no JSON object in it.
        """
        return cls(read_words(path), str(path))

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """What :meth:`to_json` wrote."""
        return cls(**json.loads(text))

    def to_json(self) -> bytes:
        """This as JSON."""
        return json.dumps({"entries": dict(self.entries), "origin": self.origin}).encode()

    def channels(self, table: ClassTable, release: Release) -> list[int]:
        """The channel of each class of ``table``, in its order.

        Raises:
            LabelError: a class is not mapped, or to what ``release`` lacks.
        """
        return [self._channel(entry, release) for entry in table]

    def _channel(self, entry: LabelClass, release: Release) -> int:
        if self.entries:
            key = next((k for k in (entry.name, str(entry.id)) if k in self.entries), None)
            if key is None:
                near = nearest_words(entry.name, self.entries)
                raise LabelError(
                    self.origin,
                    f"no class {entry.name!r} (id {entry.id}){near}",
                    "every class of the source by its name or id",
                    'Map it to null if the checkpoint has no label for it: "don\'t care".',
                )
            word = self.entries[key]
        else:
            word = entry.name
        if word is None:
            return release.unknown
        names = dict(enumerate(release.labels))
        found = numbers_of(word, names, f"{self.origin}, class {entry.name!r}")
        if len(found) > 1:
            raise LabelError(self.origin, f"{word!r} names {len(found)} labels", "a number")
        return found[0]
