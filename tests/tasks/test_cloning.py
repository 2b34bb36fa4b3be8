"""Cloning: against a dense solution written out, and on steps of known size."""

from __future__ import annotations

import numpy as np

from likewise.tasks.cloning import HOLD, cloned


def slow(
    picture: np.ndarray,
    source: np.ndarray,
    origin: np.ndarray,
    inside: np.ndarray,
    bodies: np.ndarray,
) -> np.ndarray:
    """The same, pixel by pixel, by a dense system of one equation a pixel inside."""
    height, width, channels = picture.shape
    places = [(r, c) for r in range(height) for c in range(width) if inside[r, c]]
    number = {place: n for n, place in enumerate(places)}
    matrix, right = np.zeros((len(places),) * 2), np.zeros((len(places), channels))

    def look(r: float, c: float) -> np.ndarray:
        return source[int(np.clip(round(r), 0, height - 1)), int(np.clip(round(c), 0, width - 1))]

    for place, n in number.items():
        matrix[n, n] = HOLD
        for down, aside in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            other = place[0] + down, place[1] + aside
            if not (0 <= other[0] < height and 0 <= other[1] < width):
                continue
            if bodies[place] != bodies[other]:
                continue
            matrix[n, n] += 1
            if other in number:
                matrix[n, number[other]] -= 1
            (x, y), (u, v) = origin[:, *place], origin[:, *other]
            if abs(u - x - aside) + abs(v - y - down) <= 1.5:
                continue
            ought = (look(y + down, x + aside) - look(y, x)) / 2
            ought += (look(v, u) - look(v - down, u - aside)) / 2
            lacks = ought - (picture[other] - picture[place])
            if np.sqrt((lacks**2).mean()) < 0.5:
                right[n] -= lacks
    answer = picture.copy()
    for place, value in zip(places, np.linalg.solve(matrix, right), strict=True):
        answer[place] += value
    return answer


def test_it_agrees_with_the_dense_solution() -> None:
    rng = np.random.default_rng(0)
    source = rng.random((9, 11, 3)) * 0.4
    rows, columns = np.indices((9, 11))
    origin = np.stack([columns, rows]).astype(float)
    origin[:, 3:6, 2:7] += np.array([3, -2])[:, None, None]
    origin[0, 5:8, 6:9] -= 4
    taken = np.clip(np.rint(origin), 0, [[[10]], [[8]]]).astype(int)
    picture = source[taken[1], taken[0]]
    inside = np.zeros((9, 11), bool)
    inside[2:8, 1:10] = True
    bodies = (columns > 5).astype(int)
    found = cloned(picture, source, origin, inside, bodies)
    np.testing.assert_allclose(found, slow(picture, source, origin, inside, bodies), atol=1e-9)


def test_a_patch_of_another_brightness_takes_that_of_its_place() -> None:
    """Of a source that brightens evenly, a piece set elsewhere becomes what was there."""
    rows, columns = np.indices((20, 30))
    source = np.repeat((columns / 100.0)[..., None], 3, axis=2)
    origin = np.stack([columns, rows]).astype(float)
    origin[0, 6:14, 8:14] += 12
    picture = source[rows, origin[0].astype(int)]
    inside = np.zeros((20, 30), bool)
    inside[4:16, 6:16] = True
    found = cloned(picture, source, origin, inside, np.zeros((20, 30), int))
    assert np.abs(picture - source).max() > 0.1
    np.testing.assert_allclose(found, source, atol=2e-3)
    assert np.array_equal(found[~inside], picture[~inside])


def test_bodies_do_not_tint_each_other() -> None:
    picture = np.full((10, 12, 3), 0.3)
    picture[3:7, 3:9] = 0.5
    rows, columns = np.indices((10, 12))
    origin = np.stack([columns, rows]).astype(float)
    origin[0, 3:7, 3:9] += 50
    bodies = np.zeros((10, 12), int)
    bodies[3:7, 3:9] = 1
    inside = np.ones((10, 12), bool)
    assert np.array_equal(cloned(picture, picture, origin, inside, bodies), picture)
