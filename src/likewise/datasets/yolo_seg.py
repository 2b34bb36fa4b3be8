"""YOLO segmentation datasets: a text file of normalised polygons a picture, and data.yaml.

Each connected region (corners joined) is a line "CLASS x1 y1 x2 y2 ...", coordinates from 0 to 1.
Classes are numbered from 0 in the table's order, as YOLO's readers demand; data.yaml names them.
Holes are joined to their outline by seams of no width. Format: docs.ultralytics.com, "Instance
Segmentation Datasets".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from likewise.datasets.base import DatasetFormat, Entry, as_picture, by_split, require_names
from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.conventions.yolo import polygon_lines
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress
from likewise.storage import write_bytes


@dataclass(frozen=True)
class YoloSeg(DatasetFormat):
    """``images/SPLIT/``, ``labels/SPLIT/STEM.txt``, ``data.yaml``.

    Attributes:
        background: names of classes that get neither polygons nor a number.
    """

    name: ClassVar[str] = "yolo-seg"
    summary: ClassVar[str] = "images/, labels/ of normalised polygons, data.yaml"
    background: tuple[str, ...] = ()

    def check(self, classes: ClassTable) -> None:
        """Anything with a class to tell; a background must be in the table."""
        require_names(self.background, classes)
        if not self._told(classes):
            raise LabelError("classes", "no class besides the background", "one to tell")

    def files(self, entry: Entry) -> Sequence[Path]:
        """Polygons, picture."""
        return (
            Path("labels", entry.split, f"{entry.stem}.txt"),
            Path("images", entry.split, f"{entry.stem}.png"),
        )

    def write(self, root: Path, entry: Entry, image: Image, labels: LabelMap) -> None:
        """Write the polygons, then the picture."""
        text, picture = self.files(entry)
        lines = polygon_lines(labels.ids, self._told(labels.classes))
        write_bytes(root / text, "".join(f"{line}\n" for line in lines).encode())
        as_picture(image).save(root / picture)

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """``data.yaml``: where the splits lie, and the names of the classes.

        YOLO demands "train" and "val"; where there is no "val", it is told to take the first split.
        """
        splits = list(by_split(entries))
        lines = [f"{split}: images/{split}" for split in splits]
        for needed in ("train", "val"):
            if splits and needed not in splits:
                lines.append(f"{needed}: images/{splits[0]}  # no pairs of its own")
        lines.append("names:")
        names = enumerate(entry.name for entry in self._told(classes))
        # A JSON text is a YAML text, so that any name is quoted as it has to be.
        lines += [f"  {number}: {json.dumps(name)}" for number, name in names]
        write_bytes(root / "data.yaml", "".join(f"{line}\n" for line in lines).encode())

    def _told(self, classes: ClassTable) -> list[LabelClass]:
        return [c for c in classes if not c.ignored and c.name not in self.background]
