"""YOLO's text: normalised polygons of one picture, a line each, as a label map and back.

A line is "CLASS x1 y1 x2 y2 ...", coordinates from 0 to 1; later lines are drawn over earlier ones.
The names stand in data.yaml, the size is that of the picture. Source: docs.ultralytics.com,
"Instance Segmentation Datasets".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image

from likewise.errors import ImageError, LabelError
from likewise.images.raster import FORMATS
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.conventions.decoded import (
    BACKGROUND,
    MOST_SHAPES,
    Canvas,
    Decoded,
    require_corners,
    require_few,
    require_size,
)
from likewise.labels.polygons import outline, regions

_DIGITS = 6  # of a coordinate: a thousandth of a pixel at a thousand pixels
_MOST_BYTES = 1 << 28
_HIGHEST = 65534
_EXPECTED = "lines of a class number and x, y from 0 to 1 for each corner of a polygon"
_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
_NUMBERED = re.compile(r"\s+(\d{1,5})\s*:\s*(.+?)\s*")
_LISTED = re.compile(r"\s*-\s+(.+?)\s*")


def read_yolo(path: Path, image: Path | None) -> Decoded:
    """The label map in the text file ``path``.

    Args:
        path: the file.
        image: the picture, for its size; None looks for it where YOLO does, in ``images`` in place
            of the last ``labels`` of the path, or beside the file.

    Raises:
        LabelError: the file is damaged, a polygon lies beyond the picture, or there is no picture.
    """
    size = _size_of(image or _picture_of(path))
    shapes = _shapes(path)
    names = names_in_yaml(path)
    count = max([*names, *(number for number, _ in shapes)], default=-1) + 1
    canvas = Canvas(size, count, path)
    for line, (number, values) in enumerate(shapes, start=1):
        scaled = values.reshape(-1, 2) * (size[1], size[0])
        canvas.polygon(require_corners(scaled, size, f"{path}, polygon {line}"), number)
    classes = [LabelClass(n, names.get(n, f"class {n}"), colour_of_id(n + 1)) for n in range(count)]
    # What no polygon covers; a class of that name may be there already, without covering all.
    word = BACKGROUND if BACKGROUND not in names.values() else "uncovered"
    return Decoded(canvas.ids, ClassTable((*classes, LabelClass(count, word, colour_of_id(0)))))


def polygon_lines(ids: np.ndarray, classes: Sequence[LabelClass]) -> list[str]:
    """A line for each region of (H, W) ``ids``, classes numbered by their place."""
    height, width = ids.shape
    lines = []
    for number, entry in enumerate(classes):
        for box, region in regions(ids == entry.id):
            corners = outline(region, box) / (width, height)
            values = " ".join(f"{value:.{_DIGITS}f}" for value in corners.ravel())
            lines.append(f"{number} {values}")
    return lines


def names_in_yaml(path: Path) -> dict[int, str]:
    """Class names in the ``data.yaml`` beside ``path`` or up to three folders up; {} without one.

    Only its entry "names" is looked at: a list, or numbers with names, in lines or in brackets.

    Raises:
        LabelError: the file cannot be read, or its names cannot.
    """
    folders = [path.absolute().parent, *path.absolute().parents[1:4]]
    found = next((f / "data.yaml" for f in folders if (f / "data.yaml").is_file()), None)
    if found is None:
        return {}
    expected = "names: with a name for each class"
    try:
        lines = found.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as reason:
        raise LabelError(found, f"it cannot be read ({reason})", expected) from None
    place = next((n for n, line in enumerate(lines) if line.startswith("names:")), None)
    if place is None:
        return {}
    rest = re.sub(r"\s+#.*$", "", lines[place].removeprefix("names:")).strip()
    names = _in_brackets(rest) if rest else _in_lines(lines[place + 1 :])
    if not names or not all(name and name.isprintable() for name in names.values()):
        raise LabelError(found, "names that cannot be read", expected)
    return names


def _in_lines(lines: Sequence[str]) -> dict[int, str]:
    names: dict[int, str] = {}
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        numbered, listed = _NUMBERED.fullmatch(line), _LISTED.fullmatch(line)
        if numbered:
            names[int(numbered[1])] = _unquoted(numbered[2])
        elif listed:
            names[len(names)] = _unquoted(listed[1])
        else:
            break
    return names


def _in_brackets(text: str) -> dict[int, str]:
    if not (text.startswith("[") and text.endswith("]")):
        return {}
    words = re.findall(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]+)\s*(?:,|$)""", text[1:-1])
    return {number: _unquoted(word) for number, word in enumerate(words)}


def _unquoted(word: str) -> str:
    word = word.strip()
    if word.startswith('"'):
        try:
            return str(json.loads(word))
        except ValueError:
            return ""
    if word.startswith("'"):
        return word[1:].removesuffix("'").replace("''", "'")
    return re.sub(r"\s+#.*$", "", word)


def _shapes(path: Path) -> list[tuple[int, np.ndarray]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise LabelError(path, f"it is larger than {_MOST_BYTES >> 20} MiB", _EXPECTED)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as reason:
        found = f"it cannot be read ({reason.strerror or reason})"
        raise LabelError(path, found, _EXPECTED, "Check the path.") from None
    except ValueError:
        raise LabelError(path, "it is no text", _EXPECTED) from None
    require_few(len(lines), MOST_SHAPES, "polygons", path)
    return [_shape(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]


def _shape(line: str, where: str) -> tuple[int, np.ndarray]:
    number, *rest = line.split()
    try:
        values = np.array(rest, dtype=np.float64)
        whole = int(number)
    except ValueError:
        raise LabelError(where, "words that are no numbers", _EXPECTED) from None
    if not 0 <= whole <= _HIGHEST:
        raise LabelError(where, f"the class {number}", f"0 to {_HIGHEST}")
    if len(values) == 4:
        remedy = "Export segmentation, not detection."
        raise LabelError(where, "a box instead of a polygon", _EXPECTED, remedy)
    if len(values) < 6 or len(values) % 2:
        raise LabelError(where, f"{len(values)} coordinates", "pairs, three or more")
    if not ((values >= -0.5) & (values <= 1.5)).all():
        raise LabelError(where, "coordinates far from 0 to 1", _EXPECTED)
    return whole, values


def _picture_of(path: Path) -> Path:
    parts = list(path.absolute().parts)
    places = [n for n, part in enumerate(parts[:-1]) if part == "labels"]
    folders = [path.absolute().parent]
    if places:
        parts[places[-1]] = "images"
        folders.insert(0, Path(*parts).parent)
    for folder in folders:
        for suffix in _SUFFIXES:
            if (folder / (path.stem + suffix)).is_file():
                return folder / (path.stem + suffix)
    raise LabelError(
        path,
        "its picture, whose size it needs, is not there",
        f"{path.stem}.png (or .jpg, ...) in images/, where labels/ is, or beside it",
        "Name the picture.",
    )


def _size_of(image: Path) -> tuple[int, int]:
    """(H, W) of a picture, upright, from its head alone."""
    try:
        with PIL.Image.open(image, formats=FORMATS) as picture:
            width, height = picture.size
            turned = int(picture.getexif().get(274, 1)) in (5, 6, 7, 8)
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise ImageError(image, "it cannot be read", "the picture of the polygons") from None
    return require_size(*((width, height) if turned else (height, width)), image)
