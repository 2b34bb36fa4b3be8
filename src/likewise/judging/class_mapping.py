"""ClassMapping: which classes of a pretrained network show which class of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from likewise.errors import LabelError
from likewise.judging.reader import OTHER
from likewise.labels.class_table import ClassTable
from likewise.labels.class_words import nearest_words, numbers_of, read_words


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
        entries = read_words(path)
        numbers = {}
        for own, words in entries.items():
            if not isinstance(words, list):
                raise LabelError(path, f"{own!r} maps to {words!r}", "a list of names or numbers")
            found = [n for word in words for n in numbers_of(word, names, f"{path}, class {own!r}")]
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
                    f"no class {own!r}{nearest_words(own, self.numbers)}",
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
