"""likewise compare: what it says, its exit codes, and going on after a stop or a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import environment, likewise
from tests.evaluation.comparisons import WORKER, Brightness, write_case

from likewise.cli.main import main
from likewise.cli.stopping import STOP
from likewise.cli.tally import Forecast
from likewise.evaluation import isolation
from likewise.evaluation.comparison import Comparison
from likewise.evaluation.measuring import Measuring

# The command itself, with a worker that answers at once, scores made up, and a pause before each
# score so that a signal finds it at work.
FAKED = """
import os, sys, time
sys.path.insert(0, {root!r})
from tests.evaluation.comparisons import WORKER, Brightness
from likewise.evaluation import isolation
from likewise.evaluation.measuring import Measuring
isolation.WORKER = (sys.executable, "-c", WORKER)
class Slow(Brightness):
    def score(self, rendered, target):
        time.sleep(float(os.environ.get("PAUSE", "0")))
        return super().score(rendered, target)
Measuring.scorer = lambda self, case, device: Slow(case)
from likewise.cli.main import main
main()
"""
ROOT = str(Path(__file__).resolve().parents[2])
COMMAND = [sys.executable, "-c", FAKED.format(root=ROOT)]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    write_case(folder / "one", truth=True)
    write_case(folder / "two", seed=1)
    return folder


def started(*words: object, pause: float = 0.0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "compare", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PAUSE": str(pause)},
    )


Faked = Callable[..., tuple[int, str, str]]


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Faked:
    """The command in this process: exit code, stdout and stderr."""
    monkeypatch.setattr(STOP, "install", lambda: None)
    monkeypatch.setattr(isolation, "WORKER", (sys.executable, "-c", WORKER))
    monkeypatch.setattr(Measuring, "scorer", lambda self, case, device: Brightness(case))

    def call(*words: object) -> tuple[int, str, str]:
        arguments = ["compare", *map(str, words)]
        monkeypatch.setattr(sys, "argv", ["likewise", *arguments])
        with pytest.raises(SystemExit) as end:
            main(arguments)
        told = capfd.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return call


def scores(out: Path) -> dict:
    outcomes = Comparison.read(out).outcomes.values()
    return {outcome.key: (outcome.scores, outcome.error) for outcome in outcomes}


def pictures(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*.png")}


def test_all_is_well(cases: Path, tmp_path: Path, faked: Faked) -> None:
    code, said, told = faked(cases, "-m", "patch:smoke", "-o", tmp_path / "o")
    assert code == 0, told
    lines = said.splitlines()
    assert lines[0] == "cases   2, with 4 layouts, 1 of them with a known true answer"
    assert "plan    patch:smoke: 2 fits, about" in lines[1]
    assert "  1/2  patch:smoke on one, seed 0: fit 1.5 s, render 0.2 s, 3 MiB" in lines
    assert lines[-1] == f"wrote   {tmp_path / 'o' / 'report.html'}"
    assert (tmp_path / "o" / "tables" / "summary.tex").exists()
    facts = Comparison.read(tmp_path / "o").facts
    assert facts["command"][:3] == ["likewise", "compare", str(cases)]


def test_failures_are_told_and_exit_with_one(cases: Path, tmp_path: Path, faked: Faked) -> None:
    words = (cases, "-m", "patch:smoke", "-m", "patch:full", "-o", tmp_path / "o", "--json")
    code, said, told = faked(*words)
    assert code == 1
    summary = json.loads(said)
    assert len(summary["failures"]) == 4
    assert summary["contestants"] == ["patch:smoke", "patch:full"]
    assert "failed  patch:full on one/moved, seed 0: the process was killed (SIGKILL)" in told
    assert "4 of 13 answers failed; the same command with --resume tries them again" in told
    assert (tmp_path / "o" / "report.html").exists()


def test_quiet_says_only_what_failed(cases: Path, tmp_path: Path, faked: Faked) -> None:
    code, said, told = faked(cases, "-m", "patch:full", "-o", tmp_path / "o", "-q")
    assert (code, said) == (1, "")
    assert all(line.startswith("warning: ") for line in told.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_resume_ends_the_same(
    cases: Path, tmp_path: Path, faked: Faked, number: signal.Signals
) -> None:
    words = (cases, "-m", "patch:smoke,patch:fast", "--seeds", "0,1", "-o")
    assert faked(*words, tmp_path / "whole")[0] == 1
    out = tmp_path / "out"
    process = started(*words, out, pause=0.2)
    assert process.stdout is not None
    for line in process.stdout:
        if "1/8" in line:
            break
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 3, told
    last = told.splitlines()[-1]
    assert last.startswith(f"interrupted: what is done is kept in {out}")
    assert last.endswith("--resume")
    assert len(scores(out)) < len(scores(tmp_path / "whole"))
    refused = faked(*words, out)
    assert refused[0] == 2
    assert "--resume" in refused[2]
    code, said, _ = faked(*words, out, "--resume")
    assert code == 1
    assert "of them done before" in said
    assert scores(out) == scores(tmp_path / "whole")
    assert pictures(out) == pictures(tmp_path / "whole")


@pytest.mark.slow
def test_kill_at_any_time_and_resume_ends_the_same(
    cases: Path, tmp_path: Path, faked: Faked
) -> None:
    words = (cases, "-m", "patch:smoke", "--seeds", "0,1", "-o")
    assert faked(*words, tmp_path / "whole")[0] == 0
    out = tmp_path / "out"
    for _ in range(2):
        process = started(*words, out, "--resume", pause=0.1)
        wait_for_growth(out / "comparison.json")
        process.kill()
        process.communicate()
    code, _, told = faked(*words, out, "--resume")
    assert code == 0, told
    assert scores(out) == scores(tmp_path / "whole")
    assert pictures(out) == pictures(tmp_path / "whole")
    assert not list(out.rglob(".likewise-*"))


def wait_for_growth(file: Path) -> None:
    """Until ``file`` is written again."""

    def size() -> int:
        return file.stat().st_mtime_ns if file.exists() else 0

    before, began = size(), time.monotonic()
    while size() == before and time.monotonic() - began < 30:
        time.sleep(0.05)


def test_dry_run_and_bad_input_write_nothing(cases: Path, tmp_path: Path, faked: Faked) -> None:
    out = tmp_path / "out"
    code, said, _ = faked(cases, "-m", "patch", "-o", out, "--dry-run", "--json")
    assert code == 0
    planned = json.loads(said)
    assert planned["cases"] == ["one", "two"]
    assert planned["estimated_seconds"] > 0
    for words, named in (
        (("-m", "nosuch"), "nosuch"),
        (("-m", "patch", "--seeds", "0,x"), "--seeds"),
        (("-m", "patch", "--seeds", "0,0"), "--seeds"),
        (("-m", "patch", "--judge", "folder"), "--judge"),
        (("-m", "patch", "--lpips", "w.pth"), "--lpips"),
        (("-m", "patch", "--vgg", "absent.pth"), "absent.pth"),
        (("-m", "patch", "--resume", "--overwrite"), "--resume"),
    ):
        code, _, told = faked(cases, *words, "-o", out)
        assert (code, named in told, len(told.splitlines())) == (2, True, 1), told
    code, _, told = faked(tmp_path / "absent", "-m", "patch", "-o", out)
    assert code == 2
    assert "absent" in told
    assert not out.exists()


@pytest.mark.slow
def test_real_methods_side_by_side(cases: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("-m", "patch:smoke,semia:smoke", "--device", "cpu", "--size", "32", "-o", out)
    done = likewise("compare", cases / "one", *words)
    assert done.returncode == 0, done.stderr
    found = Comparison.read(out)
    assert not list(found.failures())
    assert all(o.memory_bytes for o in found.outcomes.values() if ":" in o.contestant)


def test_forecast_learns_from_what_was_done() -> None:
    forecast = Forecast({"slow": 100.0, "fast": 1.0})
    assert forecast.left(["fast"]) is None  # how long scores take is not known yet
    forecast.guess(5.0)
    assert forecast.left(["fast", "slow"]) == pytest.approx(121.0)
    forecast.book("fast", seconds=31.0, fit_seconds=1.0)
    assert forecast.left(["slow", "fast"], elapsed=30.0) == pytest.approx(100 + 31)
    assert forecast.left(["slow"], elapsed=1000.0) == 0
    assert forecast.left(["new"]) == pytest.approx((130 + 31) / 2)
    blank = Forecast({})
    blank.guess(5.0)
    assert blank.left(["any"]) is None
