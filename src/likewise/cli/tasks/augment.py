"""``likewise augment``: one annotated picture in, hundreds of new pairs out, as a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.choices import Manner, choose, parse_settings

CountOption = Annotated[
    int, typer.Option("-n", "--pairs", metavar="N", help="How many pairs: 1 to 100000.")
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="png|coco|voc|cityscapes|yolo-seg|hf",
        help="Kind of dataset; hf is for the datasets library of Hugging Face.",
    ),
]
ConstraintOption = Annotated[
    list[str] | None,
    typer.Option(
        "-c",
        "--constraint",
        metavar="CLASS:RULE",
        help="What every layout has to meet; may be repeated. Rules: never-above=OTHER, "
        "never-below=OTHER, inside=OTHER, on=OTHER, count<=N (>=, =, A..B), area=A..B (shares of "
        "the picture), x<F, y>F (centres, shares of width and height, y from the top), whole (not "
        "cut by the frame), fixed (unchanged).",
        show_default=False,
    ),
]
MoveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--move",
        metavar="CLASS",
        help="A class whose regions are moved, scaled, doubled, removed and bent; may be repeated. "
        "Default: the classes that do not reach from one edge to the opposite one.",
        show_default=False,
    ),
]
LayoutOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--layout",
        metavar="FILE",
        help="A layout of yours, of the picture's size; may be repeated. Each is rendered as it "
        "is, and others are made from it.",
        show_default=False,
    ),
]
DrawOption = Annotated[
    list[str] | None,
    typer.Option(
        "--draw",
        metavar="NAME=VALUE",
        help="How layouts are drawn; may be repeated. Weights of what happens to a thing: stay, "
        "move, scale, double, remove, warp; smallest and largest (factors), turn (degrees), bend "
        "(of its size), sway (of the picture), flip (share of layouts).",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Processes, one thread each; the pairs do not depend on it. Default: one a core, on a "
        "GPU one.",
        show_default=False,
    ),
]
JudgeOption = Annotated[
    bool,
    typer.Option("--judge/--no-judge", help="Drop what a judge does not read as it was asked for."),
]
DroppedOption = Annotated[
    bool, typer.Option("--keep-dropped", help="Write what the judge dropped, to dropped/.")
]


def augment(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    out: options.OutOption,
    pairs: CountOption = 100,
    format_: FormatOption = "png",
    constraint: ConstraintOption = None,
    move: MoveOption = None,
    layout: LayoutOption = None,
    draw: DrawOption = None,
    judge: JudgeOption = True,
    keep_dropped: DroppedOption = False,
    workers: WorkersOption = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    settings: options.SetOption = None,
    classes: options.ClassesOption = None,
    ignore: options.IgnoreOption = "",
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Make many new pictures with exact label maps from one, to train a network on.

    New layouts are drawn at random, rendered, read by a judge, and kept or dropped. DIR gets
    dataset/, manifest.jsonl (seeds, edits, scores of every pair), contact_sheet.png and run.json.
    With --resume a larger -n adds to what is there.

    Example: likewise augment photo.png labels.png -n 500 -o out --format coco
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose(method, preset, seed, device, size, classes, ignore, settings)
    drawing = parse_settings(draw or (), "--draw")
    from likewise.cli.tasks.augment_job import Order, carry_out

    order = Order(
        image=image,
        labels=labels,
        out=out,
        pairs=pairs,
        format=format_,
        constraints=tuple(constraint or ()),
        move=tuple(move or ()),
        layouts=tuple(layout or ()),
        drawing=drawing,
        judged=judge,
        keep_dropped=keep_dropped,
        workers=workers,
    )
    carry_out(order, chosen, manner)
