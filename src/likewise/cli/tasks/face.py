"""``likewise face``: parts of a portrait moved, scaled and raised by name."""

from __future__ import annotations

from typing import Annotated

import typer

from likewise.cli import label_options, options
from likewise.cli.choices import Manner, choose

EditOption = Annotated[
    list[str] | None,
    typer.Option(
        "--edit",
        metavar="PART:ACTION=AMOUNT",
        help="What to do; may be repeated. Parts: brows, eyes, nose, mouth, hairline, or l_brow, "
        "r_brow, l_eye, r_eye. Actions: raise, lower, left, right, apart by pixels, or by % of the "
        "face's height; scale, widen, heighten by a factor of 0.5 to 2.",
        show_default=False,
    ),
]
OrderOption = Annotated[
    str | None,
    typer.Option(
        "--order",
        metavar="celebamask|face-parsing",
        help="What ids mean in a label map without names: the order of CelebAMask-HQ's own script, "
        "or that of face-parsing networks.",
        show_default=False,
    ),
]


def face(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    out: options.OutOption,
    edit: EditOption = None,
    order: OrderOption = None,
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
    """Change a face by the names of its parts; the rest of the picture stays bit for bit.

    LABELS follow CelebAMask-HQ: skin, nose, l_eye, r_eye, l_brow, r_brow, mouth, u_lip, l_lip,
    hair and so on. DIR gets face.png, face.layout.png, contact_sheet.png and run.json.

    Example: likewise face photo.png labels.png --edit eyes:scale=1.2 --edit brows:raise=3 -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose(
        method, preset, seed, device, size, classes, ignore, settings, format_, instances
    )
    from likewise.cli.sources import Files
    from likewise.cli.tasks.edit_job import carry_out
    from likewise.images import Image
    from likewise.labels.label_map import LabelMap
    from likewise.tasks.faces import editing

    def draw(picture: Image, label_map: LabelMap) -> editing.FaceEdit:
        return editing.edit_face(picture, label_map, edit or (), order=order)

    carry_out("face", Files(image, labels, (), out), draw, chosen, manner)
