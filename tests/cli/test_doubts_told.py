"""Doubts on the command line: warnings, the summary and the record; no answer is held back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from likewise.doubting import reading

SMOKE = ("--preset", "smoke", "--device", "cpu")
WARNING = "warning: floating: class 2 stands on class 0 along 100 % of its lower edge (20 pixels)"


@pytest.fixture
def floating(tmp_path: Path) -> Path:
    """The layout of the case with its house up in the sky."""
    ids = np.zeros((48, 64), np.uint8)
    ids[32:] = 1
    ids[4:24, 30:50] = 2
    PIL.Image.fromarray(ids).save(tmp_path / "floating.png")
    return tmp_path / "floating.png"


def test_run_warns_and_renders_all_the_same(case, command, floating: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = (case.image, case.labels, case.targets[0], floating, "-o", out, *SMOKE)
    done = command("run", *words, "--method", "patch", "--quiet", "--json")
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(WARNING)
    assert (out / "floating.png").exists()
    summary, record = json.loads(done.stdout), json.loads((out / "run.json").read_text())
    assert summary["doubts"] == record["doubts"]
    assert list(record["doubts"]) == ["moved", "floating"]
    assert record["doubts"]["moved"] == []
    (doubt,) = record["doubts"]["floating"]
    assert (doubt["kind"], doubt["classes"]) == ("footing", ["class 2", "class 0"])
    assert line == f"warning: floating: {doubt['finding']}. {doubt['remedy']}"
    assert record["warnings"] == [line.removeprefix("warning: ")]
    assert record["status"] == "complete"


def test_render_warns_too(case, command, finished: Path, floating: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command("render", finished, floating, "-o", out, "--device", "cpu", "--quiet")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(WARNING)
    (doubt,) = json.loads((out / "run.json").read_text())["doubts"]["floating"]
    assert doubt["kind"] == "footing"


def test_a_dry_run_tells_before_anything_is_computed(
    case, command, floating: Path, tmp_path: Path
) -> None:
    words = (case.image, case.labels, floating, "-o", tmp_path / "out", *SMOKE, "--dry-run")
    done = command("run", *words, "--json")
    assert done.returncode == 0, done.stderr
    assert WARNING in done.stderr
    assert json.loads(done.stdout)["doubts"]["floating"][0]["kind"] == "footing"
    assert not (tmp_path / "out").exists()


def test_check_asks_a_judge(
    case, command, finished: Path, floating: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SHORTFALL", -1.0)  # a judge that is content with nothing

    def stern(*words: object) -> dict[str, list[dict]]:
        done = command("render", *words, "--device", "cpu")
        assert done.returncode == 0, done.stderr
        told = json.loads((tmp_path / "out" / "run.json").read_text())
        assert [f"warning: {w}" for w in told["warnings"]] == done.stderr.splitlines()
        return told["doubts"]

    words = (finished, case.targets[0], floating, "-o", tmp_path / "out", "--overwrite", "-q")
    assert [doubt["kind"] for doubt in stern(*words)["floating"]] == ["footing"]
    told = stern(*words, "--check")
    assert [doubt["kind"] for doubt in told["moved"]] == 3 * ["misread"]
    assert [doubt["kind"] for doubt in told["floating"]] == ["footing"] + 3 * ["misread"]
    assert [doubt["classes"] for doubt in told["moved"]] == [["class 0"], ["class 1"], ["class 2"]]
