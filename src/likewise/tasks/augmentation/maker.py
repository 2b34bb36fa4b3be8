"""Maker: makes one pair of a set: draws layouts, renders, asks the judge, until one is kept.

All that is random in pair ``index`` comes from (seed, index), so a set is the same whether it is
made in one go, in parallel, or by a run that was stopped and resumed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from likewise.analogy import Analogy
from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.constraints import Range
from likewise.tasks.augmentation.layouts import DrawnLayout, Layouts
from likewise.tasks.augmentation.quality import Quality, Verdict

ATTEMPTS = 6  # layouts rendered for one pair before it is given up
UNJUDGED = Verdict("", "", math.nan, math.nan)
SCORES = ("accuracy", "iou")
DRAWS = 200  # layouts drawn for one pair before no layout is said to meet the constraints


@dataclass(frozen=True)
class Attempt:
    """A layout that was rendered, and what the judge said."""

    draw: int
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class Made:
    """What became of one pair.

    Attributes:
        index: which pair of the set.
        layout: its layout; None where no attempt was kept.
        image: the picture; None likewise.
        attempts: what was rendered, the kept one last.
        refused: how many drawn layouts were refused before they were rendered.
        dropped: pictures and layouts of the attempts that were not kept.
    """

    index: int
    layout: DrawnLayout | None
    image: Image | None
    attempts: tuple[Attempt, ...]
    refused: int
    dropped: tuple[tuple[Image, LabelMap], ...] = ()

    def record(self, seed: int) -> dict[str, Any]:
        """For the manifest: seeds, edits, scores and reasons, JSON."""
        rejected = self.attempts if self.layout is None else self.attempts[:-1]
        told: dict[str, Any] = {
            "index": self.index,
            "seed": seed,
            "accepted": self.layout is not None,
            "layouts_refused": self.refused,
            "rejected": [{"draw": a.draw, **_rounded(a.verdict)} for a in rejected],
        }
        if self.layout is not None:
            last = self.attempts[-1]
            told |= {
                "draw": last.draw,
                "base": self.layout.base,
                "edits": list(self.layout.edits),
                "scores": {k: v for k, v in _rounded(last.verdict).items() if k in SCORES},
            }
        return told


@dataclass(eq=False)
class Maker:
    """Makes pairs.

    Args:
        analogy: fitted to the source.
        layouts: of the source.
        quality: the judge; None keeps all that is rendered.
        seed: of the set.
        attempts: layouts rendered for a pair before it is given up.
        keep_dropped: whether pictures that were not kept are handed on.
    """

    analogy: Analogy
    layouts: Layouts
    quality: Quality | None
    seed: int = 0
    attempts: int = ATTEMPTS
    keep_dropped: bool = False

    def make(self, index: int) -> Made:
        """Pair ``index``.

        Raises:
            ConfigError: no layout meets the constraints.
        """
        attempts: list[Attempt] = []
        dropped: list[tuple[Image, LabelMap]] = []
        number = refused = 0
        while len(attempts) < self.attempts:
            number, drawn = next_layout(self.layouts, self.seed, index, number)
            refused += drawn.refused_before
            image = self.analogy.render(drawn.layout.labels)
            verdict = self._verdict(image, drawn.layout.labels)
            attempts.append(Attempt(number, verdict))
            if not verdict.reason:
                given = tuple(attempts), refused, tuple(dropped)
                return Made(index, drawn.layout, image, *given)
            if self.keep_dropped:
                dropped.append((image, drawn.layout.labels))
            number += 1
        return Made(index, None, None, tuple(attempts), refused, tuple(dropped))

    def _verdict(self, image: Image, layout: LabelMap) -> Verdict:
        return UNJUDGED if self.quality is None else self.quality.verdict(image, layout)


def build_maker(
    model: Path,
    device: str,
    layouts: Layouts,
    *,
    judged: bool,
    seed: int,
    attempts: int = ATTEMPTS,
    keep_dropped: bool = False,
) -> Maker:
    """A maker of a fitted model on the disk, as every process of a pool builds its own.

    Raises:
        ModelError: the model is damaged.
    """
    analogy = Analogy.load(model, device=device)
    quality = None
    if judged:
        quality = Quality(analogy.image, analogy.labels, seed=seed, movable=layouts.movable)
    return Maker(analogy, layouts, quality, seed, attempts, keep_dropped)


@dataclass(frozen=True)
class Found:
    """A layout that is fine, and how many were refused before it."""

    layout: DrawnLayout
    refused_before: int


def next_layout(layouts: Layouts, seed: int, index: int, number: int) -> tuple[int, Found]:
    """The first layout that is fine of those with numbers from ``number`` on, and its number.

    Raises:
        ConfigError: none of :data:`DRAWS` is; the message tells what they were refused for.
    """
    reasons: dict[str, int] = {}
    lasting: list[DrawnLayout] = []
    for count in range(DRAWS):
        drawn = layouts.draw(seed, index, number + count)
        if not drawn.refused:
            return number + count, Found(drawn, count)
        reasons[drawn.refused] = reasons.get(drawn.refused, 0) + 1
        lasting.append(drawn)
    raise _none_found(layouts, reasons, lasting)


def _none_found(layouts: Layouts, reasons: dict[str, int], drawn: list[DrawnLayout]) -> ConfigError:
    """The error that says which constraint no layout meets, and what the layouts had instead."""
    bases = layouts.bases
    worst = {
        c.text: sum(not c.holds(d.labels, bases[d.base]) for d in drawn)
        for c in layouts.constraints
    }
    if not worst or max(worst.values()) == 0:
        top = max(reasons, key=lambda reason: reasons[reason])
        found = f"none of {len(drawn)} layouts drawn is usable, {reasons[top]} times because: {top}"
        remedy = "Name the classes that may be moved with --move, or hand in layouts with --layout."
        return ConfigError("layouts", found, "things that can be moved", remedy)
    text = max(worst, key=lambda key: worst[key])
    constraint = next(c for c in layouts.constraints if c.text == text)
    never = "no layout meets" if worst[text] == len(drawn) else "hardly a layout meets"
    found = f"{never} {text!r} ({worst[text]} of {len(drawn)} drawn do not)"
    if isinstance(constraint, Range):
        values = [v for d in drawn for v in constraint.values(d.labels)]
        if values:
            found += f"; they had {min(values):.3g} to {max(values):.3g}"
    others = [other for other in worst if other != text and worst[other]]
    if others:
        found += f"; beside it {others[0]!r} failed {worst[others[0]]} times"
    remedy = "Loosen it, hand in a layout that meets it with --layout, or leave it out."
    return ConfigError("--constraint", found, "constraints that layouts can meet", remedy)


def _rounded(verdict: Verdict) -> dict[str, Any]:
    return {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in asdict(verdict).items()
        if value == value  # what no judge has read has no score
    }
