"""Extraction: the sketch of a picture that has none: the outlines of its most distinct shapes.

The picture is cut along the crests of its gradient (watershed), and the neighbouring pieces that
differ least are joined until so many shapes are left: by Ward's (1963) measure of their colours
times the mean gradient along their border, so that small pieces and faint borders go first. Lines
run along the borders that remain, made even as a hand would draw them; all of them close. Nothing
is learnt, and nothing is known of things. Not in the paper: because its sketches are given.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.segmentation import watershed

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.tasks.merging import Merging

FEWEST, MOST, DETAIL = 2, 60, 10
WORKING_SIDE = 400  # short side in pixels at which the picture is cut up
SMALLEST = 0.002  # share of the picture: a smaller piece is joined whatever it looks like
CRISPNESS = 1.5  # power of the border's gradient beside the colours
SPECK = 1e-9  # what the price of joining a piece that is too small is multiplied by
BLUR = 1.5  # pixels, before gradients are taken
EVEN = (3.0, 2.0, 2.0)  # pixels by which borders are made even, one after another
HALF_WIDTH = 1.1  # of a line, pixels at 400 pixels of short side
INK = 0.85  # how dark lines are, 0 to 1


def extracted(image: Image, detail: int = DETAIL) -> Image:
    """The sketch of ``image``: dark lines on white, 8-bit grey, of its size.

    Args:
        image: (H, W) of any mode.
        detail: how many shapes it shows at most, 2 to 60.

    Raises:
        ConfigError: ``detail`` is out of range.
    """
    if not FEWEST <= detail <= MOST:
        raise ConfigError("detail", str(detail), f"{FEWEST} to {MOST} shapes")
    height, width = image.size
    factor = min(1.0, WORKING_SIDE / min(height, width))
    small = image.resized((max(1, round(height * factor)), max(1, round(width * factor))))
    lab = ndimage.gaussian_filter(rgb2lab(small.to_rgb8()), (BLUR, BLUR, 0), mode="nearest")
    squares = [ndimage.sobel(lab, axis, mode="nearest") ** 2 for axis in (0, 1)]
    gradient = np.sqrt(sum(squares).sum(axis=2))
    pieces = watershed(ndimage.gaussian_filter(gradient, 1)) - 1
    merged = _merged(pieces, lab, gradient, detail)
    shapes = _even(merged, image.size)
    return Image.from_array(_inked(shapes, max(1.0, min(height, width) / WORKING_SIDE)))


def _merged(pieces: np.ndarray, lab: np.ndarray, gradient: np.ndarray, count: int) -> np.ndarray:
    """(H, W) numbers of at most ``count`` shapes, joined from ``pieces``."""
    areas = np.bincount(pieces.ravel()).astype(float)
    numbers, planes = range(len(areas)), np.moveaxis(lab, -1, 0)
    means = np.stack([ndimage.mean(plane, pieces, numbers) for plane in planes], axis=1)
    smallest = SMALLEST * pieces.size

    def price(area: float, more: float, apart: float, edge: float) -> float:
        cost = area * more / (area + more) * apart * edge**CRISPNESS
        return cost * SPECK if min(area, more) < smallest else cost

    merging = Merging(areas, means, *_borders(pieces, gradient), price)
    return np.asarray(merging.until(count, smallest)[pieces])


def _borders(pieces: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(E, 2) pieces that touch, (E,) along how many pixels, and (E,) the mean gradient there."""
    pairs, values = [], []
    for here, there, below, beyond in (
        (pieces[:-1], pieces[1:], gradient[:-1], gradient[1:]),
        (pieces[:, :-1], pieces[:, 1:], gradient[:, :-1], gradient[:, 1:]),
    ):
        meet = here != there
        pairs.append(np.sort(np.stack([here[meet], there[meet]], axis=1), axis=1))
        values.append(np.maximum(below, beyond)[meet])
    found, which = np.unique(np.concatenate(pairs), axis=0, return_inverse=True)
    lengths = np.bincount(which)
    return found, lengths, np.bincount(which, np.concatenate(values)) / lengths


def _even(shapes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """``shapes`` at ``size`` with smooth borders: the strongest of each after a blur."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(size, shapes.shape, strict=True)
    )
    scale = max(1.0, size[0] / shapes.shape[0])
    large = shapes[np.ix_(rows, columns)]
    for blur in EVEN:
        best = np.zeros(size, dtype=np.float32)
        even = large.copy()
        for number in np.unique(large):
            inside = (large == number).astype(np.float32)
            share = ndimage.gaussian_filter(inside, blur * scale, mode="nearest")
            even[share > best] = number
            best = np.maximum(best, share)
        large = even
    return large


def _inked(shapes: np.ndarray, scale: float) -> np.ndarray:
    """(H, W) float in [0, 1], 1 for paper: lines along the borders of ``shapes``."""
    border = np.zeros(shapes.shape, dtype=bool)
    border[:-1] |= shapes[:-1] != shapes[1:]
    border[:, :-1] |= shapes[:, :-1] != shapes[:, 1:]
    if not border.any():
        return np.ones(shapes.shape)
    away = ndimage.distance_transform_edt(~border)
    return np.asarray(1 - INK * np.clip(HALF_WIDTH * scale + 0.5 - away, 0, 1))
