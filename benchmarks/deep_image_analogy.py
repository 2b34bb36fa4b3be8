"""Deep Image Analogy: what a fit and an answer take, and how well known shifts are found.

    python -m benchmarks.deep_image_analogy                                   # temple, here
    python -m benchmarks.deep_image_analogy --case zebra --short 184 --device cuda
    python -m benchmarks.deep_image_analogy --presets fast --vgg vgg19-dcbb9e9d.pth
    python -m benchmarks.deep_image_analogy --shifts                          # matches, not times

The stand-in's answer is timed apart: where there is a photograph of the layout, nobody waits for
it. Everything has been done once before it is timed, with the same sizes. Without ``--vgg`` the
network is an untrained one of the same shape, and takes as long.

``--shifts`` takes two windows of the picture as A and B', known to be some pixels apart, and tells
the share of places of B' that are led to within 0, 1 and 4 pixels of where they should be.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.cases import read_case, resized_case
from likewise.devices import choose_device, describe_device
from likewise.evaluation.cases import Case
from likewise.methods.deep_image_analogy import matching
from likewise.methods.deep_image_analogy.fields import places
from likewise.methods.deep_image_analogy.matching import matched, seen
from likewise.methods.deep_image_analogy.method import DeepImageAnalogy
from likewise.methods.frame import image_tensor

PARTS = ("everywhere", "around", "propagated", "aggregated", "deconvolved")
"""Functions of ``matching`` that take nearly all of an answer's time."""

SHIFTS = ((16, 16), (7, 21), (5, 11))
WINDOW = (112, 144)
MARGIN = 6
REACHES = (0, 1, 4)


def seconds(call: Callable[[], Any], device: torch.device) -> tuple[Any, float]:
    """What ``call`` gives, and how long it takes until ``device`` is done."""
    _settle(device)
    began = time.perf_counter()
    answer = call()
    _settle(device)
    return answer, time.perf_counter() - began


@contextmanager
def parts_timed(device: torch.device) -> Iterator[dict[str, float]]:
    """Seconds spent in each part so far, by name; the device is waited for after each."""
    spent = dict.fromkeys(PARTS, 0.0)

    def timed(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            answer, taken = seconds(lambda: part(*arguments, **named), device)
            spent[name] += taken
            return answer

        return run

    changed = {name: timed(name, getattr(matching, name)) for name in PARTS}
    with patch.multiple(matching, **changed):
        yield spent


def measured(case: Case, preset: str, device: str, vgg: Path | None) -> dict[str, float]:
    """Seconds of a fit, of the stand-in's answer, of an answer after it, and of its parts."""
    target = next(iter(case.targets.values()))

    def made() -> DeepImageAnalogy:
        return DeepImageAnalogy(preset, device=device, vgg=vgg)

    warm = made().fit(case.image, case.labels)
    stand_in = warm.render(target)  # of the layout's size, whatever it shows
    method = made()
    row: dict[str, float] = {}
    _, row["fit"] = seconds(lambda: method.fit(case.image, case.labels), method.device)
    _, row["answer"] = seconds(lambda: method.render(target, stand_in), method.device)
    _, both = seconds(lambda: method.render(target), method.device)
    row["stand-in"] = max(0.0, both - row["answer"])
    with parts_timed(method.device) as spent:
        method.render(target, stand_in)
    return row | spent


def shares(case: Case, shift: tuple[int, int], method: DeepImageAnalogy) -> list[float]:
    """Of places of B' led right to within :data:`REACHES`, apart from borders of B' and A."""
    down, right = shift
    whole = image_tensor(case.image.resized((WINDOW[0] + down, WINDOW[1] + right)), method.device)
    network = method.fit(case.image, case.labels).network
    a, b = whole[:, :, : WINDOW[0], : WINDOW[1]], whole[:, :, down:, right:]
    back = matched(network, seen(network, a), seen(network, b), method.config).back
    truth = places(WINDOW, method.device) + torch.tensor(shift, device=method.device)[:, None, None]
    apart = (back - truth).abs().amax(dim=0)[: WINDOW[0] - down, : WINDOW[1] - right]
    inside = apart[MARGIN:-MARGIN, MARGIN:-MARGIN]
    return [float((inside <= reach).float().mean()) for reach in REACHES]


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", default="temple", help="name of a case folder")
    parser.add_argument("--cases", type=Path, help="folder that it is in")
    parser.add_argument("--short", type=int, help="short side to resize the case to, pixels")
    parser.add_argument("--presets", nargs="+", default=["smoke", "fast", "full"])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--vgg", type=Path, help="the public VGG-19 weights")
    parser.add_argument("--shifts", action="store_true", help="known shifts in place of times")
    options = parser.parse_args()
    case = read_case(options.case, options.cases)
    if options.short:
        case = resized_case(case, options.short)
    device = choose_device(options.device)
    height, width = case.image.size
    print(f"{options.case}, {height} x {width}; on {describe_device(device)}")
    if options.shifts:
        _print_shares(case, options)
        return
    for index, preset in enumerate(options.presets):
        row = measured(case, preset, options.device, options.vgg)
        if index == 0:
            print(f"{'seconds':8s}" + "".join(f"{name:>13s}" for name in row))
        print(f"{preset:8s}" + "".join(f"{value:13.2f}" for value in row.values()), flush=True)
    if device.type == "cuda":
        print(f"at most {torch.cuda.max_memory_allocated(device) / 2**30:.2f} GiB of the GPU")


def _print_shares(case: Case, options: argparse.Namespace) -> None:
    print(f"share of matches within {REACHES} pixels")
    for preset in options.presets:
        method = DeepImageAnalogy(preset, device=options.device, vgg=options.vgg)
        for shift in SHIFTS:
            told = "  ".join(f"{share:.3f}" for share in shares(case, shift, method))
            print(f"{preset:8s} {shift!s:9s} {told}", flush=True)


def _settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
