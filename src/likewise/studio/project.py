"""Project: one picture, its labels and the layout that is being painted, in a folder of its own.

Every change is on the disk, whole, when it returns, so a page that comes back finds its work.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from likewise import storage
from likewise.errors import ImageError, LabelError, ModelError
from likewise.images import Image, read_image
from likewise.labels.class_table import LabelClass
from likewise.labels.label_map import ClassTable, LabelMap
from likewise.labels.snapping import SnapReport
from likewise.studio.planes import completed, map_of, plane_of, require_few

RECORD, LABELS, LAYOUT, IMAGE = "project.json", "labels.png", "layout.png", "image"
LONGEST_NAME = 80
MOST_PIXELS = 24_000_000  # of an image or a layout: what a page can hold and a browser can draw


@dataclass(frozen=True)
class Facts:
    """What is written down of a project besides its pictures.

    Attributes:
        name: that its owner gave it.
        created, updated: UTC, ISO 8601.
        size: (H, W) of the image.
        classes: of its labels, in the order of positions; empty until it is labelled.
        areas: share of the source in each class.
        layout: (H, W) of the layout; None until it is labelled.
        snapping: what reading colour-coded labels did, None where they held ids.
        version: grows with every change of image, labels or number of classes.
        notes: sentences for the owner about how the labels were read or made.
    """

    name: str
    created: str
    updated: str
    size: tuple[int, int]
    classes: tuple[LabelClass, ...] = ()
    areas: tuple[float, ...] = ()
    layout: tuple[int, int] | None = None
    snapping: SnapReport | None = None
    version: int = 0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What :meth:`from_json` reads."""
        table = ClassTable(self.classes).to_json()
        return asdict(self) | {"classes": table}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The facts that :meth:`to_json` wrote. KeyError, TypeError or ValueError otherwise."""
        classes = ClassTable.from_json(data["classes"]).classes if data["classes"] else ()
        snapping = data["snapping"]
        if snapping is not None:
            shades = tuple(tuple(shade) for shade in snapping["shades"])
            snapping = SnapReport(**{**snapping, "shades": shades})
        layout = data["layout"]
        return cls(
            name=str(data["name"]),
            created=str(data["created"]),
            updated=str(data["updated"]),
            size=_sides(data["size"]),
            classes=classes,
            areas=tuple(map(float, data["areas"])),
            layout=None if layout is None else _sides(layout),
            snapping=snapping,
            version=int(data["version"]),
            notes=tuple(map(str, data["notes"])),
        )


class Project:
    """The project in ``folder``; one object serves one request.

    Raises:
        ModelError: the folder holds no project, or a damaged one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder.name
        try:
            text = (folder / RECORD).read_text(encoding="utf-8")
            self.facts = Facts.from_json(json.loads(text))
        except (OSError, ValueError, KeyError, TypeError) as error:
            found = f"it cannot be read ({type(error).__name__})"
            raise ModelError(folder.name, found, "a project of the studio") from error

    @classmethod
    def create(cls, folder: Path, name: str, image: Path) -> Project:
        """A new project in the empty ``folder``, of the picture in the file ``image``.

        The file is moved there as it is, so that answers keep its mode and depth.

        Raises:
            ImageError: it is no picture, or larger than MOST_PIXELS.
        """
        size = read_image(image, name).size
        require_drawable(size, name)
        image.replace(folder / f"{IMAGE}{image.suffix.lower()}")
        now = _now()
        storage.write_json(folder / RECORD, Facts(_named(name), now, now, size).to_json())
        return cls(folder)

    @property
    def labelled(self) -> bool:
        """Whether there are labels, and so a layout."""
        return self.facts.layout is not None

    @cached_property
    def image_file(self) -> Path:
        """The picture, as it was given."""
        return next(self.folder.glob(f"{IMAGE}.*"))

    @cached_property
    def image(self) -> Image:
        """The source image."""
        return _decoded(self.image_file, self.facts.name)

    @property
    def table(self) -> ClassTable:
        """Classes in the order of positions.

        Raises:
            LabelError: the project is not labelled yet.
        """
        if not self.labelled:
            raise LabelError(
                self.facts.name,
                "it has no labels yet",
                "a labelled picture",
                "Load a label map or have one made.",
            )
        return ClassTable(self.facts.classes)

    def labels(self) -> np.ndarray:
        """(H, W) uint8 plane of the source labels."""
        return self._plane(LABELS)

    def layout(self) -> np.ndarray:
        """(H', W') uint8 plane of the layout."""
        return self._plane(LAYOUT)

    def labels_map(self) -> LabelMap:
        """The source labels; files of layouts are read like them."""
        made = map_of(self.labels(), self.table, f"labels of {self.facts.name}")
        return replace(made, snapping=self.facts.snapping)

    def layout_map(self) -> LabelMap:
        """The layout."""
        return map_of(self.layout(), self.table, "layout")

    def rename(self, name: str) -> None:
        """Call it ``name``."""
        self._record(name=_named(name))

    def set_labels(self, labels: LabelMap, notes: Sequence[str] = ()) -> None:
        """Take ``labels`` for the source's, with their classes; the layout becomes the same.

        Raises:
            LabelError: another size than the image's, no class at all, or too many.
        """
        labels.require_size(self.facts.size)
        table = labels.present_classes
        if not len(table):
            raise LabelError(labels.origin, "every pixel is ignored", "at least one class")
        plane = plane_of(labels, table)
        self._write(LABELS, plane)
        self._write(LAYOUT, completed(plane))
        self._record(
            classes=table.classes,
            areas=_areas(plane, len(table)),
            layout=self.facts.size,
            snapping=labels.snapping,
            version=self.facts.version + 1,
            notes=tuple(notes),
        )

    def set_label_plane(self, plane: np.ndarray) -> None:
        """Correct the source labels: an (H, W) plane of the classes there are.

        Raises:
            LabelError: another size than the image's, or not one pixel has a class.
        """
        map_of(plane, self.table).require_size(self.facts.size)
        completed(plane)
        self._write(LABELS, plane)
        areas = _areas(plane, len(self.facts.classes))
        self._record(areas=areas, version=self.facts.version + 1)

    def set_layout(self, plane: np.ndarray) -> None:
        """Keep ``plane``, of any size and whole, as the layout."""
        self._write(LAYOUT, plane)
        self._record(layout=_sides(plane.shape))

    def set_classes(self, given: Sequence[tuple[str, tuple[int, int, int]]]) -> None:
        """Rename and recolour the classes, in their order; what is more is added.

        Raises:
            LabelError: fewer than there are, too many, or two of one name.
        """
        now = self.table.classes
        if len(given) < len(now):
            expected = f"at least the {len(now)} there are"
            raise LabelError("classes", f"{len(given)} classes", expected, "None can be removed.")
        ids = [entry.id for entry in now]
        ids += [max(ids) + 1 + place for place in range(len(given) - len(now))]
        table = ClassTable(
            tuple(
                LabelClass(number, name.strip() or f"class {number}", colour)
                for number, (name, colour) in zip(ids, given, strict=True)
            )
        )
        require_few(table)
        areas = self.facts.areas + (0.0,) * (len(table) - len(now))
        self._record(classes=table.classes, areas=areas, version=self.facts.version + 1)

    def _record(self, **changes: Any) -> None:
        self.facts = replace(self.facts, updated=_now(), **changes)
        storage.write_json(self.folder / RECORD, self.facts.to_json())

    def _plane(self, name: str) -> np.ndarray:
        _ = self.table
        return read_image(self.folder / name).pixels

    def _write(self, name: str, plane: np.ndarray) -> None:
        Image(np.ascontiguousarray(plane), "L").save(self.folder / name)


@lru_cache(maxsize=2)  # one page asks for its picture once for each class
def _decoded(file: Path, name: str) -> Image:
    return read_image(file, name)


def require_drawable(size: tuple[int, int], argument: str) -> None:
    """Make sure that a page can show (H, W) pixels.

    Raises:
        ImageError: there are more than MOST_PIXELS.
    """
    height, width = size
    if height * width > MOST_PIXELS:
        found = f"{width} x {height} pixels"
        expected = f"at most {MOST_PIXELS / 1e6:.0f} million in the studio"
        raise ImageError(argument, found, expected, "Scale it down, or use likewise run.")


def _named(name: str) -> str:
    words = " ".join(name.split())[:LONGEST_NAME].strip()
    return "".join(c for c in words if c.isprintable()) or "Untitled"


def _areas(plane: np.ndarray, classes: int) -> tuple[float, ...]:
    counts = np.bincount(plane.ravel(), minlength=256)[:classes]
    return tuple((counts / plane.size).tolist())


def _sides(size: Sequence[Any]) -> tuple[int, int]:
    height, width = map(int, size)
    return height, width


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
