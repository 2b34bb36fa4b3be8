"""Cityscapes datasets: leftImg8bit/ and gtFine/ with label ids, instance ids and colours.

Classes are held by Cityscapes' own ids, found by name; ``mapping`` says which of them shows a class
of another name. Each connected region of a class whose objects are told apart counts as one object.
File names follow CITY_SEQUENCE_FRAME, where the city is the stem (its "_" become "-"). Source:
github.com/mcordts/cityscapesScripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from likewise.datasets.base import DatasetFormat, Entry
from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.class_words import nearest_words
from likewise.labels.conventions.tables import CityscapesLabel, cityscapes_labels, class_table
from likewise.labels.label_map import LabelMap
from likewise.labels.polygons import regions
from likewise.progress import SILENT, Progress

UNLABELLED = 0
_PLACE = "000000_000000"  # sequence and frame, which pictures of ours have not
_FOLDER = "likewise"  # in place of a city
_MOST_OBJECTS = 1000  # of a class in one picture: an instance id is 1000 * id + number


@dataclass(frozen=True)
class Cityscapes(DatasetFormat):
    """``leftImg8bit/SPLIT/likewise/*_leftImg8bit.png``, ``gtFine/SPLIT/likewise/*_gtFine_*.png``.

    Attributes:
        mapping: name of a class -> name or id of the label of Cityscapes that shows it.
    """

    name: ClassVar[str] = "cityscapes"
    summary: ClassVar[str] = "leftImg8bit/ and gtFine/ (label ids, instance ids, colours)"
    mapping: Mapping[str, str | int] = field(default_factory=dict)

    def check(self, classes: ClassTable) -> None:
        """A label of Cityscapes for every class that is not ignored, by name or ``mapping``."""
        strange = [name for name in self.mapping if name not in classes.names]
        if strange:
            raise LabelError("mapping", f"no class {strange[0]!r}", ", ".join(classes.names[:12]))
        for entry in classes:
            if not entry.ignored:
                self._label(entry)

    def files(self, entry: Entry) -> Sequence[Path]:
        """Label ids, instance ids, colours, picture."""
        name = f"{entry.stem.replace('_', '-')}_{_PLACE}"
        truth = Path("gtFine", entry.split, _FOLDER)
        kinds = ("labelIds", "instanceIds", "color")
        picture = Path("leftImg8bit", entry.split, _FOLDER, f"{name}_leftImg8bit.png")
        return *(truth / f"{name}_gtFine_{kind}.png" for kind in kinds), picture

    def write(self, root: Path, entry: Entry, image: Image, labels: LabelMap) -> None:
        """Write label ids, instance ids and colours, then the picture as 8-bit RGB."""
        ids, objects, colours, picture = (root / path for path in self.files(entry))
        official = {c.id: None if c.ignored else self._label(c) for c in labels.classes}
        shown = np.zeros(labels.size, dtype=np.uint8)
        instances = np.zeros(labels.size, dtype=np.uint16)
        for label in {label for label in official.values() if label is not None}:
            sources = [number for number, found in official.items() if found == label]
            mask = np.isin(labels.ids, sources)
            shown[mask] = label.id
            instances[mask] = label.id
            if label.instances:
                _number(instances, mask, label.id)
        Image(shown, "L").save(ids)
        Image(instances, "L").save(objects)
        table = class_table("cityscapes")
        palette = np.zeros((256, 3), dtype=np.uint8)
        for c in table:
            if c.id >= 0:
                palette[c.id] = c.colour
        Image(palette[shown], "RGB").save(colours)
        Image(image.to_rgb8(), "RGB").save(picture)

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """Nothing: Cityscapes has no lists."""

    def _label(self, entry: LabelClass) -> CityscapesLabel:
        word = self.mapping.get(entry.name, entry.name)
        labels = cityscapes_labels()
        plain = str(word).strip().casefold()
        found = [label for label in labels if label.name == plain or str(label.id) == plain]
        if found and found[0].id >= 0:
            return found[0]
        names = [label.name for label in labels if label.id >= 0]
        raise LabelError(
            "classes",
            f"Cityscapes has no label {word!r} for the class {entry.name!r}"
            + nearest_words(str(word), names),
            f"one of {', '.join(names)}",
            f"Say which label shows it, as in {entry.name}=building, or unlabeled for none.",
        )


def _number(instances: np.ndarray, mask: np.ndarray, label: int) -> None:
    """Number the connected regions of ``mask``, in place; beyond 1000 they share the plain id."""
    for number, (box, region) in enumerate(regions(mask)):
        if number == _MOST_OBJECTS:
            break
        instances[box][region] = 1000 * label + number
