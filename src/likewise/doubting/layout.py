"""Doubts about a layout: what it asks for and the source does not show, told from labels alone."""

from __future__ import annotations

from likewise.doubting.borders import border_doubts
from likewise.doubting.doubt import Doubt
from likewise.doubting.scene import Scene
from likewise.doubting.stretch import stretch_doubts
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
