"""Borders: a label map at working size brought to full size, its borders drawn along the picture.

Near a border each pixel joins the class whose colours around there are most like its own (Gaussian,
mean and spread measured in a window), votes of neighbours keeping the line smooth. Not in the
paper: because it takes labels as given.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab

from likewise.images import Image

SMALLEST = 0.002  # share of the picture below which a part joins its surroundings
REACH = 3  # pixels at working size: how far a border may move
WINDOW = 21  # pixels at working size in which colours are measured
LEAST_SPREAD = 9.0  # squared units of Lab
SMOOTH = 1.0  # pixels at working size over which votes are counted
RULING = 0.15  # weight of the label that stood there before


def without_specks(ids: np.ndarray, keep: np.ndarray | None = None) -> np.ndarray:
    """(h, w) ``ids`` with each part under SMALLEST given to what lies nearest.

    Parts that hold a pixel of ``keep`` (h, w) stay however small they are.
    """
    small = np.zeros(ids.shape, dtype=bool)
    for number in np.unique(ids):
        parts, _ = ndimage.label(ids == number)
        sizes = np.bincount(parts.ravel())
        sizes[0] = ids.size
        if keep is not None:
            sizes[np.unique(parts[keep])] = ids.size
        small |= sizes[parts] < SMALLEST * ids.size
    if small.all() or not small.any():
        return ids
    nearest = ndimage.distance_transform_edt(small, return_distances=False, return_indices=True)
    return np.asarray(ids[tuple(nearest)])


def at_full_size(ids: np.ndarray, lab: np.ndarray, image: Image) -> np.ndarray:
    """(H, W) labels of ``image`` from (h, w) ``ids`` at working size, borders drawn anew.

    Args:
        ids: (h, w) labels from 0 on.
        lab: (h, w, 3) colours there, CIE Lab.
        image: the picture, (H, W).
    """
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(np.int64), old - 1)
        for new, old in zip(image.size, ids.shape, strict=True)
    )
    large = ids[np.ix_(rows, columns)]
    count = int(ids.max()) + 1
    band = _near_borders(ids)[np.ix_(rows, columns)]
    if count < 2 or not band.any():
        return large
    y, x = np.nonzero(band)
    colours = rgb2lab(image.to_rgb8()[y, x][None])[0].astype(np.float32)
    at = rows[y], columns[x]
    scores = np.stack([_likeness(ids == k, lab, colours, at) for k in range(count)])
    scores -= scores.max(axis=0)
    chances = np.exp(np.maximum(scores, -30)).astype(np.float32)
    chances /= chances.sum(axis=0)
    return _voted(large, band, chances, SMOOTH * image.size[0] / ids.shape[0])


def _near_borders(ids: np.ndarray) -> np.ndarray:
    edge = np.zeros(ids.shape, dtype=bool)
    down, right = ids[1:] != ids[:-1], ids[:, 1:] != ids[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= right
    edge[:, :-1] |= right
    return np.asarray(ndimage.binary_dilation(edge, iterations=REACH - 1))


def _likeness(
    mask: np.ndarray, lab: np.ndarray, colours: np.ndarray, at: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """(M,) logarithm of how likely the class of (h, w) ``mask`` shows ``colours`` (M, 3) ``at``.

    Minus infinity, or nearly, where the class is not within REACH.
    """
    inner = ndimage.binary_erosion(mask, border_value=1)
    inner = (inner if inner.any() else mask).astype(np.float32)
    share = ndimage.uniform_filter(inner, WINDOW, mode="constant")
    weight = np.maximum(share, 1e-6)
    spread = np.zeros(mask.shape, dtype=np.float32)
    apart = np.zeros(len(colours), dtype=np.float32)
    for channel in range(3):
        plane = inner * lab[..., channel]
        mean = ndimage.uniform_filter(plane, WINDOW, mode="constant") / weight
        square = ndimage.uniform_filter(plane * lab[..., channel], WINDOW, mode="constant")
        spread += np.maximum(square / weight - mean**2, 0)
        apart += (colours[:, channel] - mean[at]) ** 2
    spread = np.maximum(spread, LEAST_SPREAD)[at]
    near = ndimage.binary_dilation(mask, iterations=REACH) & (share > 1e-4)
    score = -apart / (2 * spread) - 1.5 * np.log(spread)
    return np.asarray(np.where(near[at] | mask[at], score, -1e4))


def _voted(large: np.ndarray, band: np.ndarray, chances: np.ndarray, smooth: float) -> np.ndarray:
    """``large`` with each pixel of ``band`` given to the class that most around it vote for."""
    best = np.full(int(band.sum()), -1.0, dtype=np.float32)
    winner = np.zeros(len(best), dtype=large.dtype)
    for number in range(len(chances)):
        votes = (large == number).astype(np.float32)
        votes[band] = RULING * votes[band] + (1 - RULING) * chances[number]
        votes = ndimage.gaussian_filter(votes, smooth, truncate=2.5)[band]
        better = votes > best
        best = np.where(better, votes, best)
        winner[better] = number
    ids = large.copy()
    ids[band] = winner
    return ids
