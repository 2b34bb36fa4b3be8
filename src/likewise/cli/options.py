"""Options: the words that several commands share, with their help; choices.py parses them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ImageArgument = Annotated[
    Path, typer.Argument(metavar="IMAGE", help="Source image: PNG, JPEG, TIFF, 8 or 16 bit.")
]
LabelsArgument = Annotated[
    Path,
    typer.Argument(
        metavar="LABELS",
        help="Label map of the source image, of the same size: ids, palette or colour-coded PNG, "
        "JPEG, TIFF, or .npy.",
    ),
]
TargetsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="TARGET",
        help="Label maps to render, of any size, with the classes of the source.",
    ),
]
OutOption = Annotated[
    Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the results: new or empty.")
]
ModelOutOption = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="MODEL", help="Folder for the model: new or empty."),
]
ModelArgument = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="Folder that likewise fit wrote, or the DIR of a run."),
]
ExampleOption = Annotated[
    str, typer.Option("--example", metavar="NAME", help="Which of the bundled examples to render.")
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--method",
        metavar="NAME[:PRESET]",
        help="How to render; likewise methods lists them and tells the default.",
        show_default=False,
    ),
]
PresetOption = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Effort of the method: smoke (seconds, to try things out), fast (the default), full; "
        "some methods have more.",
        show_default=False,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="N",
        help="0 to 2**63 - 1. Same seed, same bytes on a CPU at one thread count.",
    ),
]
DeviceOption = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda|mps", help="Where to compute.")
]
SizeOption = Annotated[
    int | None,
    typer.Option(
        "--size",
        metavar="PIXELS",
        help="Short side that the method works at, 32 to 4096 pixels; the answer always has the "
        "size of its target. Default: the preset's.",
        show_default=False,
    ),
]
VggOption = Annotated[
    Path | None,
    typer.Option(
        "--vgg",
        metavar="FILE",
        help="Public VGG-19 weights, .pth or .safetensors, for losses that compare their features "
        "where the method has one (semia, spade). Default: without, which needs no weights.",
        show_default=False,
    ),
]
WeightsOption = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="Published checkpoint to render by, without training (spade: *_net_G.pth).",
        show_default=False,
    ),
]
ClassMapOption = Annotated[
    Path | None,
    typer.Option(
        "--class-map",
        metavar="FILE",
        help="JSON: which classes of the checkpoint show which of LABELS. Default: those of the "
        "same names.",
        show_default=False,
    ),
]
TargetImagesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--target-image",
        metavar="FILE",
        help="A photograph of a layout, once for each TARGET in their order, for methods that work "
        "after one (deep_image_analogy). Default: the answer of another method.",
        show_default=False,
    ),
]
PairsOption = Annotated[
    Path | None,
    typer.Option(
        "--pairs",
        metavar="FOLDER",
        help="Folder with images/ and labels/ of equal names, to learn from besides the source "
        "(spade).",
        show_default=False,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set one setting of the method otherwise than its preset does; may be repeated. "
        "likewise methods NAME lists them.",
        show_default=False,
    ),
]
ClassesOption = Annotated[
    Path | None,
    typer.Option(
        "--classes",
        metavar="FILE",
        help="Class table, JSON: a list of {id, name, colour}. Default: classes.json beside LABELS "
        "or one folder up, else what LABELS itself holds.",
        show_default=False,
    ),
]
IgnoreOption = Annotated[
    str,
    typer.Option(
        "--ignore",
        metavar="IDS",
        help="Ids, 0 to 65535, that mean unknown, separated by commas: they are not learnt.",
        show_default=False,
    ),
]
ProvenanceOption = Annotated[
    bool,
    typer.Option(
        "--provenance",
        help="Tell beside each answer which source pixel every pixel came from, as .npz and as a "
        "picture; for methods that take their pixels from the source: likewise methods tells.",
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option(
        "--check",
        help="A judge that knows your picture alone reads each answer, and you are warned where it "
        "does not find what the layout asks for. It takes seconds.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print a machine-readable summary, and nothing else there.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check everything, tell the plan and its time, stop.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and errors only.")]
ResumeOption = Annotated[
    bool,
    typer.Option("--resume", help="Continue a stopped run of the same inputs and options in DIR."),
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Allow DIR to hold files, and replace those of its run.")
]
