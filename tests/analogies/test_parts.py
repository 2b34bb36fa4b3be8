"""The parts of the engine: pyramid, axes, tree."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference import analogy_twins as twins

from likewise.analogies.axes import MOST, principal_axes
from likewise.analogies.pyramid import gaussian_pyramid, level_count
from likewise.analogies.tree import LEAF, make_tree


@pytest.mark.parametrize("size", [(16, 16), (17, 9), (5, 1)])
def test_the_pyramid_is_the_twins(size: tuple[int, int]) -> None:
    planes = np.random.default_rng(0).uniform(0, 1, (*size, 2))
    levels = gaussian_pyramid(planes, 3)
    for finer, coarser in ((planes, levels[1]), (levels[1], levels[0])):
        np.testing.assert_allclose(coarser, twins.halved(finer), atol=1e-6)
    np.testing.assert_allclose(levels[2], planes, atol=1e-7)


def test_an_even_picture_stays_even_and_no_planes_stay_none() -> None:
    assert [level[0, 0, 0] for level in gaussian_pyramid(np.full((9, 9, 1), 0.25), 3)] == [0.25] * 3
    shapes = [level.shape for level in gaussian_pyramid(np.empty((9, 7, 0)), 3)]
    assert shapes == [(3, 2, 0), (5, 4, 0), (9, 7, 0)]


@pytest.mark.parametrize(
    ("size", "coarsest", "count"),
    [((16, 16), 16, 1), ((32, 90), 16, 2), ((184, 280), 16, 4), ((1, 1), 1, 1), ((9, 9), 1, 4)],
)
def test_levels_end_at_the_coarsest(size: tuple[int, int], coarsest: int, count: int) -> None:
    assert level_count(size, coarsest) == count


def test_axes_are_orthonormal_and_hold_the_variance() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(500, 60)) * np.geomspace(1, 1e-3, 60) @ random.normal(size=(60, 60))
    axes = principal_axes(rows)
    np.testing.assert_allclose(axes.T @ axes, np.eye(axes.shape[1]), atol=1e-5)
    assert np.var(rows @ axes, axis=0).sum() > 0.99 * np.var(rows, axis=0).sum()
    assert axes.shape[1] < MOST


def test_axes_of_what_does_not_vary_and_of_nothing() -> None:
    assert principal_axes(np.ones((20, 5))).shape == (5, 1)
    assert principal_axes(np.ones((20, 0))).shape == (0, 0)
    assert principal_axes(np.random.default_rng(0).normal(size=(999, 99))).shape == (99, MOST)


@pytest.mark.parametrize("count", [1, 2, LEAF, 1000, 1003])
@pytest.mark.parametrize("dimensions", [0, 3])
def test_boxes_hold_their_points_and_every_point_is_in_a_leaf(count: int, dimensions: int) -> None:
    points = np.random.default_rng(0).normal(size=(count, dimensions)).astype(np.float32)
    tree = make_tree(points, 7 + np.arange(count))
    np.testing.assert_array_equal(np.sort(tree.places), 7 + np.arange(count))
    np.testing.assert_array_equal(tree.points, points[tree.places - 7])
    leaves = len(tree.starts) - 1
    assert len(tree.low) == len(tree.high) == 2 * leaves - 1
    assert np.diff(tree.starts).max() <= 2 * LEAF
    for leaf in range(leaves):
        inside = tree.points[tree.starts[leaf] : tree.starts[leaf + 1]]
        node = leaf + leaves - 1
        np.testing.assert_array_equal(tree.low[node], inside.min(axis=0))
        while node:
            node = (node - 1) // 2
            assert (tree.low[node] <= inside).all()
            assert (tree.high[node] >= inside).all()
