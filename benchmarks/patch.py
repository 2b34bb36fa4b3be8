"""Patch engine: what it costs, how that grows with pixels, how near its answers are to the truth.

    python -m benchmarks.patch -o bench                       # all; the GPU where there is one
    python -m benchmarks.patch --device cpu --no-trial -o bench
    python -m benchmarks.patch --only speed --case zebra      # zebra in cases/
    python -m benchmarks.patch --only growth --largest 8 -o bench

Four parts. Speed: one layout at 184 px short side, the trial's algorithm beside it. Preview: preset
smoke on 1 megapixel. Growth: one moved layout of one scene at 0.1 to 8 megapixels (see
``benchmarks.enlarging``). Truth: pairs whose right answer is known. Times are warm medians.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numba
import torch

from benchmarks.cases import PLACES, ROOT, read_case
from benchmarks.costs import TRIAL, Cost, OutOfMemoryError, Question, cost
from benchmarks.enlarging import question_of
from benchmarks.growth import SIZES, draw, growth
from benchmarks.tables import table
from benchmarks.truth_quality import truth, truth_pairs
from likewise.devices import choose_device, describe_device
from likewise.errors import InputError
from likewise.evaluation.cases import Case
from likewise.methods.patch import Patch
from likewise.storage import write_json

PARTS = ("speed", "preview", "growth", "truth")
SHORT_SIDE = 184  # pixels
WISHED, BUNDLED = "zebra", "temple"  # the case, and the one that everybody has
LARGEST = {"cpu": 1.0, "cuda": 8.0}  # megapixels


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    record: dict[str, Any] = {}
    try:
        device = choose_device(options.device)
        options.device = str(device)
        record["machine"] = machine(device)
        print(", ".join(f"{key} {value}" for key, value in record["machine"].items()))
        for part in PARTS:
            if part in options.only:
                print(f"\n{part}", flush=True)
                record[part] = run(part, options)
                _keep(record, options)
    except InputError as error:
        sys.exit(f"error: {error}")


def run(part: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one of PARTS, print its tables, return its figures."""
    runs = {"speed": run_speed, "preview": run_preview, "growth": run_growth, "truth": run_truth}
    try:
        return runs[part](options)
    except OutOfMemoryError:  # the other parts may still fit
        print("  out of memory")
        return {"out_of_memory": True}


def machine(device: torch.device) -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "device": describe_device(device),
        "torch": torch.__version__,
        "torch threads": torch.get_num_threads(),
        "numba threads": numba.config.NUMBA_NUM_THREADS,  # asking for them would start them
    }


def run_speed(options: argparse.Namespace) -> dict[str, Any]:
    """One layout at SHORT_SIDE: the preset, and the trial as the thing to compare with."""
    case = read_case(options.case, options.cases)
    question = asked(case, options.target).at(options.size)
    ways = [options.preset] if options.no_trial else [options.preset, TRIAL]
    height, width = question.target.size
    print(f"  {case.name}, {height} x {width} pixels, layout {chosen(case, options.target)}")
    costs = {way: cost(question, way, options.device, options.repeats) for way in ways}
    print(_costs_table(costs))
    return {"case": case.name, "size": [height, width], **_recorded(costs)}


def run_preview(options: argparse.Namespace) -> dict[str, Any]:
    """Preset smoke at ``--preview`` megapixels."""
    question = question_of(bundled(), options.preview)
    print(f"  {BUNDLED} enlarged to {question.megapixels:.3g} MP")
    costs = {"smoke": cost(question, "smoke", options.device, options.repeats)}
    print(_costs_table(costs))
    return {"megapixels": question.megapixels, **_recorded(costs)}


def run_growth(options: argparse.Namespace) -> dict[str, Any]:
    """One moved layout from 0.1 megapixels on."""
    kind = torch.device(options.device).type
    largest = LARGEST.get(kind, 1.0) if options.largest is None else options.largest
    sizes = options.sizes or [size for size in SIZES if size <= largest]
    print(f"  {BUNDLED} at {', '.join(f'{size:g}' for size in sizes)} MP, preset {options.preset}")
    record = growth(bundled(), options.preset, options.device, options.repeats, sizes)
    if options.output:
        path = options.output / f"patch-growth-{kind}.png"
        name = describe_device(torch.device(options.device))
        draw(record, f"method patch, preset {options.preset}, {name}", path)
        print(f"  plot: {path}")
    return record


