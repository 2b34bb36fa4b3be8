"""Edited source: regions are moved whole, what they leave open takes the nearest of its class."""

from __future__ import annotations

import numpy as np
import pytest
from tests import scenes

from likewise.errors import LabelError
from likewise.geometry.pasting import edited_source


def places(size: tuple[int, int]) -> np.ndarray:
    """(H, W, 2): a picture of its own rows and columns."""
    return np.stack(np.mgrid[: size[0], : size[1]], axis=-1)


def test_a_moved_region_moves_as_a_whole() -> None:
    source, target = scenes.house(at=(16, 8)), scenes.house(at=(12, 40))
    pasted = edited_source(places(source.shape), source, target)
    house = target == scenes.HOUSE
    moved = places(target.shape) + np.array([4, -32])
    assert (pasted[house] == moved[house]).all()


def test_what_stays_is_not_moved_and_holes_take_the_nearest() -> None:
    source, target = scenes.house(at=(16, 8)), scenes.house(at=(12, 40))
    own = places(source.shape)
    pasted = edited_source(own, source, target)
    stays = (source == target) & (target != scenes.HOUSE)
    assert (pasted[stays] == own[stays]).all()
    for y, x in np.argwhere((source == scenes.HOUSE) & (target == scenes.SKY)):
        sky = np.argwhere(source == scenes.SKY)
        nearest = np.hypot(*(sky - (y, x)).T).min()
        assert np.hypot(*(pasted[y, x] - (y, x))) == pytest.approx(nearest)


def test_every_pixel_is_of_its_class_in_a_layout_of_any_size() -> None:
    source, target = scenes.blots((40, 60), 4, 0), scenes.blots((70, 50), 4, 1)
    assert (edited_source(source, source, target) == target).all()


def test_the_same_layout_is_the_same_picture() -> None:
    source = scenes.blots((40, 60), 4, 0)
    own = places(source.shape)
    assert (edited_source(own, source, source) == own).all()


def test_unknown_pixels_take_what_lies_there() -> None:
    source, target = scenes.house(), scenes.house()
    target[:10] = -1
    own = places(source.shape)
    assert (edited_source(own, source, target) == own).all()


def test_a_class_that_is_not_there_is_told() -> None:
    ids = scenes.house()
    with pytest.raises(LabelError, match="class 7"):
        edited_source(places(ids.shape), ids, np.full_like(ids, 7))
    with pytest.raises(LabelError, match="shape"):
        edited_source(places((3, 3)), ids, ids)
