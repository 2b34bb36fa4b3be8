"""Removal: take something out of a picture; what lies around it closes the gap.

What goes becomes a class of its own in the source's labels, so that no method takes pixels from it,
not even where it had the class of its surroundings (a scratch in the sky). The paper's slides show
object removal by painting the labels over by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from scipy import ndimage

from likewise.errors import ConfigError, LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.label_map import LabelMap
from likewise.tasks.closing import closed, nearest
from likewise.tasks.edit import Edit
from likewise.tasks.standing import standing

ACROSS, AROUND = "across", "around"
FILLS = (ACROSS, AROUND)
ROWS_APART = 3.0  # "across": a step down counts as so many steps aside, so that horizons run on
GROWTH = 0.008  # of the short side, by which what goes is grown: labels seldom hold all of an edge
MARGIN = 0.02  # of the short side


def remove(
    image: Image,
    labels: LabelMap,
    *,
    points: Sequence[tuple[int, int]] = (),
    classes: Sequence[str] = (),
    mask: np.ndarray | None = None,
    fill: str = ACROSS,
    grow: int | None = None,
    margin: int | None = None,
) -> Edit:
    """The edit that removes all that is named.

    Args:
        image: the picture, (H, W).
        labels: its label map, (H, W).
        points: (x, y) pixels, each standing for the connected region of one class that it is in.
        classes: names of classes that go altogether.
        mask: (H, W) bool, pixels that go whatever their class.
        fill: what the gap becomes: "across", the nearest class, nearer beside than above and below,
            so that horizons run on; "around", the nearest in any direction; or a class by name.
        grow: pixels by which what goes is grown; by default 0.8 % of the short side.
        margin: pixels around it in which the picture may change; by default 2 %.

    Returns:
        An edit; beyond the margin its finished picture is the source, bit for bit.

    Raises:
        ConfigError: nothing is named, a point is outside, or a number is out of range.
        LabelError: a class does not occur, the mask has another size, or nothing would be left.
    """
    labels.require_size(image)
    short = min(image.size)
    grow = round(GROWTH * short) if grow is None else grow
    margin = max(2, round(MARGIN * short)) if margin is None else margin
    for name, value in (("grow", grow), ("margin", margin)):
        if not 0 <= value <= short:
            raise ConfigError(name, str(value), f"0 to {short} pixels")
    named = _named(labels, points, classes, mask)
    gone = _grown(named, grow)
    layout = labels.with_ids(_filled(labels, named, gone, fill))
    apart = _apart(labels, gone)
    order = {
        "task": "remove",
        "points": [list(point) for point in points],
        "classes": list(classes),
        "mask_sha256": None if mask is None else sha256(mask.tobytes()).hexdigest(),
        "fill": fill,
        "grow": grow,
        "margin": margin,
    }
    target = LabelMap(layout.ids, apart.classes, apart.ignore, None, "layout")
    notes = (_told(layout, gone),)
    return Edit(image, apart, target, gone, margin, None, "removed", order, notes)


def _told(layout: LabelMap, gone: np.ndarray) -> str:
    became = layout.with_ids(layout.ids[gone][None])
    shares = sorted(became.areas().items(), key=lambda pair: -pair[1])
    parts = ", ".join(f"{layout.classes.by_id(i).name} {100 * a:.0f} %" for i, a in shares)
    return f"{100 * gone.mean():.1f} % of the picture goes and becomes {parts}"


def _named(
    labels: LabelMap,
    points: Sequence[tuple[int, int]],
    classes: Sequence[str],
    mask: np.ndarray | None,
) -> np.ndarray:
    """(H, W) bool: all that is named."""
    if not points and not classes and mask is None:
        expected = "a point, a class or a mask: what shall go"
        raise ConfigError("region", "nothing to remove", expected)
    gone = np.zeros(labels.size, dtype=bool)
    for point in points:
        gone |= _region_at(labels, point)
    for name in classes:
        gone |= labels.ids == _class_named(labels, name).id
    if mask is not None:
        gone |= _checked(mask, labels)
    return gone


def _region_at(labels: LabelMap, point: tuple[int, int]) -> np.ndarray:
    """(H, W) bool: the connected region (of 8 neighbours) of one class around ``point``."""
    x, y = point
    height, width = labels.size
    if not (0 <= x < width and 0 <= y < height):
        expected = f"X below {width} and Y below {height}, counted from 0"
        raise ConfigError("region", f"{x},{y} is outside of the picture", expected)
    regions, _ = ndimage.label(labels.ids == labels.ids[y, x], np.ones((3, 3)))
    return np.asarray(regions == regions[y, x])


def _class_named(labels: LabelMap, name: str) -> LabelClass:
    for entry in labels.present_classes:
        if entry.name == name:
            return entry
    shown = ", ".join(labels.present_classes.names)
    raise LabelError("class", f"{name!r} does not occur in the labels", f"one of {shown}")


def _checked(mask: np.ndarray, labels: LabelMap) -> np.ndarray:
    if mask.shape != labels.size:
        height, width = labels.size
        found = f"it is {' x '.join(map(str, mask.shape[::-1]))} pixels"
        raise LabelError("mask", found, f"the picture's {width} x {height}")
    if not mask.any():
        raise LabelError("mask", "it marks nothing", "white where something goes, black elsewhere")
    return mask.astype(bool)


def _grown(gone: np.ndarray, pixels: int) -> np.ndarray:
    """``gone`` and all within ``pixels`` of it."""
    return np.asarray(ndimage.distance_transform_edt(~gone) <= pixels)


def _filled(labels: LabelMap, named: np.ndarray, gone: np.ndarray, fill: str) -> np.ndarray:
    """(H, W) ids where what is ``named`` has the class that ``fill`` gives it.

    What it was grown by stays what it is: the rocket beside a mast loses no pixel of its width.
    """
    known = ~gone & ~np.isin(labels.ids, list(labels.ignore))
    if not known.any():
        raise LabelError("labels", "nothing is left", "a region with surroundings to close the gap")
    lost = gone & (named | ~np.isin(labels.ids, np.unique(labels.ids[known])))
    rimmed = nearest(labels.ids, lost, known)
    if fill not in FILLS:
        if fill not in labels.present_classes.names:
            choices = f"across, around, or one of {', '.join(labels.present_classes.names)}"
            raise ConfigError("fill", repr(fill), choices)
        wanted = labels.present_classes.by_name(fill).id
        if not (known & (labels.ids == wanted)).any():
            raise LabelError("fill", f"all of {fill!r} goes itself", "a class of what stays")
        return np.where(named, wanted, rimmed)
    stays = ~named & ~np.isin(rimmed, list(labels.ignore))
    running = stays & ~standing(labels.ids, named)
    running = running if running.any() else stays
    return closed(rimmed, named, running, ROWS_APART if fill == ACROSS else 1.0)


def _apart(labels: LabelMap, gone: np.ndarray) -> LabelMap:
    """``labels`` with what is ``gone`` as a class of its own."""
    number = int(max(labels.classes.ids.max(), labels.ids.max())) + 1
    name = "removed"
    while name in labels.classes.names:
        name += "'"
    entry = LabelClass(number, name, colour_of_id(number))
    table = ClassTable((*labels.classes, entry))
    ids = np.where(gone, number, labels.ids)
    return LabelMap(ids, table, labels.ignore, labels.snapping, labels.origin)
