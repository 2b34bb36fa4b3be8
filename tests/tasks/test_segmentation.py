"""Segmentation: finds the regions of pictures whose regions are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.studio.studios import picture, stripes

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.tasks.segmentation import MOST, segment


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


def test_one_colour_is_one_class() -> None:
    assert segment(Image.from_array(np.full((40, 40, 3), 90, np.uint8)), 5).present()


@pytest.mark.parametrize("classes", [-1, 0, 1, MOST + 1])
def test_numbers_out_of_range(classes: int) -> None:
    with pytest.raises(ConfigError, match="classes"):
        segment(picture(), classes)


def test_the_same_picture_gives_the_same_labels() -> None:
    assert segment(picture((60, 80)), 4) == segment(picture((60, 80)), 4)
