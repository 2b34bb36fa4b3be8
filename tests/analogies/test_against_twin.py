"""The painted picture is the one that comparing everything with everything gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from tests import scenes
from tests.reference import analogy_twins as twins

from likewise.analogies.example import Example
from likewise.analogies.image_analogy import image_analogy
from likewise.analogies.neighbourhoods import Scene, known_features
from likewise.analogies.settings import AnalogySettings

EXACT = AnalogySettings(error=0.0, leaves=0)
SIZES = [((17, 22), (17, 22)), ((16, 19), (11, 25))]


def planes(size: tuple[int, int], seed: int, classes: int = 3) -> np.ndarray:
    """(H, W, classes) one-hot labels."""
    return np.eye(classes)[scenes.blots(size, classes, seed)]


def noise(size: tuple[int, int], count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (*size, count))


@pytest.mark.parametrize("kappa", [0.0, 2.0, 30.0])
@pytest.mark.parametrize(("size", "goal"), SIZES)
def test_of_labels_every_pixel_is_the_twins(
    size: tuple[int, int], goal: tuple[int, int], kappa: float
) -> None:
    a, a_prime, b = planes(size, 0), noise(size, 3, 1), planes(goal, 2)
    settings = replace(EXACT, kappa=kappa, coarsest=8)
    painted = image_analogy(a, a_prime, b, settings, seed=5)
    expected = twins.sources_of(a, a_prime, b, 2, kappa, 5)
    np.testing.assert_array_equal(painted.sources, expected)
    np.testing.assert_array_equal(painted.values, a_prime[expected[0], expected[1]])


@pytest.mark.parametrize("count", [0, 1])
def test_of_textures_and_photographs_too(count: int) -> None:
    a, a_prime, b = noise((16, 18), count, 0), noise((16, 18), 2, 1), noise((15, 21), count, 2)
    settings = replace(EXACT, kappa=1.0, coarsest=4, weight=0.5)
    expected = twins.sources_of(a * 0.5**0.5, a_prime, b * 0.5**0.5, 3, 1.0, 3)
    found = image_analogy(a, a_prime, b, settings, seed=3).sources
    np.testing.assert_array_equal(found, expected)


def test_of_an_example_too_small_to_have_inner_pixels_too() -> None:
    a, a_prime, b = planes((4, 4), 0), noise((4, 4), 2, 1), planes((9, 11), 2)
    expected = twins.sources_of(a, a_prime, b, 1, 0.5, 7)
    settings = replace(EXACT, kappa=0.5)
    np.testing.assert_array_equal(image_analogy(a, a_prime, b, settings, seed=7).sources, expected)


def test_an_approximate_match_is_as_near_as_promised() -> None:
    """A' is black, so that every match depends on A and B alone."""
    a, b = (noise((48, 64), 1, seed) for seed in (0, 1))
    pixels = [grid.ravel() for grid in np.indices((48, 64))]
    wanted = known_features(Scene.of(b, 0 * b, None), *pixels)
    shown = known_features(Scene.of(a, 0 * a, None), *pixels)
    inner = np.zeros((48, 64), dtype=bool)
    inner[2:-2, 2:-2] = True  # pixels that have all their neighbours
    least = cdist(wanted[inner.ravel()], shown[inner.ravel()], "sqeuclidean").min(axis=1)

    def distances(**settings: float) -> np.ndarray:
        chosen = replace(EXACT, kappa=0.0, coarsest=64, **settings)
        rows, columns = Example.of(a, 0 * a, chosen).followed(b)
        return np.square(shown[(rows * 64 + columns).ravel()] - wanted).sum(axis=1)[inner.ravel()]

    assert (distances() <= least + 1e-5).all()
    near, hasty = distances(error=1.0), distances(leaves=2)
    assert (near <= 4 * least + 1e-5).all()
    assert (near > least + 1e-5).any()  # it does look at less
    assert least.mean() < hasty.mean() < 2 * least.mean()


def test_pixels_that_are_not_usable_are_never_copied() -> None:
    a, a_prime = planes((24, 30), 0), noise((24, 30), 1, 1)
    usable = np.ones((24, 30), dtype=bool)
    usable[5:15, 8:20] = False
    for settings in (EXACT, AnalogySettings()):
        example = Example.of(a, a_prime, replace(settings, coarsest=6), usable=usable)
        assert usable[tuple(example.followed(a))].all()


def test_where_nothing_is_usable_everything_is() -> None:
    a, a_prime = planes((16, 16), 0), noise((16, 16), 1, 1)
    usable = np.zeros((16, 16), dtype=bool)
    example = Example.of(a, a_prime, EXACT, usable=usable)
    assert example.followed(a).shape == (2, 16, 16)
