"""Segmentation: a label map of a picture that has none, from superpixels merged by their looks.

SLIC (Achanta et al. 2012) cuts the picture into pieces that keep to its edges; pieces of like
colour, texture and place become one class (Ward 1963). Nothing is learnt and nothing is known of
things: what comes out is a start for a hand to correct. Not in the paper: because it takes labels
as given.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.segmentation import slic
from sklearn.cluster import AgglomerativeClustering, KMeans

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.colours import colour_of_id
from likewise.labels.label_map import LabelMap

FEWEST, MOST = 2, 24
WORKING_SIDE = 400  # short side in pixels at which the picture is cut up
PIECES = 1200
SMALLEST_PIECE = 64  # pixels: smaller ones follow noise
COMPACTNESS = 10.0  # of SLIC: colour distance that weighs as much as the size of a piece
TEXTURE = 1.5  # weight of the local contrast beside colour
ROW, COLUMN = 12.0, 4.0  # weights of the place, in units of Lab: skies lie above grounds
BLUR = 1.0  # pixels, before the picture is cut up
MOVES = 5  # of the means of classes, after merging
SMALLEST = 0.002  # share of the picture below which a region joins its surroundings


def segment(image: Image, classes: int) -> LabelMap:
    """A label map of ``image`` with at most ``classes`` classes, "region 1" being the largest.

    Args:
        image: (H, W) of any mode.
        classes: 2 to 24 of them.

    Returns:
        (H, W) labels, ids from 0, every pixel of a class.

    Raises:
        ConfigError: ``classes`` is out of range.
    """
    if not FEWEST <= classes <= MOST:
        raise ConfigError("classes", str(classes), f"{FEWEST} to {MOST}")
    height, width = image.size
    factor = min(1.0, WORKING_SIDE / min(height, width))
    small = image.resized((max(1, round(height * factor)), max(1, round(width * factor))))
    colours = small.to_rgb8()
    count = min(PIECES, colours.shape[0] * colours.shape[1] // SMALLEST_PIECE)
    pieces = slic(colours, count, COMPACTNESS, sigma=BLUR, start_label=0)
    _, pieces = np.unique(pieces, return_inverse=True)
    pieces = pieces.reshape(colours.shape[:2])
    merged = _merged(_features(rgb2lab(colours).astype(np.float32), pieces), classes)
    ids = _by_area(_without_specks(merged[pieces]))
    table = ClassTable(
        tuple(
            LabelClass(number, f"region {number + 1}", colour_of_id(number + 1))
            for number in range(int(ids.max()) + 1)
        )
    )
    return LabelMap.from_array(ids, table, origin="segmentation").resized(image.size)


def _features(lab: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """(N, 6) for each piece: mean Lab, local contrast, and place in the frame."""
    height, width = pieces.shape
    lightness = lab[..., 0]
    mean = ndimage.uniform_filter(lightness, 7)
    contrast = np.sqrt(np.maximum(ndimage.uniform_filter(lightness**2, 7) - mean**2, 0))
    rows, columns = np.mgrid[:height, :width]
    planes = (
        *np.moveaxis(lab, -1, 0),
        TEXTURE * contrast,
        ROW * rows / height,
        COLUMN * columns / width,
    )
    numbers = np.arange(pieces.max() + 1)
    return np.stack([ndimage.mean(plane, pieces, numbers) for plane in planes], axis=1)


def _merged(features: np.ndarray, classes: int) -> np.ndarray:
    """The class of each piece."""
    count = min(classes, len(np.unique(features, axis=0)))
    if count < 2:
        return np.zeros(len(features), dtype=np.int64)
    first = AgglomerativeClustering(count, linkage="ward").fit_predict(features)
    # Merging never takes a piece back; means that may move mend its early mistakes.
    means = np.stack([features[first == number].mean(0) for number in range(count)])
    return np.asarray(KMeans(count, init=means, n_init=1, max_iter=MOVES).fit_predict(features))


def _without_specks(ids: np.ndarray) -> np.ndarray:
    """``ids`` with every connected region below SMALLEST given to what lies nearest."""
    small = np.zeros(ids.shape, dtype=bool)
    for number in np.unique(ids):
        regions, _ = ndimage.label(ids == number)
        sizes = np.bincount(regions.ravel())
        sizes[0] = ids.size
        small |= sizes[regions] < SMALLEST * ids.size
    if small.all() or not small.any():
        return ids
    nearest = ndimage.distance_transform_edt(small, return_distances=False, return_indices=True)
    return np.asarray(ids[tuple(nearest)])


def _by_area(ids: np.ndarray) -> np.ndarray:
    """``ids`` numbered from 0 on, the largest class first."""
    _, places, counts = np.unique(ids, return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    return np.asarray(ranks[places].reshape(ids.shape), dtype=np.int32)
