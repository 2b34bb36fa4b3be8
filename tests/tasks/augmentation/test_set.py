"""Sets of pairs: judged, the same after any interruption, and never with half a pair."""

from __future__ import annotations

import errno
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.tasks.augmentation.blobs import CELL, STONE, blob_labels, blob_picture

from likewise import Analogy
from likewise.datasets import DatasetWriter, dataset_format
from likewise.errors import OutputError
from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap
from likewise.progress import Progress
from likewise.tasks.augmentation.diversity import diversity
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.maker import Maker, build_maker
from likewise.tasks.augmentation.manifest import Manifest
from likewise.tasks.augmentation.quality import Quality
from likewise.tasks.augmentation.run import Set

LABELS = blob_labels()
IMAGE = blob_picture(LABELS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    Analogy("patch", "smoke", device="cpu").fit(IMAGE, LABELS).save(folder)
    return folder


@pytest.fixture(scope="module")
def quality() -> Quality:
    return Quality(IMAGE, LABELS)


def new_set(folder: Path, kind: str = "png") -> Set:
    writer = DatasetWriter(folder / "dataset", dataset_format(kind), LABELS.classes)
    return Set(writer, Manifest(folder / "manifest.jsonl"), Layouts(LABELS), 5)


def finished(folder: Path, model: Path, count: int = 4, **more: object) -> None:
    build = partial(build_maker, model, "cpu", Layouts(LABELS), judged=True, seed=5)
    made = new_set(folder)
    assert made.fill(count, build, **more)  # type: ignore[arg-type]
    made.writer.finish()
    made.manifest.finish()


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "pairs.jsonl"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def whole(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    finished(folder, model)
    return folder


def test_a_judge_keeps_what_is_right(quality: Quality) -> None:
    ids = LABELS.ids[:, ::-1].copy()
    assert quality.verdict(blob_picture(LABELS.with_ids(ids), 1), LABELS.with_ids(ids)).reason == ""
    assert quality.verdict(IMAGE, LABELS).accuracy > 0.95


@pytest.mark.parametrize(
    ("asked", "shown", "kind"),
    [
        ("both", "first", "not found: cell"),
        ("none", "both", "not asked for: cell"),
        ("first", "both", "not asked for: cell"),
    ],
)
def test_a_wrong_rendering_is_dropped(quality: Quality, asked: str, shown: str, kind: str) -> None:
    """A cell too few, or one where the layout has none."""

    def scene(cells: str) -> LabelMap:
        ids = np.where(LABELS.ids == STONE, STONE, 0)
        y, x = np.indices(ids.shape)
        if cells != "none":
            ids[np.hypot(y - 22, x - 30) < 14] = CELL
        if cells == "both":
            ids[np.hypot(y - 50, x - 75) < 9] = CELL
        return LABELS.with_ids(ids)

    right = quality.verdict(blob_picture(scene(asked), 2), scene(asked))
    assert right.reason == "", right
    wrong = quality.verdict(blob_picture(scene(shown), 2), scene(asked))
    assert wrong.kind in (kind, "misread: cell"), wrong
    assert wrong.reason


def test_a_pair_that_is_always_wrong_is_given_up(quality: Quality) -> None:
    class Blind(Analogy):
        def render(self, target: LabelMap, photograph: Image | None = None) -> Image:
            return Image.from_array(np.full((*target.size, 3), 128, np.uint8))

    made = Maker(Blind("patch", "smoke", device="cpu"), Layouts(LABELS), quality, attempts=2).make(
        0
    )
    record = made.record(0)
    assert made.image is None
    assert not record["accepted"]
    assert len(record["rejected"]) == 2
    assert all(one["reason"] and one["kind"] for one in record["rejected"])


def test_pairs_are_whole_and_their_layouts_are_drawn_again_from_the_record(whole: Path) -> None:
    made = new_set(whole)
    assert len(made.kept) == 4
    for record in made.kept:
        name = f"pair_{record['index']:05d}.png"
        labels = LabelMap.read(whole / "dataset" / "train" / "labels" / name)
        assert np.array_equal(labels.ids, made.layout(record).ids)
        assert read_image(whole / "dataset" / "train" / "images" / name).size == labels.size
        assert record["scores"]["iou"] > 0.5
        assert record["edits"]


class StopsAfter(Progress):
    def __init__(self, pairs: int) -> None:
        self.pairs, self.done = pairs, 0

    def advance(self, done: int, **figures: float) -> None:
        self.done = done

    @property
    def should_stop(self) -> bool:
        return self.done >= self.pairs


def test_a_stopped_set_ends_as_one_made_in_one_go(whole: Path, model: Path, tmp_path: Path) -> None:
    build = partial(build_maker, model, "cpu", Layouts(LABELS), judged=True, seed=5)
    assert not new_set(tmp_path).fill(4, build, progress=StopsAfter(2))
    assert len(new_set(tmp_path).kept) == 2
    # Killed between a pair and its line in the manifest, and in the middle of the next line.
    manifest = tmp_path / "manifest.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    finished(tmp_path, model)
    assert contents(tmp_path) == contents(whole)


@pytest.mark.slow
def test_processes_change_nothing(whole: Path, model: Path, tmp_path: Path) -> None:
    finished(tmp_path, model, workers=2)
    assert contents(tmp_path) == contents(whole)


def test_a_full_disk_leaves_no_half_pair(
    whole: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import likewise.images.image as image

    plain = image.write_bytes

    def full(path: Path, data: bytes) -> None:
        if path.name == "pair_00002.png":
            raise OutputError(path, "no space is left on the disk", "free space") from OSError(
                errno.ENOSPC, "full"
            )
        plain(path, data)

    monkeypatch.setattr(image, "write_bytes", full)
    with pytest.raises(OutputError, match="no space"):
        finished(tmp_path, model)
    train = tmp_path / "dataset" / "train"
    pictures = {path.name for path in (train / "images").iterdir()}
    assert pictures == {path.name for path in (train / "labels").iterdir()}
    assert "pair_00002.png" not in pictures
    monkeypatch.setattr(image, "write_bytes", plain)
    finished(tmp_path, model)
    assert contents(tmp_path) == contents(whole)


def test_diversity_of_copies_is_none_and_of_opposites_large() -> None:
    same = diversity(LABELS, [LABELS, LABELS])
    assert (same["distinct"], same["to_each_other"], same["to_source"]) == (1, 0, 0)
    empty = LABELS.with_ids(np.zeros(LABELS.size, int))
    told = diversity(LABELS, [LABELS, empty])
    assert told["distinct"] == 2
    assert told["to_each_other"] > 0.5
    assert told["classes"]["cell"]["regions"] == {"mean": 1.0, "sd": 1.0, "least": 0.0, "most": 2.0}
    assert diversity(LABELS, [LABELS])["to_nearest"] is None
