"""Windows: a part of a view shown alone is the part of the whole view."""

from __future__ import annotations

import pytest
import torch
from tests import scenes

from likewise.patches.bends import Bend
from likewise.patches.gathering import gathered
from likewise.patches.levels import Level
from likewise.patches.views import IDENTITY, View, Views
from likewise.patches.window import Window

SIZE = (30, 44)
DRAW = torch.Generator().manual_seed(3)
BENDS = [
    Bend(0.2 * torch.randn(2, 5, 6, generator=DRAW), (1.4, 0.9)),
    Bend(0.2 * torch.randn(2, 5, 6, generator=DRAW), (1.0, 1.0), mirrored=True, shrunk=0.6),
]
EVERY = [View(), View(0.6), View(1.7, mirrored=True), *BENDS]
WINDOWS = [Window(0, 1, 0, 1), Window(3, 9, 5, 17), Window(17, 18, 0, 26), Window(0, 18, 0, 26)]


@pytest.mark.parametrize("view", EVERY)
@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_shows_its_part_of_the_view(view: View | Bend, window: Window) -> None:
    image = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    ids = scenes.indices(scenes.blots(SIZE, 5, 0))
    part = window.of(view.image(image))
    torch.testing.assert_close(view.image(image, window), part, atol=1e-5, rtol=0)
    assert torch.equal(view.ids(ids, window), window.of(view.ids(ids)))
    assert tuple(part.shape[-2:]) == window.size


def test_around_holds_all_places_and_the_margin_inside_of_the_picture() -> None:
    rows, columns = torch.tensor([4, 9, 7]), torch.tensor([0, 2, 41])
    assert Window.around(rows, columns, 1, SIZE) == Window(3, 11, 0, 43)
    assert Window.around(rows, columns, 50, SIZE) == Window.whole(SIZE)
    assert Window.around(rows[:0], columns[:0], 5, SIZE).size == (1, 1)
    assert Window.around(rows + 90, columns, 1, SIZE) == Window(29, 30, 0, 43)


def test_a_window_grows_inside_of_the_picture_and_is_counted_from_a_corner() -> None:
    window = Window(1, 5, 40, 44)
    outer = window.grown(2, SIZE)
    assert outer == Window(0, 7, 38, 44)
    whole = torch.arange(SIZE[0] * SIZE[1]).view(SIZE)
    assert torch.equal(window.within(outer).of(outer.of(whole)), window.of(whole))


def test_what_is_gathered_from_parts_of_views_is_what_these_show() -> None:
    """A field that uses a corner of each view, and none of one, without seams to blend."""
    views = Views((IDENTITY, View(1.7, mirrored=True), View(0.5), BENDS[0]), SIZE)
    image = torch.rand(*SIZE, 3, generator=torch.Generator().manual_seed(1))
    field = torch.zeros(3, 10, 12, dtype=torch.int32)
    field[0, :, 4:8], field[0, :, 8:] = 1, 3
    field[1] = torch.arange(10, dtype=torch.int32)[:, None] + 20 * (field[0] == 1)
    field[2] = torch.arange(12, dtype=torch.int32) + 30 * (field[0] == 1)
    layout = torch.arange(120).view(10, 12)  # every pixel a class of its own: nothing is blended
    source = Level(image, torch.zeros(SIZE, dtype=torch.long))
    painting = gathered(field, source, views, layout, 120)
    shown = views.gather(image.permute(2, 0, 1)[None], field).clamp(0, 1)[0].permute(1, 2, 0)
    torch.testing.assert_close(painting.colours, shown, atol=1e-5, rtol=0)
    assert torch.equal(painting.colours[:, :4], image[:10, :4])
