"""Decoded: what a file of a known convention says, before a class table of the user's is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from likewise.errors import LabelError
from likewise.images import MAX_PIXELS, MIN_SIDE
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.polygons import Box, filled_in
from likewise.labels.snapping import SnapReport
from likewise.labels.telling import listed, shown

MOST_BYTES = 1 << 29  # of a JSON file; COCO's own largest has 449 MB
MOST_SHAPES = 100_000  # of one picture
MOST_WORK = 2e10  # pixels in the boxes of all shapes of one picture, and rows that edges cross
BACKGROUND = "background"
_FAR = 1e8  # pixels: no corner lies as far off


@dataclass(frozen=True)
class Decoded:
    """(H, W) int32 ``ids``, the convention's own table of them, and what snapping did, if any."""

    ids: np.ndarray
    classes: ClassTable
    snapping: SnapReport | None = None

    def under(self, table: ClassTable, name: object) -> Decoded:
        """The same map in the ids of ``table``, classes found by their names.

        Unknown content stays unknown: it takes an ignored id of the table, or gets one. So does the
        background, what no shape covers, where the table has no class for it but an ignored one.

        Raises:
            LabelError: the map shows a class that the table lacks.
        """
        known = {_plain(entry.name): entry for entry in table}
        ids = np.zeros_like(self.ids)
        found = [self.classes.by_id(i) for i in np.unique(self.ids).tolist()]
        if table.ignored and BACKGROUND not in known:
            found = [replace(c, ignored=c.ignored or c.name == BACKGROUND) for c in found]
        lacking = [c for c in found if not c.ignored and _plain(c.name) not in known]
        if lacking:
            share = 100 * float((self.ids == lacking[0].id).mean())
            raise LabelError(
                name,
                f"it shows {lacking[0].name!r} ({share:.2f} %), which the class table lacks",
                f"one of {listed(table.names)}",
                "Add the class to the table, or draw it as one of these.",
            )
        for entry in found:
            target = known.get(_plain(entry.name))
            if target is None:
                table, target = _with_unknown(table, entry)
                known[_plain(entry.name)] = target
            ids[self.ids == entry.id] = target.id
        return Decoded(ids, table, self.snapping)


def _with_unknown(table: ClassTable, entry: LabelClass) -> tuple[ClassTable, LabelClass]:
    """``table``, and the class in it that stands for the unknown content ``entry``."""
    ignored = next((c for c in table if c.ignored), None)
    if ignored is not None:
        return table, ignored
    number = next(n for n in (entry.id, *range(255, -1, -1), 65535) if n not in table)
    added = LabelClass(number, entry.name, entry.colour, ignored=True)
    return ClassTable((*table.classes, added)), added


class Canvas:
    """A label map that shapes are painted on, one over the other.

    Args:
        size: (H, W).
        ground: id of what no shape covers.
        name: what errors call it.
    """

    def __init__(self, size: tuple[int, int], ground: int, name: object) -> None:
        self.ids = np.full(size, ground, dtype=np.int32)
        self._name = name
        self._work = 0.0

    def polygon(self, corners: np.ndarray, number: int) -> None:
        """Paint the pixels whose centres lie in a polygon, (N, 2) corners (x, y).

        Raises:
            LabelError: all shapes together are more work than a picture needs.
        """
        height = self.ids.shape[0]
        rows = np.clip(corners[:, 1], 0, height)
        self._spend(float(len(corners) + np.abs(np.diff(rows)).sum()))
        self.mask(*filled_in(corners, (height, self.ids.shape[1])), number)

    def mask(self, box: Box, mask: np.ndarray, number: int) -> None:
        """Paint a mask that lies in ``box``.

        Raises:
            LabelError: all shapes together are more work than a picture needs.
        """
        self._spend(mask.size)
        self.ids[box][mask] = number

    def _spend(self, work: float) -> None:
        self._work += work
        if self._work > MOST_WORK:
            found = f"shapes of more than {MOST_WORK:.0e} pixels in all"
            raise LabelError(self._name, found, "fewer, or smaller ones")


def numbered(names: Iterable[str], first: int = 0) -> tuple[LabelClass, ...]:
    """A class for each of ``names``, ids and customary colours counted on from ``first``."""
    return tuple(
        LabelClass(number, name, colour_of_id(number)) for number, name in enumerate(names, first)
    )


def read_json_object(path: Path, expected: str) -> dict[str, Any]:
    """The JSON object in ``path``.

    Raises:
        LabelError: it is missing, too large, no JSON, or no object.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabelError(path, f"it is larger than {MOST_BYTES >> 20} MiB", expected)
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as reason:
        found = f"it cannot be read ({reason.strerror or reason})"
        raise LabelError(path, found, expected, "Check the path.") from None
    except (ValueError, RecursionError) as reason:
        raise LabelError(path, f"it is no JSON ({reason})", expected) from None
    if not isinstance(data, dict):
        raise LabelError(path, f"it holds a {type(data).__name__}", expected)
    return data


def require_size(height: Any, width: Any, where: object, remedy: str = "") -> tuple[int, int]:
    """(H, W), if they are whole numbers that a picture may have.

    Raises:
        LabelError: they are not.
    """
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in (height, width))
    if not whole or not (min(height, width) >= MIN_SIDE and height * width <= MAX_PIXELS):
        expected = f"{MIN_SIDE} pixels a side to {MAX_PIXELS / 1e6:.0f} megapixels"
        found = f"a picture of {shown(width)} x {shown(height)} pixels"
        raise LabelError(where, found, expected, remedy)
    return height, width


def require_corners(values: Any, size: tuple[int, int], where: str) -> np.ndarray:
    """(N, 2) float64 corners (x, y) of a polygon that touches a picture of ``size`` (H, W).

    Args:
        values: x1, y1, x2, y2, ... as a list, or a list of [x, y].
        size: of the picture.
        where: what errors call it.

    Raises:
        LabelError: fewer than three corners, no numbers, or all of it beyond the picture.
    """
    expected = "three corners or more, x and y in pixels"
    try:
        corners = np.asarray(values, dtype=np.float64)
        corners = corners.reshape(-1, 2)
    except (ValueError, TypeError, OverflowError):
        raise LabelError(where, "a polygon that is no list of numbers in pairs", expected) from None
    if len(corners) < 3:
        raise LabelError(where, f"a polygon of {len(corners)} corners", expected)
    if not (np.abs(corners) < _FAR).all():
        raise LabelError(where, "a corner that is no number of pixels", expected)
    height, width = size
    low, high = corners.min(axis=0), corners.max(axis=0)
    if high[0] <= 0 or high[1] <= 0 or low[0] >= width or low[1] >= height:
        found = f"a polygon beyond the picture (x {low[0]:g} to {high[0]:g}, y {low[1]:g} to "
        remedy = "Is it of another picture, or of another size of it?"
        raise LabelError(where, f"{found}{high[1]:g})", f"within {width} x {height} pixels", remedy)
    return corners


def require_name(value: Any, where: str) -> str:
    """``value`` as the name of a class.

    Raises:
        LabelError: it is no text, is empty, or holds signs that cannot be printed.
    """
    if not isinstance(value, str) or not value.strip() or not value.strip().isprintable():
        raise LabelError(where, f"the label {shown(value)}", "a name")
    return value.strip()


def require_few(count: int, most: int, what: str, where: object) -> None:
    """Make sure that a file does not ask for more work than a picture can need.

    Raises:
        LabelError: ``count`` is beyond ``most``.
    """
    if count > most:
        raise LabelError(where, f"{count} {what}", f"at most {most} a picture")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
