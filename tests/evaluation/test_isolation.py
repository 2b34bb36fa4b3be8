"""Isolation: whatever becomes of a process, one line says it and the answers so far are kept."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from likewise.errors import Interrupted
from likewise.evaluation import isolation
from likewise.evaluation.fitting import Job
from likewise.evaluation.isolation import Report, carried_out
from likewise.progress import Progress

FIRST = """
import json, os, signal, sys, time
job = json.loads(sys.stdin.readline())
print(json.dumps({"fitted": 2.0, "memory": 7}), flush=True)
print(json.dumps({"rendered": "a", "file": job["folder"] + "/0.png", "seconds": 0.5}), flush=True)
"""


class Heard(Progress):
    """Keeps what it is told, and asks to stop if it should."""

    def __init__(self, stop: bool = False) -> None:
        self.stop, self.shares, self.notes = stop, [], []

    def advance(self, done: int, **figures: float) -> None:
        self.shares.append(done)

    def note(self, message: str) -> None:
        self.notes.append(message)

    @property
    def should_stop(self) -> bool:
        return self.stop


def done(monkeypatch, folder: Path, then: str, progress: Progress | None = None) -> Report:
    monkeypatch.setattr(isolation, "WORKER", (sys.executable, "-c", FIRST + then))
    job = Job("case", "patch", "smoke", 0, "cpu", None, str(folder))
    return carried_out(job, progress or Heard())


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed (SIGKILL): memory may have run out"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "it crashed (SIGSEGV)"),
        ("sys.exit(4)", "ended with code 4: it said nothing"),
        ("raise ValueError('what\\nnot')", "ended with code 1: not"),
        ("sys.stdout.write('{\"fail'); sys.exit(1)", "ended with code 1"),
        ("print(json.dumps({'failed': 'no\\nmemory', 'target': None}))", "no memory"),
        ("pass", "it gave no answer"),
    ],
)
def test_an_end_is_told_in_one_line(monkeypatch, tmp_path: Path, then: str, said: str) -> None:
    report = done(monkeypatch, tmp_path, then)
    assert said in report.error("b")
    assert report.error("a") == ""
    assert report.files == {"a": tmp_path / "0.png"}
    assert (report.fit_seconds, report.memory_bytes, report.seconds) == (2.0, 7, {"a": 0.5})


def test_a_failed_layout_is_told_by_its_name_and_the_log_is_kept(monkeypatch, tmp_path) -> None:
    then = (
        "print(json.dumps({'failed': 'no', 'target': 'b'}), flush=True)\n"
        "print('a story', file=sys.stderr)"
    )
    report = done(monkeypatch, tmp_path, then)
    assert report.error("b") == "no"
    assert report.error("c") == "it gave no answer"
    assert report.log == "a story\n"


def test_progress_and_warnings_arrive(monkeypatch, tmp_path) -> None:
    heard = Heard()
    done(monkeypatch, tmp_path, 'print(\'{"share": 0.25}\\n{"warning": "slow"}\')', heard)
    assert heard.shares == [25]
    assert heard.notes == ["slow"]


def test_a_wish_to_stop_ends_the_process(monkeypatch, tmp_path) -> None:
    began = time.monotonic()
    with pytest.raises(Interrupted):
        done(monkeypatch, tmp_path, "time.sleep(60)", Heard(stop=True))
    assert time.monotonic() - began < 10


def test_a_process_that_never_reads_does_no_harm(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(isolation, "WORKER", (sys.executable, "-c", "import sys; sys.exit(9)"))
    report = carried_out(Job("case", "patch", "smoke", 0, "cpu", None, str(tmp_path)))
    assert "code 9" in report.error("a")
