"""Files: the label maps that a command was given, each read when it is its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

from likewise.cli.faults import one_line
from likewise.cli.sources import unique_names
from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable
from likewise.labels.conventions.coco import CocoFile
from likewise.labels.conventions.decoded import read_json_object
from likewise.labels.conventions.reading import require_convention
from likewise.labels.label_map import LabelMap


@dataclass(frozen=True)
class Manner:
    """How label files are to be read; see :meth:`LabelMap.read`."""

    convention: str | None
    classes: Path | None
    ignore: tuple[int, ...]
    image: Path | None
    instances: bool

    def read(self, path: Path, image: Path | None = None) -> LabelMap:
        """The label map in ``path``."""
        return LabelMap.read(
            path,
            classes=self.classes,
            ignore=self.ignore,
            convention=self.convention,
            image=image or self.image,
            instances=self.instances,
        )


@dataclass(frozen=True)
class Item:
    """A label map to come.

    Attributes:
        name: what files made of it are called, without suffix: a plain word, unique.
        source: where it comes from, for people.
        picture: file name of its picture, where the file tells it.
        read: gives it.
    """

    name: str
    source: str
    picture: str
    read: Callable[[], LabelMap]


def items_of(files: Sequence[Path], manner: Manner) -> list[Item]:
    """The label maps in ``files``; a COCO file gives one for each of its pictures.

    Raises:
        LabelError: the convention is unknown, or a COCO file is damaged.
    """
    if manner.convention is not None:
        require_convention(manner.convention)
    found: list[tuple[Path, str, str, Callable[[], LabelMap]]] = []
    for path in files:
        many = None if manner.image is not None else _coco(path, manner.convention)
        if many is None:
            read = partial(manner.read, path)
            found.append((path, one_line(str(path)), f"{path.stem}.png", read))
            continue
        table = None if manner.classes is None else ClassTable.read(manner.classes)
        for name in many.names:
            plain = PureWindowsPath(name).name  # a name in a file never leads to another folder
            read = partial(_of_coco, many, name, table, manner)
            found.append((Path(plain), one_line(f"{path}, {name}"), plain, read))
    names = unique_names(Path(f"{_word(path.stem)}.png") for path, *_ in found)
    return [
        Item(name, source, picture, read)
        for name, (_, source, picture, read) in zip(names, found, strict=True)
    ]


def facts(labels: LabelMap) -> dict[str, Any]:
    """What a label map holds, as JSON."""
    areas = labels.areas()
    height, width = labels.size
    report = labels.snapping
    return {
        "height": height,
        "width": width,
        "classes": [
            {"id": c.id, "name": c.name, "colour": list(c.colour), "area": round(areas[c.id], 6)}
            for c in labels.present_classes
        ],
        "unknown": round(max(0.0, 1 - sum(areas.values())), 6),
        "snapping": None
        if report is None
        else {
            "colours": report.colours,
            "moved": round(report.moved, 6),
            "furthest": round(report.furthest, 2),
            "shades": [list(shade) for shade in report.shades],
        },
    }


def _coco(path: Path, convention: str | None) -> CocoFile | None:
    """The file as COCO's, if it is that and has several pictures."""
    if path.suffix.lower() != ".json" or convention not in (None, "coco"):
        return None
    data = read_json_object(path, "LabelMe's JSON (with shapes), or COCO's (with images)")
    if convention is None and ("shapes" in data or "images" not in data):
        return None
    file = CocoFile(data, path)
    return file if len(file.names) > 1 else None


def _of_coco(file: CocoFile, name: str, table: ClassTable | None, manner: Manner) -> LabelMap:
    if manner.instances:
        raise LabelError("--instances", "a COCO file, whose ids are classes", "maps of objects")
    decoded = file.decoded(name)
    if table is not None:
        decoded = decoded.under(table, file.path)
    origin = f"{file.path}, {name}"
    return LabelMap(decoded.ids, decoded.classes, frozenset(manner.ignore), origin=origin)


def _word(stem: str) -> str:
    """``stem`` as a name that every disk takes."""
    plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in stem)
    return plain.strip(" .")[:120] or "labels"
