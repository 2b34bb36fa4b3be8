"""Walking: where a random walker from each piece first meets a scribble.

Source: Grady, "Random walks for image segmentation" (2006), on the graph of pieces instead of
pixels, so that megapixels take a second; with priors from the looks of what is scribbled (Grady,
"Multilabel random walker image segmentation using prior models", 2005), so that a leaf far from any
stroke takes after the scribbled leaves, and pictures without strokes after those with them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from likewise.tasks.segmentation.pieces import Pieces

UNKNOWN = -1
UNLIKE = 6.0  # units of Lab: pieces this far apart in looks let 0.6 of the walkers pass
EDGE = 2.5  # units of Lab a pixel, likewise for 1/e
FEWEST_PASS = 1e-4
PRIOR = 0.02  # how much looks count beside neighbours, which together count 1
LIKE = 10.0  # units of Lab: how near looks must be to those of a stroke


def walked(cuts: Sequence[Pieces], seeds: Sequence[np.ndarray], classes: int) -> list[np.ndarray]:
    """The class (N,) of each piece of each picture.

    Args:
        cuts: the pieces of pictures.
        seeds: (N,) the class of each scribbled piece, UNKNOWN elsewhere; each class somewhere.
        classes: how many there are.
    """
    samples = [
        np.concatenate([p.looks[s == k] for p, s in zip(cuts, seeds, strict=True)])
        for k in range(classes)
    ]
    return [_walked(pieces, seed, samples) for pieces, seed in zip(cuts, seeds, strict=True)]


def _walked(pieces: Pieces, seeds: np.ndarray, samples: Sequence[np.ndarray]) -> np.ndarray:
    known = seeds != UNKNOWN
    if known.all():
        return seeds
    prior = _chances(pieces.looks, samples)
    graph = _graph(pieces)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    usual = float(np.mean(degree)) if len(pieces.pairs) else 1.0
    graph = graph / usual
    laplacian = sparse.diags(degree / usual + PRIOR) - graph
    fixed = np.eye(len(samples))[seeds[known]]
    right = graph[~known][:, known] @ fixed + PRIOR * prior[~known]
    chances = splu(laplacian[~known][:, ~known].tocsc()).solve(np.asarray(right))
    found = seeds.copy()
    found[~known] = chances.argmax(axis=1)
    return found


def _graph(pieces: Pieces) -> sparse.csr_matrix:
    """(N, N) how easily walkers pass between neighbours."""
    first, second = pieces.pairs.T
    apart = ((pieces.looks[first] - pieces.looks[second]) ** 2).sum(axis=1)
    passing = np.exp(-apart / (2 * UNLIKE**2) - pieces.edges / EDGE)
    passing = pieces.lengths * np.maximum(passing, FEWEST_PASS)
    size = (len(pieces), len(pieces))
    graph = sparse.coo_matrix((passing, (first, second)), size).tocsr()
    return graph + graph.T


def _chances(looks: np.ndarray, samples: Sequence[np.ndarray]) -> np.ndarray:
    """(N, K) how likely each piece is of each class, by the most similar piece scribbled so."""
    nearest = np.stack(
        [((looks[:, None] - sample[None]) ** 2).sum(axis=-1).min(axis=1) for sample in samples],
        axis=1,
    )
    nearest -= nearest.min(axis=1, keepdims=True)
    chances = np.exp(-nearest / (2 * LIKE**2))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))
