"""Packing: fits made together against the same fits one after another: time, memory, pictures.

    python -m benchmarks.packing --device cuda -o bench/packing                     # the curve
    python -m benchmarks.packing --device cuda --preset paper --count 1 2 4 -o bench/packing
    python -m benchmarks.packing --device cpu --preset smoke --size 48 --count 1 2 4   # a trial

The fits are of the cases named, all in the size of the first, and of the same again with other
seeds where more are asked for. "One after another" are fits by themselves, warm: one was made
before, so nothing is loaded or compiled any more. Packs are timed likewise, from pictures to
models; on a GPU that includes capturing the steps, of a pack as of a fit alone. Memory is the peak,
of a GPU what tensors take, of a CPU what the process grows by. Pictures of the largest pack are
compared with those of the fits alone, in grey levels and by SSIM. Beside it stands ("reordered")
what fits alone differ by from themselves when their weights lie in another order in memory: that is
rounding and nothing else, so a pack that differs no more differs by rounding.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.cases import read_case
from benchmarks.plot import Curve, Panel, plot
from benchmarks.tables import table
from likewise.devices import choose_device, describe_device
from likewise.errors import InputError
from likewise.evaluation.memory import Peak
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.packing import fit_together
from likewise.methods.semia import Semia
from likewise.methods.source import Source
from likewise.metrics.fidelity import ssim
from likewise.sheet import Column, contact_sheet
from likewise.storage import write_json

COMPARED = 4  # fits whose pictures are compared, at most: each is made twice more


@dataclass(frozen=True)
class Question:
    """One fit: its pair, seed, and a layout to render."""

    name: str
    image: Image
    labels: LabelMap
    target: LabelMap
    seed: int


@dataclass(frozen=True)
class Cost:
    """Of ``count`` fits made in one way.

    Attributes:
        seconds: of all of them.
        memory: bytes at the peak.
        packed: how many of them were made together.
    """

    count: int
    seconds: float
    memory: int
    packed: int

    @property
    def throughput(self) -> float:
        """Fits an hour."""
        return self.count / self.seconds * 3600


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    try:
        run(options)
    except InputError as error:
        sys.exit(f"error: {error}")


def run(options: argparse.Namespace) -> None:
    """Time every count, compare the pictures of the largest, print, plot and keep it all."""
    device = choose_device(options.device)
    asked = questions(options.case, max(options.count), options.cases)
    height, width = asked[0].image.size
    print(f"semia:{options.preset}, {describe_device(device)}, {height} x {width}", flush=True)
    _together(asked[:1], options)  # loads and compiles
    one = _cost(asked[: options.alone], options, largest=1)
    print(f"  one after another {one.seconds / one.count:.2f} s a fit, warm, {one.count} of them")
    packs = [_cost(asked[:count], options, largest=count) for count in sorted(options.count)]
    print(table(("fits", "together", "s", "fits/hour", "x alone", "MiB"), _rows(one, packs)))
    record: dict[str, Any] = {"alone": vars(one), "packs": [vars(pack) for pack in packs]}
    if options.output:
        draw(one, packs, f"semia:{options.preset}", options.output / "packing.png")
    record["pictures"] = compare(asked, options)
    if options.output:
        write_json(options.output / "packing.json", record)


def questions(names: Sequence[str], count: int, folder: Path | None) -> list[Question]:
    """``count`` of them, of the cases in turn, in the size of the first; seeds from 0 on."""
    cases = [read_case(name, folder) for name in names]
    size = cases[0].image.size
    made = []
    for seed in range(count):
        case = cases[seed % len(cases)]
        image, labels = case.image.resized(size), case.labels.resized(size)
        target = next(iter(case.targets.values())).resized(size)
        made.append(Question(case.name, image, labels, target, seed))
    return made


def compare(asked: Sequence[Question], options: argparse.Namespace) -> list[dict[str, float]]:
    """How pictures of the largest pack differ from those of its fits alone; prints a table."""
    packed = _together(asked, options)
    rows, columns, found = [], [], []
    for question, method in list(zip(asked, packed, strict=True))[:COMPARED]:
        alone = _together([question], options)[0].render(question.target)
        reordered = _reordered(question, options).render(question.target)
        together = method.render(question.target)
        figures = {
            f"{name} {what}": value
            for name, other in (("pack", together), ("reordered", reordered))
            for what, value in _difference(alone, other).items()
        }
        found.append(figures)
        rows.append([f"{question.name}, seed {question.seed}", *_told(figures)])
        for name, picture in (("alone", alone), ("in the pack", together)):
            title = f"{question.name} {question.seed}, {name}"
            columns.append(Column(title, question.target.to_colour(), picture.to_rgb8()))
    print(table(["picture", *found[0]], rows), flush=True)
    if options.output:
        first = asked[0]
        source = Column(first.name, first.labels.to_colour(), first.image.to_rgb8())
        Image.from_array(contact_sheet(source, columns)).save(options.output / "pictures.png")
    return found


def draw(one: Cost, packs: Sequence[Cost], title: str, path: Path) -> None:
    """Throughput and memory against the number of packed fits."""
    counts = [pack.count for pack in packs]
    speed = [
        Curve("packed", counts, [pack.throughput for pack in packs]),
        Curve("one after another, warm", counts, [one.throughput] * len(packs)),
    ]
    memory = [Curve("packed", counts, [max(1, pack.memory) / 2**20 for pack in packs])]
    across = "fits in a pack"
    plot([Panel(title, across, "fits an hour", speed), Panel("", across, "MiB", memory)], path)


def _cost(asked: Sequence[Question], options: argparse.Namespace, largest: int) -> Cost:
    """Of these fits; the best of the repeats, which other work on the machine disturbs least."""
    device = choose_device(options.device)
    best, memory, packed = float("inf"), 0, 0
    for _ in range(options.repeats):
        gc.collect()
        peak = Peak(device)
        methods = _methods(len(asked), options)
        start = _now(device)
        made = fit_together(
            methods,
            [(q.image, q.labels) for q in asked],
            [q.seed for q in asked],
            largest=largest,
        )
        best, memory = min(best, _now(device) - start), max(memory, peak.bytes())
        packed = max(len(pack.members) for pack in made)
    return Cost(len(asked), best, memory, packed)


def _together(asked: Sequence[Question], options: argparse.Namespace) -> list[Semia]:
    methods = _methods(len(asked), options)
    pairs = [(q.image, q.labels) for q in asked]
    fit_together(methods, pairs, [q.seed for q in asked], largest=len(asked))
    return methods


def _reordered(question: Question, options: argparse.Namespace) -> Semia:
    """The fit alone, with its weights in torch's plain order in memory."""
    (method,) = _methods(1, options)
    source = Source.of(question.image, question.labels)
    trainer = method.trainer(source, question.seed)
    for network in trainer.networks.modules().values():
        network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    trainer.fit()
    method.learnt(source, trainer)
    return method


