"""Cloning: against a dense solution of Laplace's equation, and on differences of known shape."""

from __future__ import annotations

import numpy as np
import pytest

from likewise.tasks.cloning import cloned


def dense(difference: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """``difference`` (H, W) beyond ``inside``; within, the mean of its neighbours everywhere."""
    height, width = inside.shape
    places = [(r, c) for r in range(height) for c in range(width) if inside[r, c]]
    number = {place: n for n, place in enumerate(places)}
    matrix, right = np.zeros((len(places),) * 2), np.zeros(len(places))
    for place, n in number.items():
        for down, aside in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            other = place[0] + down, place[1] + aside
            if not (0 <= other[0] < height and 0 <= other[1] < width):
                continue
            matrix[n, n] += 1
            if other in number:
                matrix[n, number[other]] -= 1
            else:
                right[n] += difference[other]
    answer = difference.copy()
    for place, value in zip(places, np.linalg.solve(matrix, right), strict=True):
        answer[place] = value
    return answer


def test_it_agrees_with_the_dense_solution() -> None:
    rows, columns = np.indices((40, 50))
    inside = (rows - 18) ** 2 + (columns - 22) ** 2 < 12**2
    inside[10:30, 40:] = True  # reaches the frame
    answer = np.random.default_rng(0).random((40, 50, 3)) * 0.2 + 0.3
    slope = 0.05 * np.sin(rows / 9.0) + 0.03 * columns / 50
    source = answer + slope[..., None]
    found = cloned(answer, source, inside, np.zeros(inside.shape, int), 4)
    expected = dense(slope, inside)
    gaps = np.abs(found - answer - expected[..., None])[inside]
    assert gaps.max() < 0.15 * np.ptp(slope)
    assert gaps.mean() < 0.03 * np.ptp(slope)


@pytest.mark.parametrize("size", [(7, 9), (64, 33), (200, 160)])
def test_an_even_difference_of_shade_vanishes(size: tuple[int, int]) -> None:
    source = np.random.default_rng(1).random((*size, 3)) * 0.5 + 0.2
    inside = np.zeros(size, bool)
    inside[1:-2, 2:-1] = True
    found = cloned(source + 0.1, source, inside, np.zeros(size, int), 2)
    np.testing.assert_allclose(found, source, atol=1e-5)


def test_beyond_it_all_is_the_source() -> None:
    rng = np.random.default_rng(2)
    source, answer = rng.random((2, 20, 30, 3)).astype(np.float32)
    inside = rng.random((20, 30)) > 0.6
    found = cloned(answer, source, inside, np.zeros((20, 30), int), 3)
    assert np.array_equal(found[~inside], source[~inside])
    nothing, everything = np.zeros((2, 20, 30), bool)
    everything[:] = True
    assert np.array_equal(cloned(answer, source, nothing, nothing.astype(int), 3), source)
    assert np.array_equal(cloned(answer, source, everything, nothing.astype(int), 3), answer)


def test_bodies_do_not_tint_each_other() -> None:
    """Two halves differ by shades of their own; each takes on its own alone."""
    size = (32, 40)
    bodies = (np.indices(size)[1] >= 20).astype(int)
    answer = np.full((*size, 1), 0.4)
    source = answer + np.where(bodies, 0.1, -0.1)[..., None]
    inside = np.zeros(size, bool)
    inside[6:26, 6:34] = True
    np.testing.assert_allclose(cloned(answer, source, inside, bodies, 3), source, atol=1e-4)


def test_a_body_that_nothing_is_known_of_stays_as_it_is() -> None:
    bodies = np.zeros((20, 20), int)
    bodies[8:12, 8:12] = 1
    inside = np.zeros((20, 20), bool)
    inside[4:16, 4:16] = True
    answer = np.full((20, 20, 3), 0.5)
    found = cloned(answer, answer - 0.1, inside, bodies, 2)
    np.testing.assert_allclose(found[bodies == 1], 0.5, atol=1e-6)
    np.testing.assert_allclose(found[bodies == 0], 0.4, atol=1e-4)


def test_another_thing_at_the_rim_is_no_shade() -> None:
    """Where source and answer show different things their difference does not run in."""
    answer = np.full((30, 30, 3), 0.5)
    source = answer + 0.05
    source[:, :6] = 0.0
    inside = np.zeros((30, 30), bool)
    inside[6:24, 6:24] = True
    found = cloned(answer, source, inside, np.zeros((30, 30), int), 3)
    np.testing.assert_allclose(found[inside], 0.55, atol=5e-3)
