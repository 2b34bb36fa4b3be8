"""Analogy kernels: the best match of a pixel, and painting pixel after pixel; compiled by Numba.

For a pixel q of B' there are two candidates. The coherent one continues, by as many pixels, what a
pixel painted next to it was copied from (Ashikhmin, "Synthesizing natural textures", I3D 2001). The
other has the nearest feature vector of all. The coherent one is taken if

    |F(p_coh) - F(q)|² ≤ |F(p_app) - F(q)|² (1 + 2^(l - L) κ)

so only what is nearer than |F(p_coh) - F(q)|² / (1 + 2^(l - L) κ) need be searched for: where the
picture is coherent, almost nothing is.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.2.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numba import njit

from likewise.analogies.neighbourhoods import (
    BEFORE,
    BEFORE_WEIGHTS,
    COARSE,
    COARSE_WEIGHTS,
    FINE,
    FINE_WEIGHTS,
    Scene,
)
from likewise.analogies.tree import Tree

FAR = np.float32(1e30)
SLACK = np.float32(1e-6)  # rounding, in squared distances: what may be the nearest is not cut off
_SIDE, _COARSE_SIDE = 2 * FINE + 1, 2 * COARSE + 1


class Material(NamedTuple):
    """A and A' at one level, ready to be searched.

    Attributes:
        scene: their planes.
        tree: usable places along the principal axes: first of what is known, then of what is
            painted before.
        known_axes: how many of the axes are of the first kind.
        axes: (12 C, K) float32, axes of the second kind.
        rank: (H * W,) int32: of equal matches the one of lowest rank is taken; -1 is never taken.
    """

    scene: Scene
    tree: Tree
    known_axes: int
    axes: np.ndarray
    rank: np.ndarray


class Choice(NamedTuple):
    """How a match is chosen at one level.

    Attributes:
        favour: 1 / (1 + 2^(l - L) κ).
        stretch: (1 + error)².
        leaves: looked at for a pixel, at most.
    """

    favour: float
    stretch: float
    leaves: int


@njit(nogil=True, fastmath=True, cache=True)
def paint_row(y, target, coordinates, sources, material, choice):  # type: ignore[no-untyped-def]
    """Paint row ``y`` of B' into ``target.paint``, and note in ``sources`` from where.

    Gives how many feature vectors were compared for it, as the cost that depends on no machine.

    Args:
        y: the row; those above are painted.
        target: Scene of B and B'.
        coordinates: (W, known axes) float32, known features of the row along the axes.
        sources: (H, W) int32, places of A' copied so far, as row * width + column.
        material: Material.
        choice: Choice.
    """
    scene, width = material.scene, material.scene.near.shape[1] - 2 * FINE
    query = np.zeros(material.tree.points.shape[1], dtype=np.float32)
    compared = 0
    for x in range(sources.shape[1]):
        place, limit, count = _coherent(y, x, target, sources, material)
        compared += count
        limit = np.float32(limit * choice.favour)
        if limit > 0:
            known = _located(query, y, x, target, coordinates, sources.shape[1], material)
            nearest, count = _nearest(query[:known], y, x, target, material, choice, limit, FINE)
            compared += count
            if nearest < 0 and place < 0:  # A is too small to have such places
                nearest, count = _nearest(query[:known], y, x, target, material, choice, limit, 0)
                compared += count
            if nearest >= 0:
                place = nearest
        sources[y, x] = place
        row, column = place // width, place % width
        for channel in range(target.paint.shape[2]):
            target.paint[y + FINE, x + FINE, channel] = scene.paint[
                row + FINE, column + FINE, channel
            ]
    return compared


@njit(nogil=True, fastmath=True, cache=True)
def _coherent(y, x, target, sources, material):  # type: ignore[no-untyped-def]
    """The place that continues a neighbour's best, or -1; its squared distance; of how many."""
    height = material.scene.near.shape[0] - 2 * FINE
    width = material.scene.near.shape[1] - 2 * FINE
    tried = np.empty(BEFORE, dtype=np.int32)
    count = 0
    best, least = np.int32(-1), FAR
    for k in range(BEFORE):
        dy, dx = k // _SIDE - FINE, k % _SIDE - FINE
        if y + dy < 0 or x + dx < 0 or x + dx >= sources.shape[1]:
            continue
        source = sources[y + dy, x + dx]
        row, column = source // width - dy, source % width - dx
        if row >= height or column < 0 or column >= width:
            continue
        place = np.int32(row * width + column)
        if material.rank[place] < 0 or (tried[:count] == place).any():
            continue
        tried[count] = place
        count += 1
        distance = _distance(y, x, row, column, target, material.scene, sources.shape[1], least)
        if distance < least:
            best, least = place, distance
    return best, least, count


