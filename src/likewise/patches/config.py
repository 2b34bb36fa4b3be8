"""PatchConfig: everything that decides how the patch engine works."""

from __future__ import annotations

from dataclasses import dataclass, field

from likewise.patches.guidance import Guide


@dataclass(frozen=True)
class PatchConfig:
    """Settings of the patch engine; each field's help has its unit."""

    size: int = field(
        default=512,
        metadata={
            "help": "short side of the source up to which patches are matched, pixels; beyond it, "
            "detail is gathered",
            "range": (32, 4096),
        },
    )
    pixels: float = field(
        default=1.5,
        metadata={
            "help": "of a target up to which patches are matched, megapixels; beyond, likewise",
            "range": (0.01, 1000),
        },
    )
    coarsest: int = field(
        default=64,
        metadata={"help": "short side of the coarsest level, pixels", "range": (8, 4096)},
    )
    trust: float = field(
        default=0.03,
        metadata={
            "help": "how far from any seam the placement is kept as it is, of the short side; 1 "
            "keeps none of it",
            "range": (0, 1),
        },
    )
    ratio: float = field(
        default=1.5, metadata={"help": "of the sides of neighbouring levels", "range": (1.1, 4)}
    )
    quick: bool = field(
        default=False, metadata={"help": "place by labels in fewer rounds, on larger cells"}
    )
    fill: bool = field(
        default=False,
        metadata={"help": "where a thing has left, continue the backdrop as it looks"},
    )
    radius: int = field(
        default=3, metadata={"help": "of a patch, pixels: 3 means 7 x 7", "range": (1, 15)}
    )
    rounds: int = field(
        default=3, metadata={"help": "of search and vote at each level", "range": (0, 100)}
    )
    jumps: tuple[int, ...] = field(
        default=(4, 2, 1),
        metadata={"help": "distances of propagation in a search, pixels", "range": (1, 1024)},
    )
    trials: int = field(
        default=3, metadata={"help": "places drawn for each pixel in each sweep", "range": (0, 100)}
    )
    label_weight: float = field(
        default=0.3,
        metadata={"help": "cost of a wrong label, in squared colour steps", "range": (0, 1000)},
    )
    borders: float = field(
        default=0.2,
        metadata={"help": "weight of the class shares around a pixel", "range": (0, 1000)},
    )
    row: float = field(
        default=0.3,
        metadata={"help": "weight of the vertical place in the frame", "range": (0, 1000)},
    )
    column: float = field(
        default=0.1, metadata={"help": "weight of the horizontal place", "range": (0, 1000)}
    )

    @property
    def guide(self) -> Guide:
        """The weights of the guidance."""
        return Guide(self.borders, self.row, self.column)
