"""``likewise singan``: the uses of SinGAN that need no labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.choices import Manner, choose
from likewise.errors import ConfigError

MOST_SAMPLES = 10_000

app = typer.Typer(
    name="singan",
    help="SinGAN without labels: random pictures like yours, other sizes, super-resolution.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

PictureArgument = Annotated[
    Path,
    typer.Argument(
        metavar="IMAGE|MODEL",
        help="The picture to learn; or a folder that one of these commands wrote, or likewise fit "
        "--method singan, to learn nothing anew.",
    ),
]


@app.command()
def sample(
    picture: PictureArgument,
    out: options.OutOption,
    count: Annotated[int, typer.Option("-n", "--number", metavar="N", help="How many.")] = 4,
    start: Annotated[
        int,
        typer.Option(
            "--start-scale",
            metavar="K",
            help="Scale at which chance sets in: 0 invents everything, higher ones keep the "
            "picture's own layout and invent detail.",
        ),
    ] = 0,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    settings: options.SetOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Random pictures like yours: sample_1.png and so on, at the size that is worked at.

    Example: likewise singan sample photo.png -n 6 -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose("singan", preset, seed, device, None, None, "", settings)
    if not 1 <= count <= MOST_SAMPLES:
        raise ConfigError("-n", str(count), f"a number from 1 to {MOST_SAMPLES}")
    from likewise.cli.singan_job import carry_out
    from likewise.methods.singan.orders import Samples

    carry_out("singan sample", picture, out, Samples(count, start), chosen, manner)


@app.command()
def retarget(
    picture: PictureArgument,
    out: options.OutOption,
    size: Annotated[
        str, typer.Option("--size", metavar="WIDTHxHEIGHT", help="Of the new picture, pixels.")
    ],
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    settings: options.SetOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """A random picture of another size, with things as large as in yours: retargeted.png.

    Example: likewise singan retarget photo.png --size 960x320 -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose("singan", preset, seed, device, None, None, "", settings)
    sides = re.fullmatch(r"(\d{1,6})[xX](\d{1,6})", size.strip())
    if sides is None:
        raise ConfigError("--size", repr(size), "WIDTHxHEIGHT in pixels, as in 960x320")
    from likewise.cli.singan_job import carry_out
    from likewise.methods.singan.orders import Retargeting

    order = Retargeting((int(sides[2]), int(sides[1])))
    carry_out("singan retarget", picture, out, order, chosen, manner)


@app.command()
def upscale(
    picture: PictureArgument,
    out: options.OutOption,
    factor: Annotated[
        float, typer.Option("--factor", metavar="F", help="Of the sides, up to 16.")
    ] = 4.0,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    settings: options.SetOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Your picture enlarged, with detail of its own kind: upscaled.png.

    It is learnt at its own size, however large: --dry-run tells how long that takes.

    Example: likewise singan upscale small.png --factor 4 -o out
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    chosen = choose("singan", preset, seed, device, None, None, "", settings)
    from likewise.cli.singan_job import carry_out
    from likewise.methods.singan.orders import Upscaling

    carry_out("singan upscale", picture, out, Upscaling(factor), chosen, manner)
