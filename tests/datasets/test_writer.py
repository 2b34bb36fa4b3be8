"""DatasetWriter: what any kind of dataset keeps when it is stopped, killed, resumed or misled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.pairs import PLAIN, SIZE, TABLE, layout, picture

from likewise.datasets import FORMATS, DatasetFormat, DatasetWriter, complete_table, dataset_format
from likewise.errors import ConfigError, Interrupted, LabelError, OutputError
from likewise.images import Image, read_image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.progress import Progress


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fill(folder: Path, name: str, stems: list[str], **options: Any) -> DatasetWriter:
    writer = DatasetWriter(folder, dataset_format(name, **options), PLAIN)
    for number, stem in enumerate(stems):
        if not writer.has(stem):
            writer.add(stem, picture(number), layout(number, PLAIN), facts={"seed": number})
    writer.finish()
    return writer


@pytest.mark.parametrize("name", FORMATS)
def test_a_dataset_stopped_and_resumed_is_the_one_written_in_one_go(
    name: str, tmp_path: Path
) -> None:
    fill(tmp_path / "once", name, ["a", "b", "c"])
    fill(tmp_path / "twice", name, ["a", "b"])
    again = fill(tmp_path / "twice", name, ["a", "b", "c"])
    assert [entry.stem for entry in again.entries] == ["a", "b", "c"]
    assert again.entries[1].facts == {"seed": 1}
    assert files_below(tmp_path / "once") == files_below(tmp_path / "twice")


@pytest.mark.parametrize("name", FORMATS)
def test_a_pair_replaced_is_the_new_one(name: str, tmp_path: Path) -> None:
    writer = fill(tmp_path / "a", name, ["x"])
    writer.add("x", picture(5), layout(5, PLAIN))
    writer.finish()
    straight = DatasetWriter(tmp_path / "b", dataset_format(name), PLAIN)
    straight.add("x", picture(5), layout(5, PLAIN))
    straight.finish()
    ours, theirs = files_below(tmp_path / "a"), files_below(tmp_path / "b")
    ours.pop("pairs.jsonl"), theirs.pop("pairs.jsonl")
    assert ours == theirs


class BrokenError(Exception):
    """A disk that fails."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_pair_that_fails_half_way_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = fill(tmp_path, name, ["a"])
    before = files_below(tmp_path)

    def fail(self: Image, path: Path) -> None:
        raise BrokenError

    monkeypatch.setattr(Image, "save", fail)
    with pytest.raises(BrokenError):
        writer.add("b", picture(1), layout(1, PLAIN))
    monkeypatch.undo()
    after = files_below(tmp_path)
    before.pop("pairs.jsonl"), after.pop("pairs.jsonl")
    assert after == before
    assert not writer.has("b")


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.datasets.pairs import PLAIN, layout, picture
from likewise.datasets import DatasetWriter, dataset_format
from likewise.images import Image
writer = DatasetWriter(Path(sys.argv[1]), dataset_format(sys.argv[2]), PLAIN)
writer.add("whole", picture(0), layout(0, PLAIN))
save = Image.save
def die(self, path):
    if "gtFine" in str(path):
        return save(self, path)
    Path(str(path).replace(Path(path).name, ".likewise-partial-00-x.png")).write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
