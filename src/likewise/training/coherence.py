"""Coherence: patch coherence with the source of one fit, on pixels or on VGG-19 features.

The source's patches are indexed once; a step looks at a few patches of what G rendered. Pixel
patches with their labels are the default: they need no weights. With VGG-19 the patches are those
of the authors' code: relu1_1 (3x3, 10 of them a step) and relu2_1 (1x1, 5), mean of the 5 best.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.losses.patch_coherence import PatchIndex, indexed_patch_coherence_loss
from likewise.networks.vgg import VGG19Features

BEST = 5  # matches averaged in feature space


@dataclass(frozen=True)
class FeatureLevel:
    """How one layer is compared: patch side, patches a step, and how much smaller it is."""

    patch: int
    count: int
    shrink: int


FEATURE_LEVELS = {"relu1_1": FeatureLevel(3, 10, 1), "relu2_1": FeatureLevel(1, 5, 2)}


class PixelCoherence:
    """Coherence of pixel patches and their labels.

    Args:
        image: source image (1, C, H, W) in [-1, 1].
        layout: source layout (1, K, H, W), one-hot.
        patch: side of a patch, pixels.
    """

    def __init__(self, image: Tensor, layout: Tensor, patch: int) -> None:
        self.index = PatchIndex(image, layout, patch=patch)

    def __call__(self, rendered: Tensor, layout: Tensor, queries: Tensor) -> Tensor:
        """The loss of ``rendered`` (B, C, H, W) at centres ``queries`` (B, Q)."""
        return indexed_patch_coherence_loss(rendered, layout, self.index, queries=queries)


class FeatureCoherence:
    """Coherence of VGG-19 feature patches; labels play no part, as in the authors' code.

    Args:
        image: source image (1, C, H, W) in [-1, 1].
        layout: source layout (1, K, H, W), one-hot.
        features: the frozen network, with layers relu1_1 and relu2_1.
    """

    def __init__(self, image: Tensor, layout: Tensor, features: VGG19Features) -> None:
        self.features = features
        with torch.no_grad():
            seen = features(image)
        self.indices = {
            name: PatchIndex(
                seen[name],
                layout[:, :, :: level.shrink, :: level.shrink],
                patch=level.patch,
                semantic_weight=0.0,
            )
            for name, level in FEATURE_LEVELS.items()
        }

    def __call__(self, rendered: Tensor, layout: Tensor, queries: Tensor) -> Tensor:
        """As :meth:`PixelCoherence.__call__`; of the centres the first few of each row are used."""
        width = rendered.shape[3]
        with torch.autocast(rendered.device.type, enabled=False):
            seen = self.features(rendered.float())
        terms = []
        for name, level in FEATURE_LEVELS.items():
            centres = queries[:, : level.count]
            rows = torch.div(centres, width, rounding_mode="floor") // level.shrink
            columns = centres % width // level.shrink
            terms.append(
                indexed_patch_coherence_loss(
                    seen[name],
                    layout[:, :, :: level.shrink, :: level.shrink],
                    self.indices[name],
                    queries=rows * (width // level.shrink) + columns,
                    nearest=BEST,
                )
            )
        return torch.stack(terms).sum()
