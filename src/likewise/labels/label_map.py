"""Label maps P and P': integer ids (H, W) with the table of their classes; never RGB floats."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id, hex_of
from likewise.labels.conventions.reading import detected, require_convention
from likewise.labels.formats import Known, read_labels
from likewise.labels.instances import TABLE as INSIDE_AND_BORDER
from likewise.labels.instances import parted
from likewise.labels.snapping import SnapReport
from likewise.labels.telling import listed, percent
from likewise.labels.writing import write_labels

__all__ = ["ClassTable", "LabelClass", "LabelMap"]


@dataclass(frozen=True, eq=False, repr=False)
class LabelMap:
    """Which class each pixel belongs to: the paper's P (source) and P' (target, a layout).

    Args:
        ids: (H, W) int32 class ids, made read-only.
        classes: the table; it may hold more classes than ``ids`` does, never fewer.
        ignore: ids of unknown content; they enter no loss, no metric and no one-hot map.
        snapping: what was moved to make a colour-coded file a label map; None where nothing was.
        origin: what errors call this map, the file's path where there is one.

    Raises:
        LabelError: an id is neither in the table nor ignored.
    """

    ids: np.ndarray
    classes: ClassTable
    ignore: frozenset[int] = frozenset()
    snapping: SnapReport | None = None
    origin: str = "labels"
    _areas: dict[int, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        assert self.ids.ndim == 2, self.ids.shape
        frozen = np.ascontiguousarray(self.ids, dtype=np.int32).view()
        frozen.flags.writeable = False
        object.__setattr__(self, "ids", frozen)
        object.__setattr__(self, "ignore", frozenset(map(int, self.ignore)) | self.classes.ignored)
        found, counts = np.unique(frozen, return_counts=True)
        for number, count in zip(found.tolist(), counts.tolist(), strict=True):
            self._areas[number] = count / frozen.size
        unknown = {i: a for i, a in self._areas.items() if i not in self.classes}
        unknown = {i: a for i, a in unknown.items() if i not in self.ignore}
        if unknown:
            found_text = "it holds " + listed(f"id {i} ({percent(a)})" for i, a in unknown.items())
            expected = "the ids of its class table: " + listed(str(c) for c in self.classes)
            remedy = "Repaint these pixels, add the class to the table, or ignore the id."
            raise LabelError(self.origin, found_text, expected, remedy)

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        *,
        classes: ClassTable | LabelMap | str | os.PathLike[str] | None = None,
        like: LabelMap | None = None,
        ignore: Iterable[int] = (),
        convention: str | None = None,
        image: str | os.PathLike[str] | None = None,
        instances: bool = False,
    ) -> LabelMap:
        """The label map in ``path``, by whichever convention the file follows.

        Grey and palette PNG or TIFF of ids, RGB(A) colours in PNG, JPEG and the rest, .npy of
        integers, JSON of LabelMe and COCO, YOLO's text, and the masks of well-known data sets;
        docs/label_maps.md says how each is told from the others and how colours snap.

        Args:
            path: the file.
            classes: the class table, a JSON file of it, or a map whose table to take. Where None,
                ``classes.json`` beside the file or one folder up is taken, else the file speaks.
            like: the source's label map, for a target: its classes are the only ones, its ignored
                ids count here too, and other shades of its colours are read as them.
            ignore: ids of unknown content, besides those that the table marks.
            convention: what the file follows, one of labels.conventions.reading.CONVENTIONS; None
                where the file tells, or holds but ids or colours.
            image: the picture that it is the label map of: COCO's JSON is asked for its name.
            instances: whether ids number objects; they become inside, border and background.

        Raises:
            LabelError: the file cannot be read, is a photograph, or holds what the table does not.
        """
        if instances:
            return cls._read_instances(Path(path), convention, frozenset(map(int, ignore)))
        if like is not None:
            table: ClassTable | None = like.classes
            ignore = {*ignore, *like.ignore}
        elif isinstance(classes, LabelMap):
            table = classes.classes
        elif isinstance(classes, ClassTable) or classes is None:
            table = classes
        else:
            table = ClassTable.read(classes)
        skip = frozenset(map(int, ignore))
        known = Known(
            table,
            skip,
            is_target=like is not None,
            by_colour=like is not None and like.snapping is not None,
            convention=None if convention is None else require_convention(convention),
            image=None if image is None else Path(image),
        )
        ids, table, report = read_labels(Path(path), known)
        return cls(ids, table, skip, report, str(path))

    @classmethod
    def _read_instances(
        cls, path: Path, convention: str | None, ignore: frozenset[int]
    ) -> LabelMap:
        """A map of numbered objects as inside, border and background; black is no object."""
        follows = convention or detected(path, has_table=True)
        if follows is not None:
            found = f"a file of {follows}, whose ids are classes"
            raise LabelError("instances", found, "a picture or .npy that numbers objects")
        numbers, classes, report = read_labels(path, Known(ignore=ignore, numbers=True))
        parts = {c.colour: c.id for c in INSIDE_AND_BORDER}
        if all(c.colour in parts for c in classes) and len(classes) > 1:  # parted before
            ids = np.array([parts[c.colour] for c in classes])[classes.index_of(numbers)]
        else:
            black = next((c.id for c in classes if c.colour == (0, 0, 0)), 0)
            ids = parted(numbers, black, ignore)
        return cls(ids, INSIDE_AND_BORDER, snapping=report, origin=str(path))

    @classmethod
    def from_array(
        cls,
        ids: Any,
        classes: ClassTable | None = None,
        ignore: Iterable[int] = (),
        origin: str = "labels",
    ) -> LabelMap:
        """A label map of an (H, W) array of integers or booleans; it is copied.

        Args:
            ids: the ids.
            classes: their table; "class 3" and the like where None.
            ignore: ids of unknown content.
            origin: what errors call the map.

        Raises:
            LabelError: another shape or type, or an id outside the table.
        """
        values = np.asarray(ids)
        whole = np.issubdtype(values.dtype, np.integer) or values.dtype == bool
        if values.ndim != 2 or not values.size or not whole:
            found = f"an array of shape {values.shape}, {values.dtype}"
            raise LabelError(origin, found, "an (H, W) array of integers")
        bounds = np.iinfo(np.int32)
        if values.dtype != bool and not bounds.min <= values.min() <= values.max() <= bounds.max:
            raise LabelError(origin, "ids beyond 32 bits", f"ids up to {bounds.max}")
        skip = frozenset(map(int, ignore))
        if classes is None:
            classes = ClassTable.from_ids(i for i in np.unique(values).tolist() if i not in skip)
        return cls(values.astype(np.int32), classes, skip, origin=origin)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.ids.shape[0], self.ids.shape[1]

    def present(self) -> tuple[int, ...]:
        """Ids that occur, in the table's order, without the ignored ones."""
        return tuple(c.id for c in self.classes if c.id in self._areas and c.id not in self.ignore)

    @cached_property
    def present_classes(self) -> ClassTable:
        """The classes that occur, without the ignored ones: what a method learns."""
        return self.classes.subset(self.present())

    def areas(self) -> dict[int, float]:
        """Share of all pixels, 0 to 1, by id of each class that occurs and is not ignored."""
        return {number: self._areas[number] for number in self.present()}

    def indices(self, table: ClassTable) -> np.ndarray:
        """(H, W) int64 position of each pixel's class in ``table``; -1 where ignored.

        Raises:
            LabelError: a class here is not in ``table``; the message names it.
        """
        lacking = [i for i in self.present() if i not in table]
        if lacking:
            raise self._lacks(lacking, "the class table", table, self.origin)
        places = table.index_of(self.ids)
        if self.ignore:
            places[np.isin(self.ids, list(self.ignore))] = -1
        return places

    def require_known(self, source: LabelMap, argument: object | None = None) -> None:
        """Make sure that the source shows every class that this target asks for.

        Raises:
            LabelError: naming each class that does not occur in ``source``, with its area.
        """
        shown = source.present_classes
        lacking = [i for i in self.present() if i not in shown]
        if lacking:
            name = self.origin if argument is None else argument
            raise self._lacks(lacking, "the source's labels", shown, name)

    def require_size(self, image: Image | tuple[int, int], argument: object | None = None) -> None:
        """Make sure that this map has its image's size (an Image, or (H, W)).

        Raises:
            LabelError: telling both sizes, and what to do.
        """
        height, width = image.size if isinstance(image, Image) else image
        mine = self.size
        if mine == (height, width):
            return
        # Sizes of one aspect differ from exact proportion by rounding, half a pixel a side.
        same_aspect = abs(mine[0] * width - mine[1] * height) <= 0.5 * (height + width)
        remedy = (
            f"The aspect agrees: scale the label map to {width} x {height}, nearest-neighbour."
            if same_aspect
            else "The aspect differs too: export both from the same canvas."
        )
        name = self.origin if argument is None else argument
        found = f"the label map is {mine[1]} x {mine[0]} pixels"
        raise LabelError(name, found, f"its image's {width} x {height}", remedy)

    def resized(self, size: tuple[int, int]) -> LabelMap:
        """This map at ``size`` (H, W), each pixel that of the nearest pixel centre."""
        rows, columns = (
            np.minimum(((np.arange(new) + 0.5) * old / new).astype(np.int64), old - 1)
            for new, old in zip(size, self.size, strict=True)
        )
        return self.with_ids(self.ids[np.ix_(rows, columns)])

    def cropped(self, top: int, left: int, height: int, width: int) -> LabelMap:
        """The rectangle of ``height`` x ``width`` pixels whose corner is (top, left)."""
        assert 0 <= top <= top + height <= self.size[0], (top, height, self.size)
        assert 0 <= left <= left + width <= self.size[1], (left, width, self.size)
        return self.with_ids(self.ids[top : top + height, left : left + width].copy())

    def with_ids(self, ids: np.ndarray) -> LabelMap:
        """Another (H', W') layout of this map's classes."""
        return LabelMap(ids, self.classes, self.ignore, None, self.origin)

    def to_colour(self) -> np.ndarray:
        """(H, W, 3) uint8: each pixel in its class's colour."""
        found, back = np.unique(self.ids, return_inverse=True)
        colours = [
            self.classes.by_id(i).colour if i in self.classes else colour_of_id(i)
            for i in found.tolist()
        ]
        return np.array(colours, dtype=np.uint8)[back.reshape(self.ids.shape)]

    def write(self, path: str | os.PathLike[str], kind: str | None = None) -> None:
        """Write the ids atomically.

        Args:
            path: the file; ``.npy`` means kind "npy".
            kind: "palette" (a PNG that shows its colours), "ids" (a grey PNG of 8 or 16 bits) or
                "npy". Where None, a palette PNG, or ids where one exceeds 255.

        Raises:
            LabelError: the kind is unknown or cannot hold these ids.
            OutputError: the place cannot be written.
        """
        write_labels(Path(path), self.ids, self.classes, kind)

    def describe(self) -> list[str]:
        """Lines to print: each class with id, colour and area, then what was ignored or snapped."""
        width = max((len(c.name) for c in self.present_classes), default=0)
        lines = [
            f"{c.name:<{width}}  id {c.id:>3}  {hex_of(c.colour)}  {percent(self._areas[c.id]):>7}"
            for c in self.present_classes
        ]
        skipped = sum(self._areas.get(i, 0.0) for i in self.ignore)
        if skipped:
            lines.append(f"ignored: {percent(skipped)}")
        return lines + (self.snapping.describe() if self.snapping else [])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LabelMap):
            return NotImplemented
        mine = (self.classes, self.ignore)
        return mine == (other.classes, other.ignore) and np.array_equal(self.ids, other.ids)

    __hash__ = None  # type: ignore[assignment]  # equal by pixels, so no cheap hash

    def __repr__(self) -> str:
        shares = listed(f"{c.name} {percent(self._areas[c.id])}" for c in self.present_classes)
        return f"LabelMap({self.size[0]} x {self.size[1]}: {shares})"

    def _lacks(self, ids: list[int], where: str, table: ClassTable, name: object) -> LabelError:
        named = listed(f"{self.classes.by_id(i)}, {percent(self._areas[i])}" for i in ids)
        return LabelError(
            name,
            f"it asks for {named}, which {where} lack{'s' if where.endswith('table') else ''}",
            f"only {listed(str(c) for c in table)}",
            "Repaint these pixels in one of those classes.",
        )
