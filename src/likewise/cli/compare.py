"""``likewise compare``: methods side by side on cases, judged, scored and reported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.options import Manner


def compare(
    cases: options.CasesArgument,
    contestants: options.ContestantsOption,
    out: options.OutOption,
    seeds: options.SeedsOption = "0",
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    judge: options.JudgeOption = None,
    judge_classes: options.JudgeClassesOption = None,
    vgg: Annotated[
        Path | None,
        typer.Option(
            "--vgg",
            metavar="FILE",
            help="Public VGG-19 weights: SIFID then compares their features.",
            show_default=False,
        ),
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option(
            "--inception",
            metavar="FILE",
            help="Public Inception-v3 weights: SIFID then compares their features, as SinGAN's "
            "does. Default: a seeded network that needs no weights.",
            show_default=False,
        ),
    ] = None,
    lpips: options.LpipsOption = None,
    lpips_backbone: options.LpipsBackboneOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Render cases by several methods and score, tabulate and show their answers.

    DIR gets report.html, metrics.json, tables/ (CSV, Markdown, LaTeX) and every picture. A method
    that fails never stops the rest. Exit code 0 if everything was answered, 1 if something failed.

    Example: likewise compare examples -m semia:fast,semia:smoke,patch -o report
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    numbers = options.parse_seeds(seeds)
    words = [word for given in contestants for word in given.split(",") if word.strip()]
    from likewise.evaluation.cases import find_cases

    folders = find_cases(cases)
    from likewise.cli.comparing import Asked, carry_out
    from likewise.evaluation.measuring import WeightFiles

    files = WeightFiles(judge, judge_classes, vgg, inception, lpips, lpips_backbone)
    carry_out(Asked(folders, words, out, numbers, device, size, files), manner)
