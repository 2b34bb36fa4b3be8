"""Label maps: what they hold, what they refuse, what they write."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels import ClassTable, LabelClass, LabelMap

TABLE = ClassTable(
    (
        LabelClass(5, "sky", (0, 0, 255)),
        LabelClass(1, "sea", (0, 255, 255)),
        LabelClass(9, "boat", (255, 0, 0)),
    )
)


def map_of(ids: object, ignore: tuple[int, ...] = ()) -> LabelMap:
    return LabelMap.from_array(np.array(ids), TABLE, ignore)


def test_presence_areas_and_positions() -> None:
    labels = map_of([[5, 5, 1], [5, 255, 1]], ignore=(255,))
    assert labels.present() == (5, 1)
    assert labels.present_classes.names == ("sky", "sea")
    assert labels.areas() == pytest.approx({5: 3 / 6, 1: 2 / 6})
    assert labels.indices(TABLE).tolist() == [[0, 0, 1], [0, -1, 1]]
    assert labels.indices(labels.present_classes).tolist() == [[0, 0, 1], [0, -1, 1]]
    assert labels.to_colour()[0, 0].tolist() == [0, 0, 255]
    assert "sky" in labels.describe()[0]
    assert "50.0 %" in labels.describe()[0]
    assert labels.describe()[-1] == "ignored: 16.7 %"


def test_ids_are_copied_and_read_only() -> None:
    ids = np.array([[5, 1]])
    labels = LabelMap.from_array(ids, TABLE)
    ids[:] = 9
    assert labels.ids.tolist() == [[5, 1]]
    with pytest.raises(ValueError, match="read-only"):
        labels.ids[0, 0] = 9


def test_equality_and_repr() -> None:
    assert map_of([[5, 1]]) == map_of([[5, 1]])
    assert map_of([[5, 1]]) != map_of([[1, 5]])
    assert map_of([[5, 1]]) != map_of([[5, 1]], ignore=(1,))
    assert "sky 50.0 %" in repr(map_of([[5, 1]]))


def test_id_outside_the_table_is_named() -> None:
    with pytest.raises(LabelError, match=r"id 4 \(25\.0 %\).*sky \(id 5"):
        map_of([[5, 1, 1, 4]])


@pytest.mark.parametrize("bad", [np.zeros((2, 2)), np.zeros((2, 2, 3), int), np.zeros((0, 2), int)])
def test_from_array_refuses(bad: np.ndarray) -> None:
    with pytest.raises(LabelError, match="H, W"):
        LabelMap.from_array(bad)
    with pytest.raises(LabelError, match="32 bits"):
        LabelMap.from_array(np.array([[2**40]]))


def test_indices_name_a_class_that_another_table_lacks() -> None:
    with pytest.raises(LabelError, match=r"boat \(id 9, #ff0000\), 50\.0 %"):
        map_of([[5, 9]]).indices(TABLE.subset([5, 1]))


def test_target_may_only_ask_for_what_the_source_shows() -> None:
    source = map_of([[5, 1], [5, 1]])
    map_of([[1, 1]]).require_known(source)
    with pytest.raises(LabelError, match=r"boat \(id 9, #ff0000\), 25\.0 %") as caught:
        map_of([[1, 1, 9, 5]]).require_known(source, "TARGET")
    assert caught.value.argument == "TARGET"
    hidden = map_of([[5, 1], [9, 1]], ignore=(9,))
    with pytest.raises(LabelError, match="boat"):
        map_of([[9, 9]]).require_known(hidden)


def test_size_of_the_image() -> None:
    labels = LabelMap.from_array(np.zeros((30, 40), int))
    labels.require_size((30, 40))
    labels.require_size(Image.from_array(np.zeros((30, 40), np.uint8)))
    with pytest.raises(LabelError, match=r"40 x 30.*80 x 60.*aspect agrees.*nearest"):
        labels.require_size((60, 80))
    with pytest.raises(LabelError, match=r"40 x 30.*80 x 61.*aspect agrees"):
        labels.require_size((61, 80))
    with pytest.raises(LabelError, match=r"40 x 30.*30 x 40.*aspect differs"):
        labels.require_size((40, 30))


@pytest.mark.parametrize("size", [(1, 1), (5, 50), (13, 7), (64, 64)])
def test_resizing_invents_no_label(size: tuple[int, int]) -> None:
    ids = np.random.default_rng(0).choice([5, 1, 9], (17, 23))
    resized = map_of(ids).resized(size)
    assert resized.size == size
    assert set(np.unique(resized.ids)) <= {5, 1, 9}


def test_resizing_by_whole_factors_and_cropping() -> None:
    labels = map_of(np.random.default_rng(0).choice([5, 1, 9], (6, 8)))
    double = labels.resized((12, 16))
    assert np.array_equal(double.ids, labels.ids.repeat(2, 0).repeat(2, 1))
    assert double.resized((6, 8)) == labels
    triple = labels.ids.repeat(3, 0).repeat(3, 1)
    triple[::3] = triple[:, ::3] = 9
    assert map_of(triple).resized((6, 8)) == labels
    assert np.array_equal(labels.cropped(1, 2, 3, 4).ids, labels.ids[1:4, 2:6])


@pytest.mark.parametrize(("name", "kind"), [("a.png", None), ("a.png", "ids"), ("a.npy", None)])
def test_round_trip(name: str, kind: str | None, tmp_path: Path) -> None:
    labels = map_of(np.random.default_rng(0).choice([5, 1, 9], (20, 30)))
    labels.write(tmp_path / name, kind)
    assert LabelMap.read(tmp_path / name, classes=TABLE) == labels
    assert LabelMap.read(tmp_path / name, like=labels) == labels
    assert np.array_equal(LabelMap.read(tmp_path / name).ids, labels.ids)
    TABLE.write(tmp_path / "classes.json")
    assert LabelMap.read(tmp_path / name) == labels


def test_palette_png_shows_the_colours(tmp_path: Path) -> None:
    labels = map_of(np.random.default_rng(0).choice([5, 1, 9], (20, 30)))
    labels.write(tmp_path / "a.png")
    with PIL.Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "P"
        assert np.array_equal(np.asarray(picture), labels.ids)
        assert np.array_equal(np.asarray(picture.convert("RGB")), labels.to_colour())


def test_many_ids_take_16_bits(tmp_path: Path) -> None:
    ids = np.arange(20 * 30).reshape(20, 30) * 100
    labels = LabelMap.from_array(ids)
    labels.write(tmp_path / "a.png")
    assert np.array_equal(LabelMap.read(tmp_path / "a.png").ids, ids)


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("a.png", "palette", [[0, 256]]),
        ("a.png", "ids", [[0, 65536]]),
        ("a.png", None, [[-1, 2]]),
        ("a.png", "npy", [[0, 1]]),
        ("a.npy", "ids", [[0, 1]]),
        ("a.jpg", None, [[0, 1]]),
        ("a.png", "tiff", [[0, 1]]),
    ],
)
def test_what_cannot_be_written(name: str, kind: str | None, ids: list, tmp_path: Path) -> None:
    with pytest.raises(LabelError):
        LabelMap.from_array(np.array(ids)).write(tmp_path / name, kind)
    assert not list(tmp_path.iterdir())


def test_empty_table_of_a_map_that_is_all_ignored() -> None:
    labels = LabelMap.from_array(np.full((4, 4), 255), ignore=[255])
    assert labels.present() == ()
    assert (labels.indices(labels.present_classes) == -1).all()
