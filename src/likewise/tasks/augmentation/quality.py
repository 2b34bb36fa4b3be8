"""Quality: whether a rendered pair can be taught from, as a judge that knows the source sees it.

A class that is not found on its pixels, a thing that is not found at its place, and a thing that
is seen where none is asked for would each teach a wrong label. Each is measured against what the
judge reads off the source itself, which it does not read without fault either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likewise.doubting.reading import Check
from likewise.images import Image
from likewise.judging.forest import ForestJudge
from likewise.judging.reader import CaseJudge
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.things import things_of

MISSED = 0.4  # of a thing's pixels, below what is read right of its class's worst in the source
LEAST_RADIUS = 3.0  # pixels: what is read of thinner things and stains is chance
STAIN = 0.02  # of the short side: nor are stains of a smaller radius than this told
LARGER = 1.5  # a stain this many times as thick as the source's thickest is one that is not there


@dataclass(frozen=True)
class Verdict:
    """What became of one rendered pair.

    Attributes:
        reason: why it is dropped; "" if it is kept.
        kind: the same without figures: "misread", "not found" or "not asked for", and a class.
        accuracy: share of its pixels that the judge reads as asked, 0 to 1.
        iou: mean IoU of what the judge reads, 0 to 1.
    """

    reason: str
    kind: str
    accuracy: float
    iou: float


@dataclass(eq=False)
class Quality:
    """A judge fitted to one source pair, asked about any number of rendered pairs.

    Args:
        image: I.
        labels: P, of its size.
        judge: who reads; the default learns the source pair in about two seconds.
        seed: the same seed gives the same verdicts.
        movable: ids of the classes that have things; None as for the layouts.

    Raises:
        LabelError: every pixel of ``labels`` is ignored.
    """

    image: Image
    labels: LabelMap
    judge: CaseJudge = field(default_factory=lambda: ForestJudge(threads=1))
    seed: int = 0
    movable: frozenset[int] | None = None

    def __post_init__(self) -> None:
        self._check = Check(self.image, self.labels, judge=self.judge, seed=self.seed)
        self._table = self.labels.present_classes
        shares = self._things(self._check.source, self.labels)
        self._worst: dict[int, float] = {}
        for number, share, _ in shares:
            self._worst[number] = min(share, self._worst.get(number, 1.0))
        self._thickest = {
            number: radius
            for number, (radius, _) in self._stains(self._check.source, self.labels).items()
        }

    @property
    def ceiling(self) -> dict[str, float]:
        """The judge's own "accuracy" and "iou", on warps of the source."""
        return self._check.ceiling

    def verdict(self, rendered: Image, layout: LabelMap) -> Verdict:
        """Whether ``rendered`` shows ``layout``, as far as the judge can tell.

        Args:
            rendered: I', an answer.
            layout: P', the layout it was made for, of its size.

        Raises:
            ImageError: ``rendered`` has other channels than the source.
            LabelError: ``layout`` holds a class that the source does not, or has another size.
        """
        reading = self._check.reading(rendered, layout)
        reasons = [(doubt.finding, f"misread: {doubt.classes[0]}") for doubt in reading.doubts]
        reasons = reasons or self._missed(reading.places, layout)
        reasons = reasons or self._stained(reading.places, layout)
        scores = reading.scores
        first = reasons[0] if reasons else ("", "")
        return Verdict(*first, scores.get("accuracy", 0.0), scores.get("iou", 0.0))

    def _missed(self, read: NDArray[np.int64], layout: LabelMap) -> list[tuple[str, str]]:
        """Things that are not found at their places."""
        told = []
        for number, share, (x, y) in self._things(read, layout):
            known = self._worst.get(number)
            if known is not None and share < known - MISSED:
                name = self._table.by_id(number).name
                finding = (
                    f"the {name} at {x},{y} is read on {100 * share:.0f} % of its pixels, in the "
                    f"source on {100 * known:.0f} % at least"
                )
                told.append((finding, f"not found: {name}"))
        return told

    def _things(
        self, read: NDArray[np.int64], layout: LabelMap
    ) -> list[tuple[int, float, tuple[int, int]]]:
        """Class id, share read right and centre (x, y) of each thing, of its own pixels."""
        asked = layout.indices(self._table)
        found = []
        for thing in things_of(layout, self.movable):
            own = thing.mask & (layout.ids == thing.id)
            if _radius(own) < LEAST_RADIUS:
                continue
            share = float((read[own] == asked[own]).mean())
            top, left, bottom, right = thing.box
            found.append((thing.id, share, ((left + right) // 2, (top + bottom) // 2)))
        return found

    def _stained(self, read: NDArray[np.int64], layout: LabelMap) -> list[tuple[str, str]]:
        """Classes of things that are seen where they are not asked for, in thick stains."""
        told = []
        for number, (radius, (x, y)) in self._stains(read, layout).items():
            usual = self._thickest.get(number, 0.0)
            least = max(STAIN * min(layout.size), LEAST_RADIUS)
            if radius > max(LARGER * usual, least):
                name = self._table.by_id(number).name
                finding = (
                    f"{name} is seen {2 * radius:.0f} pixels thick at {x},{y}, where none is asked "
                    f"for; in the source {2 * usual:.0f} pixels"
                )
                told.append((finding, f"not asked for: {name}"))
        return told

    def _stains(
        self, read: NDArray[np.int64], layout: LabelMap
    ) -> dict[int, tuple[float, tuple[int, int]]]:
        """Radius and place (x, y) of the thickest stain of each class, by its id."""
        asked = layout.indices(self._table)
        found = {}
        for place, entry in enumerate(self._table):
            wrong = (read == place) & (asked != place) & (asked >= 0)
            if not wrong.any():
                continue
            depth = ndimage.distance_transform_edt(np.pad(wrong, 1))[1:-1, 1:-1]
            y, x = np.unravel_index(int(depth.argmax()), depth.shape)
            found[entry.id] = float(depth[y, x]), (int(x), int(y))
        return found


def _radius(mask: NDArray[np.bool_]) -> float:
    """Of the largest circle in ``mask``, pixels."""
    return float(ndimage.distance_transform_edt(np.pad(mask, 1)).max()) if mask.any() else 0.0