Image.save = die
writer.add("half", picture(1), layout(1, PLAIN))
"""


@pytest.mark.parametrize("name", ["png", "voc", "cityscapes"])
def test_a_killed_writer_leaves_whole_pairs(name: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(root), str(root / "src")])
    words = [sys.executable, "-c", KILLED, str(tmp_path), name]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": paths}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert any("half" in key for key in files_below(tmp_path))
    with (tmp_path / "pairs.jsonl").open("ab") as handle:
        handle.write(b'{"begin": {"stem": "to')  # and the line that it was writing is torn
    writer = DatasetWriter(tmp_path, dataset_format(name), PLAIN)
    assert writer.has("whole")
    assert not writer.has("half")
    left = set(files_below(tmp_path)) - {"pairs.jsonl"}
    assert left == {str(path) for path in writer.form.files(writer.entries[0])}
    writer.add("half", picture(1), layout(1, PLAIN))
    writer.finish()
    fill(tmp_path / "straight", name, ["whole", "half"])
    ours, theirs = files_below(tmp_path), files_below(tmp_path / "straight")
    assert {k: v for k, v in theirs.items() if k != "pairs.jsonl"}.items() <= ours.items()


class Impatient(Progress):
    """A listener that asks to stop at once."""

    @property
    def should_stop(self) -> bool:
        return True


@pytest.mark.parametrize("name", ["coco", "hf"])
def test_finishing_can_be_stopped_and_done_again(name: str, tmp_path: Path) -> None:
    writer = fill(tmp_path / "a", name, ["x"])
    before = files_below(tmp_path / "a")
    with pytest.raises(Interrupted, match="pairs are whole"):
        writer.finish(Impatient())
    assert files_below(tmp_path / "a") == before
    writer.finish()
    assert files_below(tmp_path / "a") == before


@pytest.mark.parametrize(
    "stem", ["", "..", "../x", "a/b", "a\\b", "/etc/x", "con.x", "a:b", "x" * 300, "a\n", ".", " a"]
)
@pytest.mark.parametrize("what", ["stem", "split"])
def test_names_stay_in_the_folder(stem: str, what: str, tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path / "out", dataset_format("png"), PLAIN)
    names = {"stem": stem} if what == "stem" else {"stem": "a", "split": stem}
    with pytest.raises(OutputError):
        writer.add(image=picture(0), labels=layout(0, PLAIN), **names)
    assert list(files_below(tmp_path)) == ["out/pairs.jsonl"]


def test_names_in_a_journal_stay_in_the_folder(tmp_path: Path) -> None:
    victim = tmp_path / "labels" / "victim.png"
    victim.parent.mkdir()
    victim.write_bytes(b"precious")
    fill(tmp_path / "out", "png", ["a"])
    line = {"begin": {"stem": "../../../labels/victim", "split": "train", "size": [1, 1]}}
    with (tmp_path / "out" / "pairs.jsonl").open("a") as handle:
        handle.write(json.dumps(line) + "\n")
    with pytest.raises(OutputError, match="damaged"):
        DatasetWriter(tmp_path / "out", dataset_format("png"), PLAIN)
    assert victim.read_bytes() == b"precious"


def test_two_pairs_never_share_files(tmp_path: Path) -> None:
    voc = DatasetWriter(tmp_path / "voc", dataset_format("voc"), PLAIN)
    voc.add("a", picture(0), layout(0, PLAIN))
    with pytest.raises(OutputError, match="files of 'a' in train"):
        voc.add("a", picture(1), layout(1, PLAIN), split="val")
    png = DatasetWriter(tmp_path / "png", dataset_format("png"), PLAIN)
    png.add("a", picture(0), layout(0, PLAIN))
    png.add("a", picture(1), layout(1, PLAIN), split="val")
    with pytest.raises(OutputError, match="files of 'a' in train"):
        png.add("A", picture(1), layout(1, PLAIN))
    city = DatasetWriter(tmp_path / "city", dataset_format("cityscapes"), PLAIN)
    city.add("a_b", picture(0), layout(0, PLAIN))
    with pytest.raises(OutputError, match="a_b"):
        city.add("a-b", picture(0), layout(0, PLAIN))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="not empty"):
        DatasetWriter(tmp_path, dataset_format("png"), PLAIN)
    fill(tmp_path / "out", "png", ["a"])
    with pytest.raises(OutputError, match=r"another format \(png\)"):
        DatasetWriter(tmp_path / "out", dataset_format("voc"), PLAIN)
    with pytest.raises(OutputError, match="another classes"):
        DatasetWriter(tmp_path / "out", dataset_format("png"), TABLE)
    fill(tmp_path / "coco", "coco", ["a"])
    with pytest.raises(OutputError, match="another options"):
        DatasetWriter(tmp_path / "coco", dataset_format("coco", background=("sky",)), PLAIN)


def test_pairs_must_fit_the_dataset(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path, dataset_format("png"), PLAIN)
    with pytest.raises(LabelError, match="its image's"):
        writer.add("a", Image.from_array(np.zeros((30, 30), np.uint8)), layout(0, PLAIN))
    with pytest.raises(LabelError, match="the classes of the dataset"):
        writer.add("a", picture(0), layout(0, TABLE))
    strange = LabelMap.from_array(np.full(SIZE, 77), ignore=[77])
    with pytest.raises(LabelError, match="id 77 is ignored"):
        writer.add("a", picture(0), strange)
    assert not writer.entries


def test_a_complete_table_holds_what_is_ignored() -> None:
    ids = np.zeros(SIZE, np.int32)
    ids[:5], ids[5:9], ids[9:12] = 255, 254, 1
    table = ClassTable((LabelClass(0, "sky", (1, 2, 3)), LabelClass(1, "unknown", (3, 4, 5))))
    full = complete_table(LabelMap.from_array(ids, table, ignore=[255, 254, 1]))
    assert [(c.id, c.name, c.ignored) for c in full] == [
        (0, "sky", False),
        (1, "unknown", True),
        (254, "unknown 254", True),
        (255, "unknown 255", True),
    ]


def test_kinds_and_options_by_name() -> None:
    assert set(FORMATS) == {"png", "coco", "voc", "cityscapes", "yolo-seg", "hf"}
    for name, kind in FORMATS.items():
        assert isinstance(dataset_format(name), DatasetFormat)
        assert kind.summary
    with pytest.raises(ConfigError, match="one of png, coco"):
        dataset_format("pascal")
    with pytest.raises(ConfigError, match="no option 'jpeg'"):
        dataset_format("png", jpeg=True)
    with pytest.raises(ConfigError, match="one of rle, polygons"):
        dataset_format("coco", masks="png")


@pytest.mark.parametrize("name", ["png", "coco", "voc", "hf"])
def test_ids_beyond_a_byte_are_refused_before_any_work(name: str, tmp_path: Path) -> None:
    for number in (256, -1):
        table = ClassTable((LabelClass(number, "far", (1, 2, 3)),))
        with pytest.raises(LabelError, match="far"):
            DatasetWriter(tmp_path / "out", dataset_format(name), table)
    assert not (tmp_path / "out").exists()


def test_every_mode_of_picture_is_written(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    deep = Image.from_array(random.integers(0, 65536, (*SIZE, 3)).astype(np.uint16))
    inks = Image(random.integers(0, 256, (*SIZE, 4)).astype(np.uint8), "CMYK")
    for name in FORMATS:
        writer = DatasetWriter(tmp_path / name, dataset_format(name), PLAIN)
        for stem, image in (("deep", deep), ("inks", inks)):
            entry = writer.add(stem, image, layout(0, PLAIN))
            back = read_image(tmp_path / name / writer.form.files(entry)[-1])
            expected = image.to_rgb8() if name == "cityscapes" or image is inks else image.pixels
            assert np.array_equal(back.pixels, expected)
