"""Steps: time and kernels of a captured step in each arithmetic, order in memory, and compiled.

    python -m benchmarks.steps --case temple --preset paper --device cuda
    python -m benchmarks.steps --case temple --preset paper --device cpu --size 48   # a smoke test

A variant that fails is told and skipped; none starts once ``--budget`` seconds have passed. On a
CPU nothing is captured, torch's operations are counted instead of kernels, and compiled variants
run only where ``--only compiled`` asks for them: they take minutes.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from benchmarks.cases import read_case
from benchmarks.operations import operations_of
from likewise.devices import describe_device
from likewise.errors import InputError
from likewise.methods.semia import Semia
from likewise.methods.source import Source
from likewise.training.loop import Trainer
from likewise.training.modes import Mode

REPEATS = {"cuda": 50, "cpu": 2}


@dataclass(frozen=True)
class Variant:
    """How a step is computed.

    Attributes:
        convolutions, products: whether TF32 may stand in for float32 in each.
        bfloat16: networks under autocast.
        channels_last: order of weights in memory.
        compiled: G, D and S through torch.compile.
        tuned: cuDNN tries its algorithms and keeps the quickest.
    """

    name: str
    convolutions: bool = True
    products: bool = False
    bfloat16: bool = False
    channels_last: bool = True
    compiled: bool = False
    tuned: bool = False


VARIANTS = (
    Variant("as fitted (torch's defaults)"),
    Variant("as fitted, tuned", tuned=True),
    Variant("as fitted, channels first", channels_last=False),
    Variant("as fitted, channels first, tuned", channels_last=False, tuned=True),
    Variant("float32 throughout", convolutions=False),
    Variant("TF32 throughout", products=True),
    Variant("bfloat16", bfloat16=True),
    Variant("bfloat16, tuned", bfloat16=True, tuned=True),
    Variant("as fitted, compiled", compiled=True),
    Variant("bfloat16, compiled", bfloat16=True, compiled=True),
    Variant("as fitted, channels first, compiled", channels_last=False, compiled=True),
)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", default="temple", help="name of a case folder")
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, help="working short side, pixels; else the preset's")
    parser.add_argument("--only", default="", help="variants whose names contain this")
    parser.add_argument("--kernels", type=int, default=12, help="rows of the table of kernels")
    parser.add_argument("--budget", type=float, default=150.0, help="no variant starts after, s")
    options = parser.parse_args()
    try:
        run(options)
    except InputError as error:
        sys.exit(f"error: {error}")


def run(options: argparse.Namespace) -> None:
    """Every variant in turn, a line each; then what kernels the first one runs."""
    began = time.perf_counter()
    print(f"{options.case}, preset {options.preset}", flush=True)
    print(f"  {'':36s} {'warm-up':>8s} {'step':>5s} {'ms':>8s} {'kernels':>8s} {'busy ms':>8s}")
    tables = []
    for variant in VARIANTS:
        if options.only not in variant.name:
            continue
        if variant.compiled and options.device == "cpu" and not options.only:
            continue
        if time.perf_counter() - began > options.budget:
            print(f"  {variant.name:36s} skipped: out of time")
            continue
        try:
            tables.append((variant.name, measure(variant, options)))
        except InputError:
            raise
        except Exception as error:  # whatever a compiler or a library makes of it
            reason = (str(error) or type(error).__name__).splitlines()[0]
            print(f"  {variant.name:36s} skipped: {type(error).__name__}: {reason[:120]}")
        torch.compiler.reset()
        gc.collect()  # the last trainer and its graphs
    for name, counted in tables[:1]:
        for kind, (kernels, spent) in counted.items():
            print(f"\n{kind} step, {name}: kernels by time")
            for what, _ in spent.most_common(options.kernels):
                print(f"  {kernels[what]:5d} {spent[what]:9.3f} ms  {what[:100]}")


def measure(
    variant: Variant, options: argparse.Namespace
) -> dict[str, tuple[Counter[str], Counter[str]]]:
    """Time one variant and count its kernels; by kind of step how many of each and how long."""
    torch.backends.cudnn.allow_tf32 = variant.convolutions
    torch.backends.cuda.matmul.allow_tf32 = variant.products
    torch.backends.cudnn.benchmark = variant.tuned
    start = time.perf_counter()
    trainer = _trainer(variant, options)
    trainer.episodes.draw(0.5)
    trainer.optimisers.schedule(0.0, 3)
    kinds = sorted(set(trainer.config.cycle), reverse=True)
    for _ in range(5 if trainer.device.type == "cuda" else 1):
        for kind in kinds:
            trainer.run(kind, Mode.SAMPLING)
    trainer.wait()
    warm = f"{time.perf_counter() - start:6.1f} s"
    counted = {}
    for place, kind in enumerate(kinds):
        step = _step(trainer, kind)
        milliseconds = _milliseconds(trainer, step)
        kernels, spent = counted[kind] = _kernels(trainer, step)
        name = variant.name if place == 0 else ""
        print(
            f"  {name:36s} {warm if place == 0 else '':>8s} {kind:>5s} {milliseconds:8.2f} "
            f"{kernels.total():8d} {sum(spent.values()):8.2f}",
            flush=True,
        )
    if variant is VARIANTS[0]:
        print(f"  (on {describe_device(trainer.device)})", flush=True)
    return counted


def _trainer(variant: Variant, options: argparse.Namespace) -> Trainer:
    case = read_case(options.case)
    method = Semia(options.preset, device=options.device, size=options.size)
    method.config = replace(method.config, bfloat16=variant.bfloat16)
    trainer = method.trainer(Source(case.image, case.labels), 0)
    networks: Any = trainer.networks
    if not variant.channels_last:
        for network in networks.modules().values():
            network.to(memory_format=torch.contiguous_format)
    if variant.compiled:  # what runs within the context that makes the weights
        networks.g.render = torch.compile(networks.g.render)
        networks.d.judge = torch.compile(networks.d.judge)
        networks.s.forward = torch.compile(networks.s.forward)
    return trainer


def _step(trainer: Trainer, kind: str) -> Callable[[], object]:
    return lambda: trainer.run(kind, Mode.SAMPLING)


def _milliseconds(trainer: Trainer, step: Callable[[], object]) -> float:
    repeats = REPEATS.get(trainer.device.type, 10)
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    trainer.wait()
    return (time.perf_counter() - start) * 1e3 / repeats


def _kernels(trainer: Trainer, step: Callable[[], object]) -> tuple[Counter[str], Counter[str]]:
    """Kernels of one replay by name, and their milliseconds; on a CPU torch's operations."""
    if trainer.device.type != "cuda":
        return operations_of(step).kinds, Counter()
    counts: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        step()
        trainer.wait()
    for event in seen.events() or ():
        if event.device_type == DeviceType.CUDA:
            counts[event.name] += 1
            spent[event.name] += event.device_time_total / 1e3
    return counts, spent


if __name__ == "__main__":
    main()
