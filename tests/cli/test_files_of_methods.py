"""Options that hand a method a file: taken, recorded by hash, told, and refused elsewhere."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from tests.reference import official_spade

from likewise.cli.main import main

SPADE = ("--method", "spade", "--preset", "smoke", "--device", "cpu")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    torch.save(official_spade.state_dict(3, width=1), tmp_path / "own.pth")
    (tmp_path / "own.json").write_text('{"0": 0, "1": 1, "2": 2}')
    return tmp_path / "own.pth", tmp_path / "own.json"


def test_a_checkpoint_renders_from_the_command_line(case, command, files, tmp_path) -> None:
    weights, words = files
    out = tmp_path / "out"
    chosen = (*SPADE, "--weights", weights, "--class-map", words)
    done = command("run", *case.arguments, "-o", out, *chosen)
    assert done.returncode == 0, done.stderr
    assert (out / "moved.png").exists()
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["config"]["weights"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    weights.unlink()
    again = command("render", out / "model", case.targets[0], "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    first, second = (folder / "moved.png" for folder in (out, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()


def failed(capsys, *words: object) -> str:
    """What is told, in one line, where bad input ends the command."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    return told


def test_wrong_files_are_refused_in_one_line(case, files, tmp_path, capsys) -> None:
    weights, words = files
    run = ("run", *case.arguments, "-o", tmp_path / "out", "--quiet")
    assert "--weights: method patch" in failed(capsys, *run, "-m", "patch", "--weights", weights)
    assert "no --weights beside it" in failed(capsys, *run, *SPADE, "--class-map", words)
    assert "other.pth" in failed(capsys, *run, *SPADE, "--weights", tmp_path / "other.pth")
    assert "without a partner" in failed(capsys, *run, *SPADE, "--pairs", unpaired(tmp_path))
    assert not (tmp_path / "out").exists()


def unpaired(folder: Path) -> Path:
    for name in ("images", "labels"):
        (folder / "pairs" / name).mkdir(parents=True)
    (folder / "pairs" / "images" / "a.png").write_bytes(b"")
    return folder / "pairs"


def test_methods_tell_which_files_they_take(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["methods", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert set(told["spade"]["files"]) == {"--vgg", "--weights", "--class-map", "--pairs"}
    assert set(told["semia"]["files"]) == {"--vgg"}
    assert told["patch"]["files"] == {}
