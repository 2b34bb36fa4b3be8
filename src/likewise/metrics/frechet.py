"""SIFID: the Fréchet distance of deep features over the positions of two single pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from likewise.errors import ImageError
from likewise.metrics.pictures import as_colours, as_picture
from likewise.metrics.random_features import RandomFeatures

FeatureFunction = Callable[[Tensor], Tensor]
"""(B, 3, H, W) floats in [0, 1] → (B, D, h, w): a vector a position, any D, h and w.

Its own input range, and moving the batch to its device, are its own affair.
"""


@dataclass(frozen=True)
class Gaussian:
    """The first two moments of feature vectors.

    Attributes:
        mean: (D,) float64.
        root: (D, D) float64, the symmetric square root of the covariance.
    """

    mean: NDArray[np.float64]
    root: NDArray[np.float64]

    @classmethod
    def of_moments(cls, mean: ArrayLike, covariance: ArrayLike) -> Gaussian:
        """From a mean (D,) and a symmetric covariance (D, D) without negative eigenvalues."""
        values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
        # Directions without variance come out as rounding, whose root would not be small.
        least = max(values[-1], 0.0) * len(values) * np.finfo(np.float64).eps
        roots = np.sqrt(np.where(values > least, values, 0))
        return cls(np.asarray(mean, np.float64), (vectors * roots) @ vectors.T)

    @classmethod
    def of_features(cls, features: Tensor) -> Gaussian:
        """Over all positions of (B, D, h, w), at least two; covariance with N − 1."""
        rows = features.detach().movedim(1, -1).flatten(0, -2).double().cpu().numpy()
        return cls.of_moments(rows.mean(axis=0), np.atleast_2d(np.cov(rows, rowvar=False)))


class SingleImageFrechet:
    """The distance of pictures from one source; the source's mean and covariance are kept.

    d² = |μ − μ'|² + tr(C + C' − 2 (C C')^½), over the feature vectors of all positions.

    Range 0 to unbounded, in squared units of the features: numbers of different features do not
    compare. Lower is nearer; 0 for the same picture. It asks which features there are, taken as a
    Gaussian, not where they are: a layout with another share of a class scores above 0 even when it
    is rendered perfectly, so compare with what the truth scores.

    Cost: one pass of the features, N · D² multiplications for N positions, and D³.

    Args:
        source: I, (Hs, Ws, C) floats in [0, 1]; grey is repeated to colours, alpha dropped.
        features: what to look at; None takes :class:`RandomFeatures` with seed 0. Of a network
            with trained weights it makes the SIFID of SinGAN.

    Raises:
        ImageError: the source is not (H, W, C) floats in [0, 1], or has fewer than two positions.

    Not in the paper: because it left appearance to its users' eyes. Shaham et al., "SinGAN" (2019),
    section 4.2, who take Inception features before the second pooling.
    """

    def __init__(self, source: ArrayLike, *, features: FeatureFunction | None = None) -> None:
        self._features = RandomFeatures() if features is None else features
        self._known = self._gaussian("source", source)

    def of(self, rendered: ArrayLike) -> float:
        """The distance d² of I′, (H, W, C) floats in [0, 1], any H, W and C.

        Raises:
            ImageError: as for the source.
        """
        return frechet_distance(self._gaussian("rendered", rendered), self._known)

    def _gaussian(self, argument: str, values: ArrayLike) -> Gaussian:
        picture = as_picture(argument, values)
        seen = self._features(as_colours(picture))
        if seen.ndim != 4 or seen[:, 0].numel() < 2:
            size = f"{picture.shape[0]} × {picture.shape[1]} pixels give {tuple(seen.shape)}"
            raise ImageError(argument, size, "features (B, D, h, w) at two positions or more")
        return Gaussian.of_features(seen)


def single_image_frechet(
    rendered: ArrayLike, source: ArrayLike, *, features: FeatureFunction | None = None
) -> float:
    """:class:`SingleImageFrechet` for one answer: d², 0 to unbounded, lower is nearer.

    Args:
        rendered: I′, (H, W, C) floats in [0, 1].
        source: I, (Hs, Ws, C) floats in [0, 1].
        features: as there.

    Raises:
        ImageError: a picture is not (H, W, C) floats in [0, 1], or too small for the features.
    """
    return SingleImageFrechet(source, features=features).of(rendered)


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """d² of two Gaussians, ≥ 0 up to rounding that is cut off.

    tr (C C')^½ is the sum of the singular values of C^½ C'^½, which needs no root of a matrix
    that is not symmetric, and so never a complex number.
    """
    apart = np.square(first.mean - second.mean).sum()
    spreads = np.square(first.root).sum() + np.square(second.root).sum()
    shared = np.linalg.svd(first.root @ second.root, compute_uv=False).sum()
    return max(0.0, float(apart + spreads - 2 * shared))
