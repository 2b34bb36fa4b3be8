"""COCO's JSON: one picture of a file of annotations as a label map, and a label map as annotations.

Masks are polygons (the union of several), run lengths, or compressed run lengths. Annotations are
drawn in their order, later ones over earlier; what none covers is "background". Format:
cocodataset.org, "Data format".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from likewise.errors import LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id, parse_colour
from likewise.labels.conventions.decoded import (
    BACKGROUND,
    MOST_SHAPES,
    Canvas,
    Decoded,
    require_corners,
    require_few,
    require_name,
    require_size,
)
from likewise.labels.polygons import Box, outline, regions
from likewise.labels.run_lengths import compressed, decompressed, mask_of_runs, run_lengths_in
from likewise.labels.telling import listed, shown

_EXPECTED = 'COCO\'s JSON, {"images": [...], "categories": [...], "annotations": [...]}'


class CocoFile:
    """COCO's JSON, its parts checked and its annotations sorted by picture.

    Args:
        data: the file, parsed.
        path: what errors call it.

    Raises:
        LabelError: a part is missing or damaged.
    """

    def __init__(self, data: dict[str, Any], path: Path) -> None:
        for part in ("images", "categories", "annotations"):
            entries = data.get(part)
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                raise LabelError(path, f"no list of {part}", _EXPECTED)
        self.path = path
        self.images: list[dict[str, Any]] = data["images"]
        self.classes, self._background = _table(data["categories"], path)
        self._annotations: dict[str, list[dict[str, Any]]] = {}
        for annotation in data["annotations"]:
            self._annotations.setdefault(repr(annotation.get("image_id")), []).append(annotation)

    @property
    def names(self) -> list[str]:
        """File names of the pictures, as the file has them."""
        return [_name_of(entry) for entry in self.images]

    def decoded(self, image: str | None) -> Decoded:
        """The label map of one picture.

        Args:
            image: its file name, the folders left out; None where the file has one alone.

        Raises:
            LabelError: ``image`` is not in the file or does not say which is meant, or an
                annotation is of another size, of no category, or beyond the picture.
        """
        chosen = _chosen(self.images, image, self.path)
        where = f"{self.path}, {_name_of(chosen)}"
        size = require_size(chosen.get("height"), chosen.get("width"), where)
        mine = self._annotations.get(repr(chosen.get("id")), [])
        require_few(len(mine), MOST_SHAPES, "annotations", where)
        canvas = Canvas(size, self._background, where)
        for annotation in mine:
            name = f"{self.path}, annotation {shown(annotation.get('id'))}"
            category = annotation.get("category_id")
            if not isinstance(category, int) or category not in self.classes:
                found = f"the category {shown(category)}"
                raise LabelError(name, found, "one of the file's categories")
            _paint(canvas, annotation.get("segmentation"), category, name)
        return Decoded(canvas.ids, self.classes)


def coco_document(maps: Sequence[tuple[str, np.ndarray]], classes: ClassTable) -> dict[str, Any]:
    """COCO's JSON of pictures, by file name and (H, W) ids; ignored classes are left out."""
    told = ClassTable(tuple(entry for entry in classes if not entry.ignored))
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (name, ids) in enumerate(maps, start=1):
        height, width = ids.shape
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        for found in annotations_of(ids, told):
            annotations.append({"id": len(annotations) + 1, "image_id": number, **found})
    info = {"description": "Written by likewise", "version": "1.0"}
    return {
        "info": info,
        "licenses": [],
        "images": images,
        "categories": categories(told),
        "annotations": annotations,
    }


def categories(classes: ClassTable) -> list[dict[str, Any]]:
    """COCO's "categories": ids and names are the classes', and so are the colours."""
    return [
        {"id": c.id, "name": c.name, "supercategory": "", "color": list(c.colour)} for c in classes
    ]


