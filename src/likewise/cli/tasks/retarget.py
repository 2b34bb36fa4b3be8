"""``likewise retarget``: a picture at another size, with what matters in its own shape."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from likewise.cli import label_options, options
from likewise.cli.choices import Manner, choose
from likewise.errors import ConfigError

_SIZE = re.compile(r"\s*(\d{1,6})\s*[xX]\s*(\d{1,6})\s*")

SidesOption = Annotated[
    str, typer.Option("--size", metavar="WIDTHxHEIGHT", help="Of the new picture, pixels.")
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="NAME",
        help="A class whose things, its connected regions, keep their shapes; may be repeated. "
        "Default: every thing that does not touch two edges of the picture.",
        show_default=False,
    ),
]
ScaleOption = Annotated[
    float | None,
    typer.Option(
        "--scale",
        metavar="F",
        help="Factor by which the picture is enlarged or reduced evenly before its layout is "
        "changed. Default: 1, unless both sides grow or both shrink.",
        show_default=False,
    ),
]


def retarget(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    size: SidesOption,
    out: options.OutOption,
    keep: KeepOption = None,
    scale: ScaleOption = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
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
    """Give a picture another size or aspect; what matters keeps its shape, nothing is stretched.

    DIR gets retargeted.png, the layout it was rendered in (retargeted.layout.png),
    contact_sheet.png and run.json.

    Example: likewise retarget photo.png labels.png --size 960x320 --keep tower -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose(
        method, preset, seed, device, None, classes, ignore, settings, format_, instances
    )
    sides = _SIZE.fullmatch(size)
    if sides is None:
        raise ConfigError("--size", repr(size), "WIDTHxHEIGHT in pixels, as in 960x320")
    from likewise.cli.sources import Files
    from likewise.cli.tasks.edit_job import carry_out
    from likewise.images import Image
    from likewise.labels.label_map import LabelMap
    from likewise.tasks import retargeting

    def draw(picture: Image, label_map: LabelMap) -> retargeting.Edit:
        wanted = int(sides[2]), int(sides[1])
        return retargeting.retarget(picture, label_map, wanted, keep=keep, scale=scale)

    carry_out("retarget", Files(image, labels, (), out), draw, chosen, manner)
