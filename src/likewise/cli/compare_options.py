"""Options of ``likewise compare``: cases, contestants, and networks that score answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.errors import ConfigError

CasesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="CASES",
        help="Cases, or folders of cases. A case is a folder with image.*, labels.* and targets/, "
        "and with truths/ where right answers are known.",
    ),
]
ContestantsOption = Annotated[
    list[str],
    typer.Option(
        "-m",
        "--methods",
        metavar="NAME[:PRESET],...",
        help="Methods to compare, each with a preset; fast where none is named.",
    ),
]
SeedsOption = Annotated[
    str,
    typer.Option("--seeds", metavar="N,...", help="Every fit is done with each of these seeds."),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="FOLDER",
        help="A segmentation network, as save_pretrained writes it, that reads the layouts of "
        "answers too; needs likewise\\[pretrained].",
        show_default=False,
    ),
]
JudgeClassesOption = Annotated[
    Path | None,
    typer.Option(
        "--judge-classes",
        metavar="FILE",
        help="JSON: which classes of that network mean which of the cases'.",
        show_default=False,
    ),
]
SifidVggOption = Annotated[
    Path | None,
    typer.Option(
        "--vgg",
        metavar="FILE",
        help="Public VGG-19 weights: SIFID then compares their features, and methods use them that "
        "can.",
        show_default=False,
    ),
]
InceptionOption = Annotated[
    Path | None,
    typer.Option(
        "--inception",
        metavar="FILE",
        help="Public Inception-v3 weights: SIFID then compares their features, as SinGAN's does. "
        "Default: a seeded network that needs no weights.",
        show_default=False,
    ),
]
LpipsOption = Annotated[
    Path | None,
    typer.Option(
        "--lpips",
        metavar="FILE",
        help="Public LPIPS weights, alex.pth or vgg.pth: answers are then compared with known "
        "true ones by LPIPS.",
        show_default=False,
    ),
]
LpipsBackboneOption = Annotated[
    Path | None,
    typer.Option(
        "--lpips-backbone",
        metavar="FILE",
        help="Public AlexNet or VGG-16 weights that those belong to.",
        show_default=False,
    ),
]


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds in a list such as ``0,1,2``, in its order.

    Raises:
        ConfigError: something else stands there.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise ConfigError("--seeds", repr(text), "whole numbers separated by commas, as in 0,1,2")
    return tuple(map(int, words))
