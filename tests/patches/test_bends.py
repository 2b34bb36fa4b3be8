"""Bend: the source bent onto a layout, and the registration that finds it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.geometry.splines import offsets
from likewise.geometry.warps import ThinPlateSpline, identity_grid, warp_indices
from likewise.patches.bends import MOST, Bend
from likewise.patches.placing.bending import bent
from likewise.patches.placing.place import place
from likewise.patches.views import IDENTITY, View, Views

SIZE = (60, 80)
STILL = torch.zeros(2, 5, 6)


def ramp(factor: float) -> torch.Tensor:
    """Coefficients of x offsets that take ``factor`` of the source's width to a target's."""
    coefficients = torch.zeros(2, 5, 6)
    coefficients[0] = (torch.arange(6) - 2.5) * (2 / 3) * (factor - 1)
    return coefficients


def test_no_bend_shows_the_source_as_it_is() -> None:
    image = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    ids = torch.arange(SIZE[0] * SIZE[1]).view(1, 1, *SIZE)
    bend = Bend(STILL, (1.0, 1.0))
    assert bend.size(SIZE) == SIZE
    torch.testing.assert_close(bend.image(image), image, atol=1e-5, rtol=0)
    assert torch.equal(bend.ids(ids), ids)
    assert float(bend.distortion(SIZE).max()) < 1e-3


def test_what_is_shown_is_where_to_source_says() -> None:
    """A picture of its own coordinates, seen through a bend, tells them."""
    bend = Bend(0.1 * torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(1)), (1.5, 0.8))
    size = bend.size(SIZE)
    assert size == (90, 64)
    own = torch.stack(torch.meshgrid(*(torch.arange(n).float() for n in SIZE), indexing="ij"))
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in size), indexing="ij")
    y, x = bend.to_source(rows, columns, SIZE)
    inner = (y > 3) & (y < SIZE[0] - 4) & (x > 3) & (x < SIZE[1] - 4)
    shown = bend.image(own[None])[0]
    assert float((shown[0] - y)[inner].abs().max()) < 0.1
    assert float((shown[1] - x)[inner].abs().max()) < 0.1
    assert float(y.min()) >= 0 and float(y.max()) <= SIZE[0] - 1


@pytest.mark.parametrize("shrunk", [1.0, 0.5])
def test_a_mirrored_bend_is_told_in_the_source_as_it_is(shrunk: float) -> None:
    bend = Bend(0.05 * torch.randn(2, 5, 6), (1.0, 1.0), mirrored=True, shrunk=shrunk)
    own = torch.stack(torch.meshgrid(*(torch.arange(n).float() for n in SIZE), indexing="ij"))
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in SIZE), indexing="ij")
    y, x = bend.to_source(rows, columns, SIZE)
    inner = (y > 5) & (y < SIZE[0] - 6) & (x > 5) & (x < SIZE[1] - 6)
    shown = bend.image(own[None])[0]
    assert float((shown[0] - y)[inner].abs().max()) < 0.3
    assert float((shown[1] - x)[inner].abs().max()) < 0.3
    assert float(x[:, 0].mean()) > float(x[:, -1].mean())
    ids = torch.arange(SIZE[0] * SIZE[1]).view(1, 1, *SIZE)
    places = bend.ids(ids)[0, 0]
    known = (places >= 0) & inner
    assert torch.equal((places % SIZE[1])[known], x.round().long()[known])


def test_what_is_shown_smaller_is_filtered_first() -> None:
    """Thin stripes, seen at half size, are grey, not stripes of another width."""
    stripes = (torch.arange(SIZE[1]) % 3 == 0).float().expand(1, 1, *SIZE)
    halved = ramp(2.0)
    halved[1] = (torch.arange(5)[:, None] - 2.0) * (2 / 2)
    plain, filtered = (
        Bend(halved, (1.0, 1.0), shrunk=shrunk).image(stripes)[0, 0, 25:35, 30:50]
        for shrunk in (1.0, 0.5)
    )
    assert float(filtered.std()) < 0.12 < float(plain.std())


def test_the_distortion_is_the_largest_stretch_in_octaves() -> None:
    squeezed = Bend(ramp(0.5), (1.0, 1.0)).distortion(SIZE)
    assert np.allclose(squeezed[:, 5:-5], 1, atol=0.01)
    enlarged = Bend(STILL, (2.0, 2.0)).distortion(SIZE)
    assert np.allclose(enlarged, 1, atol=0.01)
    assert torch.isinf(Bend(ramp(-1), (1.0, 1.0)).distortion(SIZE)).all()


def test_nothing_is_offered_from_beyond_the_source_or_where_it_smears() -> None:
    ids = torch.ones(1, 1, *SIZE, dtype=torch.long)
    moved = STILL.clone()
    moved[0] = 0.5  # a quarter of the width
    offered = Bend(moved, (1.0, 1.0)).ids(ids)[0, 0]
    assert (offered[:, :59] == 1).all() and (offered[:, 61:] == -1).all()
    assert (Bend(ramp(0.9 / MOST), (1.0, 1.0)).ids(ids) == -1).all()
    assert (Bend(ramp(1.1 / MOST), (1.0, 1.0)).ids(ids) == 1).all()


def test_a_bend_found_in_memory_serves_pictures_on_any_device() -> None:
    """The meta device computes nothing, but refuses tensors of another, as a GPU does."""
    bend = Bend(ramp(0.8), (1.5, 1.0))
    image, ids = torch.rand(1, 3, *SIZE, device="meta"), torch.ones(1, 1, *SIZE, device="meta")
    assert bend.image(image).device == bend.ids(ids).device == torch.device("meta")
    rows = torch.ones(4, device="meta")
    assert bend.to_source(rows, rows, SIZE)[0].device == torch.device("meta")


def warped(ids: np.ndarray, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``ids`` (1, 1, H, W) bent at random, and the grid that did it."""
    indices = scenes.indices(ids)
    size = (indices.shape[2], indices.shape[3])
    spline = ThinPlateSpline(size, 3, "cpu")
    drawn = torch.rand(1, 9, 2, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    grid = (identity_grid(size) + spline.offsets(drawn * 0.15)).clamp(-0.99, 0.99)
    return warp_indices(indices, grid), grid


def test_a_bent_layout_is_bent_back() -> None:
    source = scenes.house((96, 128), (30, 44), 36)
    for seed in range(3):
        target, grid = warped(source, seed)
        bend = bent(target, scenes.indices(source), 4)
        shown = bend.ids(scenes.indices(source))
        assert float((shown == target)[shown >= 0].float().mean()) > 0.97
        found = identity_grid((96, 128)) + offsets(bend.coefficients, (96, 128)).permute(1, 2, 0)
        house = target[0, 0] == target[0, 0, 60, 64]
        off = (found - grid)[0][house].abs() * torch.tensor([64.0, 48.0])
        assert float(off.median()) < 3  # pixels: inside, borders alone tell little


def test_the_same_layout_is_not_bent() -> None:
    ids = scenes.indices(scenes.house((60, 80), (20, 20), 24))
    assert float(bent(ids, ids, 4).coefficients.abs().max()) < 1e-3


def test_unknown_pixels_pull_at_nothing() -> None:
    source = scenes.house((60, 80), (20, 20), 24)
    target = source.copy()
    target[:, 60:] = -1
    bend = bent(scenes.indices(target), scenes.indices(source), 4)
    assert float(bend.coefficients.abs().max()) < 0.02


def test_views_may_be_bent() -> None:
    views = Views((IDENTITY, Bend(STILL, (1.5, 1.0)), View(0.5)), SIZE)
    assert views.sizes == [SIZE, (90, 80), (30, 40)]
    image = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    assert [tuple(x.shape[2:]) for x in views.images(image)] == views.sizes


def test_a_layout_that_no_rigid_piece_fits_is_bent() -> None:
    from benchmarks.cases import ROOT, read_case
    from benchmarks.truth import strong_warps

    case = read_case("flower", ROOT / "examples")
    pair = strong_warps("flower", case.image, case.labels, count=1)[0]
    table = case.labels.present_classes
    ids = [
        torch.from_numpy(layout.resized((240, 320)).indices(table)).long()[None, None]
        for layout in (pair.target, case.labels)
    ]
    views, field = place(*ids, len(table))
    bends = [number for number, view in enumerate(views) if isinstance(view, Bend)]
    assert len(bends) == 1
    assert float((field[0] == bends[0]).float().mean()) > 0.3
