"""``likewise labels convert|show|check``: as processes, with what they leave behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from likewise.cli.demo import EXAMPLES
from likewise.cli.labels.picture import picture_of
from likewise.cli.main import main
from likewise.errors import LabelError
from likewise.images import read_image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.conventions.tables import class_table
from likewise.labels.conversion import mapped, mapped_table, renumbering, united
from likewise.labels.label_map import LabelMap

Command = Callable[..., subprocess.CompletedProcess[str]]
TEMPLE = EXAMPLES / "temple"
LABELS = TEMPLE / "labels.png"
TARGET = TEMPLE / "targets" / "two_towers.png"
TO_CITYSCAPES = ("tower=building", "trees=vegetation", "lake=ground", "shore=terrain")
MAPS = tuple(word for change in TO_CITYSCAPES for word in ("--map", change))


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """main() takes over the signals of its process, which here is that of the tests."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*words: object) -> int:
    """The command in this process: its exit code."""
    with pytest.raises(SystemExit) as end:
        main([*map(str, words)])
    return int(end.value.code)


OWN = {
    "palette": "labels.png",
    "ids": "labels.png",
    "npy": "labels.npy",
    "voc": "labels.png",
    "labelme": "labels.json",
    "coco": "annotations.json",
    "yolo-seg": "labels.txt",
}


@pytest.mark.parametrize("kind", OWN)
def test_every_kind_of_ones_own_classes_goes_there_and_back(kind: str, tmp_path: Path) -> None:
    assert run("labels", "convert", LABELS, TARGET, "--to", kind, "-o", tmp_path / "out") == 0
    there = tmp_path / "out" / OWN[kind]
    words = ("labels", "convert", there, "--to", "palette", "--classes", TEMPLE / "classes.json")
    assert run(*words, "--image", TEMPLE / "image.png", "-o", tmp_path / "x") == (
        2 if kind == "coco" else 0  # image.png is not in it: labels.png is
    )
    if kind == "coco":
        assert run(*words, "--image", "labels.png", "-o", tmp_path / "x") == 0
    name = "annotations.png" if kind == "coco" else "labels.png"
    assert LabelMap.read(tmp_path / "x" / name) == LabelMap.read(LABELS)


@pytest.mark.parametrize(
    ("kind", "changes", "file", "tower"),
    [
        ("cityscapes", TO_CITYSCAPES, "labels_gtFine_labelIds.png", "building"),
        ("cityscapes-colour", TO_CITYSCAPES, "labels_gtFine_color.png", "building"),
        (
            "cityscapes-train",
            (*TO_CITYSCAPES[:2], "lake=terrain", "shore=terrain"),
            "labels_gtFine_labelTrainIds.png",
            "building",
        ),
        ("ade20k", ("shore=land", "trees=tree"), "labels.png", "tower"),
        (
            "coco-stuff",
            ("sky=sky-other", "tower=house", "trees=tree", "lake=sea", "shore=sand"),
            "labels.png",
            "house",
        ),
    ],
)
def test_data_sets_hold_their_own_classes(
    kind: str, changes: tuple[str, ...], file: str, tower: str, tmp_path: Path
) -> None:
    words = [word for change in changes for word in ("--map", change)]
    assert run("labels", "convert", LABELS, "--to", kind, *words, "-o", tmp_path / "out") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == [file]
    labels = LabelMap.read(tmp_path / "out" / file, convention=kind)
    before = LabelMap.read(LABELS)
    assert tower in labels.present_classes.names
    for entry in before.present_classes:
        assert len(np.unique(labels.ids[before.ids == entry.id])) == 1
    number = labels.classes.by_name(tower).id
    assert np.array_equal(labels.ids == number, before.ids == before.classes.by_name("tower").id)


