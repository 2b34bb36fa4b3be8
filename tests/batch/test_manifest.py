"""Manifests of all kinds, and what is said of bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from likewise.batch.manifest import read_manifest
from likewise.batch.rows import Row
from likewise.errors import ConfigError

CELLS = {
    "name": "one",
    "image": "a/i.png",
    "labels": "a/p.png",
    "targets": ["a/p2.png", "../p3.png"],
    "method": "semia",
    "preset": "full",
    "seed": 7,
    "settings": {"rounds": "4"},
    "note": "mine",
}


def as_csv(cells: dict[str, Any]) -> str:
    flat = {**cells, "targets": ";".join(cells["targets"]), "settings": '"{""rounds"": ""4""}"'}
    return f"{','.join(flat)}\n{','.join(map(str, flat.values()))}\n"


def test_the_three_kinds_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(json.dumps(CELLS) + "\n\n")
    (tmp_path / "m.csv").write_text("\ufeff" + as_csv(CELLS), encoding="utf-8")
    parquet.write_table(arrow.Table.from_pylist([CELLS]), tmp_path / "m.parquet")
    rows = [read_manifest(str(tmp_path / f"m.{kind}")).rows for kind in ("jsonl", "csv", "parquet")]
    assert rows[0] == rows[1] == rows[2]
    (row,) = rows[0]
    assert row == Row(
        number=1,
        name="one",
        image=str(tmp_path / "a/i.png"),
        labels=str(tmp_path / "a/p.png"),
        targets=(str(tmp_path / "a/p2.png"), str(tmp_path.parent / "p3.png")),
        method="semia",
        preset="full",
        seed=7,
        settings={"rounds": "4"},
        note="mine",
    )
    assert Row.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_addresses_are_kept_and_absent_columns_take_the_defaults(tmp_path: Path) -> None:
    cells = {"image": "s3://b/i.png", "labels": "p.png", "targets": "t.png", "size": None}
    (tmp_path / "m.jsonl").write_text(json.dumps(cells))
    (row,) = read_manifest(str(tmp_path / "m.jsonl"), {"method": "patch"}).rows
    assert (row.image, row.method, row.size, row.seed) == ("s3://b/i.png", "patch", None, 0)
    assert row.name == "000001-i"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"image": ""}, "image: nothing; expected a file"),
        ({"labels": ""}, "labels: nothing; expected a file, for task run"),
        ({"targets": []}, "targets: nothing; expected label maps"),
        ({"targets": [3]}, "targets: [3]; expected a list of files"),
        ({"task": "runn"}, "task: 'runn'.*Did you mean run?"),
        ({"task": "remove"}, "targets: 1 files; expected none, for task remove"),
        ({"task": "sketch"}, "labels: a value; expected none, for task sketch"),
        ({"seed": -1}, "seed: -1; expected a whole number"),
        ({"seed": 1.5}, "seed: 1.5; expected a whole number"),
        ({"name": "../up"}, "name: '../up'; expected letters"),
        ({"name": ".hidden"}, "name: '.hidden'; expected letters"),
        ({"settings": "rounds"}, "settings: 'rounds'; expected a JSON object"),
        ({"options": {"out": "/etc"}}, "options: 'out'; expected an option of the task"),
        ({"options": {"-o": "x"}}, "options: '-o'; expected long names"),
        ({"options": {"check": {"a": 1}}}, "options: check: .*expected a text or a number"),
        ({"image": "a\nb.png"}, "image: 'a.*nb.png'; expected a text of one line"),
    ],
)
def test_a_bad_row_is_told_and_the_others_stay(
    tmp_path: Path, cells: dict[str, Any], told: str
) -> None:
    good = {"image": "i.png", "labels": "p.png", "targets": ["t.png"]}
    rows = [good, {**good, **cells}, good]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    manifest = read_manifest(str(tmp_path / "m.jsonl"))
    assert [row.number for row in manifest.rows] == [1, 3]
    assert list(manifest.wrong) == [2]
    pattern = told.replace("[", r"\[").replace("]", r"\]").replace("?", r"\?")
    with pytest.raises(AssertionError, match=pattern):
        raise AssertionError(manifest.wrong[2])


def test_damaged_lines_and_shared_names_are_rows_faults(tmp_path: Path) -> None:
    good = {"image": "i.png", "labels": "p.png", "targets": ["t.png"], "name": "Same"}
    lines = [json.dumps(good), "{", "[1]", json.dumps({**good, "name": "same"})]
    (tmp_path / "m.jsonl").write_text("\n".join(lines))
    manifest = read_manifest(str(tmp_path / "m.jsonl"))
    assert [row.number for row in manifest.rows] == [1]
    assert "not JSON" in manifest.wrong[2]
    assert "object" in manifest.wrong[3]
    assert "which row 1 has" in manifest.wrong[4]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("m.jsonl", "", "has no rows"),
        ("m.csv", "image,labels\n", "has no rows"),
        ("m.csv", "labels,targets\np.png,t.png\n", "has no column 'image'"),
        ("m.csv", "imag,labels\ni.png,p.png\n", "imag: an unknown column.*Did you mean image?"),
        ("m.txt", "image\n", "ends in .txt; expected .jsonl, .csv or .parquet"),
        ("m.parquet", "PAR1", "damaged"),
        ("none.csv", None, "cannot be read .No such file"),
    ],
)
def test_what_is_wrong_with_all_of_it_is_an_error(
    tmp_path: Path, name: str, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=told.replace("?", r"\?")):
        read_manifest(str(tmp_path / name))


def test_one_bad_row_in_a_thousand(tmp_path: Path) -> None:
    rows = [{"image": "i.png", "labels": "p.png", "targets": ["t.png"]} for _ in range(1000)]
    rows[411]["seed"] = "many"  # type: ignore[assignment]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    manifest = read_manifest(str(tmp_path / "m.jsonl"))
    assert (len(manifest.rows), manifest.count) == (999, 1000)
    assert list(manifest.wrong) == [412]
