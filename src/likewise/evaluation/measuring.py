"""Measuring: by which judges, features and networks answers are scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from likewise.evaluation.cases import Case
from likewise.evaluation.judging.reader import CaseJudge
from likewise.evaluation.scoring import DEFAULT_JUDGES, Scorer


@dataclass(frozen=True)
class Measuring:
    """What scorers are made with, besides their case.

    Attributes:
        judges: that read layouts.
        features: of single-image Fréchet distances; None takes the seeded ones.
        lpips: distance of two pictures, where the user has the weights.
        told: what of this is not the default, for readers and for ``--resume``: name -> value.
    """

    judges: Sequence[CaseJudge] = DEFAULT_JUDGES
    features: Callable[..., Any] | None = None
    lpips: Callable[..., Any] | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    def scorer(self, case: Case, device: torch.device) -> Scorer:
        """A scorer for ``case``; nothing is fitted before it is asked."""
        given = {"features": self.features, "lpips": self.lpips}
        known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return Scorer(case, judges=self.judges, device=device, **known)
