"""Variant: the patch engine with one thing left out or changed, for an ablation.

Most variants are other settings. The others replace one function that the engine calls, while they
render, and nothing else; that they can is what makes the comparison fair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches import engine, gathering, placing, synthesis
from likewise.patches.config import PatchConfig
from likewise.patches.levels import Level
from likewise.patches.material import Canvas, Material
from likewise.patches.placing.place import place
from likewise.patches.placing.proposals import ViewRange
from likewise.patches.presets import patch_presets
from likewise.patches.synthesis import Synthesis, searched, synthesise

CROWDED = 0.02  # cost of a place for each time that it is used beyond its share
MOST_CROWDED = 5.0  # shares, beyond which it costs no more
FAST = patch_presets("cpu")["fast"]


@dataclass(frozen=True)
class Variant:
    """One row of the ablation.

    Attributes:
        change: what differs from the default, in words.
        config: settings.
        hook: opens a context in which the engine works differently.
        voted: take the colours that the search voted for, not those gathered from the source.
        seeds: one answer of each.
    """

    change: str
    config: PatchConfig = FAST
    hook: Callable[[], AbstractContextManager[Any]] = field(default=nullcontext)
    voted: bool = False
    seeds: tuple[int, ...] = (0,)

    def paint(self, made: engine.Engine, layout: Tensor) -> Tensor:
        """Colours (H, W, C) for ``layout`` (H, W) by ``made``."""
        with self.hook():
            if not self.voted:
                return made.render(layout).colours
            answers: list[Synthesis] = []
            with mock.patch.object(engine, "synthesise", _kept(answers)):
                made.render(layout)
        assert answers[0].colours.shape[:2] == layout.shape, "too large to be voted at full size"
        return answers[0].colours


def variants() -> dict[str, Variant]:
    """Every row by name, the default first."""
    other = partial(replace, FAST)
    return {
        "default": Variant("preset `fast` of the CPU"),
        "placement_alone": Variant(
            "no search: gathered through the placement", other(rounds=0), finest_only
        ),
        "no_views": Variant("source neither mirrored, scaled nor bent", FAST, without_views),
        "no_bends": Variant("source not bent", FAST, without_bends),
        "unrefined": Variant("things not laid to a fraction of a pixel", FAST, without_refining),
        "no_trust": Variant("every pixel is searched (`trust=1`)", other(trust=1.0)),
        "from_32": Variant(
            "search from 32 px, everywhere (`coarsest=32`, `trust=1`)",
            other(coarsest=32, trust=1.0),
        ),
        "radius_2": Variant("patches of 5×5 (`radius=2`)", other(radius=2)),
        "radius_4": Variant("patches of 9×9 (`radius=4`)", other(radius=4)),
        "one_round": Variant("1 round a level (`rounds=1`)", other(rounds=1)),
        "five_rounds": Variant("5 rounds a level (`rounds=5`)", other(rounds=5)),
        "no_guidance": Variant(
            "`borders`, `row` and `column` 0", other(borders=0.0, row=0.0, column=0.0)
        ),
        "label_low": Variant("`label_weight=0.1`", other(label_weight=0.1)),
        "label_high": Variant("`label_weight=1`", other(label_weight=1.0)),
        "voted": Variant("the voted colours, not gathered ones", voted=True),
        "unblended": Variant("gathered, seams not blended", FAST, without_blending),
        "complete": Variant("places used too often cost more", FAST, with_completeness),
        "seeds": Variant("seeds 1, 2 and 3", seeds=(1, 2, 3)),
    }


@contextmanager
def finest_only() -> Iterator[None]:
    """Skips the coarser sizes, which would only make the placement coarser."""

    def finest(levels: Sequence[Level], layouts: Sequence[Tensor], *others: Any) -> Synthesis:
        return synthesise(levels[-1:], layouts[-1:], *others)

    with mock.patch.object(engine, "synthesise", finest):
        yield


def without_views() -> AbstractContextManager[Any]:
    """Places the source as it is, and in no other way."""
    return _placed_with(ViewRange(1.0, 1.0, mirrored=False, bent=False))


def without_bends() -> AbstractContextManager[Any]:
    """Places the source rigidly, however torn the target comes out."""
    return _placed_with(ViewRange(bent=False))


def without_refining() -> AbstractContextManager[Any]:
    """Leaves things in the nearest step of scale, moved by whole pixels."""
    return mock.patch.object(placing.place, "refined", lambda pieces, *_: pieces)


def without_blending() -> AbstractContextManager[Any]:
    """Leaves seams as they are gathered."""
    return mock.patch.object(gathering, "field_without_seams", lambda taken, *_: taken)


def with_completeness() -> AbstractContextManager[Any]:
    """Counts at each round how often a place is used, and makes the crowded ones cost more."""
    return mock.patch.object(synthesis, "searched", searched_evenly)


def searched_evenly(
    field: Tensor, fixed: Tensor, canvas: Canvas, material: Material, *others: Any
) -> tuple[Tensor, Tensor]:
    """What ``synthesis.searched`` does, with :func:`crowding` added to the cost of each place."""
    even = material.with_penalty(CROWDED * crowding(field, material))
    return searched(field, fixed, canvas, even, *others)


def crowding(field: Tensor, material: Material) -> Tensor:
    """(N,): how often each place of ``material`` and its patch are used, less what is fair.

    In shares: 0 up to the number of pixels over the number of places (at least 1), 1 at twice
    that, ``MOST_CROWDED`` at most. A patch is counted, not a pixel, or the neighbour would do.
    """
    used = torch.bincount(material.index(field).flatten(), minlength=len(material.penalty)).float()
    width = 2 * material.radius + 1
    counts = []
    ends = [*material.table[1:, 0].tolist(), len(used)]
    for (start, _, columns), end in zip(material.table.tolist(), ends, strict=True):
        view = used[start:end].reshape(1, 1, -1, columns + 2 * material.radius)
        counts.append(F.avg_pool2d(view, width, 1, material.radius).flatten())
    fair = max(1.0, field[0].numel() / material.places)
    return (torch.cat(counts) / fair - 1).clamp(0, MOST_CROWDED)


def _placed_with(views: ViewRange) -> AbstractContextManager[Any]:
    return mock.patch.object(engine, "place", partial(place, views=views))


def _kept(answers: list[Synthesis]) -> Callable[..., Synthesis]:
    def keeping(*arguments: Any) -> Synthesis:
        answers.append(synthesise(*arguments))
        return answers[-1]

    return keeping
