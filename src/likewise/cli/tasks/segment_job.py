"""Segment job: what ``likewise segment`` does once its options are read."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from likewise.cli.choices import Choices, Manner
from likewise.cli.place import Place
from likewise.cli.session import Session
from likewise.cli.sources import SHEET, file_facts, require_apart, unique_names
from likewise.cli.terminal import Terminal, spoken_seconds
from likewise.errors import ConfigError, ModelError
from likewise.images import Image, read_image
from likewise.labels.formats import CLASS_FILE
from likewise.labels.label_map import LabelMap
from likewise.sheet import Column, contact_sheet
from likewise.tasks.segmentation.segmentation import require_classes, segment_together
from likewise.version import versions

LABELS = ".labels.png"  # follows the name of a picture
SHOWN = 0.55  # how strongly colours of classes cover the picture below them

Work = Callable[[], list[LabelMap]]


@dataclass(frozen=True)
class Order:
    """What was asked for."""

    images: tuple[Path, ...]
    out: Path
    classes: int | None
    scribbles: tuple[Path, ...]
    masks: tuple[Path, ...]
    fill: bool
    network: Path | None

    @property
    def inputs(self) -> list[Path]:
        """Every file that was handed in, folders left out."""
        return [p for p in (*self.images, *self.scribbles, *self.masks) if p.is_file()]


def carry_out(order: Order, choices: Choices, manner: Manner) -> None:
    """Read and check everything, find the labels, write them.

    Raises:
        InputError: the inputs, the options or the place are wrong; nothing was written.
    """
    session = Session("segment", Place(order.out, None), manner)
    place, terminal = session.place, session.terminal
    require_classes(order.classes)
    pictures = [_read(path, terminal) for path in order.images]
    work, way = _planned(order, pictures, choices, terminal)
    names = unique_names(order.images)
    files = [place.folder / f"{name}{LABELS}" for name in names]
    outputs = [*files, place.folder / CLASS_FILE, place.folder / SHEET]
    require_apart(outputs, order.inputs)
    session.watch.lap("read")
    terminal.say(f"plan    classes by {way}")
    session.note(
        seed=choices.seed,
        versions=versions(),
        way=way,
        inputs={
            "files": [file_facts(path) for path in order.inputs],
            "classes": order.classes,
            "fill": order.fill,
            "network": None if order.network is None else str(order.network),
        },
    )
    if session.ends_dry():
        return
    place.survey({}, resume=False, overwrite=manner.overwrite)
    maps = work()
    took = session.watch.lap("segment")
    session.open("writing", outputs, fresh=True)
    with place.work():
        _write(maps, pictures, names, files, place.folder, terminal)
        session.note(labels=[_told(*one) for one in zip(names, files, maps, strict=True)])
        session.watch.lap("write")
        session.update("complete")
    terminal.say(f"done    in {spoken_seconds(took)}; correct them by hand where they err:")
    for path, file in zip(order.images, files, strict=True):
        terminal.say("          " + shlex.join(["likewise", "studio", str(path), str(file)]))
    terminal.summary(session.summary())


def _read(path: Path, terminal: Terminal) -> Image:
    picture = read_image(path)
    height, width = picture.size
    terminal.say(f"image   {path}: {width} x {height} pixels, {picture.mode}, {picture.depth} bits")
    return picture


def _planned(
    order: Order, pictures: Sequence[Image], choices: Choices, terminal: Terminal
) -> tuple[Work, str]:
    """What will find the labels, its inputs read and checked, and how to call that."""
    if order.scribbles:
        return _by_scribbles(order, pictures), "scribbles"
    if order.masks:
        return _by_masks(order, pictures, terminal), "masks"
    if order.network is not None:
        return _by_network(order.network, pictures, choices.device), "network"
    return lambda: segment_together(pictures, order.classes), "colour, texture and place"


def _by_scribbles(order: Order, pictures: Sequence[Image]) -> Work:
    from likewise.tasks.segmentation.scribbles import require_usable, segment_scribbled
    from likewise.tasks.segmentation.strokes import Strokes, read_strokes

    strokes: list[Strokes] = []
    for path in order.scribbles:
        strokes.append(read_strokes(path, strokes[-1].classes if strokes else None))
    require_usable(pictures, strokes)
    return lambda: segment_scribbled(pictures, strokes)


def _by_masks(order: Order, pictures: Sequence[Image], terminal: Terminal) -> Work:
    from likewise.tasks.segmentation.layering import layered
    from likewise.tasks.segmentation.mask_files import read_masks
    from likewise.tasks.segmentation.masks import require_named, segment_by_masks

    if len(pictures) > 1 and len(order.masks) != len(pictures):
        found = f"{len(order.masks)} for {len(pictures)} pictures"
        raise ConfigError("--masks", found, "one for each IMAGE, in their order")
    single = len(pictures) == 1
    layers = []
    for number, picture in enumerate(pictures):
        places = order.masks if single else order.masks[number : number + 1]
        masks = read_masks(places)
        one = layered(masks, picture, fill=order.fill, origin=places[0])
        terminal.say(f"masks   {places[0]}: {len(masks)} read, {len(one.masks)} seen")
        for note in one.notes:
            terminal.say(f"          {note}")
        layers.append(one)
    require_named(layers, order.classes)
    return lambda: segment_by_masks(pictures, layers, order.classes)


def _by_network(folder: Path, pictures: Sequence[Image], device: str) -> Work:
    if not folder.is_dir():
        raise ModelError("--network", f"{folder} is no folder", "one that save_pretrained wrote")
    from likewise.devices import choose_device
    from likewise.networks.segmentation_network import SegmentationNetwork
    from likewise.tasks.segmentation.naming_network import segment_by_network

    network = SegmentationNetwork.load(folder, device=choose_device(device))
    return lambda: segment_by_network(pictures, network)


def _write(
    maps: Sequence[LabelMap],
    pictures: Sequence[Image],
    names: Sequence[str],
    files: Sequence[Path],
    folder: Path,
    terminal: Terminal,
) -> None:
    table = maps[0].classes
    table.write(folder / CLASS_FILE)
    columns = []
    for labels, picture, name, file in zip(maps, pictures, names, files, strict=True):
        labels.write(file)
        terminal.say(f"wrote   {file}")
        for line in labels.describe():
            terminal.say(f"          {line}")
        rgb, colours = picture.to_rgb8(), labels.to_colour()
        columns.append(Column(name, colours, rgb, laid_over(rgb, colours, labels.ids)))
    legend = [(entry.name, entry.colour) for entry in table]
    Image.from_array(contact_sheet(columns[0], columns[1:], legend)).save(folder / SHEET)
    terminal.say(f"wrote   {folder / CLASS_FILE}, {folder / SHEET}")


def laid_over(rgb: np.ndarray, colours: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: the picture under the colours of its classes, borders drawn dark."""
    mixed = ((1 - SHOWN) * rgb + SHOWN * colours).astype(np.uint8)
    reach = max(1, min(ids.shape) // 300)  # pixels: seen on a reduced sheet too
    border = np.zeros(ids.shape, dtype=bool)
    border[reach:] |= ids[reach:] != ids[:-reach]
    border[:, reach:] |= ids[:, reach:] != ids[:, :-reach]
    mixed[border] = mixed[border] // 3
    return mixed


def _told(name: str, file: Path, labels: LabelMap) -> dict[str, object]:
    areas = labels.areas()
    return {
        "name": name,
        "file": file.name,
        "classes": [
            {"id": entry.id, "name": entry.name, "area": round(areas[entry.id], 6)}
            for entry in labels.present_classes
        ],
    }
