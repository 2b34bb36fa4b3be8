"""SinGAN: operations and time of an iteration at every scale, and what a whole fit comes to.

    python -m benchmarks.singan --case temple --preset full                  # counts, here
    python -m benchmarks.singan --case temple --preset full --device cuda --time
    python -m benchmarks.singan --case temple --preset full --device cuda --fit

An operation of torch is a kernel or a few on a GPU; ``operations x 2.5 us`` is what launching a
captured iteration takes where every kernel is small.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import torch

from benchmarks.cases import read_case
from benchmarks.operations import operations_of
from likewise.devices import choose_device, describe_device
from likewise.images import Image
from likewise.methods.frame import image_tensor
from likewise.methods.singan import Singan
from likewise.methods.singan.config import SinganConfig
from likewise.methods.singan.training import Training

KERNEL = 2.5e-6  # seconds to launch and run a small one from a captured graph
SMALL = {"width": 4, "widest": 4}
TOP_SCALE_ROWS = 15


def counted(image: Image, config: SinganConfig) -> list[Any]:
    """Operations of an iteration of every scale, from a narrow pyramid; Adam has its state."""
    training = Training(
        image_tensor(image, torch.device("cpu")), replace(config, iterations=2, **SMALL), 0
    )
    counts = []
    for _ in training.sizes:
        training.advance()
        counts.append(operations_of(training.advance))
    return counts


def timed(image: Image, config: SinganConfig, device: torch.device) -> list[float]:
    """Seconds of an iteration of every scale on ``device``, captured there if it can be."""
    training = Training(image_tensor(image, device), config, 0)
    return [training.seconds(scale) for scale in range(len(training.sizes))]


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", default="temple", help="name of a case folder")
    parser.add_argument("--preset", default="full")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--time", action="store_true", help="time an iteration of every scale")
    parser.add_argument("--fit", action="store_true", help="time a whole fit")
    options = parser.parse_args()
    case, device = read_case(options.case), choose_device(options.device)
    method = Singan(options.preset, device=options.device)
    config, image = method.config, case.image
    counts = counted(image, config)
    seconds = timed(image, config, device) if options.time else []
    print(f"{options.case}, preset {options.preset}; times on {describe_device(device)}")
    print(f"{'scale':>5s} {'operations':>11s} {'launching, ms':>14s} {'measured, ms':>13s}")
    for scale, count in enumerate(counts):
        measured = f"{seconds[scale] * 1e3:13.2f}" if seconds else ""
        print(f"{scale:5d} {count.total:11d} {count.total * KERNEL * 1e3:14.2f} {measured}")
    launching = sum(count.total for count in counts) * KERNEL * config.iterations
    print(f"whole fit: {launching:.0f} s of launching", end="")
    print(f", {sum(seconds) * config.iterations:.0f} s by the timed iterations" if seconds else "")
    print("an iteration of the finest scale, by kind:")
    for name, count in counts[-1].kinds.most_common(TOP_SCALE_ROWS):
        print(f"  {count:5d} {name}")
    if options.fit:
        began = time.perf_counter()
        method.fit(image, case.labels)
        print(f"fitted in {time.perf_counter() - began:.1f} s; edits enter at {method.inject}")


if __name__ == "__main__":
    main()
