"""Reading by convention: which one a file follows, where that is told, and its reader.

| told by | convention |
|---|---|
| a JSON object with "shapes" | labelme |
| a JSON object with "images" and "annotations" | coco |
| a text file | yolo-seg |
| ``labelmap.txt`` beside the file or one folder up | cvat |
| ``*_gtFine_labelIds.png`` and the like | cityscapes, -train, -instances, -colour |
| ``ADE_*_seg.png`` | ade20k-full |
"""

from __future__ import annotations

import re
from pathlib import Path

from likewise.errors import LabelError
from likewise.labels.conventions.coco import CocoFile
from likewise.labels.conventions.cvat import label_map_beside
from likewise.labels.conventions.decoded import Decoded, read_json_object
from likewise.labels.conventions.label_me import read_label_me
from likewise.labels.conventions.rasters import READERS
from likewise.labels.conventions.yolo import read_yolo
from likewise.labels.telling import listed

CONVENTIONS = (*READERS, "labelme", "coco", "yolo-seg")
"""Names by which a convention may be asked for."""

JSON = "json"  # LabelMe's or COCO's; their first words say which

_KINDS_OF_JSON = "LabelMe's JSON (with shapes), or COCO's (with images and annotations)"
_PICTURES = (".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".jpg", ".jpeg")
_BY_NAME = (
    (re.compile(r".*_labelIds"), "cityscapes"),
    (re.compile(r".*_labelTrainIds"), "cityscapes-train"),
    (re.compile(r".*_gt(Fine|Coarse)_instanceIds"), "cityscapes-instances"),
    (re.compile(r".*_gt(Fine|Coarse)_color"), "cityscapes-colour"),
    (re.compile(r"ADE_.*_seg"), "ade20k-full"),
)
_TWO_ORDERS = ("celebamask-hq", "celebamaskhq", "celeba")


def require_convention(name: str) -> str:
    """``name``, if it is one of CONVENTIONS.

    Raises:
        LabelError: it is none; CelebAMask-HQ by that name is two.
    """
    if name in CONVENTIONS:
        return name
    if name.casefold() in _TWO_ORDERS:
        raise LabelError(
            "format",
            f"{name!r}, of which two orders of ids are in use",
            "celebamask (the data set's own script) or face-parsing (face-parsing networks)",
        )
    raise LabelError("format", repr(name), f"one of {', '.join(CONVENTIONS)}")


def detected(path: Path, *, has_table: bool) -> str | None:
    """The convention that ``path`` follows by its name, kind or neighbours; None for any other.

    Args:
        path: the file.
        has_table: whether its classes are known already, so that names of picture files and their
            neighbours tell nothing.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        return JSON
    if suffix == ".txt":
        return "yolo-seg"
    if has_table or suffix not in _PICTURES:
        return None
    for pattern, name in _BY_NAME:
        if pattern.fullmatch(path.stem):
            return name
    return "cvat" if label_map_beside(path) is not None else None


def decode(path: Path, convention: str, image: Path | None) -> Decoded:
    """The label map in ``path``, which follows ``convention``.

    Args:
        path: the file.
        convention: one of CONVENTIONS, or JSON: what it says of itself.
        image: the picture of the label map: COCO's file is asked for it by name, YOLO's has the
            size from it.

    Raises:
        LabelError, ImageError: the file is damaged, or follows another convention.
    """
    if convention in (JSON, "labelme", "coco"):
        return _decode_json(path, convention, None if image is None else image.name)
    if convention == "yolo-seg":
        return read_yolo(path, image if image is not None and image.is_file() else None)
    return READERS[convention](path)


def _decode_json(path: Path, convention: str, image: str | None) -> Decoded:
    data = read_json_object(path, _KINDS_OF_JSON)
    if convention == "labelme" or (convention == JSON and "shapes" in data):
        return read_label_me(data, path)
    if convention == "coco" or ("images" in data and "annotations" in data):
        return CocoFile(data, path).decoded(image)
    remedy = "A class file is given by --classes." if "classes" in data else ""
    found = f"a JSON object with {listed(data)}" if data else "an empty JSON object"
    raise LabelError(path, found, _KINDS_OF_JSON, remedy)
