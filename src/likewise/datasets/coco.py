"""COCO datasets: pictures, and one JSON a split with a mask for every region.

Each connected region of a class (corners joined) is one annotation, as object detectors want them;
``each="class"`` makes one annotation of all of a class, as COCO's own "stuff" files have it.
Category ids are class ids. Masks are compressed run lengths, which hold every pixel, or polygons,
whose holes are joined to their outline by seams. Format: cocodataset.org, "Data format".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from likewise.datasets.base import (
    DatasetFormat,
    Entry,
    by_split,
    read_mask,
    require_names,
    require_palette,
    watched,
)
from likewise.errors import ConfigError
from likewise.labels.class_table import ClassTable
from likewise.labels.conventions.coco import annotations_of, categories
from likewise.progress import SILENT, Progress
from likewise.storage import atomic_path

MASKS = ("rle", "polygons")
EACH = ("region", "class")


@dataclass(frozen=True)
class Coco(DatasetFormat):
    """``images/SPLIT/``, ``labels/SPLIT/`` (palette PNGs), ``annotations/instances_SPLIT.json``.

    Attributes:
        masks: "rle" or "polygons".
        each: what an annotation is of: a "region" or a "class".
        background: names of classes that get no annotations.
    """

    name: ClassVar[str] = "coco"
    summary: ClassVar[str] = "images/ and annotations/instances_SPLIT.json, a mask a region"
    masks: str = "rle"
    each: str = "region"
    background: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for option, value, choices in (("masks", self.masks, MASKS), ("each", self.each, EACH)):
            if value not in choices:
                raise ConfigError(option, repr(value), f"one of {', '.join(choices)}")
        if self.masks == "polygons" and self.each == "class":
            raise ConfigError("each", "'class' with polygons", "run lengths, or a region each")

    def check(self, classes: ClassTable) -> None:
        """Ids from 0 to 255, and a background that is in the table."""
        require_palette(classes, "palette PNG")
        require_names(self.background, classes)

    def files(self, entry: Entry) -> Sequence[Path]:
        """Labels, picture."""
        name = f"{entry.stem}.png"
        return Path("labels", entry.split, name), Path("images", entry.split, name)

    def index(
        self,
        root: Path,
        classes: ClassTable,
        entries: Sequence[Entry],
        progress: Progress = SILENT,
    ) -> None:
        """``annotations/instances_SPLIT.json``, annotation by annotation: memory does not grow."""
        (root / "annotations").mkdir(exist_ok=True)
        for split, members in by_split(entries).items():
            path = root / "annotations" / f"instances_{split}.json"
            with atomic_path(path) as partial, partial.open("w", encoding="utf-8") as handle:
                self._write_split(handle, root, classes, members, progress)

    def _write_split(
        self,
        handle: IO[str],
        root: Path,
        classes: ClassTable,
        members: Sequence[Entry],
        progress: Progress,
    ) -> None:
        told = ClassTable(tuple(c for c in classes if self._is_told(c.name, c.ignored)))
        images = [
            {"id": n, "file_name": f"{e.stem}.png", "height": e.size[0], "width": e.size[1]}
            for n, e in enumerate(members, start=1)
        ]
        head = {
            "info": {"description": "Written by likewise", "version": "1.0"},
            "licenses": [],
            "images": images,
            "categories": categories(told),
        }
        handle.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "annotations": [')
        count = 0
        what = f"annotations of {members[0].split}"
        for number, entry in enumerate(watched(members, what, progress), start=1):
            ids = read_mask(root / self.files(entry)[0])
            for found in annotations_of(ids, told, self.masks, self.each):
                handle.write(",\n" if count else "\n")
                count += 1
                handle.write(json.dumps({"id": count, "image_id": number, **found}))
        handle.write("\n]}\n")

    def _is_told(self, name: str, ignored: bool) -> bool:
        return not ignored and name not in self.background
