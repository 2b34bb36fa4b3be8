"""Fit: what a fit and a rendering cost by any method, and the quality of what comes out.

    python -m benchmarks.fit --case zebra --preset fast                  # zebra in cases/
    python -m benchmarks.fit --case temple coffee --short-side 184 380 -o bench
    python -m benchmarks.fit --case temple --method semia --preset fast
    python -m benchmarks.fit --case temple --preset paper --only steps   # which takes semia
    python -m benchmarks.fit --case zebra --only layouts command

Four parts. Steps: of methods that train, milliseconds of each kind of step, on a GPU captured and
uncaptured side by side. Fit: seconds of a fit and of a rendering, memory, a judge's scores and a
contact sheet. Layouts: ten layouts against one, in one warm process. Command: the same by whole
``likewise run`` commands, only where asked for. ``benchmarks.runs`` says what cold and warm mean.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from benchmarks.cases import read_case, resized_case
from benchmarks.commands import commands
from benchmarks.costs import OutOfMemoryError
from benchmarks.runs import MANY, Job, Run, run_alone
from benchmarks.tables import table
from likewise.devices import choose_device, describe_device
from likewise.errors import InputError
from likewise.evaluation.cases import Case
from likewise.evaluation.contestants import DEFAULT_PRESET, Contestant
from likewise.evaluation.scoring import Scorer
from likewise.images import Image
from likewise.methods.registry import DEFAULT_METHOD, METHODS
from likewise.methods.source import Source
from likewise.sheet import Column, contact_sheet
from likewise.storage import write_json
from likewise.training.loop import Trainer
from likewise.training.modes import Mode

PARTS = ("steps", "fit", "layouts", "command")
REPEATS = 20  # of a step on a GPU


@runtime_checkable
class Training(Protocol):
    """A method whose fit goes by steps that can be timed."""

    def trainer(self, source: Source, seed: int) -> Trainer:
        """At the first step of a fit to ``source``."""


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    try:
        contestant = chosen(options.method, options.preset)
        device = choose_device(options.device)
        print(f"{contestant.name}, {describe_device(device)}", flush=True)
        for size in options.size:
            contestant.made(str(device), size)  # says now what it cannot do
        many = "layouts" in options.only
        jobs = [
            Job(contestant, str(device), size, options.seed, options.repeats, many)
            for size in options.size
        ]
        records = [run(case, job, options) for case in cases(options) for job in jobs]
    except InputError as error:
        sys.exit(f"error: {error}")
    if options.output:
        name = f"fit-{contestant.method}-{contestant.preset}.json"
        write_json(options.output / name, records)


def chosen(method: str | None, preset: str) -> Contestant:
    """The method that was asked for; else the default, or who alone has ``preset``.

    Raises:
        ConfigError: there is no such method or preset.
    """
    if method is None:
        method = DEFAULT_METHOD
        having = [name for name, kind in METHODS.items() if preset in kind.presets()]
        if having and method not in having:
            method = having[0]
            print(f"preset {preset} is one of method {method}, which is taken")
    return Contestant.of(f"{method}:{preset}")


def cases(options: argparse.Namespace) -> Iterator[Case]:
    """Those asked for, each in every size asked for."""
    for case in [read_case(name, options.cases) for name in options.case]:
        for short in options.short_side:
            yield case if short is None else resized_case(case, short)


def run(case: Case, job: Job, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one case at one size; print as it goes; return everything measured."""
    height, width = case.image.size
    worked = "" if job.size is None else f", worked at {job.size}"
    print(f"\n{case.name}, {height} x {width} pixels{worked}", flush=True)
    record: dict[str, Any] = {"case": case.name, "image": [height, width], "size": job.size}
    record |= {"method": job.contestant.method, "preset": job.contestant.preset}
    method = job.contestant.made(job.device, job.size)
    if "steps" in options.only and isinstance(method, Training):
        record["steps"] = time_steps(method.trainer(Source(case.image, case.labels), job.seed))
    try:
        if {"fit", "layouts"} & set(options.only):
            spent = run_alone(case, job)
            record["fit"] = told_fit(spent, job.device)
            if "fit" in options.only:
                record["targets"] = scored(case, spent, job.device)
                if options.output:
                    write_sheet(case, spent, options.output / f"{_stem(case, job)}.png")
            if "layouts" in options.only and spent.one_against_many:
                record["layouts"] = told_ratio("in one warm process", *spent.one_against_many)
        if "command" in options.only:
            record["command"] = told_ratio("by whole commands", *commands(case, job))
    except OutOfMemoryError:  # other sizes may still fit
        print("  out of memory")
        record["out_of_memory"] = True
    return record


