"""``likewise compare``: methods side by side on cases, judged, scored and reported."""

from __future__ import annotations

from likewise.cli import compare_options, options
from likewise.cli.choices import Manner


def compare(
    cases: compare_options.CasesArgument,
    contestants: compare_options.ContestantsOption,
    out: options.OutOption,
    seeds: compare_options.SeedsOption = "0",
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    judge: compare_options.JudgeOption = None,
    judge_classes: compare_options.JudgeClassesOption = None,
    vgg: compare_options.SifidVggOption = None,
    inception: compare_options.InceptionOption = None,
    lpips: compare_options.LpipsOption = None,
    lpips_backbone: compare_options.LpipsBackboneOption = None,
    weights: options.WeightsOption = None,
    class_map: options.ClassMapOption = None,
    pairs: options.PairsOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Render cases by several methods and score, tabulate and show their answers.

    DIR gets report.html, metrics.json, tables/ (CSV, Markdown, LaTeX) and every picture. Files for
    methods go to those that can use them. A method that fails never stops the rest. Exit code 0 if
    everything was answered, 1 if something failed.

    Example: likewise compare examples -m semia:fast,semia:smoke,patch -o report
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    numbers = compare_options.parse_seeds(seeds)
    words = [word for given in contestants for word in given.split(",") if word.strip()]
    from likewise.evaluation.cases import find_cases

    folders = find_cases(cases)
    from likewise.cli.comparing import Asked, carry_out
    from likewise.evaluation.measuring import WeightFiles

    files = WeightFiles(judge, judge_classes, vgg, inception, lpips, lpips_backbone)
    given = {"vgg": vgg, "weights": weights, "class_map": class_map, "pairs": pairs}
    handed = {argument: file for argument, file in given.items() if file is not None}
    carry_out(Asked(folders, words, out, numbers, device, size, files, handed), manner)
