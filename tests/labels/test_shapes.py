"""Shapes: files of LabelMe, COCO and YOLO, read as the pixels that they draw, or refused."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pycocotools import mask as coco_mask
from tests.labels.rings import SIZE, TABLE, rings, save

from likewise.errors import LabelError
from likewise.labels import ClassTable, LabelClass, LabelMap
from likewise.labels.conventions.coco import coco_document
from likewise.labels.conventions.label_me import label_me_document
from likewise.labels.conventions.yolo import polygon_lines


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def shape(label: str, points: list[Any], kind: str = "polygon", **more: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "shape_type": kind, **more}


def label_me(path: Path, shapes: list[Any], size: tuple[Any, Any] = SIZE) -> Path:
    return write(path, {"shapes": shapes, "imageHeight": size[0], "imageWidth": size[1]})


def test_label_me_draws_shapes_in_their_order(tmp_path: Path) -> None:
    inner = np.zeros((11, 6), np.uint8)
    inner[5:] = 255
    buffer = io.BytesIO()
    PIL.Image.fromarray(inner).save(buffer, "PNG")
    shapes = [
        shape("sky", [[0, 0], [50, 0], [50, 20], [0, 20]]),
        shape("tower", [[10, 5], [20, 35]], "rectangle"),
        shape("sun", [[40, 10], [40, 14]], "circle"),
        shape("_background_", [[12, 10], [16, 10], [16, 15], [12, 15]]),
        shape("__ignore__", [[0, 38], [60, 38], [60, 45], [0, 45]]),
        shape(
            "hut", [[30, 22], [35, 32]], "mask", mask=base64.b64encode(buffer.getvalue()).decode()
        ),
    ]
    labels = LabelMap.read(label_me(tmp_path / "a.json", shapes))
    assert labels.size == SIZE
    assert labels.classes.names == ("background", "hut", "sky", "sun", "tower", "__ignore__")
    name = np.vectorize(lambda number: labels.classes.by_id(number).name)(labels.ids)
    assert (name[5:10, 10:20] == "tower").all()
    assert (name[10:15, 12:16] == "background").all()
    assert name[10, 40] == "sun"
    assert name[10, 45] == "sky"
    assert (name[:5, :30] == "sky").all()
    assert (name[38:] == "__ignore__").all()
    assert (name[27:33, 30:36] == "hut").all()
    assert (name[22:27, 30:36] == "background").all()
    assert labels.ignore == {255}


def test_label_me_takes_the_sources_ids_by_name(tmp_path: Path) -> None:
    source = LabelMap.from_array(rings(), TABLE)
    shapes = [shape("DISC", [[0, 0], [20, 0], [20, 20], [0, 20]])]
    target = LabelMap.read(label_me(tmp_path / "a.json", shapes), like=source)
    assert set(np.unique(target.ids)) == {0, 5}
    shapes.append(shape("cloud", [[30, 30], [40, 30], [40, 40]]))
    with pytest.raises(LabelError, match="'cloud'"):
        LabelMap.read(label_me(tmp_path / "a.json", shapes), like=source)


SQUARE = [[1, 1], [9, 1], [9, 9], [1, 9]]


@pytest.mark.parametrize(
    ("shapes", "found"),
    [
        ([shape("", SQUARE)], "the label ''"),
        ([shape("a", SQUARE[:2])], "2 corners"),
        ([shape("a", [[1, 1], ["x", 2], [3, 3]])], "no list of numbers"),
        ([shape("a", [[1, 1], [float("nan"), 2], [3, 3]])], "no number of pixels"),
        ([shape("a", [[900, 1], [990, 1], [990, 9]])], "beyond the picture"),
        ([shape("a", [[1, 1], [9, 9]], "line")], "type 'line'"),
        ([shape("a", SQUARE[:1], "rectangle")], "points of shape"),
        ([shape("a", [[1, 1], [3, 3]], "mask", mask="no")], "damaged mask"),
        ([shape("a", [[1, 1], [3, 3]], "mask")], "without its PNG"),
        (["a"], "no list of shapes"),
        ([{"label": "a"}], "polygon"),
    ],
)
def test_damaged_label_me_files_are_refused(shapes: list[Any], found: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=found) as error:
        LabelMap.read(label_me(tmp_path / "a.json", shapes))
    assert "a.json" in str(error.value)


@pytest.mark.parametrize("size", [(None, None), (3, 3), (10**6, 10**6), ("40", 50), (True, 50)])
def test_label_me_needs_a_size(size: tuple[Any, Any], tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="a picture of"):
        LabelMap.read(label_me(tmp_path / "a.json", [shape("a", SQUARE)], size))


def coco(path: Path, segmentation: Any, **changes: Any) -> Path:
    document = {
        "images": [{"id": 3, "file_name": "sub/a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 2, "name": "ring"}, {"id": 5, "name": "disc"}],
        "annotations": [{"id": 1, "image_id": 3, "category_id": 2, "segmentation": segmentation}],
    }
    return write(path, document | changes)


def test_coco_masks_of_every_kind(tmp_path: Path) -> None:
    mask = rings() == 2
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    packed = {"size": list(SIZE), "counts": theirs["counts"].decode()}
    flat = np.concatenate([[False], mask.ravel(order="F")])
    edges = np.flatnonzero(np.diff(flat.astype(int)))
    plain = {"size": list(SIZE), "counts": np.diff([0, *edges, mask.size]).tolist()}
    for segmentation in (packed, plain):
        labels = LabelMap.read(coco(tmp_path / "a.json", segmentation))
        assert np.array_equal(labels.ids == 2, mask)
        assert labels.classes.names == ("background", "ring", "disc")
    two = [[1, 1, 9, 1, 9, 9, 1, 9], [20, 20, 30, 20, 30, 25, 20, 25]]
    labels = LabelMap.read(coco(tmp_path / "a.json", two))
    assert (labels.ids == 2).sum() == 64 + 50


def test_coco_is_asked_for_a_picture_by_name(tmp_path: Path) -> None:
    other = np.roll(rings(), 5, axis=1)
    document = coco_document([("a.jpg", rings()), ("b.png", other)], TABLE)
    path = write(tmp_path / "a.json", document)
    read = LabelMap.read(path, image=Path("somewhere") / "b.png")
    assert np.array_equal(read.ids, other)
    assert [(c.id, c.name, c.colour) for c in read.classes] == [
        (c.id, c.name, c.colour) for c in TABLE
    ]
    assert np.array_equal(LabelMap.read(path, image="a.png").ids, rings())  # by its stem
    with pytest.raises(LabelError, match=r"2 pictures \(a.jpg, b.png\)"):
        LabelMap.read(path)
    with pytest.raises(LabelError, match=r"no picture called 'c\.png'"):
        LabelMap.read(path, image="c.png")


@pytest.mark.parametrize(
    ("segmentation", "changes", "found"),
    [
        ({"size": [50, 40], "counts": [2000]}, {}, "size"),
        ({"size": list(SIZE), "counts": [7]}, {}, "7 pixels in all"),
        ({"size": list(SIZE), "counts": "%%%"}, {}, "damaged"),
        ({"size": list(SIZE)}, {}, "counts of type"),
        ([], {}, "no segmentation"),
        ([[1, 2, 3, 4]], {}, "2 corners"),
        ([[500, 1, 510, 1, 510, 9]], {}, "beyond the picture"),
        ([[1, 2, 3, 4, 5]], {}, "in pairs"),
        ([[1, 1, 9, 1, 1e300, 9]], {}, "no number of pixels"),
        ([[1, 1, 9, 1, 9, 9]], {"categories": [{"id": 1, "name": "x"}]}, "category 2"),
        ([], {"categories": [{"id": 1, "name": "x"}, {"id": 2, "name": "x"}]}, "two classes"),
        ([], {"categories": [{"id": -1, "name": "x"}]}, "category -1"),
        ([], {"images": []}, "no pictures"),
        ([], {"images": [{"id": 3, "height": 10**9, "width": 10**9}]}, "1000000000 x"),
        ([], {"annotations": {}}, "no list of annotations"),
        ([], {"annotations": [7]}, "no list of annotations"),
    ],
)
def test_damaged_coco_files_are_refused(
    segmentation: Any, changes: dict[str, Any], found: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelError, match=found):
        LabelMap.read(coco(tmp_path / "a.json", segmentation, **changes))


def test_coco_has_a_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likewise.labels.conventions.coco.MOST_SHAPES", 1)
    entry = {"image_id": 3, "category_id": 2, "segmentation": [[1, 1, 9, 1, 9, 9]]}
    with pytest.raises(LabelError, match="2 annotations"):
        LabelMap.read(coco(tmp_path / "a.json", [], annotations=[entry, entry]))
    monkeypatch.undo()
    monkeypatch.setattr("likewise.labels.conventions.decoded.MOST_WORK", 50)
    with pytest.raises(LabelError, match="fewer, or smaller"):
        LabelMap.read(coco(tmp_path / "a.json", [[1, 1, 9, 1, 9, 9]]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "it holds a list"),
        ("{}", "an empty JSON object"),
        ('{"classes": []}', "--classes"),
        ("\xff", "no"),
    ],
)
def test_json_of_nothing_known_is_refused(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(LabelError, match=found):
        LabelMap.read(path)
    with pytest.raises(LabelError, match="cannot be read"):
        LabelMap.read(tmp_path / "none.json")


def yolo(folder: Path, lines: list[str], names: str = "names: [ring, disc]\n") -> Path:
    save(folder / "images" / "train" / "a.jpg", np.zeros((*SIZE, 3), np.uint8))
    path = folder / "labels" / "train" / "a.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))
    (folder / "data.yaml").write_text(names)
    return path


@pytest.mark.parametrize(
    "names",
    [
        "names: [ring, 'a ''disc''', \"all, \\u00e9\"]  # three\nnc: 3\n",
        "path: .\nnames:\n  0: ring\n  # a remark\n  1: 'a ''disc'''\n  2: \"all, é\"\nnc: 3\n",
        "names:\n- ring\n- a 'disc'  # remark\n- all, é\n",
    ],
)
def test_yolo_polygons_with_the_names_of_data_yaml(names: str, tmp_path: Path) -> None:
    ids = rings()
    lines = polygon_lines(ids, [LabelClass(2, "r", (0, 0, 0)), LabelClass(5, "d", (0, 0, 0))])
    labels = LabelMap.read(yolo(tmp_path, lines, names))
    assert labels.classes.names == ("ring", "a 'disc'", "all, é", "background")
    assert np.array_equal(labels.ids, np.vectorize({0: 3, 2: 0, 5: 1}.get)(ids))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("0 0.1 0.1 0.2 0.2", "a box"),
        ("0 0.1 0.1 0.2 0.2 0.3", "5 coordinates"),
        ("a 0.1 0.1 0.2 0.2 0.3 0.1", "no numbers"),
        ("0 0.1 0.1 0.2 0.2 0.3 nan", "far from 0 to 1"),
        ("0 10 10 20 20 30 10", "far from 0 to 1"),
        ("99999999 0.1 0.1 0.2 0.2 0.3 0.1", "the class 99999999"),
        ("-1 0.1 0.1 0.2 0.2 0.3 0.1", "the class -1"),
    ],
)
def test_damaged_yolo_files_are_refused(line: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=found):
        LabelMap.read(yolo(tmp_path, ["0 0.1 0.1 0.2 0.1 0.2 0.2", line]))


def test_yolo_needs_its_picture(tmp_path: Path) -> None:
    path = yolo(tmp_path, [])
    (tmp_path / "images" / "train" / "a.jpg").unlink()
    with pytest.raises(LabelError, match="its picture"):
        LabelMap.read(path)
    picture = save(tmp_path / "else.png", np.zeros(SIZE, np.uint8))
    assert LabelMap.read(path, image=picture).size == SIZE


def test_written_documents_are_read_back_pixel_by_pixel(tmp_path: Path) -> None:
    ids = rings()
    path = write(tmp_path / "me.json", label_me_document(ids, TABLE, "a.png"))
    assert np.array_equal(LabelMap.read(path, classes=TABLE).ids, ids)
    path = write(tmp_path / "coco.json", coco_document([("a.png", ids)], TABLE))
    assert np.array_equal(LabelMap.read(path).ids, ids)


def test_what_no_shape_covers_is_unknown_where_the_table_has_no_background(tmp_path: Path) -> None:
    table = ClassTable((LabelClass(4, "sky", (1, 2, 3)), LabelClass(9, "?", (0, 0, 0), True)))
    path = label_me(tmp_path / "a.json", [shape("sky", SQUARE)])
    labels = LabelMap.read(path, classes=table)
    assert set(np.unique(labels.ids)) == {4, 9}
    with pytest.raises(LabelError, match="'background'"):
        LabelMap.read(path, classes=table.subset([4]))
