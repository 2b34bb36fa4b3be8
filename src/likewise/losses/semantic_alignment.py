"""The semantic alignment loss: the segmenter S must read P_aug off G's output."""

from __future__ import annotations

from torch import Tensor, log_softmax

from likewise.losses.precision import widened

HEAVIEST_CLASS = 10.0
"""The most a rare class counts for, relative to one of average area, at full balance."""


def semantic_alignment_loss(logits: Tensor, layout: Tensor, balance: float = 0.0) -> Tensor:
    """The cross-entropy of S's reading against the layout, averaged over pixels not ignored.

    Args:
        logits: (B, K, H, W), S's unbounded scores of the rendered image.
        layout: (B, K, H, W), one-hot; all-zero pixels are ignored and get no loss.
        balance: 0 counts every pixel alike; 1 counts pixels by the inverse frequency of their
            class in ``layout`` (clipped at ``HEAVIEST_CLASS``), so that every class counts alike.

    A layout of ignored pixels only has loss 0.

    Source: the paper's semantic alignment loss. The reference code takes the L1 distance of RGB
    pictures of label maps instead; labels here are ids, between which no such distance exists, so
    the loss is the cross-entropy of one-hot labels. ``balance`` is not in the paper: because a
    small region, a tree say, is what a user moves.
    """
    truth = widened(layout)
    per_class = truth * -log_softmax(widened(logits), dim=1)
    weights = truth
    if balance > 0:
        importance = _class_importance(truth, balance)
        per_class, weights = per_class * importance, truth * importance
    return per_class.sum() / weights.sum().clamp_min(1e-6)


def _class_importance(truth: Tensor, balance: float) -> Tensor:
    """(K, 1, 1) weights by clipped inverse frequency; 1 for every class where areas are equal."""
    area = truth.sum(dim=(0, 2, 3))
    present = (area > 0).to(truth.dtype).sum().clamp_min(1)
    average = area.sum() / present
    importance = (average / area.clamp_min(1)).clamp_max(HEAVIEST_CLASS) ** balance
    return importance[:, None, None]
