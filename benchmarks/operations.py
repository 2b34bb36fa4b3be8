"""Operations: how many of torch's operations a step takes, by kind and by where they come from.

    python -m benchmarks.operations --preset paper

The count does not depend on sizes, so a narrow network on a small picture tells it. Views are left
out: they start no kernel. An operation on a list of tensors counts as one; on a GPU a convolution,
a normalisation or a list takes a few kernels (``benchmarks.steps`` counts those).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.cases import read_case
from likewise.methods.semia import Semia
from likewise.methods.source import Source
from likewise.training.loop import Trainer
from likewise.training.modes import Mode

# Allocations, and what answers with a view although its schema does not say so.
FREE = {
    "_record_function_enter_new",
    "_record_function_exit",
    "_reshape_alias",
    "_unsafe_view",
    "detach",
    "empty",
    "empty_like",
    "empty_strided",
    "is_same_size",
    "lift_fresh",
    "new_empty",
    "new_empty_strided",
    "promote_types",
}
HOMES = ("/likewise/", "/torch/optim/", "parametrizations.py")


class Operations(TorchDispatchMode):
    """Counts operations while it is entered: ``kinds`` by name, ``origins`` by file or gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: Counter[str] = Counter()
        self.origins: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """All of them."""
        return self.kinds.total()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if not func.is_view and name not in FREE:
            self.kinds[name] += 1
            self.origins[_origin(sys._getframe(1))] += 1
        return func(*args, **(kwargs or {}))


def operations_of(work: Callable[[], object]) -> Operations:
    """What ``work`` does, counted."""
    with Operations() as counted:
        work()
    return counted


def _origin(frame: FrameType | None) -> str:
    """The gradient that runs, or the nearest file of ours up the stack."""
    node = torch._C._current_autograd_node()
    if node is not None:
        return f"gradient: {node.name()}"
    while frame is not None:
        path = frame.f_code.co_filename
        if any(home in path for home in HOMES):
            return f"{path.rsplit('/', 1)[1]}: {frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"


def small_trainer(preset: str, case: str) -> Trainer:
    """A trainer of ``preset`` made narrow, after a step of each kind: Adam has its state."""
    read = read_case(case)
    method = Semia(preset, device="cpu", size=48)
    method.config = replace(method.config, width=8, d_width=8, s_width=8)
    trainer = method.trainer(Source(read.image, read.labels), 0)
    trainer.episodes.draw(0.5)
    trainer.optimisers.schedule(0.0, 3)
    for kind in sorted(set(trainer.config.cycle)):
        trainer.run(kind, Mode.SAMPLING)
    return trainer


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--case", default="temple")
    parser.add_argument("--rows", type=int, default=25, help="rows of each table")
    options = parser.parse_args()
    trainer = small_trainer(options.preset, options.case)
    for kind in sorted(set(trainer.config.cycle)):
        for mode in [Mode(word) for word in sorted(set(trainer.config.modes))]:
            counted = operations_of(lambda k=kind, m=mode: trainer.run(k, m))
            print(f"{kind} step, {mode.value} mode: {counted.total} operations")
            rows = [c.most_common(options.rows) for c in (counted.kinds, counted.origins)]
            for (what, n), (where, m) in zip(*rows, strict=False):
                print(f"  {n:5d} {what:32s} {m:5d} {where}")


if __name__ == "__main__":
    main()
