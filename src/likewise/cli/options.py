"""Options: the words that several commands share, with their help, and their parsed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import typer

from likewise.errors import ConfigError, LabelError

DEFAULT_PRESET = "fast"
LARGEST_ID = 65535

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


@dataclass(frozen=True)
class Choices:
    """What decides a fit, besides the source pair; an empty ``method`` means the default one."""

    method: str
    preset: str
    seed: int
    device: str
    size: int | None
    classes: Path | None
    ignore: tuple[int, ...]
    files: Mapping[str, Path] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    convention: str | None = None
    instances: bool = False


@dataclass(frozen=True)
class Manner:
    """How a command behaves: what it prints and writes, and what it does with a folder in use."""

    as_json: bool = False
    dry_run: bool = False
    quiet: bool = False
    resume: bool = False
    overwrite: bool = False
    provenance: bool = False
    check: bool = False

    def __post_init__(self) -> None:
        if self.resume and self.overwrite:
            raise ConfigError(
                "--resume", "--overwrite beside it", "one of the two: continue, or start anew"
            )


def choices(
    method: str | None,
    preset: str | None,
    seed: int,
    device: str,
    size: int | None,
    classes: Path | None,
    ignore: str,
    settings: Sequence[str] | None = None,
    convention: str | None = None,
    instances: bool = False,
    **files: Path | None,
) -> Choices:
    """The parsed options; :func:`checked` still has to see them.

    ``files`` go to the method, by its arguments; ``settings`` are words NAME=VALUE.

    Raises:
        ConfigError: two presets, a setting without a value, or the seed is out of range.
        LabelError: ``ignore`` is not a list of ids.
    """
    name, _, word = (method or "").partition(":")
    if word and preset and word != preset:
        raise ConfigError("--preset", f"{preset}, but {method} beside it", "one preset")
    if not 0 <= seed < 2**63:
        raise ConfigError("--seed", str(seed), "a whole number from 0 to 2**63 - 1")
    chosen = word or preset or DEFAULT_PRESET
    given = {argument: file for argument, file in files.items() if file is not None}
    set_ = parse_settings(settings or ())
    ids = parse_ids(ignore)
    return Choices(
        name, chosen, seed, device, size, classes, ids, given, set_, convention, instances
    )


def checked(choices: Choices) -> Choices:
    """``choices`` with the method named, checked against what this package and machine have.

    Raises:
        ConfigError: unknown method, preset or setting, absent device, size or setting out of range.
        InputError: a file for the method cannot be used.
    """
    from likewise.methods.registry import DEFAULT_METHOD, find_method

    named = replace(choices, method=choices.method or DEFAULT_METHOD)
    find_method(named.method)(
        named.preset,
        device=named.device,
        size=named.size,
        settings=named.settings,
        **named.files,
    )
    return named


def parse_settings(words: Sequence[str], option: str = "--set") -> dict[str, str]:
    """The settings in words such as ``rounds=4``, by name; ``option`` is what errors call them.

    Raises:
        ConfigError: a word without ``=``, or a setting that is there twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals):
            example = "rounds=4" if option == "--set" else "turn=10"
            raise ConfigError(option, repr(word), f"NAME=VALUE, as in {option} {example}")
        if name in found:
            raise ConfigError(option, f"{name} twice", "each setting once")
        found[name] = value
    return found


def parse_ids(text: str) -> tuple[int, ...]:
    """The ids in a list such as ``0,255``, sorted; none in an empty text.

    Raises:
        LabelError: something else stands there.
    """
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    if not all(word.isascii() and word.isdecimal() and int(word) <= LARGEST_ID for word in words):
        raise LabelError(
            "--ignore", repr(text), f"ids from 0 to {LARGEST_ID} separated by commas, as in 0,255"
        )
    return tuple(sorted({int(word) for word in words}))
