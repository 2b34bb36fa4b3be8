"""Twin of the image analogy: every pixel compared with every other, whole feature vectors.

Written from the paper alone; nothing of the engine is used. Slow: for tiny pictures.
"""

from __future__ import annotations

import numpy as np

KERNEL = np.array([1, 4, 6, 4, 1]) / 16
FINE = np.outer(KERNEL, KERNEL)
COARSE = np.outer([1, 2, 1], [1, 2, 1]) / 16


def halved(planes: np.ndarray) -> np.ndarray:
    """(H, W, C) blurred by 5 x 5 pixels, every second pixel of it."""
    height, width = planes.shape[:2]
    found = np.zeros(((height + 1) // 2, (width + 1) // 2, planes.shape[2]))
    for y, x in np.ndindex(found.shape[:2]):
        for i, j in np.ndindex(5, 5):
            row = min(max(2 * y + i - 2, 0), height - 1)
            column = min(max(2 * x + j - 2, 0), width - 1)
            found[y, x] += FINE[i, j] * planes[row, column]
    return found


def features(
    planes: np.ndarray, painted: np.ndarray, far: np.ndarray | None, y: int, x: int, edges: bool
) -> np.ndarray:
    """F of pixel (y, x), weighted by roots; NaN for what is missing, or edges repeated instead."""
    parts = []
    height, width = planes.shape[:2]
    for i, j in np.ndindex(5, 5):
        row, column = y + i - 2, x + j - 2
        inside = 0 <= row < height and 0 <= column < width
        place = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        parts.append(planes[place] * FINE[i, j] ** 0.5)
        if 5 * i + j < 12:
            share = FINE[i, j] / FINE.ravel()[:12].sum()
            value = painted[place] if edges or inside else painted[place] * np.nan
            parts.append(value * share**0.5)
    if far is not None:
        for i, j in np.ndindex(3, 3):
            row = min(max(y // 2 + i - 1, 0), far.shape[0] - 1)
            column = min(max(x // 2 + j - 1, 0), far.shape[1] - 1)
            parts.append(far[row, column] * COARSE[i, j] ** 0.5)
    return np.concatenate(parts)


def sources_of(
    a: np.ndarray, a_prime: np.ndarray, b: np.ndarray, levels: int, kappa: float, seed: int
) -> np.ndarray:
    """(2, H', W'): row and column in A' of every pixel of B'.

    Args:
        a: (H, W, K).
        a_prime: (H, W, C).
        b: (H', W', K).
        levels: their number.
        kappa: κ.
        seed: of the order of equal matches, a permutation of the pixels of each level.
    """
    random = np.random.default_rng(seed)
    pyramid = [(a.astype(float), a_prime.astype(float), b.astype(float))]
    for _ in range(levels - 1):
        pyramid.insert(0, tuple(halved(planes) for planes in pyramid[0]))
    far = far_b = None
    for number, (here, here_prime, goal) in enumerate(pyramid):
        height, width = here.shape[:2]
        every = np.stack(
            [features(here, here_prime, far, *p, True) for p in np.ndindex(height, width)]
        )
        rank = random.permutation(height * width)
        factor = 1 + 2.0 ** (number + 1 - levels) * kappa
        painted = np.zeros((*goal.shape[:2], here_prime.shape[2]))
        found = np.zeros((2, *goal.shape[:2]), dtype=int)
        for y, x in np.ndindex(goal.shape[:2]):
            query = features(goal, painted, far_b, y, x, False)
            distances = np.nansum((every - query) ** 2, axis=1)
            order = np.lexsort((rank, distances))
            alike = [p for p in order if surrounded(p, y, x, (height, width), goal.shape)]
            coherent = continued(found, y, x, (height, width))
            chosen = alike[0] if alike else order[0]
            if coherent:
                best = min(coherent, key=lambda place: distances[place])
                if not alike or distances[best] <= distances[chosen] * factor:
                    chosen = best
            found[:, y, x] = divmod(chosen, width)
            painted[y, x] = here_prime[tuple(found[:, y, x])]
        far, far_b = (np.concatenate(p, axis=2) for p in ((here, here_prime), (goal, painted)))
    return found


def surrounded(place: int, y: int, x: int, size: tuple[int, int], goal: tuple[int, ...]) -> bool:
    """Whether a place of A' has as many pixels on every side as (y, x) of B' has, up to two."""
    row, column = divmod(int(place), size[1])
    mine = (row, column, size[0] - 1 - row, size[1] - 1 - column)
    wanted = (min(length, 2) for length in (y, x, goal[0] - 1 - y, goal[1] - 1 - x))
    return all(have >= want for have, want in zip(mine, wanted, strict=True))


def continued(found: np.ndarray, y: int, x: int, size: tuple[int, int]) -> list[int]:
    """Places that continue the sources of pixels painted next to (y, x), in scan-line order."""
    places = []
    for k in range(12):
        dy, dx = k // 5 - 2, k % 5 - 2
        if y + dy < 0 or not 0 <= x + dx < found.shape[2]:
            continue
        row, column = found[0, y + dy, x + dx] - dy, found[1, y + dy, x + dx] - dx
        if row < size[0] and 0 <= column < size[1]:
            places.append(row * size[1] + column)
    return places