def test_convert_tells_what_it_did_and_what_it_cannot(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command("labels", "convert", LABELS, "--to", "cityscapes", "-o", out)
    assert done.returncode == 2
    assert "no class 'shore'" in done.stderr
    assert '--map "shore=CLASS"' in done.stderr
    assert not out.exists()
    done = command("labels", "convert", LABELS, "--to", "cityscapes", *MAPS, "-o", out)
    assert done.returncode == 0, done.stderr
    assert "tower (id 3) is building (id 11)" in done.stdout
    again = command("labels", "convert", LABELS, "--to", "cityscapes", *MAPS, "-o", out, "--json")
    assert again.returncode == 2
    assert "not empty" in again.stderr
    words = ("labels", "convert", LABELS, "--to", "cityscapes", *MAPS, "-o", out, "--overwrite")
    told = json.loads(command(*words, "--json").stdout)
    assert told["files"][0]["output"] == str(out / "labels_gtFine_labelIds.png")


def test_convert_never_writes_over_its_inputs(tmp_path: Path) -> None:
    mine = tmp_path / "labels.png"
    mine.write_bytes(LABELS.read_bytes())
    assert run("labels", "convert", mine, "--to", "ids", "-o", tmp_path, "--overwrite") == 2
    assert mine.read_bytes() == LABELS.read_bytes()


def coco_of(names: list[str]) -> dict[str, Any]:
    square = [[2, 2, 10, 2, 10, 10, 2, 10]]
    return {
        "images": [
            {"id": n, "file_name": name, "height": 20, "width": 24} for n, name in enumerate(names)
        ],
        "categories": [{"id": 1, "name": "square"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "segmentation": square}
            for n in range(len(names))
        ],
    }


def test_names_in_a_coco_file_stay_in_the_folder(tmp_path: Path) -> None:
    names = ["../../evil.png", "/etc/passwd", "..", "a\\..\\..\\b.png", "x/same.png", "y/same.png"]
    path = tmp_path / "in" / "a.json"
    path.parent.mkdir()
    path.write_text(json.dumps(coco_of(names[:4])))
    out = tmp_path / "deep" / "er" / "out"
    assert run("labels", "convert", path, "--to", "palette", "-o", out) == 0
    everything = [p for p in tmp_path.rglob("*") if p.is_file() and p != path]
    assert all(p.parent == out for p in everything)
    assert sorted(p.name for p in everything) == [
        "b.png",
        "classes.json",
        "evil.png",
        "labels.png",
        "passwd.png",
    ]


def test_show_prints_or_draws(command: Command, tmp_path: Path) -> None:
    done = command("labels", "show", LABELS)
    assert done.returncode == 0, done.stderr
    assert "tower  id     3  #be3c28    25.7 %" in done.stdout
    picture = tmp_path / "shown.png"
    words = ("labels", "show", LABELS, "--image", TEMPLE / "image.png", "-o", picture)
    told = json.loads(command(*words, "--json").stdout)
    assert {entry["name"]: entry["id"] for entry in told["classes"]}["tower"] == 3
    assert abs(sum(entry["area"] for entry in told["classes"]) - 1) < 1e-4
    pixels = read_image(picture).pixels
    assert (pixels.reshape(-1, 3) == (190, 60, 40)).all(axis=1).sum() > 30_000
    assert run(*words) == 2  # it is there already
    assert run("labels", "show", LABELS, "-o", LABELS, "--overwrite") == 2
    assert run("labels", "show", LABELS, "-o", tmp_path / "a.gif") == 2
    assert run("labels", "show", ".") == 2


def test_the_picture_shows_unknown_content_as_nothing() -> None:
    ids = np.zeros((30, 40), np.int32)
    ids[:10] = 255
    table = ClassTable((LabelClass(0, "sea", (0, 0, 200)),))
    page = picture_of(LabelMap.from_array(ids, table, ignore=[255]), "a map")
    blue = (page == (0, 0, 200)).all(axis=2).sum()
    # Enlarged by whole numbers: two thirds of the map, and a swatch in the legend.
    assert blue > 20 * 40 * 64
    assert blue < 20 * 40 * 65


def test_check_tells_errors_and_warnings(command: Command, tmp_path: Path) -> None:
    image = TEMPLE / "image.png"
    good = command("labels", "check", LABELS, TARGET, "--image", image, "--strict")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "2 label maps: 0 with errors, 0 warnings" in good.stdout
    soft = PIL.Image.open(LABELS).convert("RGB").resize((470, 311), PIL.Image.Resampling.BICUBIC)
    soft.save(tmp_path / "soft.png")
    (tmp_path / "broken.json").write_text("{")
    words = ("labels", "check", tmp_path / "soft.png", tmp_path / "broken.json", LABELS)
    bad = command(*words, "--json")
    assert bad.returncode == 2
    told = json.loads(bad.stdout)
    softened, broken, fine = told["files"]
    assert any("softened" in line for line in softened["warnings"])
    assert softened["error"] is None
    assert "no JSON" in broken["error"]
    assert fine["error"] is None
    assert not fine["warnings"]
    assert run("labels", "check", tmp_path / "soft.png") == 0
    assert run("labels", "check", tmp_path / "soft.png", "--strict") == 2
    assert run("labels", "check", tmp_path / "soft.png", "--image", image) == 2  # another size


def test_check_finds_specks_tiny_classes_and_twins(tmp_path: Path, capsys: Any) -> None:
    ids = np.zeros((200, 200), np.uint8)
    ids[50:, :] = 1
    ids[10:13, 10:13] = 2
    ids[60:190:10, 60:190:10] = 3
    PIL.Image.fromarray(ids).save(tmp_path / "a.png")
    table = [
        {"id": 0, "name": "sky", "colour": [100, 150, 200]},
        {"id": 1, "name": "sea", "colour": [101, 150, 200]},
        {"id": 2, "name": "gull", "colour": [255, 255, 255]},
        {"id": 3, "name": "foam", "colour": [255, 0, 0]},
    ]
    (tmp_path / "classes.json").write_text(json.dumps(table))
    assert run("labels", "check", tmp_path / "a.png") == 0
    told = capsys.readouterr().out
    assert "gull is tiny: 0.022 %, 9 pixels" in told
    assert "169 spots of foam" in told
    assert "hard to tell apart by their colours: sky and sea" in told
    (tmp_path / "classes.json").write_text(json.dumps(table[:3]))
    assert run("labels", "check", tmp_path / "a.png") == 2
    assert "it holds id 3" in capsys.readouterr().out
    assert run("labels", "check", tmp_path / "a.png", "--ignore", "3") == 0
    assert "ignored: 0.4 %" in capsys.readouterr().out
    assert run("labels", "check", tmp_path / "a.png", "--from", "celebamask-hq") == 2
    assert "two orders" in capsys.readouterr().err


def test_classes_are_renamed_merged_and_renumbered() -> None:
    table = ClassTable.from_json([{"id": n, "name": w} for n, w in enumerate("abcd")])
    labels = LabelMap.from_array(np.arange(16).reshape(4, 4) % 4, table)
    becomes = mapped_table(table, {"a": "b", "c": "land", "3": "9"})
    assert {old: (new.id, new.name) for old, new in becomes.items()} == {
        0: (1, "b"),
        1: (1, "b"),
        2: (2, "land"),
        3: (9, "d"),
    }
    new = mapped(
        labels, united([ClassTable(tuple({c.name: c for c in becomes.values()}.values()))]), becomes
    )
    assert new.ids[0].tolist() == [1, 1, 2, 9]
    with pytest.raises(LabelError, match="no class 'x'"):
        mapped_table(table, {"x": "y"})
    with pytest.raises(LabelError, match="would both have id 1"):
        mapped_table(table, {"a": "1"})
    both = united([table, ClassTable.from_json([{"id": 0, "name": "e"}, {"id": 7, "name": "a"}])])
    assert [(c.id, c.name) for c in both] == [(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e")]


def test_one_of_several_names_suffices() -> None:
    table = ClassTable.from_json([{"id": 4, "name": "Building"}, {"id": 5, "name": "sky"}])
    assert renumbering(table, class_table("ade20k"), "ADE20K") == {4: 2, 5: 3}


def test_the_main_job_takes_label_files_of_tools(
    command: Command, case: Any, tmp_path: Path
) -> None:
    out = tmp_path / "me"
    assert run("labels", "convert", case.labels, "--to", "labelme", "-o", out) == 0
    words = ("run", case.image, out / "labels.json", case.targets[0], "-o", tmp_path / "out")
    done = command(*words, "-m", "patch:smoke", "--device", "cpu", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "class 2" in done.stdout
    wrong = command(*words, "--format", "celebamask-hq", "--dry-run")
    assert wrong.returncode == 2
    assert "two orders" in wrong.stderr


def test_targets_may_follow_another_convention(case: Any, tmp_path: Path, capsys: Any) -> None:
    ids = np.zeros((48, 64), np.uint8)
    ids[20:40, 10:40], ids[10:20, 10:40] = 1, 13
    PIL.Image.fromarray(ids).save(tmp_path / "celebamask.png")  # 13 is hair there, 17 neck
    PIL.Image.fromarray(np.where(ids == 13, 17, ids).astype(np.uint8)).save(tmp_path / "other.png")
    labels = tmp_path / "celebamask.png"
    words = ("run", case.image, labels, tmp_path / "other.png", "-o", tmp_path / "out")
    words = (*words, "--format", "celebamask", "-m", "patch:smoke", "--device", "cpu", "--dry-run")
    assert run(*words) == 2
    assert "neck" in capsys.readouterr().err
    assert run(*words, "--target-format", "face-parsing") == 0
    assert "skin 19.5 %, hair 9.8 %" in capsys.readouterr().out
    assert run(*words, "--target-format", "celebamask-hq") == 2
    assert "two orders" in capsys.readouterr().err


def test_help_gives_an_example_and_does_not_wait_for_numpy(capsys: Any) -> None:
    for name in ("convert", "show", "check"):
        assert run("labels", name, "--help") == 0
        assert f"Example: likewise labels {name}" in capsys.readouterr().out
    code = (
        "import sys\n"
        "from likewise.cli.main import main\n"
        "try:\n    main(['labels', 'convert', '--help'])\nexcept SystemExit: pass\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
