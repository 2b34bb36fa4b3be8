"""Bundled examples: every case is complete, its maps are clean and agree with its class table."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from likewise.labels import LabelMap

EXAMPLES = Path(__file__).parents[1] / "examples"
BATCH = EXAMPLES / "batch"  # manifests and cluster files, no case
CASES = sorted(path for path in EXAMPLES.iterdir() if path.is_dir() and path != BATCH)
TARGETS = sorted(path for case in CASES for path in (case / "targets").iterdir())
MAPS = [case / "labels.png" for case in CASES] + TARGETS

SMALLEST_COMPONENT = 12  # pixels: below that it is a speck nobody drew on purpose
SMALLEST_CHANGE = 0.01  # of all pixels: below that a layout is hardly a question
SMALLEST_CLASS = 0.01  # of the source's pixels: there must be something to take after
LARGEST_FOLDER = 4 * 2**20  # bytes


def name_of(path: Path) -> str:
    return str(path.relative_to(EXAMPLES))


def case_of(path: Path) -> Path:
    return EXAMPLES / path.relative_to(EXAMPLES).parts[0]


def read_ids(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.mode == "P", f"{name_of(path)} is {picture.mode}, not a palette PNG"
        return np.asarray(picture)


def read_table(case: Path) -> list[dict]:
    return json.loads((case / "classes.json").read_text(encoding="utf-8"))


def test_at_least_six_cases_in_a_small_folder() -> None:
    assert len(CASES) >= 6
    assert sum(p.stat().st_size for p in EXAMPLES.rglob("*") if p.is_file()) < LARGEST_FOLDER


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case_is_complete(case: Path) -> None:
    for wanted in ("image.png", "labels.png", "classes.json"):
        assert (case / wanted).is_file(), f"{case.name} lacks {wanted}"
    assert len(list((case / "targets").glob("*.png"))) >= 3
    with Image.open(case / "image.png") as picture:
        assert picture.mode == "RGB"
        assert max(picture.size) <= 512


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_class_table_is_sound_and_every_class_is_in_the_source(case: Path) -> None:
    table = read_table(case)
    assert 2 <= len(table) <= 5
    assert [row["id"] for row in table] == list(range(len(table)))
    assert len({row["name"] for row in table}) == len(table)
    assert len({tuple(row["colour"]) for row in table}) == len(table)
    shares = np.bincount(read_ids(case / "labels.png").ravel(), minlength=len(table))
    assert (shares / shares.sum() >= SMALLEST_CLASS).all()


@pytest.mark.parametrize("path", MAPS, ids=name_of)
def test_map_fits_its_image_and_its_table(path: Path) -> None:
    table = read_table(case_of(path))
    ids = read_ids(path)
    with Image.open(case_of(path) / "image.png") as picture:
        assert ids.shape == picture.size[::-1]
    assert set(np.unique(ids)) <= {row["id"] for row in table}
    with Image.open(path) as picture:
        palette = np.asarray(picture.getpalette() or []).reshape(-1, 3)
    assert palette[: len(table)].tolist() == [row["colour"] for row in table]


@pytest.mark.parametrize("path", MAPS, ids=name_of)
def test_map_has_no_specks(path: Path) -> None:
    ids = read_ids(path)
    for value in np.unique(ids):
        components, _ = ndimage.label(ids == value)
        assert np.bincount(components.ravel())[1:].min() >= SMALLEST_COMPONENT, f"class {value}"


@pytest.mark.parametrize("path", TARGETS, ids=name_of)
def test_target_asks_for_a_change_with_classes_of_the_source(path: Path) -> None:
    source, target = read_ids(case_of(path) / "labels.png"), read_ids(path)
    assert set(np.unique(target)) <= set(np.unique(source))
    assert np.mean(source != target) > SMALLEST_CHANGE


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_readme_tells_of_the_case_and_each_of_its_targets(case: Path) -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    _, _, section = readme.partition(f"## {case.name}\n")
    section = section.partition("\n## ")[0]
    for word in ("taken from", "Changed:"):
        assert word in section, f"README says nothing of {case.name}: {word}"
    for target in (case / "targets").iterdir():
        assert f"- `{target.stem}`: " in section


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_label_reader_takes_the_case_as_it_lies(case: Path) -> None:
    table = read_table(case)
    source = LabelMap.read(case / "labels.png")
    assert [(c.id, c.name) for c in source.classes] == [(row["id"], row["name"]) for row in table]
    assert source.snapping is None
    np.testing.assert_array_equal(source.ids, read_ids(case / "labels.png"))
    for path in sorted((case / "targets").iterdir()):
        target = LabelMap.read(path, like=source)
        target.require_known(source)
        np.testing.assert_array_equal(target.ids, read_ids(path))
