"""Modes: what a training step asks of G.

Paper, section 3.1: *sampling* trains P_source => P_aug :: I_source => I_aug, *reconstruction*
trains P => P :: I => I; they alternate. *Editing* is not in the paper: it renders random edits of
the layout (regions moved, scaled, doubled, removed), for which no true picture exists, because
warps of the source never show what edited layouts do. It trains by the adversarial, coherence and
alignment losses alone.
"""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """One way to pose a training step."""

    SAMPLING = "sampling"
    RECONSTRUCTION = "reconstruction"
    EDITING = "editing"
