"""Edited truth: pairs are the same every time, right outside the edit, and written without loss."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from benchmarks.truth import (
    EditKind,
    TruthPair,
    make_truth,
    read_truth,
    write_truth,
)
from benchmarks.truth.composing import backdrop, thing
from benchmarks.truth.credits import credits_page, pictures_of
from benchmarks.truth.pictures import CREDITS
from benchmarks.truth.scenes import SCENES
from benchmarks.truth.things import THINGS
from scipy import ndimage

from likewise.errors import InputError
from likewise.evaluation.cases import read_case

NAMES = [f"{case}/{edit}" for case, scene in SCENES.items() for edit in scene.edits]
MARGIN = 22  # pixels that a soft edge and a shadow may reach beyond a thing's label


@lru_cache(maxsize=1)
def every_pair() -> dict[str, TruthPair]:
    return {pair.name: pair for pair in make_truth()}


def thing_classes(pair: TruthPair) -> list[int]:
    scene = SCENES[pair.case]
    stands = [*scene.before, *scene.edits[pair.edit].after]
    names = {name for stand in stands for name in THINGS[stand.thing].parts.values()}
    return [entry.id for entry in pair.labels.classes if entry.name in names]


def thing_areas(pair: TruthPair) -> tuple[np.ndarray, np.ndarray]:
    ids = thing_classes(pair)
    return np.isin(pair.labels.ids, ids), np.isin(pair.target.ids, ids)


def test_there_are_enough_pairs_of_every_kind():
    pairs = every_pair()
    assert list(pairs) == NAMES
    assert len(pairs) >= 40
    assert {pair.kind for pair in pairs.values()} == set(EditKind) - {EditKind.WARPED}
    assert min(Counter(pair.kind for pair in pairs.values()).values()) >= 4
    assert len({scene.backdrop for scene in SCENES.values()}) >= 11
    used = {stand.thing for scene in SCENES.values() for stand in scene.before}
    assert len(used) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_sizes_and_classes_fit(name):
    pair = every_pair()[name]
    assert 160 <= min(pair.image.size) <= max(pair.image.size) <= 320
    assert pair.labels.size == pair.target.size == pair.truth.size == pair.image.size
    assert pair.image.mode == pair.truth.mode == "RGB"
    assert pair.image.depth == 8
    pair.target.require_known(pair.labels)
    assert len(pair.labels.present()) >= 2
    assert min(pair.labels.areas().values()) > 0.004


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_away_from_the_things(name):
    pair = every_pair()[name]
    before, after = thing_areas(pair)
    away = ndimage.distance_transform_edt(~(before | after)) > MARGIN
    assert away.mean() > 0.1
    np.testing.assert_array_equal(pair.image.pixels[away], pair.truth.pixels[away])
    np.testing.assert_array_equal(pair.labels.ids[away], pair.target.ids[away])


@pytest.mark.parametrize("name", NAMES)
def test_labels_say_where_the_backdrop_is_covered(name):
    """Where the layout shows a thing the picture differs from the backdrop, elsewhere it is it."""
    pair = every_pair()[name]
    empty = backdrop(SCENES[pair.case].backdrop).rgb * 255
    _, after = thing_areas(pair)
    differs = np.abs(pair.truth.pixels - empty).max(-1)
    if after.any():
        assert (differs[after] > 4).mean() > 0.9
    assert (differs[ndimage.distance_transform_edt(~after) > MARGIN] <= 1).all()
    unshaded = not any(THINGS[stand.thing].shadow for stand in SCENES[pair.case].before)
    if unshaded and not SCENES[pair.case].hides:
        rim = max(THINGS[stand.thing].edge.softness for stand in SCENES[pair.case].before) / 2
        assert (differs[ndimage.distance_transform_edt(~after) > 2.2 + rim] <= 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_edit_is_what_its_kind_says(name):
    pair = every_pair()[name]
    before, after = thing_areas(pair)
    areas = before.sum(), after.sum()
    number = [ndimage.label(area)[1] for area in (before, after)]
    changed = (pair.labels.ids != pair.target.ids).mean()
    assert changed > 0.005
    match pair.kind:
        case EditKind.MOVED | EditKind.MIRRORED:
            assert number[0] == number[1]
            assert 0.6 < areas[1] / areas[0] < 1.6  # trees may hide more or less of it
        case EditKind.SCALED_UP:
            assert areas[1] > 1.25 * areas[0]
        case EditKind.SCALED_DOWN:
            assert areas[1] < 0.75 * areas[0]
        case EditKind.DUPLICATED:
            assert number[1] == number[0] + 1
        case EditKind.REMOVED:
            assert number[1] == number[0] - 1


def test_the_same_bytes_every_time():
    first = every_pair()
    backdrop.cache_clear()
    thing.cache_clear()
    for pair in make_truth(["paving", "meadow"]):
        known = first[pair.name]
        assert pair.image == known.image
        assert pair.truth == known.truth
        assert pair.target == known.target


def test_unknown_scenes_are_named():
    with pytest.raises(InputError, match=r"no scene 'moon'.*lake"):
        make_truth(["moon"])


def test_pairs_are_written_and_read_without_loss(tmp_path):
    pairs = make_truth(["dusk", "gravel"])
    write_truth(pairs, tmp_path)
    again = {pair.name: pair for pair in read_truth(tmp_path)}
    assert set(again) == {pair.name for pair in pairs}
    for pair in pairs:
        read = again[pair.name]
        assert read.kind is pair.kind
        assert (read.image, read.truth) == (pair.image, pair.truth)
        assert (read.labels, read.target) == (pair.labels, pair.target)
    case = read_case(tmp_path / "dusk")
    assert set(case.targets) == set(case.truths) == set(case.kinds) == set(SCENES["dusk"].edits)


def test_damaged_truth_is_refused(tmp_path):
    with pytest.raises(InputError, match="no truth there"):
        read_truth(tmp_path)
    write_truth(make_truth(["space"]), tmp_path)
    kinds = tmp_path / "space" / "edits.json"
    whole = kinds.read_text(encoding="utf-8")
    (tmp_path / "space" / "truths" / "two.png").rename(tmp_path / "two.png")
    with pytest.raises(InputError, match="none for 'two'"):
        read_truth(tmp_path)
    (tmp_path / "two.png").rename(tmp_path / "space" / "truths" / "two.png")
    for text in ("{", "[1]", whole.replace("duplicated", "trebled"), whole.replace("two", "ten")):
        kinds.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"edits\.json"):
            read_truth(tmp_path)


def test_every_picture_is_credited():
    page = credits_page()
    for scene in SCENES.values():
        for name in pictures_of(scene):
            assert CREDITS[name].licence in page
            assert CREDITS[name].author in page


def test_the_command_writes_what_can_be_read(tmp_path, monkeypatch, capsys):
    from benchmarks.truth.__main__ import main

    monkeypatch.setattr("sys.argv", ["truth", "-o", str(tmp_path), "--scene", "space"])
    main()
    assert len(read_truth(tmp_path)) == len(SCENES["space"].edits)
    assert (tmp_path / "contact_sheet.png").stat().st_size > 10_000
    assert "Brooklyn Museum" in Path(tmp_path / "CREDITS.md").read_text(encoding="utf-8")
    assert "scaled up" in capsys.readouterr().out
