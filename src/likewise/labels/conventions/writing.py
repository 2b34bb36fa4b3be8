"""Writing by convention: what a kind of label file can hold, and its writer.

Kinds of one's own classes ("palette", "ids", "npy", "voc", "labelme", "coco", "yolo-seg") keep
the classes; those of a data set (its name) hold its classes alone, found by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.class_table import ClassTable
from likewise.labels.conventions.cvat import VOID, require_label_map
from likewise.labels.conventions.label_me import IGNORE
from likewise.labels.conventions.rasters import cityscapes_train_table
from likewise.labels.conventions.tables import class_table


@dataclass(frozen=True)
class Numbering:
    """Another's classes, in which a label map is written.

    Attributes:
        title: what errors call them.
        table: the classes.
        suffix: what follows the stem of a file, with the dot.
        in_colour: whether files hold colours instead of ids.
        background: the class of unknown content, where the table has no unknown.
    """

    title: str
    table: Callable[[], ClassTable]
    suffix: str = ".png"
    in_colour: bool = False
    background: str | None = None

    def write(self, path: Path, ids: np.ndarray) -> None:
        """Write (H, W) ``ids`` of the table to the PNG ``path``: 8-bit grey, or RGB."""
        if not self.in_colour:
            Image(ids.astype(np.uint8), "L").save(path)
            return
        table = self.table()
        colours = table.colours[table.index_of(ids)]
        Image(colours, "RGB").save(path)


NUMBERINGS = {
    "ade20k": Numbering("ADE20K", lambda: class_table("ade20k")),
    "coco-stuff": Numbering("COCO-Stuff", lambda: class_table("coco-stuff")),
    "cityscapes": Numbering("Cityscapes", lambda: _paintable("cityscapes"), "_gtFine_labelIds.png"),
    "cityscapes-train": Numbering(
        "Cityscapes in training ids", cityscapes_train_table, "_gtFine_labelTrainIds.png"
    ),
    "cityscapes-colour": Numbering(
        "Cityscapes", lambda: _paintable("cityscapes"), "_gtFine_color.png", in_colour=True
    ),
    "celebamask": Numbering(
        "CelebAMask-HQ", lambda: class_table("celebamask"), background="background"
    ),
    "face-parsing": Numbering(
        "face parsing", lambda: class_table("face-parsing"), background="background"
    ),
}
"""Data sets whose classes a label map can be written in."""

OWN_KINDS = ("palette", "ids", "npy", "voc", "labelme", "coco", "yolo-seg")
KINDS = (*OWN_KINDS, *NUMBERINGS)
"""Everything that a label map can be written as."""


def require_kind(kind: str) -> str:
    """``kind``, if it is one of KINDS.

    Raises:
        LabelError: it is none.
    """
    if kind not in KINDS:
        raise LabelError("--to", repr(kind), f"one of {', '.join(KINDS)}")
    return kind


def require_holds(kind: str, classes: ClassTable) -> None:
    """Make sure that files of one of OWN_KINDS can hold ``classes``.

    Raises:
        LabelError: they cannot; the message names the class.
    """
    highest = {"palette": 255, "ids": 65535, "voc": VOID - 1, "yolo-seg": 2**31}.get(kind)
    told = [c for c in classes if not (kind == "voc" and c.ignored)]
    beyond = [c for c in told if highest is not None and not 0 <= c.id <= highest]
    if beyond:
        remedy = "Renumber it by --map, or write another kind."
        raise LabelError("--to", f"{kind}, and {beyond[0]}", f"ids from 0 to {highest}", remedy)
    if kind == "voc":
        require_label_map(classes)
    if kind == "labelme" and any(c.name == IGNORE for c in told if not c.ignored):
        raise LabelError("--to", f"labelme, and a class {IGNORE}", "other names")


def _paintable(name: str) -> ClassTable:
    """A data set's classes, those without an id in pictures left out."""
    return ClassTable(tuple(entry for entry in class_table(name) if entry.id >= 0))
