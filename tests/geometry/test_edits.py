"""Edits: a region is removed, moved or doubled, and no class is invented."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes
from tests.reference import geometry_twins as twins

from likewise.geometry.augmentation import WarpDraw, Warper
from likewise.geometry.edits import DOUBLE, REMOVE, EditDraw, LayoutEditor
from likewise.geometry.warps import identity_grid

SIZE = (48, 64)


def editor(ids: np.ndarray, classes: int = 3) -> LayoutEditor:
    size = (ids.shape[0], ids.shape[1])
    return LayoutEditor(scenes.indices(ids), classes, Warper(size, 3))


def edit(moved: int, *, back: bool, kept: bool, right: int = 0, down: int = 0) -> EditDraw:
    """The edit that puts class ``moved`` back ``right`` and ``down`` pixels from where it was."""
    affine = torch.tensor([[[1, 0, -2 * right / SIZE[1]], [0, 1, -2 * down / SIZE[0]]]])
    paste = WarpDraw(affine.float(), torch.zeros(1, 9, 2))
    return EditDraw(
        paste, torch.tensor([moved]), torch.tensor([float(back)]), torch.tensor([float(kept)])
    )


def apply(ids: np.ndarray, draw: EditDraw) -> np.ndarray:
    return editor(ids).apply(draw, identity_grid(SIZE))[0, 0].numpy()


def test_a_removed_region_is_closed_by_what_lies_around() -> None:
    answer = apply(scenes.house(), edit(scenes.HOUSE, back=False, kept=False))
    assert set(np.unique(answer)) == {scenes.SKY, scenes.GROUND}
    untouched = scenes.house() != scenes.HOUSE
    np.testing.assert_array_equal(answer[untouched], scenes.house()[untouched])
    small = scenes.house((16, 20), at=(5, 4), side=7)
    filled = editor(small).without[scenes.HOUSE, 0].numpy()
    allowed = twins.closed_over(small, scenes.HOUSE)
    assert all(filled[y, x] in allowed[y][x] for y, x in np.ndindex(filled.shape))


def test_a_hole_is_closed_by_known_classes_though_ignored_pixels_lie_nearer() -> None:
    ids = scenes.house()
    ids[12:36, 4:28][ids[12:36, 4:28] != scenes.HOUSE] = scenes.IGNORED  # a rim around it
    answer = apply(ids, edit(scenes.HOUSE, back=False, kept=False))
    assert set(np.unique(answer[scenes.house() == scenes.HOUSE])) == {scenes.SKY, scenes.GROUND}


def test_a_moved_region_leaves_its_place_and_arrives() -> None:
    answer = apply(scenes.house(), edit(scenes.HOUSE, back=True, kept=False, right=30, down=-4))
    np.testing.assert_array_equal(answer == scenes.HOUSE, scenes.house(at=(12, 38)) == scenes.HOUSE)


def test_a_doubled_region_is_there_twice() -> None:
    answer = apply(scenes.house(), edit(scenes.HOUSE, back=True, kept=True, right=30))
    both = (scenes.house() == scenes.HOUSE) | (scenes.house(at=(16, 38)) == scenes.HOUSE)
    np.testing.assert_array_equal(answer == scenes.HOUSE, both)


def test_a_region_moved_out_of_the_picture_is_not_mirrored_in() -> None:
    answer = apply(scenes.house(), edit(scenes.HOUSE, back=True, kept=False, right=-16))
    seen = np.zeros(SIZE, bool)
    seen[16:32, :8] = True  # of columns 8 to 24 moved by 16, eight are left
    np.testing.assert_array_equal(answer == scenes.HOUSE, seen)


def test_random_edits_never_invent_a_class() -> None:
    for seed in range(10):
        ids = scenes.blots((40, 56), 5, seed)
        ids[ids == 4] = scenes.IGNORED
        made = editor(ids, 6)  # class 5 and 4 are in the table, but nowhere in the picture
        generator = torch.Generator().manual_seed(seed)
        draw = made.draw(16, generator)
        grid = made.warper.grid(draw.paste)
        answer = made.apply(draw, grid)
        assert set(answer.unique().tolist()) <= {-1, 0, 1, 2, 3}
        assert answer.shape == (16, 1, 40, 56)
        assert answer.dtype == made.indices.dtype


def test_the_ground_is_not_a_thing_to_move() -> None:
    ids = np.zeros(SIZE, np.int64)
    ids[10:20, 10:20], ids[30:40, 10:20] = 1, 2
    draw = editor(ids).draw(64, torch.Generator().manual_seed(0))
    assert set(draw.moved.tolist()) == {1, 2}


def test_fates_come_with_their_shares() -> None:
    draw = editor(scenes.house()).draw(4000, torch.Generator().manual_seed(0))
    assert 1 - draw.back.mean() == pytest.approx(REMOVE, abs=0.03)
    assert draw.kept.mean() == pytest.approx(DOUBLE, abs=0.03)
    assert not ((draw.kept > 0) & (draw.back == 0)).any()


@pytest.mark.parametrize("ignored", [False, True])
def test_one_class_is_left_as_it_is(ignored: bool) -> None:
    ids = np.zeros(SIZE, np.int64)
    if ignored:
        ids[:20, :20] = scenes.IGNORED
    made = editor(ids, 1)
    draw = made.draw(8, torch.Generator().manual_seed(0))
    answer = made.apply(draw, identity_grid(SIZE).expand(8, -1, -1, -1))
    expected = {-1, 0} if ignored else {0}
    assert set(answer.unique().tolist()) <= expected
    assert (answer == 0).any()


def test_nothing_but_ignored_pixels_is_survived() -> None:
    made = editor(np.full(SIZE, scenes.IGNORED), 2)
    draw = made.draw(8, torch.Generator().manual_seed(0))
    answer = made.apply(draw, identity_grid(SIZE).expand(8, -1, -1, -1))
    assert (answer == -1).all()


def test_the_same_seed_draws_the_same_and_copies_in_place() -> None:
    made = editor(scenes.house())
    first, again, other = (made.draw(8, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(first.paste.affine, again.paste.affine)
    assert torch.equal(first.back, again.back)
    assert not torch.equal(first.paste.affine, other.paste.affine)
    place = first.moved.data_ptr()
    first.copy_(other)
    assert first.moved.data_ptr() == place
    for name in ("moved", "back", "kept"):
        assert torch.equal(getattr(first, name), getattr(other, name))
    assert torch.equal(first.paste.bend, other.paste.bend)