def annotations_of(
    ids: np.ndarray, classes: ClassTable, masks: str = "rle", each: str = "region"
) -> Iterator[dict[str, Any]]:
    """COCO's annotations of (H, W) ``ids``, class by class, without "id" and "image_id".

    Args:
        ids: class ids.
        classes: those that get annotations.
        masks: "rle" (compressed run lengths) or "polygons".
        each: what an annotation is of: a connected "region", or all of a "class".
    """
    height, width = ids.shape
    for entry in classes:
        mask = ids == entry.id
        if not mask.any():
            continue
        parts = regions(mask) if each == "region" else [_whole(mask)]
        for box, region in parts:
            top, left = box[0].start, box[1].start
            common = {
                "category_id": entry.id,
                "iscrowd": 0,
                "area": int(region.sum()),
                "bbox": [left, top, region.shape[1], region.shape[0]],
            }
            if masks == "polygons":
                yield common | {"segmentation": [outline(region, box).ravel().tolist()]}
                continue
            counts = compressed(run_lengths_in(region, box, (height, width)))
            yield common | {"segmentation": {"size": [height, width], "counts": counts}}


def _whole(mask: np.ndarray) -> tuple[Box, np.ndarray]:
    """The box of all of ``mask``, and the mask in it."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return box, mask[box]


def _chosen(images: list[dict[str, Any]], image: str | None, path: Path) -> dict[str, Any]:
    names = [_name_of(entry) for entry in images]
    if not images:
        raise LabelError(path, "no pictures", "one picture or more")
    if image is None:
        if len(images) == 1:
            return images[0]
        raise LabelError(
            path,
            f"annotations of {len(images)} pictures ({listed(names, 4)})",
            "the name of one of them",
            "Say which picture is meant.",
        )
    wanted = PurePath(image).name
    fits = [e for e, name in zip(images, names, strict=True) if PurePath(name).name == wanted]
    if not fits:  # the label map of a.jpg may be asked for by a.png
        stem = PurePath(wanted).stem
        fits = [e for e, name in zip(images, names, strict=True) if PurePath(name).stem == stem]
    if len(fits) != 1:
        found = f"{'no' if not fits else len(fits)} picture{'s' if fits else ''} called {wanted!r}"
        raise LabelError(path, found, f"one of {listed(names)}", "Check the name.")
    return fits[0]


def _name_of(entry: dict[str, Any]) -> str:
    name = entry.get("file_name")
    return name if isinstance(name, str) else f"picture {shown(entry.get('id'))}"


def _table(entries: list[dict[str, Any]], path: Path) -> tuple[ClassTable, int]:
    """The categories as a class table, and the id of what no annotation covers."""
    classes = []
    for entry in entries:
        number, name = entry.get("id"), entry.get("name")
        whole = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**31
        if not whole or not isinstance(number, int):
            raise LabelError(path, f"the category {shown(number)}", "an id from 0 on")
        name = require_name(name, f"{path}, category {number}")
        colour = parse_colour(entry.get("color")) or colour_of_id(number)
        classes.append(LabelClass(number, name, colour))
    if BACKGROUND not in {entry.name for entry in classes}:
        taken = {entry.id for entry in classes}
        free = next(number for number in range(len(taken) + 1) if number not in taken)
        classes.append(LabelClass(free, BACKGROUND, colour_of_id(free)))
    try:
        table = ClassTable(tuple(sorted(classes, key=lambda entry: entry.id)))
    except LabelError as error:
        raise LabelError(f"{path}, categories", error.found, error.expected) from None
    return table, table.by_name(BACKGROUND).id


def _paint(canvas: Canvas, said: Any, number: int, where: str) -> None:
    """Paint a "segmentation"."""
    height, width = canvas.ids.shape
    if isinstance(said, dict):
        given = said.get("size")
        if given != [height, width]:
            found = f"run lengths of size {shown(given)}"
            raise LabelError(where, found, f"{[height, width]}, the picture's [height, width]")
        counts = said.get("counts")
        if isinstance(counts, str):
            counts = decompressed(counts, where)
        elif not isinstance(counts, list):
            raise LabelError(where, f"counts of type {type(counts).__name__}", "a list or a text")
        canvas.mask(*mask_of_runs(counts, (height, width), where), number)
        return
    if not isinstance(said, list) or not said:
        raise LabelError(where, "no segmentation", "polygons, or run lengths")
    for polygon in said if isinstance(said[0], list) else [said]:
        canvas.polygon(require_corners(polygon, (height, width), where), number)
