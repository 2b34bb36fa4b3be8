"""``likewise remove``: take something out of a picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import label_options, options
from likewise.cli.choices import Manner, choose
from likewise.errors import ConfigError

_POINT = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*")

RegionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="X,Y",
        help="A pixel in what shall go, counted from 0 at the upper left: the connected region of "
        "its class. May be repeated.",
        show_default=False,
    ),
]
ClassOption = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="NAME",
        help="A class that goes altogether. May be repeated.",
        show_default=False,
    ),
]
MaskOption = Annotated[
    Path | None,
    typer.Option(
        "--mask",
        metavar="FILE",
        help="Picture of the same size, black where all stays: what is brighter goes, whatever its "
        "class. With an alpha channel: what is opaque.",
        show_default=False,
    ),
]
FillOption = Annotated[
    str,
    typer.Option(
        "--fill",
        metavar="across|around|NAME",
        help="What the gap becomes: the classes beside it, so that horizons run on; the nearest in "
        "any direction; or one class.",
    ),
]
GrowOption = Annotated[
    int | None,
    typer.Option(
        "--grow",
        metavar="PIXELS",
        help="By how much what goes is grown, since labels seldom hold all of an edge. Default: "
        "0.8 % of the short side.",
        show_default=False,
    ),
]
MarginOption = Annotated[
    int | None,
    typer.Option(
        "--margin",
        metavar="PIXELS",
        help="How far around it the picture may change; beyond, it stays bit for bit. Default: 2 % "
        "of the short side.",
        show_default=False,
    ),
]


def remove(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    out: options.OutOption,
    region: RegionOption = None,
    class_: ClassOption = None,
    mask: MaskOption = None,
    fill: FillOption = "across",
    grow: GrowOption = None,
    margin: MarginOption = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    settings: options.SetOption = None,
    classes: options.ClassesOption = None,
    ignore: options.IgnoreOption = "",
    format_: label_options.FormatOption = None,
    instances: label_options.InstancesOption = False,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Take something out of a picture; what lies around it closes the gap.

    DIR gets removed.png, the layout it was rendered in (removed.layout.png: repaint it and give it
    to likewise run for another one), contact_sheet.png and run.json.

    Example: likewise remove photo.png labels.png --class tower -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose(
        method, preset, seed, device, size, classes, ignore, settings, format_, instances
    )
    points = [_point(word) for word in region or ()]
    from likewise.cli.sources import Files
    from likewise.cli.tasks.edit_job import carry_out
    from likewise.images import Image
    from likewise.labels.label_map import LabelMap
    from likewise.tasks import removal
    from likewise.tasks.masks import read_mask

    marked = None if mask is None else read_mask(mask)

    def draw(picture: Image, label_map: LabelMap) -> removal.Edit:
        return removal.remove(
            picture,
            label_map,
            points=points,
            classes=class_ or (),
            mask=marked,
            fill=fill,
            grow=grow,
            margin=margin,
        )

    carry_out("remove", Files(image, labels, (), out), draw, chosen, manner)


def _point(word: str) -> tuple[int, int]:
    found = _POINT.fullmatch(word)
    if found is None:
        raise ConfigError("--region", repr(word), "X,Y in pixels, as in 120,85")
    return int(found[1]), int(found[2])
