"""The studio's server over many previews: seconds of each, and the memory it takes.

    python -m benchmarks.studio --previews 500
    python -m benchmarks.studio --previews 20 --megapixels 1

Layouts change as somebody who paints changes them: a thing wanders about. Memory is that of the
server's process (resident, in MiB), which should stay what it is once everything was used.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np

from benchmarks.cases import read_case
from likewise.images import Image
from likewise.labels.label_map import LabelMap

ROWS = 10


@contextlib.contextmanager
def serving(image: Path, labels: Path, folder: Path) -> Iterator[tuple[httpx.Client, str, int]]:
    """A server of one project: who speaks to it, the project's key, and the process's number."""
    command = [sys.executable, "-m", "likewise", "studio", str(image), str(labels)]
    process = subprocess.Popen(
        [*command, "--folder", str(folder), "--no-browser", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            with contextlib.suppress(ValueError):
                address, _, key = json.loads(told)["address"].partition("#project=")
                break
        with httpx.Client(base_url=address, timeout=600) as client:
            yield client, key, process.pid
    finally:
        process.terminate()
        process.wait()


def resident(pid: int) -> float:
    """MiB of memory that the process holds (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def wandering(plane: np.ndarray, thing: int, turn: int) -> np.ndarray:
    """``plane`` with its class ``thing`` moved along a circle."""
    height, width = plane.shape
    angle = turn * 0.37
    shift = round(0.1 * height * np.sin(angle)), round(0.15 * width * np.cos(angle))
    mask = np.roll(plane == thing, shift, (0, 1))
    ground = np.where(plane == thing, np.bincount(plane.ravel()).argmax(), plane)
    return np.where(mask, thing, ground).astype(np.uint8)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", default="temple")
    parser.add_argument("--previews", type=int, default=500)
    parser.add_argument("--megapixels", type=float, help="scale the case to this many")
    parser.add_argument("--short", type=int, nargs="+", default=[160, 320, 0])
    options = parser.parse_args()
    case = read_case(options.case)
    image, labels = case.image, case.labels
    if options.megapixels:
        factor = (options.megapixels * 1e6 / (image.size[0] * image.size[1])) ** 0.5
        size = round(image.size[0] * factor), round(image.size[1] * factor)
        image, labels = image.resized(size), labels.resized(size)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        image.save(folder / "image.png")
        labels.write(folder / "labels.png")
        with serving(folder / "image.png", folder / "labels.png", folder / "data") as served:
            measure(*served, image, labels, options.previews, options.short)


def measure(
    client: httpx.Client,
    key: str,
    pid: int,
    image: Image,
    labels: LabelMap,
    previews: int,
    shorts: list[int],
) -> None:
    """Ask for previews, and print a row now and then."""
    height, width = image.size
    plane = labels.indices(labels.present_classes).astype(np.uint8)
    thing = int(np.bincount(plane.ravel()).argsort()[-2])
    print(f"{width} x {height}; seconds by short side, median of those since the last row")
    print(f"{'previews':>9s}{'MiB':>8s}" + "".join(f"{short or 'full':>9}" for short in shorts))
    taken: dict[int, list[float]] = {short: [] for short in shorts}
    for turn in range(previews):
        body = wandering(plane, thing, turn // len(shorts)).tobytes()
        short = shorts[turn % len(shorts)]
        params = {"width": width, "height": height, "short": short, "turn": turn}
        began = time.perf_counter()
        client.post(f"/api/projects/{key}/preview", params=params, content=body).raise_for_status()
        taken[short].append(time.perf_counter() - began)
        if (turn + 1) % max(1, previews // ROWS) == 0:
            medians = "".join(f"{float(np.median(taken[s] or [0])):9.3f}" for s in shorts)
            print(f"{turn + 1:9d}{resident(pid):8.0f}{medians}", flush=True)
            taken = {s: [] for s in shorts}


if __name__ == "__main__":
    main()
