"""Comparing: the order of things in ``likewise compare``, once the cases are found.

Everything is read and checked first, then the plan is told, and only then does a file appear.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from likewise.cli import faults
from likewise.cli.choices import Manner
from likewise.cli.place import resume_command
from likewise.cli.stopping import STOP
from likewise.cli.tally import Tally, counted
from likewise.cli.terminal import Terminal, spoken_seconds
from likewise.devices import choose_device, describe_device
from likewise.errors import Interrupted
from likewise.evaluation.comparison import Comparison
from likewise.evaluation.measuring import Measuring, WeightFiles
from likewise.evaluation.place import METRICS_FILE, REPORT_FILE, TABLES
from likewise.evaluation.plan import Plan, estimated_seconds
from likewise.evaluation.running import Run
from likewise.evaluation.statistics import standings
from likewise.evaluation.tables import summary_json

SHOWN_FAILURES = 20


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    folders: Sequence[Path]
    contestants: Sequence[str]
    out: Path
    seeds: Sequence[int]
    device: str
    size: int | None
    files: WeightFiles
    methods_files: Mapping[str, Path] = field(default_factory=dict)


def carry_out(asked: Asked, manner: Manner) -> None:
    """Compare, and tell how it came out.

    Raises:
        InputError: something asked for cannot be used; nothing was written.
        Interrupted: the user stopped it; the message tells how to go on.
        typer.Exit: with code 1, where something failed.
    """
    terminal = Terminal(quiet=manner.quiet, as_json=manner.as_json)
    device = choose_device(asked.device)
    measuring = Measuring.of_files(asked.files, device)
    plan = Plan.of(
        asked.folders,
        asked.contestants,
        seeds=asked.seeds,
        device=asked.device,
        size=asked.size,
        measuring=measuring.told,
        files=asked.methods_files,
    )
    run = Run(plan, asked.out, measuring, command=_command())
    earlier = None
    if not manner.dry_run:
        earlier = run.survey(resume=manner.resume, overwrite=manner.overwrite)
    left = run.left(earlier)
    estimates = estimated_seconds(plan) if left else {}
    _tell_plan(plan, estimates, terminal)
    if manner.dry_run:
        terminal.say("dry run: checked and planned; nothing was computed or written")
        terminal.summary(_planned(plan, estimates))
        return
    run.onlooker = Tally(terminal, estimates)
    try:
        with STOP.listen():
            comparison = run.carry_out(earlier)
    except Interrupted as stop:
        raise Interrupted(f"{stop}; continue with: {resume_command()}", stop.checkpoint) from stop
    _tell_results(comparison, terminal)
    if manner.as_json:
        told = summary_json(comparison, standings(comparison))
        terminal.summary({"folder": str(asked.out), **told})
    if any(comparison.failures()):
        raise typer.Exit(faults.FAULT)


def _command() -> list[str]:
    """The words that ask for this comparison, without how to treat the folder."""
    manners = ("--resume", "--overwrite", "--quiet", "-q", "--json")
    return ["likewise", *(word for word in sys.argv[1:] if word not in manners)]


def _tell_plan(plan: Plan, estimates: dict[str, float], terminal: Terminal) -> None:
    layouts = sum(len(case.targets) for case in plan.cases)
    truths = sum(len(case.truths) for case in plan.cases)
    known = f", {truths} of them with a known true answer" if truths else ""
    terminal.say(f"cases   {len(plan.cases)}, with {counted(layouts, 'layout')}{known}")
    fits = len(plan.cases) * len(plan.seeds)
    for contestant in plan.contestants:
        seconds = estimates.get(contestant.name)
        pace = f", about {spoken_seconds(seconds)} each" if seconds is not None else ""
        terminal.say(f"plan    {contestant.name}: {counted(fits, 'fit')}{pace}")
    where = f"{plan.device} ({describe_device(plan.device)})"
    total = _total(plan, estimates)
    terminal.say(f"plan    on {where}, about {spoken_seconds(total)} of fitting in all")


def _total(plan: Plan, estimates: dict[str, float]) -> float:
    return sum(estimates.values()) * len(plan.cases) * len(plan.seeds)


def _planned(plan: Plan, estimates: dict[str, float]) -> dict[str, Any]:
    return {
        "cases": [case.name for case in plan.cases],
        "layouts": sum(len(case.targets) for case in plan.cases),
        "contestants": [contestant.name for contestant in plan.contestants],
        "seeds": list(plan.seeds),
        "device": str(plan.device),
        "estimated_seconds_of_a_fit": {n: round(s, 1) for n, s in estimates.items()},
        "estimated_seconds": round(_total(plan, estimates), 1),
    }


def _tell_results(comparison: Comparison, terminal: Terminal) -> None:
    failures = [
        f"{failed.contestant} on {failed.case}/{failed.target}, seed {failed.seed}: {failed.error}"
        for failed in comparison.failures()
    ]
    for line in failures[:SHOWN_FAILURES]:
        terminal.say(f"failed  {line}")
    if len(failures) > SHOWN_FAILURES:
        terminal.say(f"failed  and {len(failures) - SHOWN_FAILURES} more")
    for name in (METRICS_FILE, TABLES, REPORT_FILE):
        terminal.say(f"wrote   {comparison.folder / name}")
    if failures:
        answers = len(comparison.outcomes)
        terminal.say(
            f"{len(failures)} of {answers} answers failed; the same command with --resume tries "
            "them again"
        )