def time_steps(trainer: Trainer) -> dict[str, float]:
    """Milliseconds of each kind of step; on a GPU also uncaptured, with the ratio."""
    trainer.episodes.draw(0.5)
    times: dict[str, float] = {}
    for kind in sorted(set(trainer.config.cycle)):
        for mode in [Mode(word) for word in sorted(set(trainer.config.modes))]:
            name = f"{kind} {mode.value}"
            times[name] = _milliseconds(trainer, lambda k=kind, m=mode: trainer.run(k, m))
            line = f"  step {name:18s} {times[name]:8.2f} ms"
            if trainer.device.type == "cuda":
                eager = _milliseconds(trainer, lambda k=kind, m=mode: trainer.steps.run(k, m))
                line += f"   uncaptured {eager:8.2f} ms, {eager / times[name]:.1f} times slower"
            print(line, flush=True)
    return times


def told_fit(spent: Run, device: str) -> dict[str, Any]:
    """Print what a fit and a first rendering cost, and the memory of both."""
    warm = "not repeated" if spent.warm_fit is None else f"{spent.warm_fit:.3f} s"
    print(f"  fit               cold {spent.fits[0]:.3f} s, warm {warm}")
    whole = (spent.warm_fit or spent.fits[0]) + float(np.mean(list(spent.renders.values())))
    print(f"  first rendering   cold {spent.first:.3f} s")
    print(f"  fit and layout    {whole:.3f} s, the mean of the layouts")
    owner = "of the GPU" if device.startswith("cuda") else "more than before the fit"
    print(f"  memory            {spent.memory / 2**20:.0f} MiB {owner}", flush=True)
    figures = {name: value for name, value in vars(spent).items() if name != "answers"}
    return figures | {"fit_and_layout": whole}


def scored(case: Case, spent: Run, device: str) -> dict[str, dict[str, float]]:
    """A judge's scores of every answer; print them with the milliseconds."""
    scorer = Scorer(case, device=choose_device(device))
    print(f"  judge on held-out warps of the source: accuracy {scorer.ceilings['accuracy']:.3f}\n")
    found: dict[str, dict[str, float]] = {}
    for name, target in case.targets.items():
        scores = scorer.score(spent.answers[name], name)
        unchanged = scorer.score(case.image.resized(target.size), name)
        scores["untouched"] = unchanged["accuracy"]  # what doing nothing scores
        found[name] = {"ms": spent.renders[name] * 1e3, **scores}
    figures = list(dict.fromkeys(figure for row in found.values() for figure in row))
    means = {f: float(np.mean([row[f] for row in found.values() if f in row])) for f in figures}
    rows = [[name, *_figures(row, figures)] for name, row in (found | {"mean": means}).items()]
    print(table(["layout", *figures], rows), flush=True)
    return found | {"mean": means}


def told_ratio(how: str, one: float, many: float) -> dict[str, float]:
    """Print seconds of a run with one layout and with MANY, and their ratio."""
    ratio = many / one
    print(f"  {MANY} layouts {many:.2f} s, one {one:.2f} s: ratio {ratio:.2f} ({how})", flush=True)
    return {"one": one, "many": many, "ratio": ratio}


def write_sheet(case: Case, spent: Run, path: Path) -> None:
    """The source pair, and every layout over its answer."""
    columns = [
        Column(name, case.targets[name].to_colour(), answer.to_rgb8())
        for name, answer in spent.answers.items()
    ]
    source = Column(case.name, case.labels.to_colour(), case.image.to_rgb8())
    Image.from_array(contact_sheet(source, columns)).save(path)


def _stem(case: Case, job: Job) -> str:
    worked = "" if job.size is None else f"-at-{job.size}"
    return f"{case.name}-{min(case.image.size)}-{job.contestant.name.replace(':', '-')}{worked}"


def _figures(row: dict[str, float], figures: list[str]) -> list[str]:
    return [f"{row[f]:.{1 if f == 'ms' else 3}f}" if f in row else "–" for f in figures]


def _milliseconds(trainer: Trainer, step: Callable[[], object]) -> float:
    cuda = trainer.device.type == "cuda"
    for _ in range(5 if cuda else 1):
        step()
    trainer.wait()
    repeats = REPEATS if cuda else 2
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    trainer.wait()
    return (time.perf_counter() - start) * 1e3 / repeats


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--case", nargs="+", required=True, help="names of case folders")
    add("--cases", type=Path, help="where they are; else examples/ and cases/")
    add("--method", help=f"else {DEFAULT_METHOD}, or the first that has the preset")
    add("--preset", default=DEFAULT_PRESET)
    add("--device", default="auto")
    add("--short-side", type=int, nargs="+", default=[None], help="of the pictures, pixels")
    add("--size", type=int, nargs="+", default=[None], help="working short sides, pixels")
    add("--seed", type=int, default=0)
    add("--repeats", type=int, default=3, help="timed passes, at most")
    add("--only", nargs="+", choices=PARTS, default=PARTS[:-1], help="these parts alone")
    add("-o", "--output", type=Path, help="folder for contact sheets and a JSON")
    options = parser.parse_args()
    if min(options.repeats, *(n for n in options.short_side if n is not None), 1) < 1:
        parser.error("--repeats and --short-side: at least 1")
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
