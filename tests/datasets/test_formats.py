"""Kinds of dataset, each read back by the tool that people read it with, pixel by pixel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import yaml
from pycocotools.coco import COCO
from tests.datasets.pairs import PLAIN, SIZE, TABLE, UNKNOWN, layout, picture

from likewise.datasets import DatasetWriter, dataset_format
from likewise.errors import ConfigError, LabelError
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.labels.polygons import filled

PAIRS = (("one", "train"), ("two, with a comma", "train"), ("drei ä", "val"))


def written(folder: Path, name: str, table: ClassTable = TABLE, **options: Any) -> Path:
    writer = DatasetWriter(folder, dataset_format(name, **options), table)
    for number, (stem, split) in enumerate(PAIRS):
        writer.add(stem, picture(number), layout(number, table), split=split)
    writer.finish()
    return folder


def pixels(path: Path) -> np.ndarray:
    return np.array(PIL.Image.open(path))


def test_png_is_read_by_label_map_with_its_names(tmp_path: Path) -> None:
    root = written(tmp_path, "png")
    for number, (stem, split) in enumerate(PAIRS):
        labels = LabelMap.read(root / split / "labels" / f"{stem}.png")
        assert labels == layout(number)
        assert np.array_equal(pixels(root / split / "images" / f"{stem}.png"), picture(number))


@pytest.mark.parametrize("each", ["region", "class"])
def test_coco_masks_are_the_ids_pixel_by_pixel(each: str, tmp_path: Path) -> None:
    root = written(tmp_path, "coco", each=each)
    seen = 0
    for split in ("train", "val"):
        coco = COCO(root / "annotations" / f"instances_{split}.json")
        assert {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())} == {
            entry.id: entry.name for entry in TABLE if not entry.ignored
        }
        for image in coco.loadImgs(coco.getImgIds()):
            number = next(n for n, (s, _) in enumerate(PAIRS) if f"{s}.png" == image["file_name"])
            expected = layout(number).ids
            found = np.full(SIZE, UNKNOWN)
            total = np.zeros(SIZE, int)
            for entry in coco.loadAnns(coco.getAnnIds(imgIds=image["id"])):
                mask = coco.annToMask(entry).astype(bool)
                found[mask] = entry["category_id"]
                total += mask
                assert entry["area"] == mask.sum()
                left, top, width, height = entry["bbox"]
                rows, columns = np.nonzero(mask)
                assert (left, top) == (columns.min(), rows.min())
                assert (width, height) == (np.ptp(columns) + 1, np.ptp(rows) + 1)
                seen += 1
            assert np.array_equal(found, expected)
            assert np.array_equal(total, expected != UNKNOWN)
            assert np.array_equal(
                pixels(root / "images" / split / image["file_name"]), picture(number)
            )
    # Three pictures of four classes; by regions every speck counts by itself.
    assert seen == 12 if each == "class" else seen > 100


def test_coco_polygons_come_within_one_part_in_a_thousand(tmp_path: Path) -> None:
    root = written(tmp_path, "coco", masks="polygons", background=("background",))
    coco = COCO(root / "annotations" / "instances_val.json")
    assert "background" not in {c["name"] for c in coco.dataset["categories"]}
    found = np.zeros(SIZE, int)
    for entry in coco.loadAnns(coco.getAnnIds()):
        found[coco.annToMask(entry).astype(bool)] = entry["category_id"]
    expected = layout(2).ids.copy()
    expected[expected == UNKNOWN] = 0
    assert (found != expected).mean() <= 0.001


def test_coco_finishes_twice_with_the_same_bytes(tmp_path: Path) -> None:
    root = written(tmp_path, "coco")
    path = root / "annotations" / "instances_train.json"
    before = path.read_bytes()
    written(tmp_path, "coco")
    assert path.read_bytes() == before
    numbers = [entry["id"] for entry in json.loads(before)["annotations"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_coco_refuses_what_it_cannot_say() -> None:
    with pytest.raises(ConfigError, match="no class 'sea'"):
        dataset_format("coco", background=("sea",)).check(TABLE)
    with pytest.raises(ConfigError, match="with polygons"):
        dataset_format("coco", masks="polygons", each="class")


def test_yolo_polygons_give_back_the_ids(tmp_path: Path) -> None:
    root = written(tmp_path, "yolo-seg")
    told = yaml.safe_load((root / "data.yaml").read_text(encoding="utf-8"))
    assert told["names"] == {n: c.name for n, c in enumerate(TABLE) if not c.ignored}
    assert (told["train"], told["val"]) == ("images/train", "images/val")
    for number, (stem, split) in enumerate(PAIRS):
        found = np.full(SIZE, UNKNOWN)
        for line in (root / "labels" / split / f"{stem}.txt").read_text().splitlines():
            place, *values = line.split()
            corners = np.array(values, float).reshape(-1, 2)
            assert corners.min() >= 0
            assert corners.max() <= 1
            mask = filled(corners * (SIZE[1], SIZE[0]), SIZE)
            assert (found[mask] == UNKNOWN).all()
            found[mask] = TABLE.classes[int(place)].id
        assert np.array_equal(found, layout(number).ids)


def test_yolo_in_pillows_hands_keeps_the_regions(tmp_path: Path) -> None:
    """Readers that draw polygons with their edges see one pixel more along each."""
    root = written(tmp_path, "yolo-seg", PLAIN, background=("sky",))
    lines = (root / "labels" / "train" / "one.txt").read_text().splitlines()
    ids = layout(0, PLAIN).ids
    places: dict[int, np.ndarray] = {}
    for line in lines:
        place, *values = line.split()
        corners = (np.array(values, float).reshape(-1, 2) * (SIZE[1], SIZE[0])).round()
        canvas = PIL.Image.new("1", (SIZE[1], SIZE[0]))
        PIL.ImageDraw.Draw(canvas).polygon([tuple(c) for c in corners.tolist()], fill=1)
        mask = places.setdefault(int(place), np.zeros(SIZE, bool))
        mask |= np.array(canvas)
    for place, number in ((0, 3), (1, 7)):  # car and person, since the sky has no number
        ours = ids == number
        common = (places[place] & ours).sum() / (places[place] | ours).sum()
        assert common > 0.75
        assert places[place][ours].mean() > 0.97


def test_yolo_needs_train_and_val_and_something_to_tell(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path, dataset_format("yolo-seg"), PLAIN)
    writer.add("a", picture(0), layout(0, PLAIN))
    writer.finish()
    told = yaml.safe_load((tmp_path / "data.yaml").read_text())
    assert told["val"] == told["train"] == "images/train"
    only = ClassTable((LabelClass(0, "sky", (1, 2, 3)),))
    with pytest.raises(LabelError, match="no class besides"):
        dataset_format("yolo-seg", background=("sky",)).check(only)


def test_voc_has_palette_lists_and_label_map(tmp_path: Path) -> None:
    root = written(tmp_path, "voc", PLAIN)
    lists = root / "ImageSets" / "Segmentation"
    assert (lists / "train.txt").read_text().splitlines() == ["one", "two, with a comma"]
    assert (lists / "val.txt").read_text(encoding="utf-8").splitlines() == ["drei ä"]
    told = (root / "labelmap.txt").read_text().splitlines()
    assert told[1:] == [
        f"{c.name}:{','.join(map(str, c.colour))}::" for c in PLAIN if not c.ignored
    ]
    for number, (stem, _) in enumerate(PAIRS):
        mask = PIL.Image.open(root / "SegmentationClass" / f"{stem}.png")
        assert mask.mode == "P"
        ids = layout(number, PLAIN).ids
        assert np.array_equal(np.array(mask), np.where(ids == UNKNOWN, 255, ids))
        colours = np.array(mask.convert("RGB"))
        for entry in PLAIN:
            shown = (224, 224, 192) if entry.ignored else entry.colour
            assert (colours[ids == entry.id] == shown).all()
        assert np.array_equal(pixels(root / "JPEGImages" / f"{stem}.png"), picture(number))


def test_voc_as_jpeg_for_readers_that_insist(tmp_path: Path) -> None:
    root = written(tmp_path, "voc", PLAIN, jpeg=True)
    with PIL.Image.open(root / "JPEGImages" / "one.jpg") as image:
        assert image.format == "JPEG"


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([LabelClass(0, "a:b", (1, 2, 3))], "a:b"),
        ([LabelClass(0, "a", (1, 2, 3)), LabelClass(1, "b", (1, 2, 3))], "are both #010203"),
        ([LabelClass(255, "a", (1, 2, 3))], "id 255"),
        ([LabelClass(0, "a", (224, 224, 192))], "void"),
    ],
)
def test_voc_refuses_what_it_cannot_hold(entries: list[LabelClass], found: str) -> None:
    with pytest.raises(LabelError, match=found):
        dataset_format("voc").check(ClassTable(tuple(entries)))


def test_cityscapes_has_its_own_ids_and_numbered_objects(tmp_path: Path) -> None:
    root = written(tmp_path, "cityscapes", PLAIN)
    for number, (stem, split) in enumerate(PAIRS):
        name = f"{stem}_000000_000000"
        assert len(f"{name}_gtFine_labelIds".split("_")) == 5  # as the official scripts split it
        truth = root / "gtFine" / split / "likewise"
        ids = layout(number, PLAIN).ids
        official = {0: 23, 3: 26, 7: 24, 9: 7, UNKNOWN: 0}
        expected = np.vectorize(official.get)(ids)
        assert np.array_equal(pixels(truth / f"{name}_gtFine_labelIds.png"), expected)
        objects = pixels(truth / f"{name}_gtFine_instanceIds.png").astype(int)
        things = np.isin(expected, (24, 26))
        assert np.array_equal(np.where(things, objects // 1000, objects), expected)
        # The disc is one person, the squares that touch another.
        assert set(np.unique(objects[expected == 24])) == {24000, 24001}
        colours = pixels(truth / f"{name}_gtFine_color.png")
        assert (colours[expected == 24] == (220, 20, 60)).all()
        image = root / "leftImg8bit" / split / "likewise" / f"{name}_leftImg8bit.png"
        assert np.array_equal(pixels(image), picture(number))


def test_cityscapes_names_what_it_cannot_hold_and_takes_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no label 'background' for the class 'background'"):
        dataset_format("cityscapes").check(TABLE)
    mapping = {
        "background": "unlabeled",
        "ring: of gold": "Wall",
        'he said "no"': 24,
        "mousse au café": "car",
    }
    root = written(tmp_path, "cityscapes", TABLE, mapping=mapping)
    path = root / "gtFine" / "train" / "likewise" / "one_000000_000000_gtFine_labelIds.png"
    official = {0: 0, 3: 12, 7: 24, 9: 26, UNKNOWN: 0}
    assert np.array_equal(pixels(path), np.vectorize(official.get)(layout(0).ids))
    with pytest.raises(LabelError, match="no class 'sea'"):
        dataset_format("cityscapes", mapping={"sea": "sky"}).check(PLAIN)
    with pytest.raises(LabelError, match="but 'building'"):
        dataset_format("cityscapes", mapping={"sky": "buildings"}).check(PLAIN)
    with pytest.raises(LabelError, match="license plate"):
        dataset_format("cityscapes", mapping={"sky": "license plate"}).check(PLAIN)


def test_hugging_face_reads_columns_splits_and_names(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    root = written(tmp_path / "set", "hf")
    read = datasets.load_dataset(str(root), cache_dir=str(tmp_path / "cache"))
    assert {name: len(part) for name, part in read.items()} == {"train": 2, "validation": 1}
    rows = [*read["train"], *read["validation"]]
    names = read["train"].features["classes"].feature
    assert names.int2str(3) == "ring: of gold"
    assert names.int2str(9) == "mousse au café"
    for number, row in enumerate(rows):
        assert np.array_equal(np.array(row["image"]), picture(number))
        assert np.array_equal(np.array(row["labels"]), layout(number).ids)
        assert row["classes"] == [0, 3, 7, 9]
