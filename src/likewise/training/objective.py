"""The objective: ONE table of mode x loss x weight, and the only place that knows weights.

Losses are those of the paper, section 3.3. Column ``paper`` has its weights (reconstruction 5, all
others 1). ``fast`` trains to the same end in fewer steps: the truth I_aug is known in sampling
mode too, so it is used there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from likewise.losses.adversarial import generator_loss
from likewise.losses.feature_matching import feature_matching_loss
from likewise.losses.fixed_point import fixed_point_loss
from likewise.losses.reconstruction import reconstruction_loss
from likewise.losses.semantic_alignment import semantic_alignment_loss
from likewise.training.modes import Mode

OBJECTIVES: dict[str, dict[Mode, dict[str, float]]] = {
    "paper": {
        Mode.SAMPLING: {
            "adversarial": 1,
            "feature_matching": 1,
            "patch_coherence": 1,
            "semantic_alignment": 1,
        },
        Mode.RECONSTRUCTION: {
            "adversarial": 1,
            "feature_matching": 1,
            "reconstruction": 5,
            "fixed_point": 1,
        },
    },
    "fast": {
        Mode.SAMPLING: {
            "adversarial": 1,
            "feature_matching": 2,
            "reconstruction": 2,
            "patch_coherence": 2,
            "semantic_alignment": 0.2,
        },
        Mode.RECONSTRUCTION: {
            "adversarial": 1,
            "feature_matching": 2,
            "reconstruction": 20,
            "fixed_point": 0.1,
        },
        Mode.EDITING: {
            "adversarial": 1,
            "patch_coherence": 3,
            "semantic_alignment": 0.5,
        },
    },
}


@dataclass(frozen=True)
class Evidence:
    """What a step knows when G is judged.

    Images are (B, C, H, W) in [-1, 1], layouts one-hot (B, K, H, W). ``truth`` and
    ``real_features`` are meaningless in editing mode, where no true picture exists. ``coherence``
    measures patch coherence of a rendered image with its layout.
    """

    rendered: Tensor
    layout: Tensor
    truth: Tensor
    scores: Sequence[Tensor]
    features: Sequence[Tensor]
    real_features: Sequence[Tensor]
    scales: Sequence[Tensor]
    shifts: Sequence[Tensor]
    logits: Tensor
    coherence: Callable[[Tensor, Tensor], Tensor]


LOSSES: dict[str, Callable[[Evidence], Tensor]] = {
    "adversarial": lambda e: generator_loss(e.scores),
    "feature_matching": lambda e: feature_matching_loss(e.features, e.real_features),
    "patch_coherence": lambda e: e.coherence(e.rendered, e.layout),
    "semantic_alignment": lambda e: semantic_alignment_loss(e.logits, e.layout),
    "reconstruction": lambda e: reconstruction_loss(e.rendered, e.truth),
    "fixed_point": lambda e: fixed_point_loss(e.scales, e.shifts),
}


def weighted_losses(table: dict[str, float], evidence: Evidence) -> dict[str, Tensor]:
    """The losses a mode's row of the table names, each times its weight."""
    losses = {name: LOSSES[name](evidence) for name in table}
    return {n: loss if table[n] == 1 else table[n] * loss for n, loss in losses.items()}
