"""Composing: a scene's backdrop with its things on it becomes an image and its label map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import ndimage

from benchmarks.truth.compositing import Canvas, CutOut, cut_out, lay, soft_mask
from benchmarks.truth.pictures import Picture, read_picture
from benchmarks.truth.plan import Backdrop, Patch, Scene, Stand, Thing
from benchmarks.truth.things import COLOURS, RENAMED, THINGS
from likewise import Image, LabelMap
from likewise.labels import ClassTable, LabelClass

NUMBER = {name: number for number, name in enumerate(COLOURS)}
FRINGE = 8  # rows over which the lower picture's first stones or blades rise before the upper
GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def scene_classes(scene: Scene) -> ClassTable:
    """The classes that the scene's source shows, in the order of ``COLOURS``, numbered from 0."""
    shown = np.unique(_canvas(scene, scene.before).ids)
    names = list(COLOURS)
    return ClassTable(
        tuple(LabelClass(i, names[n], COLOURS[names[n]]) for i, n in enumerate(shown.tolist()))
    )


def compose(scene: Scene, stands: Sequence[Stand], classes: ClassTable) -> tuple[Image, LabelMap]:
    """The picture and label map of ``scene`` with its things at ``stands``."""
    canvas = _canvas(scene, stands)
    place = np.full(len(COLOURS), -1)
    for entry in classes:
        place[NUMBER[entry.name]] = entry.id
    pixels = np.rint(np.clip(canvas.rgb, 0, 1) * 255).astype(np.uint8)
    return Image.from_array(pixels), LabelMap.from_array(place[canvas.ids], classes)


def _canvas(scene: Scene, stands: Sequence[Stand]) -> Canvas:
    canvas = backdrop(scene.backdrop).copy()
    hidden = np.isin(canvas.ids, [NUMBER[name] for name in scene.hides])
    before = soft_mask(hidden) if scene.hides else None
    for stand in stands:
        lay(
            canvas,
            thing(stand.thing),
            (stand.x, stand.y),
            stand.scale,
            mirror=stand.mirror,
            before=before,
            shadow=THINGS[stand.thing].shadow,
        )
    return canvas


@cache
def backdrop(plan: Backdrop) -> Canvas:
    """The empty backdrop; copy it before laying anything on it. ids are positions in COLOURS."""
    upper = _patch(plan.upper)
    if plan.lower is None:
        return upper
    lower = _patch(plan.lower)
    rows = plan.horizon + lower.ids.shape[0]
    rgb = np.zeros((rows, *upper.rgb.shape[1:]), dtype=np.float32)
    ids = np.zeros(rgb.shape[:2], dtype=np.int32)
    height = min(rows, upper.ids.shape[0])
    rgb[:height], ids[:height] = upper.rgb[:height], upper.ids[:height]
    # The edge rises where the ground's first row is bright, as single stones or blades do.
    bright = ndimage.gaussian_filter1d((lower.rgb[:FRINGE] @ GREY).mean(0), 1.5)
    rise = (bright - bright.min()) / (np.ptp(bright) + 1e-6) * FRINGE
    depth = np.arange(lower.ids.shape[0])[:, None] + 0.5 - (FRINGE - rise[None])
    alpha = np.clip(0.5 + depth / 1.5, 0, 1).astype(np.float32)
    below = np.s_[plan.horizon :]
    rgb[below] += alpha[..., None] * (lower.rgb - rgb[below])
    ids[below] = np.where(alpha >= 0.5, lower.ids, ids[below])
    return Canvas(rgb, ids)


@cache
def thing(name: str) -> CutOut:
    """The cut-out called ``name`` in ``THINGS``. ids are positions in COLOURS."""
    plan = THINGS[name]
    picture = read_picture(plan.picture)
    rgb = picture.rgb
    if plan.reduced > 1:
        size = (rgb.shape[0] // plan.reduced, rgb.shape[1] // plan.reduced)
        rgb = Image.from_array(rgb).resized(size).to_float()
    ids = _parts(plan, picture) if plan.ellipse is None else _ellipse(plan, rgb.shape[:2])
    if plan.box is not None:
        left, top, right, bottom = plan.box
        rgb, ids = rgb[top:bottom, left:right], ids[top:bottom, left:right]
    return cut_out(rgb, ids, plan.edge)


def _ellipse(plan: Thing, size: tuple[int, int]) -> np.ndarray:
    """(H, W) ids: the thing's one class inside its ellipse, -1 outside."""
    assert plan.ellipse is not None
    x, y, rx, ry = plan.ellipse
    rows, columns = np.indices(size) + 0.5
    inside = ((columns - x) / rx) ** 2 + ((rows - y) / ry) ** 2 <= 1
    return np.where(inside, NUMBER[plan.parts["all"]], -1)


def _parts(plan: Thing, picture: Picture) -> np.ndarray:
    """(H, W) ids: the thing's parts in the picture's own label map, -1 elsewhere."""
    assert picture.labels is not None, plan.picture
    ids = np.full(picture.labels.size, -1)
    for own, shown in plan.parts.items():
        ids[picture.labels.ids == picture.labels.classes.by_name(own).id] = NUMBER[shown]
    return ids


def _patch(plan: Patch) -> Canvas:
    picture = read_picture(plan.picture)
    left, top, right, bottom = plan.box
    box = np.s_[top:bottom, left:right]
    rgb = np.rot90(picture.rgb, plan.turn)[box]
    ids = np.rot90(_numbers(plan, picture), plan.turn)[box]
    assert rgb.shape[:2] == (bottom - top, right - left), (plan, rgb.shape)
    if plan.size is not None:
        width, height = plan.size
        rgb = Image.from_array(np.ascontiguousarray(rgb)).resized((height, width)).to_float()
        ids = LabelMap.from_array(ids).resized((height, width)).ids
    if plan.tint is not None:
        dark, light = (np.array(colour, dtype=np.float32) for colour in plan.tint)
        rgb = dark + (light - dark) * (rgb @ GREY)[..., None]
    return Canvas(np.array(rgb, dtype=np.float32), np.array(ids, dtype=np.int32))


def _numbers(plan: Patch, picture: Picture) -> np.ndarray:
    """(H, W) positions in COLOURS of what the picture shows."""
    if plan.shows is not None:
        return np.full(picture.rgb.shape[:2], NUMBER[plan.shows])
    assert picture.labels is not None, plan.picture
    renamed = RENAMED.get(plan.picture, {})
    numbers = np.full(picture.labels.size, -1)
    for entry in picture.labels.present_classes:
        name = renamed.get(entry.name, entry.name)
        numbers[picture.labels.ids == entry.id] = NUMBER[name]
    return numbers
