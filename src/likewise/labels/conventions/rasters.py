"""Conventions of picture files: ids or colours that a well-known data set has given a meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images.raster import Raster, read_raster
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.conventions.cvat import (
    colours_of,
    label_map_beside,
    read_label_map_file,
    table_of,
)
from likewise.labels.conventions.decoded import Decoded
from likewise.labels.conventions.tables import cityscapes_labels, class_table
from likewise.labels.snapping import snap

_OBJECTS = 1000  # instance ids of Cityscapes are 1000 * label id + number
_LOSSY = ("JPEG", "WEBP")


def cityscapes_train_table() -> ClassTable:
    """Cityscapes' 19 classes by their training ids; 255 is the rest, and unknown."""
    table = class_table("cityscapes")
    trained = [label for label in cityscapes_labels() if 0 <= label.train_id < 255]
    classes = [LabelClass(t.train_id, t.name, table.by_id(t.id).colour) for t in trained]
    return ClassTable((*classes, LabelClass(255, "unlabeled", (0, 0, 0), ignored=True)))


def cityscapes_colour_table() -> ClassTable:
    """Cityscapes' labels, the first of each colour alone: others cannot be told from it."""
    table = class_table("cityscapes")
    return ClassTable(tuple(c for c in table if table.by_colour(c.colour) is c))


def read_ids(path: Path, table: ClassTable, title: str) -> Decoded:
    """Ids of ``table`` in a grey or palette file.

    Raises:
        LabelError: the file holds colours, or an id that the table lacks.
    """
    ids = _require_ids(path, title)
    return Decoded(_held(ids, table, path, title), table)


