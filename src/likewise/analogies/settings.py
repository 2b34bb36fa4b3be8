"""AnalogySettings: everything that decides how an image analogy is made."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AnalogySettings:
    """Settings of the engine; each field's help has its unit."""

    coarsest: int = field(
        default=4,
        metadata={
            "help": "short side of A at the coarsest level, pixels, at least",
            "range": (2, 4096),
        },
    )
    kappa: float = field(
        default=5.0,
        metadata={
            "help": "the paper's κ: how much worse a coherent pixel may fit; 0 is no more",
            "range": (0, 1000),
        },
    )
    weight: float = field(
        default=1.0,
        metadata={
            "help": "of a squared difference in A and B, against one in A′, B′",
            "range": (0, 1000),
        },
    )
    error: float = field(
        default=0.5,
        metadata={
            "help": "by how much a match may be farther than the nearest, of its distance",
            "range": (0, 10),
        },
    )
    leaves: int = field(
        default=48,
        metadata={
            "help": "of the tree, looked at for a pixel, at most; 0 is no end",
            "range": (0, 100_000),
        },
    )
