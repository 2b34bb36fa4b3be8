"""CVAT's and VOC's labelmap.txt: which colour of a mask is which class.

A line is "name:r,g,b:parts:actions"; lines that begin with # are remarks. Source: docs.cvat.ai,
"Pascal VOC" and "Segmentation Mask".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from likewise.errors import LabelError
from likewise.images.raster import Raster
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import Colour, colour_of_id, hex_of
from likewise.labels.telling import shown
from likewise.labels.writing import palette_of

LABEL_MAP = "labelmap.txt"
VOID = 255
VOID_COLOUR = colour_of_id(VOID)  # (224, 224, 192)
_EXPECTED = "lines like sky:135,206,235::"
_MOST_BYTES = 1 << 20


def label_map_beside(path: Path) -> Path | None:
    """The ``labelmap.txt`` beside ``path`` or one folder up, where VOC's folders have it."""
    folders = (path.parent, path.absolute().parent.parent)
    return next((f / LABEL_MAP for f in folders if (f / LABEL_MAP).is_file()), None)


def read_label_map_file(path: Path) -> list[tuple[str, Colour]]:
    """Names with colours, in the file's order.

    Raises:
        LabelError: the file cannot be read, a line is none of a labelmap, or two have one name or
            one colour.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise LabelError(path, "it is larger than 1 MiB", _EXPECTED)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as reason:
        raise LabelError(path, f"it cannot be read ({reason.strerror})", _EXPECTED) from None
    except ValueError:
        raise LabelError(path, "it is no text", _EXPECTED) from None
    found: dict[str, Colour] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colour = _entry(line, f"{path}, line {number}")
        if name in found or colour in found.values():
            remedy = "a name and a colour of its own for each class"
            raise LabelError(f"{path}, line {number}", f"{shown(line.strip())} again", remedy)
        found[name] = colour
    if not found:
        raise LabelError(path, "no classes", _EXPECTED)
    return list(found.items())


def label_map_text(classes: ClassTable) -> str:
    """The text of a ``labelmap.txt``, a class a line; the ignored ones are void, and left out."""
    lines = ["# label:color_rgb:parts:actions"]
    lines += [f"{c.name}:{','.join(map(str, c.colour))}::" for c in classes if not c.ignored]
    return "".join(f"{line}\n" for line in lines)


def require_label_map(classes: ClassTable) -> None:
    """Make sure that a ``labelmap.txt`` can tell the classes that are not ignored apart.

    Raises:
        LabelError: two have one colour, one has that of void, or a name breaks its line.
    """
    shown: dict[Colour, str] = {VOID_COLOUR: "void"}
    for entry in classes:
        if entry.ignored:
            continue
        if entry.colour in shown:
            found = f"{entry.name} and {shown[entry.colour]} are both {hex_of(entry.colour)}"
            raise LabelError("classes", found, "a colour of its own for each class")
        shown[entry.colour] = entry.name
        if ":" in entry.name or entry.name.startswith("#") or not entry.name.isprintable():
            expected = "names without ':', as labelmap.txt needs them"
            raise LabelError("classes", f"the name {entry.name!r}", expected)


def void_palette(classes: ClassTable) -> np.ndarray:
    """(256, 3) uint8 colours of the indices: the classes', void's, customary ones for the rest."""
    palette = palette_of(ClassTable(tuple(c for c in classes if not c.ignored)))
    palette[VOID] = VOID_COLOUR
    return palette


def table_of(entries: list[tuple[str, Colour]], raster: Raster) -> ClassTable:
    """The entries as a class table, void added.

    Ids are the palette's indices where the mask has a palette that shows every entry, and the
    places in the file otherwise.
    """
    ids = list(range(len(entries)))
    if raster.palette is not None:
        shown = {tuple(c): i for i, c in reversed(list(enumerate(raster.palette[:, :3].tolist())))}
        if all(colour in shown for _, colour in entries):
            ids = [shown[colour] for _, colour in entries]
    classes = [LabelClass(i, name, colour) for i, (name, colour) in zip(ids, entries, strict=True)]
    if VOID_COLOUR not in {c.colour for c in classes}:
        taken = {c.id for c in classes} | {c.name for c in classes}
        free = next(n for n in range(VOID, VOID + len(classes) + 1) if n not in taken)
        name = "void" if "void" not in taken else f"void {free}"
        classes.append(LabelClass(free, name, VOID_COLOUR, ignored=True))
    return ClassTable(tuple(classes))


def colours_of(raster: Raster) -> np.ndarray | None:
    """(H, W, 3) uint8 colours of a mask with a palette, or of three or four 8-bit channels."""
    if raster.palette is not None:
        return np.asarray(raster.palette[raster.samples][..., :3])
    if raster.mode in ("RGB", "RGBA") and raster.bits == 8:
        return raster.samples[..., :3]
    return None


def _entry(line: str, where: str) -> tuple[str, Colour]:
    parts = line.strip().rsplit(":", 3)
    values = parts[1].split(",") if len(parts) == 4 else []
    name = parts[0].strip()
    if (
        len(values) != 3
        or not name
        or not name.isprintable()
        or not all(v.strip().isdecimal() for v in values)
    ):
        raise LabelError(where, shown(line.strip()), _EXPECTED)
    red, green, blue = (int(value) for value in values)
    if max(red, green, blue) > 255:
        raise LabelError(where, f"the colour {parts[1]}", "values from 0 to 255")
    return name, (red, green, blue)
