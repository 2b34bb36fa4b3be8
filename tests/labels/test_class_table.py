"""Class tables: JSON in and out, look-ups, and what makes no table."""

import json
from pathlib import Path

import numpy as np
import pytest

from likewise.errors import LabelError
from likewise.labels import ClassTable, LabelClass
from likewise.labels.colours import colour_name, colour_of_id, parse_colour, shade_distances

SKY = LabelClass(7, "sky", (0, 0, 255))
SEA = LabelClass(2, "sea", (0, 255, 255))
VOID = LabelClass(255, "void", (9, 9, 9), ignored=True)


def test_json_round_trip(tmp_path: Path) -> None:
    table = ClassTable((SKY, SEA, VOID))
    table.write(tmp_path / "classes.json")
    assert ClassTable.read(tmp_path / "classes.json") == table
    assert ClassTable.from_json({"classes": table.to_json()}) == table
    assert table.ignored == {255}


def test_look_ups_and_positions() -> None:
    table = ClassTable((SKY, SEA))
    assert table.by_id(2) is SEA
    assert table.by_name("sky") is SKY
    assert table.by_colour((0, 255, 255)) is SEA
    assert 7 in table
    assert 3 not in table
    for look_up, key in ((table.by_id, 3), (table.by_name, "x"), (table.by_colour, (1, 1, 1))):
        with pytest.raises(KeyError):
            look_up(key)
    ids = np.array([[7, 2], [3, -1]])
    assert table.index_of(ids).tolist() == [[0, 1], [-1, -1]]
    assert table.subset([2]).classes == (SEA,)


def test_names_and_colours_may_lack() -> None:
    table = ClassTable.from_json([{"id": 3}, {"id": 4, "name": "x", "color": "#0a0B0c"}])
    assert table.by_id(3).name == "class 3"
    assert table.by_id(3).colour == colour_of_id(3)
    assert table.by_id(4).colour == (10, 11, 12)


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"id": 1},
        [3],
        [{"name": "x"}],
        [{"id": "1"}],
        [{"id": True}],
        [{"id": 2**40}],
        [{"id": 1, "colour": [1, 2, 300]}],
        [{"id": 1, "colour": [1.5, 2, 3]}],
        [{"id": 1, "colour": "red"}],
        [{"id": 1, "name": ""}],
        [{"id": 1, "ignore": "yes"}],
        [{"id": 1}, {"id": 1}],
        [{"id": 1, "name": "x"}, {"id": 2, "name": "x"}],
    ],
)
def test_no_tables(data: object, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps(data))
    with pytest.raises(LabelError) as caught:
        ClassTable.read(path)
    assert caught.value.expected


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xfa", b"[" * 100_000])
def test_no_json(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(content)
    with pytest.raises(LabelError, match=r"c\.json"):
        ClassTable.read(tmp_path / "c.json")
    with pytest.raises(LabelError, match="cannot be read"):
        ClassTable.read(tmp_path / "none.json")


def test_colours_of_ids_are_customary_and_unique() -> None:
    assert [colour_of_id(i) for i in (0, 1, 2, 3)] == [
        (0, 0, 0),
        (128, 0, 0),
        (0, 128, 0),
        (128, 128, 0),
    ]
    assert len({colour_of_id(i) for i in range(5000)}) == 5000


def test_colour_names_and_distances() -> None:
    assert colour_name((0, 249, 0)) == "green"
    assert colour_name((255, 147, 0)) == "orange"
    assert parse_colour([True, 0, 0]) is None
    ends = np.array([[0, 0, 0], [255, 255, 255]])
    assert shade_distances(ends, ends)[0] == pytest.approx([0, 1], abs=1e-3)


@pytest.mark.parametrize("spread", [1, 3, 100_000])  # close together, and far apart
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64])
def test_positions_of_ids_near_and_far(spread: int, dtype: type) -> None:
    ids = [7 * spread, 2, 5 * spread + 1]
    table = ClassTable(tuple(LabelClass(n, str(n), (n % 256, 0, 0)) for n in ids))
    asked = np.array([0, 1, 2, 3, 7, 5, 100, 127], dtype)
    expected = [ids.index(n) if n in ids else -1 for n in asked.tolist()]
    assert table.index_of(asked).tolist() == expected
    assert table.index_of(np.array([*ids, -(2**31), 2**31 - 1])).tolist() == [0, 1, 2, -1, -1]
