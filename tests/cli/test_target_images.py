"""--target-image: a photograph for each layout, recorded, and refused where it is of no use."""

from __future__ import annotations

import json
from pathlib import Path

import PIL.Image
import pytest

from likewise.cli.main import main

CHOSEN = ("--method", "deep_image_analogy", "--preset", "smoke", "--device", "cpu")


@pytest.fixture
def shown(case, tmp_path: Path) -> tuple[object, ...]:
    """A photograph of each of the two layouts, as options."""
    words: list[object] = []
    for target in case.targets:
        file = tmp_path / f"photograph of {target.name}"
        PIL.Image.open(case.image).resize(PIL.Image.open(target).size).save(file)
        words += ["--target-image", file]
    return tuple(words)


def failed(capsys, *words: object) -> str:
    """What is told, in one line, where bad input ends the command."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    return told


def test_photographs_are_used_and_recorded(case, command, shown, tmp_path) -> None:
    out = tmp_path / "out"
    done = command("run", *case.arguments, "-o", out, *CHOSEN, *shown)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("no weights of VGG-19") == 1
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["variant"] == "random VGG"
    assert any("no weights of VGG-19" in warning for warning in record["warnings"])
    for target in record["inputs"]["targets"]:
        assert target["photograph"]["path"] == str(tmp_path / f"photograph of {target['name']}.png")
        assert len(target["photograph"]["sha256"]) == 64
    again = command("render", out / "model", case.targets[0], "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    record = json.loads((tmp_path / "again" / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"]["targets"][0]["photograph"] == {"answer_of": "patch"}
    first, second = (folder / "moved.png" for folder in (out, tmp_path / "again"))
    assert first.read_bytes() != second.read_bytes()


def test_photographs_that_cannot_be_used_are_refused(case, shown, tmp_path: Path, capsys) -> None:
    run = ("run", *case.arguments, "-o", tmp_path / "out", "--quiet")
    one, small = shown[:2], tmp_path / "small.png"
    PIL.Image.new("RGB", (20, 10)).save(small)
    assert "1 for 2 targets" in failed(capsys, *run, *CHOSEN, *one)
    assert "method patch has no use" in failed(capsys, *run, "-m", "patch", *shown)
    assert "20 x 10 pixels" in failed(capsys, *run, *CHOSEN, *one, "--target-image", small)
    assert not (tmp_path / "out").exists()
