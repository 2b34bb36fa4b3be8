"""Edges: how well the edges of a picture coincide with drawn lines: precision, recall and F.

As in the Berkeley benchmark (Martin, Fowlkes and Malik 2004), every thinned edge pixel may be
matched to one line pixel within 0.75 % of the diagonal, and each line pixel to one edge pixel:
the largest such matching is found, so that a thick smear of edges does not pay. Not in the
paper: it shows its sketches and measures none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree
from skimage.morphology import skeletonize

from likewise.errors import LabelError
from likewise.metrics.pictures import as_picture

TOLERANCE = 0.0075  # of the diagonal
LEAST = 1.5  # pixels: nearer than this, an edge and a line are one in a small picture too
BLUR = 2.0  # pixels, before gradients are taken: finer detail is texture
LEVELS = 40  # strengths tried to find the one that serves a picture and its own lines best


@dataclass(frozen=True)
class EdgeScores:
    """Shares from 0 to 1; higher is better.

    Args:
        precision: share of edge pixels that lie on a line.
        recall: share of line pixels that an edge lies on.
    """

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Their harmonic mean; 0 where one of them is 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


class EdgeFScore:
    """The edge F-score of pictures made after one source, with its strength of edges.

    What counts as an edge is fixed by the source: the strength at which its own edges meet its own
    lines best. So no answer is judged by a threshold of its own.

    Args:
        source: I, (H, W, C) floats in [0, 1].
        lines: (H, W) bool, the lines of its sketch.

    Raises:
        ImageError, LabelError: as :func:`edge_scores`.
    """

    def __init__(self, source: ArrayLike, lines: NDArray[np.bool_]) -> None:
        strengths = edge_strengths(source)
        self.level, self.of_source = _best_level(strengths, _checked(lines, strengths))

    def __call__(self, rendered: ArrayLike, lines: NDArray[np.bool_]) -> EdgeScores:
        """The scores of I′ against the lines of its target sketch; see :func:`edge_scores`."""
        return edge_scores(rendered, lines, self.level)


def edge_scores(
    rendered: ArrayLike,
    lines: NDArray[np.bool_],
    level: float,
    *,
    tolerance: float = TOLERANCE,
) -> EdgeScores:
    """How well the edges of ``rendered`` coincide with ``lines``.

    Args:
        rendered: I′, (H, W, C) floats in [0, 1].
        lines: (H, W) bool, True on lines, of any width: they are thinned.
        level: strength from which an edge counts, as of :func:`edge_strengths`.
        tolerance: largest distance of an edge from its line, as a share of the diagonal.

    Raises:
        ImageError: ``rendered`` is not (H, W, C) floats in [0, 1].
        LabelError: ``lines`` has another size, or holds no line.

    Cost: about linear in the number of edge pixels.
    """
    strengths = edge_strengths(rendered)
    return matched_scores(strengths >= level, _checked(lines, strengths), tolerance)


def edge_strengths(picture: ArrayLike) -> NDArray[np.float64]:
    """(H, W) strength of the edge through each pixel, 0 where none does: one pixel wide.

    The gradient of all channels together (Di Zenzo 1986), after a blur of 2 pixels, where it is
    largest across the edge (Canny 1986).
    """
    values = as_picture("picture", picture).astype(np.float64)
    smooth = ndimage.gaussian_filter(values, (BLUR, BLUR, 0), mode="nearest")
    gy, gx = (ndimage.sobel(smooth, axis, mode="nearest") / 8 for axis in (0, 1))
    xx, yy, xy = ((a * b).sum(2) for a, b in ((gx, gx), (gy, gy), (gx, gy)))
    strength = np.sqrt((xx + yy + np.hypot(xx - yy, 2 * xy)) / 2)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    rows, columns = np.indices(strength.shape)
    largest = strength > 0
    for sign in (-1, 1):
        at = rows + sign * np.sin(angle), columns + sign * np.cos(angle)
        beside = ndimage.map_coordinates(strength, at, order=1, mode="nearest")
        # Of two equal neighbours on a plateau one stays.
        largest &= strength >= beside if sign < 0 else strength > beside
    return np.where(largest, strength, 0)


def matched_scores(
    edges: NDArray[np.bool_], lines: NDArray[np.bool_], tolerance: float = TOLERANCE
) -> EdgeScores:
    """Precision and recall of (H, W) bool ``edges`` against ``lines``, each pixel matched once."""
    thin_edges, thin_lines = (np.argwhere(skeletonize(mask)) for mask in (edges, lines))
    if not len(thin_edges) or not len(thin_lines):
        return EdgeScores(0.0, 0.0)
    reach = max(LEAST, tolerance * float(np.hypot(*edges.shape)))
    near = cKDTree(thin_edges).query_ball_tree(cKDTree(thin_lines), reach)
    counts = [len(found) for found in near]
    rows = np.repeat(np.arange(len(near)), counts)
    columns = np.concatenate([np.array(found, dtype=np.int64) for found in near])
    shape = len(thin_edges), len(thin_lines)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape).tocsr()
    pairs = int((maximum_bipartite_matching(graph, "column") >= 0).sum())
    return EdgeScores(pairs / shape[0], pairs / shape[1])


def _best_level(
    strengths: NDArray[np.float64], lines: NDArray[np.bool_]
) -> tuple[float, EdgeScores]:
    found = strengths[strengths > 0]
    if not found.size:
        return 0.0, EdgeScores(0.0, 0.0)
    levels = np.unique(np.quantile(found, np.linspace(0, 0.99, LEVELS)))
    scores = [matched_scores(strengths >= level, lines) for level in levels]
    best = int(np.argmax([score.f for score in scores]))
    return float(levels[best]), scores[best]


def _checked(lines: NDArray[np.bool_], strengths: NDArray[np.float64]) -> NDArray[np.bool_]:
    if lines.shape != strengths.shape:
        raise LabelError("lines", f"shape {lines.shape}", f"their picture's {strengths.shape}")
    if not lines.any():
        raise LabelError("lines", "no line is in them", "a sketch")
    return lines
