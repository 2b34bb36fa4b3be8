"""Matching: the fields between two photographs and back, level by level (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from likewise.methods.deep_image_analogy.blending import blended
from likewise.methods.deep_image_analogy.config import DeepImageAnalogyConfig
from likewise.methods.deep_image_analogy.deconvolution import deconvolved
from likewise.methods.deep_image_analogy.fields import aggregated
from likewise.methods.deep_image_analogy.propagation import propagated
from likewise.methods.deep_image_analogy.search import around, everywhere, normalised
from likewise.networks.vgg import VGG19Features
from likewise.training.precision import arithmetic

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
        forth = _found(ours, theirs, forth, level, config)
        back = _found(theirs, ours, back, level, config)
    return Fields(forth, back)


def _found(
    queries: Tensor, keys: Tensor, coarser: Tensor, level: int, config: DeepImageAnalogyConfig
) -> Tensor:
    """The field at ``level``, after the one above: near it, and what its neighbours found."""
    patch = config.patches[level]
    field = around(queries, keys, coarser, patch=patch, radius=config.radii[level - 1])
    for _ in range(config.sweeps):
        field = propagated(queries, keys, field, patch)
    return field


def _latent(
    network: VGG19Features,
    level: int,
    own: Sequence[Tensor],
    other: Sequence[Tensor],
    field: Tensor,
    config: DeepImageAnalogyConfig,
) -> Tensor:
    """Features at ``level`` of the latent picture with the structure of ``own``.

    ``field`` leads from ``own`` to ``other``, a level up. What the coarser features of ``other`` do
    not tell, where within its cell a thing lies, the start leaves as ``own`` has it. Were it taken
    from ``other`` along ``field``, whole cells would be, and each place would find itself again.
    """
    coarser = other[level - 1]
    size = field.shape[1], field.shape[2]
    goal = aggregated(
        coarser, field, (coarser.shape[2], coarser.shape[3]), config.patches[level - 1], size
    )

    def part(features: Tensor) -> Tensor:
        with arithmetic(features.device, config.bfloat16):
            return network.onward(features, LAYERS[level], LAYERS[level - 1]).float()

    look = deconvolved(part, goal, own[level], config.steps)
    return blended(own[level], look, config.alphas[level - 1], config.kappa, config.tau)
