"""Slow NumPy twins of likewise.geometry: the spline's linear system solved anew for each warp."""

from __future__ import annotations

import numpy as np


def control_points(lattice: int) -> np.ndarray:
    """(lattice^2, 2) places (x, y), line by line from the upper left."""
    axis = np.linspace(-1, 1, lattice)
    return np.array([(x, y) for y in axis for x in axis])


def radial(distance: float) -> float:
    return 0.0 if distance == 0 else distance**2 * np.log(distance)


def spline_at(points: np.ndarray, lattice: int, offsets: np.ndarray) -> np.ndarray:
    """Offsets (N, 2) at ``points`` (N, 2) of the spline through ``offsets`` (lattice^2, 2)."""
    control = control_points(lattice)
    count = len(control)
    system = np.zeros((count + 3, count + 3))
    for i in range(count):
        for j in range(count):
            system[i, j] = radial(float(np.hypot(*(control[i] - control[j]))))
        system[i, count:] = system[count:, i] = (1, *control[i])
    wanted = np.concatenate((offsets, np.zeros((3, 2))))
    coefficients = np.linalg.solve(system, wanted)
    answer = []
    for point in points:
        row = [radial(float(np.hypot(*(point - c)))) for c in control]
        answer.append(np.array([*row, 1, *point]) @ coefficients)
    return np.array(answer)


def pixel_centres(size: tuple[int, int]) -> np.ndarray:
    """(H*W, 2) places (x, y) of pixel centres, -1 to 1 across the outer edges."""
    height, width = size
    return np.array(
        [((x + 0.5) * 2 / width - 1, (y + 0.5) * 2 / height - 1) for y, x in np.ndindex(size)]
    )


def closed_over(ids: np.ndarray, removed: int) -> list[list[set[int]]]:
    """For each pixel, the classes it may take once ``removed`` is gone: those of the nearest."""
    places = [p for p in np.ndindex(ids.shape) if ids[p] != removed and ids[p] >= 0]
    answer = []
    for y in range(ids.shape[0]):
        row = []
        for x in range(ids.shape[1]):
            distances = [(y - p[0]) ** 2 + (x - p[1]) ** 2 for p in places]
            least = min(distances)
            row.append({int(ids[p]) for p, d in zip(places, distances, strict=True) if d == least})
        answer.append(row)
    return answer
