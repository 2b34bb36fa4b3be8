"""Pieces: a picture cut along its edges into small ones (SLIC), and what each looks like.

Source: Achanta et al., "SLIC superpixels" (2012). Looks are carried from piece to piece where no
edge lies between them, a few steps of a random walk, so that grain and shading within one thing
count less than its outline: the idea of anisotropic diffusion (Perona and Malik 1990) on the graph
of pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse
from skimage.color import rgb2lab
from skimage.segmentation import slic

from likewise.images import Image

WORKING_SIDE = 400  # short side in pixels at which the picture is cut up
MOST_PIECES = 1200
SMALLEST_PIECE = 64  # pixels: smaller ones follow noise
COMPACTNESS = 10.0  # of SLIC: colour distance that weighs as much as the size of a piece
BLUR = 1.0  # pixels, before the picture is cut up
LIGHTNESS = 0.6  # weight of L beside a and b: light changes within a thing, its hue hardly
TEXTURES = (1, 2, 4)  # pixels: scales at which contrast is measured
TEXTURE = 16.0  # weight of the logarithm of contrast, in units of Lab
EDGE = 1.5  # pixels: scale at which edges between pieces are measured
STEPS = 20  # of the walk
LAZINESS = 0.5  # share of its own looks that a piece keeps in a step
SPREAD = 2.0  # how unlike two pieces may be for walkers to pass, in medians over all neighbours
EDGE_OF_WALK = 4.0  # units of Lab a pixel: an edge of this strength lets 1/e of the walkers pass


@dataclass(frozen=True)
class Pieces:
    """The N pieces of a picture.

    Attributes:
        numbers: (h, w) the piece of each pixel, at working size.
        lab: (h, w, 3) float32 colours there, CIE Lab.
        size: (H, W) of the picture itself.
        areas: (N,) share of the picture.
        looks: (N, F) colour and texture, in units of Lab.
        places: (N, 2) row and column of the middle, 0 to 1.
        pairs: (E, 2) pieces that touch, each pair once.
        lengths: (E,) pixels along which they do.
        edges: (E,) mean change of colour there, units of Lab a pixel.
    """

    numbers: np.ndarray
    lab: np.ndarray
    size: tuple[int, int]
    areas: np.ndarray
    looks: np.ndarray
    places: np.ndarray
    pairs: np.ndarray
    lengths: np.ndarray
    edges: np.ndarray

    def __len__(self) -> int:
        return len(self.areas)


def cut(image: Image, most: int = MOST_PIECES) -> Pieces:
    """``image``, of any mode and size, in at most about ``most`` pieces."""
    rgb = working_copy(image).to_rgb8()
    lab = rgb2lab(rgb).astype(np.float32)
    count = max(1, min(most, lab.shape[0] * lab.shape[1] // SMALLEST_PIECE))
    numbers = slic(rgb, count, COMPACTNESS, sigma=BLUR, start_label=0)
    _, flat = np.unique(numbers, return_inverse=True)
    return pieces_of(flat.reshape(lab.shape[:2]), lab, image.size)


def pieces_of(numbers: np.ndarray, lab: np.ndarray, size: tuple[int, int]) -> Pieces:
    """The pieces that (h, w) ``numbers``, from 0 on without a gap, make of (h, w, 3) ``lab``."""
    counts = np.bincount(numbers.ravel())
    rows, columns = np.indices(numbers.shape)
    height, width = numbers.shape
    planes = (LIGHTNESS * lab[..., 0], lab[..., 1], lab[..., 2], *_textures(lab[..., 0]))
    looks = np.stack([_means(plane, numbers, counts) for plane in planes], axis=1)
    frame = ((rows + 0.5) / height, (columns + 0.5) / width)
    places = np.stack([_means(plane, numbers, counts) for plane in frame], axis=1)
    pairs, lengths, edges = _borders(numbers, _edges(lab))
    walked = _walked(looks, pairs, lengths, edges)
    areas = counts / counts.sum()
    return Pieces(numbers, lab, size, areas, walked, places, pairs, lengths, edges)


def working_copy(image: Image) -> Image:
    """``image`` with a short side of at most WORKING_SIDE."""
    height, width = image.size
    factor = min(1.0, WORKING_SIDE / min(height, width))
    return image.resized((max(1, round(height * factor)), max(1, round(width * factor))))


def _textures(lightness: np.ndarray) -> list[np.ndarray]:
    """(h, w) contrast around each pixel at each scale: the logarithm, since eyes see ratios."""
    found = []
    for scale in TEXTURES:
        down = ndimage.gaussian_filter(lightness, scale, order=(1, 0))
        right = ndimage.gaussian_filter(lightness, scale, order=(0, 1))
        strength = ndimage.gaussian_filter(scale * np.hypot(down, right), 2 * scale + 1)
        found.append(TEXTURE * np.log1p(strength))
    return found


def _edges(lab: np.ndarray) -> np.ndarray:
    """(h, w) change of colour at each pixel, units of Lab a pixel."""
    squares = np.zeros(lab.shape[:2], dtype=np.float32)
    for channel in range(3):
        for axis in (0, 1):
            plane = ndimage.gaussian_filter(lab[..., channel], EDGE)
            squares += ndimage.sobel(plane, axis) ** 2
    return np.asarray(np.sqrt(squares) / 8)  # a Sobel filter counts a step of one eight times


def _borders(numbers: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs (E, 2) of pieces that touch, along how many pixels, and the mean edge there."""
    one = np.concatenate([numbers[1:].ravel(), numbers[:, 1:].ravel()])
    other = np.concatenate([numbers[:-1].ravel(), numbers[:, :-1].ravel()])
    strengths = np.concatenate(
        [
            np.maximum(edges[1:], edges[:-1]).ravel(),
            np.maximum(edges[:, 1:], edges[:, :-1]).ravel(),
        ]
    )
    apart = one != other
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    count = int(numbers.max()) + 1
    keys, back = np.unique(low.astype(np.int64) * count + high, return_inverse=True)
    lengths = np.bincount(back, minlength=len(keys)).astype(np.float64)
    total = np.bincount(back, strengths[apart], minlength=len(keys))
    return np.stack([keys // count, keys % count], axis=1), lengths, total / np.maximum(lengths, 1)


def _means(plane: np.ndarray, numbers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.asarray(np.bincount(numbers.ravel(), plane.ravel(), len(counts)) / counts)


def _walked(
    looks: np.ndarray, pairs: np.ndarray, lengths: np.ndarray, edges: np.ndarray
) -> np.ndarray:
    """``looks`` after STEPS in which each piece takes after the neighbours it is like."""
    if not len(pairs):
        return looks
    first, second = pairs.T
    apart = ((looks[first] - looks[second]) ** 2).sum(axis=1)
    usual = np.median(apart) + 1e-6
    passing = lengths * np.exp(-apart / (2 * SPREAD * usual) - edges / EDGE_OF_WALK)
    size = (len(looks), len(looks))
    graph = sparse.coo_matrix((passing, (first, second)), size).tocsr()
    graph = graph + graph.T + sparse.diags(np.full(len(looks), 1e-3))
    graph = sparse.diags(1 / np.asarray(graph.sum(axis=1)).ravel()) @ graph
    for _ in range(STEPS):
        looks = LAZINESS * looks + (1 - LAZINESS) * (graph @ looks)
    return np.asarray(looks)