def _methods(count: int, options: argparse.Namespace) -> list[Semia]:
    made = [Semia(options.preset, device=options.device, size=options.size) for _ in range(count)]
    for method in made:
        if options.iterations is not None:
            method.config = replace(method.config, iterations=options.iterations)
    return made


def _difference(first: Image, second: Image) -> dict[str, float]:
    one, other = first.to_float(), second.to_float()
    apart = np.abs(one - other) * 255
    return {"mean": float(apart.mean()), "max": float(apart.max()), "SSIM": ssim(other, one)}


def _rows(one: Cost, packs: Sequence[Cost]) -> list[list[str]]:
    return [
        [
            f"{cost.count}{'' if cost is not one else ', one after another'}",
            f"{cost.packed}",
            f"{cost.seconds:.2f}",
            f"{cost.throughput:.1f}",
            f"{cost.throughput / one.throughput:.2f}",
            f"{cost.memory / 2**20:.0f}",
        ]
        for cost in (one, *packs)
    ]


def _told(figures: dict[str, float]) -> list[str]:
    return [f"{value:.4f}" if "SSIM" in name else f"{value:.2f}" for name, value in figures.items()]


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add: Callable[..., Any] = parser.add_argument
    add("--case", nargs="+", default=["temple", "coffee", "astronaut"], help="cases of one K")
    add("--cases", type=Path, help="where they are; else examples/ and cases/")
    add("--preset", default="fast", help="of method semia")
    add("--device", default="auto")
    add("--size", type=int, help="working short side, pixels; else the preset's")
    add("--iterations", type=int, help="in place of the preset's, to try it in short")
    add("--count", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="fits in a pack")
    add("--alone", type=int, default=2, help="fits made one after another")
    add("--repeats", type=int, default=1, help="the quickest counts")
    add("-o", "--output", type=Path, help="folder for the curve, a contact sheet and a JSON")
    options = parser.parse_args()
    if min(*options.count, options.alone, options.repeats, 1) < 1:
        parser.error("--count, --alone and --repeats: at least 1")
    options.alone = min(options.alone, max(options.count))
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
