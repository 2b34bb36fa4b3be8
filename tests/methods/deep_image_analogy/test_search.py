"""The fields of nearest neighbours: against slow twins, and on pictures of known warp."""

from __future__ import annotations

import pytest
import torch
from tests.reference.feature_twins import distance, features
from torch import Tensor

from likewise.methods.deep_image_analogy.fields import aggregated, finer, places, within
from likewise.methods.deep_image_analogy.search import around, everywhere, normalised

CPU = torch.device("cpu")


def slow_field(
    a: Tensor, b: Tensor, start: Tensor | None, patch: int, radius: int
) -> tuple[Tensor, Tensor]:
    """The field and the least distances, by trying every place within the radius."""
    field = torch.zeros(2, *a.shape[1:], dtype=torch.int64)
    least = torch.full(a.shape[1:], torch.inf, dtype=torch.float64)
    for row in range(a.shape[1]):
        for column in range(a.shape[2]):
            for y in range(b.shape[1]):
                for x in range(b.shape[2]):
                    if start is not None:
                        far = max(abs(y - start[0, row, column]), abs(x - start[1, row, column]))
                        if far > radius:
                            continue
                    cost = distance(a, b, (row, column), (y, x), patch // 2)
                    if cost < least[row, column]:
                        least[row, column] = cost
                        field[:, row, column] = torch.tensor([y, x])
    return field, least


@pytest.mark.parametrize("patch", [1, 3, 5])
def test_the_coarsest_search_is_exact(patch: int) -> None:
    a, b = features(3, (5, 6), 0), features(3, (4, 7), 1)
    assert torch.equal(everywhere(a, b, patch), slow_field(a, b, None, patch, 0)[0])


@pytest.mark.parametrize(
    ("size", "source", "patch", "radius"),
    [
        ((8, 10), (9, 8), 3, 2),
        ((7, 9), (8, 11), 5, 1),
        ((2, 3), (5, 2), 3, 6),
        ((6, 6), (6, 6), 1, 0),
    ],
)
@pytest.mark.parametrize("budget", [1, 1 << 20])
def test_the_windowed_search_is_exact(
    size: tuple[int, int], source: tuple[int, int], patch: int, radius: int, budget: int
) -> None:
    a, b = features(4, size, 2), features(4, source, 3)
    generator = torch.Generator().manual_seed(4)
    shape = (1, size[0] // 2, size[1] // 2)
    coarser = torch.cat(
        [torch.randint(length // 2, shape, generator=generator) for length in source]
    )
    found = around(a, b, coarser, patch=patch, radius=radius, budget=budget)
    # The window of a block lies around where its first place is led to, also at a border.
    corner = finer(coarser, size, source)[:, ::2, ::2]
    start = corner.repeat_interleave(2, 1).repeat_interleave(2, 2)[:, : size[0], : size[1]]
    start = start + places(size, CPU) % 2
    assert torch.equal(found, slow_field(a, b, start, patch, radius)[0])


def test_places_where_nothing_responds_are_compared_too() -> None:
    """Their features are 0, nearer to one another than to any of length 1."""
    a = torch.zeros(2, 4, 4)
    b = torch.ones(2, 4, 4)
    b[:, 3, 2] = 0
    coarser = torch.ones(2, 2, 2, dtype=torch.int64)
    found = around(normalised([a[None]]), normalised([b[None]]), coarser, patch=1, radius=4)
    assert torch.equal(found, torch.tensor([3, 2])[:, None, None].expand(2, 4, 4))


def test_of_equals_the_one_nearest_to_the_coarser_field_wins() -> None:
    flat = torch.ones(1, 8, 8)
    coarser = places((4, 4), CPU)
    assert torch.equal(around(flat, flat, coarser, patch=3, radius=3), places((8, 8), CPU))


def test_a_finer_field_doubles_moves() -> None:
    coarse = within(places((3, 4), CPU) + torch.tensor([1, 0])[:, None, None], (4, 4))
    fine = finer(coarse, (7, 8), (9, 8))
    assert torch.equal(fine, places((7, 8), CPU) + torch.tensor([2, 0])[:, None, None])
    assert int(finer(coarse, (7, 8), (6, 8))[0].max()) == 5


@pytest.mark.parametrize("patch", [1, 5])
def test_patches_along_a_shift_make_the_shift(patch: int) -> None:
    picture = features(3, (12, 14), 5)[None].float()
    field = places((8, 9), CPU) + torch.tensor([3, 4])[:, None, None]
    answer = aggregated(picture, field, (12, 14), patch, (8, 9))
    torch.testing.assert_close(answer, picture[:, :, 3:11, 4:13], rtol=0, atol=1e-5)


def test_patches_that_overlap_are_averaged() -> None:
    """Two halves moved apart: across the cut a place is shown by patches of both."""
    picture = torch.arange(20.0).expand(1, 1, 6, 20).contiguous()
    field = places((6, 10), CPU)
    field[1, :, 5:] += 10
    answer = aggregated(picture, field, (6, 20), 3, (6, 10))[0, 0, 3]
    shares = torch.tensor([0, 0, 0, 0, 1, 2, 3, 3, 3, 3]) / 3
    torch.testing.assert_close(answer, torch.arange(10.0) + 10 * shares, rtol=0, atol=1e-4)


def test_a_larger_picture_is_gathered_along_the_field_of_a_smaller() -> None:
    picture = features(3, (24, 28), 6)[None].float()
    field = places((8, 9), CPU) + torch.tensor([3, 4])[:, None, None]
    answer = aggregated(picture, field, (12, 14), 3, (16, 18))
    torch.testing.assert_close(answer, picture[:, :, 6:22, 8:26], rtol=0, atol=1e-5)