def run_truth(options: argparse.Namespace) -> dict[str, Any]:
    """All pairs with a true answer."""
    folder = options.output / "truth" if options.output else None
    return truth(
        truth_pairs(options.pairs),
        options.presets,
        options.device,
        with_trial=not options.no_trial,
        folder=folder,
    )


def bundled() -> Question:
    """The scene that is enlarged, with the layout that changes most of it."""
    return asked(read_case(BUNDLED, ROOT / "examples"))


def asked(case: Case, target: str | None = None) -> Question:
    """One layout of ``case``: ``target``, or the one that changes most pixels."""
    return Question(case.image, case.labels, case.targets[chosen(case, target)])


def chosen(case: Case, target: str | None = None) -> str:
    """Name of that layout.

    Raises:
        InputError: there is no such layout.
    """
    if target is None:
        size = case.labels.size
        changed = {
            name: (layout.resized(size).ids != case.labels.ids).mean()
            for name, layout in case.targets.items()
        }
        return max(changed, key=lambda name: changed[name])
    if target not in case.targets:
        raise InputError("--target", f"no layout {target!r}", "one of " + ", ".join(case.targets))
    return target


def _costs_table(costs: dict[str, Cost]) -> str:
    headings = ("way", "fit s", "render s", "both s", "MiB", "runs", "trial / both", "trial / MiB")
    base = costs.get(TRIAL)
    rows = []
    for way, spent in costs.items():
        ratios = ["", ""]
        if base is not None:
            ratios = [f"{base.both / spent.both:.1f}", f"{base.memory / spent.memory:.1f}"]
        seconds = [f"{value:.3f}" for value in (spent.fit, spent.render, spent.both)]
        name = way if way == TRIAL else f"patch {way}"
        rows.append([name, *seconds, f"{spent.memory / 2**20:.0f}", str(spent.runs), *ratios])
    return table(headings, rows)


def _recorded(costs: dict[str, Cost]) -> dict[str, Any]:
    return {"costs": {way: asdict(spent) for way, spent in costs.items()}}


def _keep(record: dict[str, Any], options: argparse.Namespace) -> None:
    """Write what there is after each part, so that a stopped run leaves its figures."""
    if options.output:
        kind = torch.device(options.device).type
        write_json(options.output / f"patch-{kind}.json", _plain(record))


def _plain(value: Any) -> Any:
    """Without what JSON has no word for: a figure that is no number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    wished = any((place / WISHED).is_dir() for place in PLACES)
    presets = tuple(Patch.presets())
    add = parser.add_argument
    add("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    add("--device", default="auto")
    add("--repeats", type=_count, default=3, help="timed runs, of which the median is told")
    add("--no-trial", action="store_true", help="without the exact search to compare with")
    add("--preset", choices=presets, default="fast", help="of speed and growth")
    add("--case", default=WISHED if wished else BUNDLED, help="of speed: a case folder")
    add("--cases", type=Path, help="where it is; else examples/ and cases/")
    add("--target", help="of speed: a layout's name; else the one that changes most pixels")
    add("--size", type=_count, default=SHORT_SIDE, help="of speed: short side, pixels")
    add("--preview", type=_positive, default=1.0, help="megapixels of the preview")
    add("--largest", type=_positive, help="megapixels of growth; else 1 on a CPU, 8 on a GPU")
    add("--sizes", type=_positive, nargs="+", help="megapixels of growth, one by one")
    add("--presets", nargs="+", choices=presets, default=presets, help="of truth")
    add("--pairs", type=_count, help="of truth: so many pairs, spread over all; else all")
    add("-o", "--output", type=Path, help="folder for JSON, plot and contact sheets of truth")
    options = parser.parse_args()
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
    return options


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


if __name__ == "__main__":
    main()
