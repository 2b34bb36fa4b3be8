"""Seams: time and memory of blending them, against megapixels.

    python -m benchmarks.seams                            # 0.1 to 2 megapixels
    python -m benchmarks.seams --megapixels 0.1 1 8
    python -m benchmarks.seams --device cuda --megapixels 0.1 1 8

A picture of few soft waves is put together from shifted and mirrored pieces of itself, in a layout
of rounded regions; both are the same at every size. Time and memory are ratios to the smallest
size, and the exponent is the slope of a straight line through their logarithms.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time

import numpy as np
import torch
from torch import Tensor

from likewise.devices import describe_device
from likewise.patches.blending.seams import field_without_seams

ASPECT = 1.5
PIECES = 24  # along the short side
CLASSES = 12
REPEATS = 3


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.1, 0.25, 0.5, 1, 2])
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    sizes = sorted(set(options.megapixels))
    print(describe_device(torch.device(options.device)))
    print(f"{'megapixels':>11s} {'seconds':>9s} {'ratio':>7s} {'MiB':>8s} {'ratio':>7s}")
    measured = []
    for size in sizes:
        measured.append(in_a_process(size, options.device))
        (seconds, memory), (first, least) = measured[-1], measured[0]
        row = f"{size:11.2f} {seconds:9.3f} {seconds / first:7.2f}"
        print(f"{row} {memory / 2**20:8.0f} {memory / least:7.2f}", flush=True)
    if len(sizes) > 1:
        for name, values in zip(("time", "memory"), zip(*measured, strict=True), strict=True):
            slope = np.polyfit(np.log(sizes), np.log(values), 1)[0]
            print(f"{name} grows with pixels to the power of {slope:.2f}")


def in_a_process(megapixels: float, device: str) -> tuple[float, float]:
    """Seconds and bytes of one size, in a process of its own: peaks of memory are for life."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (megapixels, device))


def measure(megapixels: float, device: str) -> tuple[float, float]:
    """Median seconds of blending, and the bytes it needs beyond picture, field and answer."""
    height = round((megapixels * 1e6 / ASPECT) ** 0.5)
    size = (height, round(height * ASPECT))
    _blend(*scene((48, 72), device))  # compiles
    view, field, ids = scene(size, device)
    before = _memory(device)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        _blend(view, field, ids)
        if device != "cpu":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), max(_memory(device) - before, 1.0)


def scene(size: tuple[int, int], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """A picture (1, 3, H, W), a field of pieces (3, H, W) and classes (H, W)."""
    height, width = size
    y = torch.linspace(0, 1, height)[:, None]
    x = torch.linspace(0, ASPECT, width)
    waves = [
        (5 * x + 3 * y).sin() * (4 * y - x).cos() / 2 + 0.01 * (k * 90 * x).sin() for k in (1, 2, 3)
    ]
    generator = torch.Generator().manual_seed(0)
    centres = torch.rand(3 * CLASSES, 2, generator=generator) * torch.tensor([1, ASPECT])
    ids = torch.full(size, -1)
    nearest = torch.full(size, torch.inf)
    for number, (down, right) in enumerate(centres):
        distance = (y - down) ** 2 + (x - right) ** 2
        ids = torch.where(distance < nearest, number % CLASSES, ids)
        nearest = torch.minimum(distance, nearest)
    cells = (PIECES, round(PIECES * ASPECT))
    moves = 0.05 * height * torch.randn(1, 2, *cells, generator=generator)
    moves = torch.nn.functional.interpolate(moves, size=size, mode="nearest").round()[0]
    row = (torch.arange(height)[:, None] + moves[0]).clamp(0, height - 1)
    column = (torch.arange(width) + moves[1]).clamp(0, width - 1)
    field = torch.stack((torch.zeros(size), row, column)).int()
    return torch.stack(waves)[None].to(device), field.to(device), ids.to(device)


def _blend(view: Tensor, field: Tensor, ids: Tensor) -> Tensor:
    gathered = view[:, :, field[1].long(), field[2].long()]
    return field_without_seams(gathered, [view], field, ids)


def _memory(device: str) -> float:
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return float(torch.cuda.max_memory_allocated())


if __name__ == "__main__":
    main()
