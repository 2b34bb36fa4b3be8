"""Segmentation: finds the regions of pictures whose regions are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.studio.studios import picture, stripes

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.tasks.segmentation import MOST, segment, segment_together
from likewise.tasks.segmentation.grouping import Grouping
from likewise.tasks.segmentation.naming import SHOWN, counted


@pytest.mark.parametrize("size", [(120, 160), (60, 82), (600, 900)])
def test_known_regions_are_found(size: tuple[int, int]) -> None:
    found = segment(picture(size), 3)
    assert found.size == size
    assert adjusted_rand_score(stripes(size).ravel(), found.ids.ravel()) > 0.9


def test_texture_tells_apart_what_colour_does_not() -> None:
    rng = np.random.default_rng(0)
    pixels = np.full((120, 160), 128.0)
    pixels[:, 80:] += rng.choice([-60.0, 60.0], (120, 80))
    found = segment(Image.from_array(pixels.astype(np.uint8)), 2)
    assert (found.ids[:, 8:72] == found.ids[60, 40]).mean() > 0.9
    assert (found.ids[:, 88:152] == found.ids[60, 120]).mean() > 0.9
    assert found.ids[60, 40] != found.ids[60, 120]


def test_classes_are_numbered_by_area_and_are_no_more_than_asked() -> None:
    found = segment(picture((120, 160)), 8)
    areas = list(found.areas().values())
    assert len(areas) <= 8
    assert areas == sorted(areas, reverse=True)
    assert found.present() == tuple(range(len(areas)))


@pytest.mark.parametrize("size", [(16, 16), (16, 300), (40, 40)])
@pytest.mark.parametrize("classes", [None, 5])
def test_one_colour_is_one_class(size: tuple[int, int], classes: int | None) -> None:
    found = segment(Image.from_array(np.full((*size, 3), 90, np.uint8)), classes)
    assert found.size == size
    assert found.present() == (0,)


@pytest.mark.parametrize("kind", ["grey", "deep", "alpha"])
def test_other_kinds_of_picture(kind: str) -> None:
    rgb = picture((60, 80)).pixels
    pixels = {
        "grey": rgb[..., 2],
        "deep": rgb.astype(np.uint16) * 257,
        "alpha": np.dstack([rgb, np.full((60, 80), 255, np.uint8)]),
    }[kind]
    found = segment(Image.from_array(pixels), 3)
    assert adjusted_rand_score(stripes((60, 80)).ravel(), found.ids.ravel()) > 0.8


def test_the_number_of_classes_is_found_where_nobody_gives_it() -> None:
    assert len(segment(picture((120, 160))).present()) == 3
    prices = np.array([1.0, 1.1, 1.2, 9.0, 10.0])  # of 6 regions; the rise is at 3
    joins = ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5))
    assert Grouping(joins, prices).likely_count(2, 5) == 3


def test_halves_of_one_picture_share_their_classes() -> None:
    whole = picture((120, 200))
    halves = [Image.from_array(whole.pixels[:, :100]), Image.from_array(whole.pixels[:, 100:])]
    left, right = segment_together(halves, 3)
    assert left.classes == right.classes
    both = np.concatenate([left.ids, right.ids], axis=1)
    assert adjusted_rand_score(stripes((120, 200)).ravel(), both.ravel()) > 0.9
    # What one picture lacks it may lack: the stripes cut apart are found again by their ids.
    upper, lower = Image.from_array(whole.pixels[:70]), Image.from_array(whole.pixels[70:])
    first, second = segment_together([upper, lower], 3)
    ids = np.concatenate([first.ids, second.ids])
    assert adjusted_rand_score(stripes((120, 200)).ravel(), ids.ravel()) > 0.9
    assert len(second.present()) < len(second.classes)


def test_borders_follow_the_picture_at_full_size() -> None:
    """Cut up at 400 pixels, told at 1000: borders would be 2.5 pixels coarse."""
    y, x = np.mgrid[:1000, :1200]
    inside = (y - 480) ** 2 + (x - 610) ** 2 < 283**2
    noise = np.random.default_rng(0).integers(-12, 12, (1000, 1200, 3))
    pixels = np.where(inside[..., None], (200, 120, 60), (60, 110, 160)) + noise
    found = segment(Image.from_array(pixels.astype(np.uint8)), 2)
    wrong = (found.ids == found.ids[480, 610]) != inside
    assert wrong.sum() < 0.25 * 2 * np.pi * 283  # less than a quarter of a pixel along the line


def test_names_tell_place_and_colour() -> None:
    names = segment(picture((120, 160)), 3).classes.names
    assert [name.split()[0] for name in names if name.split()[0] in ("upper", "lower")]
    assert any("sky blue" in name for name in names)
    assert counted(["olive", "grey", "olive"]) == ["olive", "grey", "olive 2"]
    assert (0, 0, 0) not in SHOWN and len(set(SHOWN)) == len(SHOWN) > MOST


@pytest.mark.parametrize("classes", [-1, 0, 1, MOST + 1])
def test_numbers_out_of_range(classes: int) -> None:
    with pytest.raises(ConfigError, match="classes"):
        segment(picture(), classes)


def test_the_same_picture_gives_the_same_labels() -> None:
    assert segment(picture((60, 80)), 4) == segment(picture((60, 80)), 4)
