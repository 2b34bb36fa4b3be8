"""Layouts for checkpoints: channels of labels, of "don't care", and of edges."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likewise.geometry.warps import one_hot
from likewise.methods.frame import resized_indices
from likewise.methods.spade.releases import Release


def checkpoint_layout(indices: Tensor, channels: Sequence[int], release: Release) -> Tensor:
    """The layout (1, K, h, w) that a checkpoint of ``release`` paints, at its size.

    Args:
        indices: positions in the source's classes (1, 1, H, W), -1 where ignored.
        channels: of each of these classes.
        release: of the checkpoint.

    Label maps here have no instances: edges are those between regions of different labels. The
    published data had these too, and beside them the ones between touching things of one class.
    """
    meant = torch.tensor([*channels, release.unknown], device=indices.device)  # -1 takes the last
    labels = resized_indices(meant[indices], release.size)
    layout = one_hot(labels, release.channels)
    if release.edges:
        layout[:, -1:] = region_edges(labels)
    return layout


def region_edges(labels: Tensor) -> Tensor:
    """1.0 at pixels of (B, 1, H, W) with another label above, below, left or right; else 0.0."""
    edges = torch.zeros_like(labels, dtype=torch.bool)
    across = labels[..., 1:] != labels[..., :-1]
    down = labels[..., 1:, :] != labels[..., :-1, :]
    edges[..., 1:] |= across
    edges[..., :-1] |= across
    edges[..., 1:, :] |= down
    edges[..., :-1, :] |= down
    return edges.float()
