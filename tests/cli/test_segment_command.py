"""``likewise segment``: with what it leaves behind and what it refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from likewise.images import read_image
from likewise.labels.label_map import LabelMap

Command = Callable[..., subprocess.CompletedProcess[str]]


def strokes(folder: Path, size: tuple[int, int] = (48, 64)) -> Path:
    canvas = np.zeros((*size, 3), np.uint8)
    canvas[4:6, 5:60] = 0, 80, 255
    canvas[44:46, 5:60] = 0, 200, 60
    canvas[22:30, 16:18] = 255, 40, 30
    PIL.Image.fromarray(canvas).save(folder / "strokes.png")
    return folder / "strokes.png"


def test_labels_are_made_and_serve_the_main_job(
    command: Command, case: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = command("segment", case.image, "--classes", "3", "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record == json.loads((out / "run.json").read_text()) | {
        "timings_seconds": record["timings_seconds"]
    }
    assert record["status"] == "complete"
    names = {path.name for path in out.iterdir()}
    assert names == {"image.labels.png", "classes.json", "contact_sheet.png", "run.json"}
    found, truth = LabelMap.read(out / "image.labels.png"), LabelMap.read(case.labels)
    assert found.classes.names == tuple(
        entry["name"] for entry in json.loads((out / "classes.json").read_text())
    )
    (told,) = record["labels"]
    assert sum(entry["area"] for entry in told["classes"]) == pytest.approx(1, abs=1e-5)
    majorities = [np.bincount(found.ids[truth.ids == k]).argmax() for k in range(3)]
    assert (np.array(majorities)[truth.ids] == found.ids).mean() > 0.9
    smoke = ("-m", "patch:smoke", "--device", "cpu")
    labels = out / "image.labels.png"
    run = command("run", case.image, labels, labels, "-o", tmp_path / "run", *smoke)
    assert run.returncode == 0, run.stderr
    assert f"likewise studio {case.image} {labels}" in done.stderr  # --json: news go there


def test_several_pictures_share_one_class_table(
    command: Command, case: Any, tmp_path: Path
) -> None:
    pixels = read_image(case.image).pixels
    (tmp_path / "b").mkdir()
    for name, part in (("part.png", pixels[:, :32]), ("b/part.png", pixels[:, 32:])):
        PIL.Image.fromarray(part).save(tmp_path / name)
    parts = (tmp_path / "part.png", tmp_path / "b" / "part.png")
    done = command("segment", *parts, "--classes", "3", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    first = LabelMap.read(tmp_path / "out" / "part.labels.png")
    second = LabelMap.read(tmp_path / "out" / "part-2.labels.png", like=first)
    assert first.ids[2, 2] == second.ids[2, 2]  # sky
    assert first.ids[-2, 2] == second.ids[-2, -2]  # ground


def test_strokes_steer(command: Command, case: Any, tmp_path: Path) -> None:
    words = ("segment", case.image, "--scribbles", strokes(tmp_path), "-o", tmp_path / "out")
    done = command(*words)
    assert done.returncode == 0, done.stderr
    found = LabelMap.read(tmp_path / "out" / "image.labels.png")
    assert {"blue", "red"} <= set(found.classes.names)
    truth = LabelMap.read(case.labels)
    assert (found.ids[truth.ids == 2] == found.classes.by_name("red").id).mean() > 0.9


def test_masks_become_labels(command: Command, case: Any, tmp_path: Path) -> None:
    truth = LabelMap.read(case.labels)
    folder = tmp_path / "masks"
    folder.mkdir()
    for number, name in ((0, "sky"), (2, "house")):
        mask = (truth.ids == number).astype(np.uint8) * 255
        PIL.Image.fromarray(mask).save(folder / f"{name}.png")
    done = command("segment", case.image, "--masks", folder, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "of the pixels are in no mask" in done.stdout
    found = LabelMap.read(tmp_path / "out" / "image.labels.png")
    assert found.classes.names == ("background", "house", "sky")
    assert np.array_equal(found.ids == found.classes.by_name("house").id, truth.ids == 2)
    done = command("segment", case.image, "--masks", folder, "--fill", "-o", tmp_path / "filled")
    assert LabelMap.read(tmp_path / "filled" / "image.labels.png").classes.names == ("house", "sky")


@pytest.mark.slow
def test_a_network_names_things(command: Command, case: Any, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from tests.tiny_networks import write_segformer

    rgb = np.asarray(PIL.Image.open(case.image).convert("RGB").resize((64, 64)))
    ids = np.asarray(PIL.Image.open(case.labels).resize((64, 64), PIL.Image.Resampling.NEAREST))
    network = write_segformer(tmp_path / "network", rgb, np.array([1, 3, 4])[ids])
    words = ("--network", network, "--device", "cpu")
    done = command("segment", case.image, *words, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = LabelMap.read(tmp_path / "out" / "image.labels.png")
    assert {found.classes.by_id(i).name for i in (1, 3, 4)} == {"sky", "grass", "house"}
    assert (found.ids[:12] == 1).mean() > 0.8
    (network / "model.safetensors").rename(network / "pytorch_model.bin")
    done = command("segment", case.image, *words, "-o", tmp_path / "again")
    assert done.returncode == 2
    assert "pickle (pytorch_model.bin), which is never opened" in done.stderr
    (network / "pytorch_model.bin").unlink()
    done = command("segment", case.image, *words, "-o", tmp_path / "again")
    assert done.returncode == 2
    assert "safetensors" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--classes", "1"), "2 to 24"),
        (("--classes", "25"), "2 to 24"),
        (("--classes", "3", "--scribbles", "s.png"), "one of the two"),
        (("--scribbles", "s.png", "--masks", "m"), "one way"),
        (("--scribbles", "no.png"), "no such file"),
        (("--scribbles", "wide.png"), "70 x 48 pixels; expected its picture's 64 x 48"),
        (("--scribbles", "one.png"), "1 class only"),
        (("--masks", "empty"), "no masks in it"),
        (("--masks", "black.png"), "1 empty masks"),
        (("--masks", "wide.png"), "a mask of 70 x 48 pixels"),
        (("--masks", "no"), "no such file"),
        (("--fill",), "no --masks"),
        (("--network", "no"), "is no folder"),
        (("--seed", "-1"), "whole number"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    command: Command, case: Any, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    strokes(tmp_path).rename(tmp_path / "s.png")
    strokes(tmp_path, (48, 70)).rename(tmp_path / "wide.png")
    one = np.zeros((48, 64, 3), np.uint8)
    PIL.Image.fromarray(one).save(tmp_path / "black.png")
    one[3:9, 3:9] = 255
    PIL.Image.fromarray(one).save(tmp_path / "one.png")
    (tmp_path / "empty").mkdir()
    done = command("segment", case.image, *words, "-o", "out", cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_dry_run_and_a_folder_in_use(command: Command, case: Any, tmp_path: Path) -> None:
    words = ("segment", case.image, "-o", tmp_path / "out")
    done = command(*words, "--dry-run")
    assert done.returncode == 0 and "dry run" in done.stdout
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    done = command(*words)
    assert done.returncode == 2 and "--overwrite" in done.stderr
    done = command(*words, "--overwrite", "--quiet")
    assert done.returncode == 0 and not done.stdout
    assert (tmp_path / "out" / "mine.txt").exists()


def test_a_picture_is_never_written_over(command: Command, case: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    PIL.Image.open(case.image).save(tmp_path / "out" / "x.labels.png")
    PIL.Image.open(case.image).save(tmp_path / "out" / "x.png")
    inputs = (tmp_path / "out" / "x.png", tmp_path / "out" / "x.labels.png")
    done = command("segment", *inputs, "-o", tmp_path / "out", "--overwrite")
    assert done.returncode == 2 and "one of the inputs" in done.stderr
