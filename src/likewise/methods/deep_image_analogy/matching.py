"""Matching: the fields between two photographs and back, level by level (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from likewise.methods.deep_image_analogy.blending import blended
from likewise.methods.deep_image_analogy.config import DeepImageAnalogyConfig
from likewise.methods.deep_image_analogy.deconvolution import deconvolved
from likewise.methods.deep_image_analogy.fields import finer, warped
from likewise.methods.deep_image_analogy.search import around, everywhere, normalised
from likewise.networks.vgg import VGG19Features

LAYERS = ("relu5_1", "relu4_1", "relu3_1", "relu2_1", "relu1_1")
"""Of VGG-19, coarsest first: levels 5 to 1."""


class Fields(NamedTuple):
    """Fields of the finest level, (2, H, W) each: from A to B', and from B' to A."""

    forth: Tensor
    back: Tensor


def seen(network: VGG19Features, picture: Tensor) -> tuple[Tensor, ...]:
    """What ``network`` sees in a picture (1, 3, H, W) in [-1, 1]: its features, coarsest first."""
    with torch.no_grad():
        features = network(picture)
    return tuple(features[layer] for layer in LAYERS)


def matched(
    network: VGG19Features,
    source: Sequence[Tensor],
    photograph: Sequence[Tensor],
    config: DeepImageAnalogyConfig,
) -> Fields:
    """The fields between A and B'.

    Args:
        network: made for :data:`LAYERS`.
        source: what it sees in A.
        photograph: what it sees in B'.
        config: patches, radii, blending and steps.
    """
    ours, theirs = normalised(source[:1]), normalised(photograph[:1])
    forth = everywhere(ours, theirs, config.patches[0])
    back = everywhere(theirs, ours, config.patches[0])
    for level in range(1, len(LAYERS)):
        latent_source = _latent(network, level, source, photograph, forth, config)
        latent_photograph = _latent(network, level, photograph, source, back, config)
        ours = normalised((source[level], latent_source))
        theirs = normalised((latent_photograph, photograph[level]))
        search = partial(around, patch=config.patches[level], radius=config.radii[level - 1])
        forth, back = search(ours, theirs, forth), search(theirs, ours, back)
    return Fields(forth, back)


def _latent(
    network: VGG19Features,
    level: int,
    own: Sequence[Tensor],
    other: Sequence[Tensor],
    field: Tensor,
    config: DeepImageAnalogyConfig,
) -> Tensor:
    """Features at ``level`` of the latent picture with the structure of ``own``.

    ``field`` leads from ``own`` to ``other``, a level up.
    """
    size, source = own[level].shape[2:], other[level].shape[2:]
    start = warped(other[level], finer(field, size, source))
    part = partial(network.onward, start=LAYERS[level], end=LAYERS[level - 1])
    look = deconvolved(part, warped(other[level - 1], field), start, config.steps)
    return blended(own[level], look, config.alphas[level - 1], config.kappa, config.tau)
