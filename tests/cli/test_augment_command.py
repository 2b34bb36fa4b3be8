"""``likewise augment``: with what it leaves behind and what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.tasks.augmentation.blobs import STONE, blob_labels, blob_picture

from likewise.labels.label_map import LabelMap

Command = Callable[..., subprocess.CompletedProcess[str]]
SMOKE = ("-m", "patch:smoke", "--device", "cpu", "--workers", "1")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("blobs")
    labels = blob_labels()
    blob_picture(labels).save(folder / "image.png")
    labels.write(folder / "labels.png")
    labels.classes.write(folder / "classes.json")
    return folder / "image.png", folder / "labels.png"


@pytest.mark.slow
def test_a_dataset_with_its_record_which_a_larger_number_continues(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("augment", *pair, "-o", out, "--format", "coco", "-c", "stone:count<=1", *SMOKE)
    done = command(*words, "-n", "2", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["status"], record["pairs"]) == ("complete", 2)
    assert record["diversity"]["distinct"] == 2
    assert {"dataset", "manifest.jsonl", "contact_sheet.png", "run.json", "model"} == {
        path.name for path in out.iterdir()
    }
    first = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    again = command(*words, "-n", "3", "--resume")
    assert again.returncode == 0, again.stderr
    assert "3 pairs, coco" in again.stdout
    assert "layouts differ by" in again.stdout
    after = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert after[: len(first)] == first
    (listed,) = ((out / "dataset").rglob("*.json*"),)
    files = [path for path in listed if path.name not in ("classes.json", "pairs.jsonl")]
    images = [json.loads(path.read_text()).get("images", []) for path in files]
    assert max(map(len, images)) == 3
    other = command(*words, "-n", "3", "--resume", "-c", "stone:whole")
    assert other.returncode == 2
    assert "another edit" in other.stderr


def test_a_dry_run_writes_nothing(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    done = command("augment", *pair, "-n", "500", "-o", tmp_path / "out", *SMOKE, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "then 500 pairs with 1 workers, about" in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-n", "0"), ("-n", "1 to 100000")),
        (("-c", "cel:whole"), ("--constraint", "'cel'", "Did you mean 'cell'")),
        (("-c", "cell:area=0.7..0.9"), ("no layout meets 'cell:area=0.7..0.9'", "they had")),
        (("--format", "tar"), ("format", "'tar'", "coco")),
        (("--move", "sky"), ("--move", "'sky'")),
        (("--draw", "turn=far"), ("--draw", "a number")),
        (("--workers", "0"), ("--workers",)),
    ],
)
def test_bad_orders_are_told_in_one_line(
    command: Command, pair: tuple[Path, Path], tmp_path: Path, words: tuple, told: tuple
) -> None:
    done = command("augment", *pair, "-o", tmp_path / "out", *SMOKE, *words)
    assert done.returncode == 2, done.stderr
    (line,) = [row for row in done.stderr.splitlines() if row.startswith("error: ")]
    assert all(word in line for word in told), line
    assert not (tmp_path / "out").exists()


def test_a_format_that_cannot_hold_the_classes_is_told_first(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    ids = np.where(LabelMap.read(pair[1]).ids == STONE, 300, 0).astype(np.uint16)
    np.save(tmp_path / "labels.npy", ids)
    out = tmp_path / "out"
    done = command("augment", pair[0], tmp_path / "labels.npy", "-o", out, *SMOKE)
    assert done.returncode == 2
    assert "class 300" in done.stderr
    assert "0 to 255" in done.stderr
    assert not out.exists()


def test_a_stopped_run_is_continued(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ["augment", *map(str, pair), "-n", "400", "-o", str(out), *SMOKE]
    process = subprocess.Popen(
        [sys.executable, "-m", "likewise", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("pairs: ") and "%" in line:
            break
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 3, rest
    assert rest.splitlines()[-1].endswith("--resume")
    assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    train = out / "dataset" / "train"
    pictures = {path.name for path in (train / "images").iterdir()}
    assert pictures == {path.name for path in (train / "labels").iterdir()}
    assert 0 < len(pictures) < 400
    words[words.index("400")] = str(len(pictures))
    done = command(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (train / "images").iterdir()} == pictures
