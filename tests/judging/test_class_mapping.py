"""Class mapping: names and numbers are found, and every mistake is told with what was meant."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests import pairs

from likewise.errors import LabelError
from likewise.judging.class_mapping import ClassMapping

NETWORK = {0: "wall", 1: "Sky", 2: "earth, ground", 3: "grass", 4: "house", 5: "wall", 9: "house, "}


def read(tmp_path: Path, said: object) -> ClassMapping:
    file = tmp_path / "mapping.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return ClassMapping.read(file, NETWORK)


def test_classes_are_found_by_name_part_of_a_name_and_number(tmp_path: Path) -> None:
    said = {"sky": ["sky"], "ground": ["GRASS", "ground", 0], "house": [], "river": ["wall"]}
    mapping = read(tmp_path, said)
    assert mapping.numbers == {"sky": (1,), "ground": (3, 2, 0), "house": (), "river": (0, 5)}
    table = pairs.TABLE.subset((0, 1, 2))
    np.testing.assert_array_equal(mapping.positions(table), [1, 0, 1, 1, -1, -1, -1, -1, -1, -1])


def test_a_file_may_hold_classes_of_other_cases_too(tmp_path: Path) -> None:
    mapping = read(tmp_path, {"sky": ["sky"], "heaven": ["sky"], "ground": [3], "house": [4]})
    np.testing.assert_array_equal(
        mapping.positions(pairs.TABLE.subset((0, 1, 2))), [-1, 0, -1, 1, 2, -1, -1, -1, -1, -1]
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"sky": [1], "sky": [2]}', "'sky' stands there twice"),
        ([], "no object of classes"),
        ({}, "no object of classes"),
        ({"sky": "sky"}, "'sky' maps to 'sky'.*a list"),
        ({"sky": [True]}, "class 'sky': True"),
        ({"sky": [None]}, "class 'sky': None"),
        ({"sky": [7]}, "the network has no class 7; expected 0 to 9"),
        ({"sky": ["skye"]}, "no class 'skye', but 'Sky'"),
        ({"sky": ["ground floor"]}, "no class 'ground floor', but 'ground'"),
        ({"sky": ["zebra"]}, "no class 'zebra';"),
    ],
)
def test_a_damaged_mapping_is_refused(tmp_path: Path, said: object, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        read(tmp_path, said)


def test_a_word_that_means_two_classes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    file.write_text('{"a": ["road"]}', encoding="utf-8")
    with pytest.raises(LabelError, match=r"'road' is part of 'road, route' and of 'road, track'"):
        ClassMapping.read(file, {0: "road, route", 1: "road, track"})


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        ClassMapping.read(tmp_path / "none.json", NETWORK)
    with pytest.raises(LabelError, match="cannot be read"):
        ClassMapping.read(tmp_path, NETWORK)


def test_a_case_needs_each_of_its_classes_once(tmp_path: Path) -> None:
    table = pairs.TABLE.subset((0, 1, 2))
    with pytest.raises(LabelError, match=r"no class 'ground', but 'grounds'.*\[\]"):
        read(tmp_path, {"sky": [1], "grounds": [3], "house": [4]}).positions(table)
    with pytest.raises(LabelError, match="'sky' and 'house' both map to 'Sky'"):
        read(tmp_path, {"sky": [1], "ground": [3], "house": ["sky"]}).positions(table)
