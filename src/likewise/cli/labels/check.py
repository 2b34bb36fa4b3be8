"""What ``likewise labels check`` does: each file read, and what may be wrong with it told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from likewise.cli.faults import one_line
from likewise.cli.labels.files import Item, Manner, facts, items_of
from likewise.cli.terminal import Terminal
from likewise.errors import InputError
from likewise.images import Image, read_image
from likewise.labels.class_table import ClassTable
from likewise.labels.colours import shade_distances
from likewise.labels.label_map import LabelMap
from likewise.labels.matching import SHADE
from likewise.labels.telling import listed, percent

TINY = 0.0005  # share of the map below which a class is hardly learnt
SPECK = 5  # pixels: a spot of at most so many is seldom meant
_FEW_SPECKS = 3
_SOFT = 0.002  # share of pixels moved by snapping, beyond which borders were softened
_TOUCHING = np.ones((3, 3), dtype=bool)


def carry_out(
    files: Sequence[Path], manner: Manner, *, strict: bool, as_json: bool, quiet: bool
) -> bool:
    """Check ``files``; whether all are well (``strict``: without a warning).

    Raises:
        LabelError: the convention is unknown, or a COCO file of several pictures is damaged.
        ImageError: the image cannot be read.
    """
    terminal = Terminal(quiet=quiet, as_json=as_json)
    image = None
    if manner.image is not None and manner.image.is_file():
        image = read_image(manner.image)
    told = [_checked(item, image, terminal) for item in _items(files, manner)]
    errors = sum(entry["error"] is not None for entry in told)
    warnings = sum(len(entry["warnings"]) for entry in told)
    counted = f"{len(told)} label map{'s' * (len(told) != 1)}"
    terminal.say(f"{counted}: {errors} with errors, {warnings} warnings")
    terminal.summary({"files": told, "errors": errors, "warnings": warnings})
    return errors == 0 and not (strict and warnings)


def _items(files: Sequence[Path], manner: Manner) -> list[Item]:
    """The label maps of all files; one whose pictures cannot be listed counts as one map."""
    found: list[Item] = []
    for path in files:
        try:
            found += items_of([path], manner)
        except InputError as error:
            if error.argument == "format":  # a slip in the options, not in this file
                raise
            found.append(Item(path.stem, str(path), path.name, _raiser(error)))
    return found


def _raiser(error: InputError) -> Any:
    def read() -> LabelMap:
        raise error

    return read


def _checked(item: Item, image: Image | None, terminal: Terminal) -> dict[str, Any]:
    try:
        labels = item.read()
        if image is not None:
            labels.require_size(image)
    except InputError as error:
        line = one_line(str(error))
        terminal.say(item.source)
        # Under --quiet, too: an error is what the exit code is about.
        Terminal(as_json=terminal.as_json).say(f"  error: {line}")
        return {"file": item.source, "error": line, "warnings": []}
    height, width = labels.size
    terminal.say(f"{item.source}: {width} x {height} pixels")
    for line in labels.describe():
        terminal.say(f"  {line}")
    warnings = list(warnings_of(labels))
    for line in warnings:
        terminal.say(f"  warning: {line}")
    return {"file": item.source, "error": None, **facts(labels), "warnings": warnings}


def warnings_of(labels: LabelMap) -> Iterator[str]:
    """What may be wrong with a label map that can be read, a line each."""
    present = labels.present_classes
    if not len(present):
        yield "all of it is unknown"
    elif len(present) == 1:
        yield f"all of it is {present.classes[0].name}"
    areas = labels.areas()
    for entry in present:
        if areas[entry.id] < TINY:
            pixels = round(areas[entry.id] * labels.ids.size)
            yield f"{entry.name} is tiny: {percent(areas[entry.id])}, {pixels} pixels"
    if present.classes and all(c.name == f"class {c.id}" for c in present):
        yield "its classes have no names: a classes.json beside it would tell them"
    yield from _specks(labels)
    yield from _snapped(labels)
    yield from _alike(present)


def _specks(labels: LabelMap) -> Iterator[str]:
    for entry in labels.present_classes:
        numbers, count = ndimage.label(labels.ids == entry.id, structure=_TOUCHING)
        if count <= _FEW_SPECKS:
            continue
        small = np.bincount(numbers.ravel())[1:] <= SPECK
        if small.sum() > _FEW_SPECKS:
            yield (
                f"{small.sum()} spots of {entry.name} have at most {SPECK} pixels: leftovers of a "
                "brush, or of softened borders?"
            )


def _snapped(labels: LabelMap) -> Iterator[str]:
    report = labels.snapping
    if report is None:
        return
    if report.moved > _SOFT:
        yield (
            f"its borders are softened: {percent(report.moved)} of its pixels were in mixed "
            "colours; export it without antialiasing, as PNG"
        )
    for found, name, share in report.shades:
        yield f"{found} ({percent(share)}) was read as {name}, whose colour is another"


def _alike(present: ClassTable) -> Iterator[str]:
    gaps = shade_distances(present.colours, present.colours)
    firsts, seconds = np.nonzero(np.triu(gaps < SHADE / 2, 1))
    pairs = [
        f"{present.classes[a].name} and {present.classes[b].name}"
        for a, b in zip(firsts, seconds, strict=True)
    ]
    if pairs:
        yield f"hard to tell apart by their colours: {listed(pairs, 3)}"
