"""Material and canvas: margins, tables, views of different sizes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.patches.guidance import Guide, guidance
from likewise.patches.material import NEVER, Canvas, Material, with_margin

GUIDE = Guide()
SIZES = ((9, 13), (4, 20), (2, 1))


def material(radius: int = 3, channels: int = 3) -> tuple[Material, list, list]:
    generator = torch.Generator().manual_seed(0)
    images = [torch.rand(*size, channels, generator=generator) for size in SIZES]
    ids = [torch.from_numpy(scenes.blots(size, 4, 0) - 1) for size in SIZES]
    return Material.of(images, ids, 3, radius, GUIDE), images, ids


@pytest.mark.parametrize("channels", [1, 2, 4])
@pytest.mark.parametrize("radius", [1, 3])
def test_index_finds_every_pixel_of_every_view(radius: int, channels: int) -> None:
    made, images, ids = material(radius, channels)
    assert made.radius == radius
    assert made.places == sum(height * width for height, width in SIZES)
    for number, (height, width) in enumerate(SIZES):
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        field = torch.stack((torch.full_like(rows, number), rows, columns)).int()
        flat = made.index(field)
        assert flat.dtype == torch.int64
        assert torch.equal(made.colours[flat], images[number])
        assert torch.equal(made.ids[flat], ids[number].int())
        assert torch.equal(made.guide[flat], guidance(ids[number], 3, GUIDE))
        assert torch.equal(made.penalty[flat] == NEVER, ids[number] < 0)


def test_views_stand_one_after_another_with_their_margins() -> None:
    made, images, ids = material(2)
    start = 0
    for row, image, labels in zip(made.table.tolist(), images, ids, strict=True):
        height, width = labels.shape
        assert row == [start, height, width]
        framed = made.colours[start : start + (height + 4) * (width + 4)]
        framed = framed.view(height + 4, width + 4, 3)
        assert torch.equal(framed[2:-2, 2:-2], image)
        assert torch.equal(framed[:2, 2:-2], image[:1].expand(2, -1, -1))
        assert torch.equal(framed[-1, -1], image[-1, -1])
        start += (height + 4) * (width + 4)
    assert start == len(made.colours) == len(made.ids) == len(made.guide) == len(made.penalty)
    assert made.table.dtype == made.ids.dtype == torch.int32


def test_a_penalty_is_added_and_the_first_material_kept() -> None:
    made, _, _ = material()
    dearer = made.with_penalty(torch.ones(len(made.penalty)))
    assert torch.equal(dearer.penalty, made.penalty + 1)
    assert made.penalty.min() == 0
    assert dearer.colours is made.colours


def test_a_margin_repeats_the_border() -> None:
    plane = torch.arange(6.0).view(2, 3, 1)
    expected = np.pad(plane.numpy(), ((3, 3), (3, 3), (0, 0)), mode="edge")
    np.testing.assert_array_equal(with_margin(plane, 3), expected)
    assert with_margin(plane, 3).is_contiguous()
    assert with_margin(plane.long(), 1).dtype == torch.float32


def test_a_canvas_is_painted_anew_and_keeps_its_layout() -> None:
    ids = torch.from_numpy(scenes.blots((7, 9), 4, 0) - 1)
    blank = Canvas.of(ids, 2, 3, 2, GUIDE)
    assert blank.size == (7, 9)
    assert blank.colours.shape == (11, 13, 2)
    assert blank.colours.abs().max() == 0
    assert torch.equal(blank.ids[2:-2, 2:-2], ids.int())
    assert torch.equal(blank.ids[:, 0], blank.ids[:, 2])
    colours = torch.rand(7, 9, 2, generator=torch.Generator().manual_seed(0))
    painted = blank.painted(colours)
    assert torch.equal(painted.colours, with_margin(colours, 2))
    assert painted.ids is blank.ids
    assert blank.colours.abs().max() == 0
