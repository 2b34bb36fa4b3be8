"""The contract of methods: every kind of picture and layout is answered in kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests import pairs, scenes

from likewise.errors import LabelError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.base import Method

Make = Callable[[], Method]


@pytest.mark.parametrize("size", [(61, 83), (32, 32), (17, 90), (16, 16)])
def test_odd_and_small_sizes(size: tuple[int, int], make: Make) -> None:
    ids = scenes.house(size, at=(size[0] // 3, 2), side=min(size) // 3)
    goal = pairs.labels(ids[:, ::-1].copy())
    answer = make().fit(*pairs.pair(ids)).render(goal)
    assert answer.size == size
    assert (answer.mode, answer.depth) == ("RGB", 8)


@pytest.mark.parametrize("size", [(48, 64), (61, 83), (96, 40), (16, 200)])
def test_a_target_of_another_size_is_answered_in_its_size(
    size: tuple[int, int], fitted: Method
) -> None:
    assert fitted.render(pairs.target((4, 6), size)).size == size


def test_one_class(make: Make) -> None:
    method = make().fit(*pairs.pair(np.zeros(pairs.SIZE, np.int64)))
    assert method.render(pairs.labels(np.zeros((40, 70), np.int64))).size == (40, 70)


def test_many_classes_with_ids_far_apart(make: Make) -> None:
    ids = scenes.blots(pairs.SIZE, 8, 0)
    names = np.array([5, 300, 0, 65535, 17, 2, 1000, 40])
    labels = LabelMap.from_array(names[ids])
    method = make().fit(scenes.picture(ids), labels)
    answer = method.render(labels.with_ids(names[ids[:, ::-1]]))
    assert answer.size == pairs.SIZE


def test_a_target_may_lack_classes(fitted: Method) -> None:
    assert fitted.render(pairs.labels(np.zeros(pairs.SIZE, np.int64))).size == pairs.SIZE


def test_ignored_pixels_in_source_and_target(make: Make) -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:10, 20:] = scenes.IGNORED
    goal = pairs.target().ids.copy()
    goal[30:40, :12] = scenes.IGNORED
    method = make().fit(scenes.picture(ids), pairs.labels(ids, ignore=(scenes.IGNORED,)))
    answer = method.render(pairs.labels(goal, ignore=(scenes.IGNORED,)))
    assert answer.size == pairs.SIZE


def test_a_target_of_nothing_but_ignored_pixels(fitted: Method) -> None:
    nothing = pairs.labels(np.full(pairs.SIZE, scenes.IGNORED), ignore=(scenes.IGNORED,))
    assert fitted.render(nothing).size == pairs.SIZE


def test_a_class_the_source_does_not_show_is_refused_by_name(fitted: Method) -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:4, :4] = 7  # in the table, but nowhere in the source
    with pytest.raises(LabelError, match=r"target labels: .*river \(id 7.*0\.5 %.*house"):
        fitted.render(pairs.labels(ids))


def test_a_class_of_no_table_is_refused_by_its_id(fitted: Method) -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:4, :4] = 9
    with pytest.raises(LabelError, match="class 9"):
        fitted.render(LabelMap.from_array(ids))


def test_classes_in_another_order_mean_the_same(fitted: Method) -> None:
    ids = pairs.target().ids
    table = pairs.TABLE.classes[::-1]
    turned = LabelMap.from_array(ids, type(pairs.TABLE)(table))
    assert fitted.render(turned) == fitted.render(pairs.target())


KINDS = {
    "grey": (1, np.uint8, "L"),
    "grey 16": (1, np.uint16, "L"),
    "grey alpha": (2, np.uint8, "LA"),
    "rgb 16": (3, np.uint16, "RGB"),
    "rgba": (4, np.uint8, "RGBA"),
    "rgba 16": (4, np.uint16, "RGBA"),
    "cmyk": (4, np.uint8, "CMYK"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_keeps_mode_and_depth(kind: str, make: Make) -> None:
    channels, dtype, mode = KINDS[kind]
    ids = scenes.house(pairs.SIZE)
    image = Image(scenes.samples(ids, channels, dtype), mode, icc=b"a profile")
    answer = make().fit(image, pairs.labels(ids)).render(pairs.target(size=(40, 56)))
    assert answer.mode == mode
    assert answer.pixels.dtype == dtype
    assert answer.channels == image.channels
    assert answer.size == (40, 56)
    assert answer.icc == b"a profile"
    # Of the picture's own range: neither 8 bits in a 16-bit answer nor black.
    half = np.iinfo(dtype).max / 2
    assert abs(float(answer.pixels.mean()) - float(image.pixels.mean())) < half / 2


def test_a_palette_picture_is_answered_in_its_colours(make: Make) -> None:
    ids = scenes.house(pairs.SIZE)
    colours = np.array([[120, 170, 230], [90, 120, 40], [180, 60, 50]], np.uint8)
    image = Image(colours[ids], "P", colours.tobytes())
    answer = make().fit(image, pairs.labels(ids)).render(pairs.target())
    assert (answer.mode, answer.palette) == ("P", colours.tobytes())
    found = {tuple(c) for c in answer.pixels.reshape(-1, 3).tolist()}
    assert found <= {tuple(c) for c in colours.tolist()}


def test_the_answer_shows_the_source_materials(fitted: Method) -> None:
    """Even the quickest preset paints each region nearer to its own colour than to another's."""
    source = fitted.source.image.to_float()
    ids = fitted.source.labels.ids
    means = np.stack([source[ids == k].mean(axis=0) for k in range(3)])
    answer = fitted.render(pairs.target()).to_float()
    nearest = np.square(answer[:, :, None] - means).sum(axis=-1).argmin(axis=-1)
    assert (nearest == pairs.target().ids).mean() > 0.8
