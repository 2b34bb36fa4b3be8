"""What ``likewise labels show`` does: a table on the terminal, or a picture with a legend."""

from __future__ import annotations

from pathlib import Path

from likewise.cli.labels.files import Manner, facts, items_of
from likewise.cli.labels.picture import picture_of
from likewise.cli.terminal import Terminal
from likewise.errors import LabelError, OutputError
from likewise.images import Image, read_image
from likewise.labels.colours import hex_of
from likewise.labels.label_map import LabelMap
from likewise.labels.telling import listed, percent


def carry_out(
    file: Path, out: Path | None, manner: Manner, *, as_json: bool, overwrite: bool
) -> None:
    """Show the label map in ``file``, drawn to ``out`` where that is given.

    Raises:
        LabelError: the file cannot be read, holds several maps, or has another size than the image.
        ImageError: the image cannot be read.
        OutputError: ``out`` is there, or cannot be written.
    """
    terminal = Terminal(quiet=as_json, as_json=as_json)
    items = items_of([file], manner)
    if len(items) != 1:
        names = listed((item.picture for item in items), 4)
        found = f"{len(items)} pictures ({names})"
        raise LabelError(file, found, "one", "Choose it by --image NAME.")
    if out is not None:
        _require_free(out, overwrite=overwrite, inputs=(file, manner.image))
    labels = items[0].read()
    photograph = None
    if manner.image is not None and manner.image.is_file():
        photograph = read_image(manner.image)
        labels.require_size(photograph)
    if out is not None:
        title = f"{file.name}, {labels.size[1]} x {labels.size[0]}"
        shown = None if photograph is None else photograph.to_rgb8()
        Image.from_array(picture_of(labels, title, shown)).save(out)
        terminal.say(f"{file} -> {out}")
    else:
        _print_table(labels, file, terminal)
    terminal.summary(
        {"file": str(file), **facts(labels), "picture": None if out is None else str(out)}
    )


def _print_table(labels: LabelMap, file: Path, terminal: Terminal) -> None:
    height, width = labels.size
    terminal.say(f"{file}: {width} x {height} pixels")
    areas = labels.areas()
    present = sorted(labels.present_classes, key=lambda entry: -areas[entry.id])
    wide = max((len(entry.name) for entry in present), default=0)
    for entry in present:
        share = areas[entry.id]
        bar = "█" * max(1, round(40 * share))
        name = f"{entry.name:<{wide}}"
        told = f"{name}  id {entry.id:>5}  {hex_of(entry.colour)}  {percent(share):>8}"
        terminal.say(f"  {told}  {bar}")
    unknown = 1 - sum(areas.values())
    if unknown > 1e-9:
        terminal.say(f"  unknown: {percent(unknown)}")
    for line in labels.snapping.describe() if labels.snapping else []:
        terminal.say(f"  {line}")


def _require_free(out: Path, *, overwrite: bool, inputs: tuple[Path | None, ...]) -> None:
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise OutputError("-o", f"the suffix of {out}", ".png or .jpg")
    if any(path is not None and path.resolve() == out.resolve() for path in inputs):
        raise OutputError("-o", f"{out} is one of the inputs", "another name")
    if out.is_dir():
        raise OutputError("-o", f"{out} is a folder", "the name of a PNG")
    if out.exists() and not overwrite:
        remedy = "Name another, or add --overwrite."
        raise OutputError("-o", f"{out} is there already", "a new name", remedy)
    if not out.parent.is_dir():
        raise OutputError("-o", f"there is no folder {out.parent}", "a folder that is there")
