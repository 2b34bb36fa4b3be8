"""Sources: reading and checking everything a command was given, before it starts to work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from likewise.cli.choices import Choices
from likewise.cli.place import Place
from likewise.cli.terminal import Terminal
from likewise.errors import ConfigError, OutputError
from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap
from likewise.methods.photographs import OPTION, require_like

if TYPE_CHECKING:
    from likewise.tasks.edit import Edit

SHEET = "contact_sheet.png"
MODEL = "model"  # the folder of the model beside the pictures
PROVENANCE = ".provenance"  # follows the name of an answer
LAYOUT = ".layout.png"  # follows the name of an answer whose layout a command drew
RESERVED = ("contact_sheet", "run", MODEL)


@dataclass(frozen=True)
class Files:
    """What a fit is given, and where it goes. Without targets, ``out`` is the model's folder."""

    image: Path
    labels: Path
    targets: tuple[Path, ...]
    out: Path
    photographs: tuple[Path, ...] = ()  # one for each target, or none at all
    target_format: str | None = None  # what the targets follow, where they do not tell

    @property
    def place(self) -> Place:
        """The output folder, with the model in a folder of its own if pictures come beside it."""
        return Place(self.out, self.out / MODEL if self.targets else self.out)

    def inputs(self, choices: Choices) -> list[Path]:
        """Every file that was handed in."""
        table = [] if choices.classes is None else [choices.classes]
        read = [self.image, self.labels, *self.targets, *self.photographs]
        return [*read, *table, *choices.files.values()]


@dataclass(frozen=True)
class Pair:
    """The source image and its labels, with the files they came from.

    ``order`` is what a command was told to change in them, for the record.
    """

    image: Image
    labels: LabelMap
    image_path: Path
    labels_path: Path
    order: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A layout to render, the name its answer gets, and a photograph of it where one was given.

    ``edit`` is there where a command drew the layout itself, and finishes the answer.
    """

    name: str
    path: Path
    labels: LabelMap
    photograph: Image | None = None
    photograph_path: Path | None = None
    edit: Edit | None = None


def read_pair(image: Path, labels: Path, choices: Choices, terminal: Terminal) -> Pair:
    """Read and check the source pair, and say what was found.

    Raises:
        ImageError, LabelError: a file is missing, damaged, or does not fit its partner.
    """
    picture = read_image(image)
    label_map = LabelMap.read(
        labels,
        classes=choices.classes,
        ignore=choices.ignore,
        convention=choices.convention,
        image=image,
        instances=choices.instances,
    )
    label_map.require_size(picture)
    height, width = picture.size
    terminal.say(
        f"source  {image}: {width} x {height} pixels, {picture.mode}, {picture.depth} bits"
    )
    say_labels("labels", labels, label_map, terminal)
    return Pair(picture, label_map, image, labels)


def read_targets(
    paths: Sequence[Path],
    source: LabelMap,
    terminal: Terminal,
    photographs: Sequence[Path] = (),
    instances: bool = False,
    convention: str | None = None,
) -> list[Target]:
    """Read every layout in the class table of ``source`` and refuse what it does not know.

    ``convention`` is what all of them follow, None where the files tell.

    Raises:
        LabelError: a file is missing or damaged, or holds a class that the source lacks.
        ConfigError: there are photographs, but not one for each layout.
        ImageError: one is missing, damaged, or of another size than its layout.
    """
    if photographs and len(photographs) != len(paths):
        found = f"{len(photographs)} for {len(paths)} targets"
        raise ConfigError(OPTION, found, "one for each TARGET, in their order, or none")
    targets = []
    for name, path in zip(unique_names(paths), paths, strict=True):
        layout = LabelMap.read(path, like=source, convention=convention, instances=instances)
        layout.require_known(source, str(path))
        say_target(path, layout, terminal)
        targets.append(Target(name, path, layout))
    for number, path in enumerate(photographs):
        photograph = read_image(path)
        require_like(photograph, targets[number].labels, path)
        targets[number] = replace(targets[number], photograph=photograph, photograph_path=path)
    return targets


def say_labels(role: str, path: Path, labels: LabelMap, terminal: Terminal) -> None:
    """Print the classes with ids, colours and areas, a line each, and what snapping moved."""
    height, width = labels.size
    terminal.say(f"{role}  {path}: {width} x {height} pixels")
    for line in labels.describe():
        terminal.say(f"          {line}")


def say_target(path: Path, layout: LabelMap, terminal: Terminal) -> None:
    """Print the areas of a layout in one line (its classes are known), and what snapping moved."""
    height, width = layout.size
    areas = layout.areas()
    shares = [f"{c.name} {100 * areas[c.id]:.1f} %" for c in layout.present_classes]
    terminal.say(f"target  {path}: {width} x {height} pixels")
    terminal.say(f"          {', '.join(shares)}")
    for line in layout.snapping.describe() if layout.snapping else []:
        terminal.say(f"          {line}")


def unique_names(paths: Iterable[Path]) -> list[str]:
    """A name for each answer: the stem, numbered where it is taken (also on case-blind disks).

    The name of its provenance is taken with it, whether that is asked for or not.
    """
    taken = {name.casefold() for name in RESERVED}
    names = []
    for path in paths:
        name, number = path.stem, 1
        while not taken.isdisjoint(_names_taken_by(name)):
            number += 1
            name = f"{path.stem}-{number}"
        taken |= _names_taken_by(name)
        names.append(name)
    return names


def _names_taken_by(name: str) -> set[str]:
    return {name.casefold(), f"{name}{PROVENANCE}".casefold()}


def require_apart(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write an answer over a file that was handed in, even with ``--overwrite``.

    Raises:
        OutputError: an output has the path of an input.
    """
    given = {path.resolve() for path in inputs}
    for output in outputs:
        if output.resolve() in given:
            raise OutputError(
                "-o", f"{output} is one of the inputs", "another folder than that of the inputs"
            )


def file_facts(path: Path) -> dict[str, Any]:
    """Where a file was and what it held: its path as given and the SHA-256 of its bytes."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"path": str(path), "sha256": digest}
