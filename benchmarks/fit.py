"""Fit: time of a step, of a whole fit and of a rendering, and the quality of what comes out.

    python -m benchmarks.fit --case temple --preset fast
    python -m benchmarks.fit --case zebra --preset paper      # on a GPU; zebra in cases/
    python -m benchmarks.fit --case temple --preset paper --steps-only

On a GPU the step is also timed uncaptured, side by side, and the ratio printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.cases import read_case
from likewise import Analogy
from likewise.devices import describe_device
from likewise.errors import InputError
from likewise.evaluation.cases import Case
from likewise.evaluation.scoring import Scorer
from likewise.images import Image
from likewise.methods.source import Source
from likewise.progress import Progress
from likewise.sheet import Column, contact_sheet
from likewise.training.loop import Trainer
from likewise.training.modes import Mode

REPEATS = 20


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", nargs="+", required=True, help="names of case folders")
    parser.add_argument("--cases", type=Path, help="where they are; else examples/ and cases/")
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, help="working short side, pixels; else the preset's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps-only", action="store_true", help="time steps, do not fit")
    parser.add_argument("-o", "--output", type=Path, help="folder for contact sheets and a JSON")
    options = parser.parse_args()
    try:
        records = [run(read_case(name, options.cases), options) for name in options.case]
    except InputError as error:
        sys.exit(f"error: {error}")
    if options.output:
        text = json.dumps(records, indent=2)
        (options.output / f"fit-{options.preset}.json").write_text(text, encoding="utf-8")


def run(case: Case, options: argparse.Namespace) -> dict[str, object]:
    """Benchmark one case; print as it goes; return everything measured."""
    analogy = Analogy(preset=options.preset, device=options.device, size=options.size)
    method = analogy.method
    print(f"{case.name}, preset {options.preset}, {describe_device(method.device)}", flush=True)
    record: dict[str, object] = {"case": case.name, "preset": options.preset}
    record["steps"] = time_steps(method.trainer(Source(case.image, case.labels), options.seed))
    if options.steps_only:
        return record
    start = time.perf_counter()
    analogy.fit(case.image, case.labels, seed=options.seed, progress=Lines())
    record["fit_seconds"] = time.perf_counter() - start
    print(f"  whole fit {record['fit_seconds']:.1f} s, {_memory(method.device)}", flush=True)
    record["targets"] = render_and_score(case, analogy, options)
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


def render_and_score(
    case: Case, analogy: Analogy, options: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Render every target, print its scores, and write a contact sheet if a folder was named."""
    scorer = Scorer(case, device=analogy.method.device)
    print(f"  judge on held-out warps of the source: accuracy {scorer.ceilings['accuracy']:.3f}")
    found: dict[str, dict[str, float]] = {}
    columns = []
    for name, target in case.targets.items():
        analogy.render(target)
        start = time.perf_counter()
        rendered = analogy.render(target)
        milliseconds = (time.perf_counter() - start) * 1e3
        scores = scorer.score(rendered, name)
        unchanged = scorer.score(case.image.resized(target.size), name)
        scores["untouched"] = unchanged["accuracy"]  # what doing nothing scores
        if not found:
            print(f"  {'target':16s} {'ms':>8s} " + " ".join(f"{n:>12s}" for n in scores))
        found[name] = {"render_ms": milliseconds, **scores}
        row = " ".join(f"{value:12.3f}" for value in scores.values())
        print(f"  {name:16s} {milliseconds:8.1f} {row}", flush=True)
        columns.append(Column(name, target.to_colour(), rendered.to_rgb8()))
    means = {key: float(np.mean([row[key] for row in found.values()])) for key in scores}
    print(f"  {'mean':16s} {'':8s} " + " ".join(f"{value:12.3f}" for value in means.values()))
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        source = Column(case.name, case.labels.to_colour(), case.image.to_rgb8())
        sheet = Image.from_array(contact_sheet(source, columns))
        sheet.save(options.output / f"{case.name}-{options.preset}.png")
    return found | {"mean": means}


class Lines(Progress):
    """A line about every thirty seconds."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Remember when and how much."""
        self._total, self._began, self._said = total, time.perf_counter(), time.perf_counter()

    def advance(self, done: int, **figures: float) -> None:
        """Say where the fit stands."""
        now = time.perf_counter()
        if now - self._said > 30:
            self._said = now
            print(f"  {done} of {self._total} after {now - self._began:.0f} s", flush=True)


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


def _memory(device: torch.device) -> str:
    if device.type == "cuda":
        return f"{torch.cuda.max_memory_allocated(device) / 2**30:.2f} GiB of the GPU"
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB resident"


if __name__ == "__main__":
    main()
