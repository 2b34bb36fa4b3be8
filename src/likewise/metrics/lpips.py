"""LPIPS: the distance of two pictures of the same scene as a trained network sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from likewise.errors import ConfigError, ImageError
from likewise.metrics.pictures import as_colours, as_picture

LayeredFeatures = Callable[[Tensor], Sequence[Tensor]]
"""(B, 3, H, W) floats in [0, 1] → layers (B, Cₗ, hₗ, wₗ), any number of them."""

_EPSILON = 1e-10
"""Added to a vector's length, as the authors' code does: a vector of zeros stays zero."""


class LPIPS:
    """The distance of rendered pictures from one known truth; the truth's features are kept.

    In every layer the feature vectors of each position are brought to length 1; their squared
    differences, weighed by channel, are averaged over positions and summed over channels and
    layers.

    Range 0 to unbounded, seldom above 1; 0 for the same picture. Lower is nearer. Unlike a pixel
    error it bears small shifts, but it compares place by place: it needs a truth, and says nothing
    of a source in another layout.

    Cost: one pass of the backbone; keeps its features of the truth.

    Args:
        truth: the right answer, (H, W, C) floats in [0, 1]; grey is repeated, alpha dropped.
        features: the backbone, ``likewise.networks.lpips_backbones.load_lpips_backbone``.
        weights: (Cₗ,) ≥ 0 for each layer, ``load_lpips_weights`` of the same module. Published
            numbers need both from the public files.

    Raises:
        ImageError: the truth is not (H, W, C) floats in [0, 1], or too small for the backbone.
        ConfigError: there is not one weight for each channel of each layer.

    Not in the paper: because it had no truths. Zhang et al., "The unreasonable effectiveness of
    deep features as a perceptual metric" (2018), version 0.1.
    """

    def __init__(
        self, truth: ArrayLike, features: LayeredFeatures, weights: Sequence[Tensor]
    ) -> None:
        picture = as_picture("truth", truth)
        self._shape, self._features = picture.shape[:2], features
        with torch.no_grad():
            self._known = [_directions(layer) for layer in features(as_colours(picture))]
        found = [tuple(weight.shape) for weight in weights]
        expected = [(layer.shape[1],) for layer in self._known]
        if found != expected:
            raise ConfigError("weights", f"shapes {found}", f"{expected}, as features has")
        pairs = zip(weights, self._known, strict=True)
        self._weights = [weight.to(layer)[:, None, None] for weight, layer in pairs]

    @torch.no_grad()
    def of(self, rendered: ArrayLike) -> float:
        """The distance of I′, (H, W, C) floats in [0, 1], of the truth's size.

        Raises:
            ImageError: not (H, W, C) floats in [0, 1], or of another size.
        """
        picture = as_picture("rendered", rendered)
        if picture.shape[:2] != self._shape:
            size = f"the truth's size {self._shape}"
            raise ImageError("rendered", f"size {picture.shape[:2]}", size)
        distance = 0.0
        layers = zip(self._features(as_colours(picture)), self._known, self._weights, strict=True)
        for layer, known, weight in layers:
            apart = (_directions(layer) - known).square() * weight
            distance += apart.sum(dim=1).double().mean().item()
        return distance


def lpips(
    rendered: ArrayLike, truth: ArrayLike, features: LayeredFeatures, weights: Sequence[Tensor]
) -> float:
    """:class:`LPIPS` for one answer: 0 to unbounded, lower is nearer.

    Args:
        rendered: (H, W, C) floats in [0, 1].
        truth: the same size.
        features: as there.
        weights: as there.

    Raises:
        ImageError: sizes or values do not fit, or are too small for the backbone.
        ConfigError: there is not one weight for each channel of each layer.
    """
    return LPIPS(truth, features, weights).of(rendered)


def _directions(layer: Tensor) -> Tensor:
    """Each position's vector of (B, C, h, w) at length 1."""
    return layer / (layer.norm(dim=1, keepdim=True) + _EPSILON)
