"""Interruption: SIGINT, SIGTERM and kill -9 during a fit, and --resume after each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

SMOKE = ("--method", "semia", "--preset", "smoke", "--device", "cpu")
# Checkpoints after every iteration; the third is cut off by kill -9 in the middle of its writing.
KILLED_WHILE_WRITING = (
    "import os, signal\n"
    "import likewise.cli.work as work, likewise.training.checkpoint as checkpoint\n"
    "from likewise.cli.main import main\n"
    "work.CHECKPOINT_EVERY, whole, calls = 0.0, checkpoint.save_file, []\n"
    "def save_file(tensors, path, **more):\n"
    "    calls.append(path)\n"
    "    whole(tensors, path, **more)\n"
    "    if len(calls) == 3:\n"
    "        os.truncate(path, os.path.getsize(path) // 2)\n"
    "        os.kill(os.getpid(), signal.SIGKILL)\n"
    "checkpoint.save_file = save_file\n"
    "main()\n"
)


def started(*words: object, script: str | None = None) -> subprocess.Popen[str]:
    how = ["-m", "likewise"] if script is None else ["-c", script]
    return subprocess.Popen(
        [sys.executable, *how, *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def wait_for_fit(process: subprocess.Popen[str]) -> None:
    """Until the first progress line: the fit has begun and listens."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("fit: "):
            return
    raise AssertionError("the fit never began")


def assert_same_results(out: Path, finished: Path) -> None:
    for name in ("moved.png", "small.png", "contact_sheet.png", "model/model.safetensors"):
        assert (out / name).read_bytes() == (finished / name).read_bytes(), name
    assert not list(out.rglob("*checkpoint*"))
    assert not list(out.rglob(".likewise-*"))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_leaves_a_checkpoint_and_resume_ends_the_same(
    case, command, finished: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, *SMOKE)
    process = started(*words)
    wait_for_fit(process)
    process.send_signal(number)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 3, rest
    last = rest.splitlines()[-1]
    assert last.startswith("interrupted: ")
    assert f"-o {out}" in last
    assert last.endswith("--resume")
    assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    assert load_file(out / "model" / "checkpoint.safetensors")
    refused = command(*words, "--quiet")
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    done = command(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert "resume  from" in done.stdout
    assert_same_results(out, finished)


def test_kill_leaves_a_checkpoint_and_resume_ends_the_same(
    case, command, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, *SMOKE)
    process = started(*words, script=KILLED_WHILE_WRITING)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, rest
    assert load_file(out / "model" / "checkpoint.safetensors")
    done = command(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert "2 of them done before" in done.stderr
    assert_same_results(out, finished)


def test_resume_of_a_whole_model_does_not_fit_again(case, command, finished, tmp_path) -> None:
    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, *SMOKE)
    assert command(*words, "--resume").returncode == 0  # nothing there yet: a run like any other
    (out / "small.png").unlink()
    before = (out / "model" / "model.safetensors").stat().st_mtime_ns
    done = command(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert "fit: " not in done.stderr
    assert (out / "model" / "model.safetensors").stat().st_mtime_ns == before
    assert_same_results(out, finished)


def test_resume_refuses_another_run(case, command, finished: Path, tmp_path: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in finished.rglob("*"))
    words = ("run", *case.arguments, *SMOKE, "--resume", "--quiet")
    other = command(*words, "-o", finished, "--seed", 1)
    assert other.returncode == 2
    assert "--seed" in other.stderr
    (tmp_path / "foreign.txt").write_text("not of likewise")
    foreign = command(*words, "-o", tmp_path)
    assert foreign.returncode == 2
    assert "no run of likewise" in foreign.stderr
    assert sorted((path, path.stat().st_mtime_ns) for path in finished.rglob("*")) == before


def test_interrupt_before_the_fit_leaves_nothing(case, tmp_path: Path) -> None:
    """A signal while the work is still being prepared: exit 3, no folder."""
    script = (
        "import os, signal, likewise.cli.work as work\n"
        "from likewise.cli.main import main\n"
        "work.tell_plan = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "main()\n"
    )
    process = started("run", *case.arguments, "-o", tmp_path / "out", *SMOKE, script=script)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 3
    assert rest.splitlines() == ["interrupted: nothing was left unfinished on the disk."]
    assert not (tmp_path / "out").exists()
