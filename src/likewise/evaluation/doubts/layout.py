"""Doubts about a layout: what it asks for and the source does not show, told from labels alone."""

from __future__ import annotations

from likewise.evaluation.doubts.borders import border_doubts
from likewise.evaluation.doubts.doubt import Doubt
from likewise.evaluation.doubts.scene import Scene
from likewise.evaluation.doubts.stretch import stretch_doubts
from likewise.labels.label_map import LabelMap


def doubts(labels: LabelMap, target: LabelMap) -> list[Doubt]:
    """Why the answer to ``target`` is likely poor; empty where nothing says so.

    It takes a fraction of a second at any size. Lengths and areas are told in pixels of the
    source; a target that is larger or smaller both ways is taken to show the scene larger or
    smaller.

    Args:
        labels: P, the source labels.
        target: P', in classes that ``labels`` shows, of any size.

    Raises:
        LabelError: ``target`` holds a class that ``labels`` does not.
    """
    scene = Scene.of(labels, target)
    return [*border_doubts(scene), *stretch_doubts(scene)]
