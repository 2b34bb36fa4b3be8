"""run, fit and render: what they write, what they say, what they leave alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import PIL.Image

SMOKE = ("--method", "semia", "--preset", "smoke", "--device", "cpu")


def test_run_writes_everything_it_promises(case, finished: Path) -> None:
    names = sorted(str(path.relative_to(finished)) for path in finished.rglob("*"))
    model = ["model", "model/config.json", "model/model.safetensors"]
    assert names == sorted(["contact_sheet.png", "moved.png", "small.png", "run.json", *model])
    for target in case.targets:
        layout, answer = PIL.Image.open(target), PIL.Image.open(finished / target.name)
        assert answer.size == layout.size
        assert answer.mode == PIL.Image.open(case.image).mode


def test_record_tells_how_it_was_made(case, finished: Path) -> None:
    record = json.loads((finished / "run.json").read_text())
    assert record["status"] == "complete"
    assert {"likewise", "python", "torch", "numpy"} <= set(record["versions"])
    assert (record["seed"], record["device"], record["threads"]) == (0, "cpu", 1)
    assert (
        record["inputs"]["image"]["sha256"] == hashlib.sha256(case.image.read_bytes()).hexdigest()
    )
    assert [target["name"] for target in record["inputs"]["targets"]] == ["moved", "small"]
    areas = [entry["area"] for entry in record["inputs"]["labels"]["classes"]]
    assert len(areas) == 3
    assert abs(sum(areas) - 1) < 1e-4
    assert set(record["timings_seconds"]) >= {"read", "fit", "render", "total"}
    assert all((finished / name).exists() for name in record["outputs"])
    assert record["config"]["size"] == record["plan"]["size"][0] or record["config"]["size"] > 0


def test_render_repeats_the_run_from_its_model(case, command, finished, tmp_path) -> None:
    done = command(
        "render", finished, *case.targets, "-o", tmp_path / "again", "--device", "cpu", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "complete"
    for name in ("moved.png", "small.png", "contact_sheet.png"):
        assert (tmp_path / "again" / name).read_bytes() == (finished / name).read_bytes()


def test_fit_saves_the_model_that_run_saves(case, command, finished, tmp_path) -> None:
    model = tmp_path / "model"
    done = command("fit", case.image, case.labels, "-o", model, *SMOKE)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in model.iterdir()) == [
        "config.json",
        "model.safetensors",
        "run.json",
    ]
    mine, theirs = model / "model.safetensors", finished / "model" / "model.safetensors"
    assert mine.read_bytes() == theirs.read_bytes()
    assert "fit: " in done.stderr  # plain progress lines where there is no terminal
    assert "class 0" in done.stdout  # classes and areas on load


def test_json_has_stdout_for_itself_and_dry_run_writes_nothing(case, command, tmp_path) -> None:
    out = tmp_path / "out"
    done = command("run", *case.arguments, "-o", out, *SMOKE, "--json", "--dry-run")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)["plan"]
    assert plan["preset"] == "smoke"
    assert plan["steps"] > 0
    assert plan["seconds"] > 0
    assert "dry run" in done.stderr
    assert not list(tmp_path.iterdir())


def test_targets_of_one_name_get_names_of_their_own(case, command, finished, tmp_path) -> None:
    twin = tmp_path / "twin" / case.targets[0].name
    twin.parent.mkdir()
    shutil.copy(case.targets[1], twin)
    out = tmp_path / "out"
    done = command("render", finished / "model", case.targets[0], twin, "-o", out, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (out / "moved.png").read_bytes() == (finished / "moved.png").read_bytes()
    assert (out / "moved-2.png").read_bytes() == (finished / "small.png").read_bytes()


def test_overwrite_replaces_its_own_files_and_no_others(case, command, finished, tmp_path) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    (out / "mine.txt").write_text("keep me")
    words = (finished / "model", case.targets[1], "-o", out, "--quiet")
    refused = command("render", *words)
    assert refused.returncode == 2
    assert (out / "moved.png").exists()
    done = command("render", *words, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert not (out / "moved.png").exists()  # of the run before, not of this one
    assert (out / "mine.txt").read_text() == "keep me"
    assert json.loads((out / "run.json").read_text())["outputs"] == [
        "small.png",
        "contact_sheet.png",
    ]


def test_deep_and_inked_images_keep_mode_and_depth(case, command, tmp_path) -> None:
    grey = np.array(PIL.Image.open(case.image).convert("L")).astype(np.uint16) * 257
    PIL.Image.fromarray(grey).save(tmp_path / "deep.png")
    out = tmp_path / "out"
    words = (tmp_path / "deep.png", case.labels, case.targets[0], "-o", out, *SMOKE, "--quiet")
    assert command("run", *words).returncode == 0
    assert PIL.Image.open(out / "moved.png").mode == "I;16"


def test_one_class_is_enough(case, command, tmp_path) -> None:
    PIL.Image.fromarray(np.zeros((48, 64), np.uint8)).save(tmp_path / "one.png")
    PIL.Image.fromarray(np.zeros((60, 40), np.uint8)).save(tmp_path / "other.png")
    out = tmp_path / "out"
    words = (case.image, tmp_path / "one.png", tmp_path / "other.png", "-o", out, *SMOKE)
    done = command("run", *words)
    assert done.returncode == 0, done.stderr
    assert PIL.Image.open(out / "other.png").size == (40, 60)
