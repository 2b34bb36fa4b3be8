"""Layouts: drawn the same every time, within the classes, and within every constraint."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.tasks.augmentation.blobs import CELL, CORE, GROUND, SIZE, STONE, TABLE, blob_labels

from likewise.errors import ConfigError, LabelError
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.constraints import parse_constraints, regions
from likewise.tasks.augmentation.layouts import DrawnLayout, Layouts
from likewise.tasks.augmentation.maker import next_layout
from likewise.tasks.augmentation.settings import LayoutSettings
from likewise.tasks.augmentation.sprites import NOTHING, Shape, sprite
from likewise.tasks.augmentation.things import things_of

LABELS = blob_labels()


def drawn(*words: str, count: int = 12, **more: object) -> list[DrawnLayout]:
    layouts = Layouts(LABELS, constraints=parse_constraints(words, LABELS), **more)
    return [next_layout(layouts, 3, index, 0)[1].layout for index in range(count)]


def test_things_are_regions_with_all_that_they_enclose() -> None:
    things = things_of(LABELS)
    assert [thing.id for thing in things] == [CELL, CELL, CORE, STONE]
    first, _, core, _ = things
    assert first.mask[22, 26]
    assert core.parent == first.number
    assert first.floats
    assert first.company == {GROUND}
    assert things_of(LABELS, frozenset([STONE]))[0].id == STONE


def test_a_class_that_reaches_across_has_no_small_things() -> None:
    """A patch of sky between branches is no thing."""
    ids = np.zeros(SIZE, int)
    ids[40:] = 1
    ids[60:64, 30:34] = 0
    assert things_of(LabelMap.from_array(ids)) == []


def test_an_unchanged_sprite_lies_where_it_was() -> None:
    thing = things_of(LABELS)[0]
    ids, (top, left) = sprite(thing, Shape())
    rows, columns = np.nonzero(ids != NOTHING)
    back = np.full(SIZE, NOTHING)
    back[rows + top, columns + left] = ids[rows, columns]
    differing = (back != NOTHING) != thing.mask
    assert differing.mean() < 0.002
    larger, _ = sprite(thing, Shape((1.5, 1.5), 40.0))
    assert np.isclose((larger != NOTHING).sum(), 2.25 * thing.mask.sum(), rtol=0.06)
    assert set(np.unique(larger)) == {NOTHING, CELL, CORE}


def test_the_same_numbers_draw_the_same_layout() -> None:
    for one, other in zip(drawn(), drawn(), strict=True):
        assert np.array_equal(one.labels.ids, other.labels.ids)
        assert one.edits == other.edits
    several = drawn()
    assert len({layout.labels.ids.tobytes() for layout in several}) == len(several)
    for one, other in pairwise(several):
        assert one.edits != other.edits


def test_things_keep_apart() -> None:
    """Two cells never grow into one: there are as many regions as the edits say."""
    for layout in drawn(count=25):
        fates = [edit["fate"] for edit in layout.edits if edit.get("thing", "").startswith("cell")]
        wanted = 2 + fates.count("double") - fates.count("remove")
        assert len(regions(np.isin(layout.labels.ids, [CELL, CORE]))) == wanted, layout.edits


def test_a_thing_is_not_held_by_what_is_in_it() -> None:
    settings = LayoutSettings(stay=0, move=0, double=0, remove=0, warp=0)
    told = [e["fate"] for layout in drawn(settings=settings) for e in layout.edits[:-1]]
    assert told.count("scale") > 0.9 * len(told)


def test_layouts_hold_the_source_s_classes_and_cores_stay_in_cells() -> None:
    for layout in drawn():
        assert set(np.unique(layout.labels.ids)) <= set(TABLE.ids.tolist())
        for core in regions(layout.labels.ids == CORE):
            rows, columns = np.nonzero(core)
            around = (
                layout.labels.ids[rows.min() - 1, columns],
                layout.labels.ids[rows.max() + 1, columns],
            )
            assert set(np.concatenate(around).tolist()) <= {CELL, CORE}


@pytest.mark.parametrize(
    "word",
    [
        "cell:count<=1",
        "cell:count>=3",
        "stone:count=1",
        "cell:area=0.01..0.08",
        "stone:y>0.6",
        "stone:x<0.5",
        "core:inside=cell",
        "stone:never-above=cell",
        "stone:fixed",
        "cell:whole",
    ],
)
def test_every_layout_meets_its_constraint(word: str) -> None:
    (constraint,) = parse_constraints([word], LABELS)
    for layout in drawn(word, count=6):
        assert constraint.holds(layout.labels, LABELS)


def test_constraints_mean_what_they_say() -> None:
    def holds(word: str, ids: np.ndarray) -> bool:
        (constraint,) = parse_constraints([word], LABELS)
        return constraint.holds(LABELS.with_ids(ids), LABELS)

    ids = LABELS.ids.copy()
    assert holds("stone:fixed", ids)
    assert holds("cell:count=2", ids)
    assert not holds("cell:count<2", ids)
    assert holds("stone:y>0.7", ids)
    assert not holds("stone:y<0.7", ids)
    assert not holds("stone:on=cell", ids)
    assert holds("cell:on=ground", ids)
    high = np.full(SIZE, GROUND)
    high[5:12, 20:30], high[40:60, 15:40] = STONE, CELL
    assert not holds("stone:never-above=cell", high)
    assert holds("stone:never-below=cell", high)
    high[12:45, 20:30] = STONE  # its foot now stands on the cell
    assert holds("stone:never-above=cell", high)
    high[0, :5] = STONE
    assert not holds("stone:whole", high)
    assert not holds("stone:fixed", high)


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        (["cel:whole"], LabelError, "Did you mean 'cell'"),
        (["cell:never-above=sky"], LabelError, "'sky'"),
        (["cell:round"], ConfigError, "no rule that is known"),
        (["cell"], ConfigError, "CLASS:RULE"),
        (["cell:area=0.2..0.1"], ConfigError, "from low to high"),
        (["cell:area=5"], ConfigError, "at most 1"),
        (["cell:inside=cell"], ConfigError, "with itself"),
        (["cell:count>=3", "cell:count<=1"], ConfigError, "contradict"),
    ],
)
def test_words_that_are_no_constraint(words: list[str], kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        parse_constraints(words, LABELS)


def test_the_constraint_that_no_layout_meets_is_named() -> None:
    with pytest.raises(ConfigError) as refused:
        drawn("stone:whole", "cell:area=0.6..0.9", count=1)
    assert "no layout meets 'cell:area=0.6..0.9'" in str(refused.value)
    assert "they had 0" in str(refused.value)


def test_layouts_of_the_user_s_come_first_and_are_changed_further() -> None:
    given = LABELS.with_ids(LABELS.ids[:, ::-1].copy())
    several = drawn(given=[given])
    assert several[0].labels == given
    assert several[0].edits == ()
    assert {layout.base for layout in several[1:]} == {0, 1}


def test_settings_out_of_range() -> None:
    with pytest.raises(ConfigError, match="largest"):
        LayoutSettings(largest=9)
    with pytest.raises(ConfigError, match="no thing is ever changed"):
        LayoutSettings(move=0, scale=0, double=0, remove=0, warp=0)
    moved = drawn(settings=LayoutSettings(stay=0, scale=0, double=0, remove=0, warp=0), count=4)
    for layout in moved:
        assert len(regions(layout.labels.ids == STONE)) == 1
