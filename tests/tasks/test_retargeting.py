"""Retargeting: the new size is met, what is kept keeps its shape, nothing is asked in vain."""

from __future__ import annotations

import numpy as np
import pytest
from tests.tasks.scenes import HOUSE, SKY, TABLE, scene, scene_labels

from likewise import Analogy
from likewise.errors import ConfigError, LabelError
from likewise.labels.label_map import LabelMap
from likewise.tasks.axes import places, scaled_axes
from likewise.tasks.retargeting import retarget


def box(inside: np.ndarray) -> tuple[int, int]:
    """(height, width) of what is marked."""
    return int(inside.any(1).sum()), int(inside.any(0).sum())


@pytest.mark.parametrize("size", [(64, 160), (64, 64), (110, 96), (48, 96), (150, 200)])
def test_the_house_keeps_its_size_and_shape_at_any_aspect(size: tuple[int, int]) -> None:
    edit = retarget(scene(), scene_labels(), size, scale=1.0)
    assert edit.layout.size == size
    height, width = box(edit.layout.ids == HOUSE)
    assert abs(height - 24) <= 2
    assert abs(width - 20) <= 2


def test_the_picture_is_rendered_at_its_new_size() -> None:
    answer = retarget(scene(), scene_labels(), (64, 144)).render(
        Analogy("patch", "smoke", device="cpu")
    )
    assert answer.size == (64, 144)


def test_both_sides_half_means_a_smaller_picture_of_the_same() -> None:
    edit = retarget(scene(), scene_labels(), (32, 48))
    assert edit.image.size == (32, 48)
    assert np.array_equal(edit.layout.ids, scene_labels().resized((32, 48)).ids)


def test_what_does_not_fit_is_made_smaller_in_its_own_shape_and_that_is_told() -> None:
    edit = retarget(scene(), scene_labels(), (64, 18 + 14), keep=["house"], scale=1.0)
    narrow = retarget(scene(), scene_labels(), (64, 17), keep=["house"], scale=1.0)
    assert abs(box(edit.layout.ids == HOUSE)[1] - 20) <= 3
    height, width = box(narrow.layout.ids == HOUSE)
    assert width < 20
    assert 0.8 < (width / height) / (20 / 24) < 1.25
    assert any("scaled" in note for note in narrow.notes)


def test_grounds_are_not_kept_unless_named() -> None:
    assert "kept in shape: house" in retarget(scene(), scene_labels(), (64, 120)).notes
    named = retarget(scene(), scene_labels(), (64, 120), keep=["ground"])
    assert "kept in shape: ground" in named.notes


def two_houses() -> LabelMap:
    """A house of 40 x 40 in the middle, and one of 8 x 8 in a place of its own."""
    ids = np.full((100, 160), SKY)
    ids[55:95, 60:100] = HOUSE
    ids[10:18, 130:138] = HOUSE
    return LabelMap.from_array(ids, TABLE)


def test_each_thing_of_a_class_has_a_scale_of_its_own() -> None:
    edit = retarget(scene((100, 160)), two_houses(), (100, 44), keep=["house"], scale=1.0)
    assert any("house had to be scaled by 0." in note for note in edit.notes)
    large = box(edit.layout.ids[40:] == HOUSE)
    small = box(edit.layout.ids[:40] == HOUSE)
    assert 0.85 < large[1] / large[0] < 1.15
    assert large[1] < 36
    assert all(abs(side - 8) <= 2 for side in small)


def test_a_thing_is_kept_although_another_of_its_class_is_ground() -> None:
    ids = two_houses().ids.copy()
    ids[:, :20] = HOUSE  # a wall from edge to edge
    labels = LabelMap.from_array(ids, TABLE)
    edit = retarget(scene((100, 160)), labels, (100, 120), scale=1.0)
    assert "kept in shape: house (2)" in edit.notes
    assert box(edit.layout.ids[40:, 20:] == HOUSE) == (40, 40)


def test_nothing_to_keep_is_an_even_stretch() -> None:
    plain = LabelMap.from_array(np.full((40, 60), SKY), TABLE)
    edit = retarget(scene((40, 60)), plain, (40, 90))
    assert edit.notes == ("kept in shape: nothing",)
    heights, widths = scaled_axes(np.zeros((0, 4, 6)), (4, 9))
    np.testing.assert_allclose(heights, 1, atol=1e-3)
    np.testing.assert_allclose(widths, 1.5, atol=1e-3)


def test_places_are_in_order_and_cover_all() -> None:
    heights, widths = scaled_axes(np.eye(5)[None], (7, 3))
    assert (heights > 0).all()
    assert (widths > 0).all()
    rows = places(heights, 50, 70)
    assert (np.diff(rows) >= 0).all()
    assert rows[0] == 0
    assert rows[-1] == 49
    assert np.array_equal(places(np.ones(5), 50, 50), np.arange(50))


@pytest.mark.parametrize(
    ("size", "asked", "error", "words"),
    [
        ((0, 96), {}, ConfigError, "sides of"),
        ((64, 96 * 9), {}, ConfigError, "sides of"),
        ((64, 96), {"keep": ["tree"]}, LabelError, "sky, ground, house"),
        ((64, 96), {"scale": 0.0}, ConfigError, "0.05"),
        ((64, 96), {"scale": float("nan")}, ConfigError, "0.05"),
    ],
)
def test_bad_input_is_told(
    size: tuple[int, int], asked: dict[str, object], error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        retarget(scene(), scene_labels(), size, **asked)  # type: ignore[arg-type]