@njit(nogil=True, fastmath=True, cache=True)
def _located(query, y, x, target, coordinates, width, material):  # type: ignore[no-untyped-def]
    """Write where a pixel lies along the axes; how many of them say something about it.

    At the edges of B' some of what is painted before is missing, and its axes say nothing.
    """
    known, axes = material.known_axes, material.axes
    for axis in range(known):
        query[axis] = coordinates[x, axis]
    if y < FINE or x < FINE or x >= width - FINE:
        return known
    channels = target.paint.shape[2]
    for axis in range(axes.shape[1]):
        query[known + axis] = 0
    for k in range(BEFORE):
        root = np.sqrt(BEFORE_WEIGHTS[k])
        for channel in range(channels):
            value = root * target.paint[y + k // _SIDE, x + k % _SIDE, channel]
            for axis in range(axes.shape[1]):
                query[known + axis] += value * axes[k * channels + channel, axis]
    return known + axes.shape[1]


@njit(nogil=True, fastmath=True, cache=True)
def _nearest(query, y, x, target, material, choice, limit, margin):  # type: ignore[no-untyped-def]
    """The place nearer than ``limit`` that is nearest, about, or -1; of how many compared.

    Boxes are opened in the order of their distance from ``query``.
    """
    tree, rank = material.tree, material.rank
    width, goal_width = material.scene.near.shape[1] - 2 * FINE, target.near.shape[1] - 2 * FINE
    top, bottom, left, right = _inside(y, x, target, material.scene, margin)
    first_leaf = len(tree.starts) - 2
    best, least, looked, compared = np.int32(-1), limit, 0, 0
    boxes = [(np.float32(0), 0)]
    while boxes:
        bound, node = heapq.heappop(boxes)
        if bound * choice.stretch > least + SLACK:
            break
        if node < first_leaf:
            for child in (2 * node + 1, 2 * node + 2):
                bound = _outside(query, tree.low[child], tree.high[child])
                if bound * choice.stretch <= least + SLACK:
                    heapq.heappush(boxes, (bound, child))
            continue
        leaf = node - first_leaf
        for i in range(tree.starts[leaf], tree.starts[leaf + 1]):
            if _apart(query, tree.points[i]) > least + SLACK:
                continue
            place = tree.places[i]
            row, column = place // width, place % width
            if row < top or row >= bottom or column < left or column >= right:
                continue
            compared += 1
            distance = _distance(
                y, x, row, column, target, material.scene, goal_width, least + SLACK
            )
            if distance < least or (distance == least and best >= 0 and rank[place] < rank[best]):
                best, least = place, distance
        looked += 1
        if looked == choice.leaves:
            break
    return best, compared


@njit(inline="always", cache=True)
def _inside(y, x, target, scene, margin):  # type: ignore[no-untyped-def]
    """Rows (from, to) and columns (from, to) of A' that may be the nearest match of a pixel.

    They have as many pixels on every side as it has, up to ``margin``: what is repeated beyond the
    edges of A' is no example, and a picture that followed it would smear.
    """
    below, right = target.near.shape[0] - 2 * FINE - 1 - y, target.near.shape[1] - 2 * FINE - 1 - x
    bottom = scene.near.shape[0] - 2 * FINE - min(below, margin)
    end = scene.near.shape[1] - 2 * FINE - min(right, margin)
    return min(y, margin), bottom, min(x, margin), end


@njit(inline="always", fastmath=True, cache=True)
def _outside(query, low, high):  # type: ignore[no-untyped-def]
    """Squared distance of ``query`` from a box."""
    total = np.float32(0)
    for axis in range(len(query)):
        step = max(low[axis] - query[axis], query[axis] - high[axis], np.float32(0))
        total += step * step
    return total


@njit(inline="always", fastmath=True, cache=True)
def _apart(query, point):  # type: ignore[no-untyped-def]
    """Squared distance of two points, as far as ``query`` says."""
    total = np.float32(0)
    for axis in range(len(query)):
        step = query[axis] - point[axis]
        total += step * step
    return total


@njit(nogil=True, fastmath=True, cache=True)
def _distance(y, x, row, column, target, scene, width, limit):  # type: ignore[no-untyped-def]
    """|F(p) - F(q)|² of the pixels p (row, column) and q (y, x), or anything above ``limit``.

    What lies outside of B' is not painted, and not compared.
    """
    total = np.float32(0)
    for k in range(BEFORE):
        dy, dx = k // _SIDE, k % _SIDE
        if y + dy >= FINE and x + dx >= FINE and x + dx < width + FINE:
            step = _unlike(target.paint, y + dy, x + dx, scene.paint, row + dy, column + dx)
            total += step * BEFORE_WEIGHTS[k]
    if total > limit:
        return total
    for dy in range(_COARSE_SIDE):
        for dx in range(_COARSE_SIDE):
            mine, its = (y // 2 + dy, x // 2 + dx), (row // 2 + dy, column // 2 + dx)
            step = _unlike(target.far, mine[0], mine[1], scene.far, its[0], its[1])
            total += step * COARSE_WEIGHTS[dy, dx]
    for dy in range(_SIDE):
        if total > limit:
            return total
        for dx in range(_SIDE):
            step = _unlike(target.near, y + dy, x + dx, scene.near, row + dy, column + dx)
            total += step * FINE_WEIGHTS[dy, dx]
    return total


@njit(inline="always", fastmath=True, cache=True)
def _unlike(planes, y, x, others, row, column):  # type: ignore[no-untyped-def]
    """Squared difference of two pixels, over all planes."""
    total = np.float32(0)
    for channel in range(planes.shape[2]):
        step = planes[y, x, channel] - others[row, column, channel]
        total += step * step
    return total
