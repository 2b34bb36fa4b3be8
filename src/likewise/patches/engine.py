"""Engine: from a source and a target layout to a picture made of the source's own pixels.

A placement on labels starts the search, synthesis improves it from coarse to fine up to a working
size, and the full-size source is gathered through the field it ends with, blended where pieces
meet. Not in the paper: because it needs no training, and every pixel it copies is sharp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from likewise.patches.bends import Bend
from likewise.patches.config import PatchConfig
from likewise.patches.filling.filling import filled
from likewise.patches.gathering import Painting, enlarged, gathered
from likewise.patches.levels import Level, level_sizes, resized_ids, resized_level, scaled
from likewise.patches.placing.place import QUICK, THOROUGH, place
from likewise.patches.placing.placement import Placement
from likewise.patches.synthesis import synthesise
from likewise.patches.views import Views

PLACING = {False: 256, True: 128}  # short side at which the source is placed, pixels; if quick
SAME_SCALE = 1.25  # a layout larger or smaller by less is drawn to the source's own scale
PLACED, LEAST = 2**18, 32  # pixels of a target that is placed; and short side of a source


@dataclass(frozen=True)
class Engine:
    """The patch engine, made ready for one source.

    Attributes:
        source: the source at full size.
        levels: the same at the sizes of the search, coarsest first.
        classes: number of classes.
        config: settings.
        seed: of what the search draws.
    """

    source: Level
    levels: tuple[Level, ...]
    classes: int
    config: PatchConfig
    seed: int

    @classmethod
    def of(cls, source: Level, classes: int, config: PatchConfig, seed: int) -> Engine:
        """Make the pyramid of ``source``."""
        levels = tuple(
            resized_level(source, size, classes) for size in level_sizes(source.size, config)
        )
        return cls(source, levels, classes, config, seed)

    def render(self, layout: Tensor) -> Painting:
        """Paint ``layout``: class positions (H, W), -1 where anything will do."""
        goal = (layout.shape[0], layout.shape[1])
        scale = drawn_scale(self.source.size, goal)
        if scale != 1:
            size = scaled(self.source.size, (scale, scale))
            drawn = resized_level(self.source, size, self.classes)
            painting = Engine.of(drawn, self.classes, self.config, self.seed)._painted(layout)
            return painting.of_source(size, self.source.size)
        return self._painted(layout)

    def _painted(self, layout: Tensor) -> Painting:
        """``layout``, drawn to the scale of the source."""
        goal = (layout.shape[0], layout.shape[1])
        factors = [
            (level.size[0] / self.source.size[0], level.size[1] / self.source.size[1])
            for level in self.levels
        ]
        sizes = [scaled(goal, factor) for factor in factors]
        most = self.config.pixels * 1e6
        depth = max(1, sum(height * width <= most for height, width in sizes))
        layouts = [resized_ids(layout, size, self.classes) for size in sizes[:depth]]
        placement = self._placed(layout)
        answer = synthesise(
            self.levels[:depth], layouts, placement, self.classes, self.config, self.seed
        )
        views = Views(placement.views.views, self.source.size)
        field = answer.field
        if field.shape[1:] != layout.shape:
            field = enlarged(field, self.source.ids, views, layout, factors[depth - 1])
        return gathered(field, self.source, views, layout, self.classes, self.config.quick)

    def _placed(self, layout: Tensor) -> Placement:
        """Where the search starts, found on the labels at a reduced size."""
        goal_size = (layout.shape[0], layout.shape[1])
        effort = QUICK if self.config.quick else THOROUGH
        scale = placing_scale(self.source.size, goal_size, self.config.quick)
        size = scaled(self.source.size, (scale, scale))
        source = resized_ids(self.source.ids, size, self.classes)
        target = resized_ids(layout, scaled(goal_size, (scale, scale)), self.classes)
        near = (target.cpu()[None, None], source.cpu()[None, None])  # too small to be worth a GPU
        views, field = place(*near, self.classes, effort=effort)
        if self.config.fill:
            image = resized_level(self.source, size, self.classes).image.cpu()
            field = filled(field, image, near[1][0, 0], near[0][0, 0])
        # Reduced sizes are rounded: at full size a bend would miss the layout's by some pixels.
        stretch = (goal_size[0] / self.source.size[0], goal_size[1] / self.source.size[1])
        exact = [replace(v, stretch=stretch) if isinstance(v, Bend) else v for v in views]
        return Placement(field.to(layout.device), Views(tuple(exact), size))


def drawn_scale(source: tuple[int, int], target: tuple[int, int]) -> float:
    """To which scale of the source, (H, W), a layout of the size ``target`` is drawn.

    One that is larger both ways shows the scene larger, one that is smaller both ways smaller, by
    the lesser factor; one that is only wider, or taller, shows more of it. A little is let pass: a
    source that keeps its pixels stays sharp.
    """
    factors = sorted((target[0] / source[0], target[1] / source[1]))
    scale = max(1.0, factors[0]) if factors[1] > 1 else factors[1]
    return 1.0 if 1 / SAME_SCALE < scale < SAME_SCALE else scale


def placing_scale(source: tuple[int, int], target: tuple[int, int], quick: bool) -> float:
    """By how much source and target, (H, W) each, are reduced before they are placed."""
    wanted = min(PLACING[quick] / min(source), (PLACED / (target[0] * target[1])) ** 0.5)
    return min(1.0, max(wanted, LEAST / min(source)))
