"""Doubts: what a layout asks for and the source does not show, and what a judge does not find."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
from tests import pairs, scenes

from likewise import Doubt, Image, LabelMap, doubts
from likewise.doubting.reading import Check
from likewise.doubting.scene import MOST_PIXELS, Scene, scene_scale
from likewise.errors import ImageError, LabelError
from likewise.evaluation.cases import find_cases, read_case

EXAMPLES = Path(__file__).parents[2] / "examples"
SIZE = (96, 128)
RIVER = 7


def scene(at: tuple[int, int] = (40, 20), side: int = 32, size: tuple[int, int] = SIZE) -> LabelMap:
    """A house that stands on the ground, two thirds of it before the sky."""
    return pairs.labels(scenes.house(size, at, side))


def kinds(source: LabelMap, target: LabelMap) -> list[tuple[str, tuple[str, ...]]]:
    return [(doubt.kind, doubt.classes) for doubt in doubts(source, target)]


def test_layouts_that_are_drawn_with_care_raise_none() -> None:
    source = scene()
    for target in (source, scene((40, 80)), scene((44, 30), 26), scene((36, 10), 40)):
        assert doubts(source, target) == []
    mirrored = source.with_ids(source.ids[:, ::-1].copy())
    assert doubts(source, mirrored) == []


def test_the_bundled_layouts_that_are_doubted() -> None:
    """What docs/failure_cases.md says of them."""
    found = {}
    for folder in find_cases([EXAMPLES]):
        case = read_case(folder)
        for name, target in case.targets.items():
            if told := kinds(case.labels, target):
                found[f"{case.name}/{name}"] = told
    assert found == {
        "astronaut/long_hair": [("neighbours", ("hair", "collar"))],
        "rocket/lift_off": [("neighbours", ("rocket", "light"))],
        "tissue/gland_gone": [("stretched", ("stroma",))],
    }


def test_classes_that_never_met() -> None:
    ids = scenes.house(SIZE, (40, 20), 32)
    ids[:10] = RIVER  # above the sky, away from all else
    target = ids.copy()
    target[30:40, 20:52] = RIVER  # now on the roof, too
    (told,) = [d for d in doubts(pairs.labels(ids), pairs.labels(target)) if "house" in d.classes]
    assert (told.kind, told.classes) == ("neighbours", ("house", "river"))
    assert "along 32 pixels of border, in the source nowhere" in told.finding
    target[30:40, 20:52] = ids[30:40, 20:52]
    target[39, 20:23] = RIVER  # three pixels are no notable border
    assert not [d for d in doubts(pairs.labels(ids), pairs.labels(target)) if "house" in d.classes]


def test_what_a_class_stands_on() -> None:
    (told,) = doubts(scene(), scene((8, 20)))
    assert (told.kind, told.classes) == ("footing", ("house", "sky"))
    assert "along 100 % of its lower edge (32 pixels), in the source along 0 %" in told.finding
    assert doubts(scene((8, 20)), scene((8, 70))) == []  # where the source floats, too


def test_a_class_that_the_frame_cuts_in_the_source_and_now_floats() -> None:
    ids = scenes.house(SIZE, (56, 20), 40)
    ids[56:60, 60:66] = scenes.HOUSE  # a balcony, so that some of it stands on the sky there, too
    (told,) = doubts(pairs.labels(ids), scene((8, 20)))
    assert (told.kind, told.classes) == ("footing", ("house", "sky"))
    assert "in the source along 13 %" in told.finding


def test_a_bar_that_becomes_a_block() -> None:
    """No larger in area, three times as thick."""
    bar, block = scenes.house(SIZE, side=0), scenes.house(SIZE, (34, 20), 30)
    bar[54:64, 10:110] = scenes.HOUSE
    (told,) = doubts(pairs.labels(bar), pairs.labels(block))
    assert (told.kind, told.classes) == ("stretched", ("house",))
    assert "(3.0 times), on 0.9 times the source's 1000 pixels" in told.finding


def test_a_class_that_is_thicker_than_the_source_shows_it() -> None:
    source = scene((50, 20), 20)
    (told,) = doubts(source, scene((20, 20), 60))
    assert (told.kind, told.classes) == ("stretched", ("house",))
    assert "60 pixels thick where the source shows it 20 (3.0 times)" in told.finding
    assert "9.0 times the source's 400 pixels" in told.finding
    assert doubts(source, scene((40, 20), 32)) == []


def test_a_thin_class_over_a_large_area() -> None:
    ids = scenes.house(SIZE, (40, 20), 32)
    ids[88:96, :32] = RIVER
    target = ids.copy()
    target[88:96] = RIVER
    found = doubts(pairs.labels(ids), pairs.labels(target))
    (told,) = [doubt for doubt in found if doubt.kind == "stretched"]
    assert told.classes == ("river",)
    assert "on 4.0 times the source's 256 pixels" in told.finding


def test_a_larger_layout_shows_the_scene_larger_a_wider_one_more_of_it() -> None:
    source = scene()
    large = source.resized((3 * SIZE[0], 3 * SIZE[1]))
    assert doubts(source, large) == []
    assert doubts(large, source) == []
    assert doubts(source, scene(size=(96, 400))) != []  # much more sky
    assert scene_scale((100, 200), (250, 400)) == 2.0
    assert scene_scale((100, 200), (50, 160)) == 0.8
    assert scene_scale((100, 200), (100, 900)) == 1.0
    assert scene_scale((100, 200), (110, 220)) == 1.0


def test_ignored_seams_part_no_classes() -> None:
    """In some collections every border is drawn as unknown, in others none is."""
    plain = scenes.house(SIZE, (40, 20), 32)
    seams = plain.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            seams[np.roll(plain, step, axis) != plain] = 255
    drawn = pairs.labels(seams, ignore=(255,))
    assert doubts(drawn, pairs.labels(plain)) == []
    assert doubts(pairs.labels(plain), drawn) == []


@pytest.mark.parametrize("size", [(2000, 3000), (96, 40000), (1, 5000), (1, 1)])
def test_any_size_is_reduced_to_a_bounded_one(size: tuple[int, int]) -> None:
    target = pairs.labels(np.zeros(size, np.int64))
    for one, other in ((scene(), target), (target, target)):
        seen = Scene.of(one, other)
        assert seen.source.size <= 1.01 * MOST_PIXELS + 4000
        assert seen.target.size <= 1.01 * MOST_PIXELS + 4000
        doubts(one, other)


def test_a_class_that_the_source_lacks_is_an_error() -> None:
    target = scenes.house(SIZE)
    target[:5] = RIVER
    with pytest.raises(LabelError, match="river"):
        doubts(scene(), pairs.labels(target))


def test_a_doubt_stays_as_it_is_and_goes_into_json() -> None:
    doubt = Doubt("footing", ("house", "sky"), "a stands on b", "Move it.")
    assert str(doubt) == "a stands on b. Move it."
    assert doubt.to_json() == {
        "kind": "footing",
        "classes": ["house", "sky"],
        "finding": "a stands on b",
        "remedy": "Move it.",
    }
    with pytest.raises(FrozenInstanceError):
        doubt.finding = "c"  # type: ignore[misc]


@pytest.fixture(scope="module")
def checked() -> tuple[Check, Image, LabelMap]:
    ids = scenes.house(SIZE, (40, 20), 32)
    image, labels = pairs.pair(ids)
    return Check(image, labels), image, labels


def test_a_judge_finds_what_is_there(checked: tuple[Check, Image, LabelMap]) -> None:
    check, image, labels = checked
    assert check.doubts(image, labels) == []
    ids = scenes.house(SIZE, (40, 80), 32)
    assert check.doubts(scenes.picture(ids), pairs.labels(ids)) == []


def test_a_judge_tells_the_class_that_is_missing(checked: tuple[Check, Image, LabelMap]) -> None:
    check, _, _ = checked
    asked = scenes.house(SIZE, (40, 80), 32)
    empty = np.where(asked == scenes.HOUSE, scenes.SKY, asked)
    (told,) = check.doubts(scenes.picture(empty), pairs.labels(asked))
    assert (told.kind, told.classes) == ("misread", ("house",))
    assert told.finding.startswith("a judge finds house on ")
    assert "in the source on 100 %" in told.finding
    assert check.doubts(scenes.picture(empty), pairs.labels(empty)) == []


def test_a_judge_is_not_asked_about_specks(checked: tuple[Check, Image, LabelMap]) -> None:
    check, _, _ = checked
    asked = scenes.house(SIZE, (10, 10), 5)
    shown = np.where(asked == scenes.HOUSE, scenes.SKY, asked)
    assert check.doubts(scenes.picture(shown), pairs.labels(asked)) == []


def test_a_judge_refuses_what_does_not_fit(checked: tuple[Check, Image, LabelMap]) -> None:
    check, image, labels = checked
    with pytest.raises(LabelError):
        check.doubts(image, scene(size=(60, 60)))
    with pytest.raises(ImageError):
        check.doubts(scenes.picture(np.asarray(labels.ids), channels=1), labels)
