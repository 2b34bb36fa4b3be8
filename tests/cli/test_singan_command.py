"""``likewise singan``: samples, other sizes, super-resolution; and ``--set``."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from likewise.cli.main import main
from likewise.cli.stopping import STOP

SMOKE = ("--preset", "smoke", "--device", "cpu", "--quiet")


@pytest.fixture(autouse=True)
def own_signals(one_thread: None) -> Iterator[None]:
    """main() takes over the signals of its process, which here is that of the tests."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    STOP.requested = False
    for number, handler in before.items():
        signal.signal(number, handler)


def exit_code(*words: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code)  # type: ignore[arg-type]


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one line that says what is wrong with ``words``."""
    capsys.readouterr()
    assert exit_code(*words) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert len(told.splitlines()) == 1
    return told


def size_of(file: Path) -> tuple[int, int]:
    with PIL.Image.open(file) as image:
        return image.size


def record(folder: Path) -> Any:
    return json.loads((folder / "run.json").read_text())


@pytest.fixture(scope="module")
def sampled(case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``likewise singan sample``; tests must not change it."""
    out = tmp_path_factory.mktemp("singan") / "out"
    assert exit_code("singan", "sample", case.image, "-n", 2, "-o", out, *SMOKE) == 0
    return out


def test_samples_with_their_model_and_record(sampled: Path) -> None:
    names = sorted(path.name for path in sampled.iterdir())
    assert names == ["model", "run.json", "sample_1.png", "sample_2.png"]
    assert size_of(sampled / "sample_1.png") == (64, 48)
    told = record(sampled)
    assert (told["command"], told["status"]) == ("singan sample", "complete")
    assert told["order"] == {"count": 2, "start": 0}
    assert told["config"]["iterations"] == 2


def test_the_model_serves_every_command(sampled: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    assert exit_code("singan", "sample", sampled, "-n", 2, "-o", out, "--quiet") == 0
    for name in ("sample_1.png", "sample_2.png"):
        assert (out / name).read_bytes() == (sampled / name).read_bytes()
    assert not (out / "model").exists()
    wide = tmp_path / "wide"
    words = ("singan", "retarget", sampled / "model", "--size", "100x30", "-o", wide, "--quiet")
    assert exit_code(*words) == 0
    assert size_of(wide / "retargeted.png") == (100, 30)


def test_a_picture_is_enlarged_at_its_own_size(case, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("singan", "upscale", case.image, "--factor", 1.5, "-o", out, "--json", *SMOKE)
    assert exit_code(*words) == 0
    assert size_of(out / "upscaled.png") == (96, 72)
    config = record(out)["config"]
    assert (config["size"], config["longest"], config["reconstruction"]) == (48, 64, 100.0)


def test_a_dry_run_plans_and_writes_nothing(case, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    words = ("singan", "sample", case.image, "-o", out, "--preset", "smoke", "--dry-run")
    assert exit_code(*words) == 0
    assert "plan    singan, preset smoke" in capsys.readouterr().out
    assert not out.exists()


def test_a_stopped_fit_goes_on(sampled: Path, case, tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "out"
    words = ("singan", "sample", case.image, "-n", 2, "-o", out, *SMOKE)
    STOP.requested = True  # as a signal before the first step does
    assert exit_code(*words) == 3
    assert record(out)["status"] == "interrupted"
    STOP.requested = False
    assert exit_code(*words, "--resume") == 0
    assert (out / "sample_2.png").read_bytes() == (sampled / "sample_2.png").read_bytes()
    assert not list(out.rglob("*checkpoint*"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sample", "-n", "0"), "-n: 0; expected a number from 1"),
        (("sample", "--start-scale", "9"), "--start-scale: 9, but the pyramid of this picture"),
        (("sample", "--set", "iterations"), "--set: 'iterations'; expected NAME=VALUE"),
        (("sample", "--set", "ratio=2"), "--set ratio: '2'; expected a number from 0.3 to 0.95"),
        (("sample", "--set", "noise=1", "--set", "noise=2"), "noise twice"),
        (("retarget", "--size", "wide"), "--size: 'wide'; expected WIDTHxHEIGHT"),
        (("retarget", "--size", "8x8"), "--size: 8x8; expected WIDTHxHEIGHT, each from 16"),
        (("upscale", "--factor", "1"), "--factor: 1; expected more than 1"),
        (("upscale", "--set", "size=32"), "works at 43 x 32 pixels"),
    ],
)
def test_bad_orders_are_refused_before_anything_is_written(
    words: tuple[str, ...], told: str, case, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "out"
    assert told in refused(capsys, "singan", words[0], case.image, *words[1:], "-o", out, *SMOKE)
    assert not out.exists()


def test_folders_that_do_not_serve_are_refused(
    sampled: Path, finished: Path, tmp_path: Path, capsys
) -> None:
    out = ("-o", tmp_path / "out", "--quiet")
    assert "a model of method semia" in refused(capsys, "singan", "sample", finished, *out)
    assert "config.json" in refused(capsys, "singan", "sample", tmp_path, *out)
    assert "--resume" in refused(capsys, "singan", "sample", sampled, *out, "--resume")
    assert "--set" in refused(capsys, "singan", "sample", sampled, *out, "--set", "noise=1")
    words = ("singan", "sample", sampled, "-o", sampled, "--quiet")
    assert "not empty" in refused(capsys, *words)


def test_settings_reach_the_fit_and_the_record(case, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, "-m", "singan", *SMOKE)
    assert exit_code(*words, "--set", "inject=1", "--set", "iterations=1") == 0
    config = record(out)["config"]
    assert (config["inject"], config["iterations"]) == (1, 1)


def test_a_run_with_another_setting_is_not_continued(case, sampled: Path, capsys) -> None:
    words = ("singan", "sample", case.image, "-n", 2, "-o", sampled, *SMOKE, "--resume")
    assert "another --set" in refused(capsys, *words, "--set", "noise=0.2")


def test_methods_tells_what_a_setting_may_be(capsys) -> None:
    assert exit_code("methods", "singan") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "semia" not in told
    assert exit_code("methods", "singan", "--json") == 0
    assert list(json.loads(capsys.readouterr().out)) == ["singan"]
    assert "unknown method 'sketch'" in refused(capsys, "methods", "sketch")
