"""Two hundred rows while workers and batches are killed at random: each is done exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
from pyarrow import parquet
from tests.batch.conftest import Written

from likewise.batch.ledger import Ledger
from likewise.errors import ModelError

ROWS, WORKERS_KILLED, BATCHES_KILLED = 200, 50, 5
MARK = "LIKEWISE_TEST_OF_KILLS"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for them in /proc"),
]


class Killer(threading.Thread):
    """Kills workers at random moments, until it has killed as many as it was to."""

    def __init__(self, mark: str, kills: int) -> None:
        super().__init__(daemon=True)
        self.mark = f"{MARK}={mark}".encode()
        self.left = kills
        self.draws = random.Random(0)
        self.over = threading.Event()

    def run(self) -> None:
        while self.left and not self.over.wait(self.draws.uniform(0.05, 0.5)):
            found = self.workers()
            if found and kill(self.draws.choice(found)):
                self.left -= 1

    def workers(self) -> list[int]:
        """Processes that were forked to do rows, and the actors that some of them stand behind."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                if self.mark not in (entry / "environ").read_bytes().split(b"\0"):
                    continue
                words = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                above = (Path("/proc") / str(parent) / "cmdline").read_bytes()
            except (OSError, ValueError):
                continue  # it ended while we looked
            forked = b"forkserver" in words and b"forkserver" in above
            if forked or words.startswith(b"ray::Supervisor"):
                found.append(int(entry.name))
        return found


def kill(process: int) -> bool:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def counts(out: Path) -> Counter[str]:
    try:
        ledger = Ledger(out, read_only=True)
    except ModelError:  # it only begins
        return Counter()
    try:
        return Counter({str(state): count for state, count in ledger.counts().items()})
    finally:
        ledger.close()


@pytest.mark.parametrize("executor", ["local", "ray"])
def test_each_row_is_done_once_whatever_is_killed(
    written: Written, tmp_path: Path, executor: str
) -> None:
    if executor == "ray":
        pytest.importorskip("ray")
    out = tmp_path / "out"
    manifest = written({"seed": seed, "name": f"r{seed:03}"} for seed in range(ROWS))
    words = [sys.executable, "-m", "likewise", "batch", str(manifest), "-o", str(out)]
    words += ["--device", "cpu", "--executor", executor, "--workers", "2"]
    words += ["--retries", "1000", "--back-off", "0.01"]
    mark = uuid.uuid4().hex
    environment = {**os.environ, "OMP_NUM_THREADS": "1", MARK: mark, "PYTHONUNBUFFERED": "1"}
    killer = Killer(mark, WORKERS_KILLED)
    draws = random.Random(1)
    goals = sorted(draws.sample(range(5, ROWS - 20), BATCHES_KILLED))
    killer.start()
    try:
        for goal in [*goals, None]:
            with (tmp_path / "log.txt").open("ab") as log:
                process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
            while process.poll() is None and (goal is None or counts(out)["done"] < goal):
                time.sleep(0.1)
            if goal is not None:
                assert process.poll() is None, (tmp_path / "log.txt").read_text()
                process.kill()
            process.wait()
    finally:
        killer.over.set()
        killer.join()
        process.kill()
    told = (tmp_path / "log.txt").read_text()
    assert process.returncode == 0, told
    assert killer.left == 0, "too quick for all its kills"
    table = parquet.read_table(out / "results.parquet").to_pylist()
    assert [row["name"] for row in table] == [f"r{seed:03}" for seed in range(ROWS)]
    assert {row["state"] for row in table} == {"done"}
    assert sorted(path.name for path in (out / "rows").iterdir()) == [row["name"] for row in table]
    for row in table:
        assert {"turned.png", "run.json", "contact_sheet.png"} <= set(row["files"])
        assert all((out / row["place"] / name).stat().st_size for name in row["files"])
    assert not list(out.rglob(".likewise-*"))
