"""Batch: what the batch itself costs a job, besides the job.

    python -m benchmarks.batch --out out                        # 500 jobs of nothing, local and ray
    python -m benchmarks.batch --out out --executors local --jobs 2000

Each job makes a folder with one file, as a worker at its end does, and nothing else. Told are
milliseconds a job of checking and of working, start of the executor apart; and of working, what is
left if the job's own time, told by its worker, is taken off.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import idle_work
from benchmarks.tables import table
from likewise.batch.checking import Checking
from likewise.batch.executors.base import Executor
from likewise.batch.executors.local import LocalExecutor
from likewise.batch.executors.orders import Outfit
from likewise.batch.executors.ray import RayExecutor
from likewise.batch.ledger import Ledger
from likewise.batch.onlooker import Onlooker
from likewise.batch.place import Place
from likewise.batch.rows import Row
from likewise.batch.working import Rules, Working

EXECUTORS = {"local": LocalExecutor, "ray": RayExecutor}


class Sum(Onlooker):
    """Adds up the time that the jobs took themselves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def done(self, entry: Any, state: Any, error: str, result: Mapping[str, Any]) -> None:
        """Of a row that was worked on."""
        self.seconds += result.get("seconds", 0.0)


def main() -> None:
    """Parse the command line, time both executors, tell the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--executors", nargs="+", default=list(EXECUTORS), choices=list(EXECUTORS))
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    rows = [timed(name, options) for name in options.executors]
    head = ("executor", "start, s", "check, ms a job", "work, ms a job", "besides the job, ms")
    print(table(head, rows))


def timed(name: str, options: argparse.Namespace) -> list[str]:
    """One executor's row of the table."""
    folder = options.out / name
    shutil.rmtree(folder, ignore_errors=True)
    place = Place(folder)
    place.open()
    ledger = Ledger(folder)
    ledger.enter(
        Row(number, f"{number:06}", "i.png", "p.png", ("t.png",))
        for number in range(1, options.jobs + 1)
    )
    began = time.perf_counter()
    with EXECUTORS[name](Outfit(idle_work.__name__), options.workers) as executor:
        warm(executor, folder)
        started = time.perf_counter()
        Checking(ledger, executor, Onlooker(), place, "cpu").carry_out()
        checked = time.perf_counter()
        own = Sum()
        Working(ledger, executor, own, place, Rules()).carry_out()
        worked = time.perf_counter()
    assert ledger.counts()["done"] == options.jobs
    per_job = 1000 / options.jobs
    besides = (worked - checked) * executor.slots - own.seconds
    figures = ((checked - started), (worked - checked), besides / executor.slots)
    return [name, f"{started - began:.1f}", *(f"{seconds * per_job:.1f}" for seconds in figures)]


def warm(executor: Executor, folder: Path) -> None:
    """Have each worker started before the clock is."""
    place = Place(folder / "warm")
    place.open()
    ledger = Ledger(place.folder)
    ledger.enter(Row(n, str(n), "i.png", "p.png", ("t.png",)) for n in range(1, 65))
    Checking(ledger, executor, Onlooker(), place, "cpu").carry_out()
    ledger.close()


if __name__ == "__main__":
    main()
