"""Conventions: files of well-known data sets and tools, read as what they mean, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.labels.rings import SIZE, TABLE, rings, save

from likewise.errors import LabelError
from likewise.labels import ClassTable, LabelMap
from likewise.labels.conventions.reading import CONVENTIONS
from likewise.labels.conventions.tables import TABLES, cityscapes_labels, class_table


def test_tables_are_what_the_data_sets_publish() -> None:
    sizes = {"ade20k": 151, "coco-stuff": 183, "voc": 22, "cityscapes": 35}
    sizes |= {"celebamask": 19, "face-parsing": 19}
    assert {name: len(class_table(name)) for name in TABLES} == sizes
    assert class_table("ade20k").by_id(3).name == "sky"
    assert class_table("coco-stuff").by_id(156).name == "sky-other"
    assert class_table("voc").by_name("person").colour == (192, 128, 128)
    assert class_table("cityscapes").by_name("person").colour == (220, 20, 60)
    assert sorted(t.train_id for t in cityscapes_labels() if 0 <= t.train_id < 255) == [*range(19)]
    assert class_table("celebamask").by_id(2).name == "nose"
    assert class_table("face-parsing").by_id(10).name == "nose"


@pytest.mark.parametrize(
    ("convention", "values", "names", "unknown"),
    [
        ("ade20k", [0, 3, 7], ["sky", "road, route"], 0),
        ("coco-stuff", [0, 156, 255], ["person", "sky-other"], 255),
        ("cityscapes", [0, 7, 26], ["road", "car"], 0),
        ("cityscapes-train", [0, 13, 255], ["road", "car"], 255),
        ("voc", [0, 15, 255], ["background", "person"], 255),
        ("celebamask", [0, 1, 2], ["background", "skin", "nose"], None),
        ("face-parsing", [0, 1, 2], ["background", "skin", "l_brow"], None),
    ],
)
def test_ids_get_their_names(
    convention: str, values: list[int], names: list[str], unknown: int | None, tmp_path: Path
) -> None:
    ids = np.repeat(np.array(values, np.uint8), 20)[None].repeat(30, axis=0)
    path = save(tmp_path / "a.png", ids)
    labels = LabelMap.read(path, convention=convention)
    assert np.array_equal(labels.ids, ids)
    assert list(labels.present_classes.names) == names
    assert (unknown in labels.ignore) if unknown is not None else not labels.ignore
    # A target of bare ids, and one in another order, are read in the source's classes.
    assert LabelMap.read(path, like=labels).present() == labels.present()
    beyond = save(tmp_path / "b.png", np.where(ids == values[1], 240, ids).astype(np.uint8))
    with pytest.raises(LabelError, match="it holds id 240"):
        LabelMap.read(beyond, convention=convention)
    colours = save(tmp_path / "c.png", np.stack([ids, ids // 2, ids], axis=2))
    if convention != "voc":
        with pytest.raises(LabelError, match="colours instead of ids"):
            LabelMap.read(colours, convention=convention)


def test_celebamask_hq_is_two_conventions(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.zeros(SIZE, np.uint8))
    with pytest.raises(LabelError, match="two orders of ids") as error:
        LabelMap.read(path, convention="CelebAMask-HQ")
    assert "face-parsing" in str(error.value)
    with pytest.raises(LabelError, match="'pascal'"):
        LabelMap.read(path, convention="pascal")


def test_cityscapes_files_are_told_by_their_names(tmp_path: Path) -> None:
    table = class_table("cityscapes")
    ids = np.repeat(np.array([7, 11, 23, 26], np.uint8), 16)[None].repeat(30, axis=0)
    expected = ("road", "building", "sky", "car")
    objects = np.where(ids == 26, 26003, ids.astype(np.uint16)).astype(np.uint16)
    train = np.vectorize({7: 0, 11: 2, 23: 10, 26: 13}.get)(ids).astype(np.uint8)
    colours = table.colours[table.index_of(ids)]
    for kind, pixels in (
        ("labelIds", ids),
        ("instanceIds", objects),
        ("labelTrainIds", train),
        ("color", colours),
    ):
        path = save(tmp_path / f"x_000000_000001_gtFine_{kind}.png", pixels)
        labels = LabelMap.read(path)
        assert labels.present_classes.names == expected
        if kind != "labelTrainIds":
            assert np.array_equal(labels.ids, ids)
        # Known classes come first: the ids are then those of the table that was given.
        if kind == "labelIds":
            assert LabelMap.read(path, classes=ClassTable.from_ids(range(34))).classes.names[7] == (
                "class 7"
            )
    colours = colours.copy()
    colours[:20, :20] = (0, 255, 255)
    wrong = save(tmp_path / "y_000000_000001_gtFine_color.png", colours)
    with pytest.raises(LabelError, match="#00ffff"):
        LabelMap.read(wrong)


def test_ade20k_whole_annotation(tmp_path: Path) -> None:
    index = np.repeat(np.array([0, 300, 2978]), 16)[None].repeat(30, axis=0)
    pixels = np.stack([index // 256 * 10, index % 256, index * 0 + 9], axis=2).astype(np.uint8)
    labels = LabelMap.read(save(tmp_path / "ADE_train_00000001_seg.png", pixels))
    assert np.array_equal(labels.ids, index)
    assert labels.present() == (300, 2978)


def palette_mask(path: Path, ids: np.ndarray, colours: dict[int, tuple[int, int, int]]) -> Path:
    palette = np.zeros((256, 3), np.uint8)
    for number, colour in colours.items():
        palette[number] = colour
    picture = PIL.Image.fromarray(ids.astype(np.uint8), "P")
    picture.putpalette(palette.tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


@pytest.mark.parametrize("as_colours", [False, True])
def test_labelmap_txt_names_the_colours(as_colours: bool, tmp_path: Path) -> None:
    ids = rings()
    ids[-3:] = 255
    colours = {c.id: c.colour for c in TABLE} | {255: (224, 224, 192)}
    text = "# label:color_rgb:parts:actions\n"
    text += "".join(f"{c.name}:{','.join(map(str, c.colour))}::\n" for c in TABLE)
    path = tmp_path / "SegmentationClass" / "a.png"
    if as_colours:
        save(path, np.array([colours[i] for i in ids.ravel()], np.uint8).reshape(*SIZE, 3))
    else:
        palette_mask(path, ids, colours)
    (tmp_path / "labelmap.txt").write_text(text)
    labels = LabelMap.read(path)
    assert labels.present_classes.names == ("background", "ring", "disc")
    names = [c.name for c in TABLE]
    for number, name in zip((0, 2, 5), names, strict=True):
        assert np.array_equal(labels.ids == labels.classes.by_name(name).id, ids == number)
    assert set(labels.ids[-3:].ravel().tolist()) <= labels.ignore
    if not as_colours:
        assert np.array_equal(labels.ids, ids)
    (tmp_path / "labelmap.txt").write_text(text.rsplit("disc", 1)[0])
    with pytest.raises(LabelError, match="unknown colour #005ac8"):
        LabelMap.read(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no classes"),
        ("sky\n", "line 1: 'sky'"),
        ("sky:1,2::\n", "line 1"),
        ("sky:1,2,300::\n", "1,2,300"),
        ("sky:1,2,3::\nsky:3,4,5::\n", "again"),
        ("sky:1,2,3::\nsea:1,2,3::\n", "again"),
    ],
)
def test_damaged_labelmaps_are_refused(text: str, found: str, tmp_path: Path) -> None:
    path = palette_mask(tmp_path / "a.png", rings(), {c.id: c.colour for c in TABLE})
    (tmp_path / "labelmap.txt").write_text(text)
    with pytest.raises(LabelError, match=found):
        LabelMap.read(path)
    (tmp_path / "labelmap.txt").unlink()
    with pytest.raises(LabelError, match="no class file"):
        LabelMap.read(path, convention="cvat")


def test_numbered_objects_become_inside_border_and_background(tmp_path: Path) -> None:
    numbers = np.zeros((40, 60), np.uint16)
    numbers[5:25, 5:25] = 300
    numbers[5:25, 25:45] = 301  # touches the one before
    numbers[30:40, 0:10] = 7  # at the picture's corner
    path = save(tmp_path / "a.png", numbers)
    labels = LabelMap.read(path, instances=True)
    assert labels.present_classes.names == ("background", "inside", "border")
    inside = labels.ids == labels.classes.by_name("inside").id
    border = labels.ids == labels.classes.by_name("border").id
    assert np.array_equal(inside | border, numbers > 0)
    assert border[10:20, 23:27].all()
    assert inside[7:23, 7:23].all()
    assert inside[32:, :8].all()  # the picture's edge is no border of the object
    assert not border[10, 8:22].any()
    unknown = LabelMap.read(path, instances=True, ignore=[301])
    assert not (unknown.ids[10:20, 20:24] == unknown.classes.by_name("border").id).any()
    assert unknown.present_classes.names == ("background", "inside", "border")
    # What was parted before, a layout drawn in the three colours, is taken as it is.
    labels.write(tmp_path / "parted.png")
    again = LabelMap.read(tmp_path / "parted.png", instances=True, like=labels)
    assert np.array_equal(again.ids, labels.ids)
    # A class table nearby is not of the objects; a file of classes has none.
    (tmp_path / "classes.json").write_text('[{"id": 0}, {"id": 1}]')
    assert LabelMap.read(path, instances=True) == labels
    (tmp_path / "a.json").write_text('{"shapes": []}')
    with pytest.raises(LabelError, match="whose ids are classes"):
        LabelMap.read(tmp_path / "a.json", instances=True)


def test_every_convention_is_named_once() -> None:
    assert len(set(CONVENTIONS)) == len(CONVENTIONS)
