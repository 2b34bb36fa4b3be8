"""``likewise remove``, ``retarget``, ``face`` and ``sketch``: with what they leave behind."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap

Command = Callable[..., subprocess.CompletedProcess[str]]
SMOKE = ("-m", "patch:smoke", "--device", "cpu")


@pytest.fixture
def pair(case: Any) -> tuple[Path, Path]:
    return case.image, case.labels


def test_remove_leaves_the_picture_its_layout_and_a_record(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    words = ("remove", *pair, "--class", "class 2", "--margin", "3", "-o", tmp_path / "out")
    done = command(*words, *SMOKE, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["command"] == "remove"
    assert record["inputs"]["edit"]["classes"] == ["class 2"]
    wanted = {"removed.png", "removed.layout.png", "contact_sheet.png"}
    assert wanted <= {path.name for path in (tmp_path / "out").iterdir()}
    source, answer = read_image(pair[0]), read_image(tmp_path / "out" / "removed.png")
    labels = LabelMap.read(pair[1])
    layout = LabelMap.read(tmp_path / "out" / "removed.layout.png", like=labels)
    assert (labels.ids == 2).any()
    assert not (layout.ids == 2).any()
    assert (answer.pixels[labels.ids == 2] != source.pixels[labels.ids == 2]).mean() > 0.5
    assert np.array_equal(answer.pixels[:10], source.pixels[:10])
    # The layout can be repainted and rendered by the main job.
    again = command(
        "run", *pair, tmp_path / "out" / "removed.layout.png", "-o", tmp_path / "again", *SMOKE
    )
    assert again.returncode == 0, again.stderr


def test_retarget_meets_its_size(command: Command, pair: tuple[Path, Path], tmp_path: Path) -> None:
    words = ("retarget", *pair, "--size", "96x48", "--keep", "class 2", "-o", tmp_path / "out")
    done = command(*words, *SMOKE)
    assert done.returncode == 0, done.stderr
    assert "kept in shape: class 2" in done.stdout
    assert read_image(tmp_path / "out" / "retargeted.png").size == (48, 96)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("remove", "--region", "70,3"), "outside"),
        (("remove", "--region", "here"), "X,Y"),
        (("remove", "--class", "tree"), "class 0, class 1, class 2"),
        (("remove",), "nothing to remove"),
        (("face", "--edit", "eyes:scale=1.2"), "--order celebamask"),
        (("retarget", "--size", "96"), "WIDTHxHEIGHT"),
        (("retarget", "--size", "0x9"), "sides of"),
        (("retarget", "--size", "96x48", "--keep", "tree"), "does not occur"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    command: Command, pair: tuple[Path, Path], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    name, *asked = words
    done = command(name, *pair, *asked, "-o", tmp_path / "out", *SMOKE)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_dry_run_writes_nothing(
    command: Command, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    done = command("remove", *pair, "--region", "12,20", "-o", tmp_path / "out", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "becomes" in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_face_is_edited(command: Command, tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[2] / "examples" / "astronaut"
    pair = (folder / "image.png", folder / "face" / "labels.png")
    words = ("face", *pair, "--edit", "mouth:scale=1.1")
    done = command(*words, "-o", tmp_path / "out", *SMOKE, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inputs"]["edit"]["edits"] == ["mouth:scale=1.1"]
    source, answer = (
        read_image(at / name)
        for at, name in ((folder, "image.png"), (tmp_path / "out", "face.png"))
    )
    assert answer.size == source.size
    assert 0.002 < (answer.pixels != source.pixels).any(axis=2).mean() < 0.06
    layout = LabelMap.read(
        tmp_path / "out" / "face.layout.png", like=LabelMap.read(folder / "face" / "labels.png")
    )
    assert layout.size == source.size


def test_sketch_follows_a_drawing_and_measures_it(command: Command, tmp_path: Path) -> None:
    from tests.tasks.drawings import areas, outlined, painted

    painted(areas()).save(tmp_path / "image.png")
    Image.from_array(outlined(areas())).save(tmp_path / "own.png")
    moved = areas((30, 66, 74, 112))
    Image.from_array(outlined(moved)).save(tmp_path / "source.png")  # a name that is taken
    asked = ("sketch", tmp_path / "image.png", tmp_path / "source.png")
    done = command(*asked, "--sketch", tmp_path / "own.png", "-o", tmp_path / "o", *SMOKE, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["inputs"]["edit"]["by"] == "shapes"
    assert record["measures"]["source-2"]["edge_f"] > 0.9
    wanted = {"source-2.png", "source-2.layout.png", "source.sketch.png", "source.layout.png"}
    assert wanted <= {path.name for path in (tmp_path / "o").iterdir()}
    # What was matched can be repainted and rendered by the main job.
    again = ("run", asked[1], tmp_path / "o/source.layout.png", tmp_path / "o/source-2.layout.png")
    assert command(*again, "-o", tmp_path / "again", *SMOKE).returncode == 0


def test_sketch_extracts_what_it_reads_again(command: Command, tmp_path: Path) -> None:
    from tests.tasks.drawings import areas, painted

    image = tmp_path / "image.png"
    painted(areas()).save(image)
    done = command("sketch", image, "--extract-only", "--detail", "3", "-o", tmp_path / "own")
    assert done.returncode == 0, done.stderr
    own = tmp_path / "own" / "source.sketch.png"
    done = command("sketch", image, own, "--detail", "3", "-o", tmp_path / "out", *SMOKE)
    assert done.returncode == 0, done.stderr
    assert "3 shapes in the picture's sketch" in done.stdout
    for words, told in (((), "no sketch to follow"), ((image,), "photograph")):
        done = command("sketch", image, *words, "-o", tmp_path / "none", *SMOKE)
        assert done.returncode == 2
        assert told in done.stderr
        assert not (tmp_path / "none").exists()
