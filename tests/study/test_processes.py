"""Processes: many write at once without a lock error; a killed one loses no acknowledged vote."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from likewise.study.store import Store
from likewise.study.study import PICTURES, Study

HAMMER = Path(__file__).with_name("hammer.py")
ENDLESS = 10**9
EACH = 250  # votes of each of eight processes


def hammer(study: Study, url: str, votes: int, at_once: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(HAMMER), str(study.folder), url, str(votes), str(at_once)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def kept(study: Study, url: str) -> set[tuple[int, str, str]]:
    with Store(url, study) as store:
        return {(vote.participant, vote.trial, vote.question) for vote in store.votes()}


def told(output: bytes) -> set[tuple[int, str, str]]:
    """The votes a hammer was thanked for; the last line may have been cut by the kill."""
    lines = output.decode().splitlines(keepends=True)
    words = [line.split() for line in lines if line.endswith("\n")]
    return {(int(number), trial, question) for number, trial, question in words}


def write_at_once(study: Study, url: str, processes: int, votes: int, at_once: int) -> None:
    running = [hammer(study, url, votes, at_once) for _ in range(processes)]
    outputs = [process.communicate(timeout=500) for process in running]
    assert [error.decode() for _, error in outputs] == [""] * processes
    acknowledged = [told(output) for output, _ in outputs]
    assert [len(one) for one in acknowledged] == [votes] * processes
    everything = set().union(*acknowledged)
    assert len(everything) == processes * votes, "two processes gave out one number"
    assert kept(study, url) == everything


def test_processes_write_at_once(study: Study, url: str) -> None:
    write_at_once(study, url, 3, 80, 4)


@pytest.mark.slow
def test_eight_processes_write_two_thousand_votes(study: Study, url: str) -> None:
    """One vote a commit: the hardest there is for the lock."""
    write_at_once(study, url, 8, EACH, 1)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("at_once", [1, 32])
def test_eight_processes_write_to_postgresql(
    study: Study, postgres: str, tmp_path: Path, at_once: int
) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / PICTURES).symlink_to(study.folder / PICTURES)
    own = replace(study, folder=folder, key=f"processes{at_once}")
    own.write()
    write_at_once(own, postgres, 8, EACH, at_once)


def kill_under_load(study: Study, url: str, times: int, seed: int) -> int:
    """Kill ``times`` hammers, each on the database that the last one left; returns votes told."""
    rng = random.Random(seed)
    acknowledged: set[tuple[int, str, str]] = set()
    for _ in range(times):
        process = hammer(study, url, ENDLESS, 32)
        assert process.stdout is not None
        first = process.stdout.readline()  # it is at work
        time.sleep(rng.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        output, error = process.communicate(timeout=60)
        assert error == b""
        acknowledged |= told(first + output)
        assert acknowledged <= kept(study, url)
    return len(acknowledged)


@pytest.mark.slow
def test_killed_processes_lose_no_acknowledged_vote(study: Study, url: str) -> None:
    assert kill_under_load(study, url, 6, 1) > 60