def read_cityscapes_instances(path: Path) -> Decoded:
    """Label ids in a map of Cityscapes' instance ids, where objects are 1000 * id + number."""
    table, title = class_table("cityscapes"), "Cityscapes' instance ids"
    ids = _require_ids(path, title)
    ids = np.where(ids >= _OBJECTS, ids // _OBJECTS, ids)
    return Decoded(_held(ids, table, path, title), table)


def read_cityscapes_colours(path: Path) -> Decoded:
    """Label ids in a map painted in Cityscapes' colours; softened borders are snapped."""
    return _by_colour(path, cityscapes_colour_table(), "a map in Cityscapes' colours")


def read_voc(path: Path) -> Decoded:
    """VOC's masks: by the ``labelmap.txt`` beside, as CVAT writes it, else VOC's 20 classes."""
    named = label_map_beside(path)
    if named is not None:
        return read_cvat(path, named)
    table = class_table("voc")
    raster = read_raster(path, error=LabelError, integers=True)
    if raster.samples.ndim == 2:
        return read_ids(path, table, "VOC")
    return _by_colour(path, table, "a mask in VOC's colours")


def read_cvat(path: Path, named: Path | None = None) -> Decoded:
    """A mask in the colours of a ``labelmap.txt``.

    Raises:
        LabelError: there is no such file, it is damaged, or the mask has an area in a colour that
            it does not name.
    """
    named = named or label_map_beside(path)
    if named is None:
        expected = "labelmap.txt beside it or one folder up"
        raise LabelError(path, "no class file", expected, "Export it again, with the file.")
    raster = read_raster(path, error=LabelError, integers=True)
    table = table_of(read_label_map_file(named), raster)
    if colours_of(raster) is None:
        return Decoded(_held(_require_ids(path, "CVAT"), table, path, str(named)), table)
    return _by_colour(path, table, f"a mask in the colours of {named}")


def read_ade20k_full(path: Path) -> Decoded:
    """ADE20K's whole annotation: red / 10 * 256 + green is the class's index, blue the object.

    Source: loadAde20K, the reader that comes with the data set
    (groups.csail.mit.edu/vision/datasets/ADE20K). The names stand in its index file, which is a
    pickle: give them by a class file.
    """
    raster = read_raster(path, error=LabelError)
    if raster.mode not in ("RGB", "RGBA") or raster.bits != 8:
        raise LabelError(path, f"a picture of mode {raster.mode}", "ADE20K's *_seg.png, in RGB")
    red, green = (raster.samples[..., channel].astype(np.int32) for channel in (0, 1))
    ids = red // 10 * 256 + green
    found = [number for number in np.unique(ids).tolist() if number]
    classes = [LabelClass(n, f"class {n}", colour_of_id(n)) for n in found]
    unknown = LabelClass(0, "other", (0, 0, 0), ignored=True)
    return Decoded(ids, ClassTable((unknown, *classes)))


def _named_ids(name: str, title: str) -> Callable[[Path], Decoded]:
    return lambda path: read_ids(path, class_table(name), title)


READERS: dict[str, Callable[[Path], Decoded]] = {
    "ade20k": _named_ids("ade20k", "ADE20K"),
    "ade20k-full": read_ade20k_full,
    "coco-stuff": _named_ids("coco-stuff", "COCO-Stuff"),
    "cityscapes": _named_ids("cityscapes", "Cityscapes' label ids"),
    "cityscapes-train": lambda path: read_ids(
        path, cityscapes_train_table(), "Cityscapes' training ids"
    ),
    "cityscapes-instances": read_cityscapes_instances,
    "cityscapes-colour": read_cityscapes_colours,
    "voc": read_voc,
    "cvat": read_cvat,
    "celebamask": _named_ids("celebamask", "CelebAMask-HQ"),
    "face-parsing": _named_ids("face-parsing", "face parsing"),
}
"""Readers of picture files by the names of their conventions."""


def ids_of(raster: Raster) -> np.ndarray | None:
    """(H, W) int32 ids of a grey or palette file, or of equal channels; None where it has colours.

    Palettes count by their indices.
    """
    if raster.samples.ndim == 2:
        scale = {1: 255, 2: 85, 4: 17}.get(raster.bits, 1)
        return raster.samples.astype(np.int32) // (scale if raster.palette is None else 1)
    first = raster.samples[..., :1]
    colours = raster.samples[..., :3] if raster.mode in ("RGB", "RGBA") else first
    if raster.mode == "CMYK" or (colours != first).any():
        return None
    return first[..., 0].astype(np.int32)


def _require_ids(path: Path, title: str) -> np.ndarray:
    raster = read_raster(path, error=LabelError, integers=True)
    ids = ids_of(raster)
    if ids is None or raster.format in _LOSSY:
        found = "colours instead of ids" if ids is None else "a lossy file, which changes ids"
        raise LabelError(path, found, f"a grey or palette file of ids, as {title} has")
    return ids


def _held(ids: np.ndarray, table: ClassTable, path: Path, title: str) -> np.ndarray:
    """``ids``, if the table has them all."""
    found, counts = np.unique(ids, return_counts=True)
    beyond = table.index_of(found) < 0
    if beyond.any():
        number = int(found[beyond][0])
        share = 100 * float(counts[beyond][0]) / ids.size
        known = table.ids
        raise LabelError(
            path,
            f"it holds id {number} ({share:.2f} %)",
            f"the ids of {title}, {known.min()} to {known.max()}",
            "It follows another convention, or none.",
        )
    return ids


def _by_colour(path: Path, table: ClassTable, title: str) -> Decoded:
    raster = read_raster(path, error=LabelError, integers=True)
    colours = colours_of(raster)
    if colours is None:
        raise LabelError(path, f"a picture of mode {raster.mode}", title)
    exact = _exactly(colours, table)
    if exact is not None:
        return Decoded(exact, table)
    ids, table, report = snap(colours, table, path, lossy=raster.format in _LOSSY)
    return Decoded(ids, table, report)


def _exactly(colours: np.ndarray, table: ClassTable) -> np.ndarray | None:
    """(H, W) int32 ids where every pixel has the very colour of a class; else None."""
    weights = np.array([1 << 16, 1 << 8, 1])
    packed, back = np.unique(colours @ weights, return_inverse=True)
    places = np.full(len(packed), -1)
    for entry in reversed(table.classes):  # the first of two of one colour stands
        places[packed == np.array(entry.colour) @ weights] = entry.id
    known = np.isin(packed, table.colours.astype(np.int64) @ weights)
    if not known.all():
        return None
    return places[back].reshape(colours.shape[:2]).astype(np.int32)
