"""PNG datasets: pictures in images/, palette PNGs of ids in labels/, and the class table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from likewise.datasets.base import (
    DatasetFormat,
    Entry,
    by_split,
    require_palette,
)
from likewise.labels.class_table import ClassTable
from likewise.progress import SILENT, Progress


@dataclass(frozen=True)
class Png(DatasetFormat):
    """``SPLIT/images/STEM.png``, ``SPLIT/labels/STEM.png``, ``SPLIT/classes.json``.

    The class table stands beside the labels' folder, so that every map is read with its names.
    """

    name: ClassVar[str] = "png"
    summary: ClassVar[str] = "images/ and labels/ as PNG, the labels palette PNGs of class ids"

    def check(self, classes: ClassTable) -> None:
        """Ids from 0 to 255."""
        require_palette(classes, "palette PNG")

    def files(self, entry: Entry) -> Sequence[Path]:
        """Labels, picture."""
        name = f"{entry.stem}.png"
        return Path(entry.split, "labels", name), Path(entry.split, "images", name)

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """``classes.json`` of every split."""
        for split in by_split(entries):
            classes.write(root / split / "classes.json")
