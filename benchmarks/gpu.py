"""GPU: every measurement that wants one, in slices of a time given, so that little is forgotten.

    python -m benchmarks.gpu --list
    python -m benchmarks.gpu --out bench/gpu --minutes 9                 # as many as fit in
    python -m benchmarks.gpu --out bench/gpu --minutes 9 --only packing steps

Each is a command of its own, whose output goes to OUT/NAME.txt; none starts that is not expected to
end in time, and one that is late is ended. What has its file is not done again. The table at the
end says what ran, how long it took and what its last line said.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tables import table
from likewise.storage import write_bytes

LAST = 70  # characters of the last line


@dataclass(frozen=True)
class Measurement:
    """A command, about how many seconds it takes, and what it is for."""

    seconds: float
    words: str
    why: str


# In the order of their worth: what a release claims first.
MEASUREMENTS = {
    "fit": Measurement(
        90,
        "benchmarks.fit --case zebra --short-side 184 380 --preset fast --only fit layouts "
        "-o {out}/fit",
        "default: fit and render, memory, ten layouts against one",
    ),
    "semia-steps": Measurement(
        120,
        "benchmarks.steps --case zebra --preset paper --device cuda --budget 100",
        "a step of G and D in each arithmetic",
    ),
    "packing": Measurement(
        150,
        "benchmarks.packing --device cuda --count 1 2 4 8 16 -o {out}/packing",
        "throughput against packed fits",
    ),
    "deep-image-analogy": Measurement(
        60,
        "benchmarks.deep_image_analogy --case zebra --short 184 --device cuda",
        "an answer at 184 x 280",
    ),
    "spade": Measurement(
        240,
        "benchmarks.fit --case zebra --method spade --preset full --only fit -o {out}/spade",
        "training on the one pair",
    ),
    "patch": Measurement(
        120,
        "benchmarks.patch --case zebra --only speed growth -o {out}/patch",
        "the engine up to 8 megapixels",
    ),
    "singan": Measurement(
        420,
        "benchmarks.singan --case temple --preset full --device cuda --fit",
        "the full preset at 250 pixels",
    ),
    "packing-paper": Measurement(
        300,
        "benchmarks.packing --device cuda --preset paper --iterations 200 --count 1 2 4 8 "
        "-o {out}/packing-paper",
        "the paper's networks, packed",
    ),
    "quality": Measurement(
        540,
        "benchmarks.quality --methods semia:fast,patch,likewise --cases zebra --truth --pairs 10 "
        "-o {out}/quality --resume",
        "default against patch and the GAN on known truths",
    ),
}


def main() -> None:
    """Parse the command line, measure what fits in, tell the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--only", nargs="+", default=list(MEASUREMENTS), choices=MEASUREMENTS)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list or options.out is None:
        rows = [[n, f"{m.seconds:.0f}", m.why, m.words] for n, m in MEASUREMENTS.items()]
        print(table(("name", "s", "what it tells", "python -m"), rows))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    print(table(("name", "s", "code", "last line"), measured(options)))


def measured(options: argparse.Namespace) -> list[list[str]]:
    """Rows of the table: what was done, what was left and why."""
    end = time.monotonic() + 60 * options.minutes
    rows = []
    for name in options.only:
        file = options.out / f"{name}.txt"
        left = end - time.monotonic()
        if file.exists():
            rows.append([name, "", "", "measured before"])
        elif MEASUREMENTS[name].seconds > left:
            rows.append([name, "", "", f"left out: {left:.0f} s left"])
        else:
            began = time.monotonic()
            words = MEASUREMENTS[name].words.format(out=options.out).split()
            code, said = run(["-m", *words], left)
            write_bytes(file, said.encode())
            last = (said.strip().splitlines() or [""])[-1]
            rows.append([name, f"{time.monotonic() - began:.0f}", str(code), last[:LAST]])
            print(f"== {name}\n{said}", flush=True)
    return rows


def run(words: Sequence[str], seconds: float) -> tuple[int, str]:
    """Exit code, 124 where it was late, and all that was said."""
    try:
        done = subprocess.run(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
