"""LabelMe's JSON: shapes drawn one over the other, in their order, as a label map and back.

Polygons, rectangles, circles and masks have areas and are drawn; lines and points have none.
"__ignore__" is of unknown content, and "_background_" what no shape covers. Source:
github.com/wkentaro/labelme (shape.py, label_file.py, examples).
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from likewise.errors import LabelError
from likewise.images import MAX_PIXELS
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.conventions.decoded import (
    BACKGROUND,
    MOST_SHAPES,
    Canvas,
    Decoded,
    numbered,
    require_corners,
    require_few,
    require_name,
    require_size,
)
from likewise.labels.polygons import Box, outline, regions
from likewise.labels.telling import shown

IGNORE = "__ignore__"
_OWN_BACKGROUND = "_background_"
_UNKNOWN_ID = 255
_CIRCLE = 128  # corners of the polygon that stands for a circle
_EXPECTED = 'LabelMe\'s JSON, {"shapes": [...], "imageHeight": ..., "imageWidth": ...}'


def read_label_me(data: dict[str, Any], path: Path) -> Decoded:
    """The label map in LabelMe's JSON ``data``: ids from 1 on by name, 0 is the background.

    ``path`` is what errors call it.

    Raises:
        LabelError: the file is damaged, does not tell its picture's size, or a shape has no area,
            no label, or lies beyond the picture.
    """
    shapes = data.get("shapes")
    if not isinstance(shapes, list) or not all(isinstance(shape, dict) for shape in shapes):
        raise LabelError(path, "no list of shapes", _EXPECTED)
    require_few(len(shapes), MOST_SHAPES, "shapes", path)
    remedy = "Open it in LabelMe and save it again."
    size = require_size(data.get("imageHeight"), data.get("imageWidth"), path, remedy)
    names = [_label(shape, f"{path}, shape {n}") for n, shape in enumerate(shapes)]
    classes = _classes(names)
    number_of = {entry.name: entry.id for entry in classes}
    canvas = Canvas(size, number_of[BACKGROUND], path)
    for number, (shape, name) in enumerate(zip(shapes, names, strict=True)):
        _paint(canvas, shape, number_of[name], f"{path}, shape {number} ({name})")
    return Decoded(canvas.ids, ClassTable(classes))


def label_me_document(ids: np.ndarray, classes: ClassTable, image: str) -> dict[str, Any]:
    """LabelMe's JSON of (H, W) ``ids``: a polygon a region, of the picture called ``image``.

    Its outlines run along pixel edges, so that :func:`read_label_me` finds every pixel again. A
    class called "background" is what no shape covers.
    """
    shapes = []
    for entry in classes:
        if entry.name == BACKGROUND:
            continue
        for box, region in regions(ids == entry.id):
            shapes.append(
                {
                    "label": IGNORE if entry.ignored else entry.name,
                    "points": outline(region, box).tolist(),
                    "group_id": None,
                    "description": "",
                    "shape_type": "polygon",
                    "flags": {},
                }
            )
    height, width = ids.shape
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": image,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }


def _label(shape: dict[str, Any], where: str) -> str:
    label = shape.get("label")
    label = require_name(label, where)
    return BACKGROUND if label == _OWN_BACKGROUND else label


def _classes(names: list[str]) -> tuple[LabelClass, ...]:
    told = sorted(set(names) - {BACKGROUND, IGNORE})
    classes = numbered([BACKGROUND, *told])
    if IGNORE not in names:
        return classes
    number = max(_UNKNOWN_ID, len(classes))
    return (*classes, LabelClass(number, IGNORE, (0, 0, 0), ignored=True))


def _paint(canvas: Canvas, shape: dict[str, Any], number: int, where: str) -> None:
    """Paint a shape."""
    height, width = canvas.ids.shape
    kind = shape.get("shape_type", "polygon")
    if kind == "mask":
        canvas.mask(*_mask(shape, (height, width), where), number)
        return
    corners_of = _OUTLINES.get(kind) if isinstance(kind, str) else None
    if corners_of is None:
        expected = f"a shape with an area: {', '.join(_OUTLINES)}, mask"
        remedy = "Remove it, or draw around it."
        raise LabelError(where, f"a shape of type {shown(kind)}", expected, remedy)
    canvas.polygon(require_corners(corners_of(shape, where), (height, width), where), number)


def _polygon(shape: dict[str, Any], where: str) -> Any:
    return shape.get("points")


def _rectangle(shape: dict[str, Any], where: str) -> Any:
    points = _points(shape, (2, 4), where)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _circle(shape: dict[str, Any], where: str) -> Any:
    centre, edge = _points(shape, (2,), where)
    angles = np.linspace(0, 2 * np.pi, _CIRCLE, endpoint=False)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return centre + around * np.linalg.norm(edge - centre)


def _mask(shape: dict[str, Any], size: tuple[int, int], where: str) -> tuple[Box, np.ndarray]:
    """A mask as LabelMe keeps it: a PNG in base64, and the box that it fills, corners included."""
    (left, top), (right, bottom) = np.rint(_points(shape, (2,), where)).astype(int).tolist()
    inner = _decoded_mask(shape.get("mask"), where)
    if inner.shape != (bottom - top + 1, right - left + 1):
        found = f"a mask of {inner.shape[1]} x {inner.shape[0]} pixels"
        raise LabelError(where, found, f"{right - left + 1} x {bottom - top + 1}, as its box has")
    rows = slice(max(top, 0), max(min(bottom + 1, size[0]), 0))
    columns = slice(max(left, 0), max(min(right + 1, size[1]), 0))
    cut = inner[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return (rows, columns), cut


def _decoded_mask(text: Any, where: str) -> np.ndarray:
    expected = "a PNG in base64"
    if not isinstance(text, str):
        raise LabelError(where, "a mask without its PNG", expected)
    try:
        data = base64.b64decode(text, validate=True)
        with PIL.Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise LabelError(where, "a mask that is too large", expected)
            return np.array(picture.convert("L")) > 0
    except LabelError:
        raise
    except (binascii.Error, OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise LabelError(where, "a damaged mask", expected) from None


def _points(shape: dict[str, Any], counts: tuple[int, ...], where: str) -> np.ndarray:
    expected = f"{' or '.join(map(str, counts))} points [x, y]"
    try:
        points = np.asarray(shape.get("points"), dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise LabelError(where, "points that are no numbers", expected) from None
    if points.ndim != 2 or points.shape[1:] != (2,) or len(points) not in counts:
        raise LabelError(where, f"points of shape {points.shape}", expected)
    if not (np.abs(points) < 1e8).all():
        raise LabelError(where, "a point that is no number of pixels", expected)
    return points


_OUTLINES: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "circle": _circle,
}
