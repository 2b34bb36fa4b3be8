"""``likewise sketch``: a picture that follows a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.choices import Manner, choose
from likewise.errors import ConfigError

DrawingsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[TARGET]...",
        help="Sketches to follow, of any size: dark lines on light paper, or light ones on dark.",
        show_default=False,
    ),
]
OwnOption = Annotated[
    Path | None,
    typer.Option(
        "--sketch",
        metavar="FILE",
        help="Sketch of IMAGE itself, of its size or aspect. Default: one is extracted.",
        show_default=False,
    ),
]
ExtractOption = Annotated[
    bool,
    typer.Option(
        "--extract-only",
        help="Write the extracted sketch, for you to draw another over it, and stop.",
    ),
]
DetailOption = Annotated[
    int,
    typer.Option("--detail", metavar="N", help="Shapes in an extracted sketch at most, 2 to 60."),
]
ByOption = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="auto|shapes|lines",
        help="What becomes classes: the shapes that lines enclose, or the lines with bands beside "
        "them. auto: shapes, if every sketch encloses some.",
    ),
]
GapOption = Annotated[
    float | None,
    typer.Option(
        "--gap",
        metavar="PIXELS",
        help="Widest gap in a line that closes. Default: 3 % of the sketch's short side.",
        show_default=False,
    ),
]


def sketch(
    image: options.ImageArgument,
    out: options.OutOption,
    targets: DrawingsArgument = None,
    own: OwnOption = None,
    extract_only: ExtractOption = False,
    detail: DetailOption = 10,
    by: ByOption = "auto",
    gap: GapOption = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    settings: options.SetOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Draw lines, get a picture: IMAGE rendered anew so that its edges lie on your lines.

    Shapes of your sketch are matched to those of the picture's own by place, form and neighbours; a
    dab of one colour in both says that two belong together. DIR gets a picture named like each
    TARGET, its layout, source.sketch.png, source.layout.png, contact_sheet.png and run.json with
    how well edges keep to lines.

    Example: likewise sketch photo.png drawn.png -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose(method, preset, seed, device, size, None, "", settings)
    if extract_only and (targets or own):
        raise ConfigError("--extract-only", "a sketch beside it", "IMAGE alone")
    if not extract_only and not targets:
        remedy = "--extract-only writes the picture's own sketch, to draw over."
        raise ConfigError("TARGET", "no sketch to follow", "one at least", remedy)
    from likewise.cli.tasks import sketch_job

    if extract_only:
        sketch_job.extract(image, out, detail, manner)
        return
    asked = sketch_job.Asked(image, tuple(targets or ()), own, out, by, gap, detail)
    sketch_job.carry_out(asked, chosen, manner)
