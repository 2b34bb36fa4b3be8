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
            "detail is gathered"
        },
    )
    pixels: float = field(
        default=1.5,
        metadata={
            "help": "of a target up to which patches are matched, megapixels; beyond, likewise"
        },
    )
    coarsest: int = field(default=64, metadata={"help": "short side of the coarsest level, pixels"})
    trust: float = field(
        default=0.03,
        metadata={
            "help": "how far from any seam the placement is kept as it is, of the short side; 1 "
            "keeps none of it"
        },
    )
    ratio: float = field(default=1.5, metadata={"help": "of the sides of neighbouring levels"})
    quick: bool = field(
        default=False, metadata={"help": "place by labels in fewer rounds, on larger cells"}
    )
    fill: bool = field(
        default=False,
        metadata={"help": "where a thing has left, continue the backdrop as it looks"},
    )
    radius: int = field(default=3, metadata={"help": "of a patch, pixels: 3 means 7 x 7"})
    rounds: int = field(default=3, metadata={"help": "of search and vote at each level"})
    jumps: tuple[int, ...] = field(
        default=(4, 2, 1), metadata={"help": "distances of propagation in a search, pixels"}
    )
    trials: int = field(default=3, metadata={"help": "places drawn for each pixel in each sweep"})
    label_weight: float = field(
        default=0.3, metadata={"help": "cost of a wrong label, in squared colour steps"}
    )
    borders: float = field(
        default=0.2, metadata={"help": "weight of the class shares around a pixel"}
    )
    row: float = field(default=0.3, metadata={"help": "weight of the vertical place in the frame"})
    column: float = field(default=0.1, metadata={"help": "weight of the horizontal place"})

    @property
    def guide(self) -> Guide:
        """The weights of the guidance."""
        return Guide(self.borders, self.row, self.column)
