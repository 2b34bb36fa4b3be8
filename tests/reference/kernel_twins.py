"""Slow NumPy twins of the patch kernels and of the guidance: one pixel after another, in float64.

Pictures come without margins here; a patch that hangs over the border sees it repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likewise.patches.kernels.neighbours import NEIGHBOURS

Place = tuple[int, int, int]  # view, row, column


@dataclass(frozen=True)
class Plane:
    """A view of the source, or the target: (H, W, C), (H, W), (H, W, D); and costs (H, W)."""

    colours: np.ndarray
    ids: np.ndarray
    guide: np.ndarray
    penalty: np.ndarray


def guidance(
    ids: np.ndarray, classes: int, weights: tuple[float, float, float], windows: tuple[int, ...]
) -> np.ndarray:
    """(H, W, D): shares of each class in windows cut at the border, then row and column."""
    height, width = ids.shape
    borders, row, column = weights
    answer = np.zeros((height, width, len(windows) * classes + 2))
    for y in range(height):
        for x in range(width):
            told = []
            for window in windows:
                half = window // 2
                around = ids[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1]
                told += [borders * np.mean(around == index) for index in range(classes)]
            answer[y, x] = [*told, row * (y + 0.5) / height, column * (x + 0.5) / width]
    return answer


def cost(
    target: Plane, views: list[Plane], pixel: tuple[int, int], place: Place, radius: int, w: float
) -> float:
    """What it costs ``pixel`` of the target to take ``place``."""
    y, x = pixel
    view, row, column = place
    source = views[view]
    total = float(source.penalty[row, column])
    total += float(np.square(target.guide[y, x] - source.guide[row, column]).sum())
    mine, theirs = (
        [_patch(plane, at, radius) for plane in (p.colours, p.ids)]
        for p, at in ((target, pixel), (source, (row, column)))
    )
    unlike = (mine[1] >= 0) & (mine[1] != theirs[1])
    squares = np.square(mine[0] - theirs[0]).sum() + w * unlike.sum()
    return total + float(squares) / (2 * radius + 1) ** 2


def evaluate(
    field: np.ndarray, target: Plane, views: list[Plane], radius: int, w: float
) -> np.ndarray:
    """Costs (H, W) of ``field`` (3, H, W)."""
    costs = np.zeros(field.shape[1:])
    for y, x in np.ndindex(*costs.shape):
        costs[y, x] = cost(target, views, (y, x), _place(field, y, x), radius, w)
    return costs


def sweep(
    field: np.ndarray,
    costs: np.ndarray,
    target: Plane,
    views: list[Plane],
    radius: int,
    w: float,
    jump: int,
    reach: int,
    trials: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """One sweep of PatchMatch: a better field and its costs."""
    found, paid = field.copy(), costs.astype(np.float64)
    height, width = costs.shape
    for y, x in np.ndindex(height, width):
        best, least = _place(field, y, x), float(costs[y, x])
        for down, right in NEIGHBOURS:
            dy, dx = down * jump, right * jump
            if not (0 <= y + dy < height and 0 <= x + dx < width):
                continue
            view, row, column = _place(field, y + dy, x + dx)
            candidate = view, row - dy, column - dx
            if not _inside(candidate, views):
                continue
            price = cost(target, views, (y, x), candidate, radius, w)
            if price < least:
                best, least = candidate, price
        away = reach
        for trial in range(trials):
            candidate = _drawn(best, views, (y * width + x) * 16 + trial, away, seed)
            price = cost(target, views, (y, x), candidate, radius, w)
            if price < least:
                best, least = candidate, price
            away = max(1, away // 2)
        found[:, y, x], paid[y, x] = best, least
    return found, paid


def hashed(number: int) -> int:
    """A number of 32 bits that looks nothing like ``number``."""
    number %= 2**32
    number = (number ^ (number >> 16)) * 0x7FEB352D % 2**32
    number = (number ^ (number >> 15)) * 0x846CA68B % 2**32
    return number ^ (number >> 16)


def vote(field: np.ndarray, weights: np.ndarray, views: list[Plane], radius: int) -> np.ndarray:
    """Colours (H, W, C): every patch lays what it holds on the pixels it covers."""
    height, width = weights.shape
    sums = np.zeros((height, width, views[0].colours.shape[2]))
    totals = np.zeros((height, width, 1))
    for y, x in np.ndindex(height, width):
        view, row, column = _place(field, y, x)
        patch = _patch(views[view].colours, (row, column), radius)
        for dy, dx in np.ndindex(2 * radius + 1, 2 * radius + 1):
            goal = y + dy - radius, x + dx - radius
            if 0 <= goal[0] < height and 0 <= goal[1] < width:
                sums[goal] += weights[y, x] * patch[dy, dx]
                totals[goal] += weights[y, x]
    return sums / totals


def enlarge(
    field: np.ndarray,
    factors: tuple[float, float],
    wanted: np.ndarray,
    offered: list[np.ndarray],
    radius: int,
) -> np.ndarray:
    """The field (3, H, W) for a target with labels ``wanted`` (H, W), and views ``offered``."""
    height, width = field.shape[1:]
    large = np.zeros((3, *wanted.shape), dtype=field.dtype)
    for y, x in np.ndindex(*wanted.shape):
        near = (
            min(int((y + 0.5) / factors[0]), height - 1),
            min(int((x + 0.5) / factors[1]), width - 1),
        )
        least = np.inf
        for dy, dx in ((0, 0), *NEIGHBOURS):
            cell = near[0] + dy, near[1] + dx
            if not (0 <= cell[0] < height and 0 <= cell[1] < width):
                continue
            view, row, column = _place(field, *cell)
            labels = offered[view]
            goal = (
                y + round((row - cell[0]) * factors[0]),
                x + round((column - cell[1]) * factors[1]),
            )
            held = (
                min(max(goal[0], 0), labels.shape[0] - 1),
                min(max(goal[1], 0), labels.shape[1] - 1),
            )
            mine, theirs = _patch(wanted, (y, x), radius), _patch(labels, held, radius)
            unlike = (mine >= 0) & (mine != theirs)
            price = unlike.sum() + 2 * radius * unlike[radius, radius] + (held != goal)
            if price < least:
                least = price
                large[:, y, x] = view, *held
    return large


def _place(field: np.ndarray, y: int, x: int) -> Place:
    view, row, column = field[:, y, x].tolist()
    return view, row, column


def _patch(plane: np.ndarray, centre: tuple[int, int], radius: int) -> np.ndarray:
    rows, columns = (
        np.arange(at - radius, at + radius + 1).clip(0, length - 1)
        for at, length in zip(centre, plane.shape[:2], strict=True)
    )
    return plane[rows[:, None], columns]


def _inside(place: Place, views: list[Plane]) -> bool:
    height, width = views[place[0]].ids.shape
    return 0 <= place[1] < height and 0 <= place[2] < width


def _drawn(best: Place, views: list[Plane], number: int, away: int, seed: int) -> Place:
    drawn = hashed(seed + hashed(number))
    span = 2 * away + 1
    height, width = views[best[0]].ids.shape
    row = best[1] + drawn % 2**16 % span - away
    column = best[2] + (drawn >> 16) % span - away
    return best[0], min(max(row, 0), height - 1), min(max(column, 0), width - 1)
