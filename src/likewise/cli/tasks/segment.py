"""``likewise segment``: label maps of pictures that have none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.choices import Manner, choose
from likewise.errors import ConfigError

ImagesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="IMAGE...",
        help="Pictures: PNG, JPEG, TIFF, 8 or 16 bit. Several share their classes.",
    ),
]
CountOption = Annotated[
    int | None,
    typer.Option(
        "--classes",
        metavar="N",
        help="How many classes, 2 to 24, in all pictures together. Default: 3 to 8, where the next "
        "two that would join are most unlike; of masks, as many as there are.",
        show_default=False,
    ),
]
ScribblesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--scribbles",
        metavar="FILE",
        help="Strokes of one colour (or grey id) a class on black or transparent, of the size of "
        "the picture. May be repeated for further IMAGEs, in their order; those without take after "
        "the others. classes.json beside it names the classes.",
        show_default=False,
    ),
]
MasksOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--masks",
        metavar="FILE|DIR",
        help="Masks that another program found: SAM's JSON, .npz or .npy, pictures named by their "
        "class, or a folder of these. May be repeated; of several IMAGEs, one for each, in order.",
        show_default=False,
    ),
]
FillOption = Annotated[
    bool,
    typer.Option(
        "--fill",
        help='Pixels in no mask go to the nearest one. Default: they are the class "background".',
    ),
]
NetworkOption = Annotated[
    Path | None,
    typer.Option(
        "--network",
        metavar="FOLDER",
        help="A segmentation network of yours that transformers loads (SegFormer, Mask2Former, "
        "...), as save_pretrained wrote it, in safetensors. Nothing is fetched. It needs "
        "the extra 'pretrained'.",
        show_default=False,
    ),
]


def segment(
    images: ImagesArgument,
    out: options.OutOption,
    classes: CountOption = None,
    scribbles: ScribblesOption = None,
    masks: MasksOption = None,
    fill: FillOption = False,
    network: NetworkOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Make label maps of pictures: by colour, texture and place, or by what you hand in.

    DIR gets NAME.labels.png of each picture, classes.json, contact_sheet.png and run.json.

    Nothing is drawn at random: --seed is but recorded. --device matters to --network alone.

    Example: likewise segment photo.jpg --classes 5 -o out
    """
    chosen = choose(None, None, seed, device, None, None, "")
    ways = {"--scribbles": scribbles, "--masks": masks, "--network": network}
    given = [name for name, value in ways.items() if value]
    if len(given) > 1:
        raise ConfigError(given[0], f"{given[1]} beside it", "one way to find the classes")
    if fill and not masks:
        raise ConfigError("--fill", "no --masks beside it", "masks that may leave gaps")
    if classes is not None and (scribbles or network):
        found = f"--classes {classes} beside it"
        raise ConfigError(given[0], found, "one of the two: here the classes are given")
    from likewise.cli.tasks import segment_job
    from likewise.cli.tasks.segment_job import Order

    order = Order(
        tuple(images), out, classes, tuple(scribbles or ()), tuple(masks or ()), fill, network
    )
    segment_job.carry_out(order, chosen, Manner(as_json, dry_run, quiet, False, overwrite))
