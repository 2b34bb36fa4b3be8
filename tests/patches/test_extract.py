from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.reference import patch_twins

from likewise.patches.extract import centre_grid, extract_patches, fold_patches, gather_patches


def picture(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64) * 2 - 1


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_patches_inside_agree_with_the_twin(size: int) -> None:
    x = picture(2, 3, 6, 9)
    patches = extract_patches(x, size).numpy()
    for image, rows in zip(x.numpy(), patches, strict=True):
        np.testing.assert_array_equal(rows, patch_twins.patches_inside(image, size))


@pytest.mark.parametrize(("size", "shape"), [(1, (4, 5)), (3, (4, 5)), (7, (3, 5)), (5, (1, 2))])
def test_padded_patches_sit_on_every_pixel(size: int, shape: tuple[int, int]) -> None:
    x = picture(1, 2, *shape)
    expected = (
        [patch_twins.patch_at(x[0].numpy(), *at, size) for at in np.ndindex(*shape)]
        if min(shape) > 1
        else None
    )
    rows = extract_patches(x, size, padded=True)
    assert rows.shape == (1, shape[0] * shape[1], 2 * size**2)
    if expected is not None:
        np.testing.assert_array_equal(rows[0].numpy(), np.stack(expected))
    everywhere = torch.arange(shape[0] * shape[1])[None]
    assert torch.equal(gather_patches(x, everywhere, size), rows)


def test_gathering_the_inner_centres_is_extracting() -> None:
    x = picture(1, 3, 8, 7)
    assert torch.equal(gather_patches(x, centre_grid(8, 7, 5)[None], 5), extract_patches(x, 5))


def test_each_image_of_a_batch_has_its_own_centres() -> None:
    x = picture(2, 3, 8, 7)
    centres = torch.tensor([[0, 55, 23], [9, 30, 30]])
    rows = gather_patches(x, centres, 3)
    for b, q in np.ndindex(2, 3):
        at = divmod(int(centres[b, q]), 7)
        np.testing.assert_array_equal(
            rows[b, q].numpy(), patch_twins.patch_at(x[b].numpy(), *at, 3)
        )


@pytest.mark.parametrize("padded", [False, True])
def test_folding_is_the_inverse_of_extracting(padded: bool) -> None:
    x = picture(2, 3, 9, 6)
    back = fold_patches(extract_patches(x, 3, padded=padded), 3, (9, 6), padded=padded)
    torch.testing.assert_close(back, x, rtol=0, atol=1e-14)


def test_votes_are_the_mean_of_overlaps() -> None:
    patches = picture(1, (7 - 2) * (5 - 2), 2 * 9)
    expected = patch_twins.vote(patches[0].numpy(), 3, 7, 5)
    np.testing.assert_allclose(fold_patches(patches, 3, (7, 5))[0].numpy(), expected, atol=1e-14)


def test_a_stride_thins_the_grid_and_a_tiny_picture_keeps_its_middle() -> None:
    assert centre_grid(7, 8, 5, stride=2).tolist() == [2 * 8 + 2, 2 * 8 + 4, 4 * 8 + 2, 4 * 8 + 4]
    assert centre_grid(1, 3, 5).tolist() == [1]


def test_gradients_flow_through_gathering_and_folding() -> None:
    x = picture(1, 2, 5, 4).requires_grad_()
    centres = torch.tensor([[0, 7, 7]])
    assert torch.autograd.gradcheck(lambda t: gather_patches(t, centres, 3), x)
    assert torch.autograd.gradcheck(
        lambda t: fold_patches(extract_patches(t, 3) ** 2, 3, (5, 4)), x
    )
