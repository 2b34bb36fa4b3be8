"""Deconvolution and blending: the objective falls, and the weights weigh as they should."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from likewise.methods.deep_image_analogy.blending import blended, response
from likewise.methods.deep_image_analogy.deconvolution import deconvolved
from likewise.methods.deep_image_analogy.matching import LAYERS, seen
from likewise.networks.vgg import random_vgg19

pytestmark = pytest.mark.usefixtures("one_thread")


def random(*shape: int, seed: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_more_steps_come_nearer_to_what_the_network_should_give(level: int) -> None:
    network = random_vgg19(0, LAYERS, width=4)
    features = seen(network, random(1, 3, 48, 64, seed=1) * 2 - 1)

    def part(values: Tensor) -> Tensor:
        return network.onward(values, LAYERS[level], LAYERS[level - 1])

    goal, start = features[level - 1], random(*features[level].shape, seed=2)
    errors = []
    for steps in (0, 2, 10):
        found = deconvolved(part, goal, start, steps)
        assert not found.requires_grad
        errors.append(float((part(found) - goal).square().sum()))
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]


def test_the_least_squares_of_a_matrix_are_found() -> None:
    """Where the part is linear the answer is known: the pseudo-inverse's, nearest to the start."""
    matrix = random(3, 5, seed=3).double()
    goal, start = random(1, 3, 2, 2, seed=4).double(), random(1, 5, 2, 2, seed=5).double()

    def part(values: Tensor) -> Tensor:
        return torch.einsum("ij,bjhw->bihw", matrix, values)

    found = deconvolved(part, goal, start, 60)
    step = torch.einsum("ij,bjhw->bihw", torch.linalg.pinv(matrix), goal - part(start))
    torch.testing.assert_close(found, start + step, rtol=0, atol=1e-3)


def test_alpha_decides_between_own_structure_and_the_others_look() -> None:
    own, other = random(1, 6, 5, 7, seed=6), random(1, 6, 5, 7, seed=7)
    assert torch.equal(blended(own, other, 0.0, 300, 0.05), other)
    # Everything responds where the threshold lies far below.
    torch.testing.assert_close(blended(own, other, 1.0, 300, -1), own)
    torch.testing.assert_close(blended(own, other, 0.25, 300, -1), own / 4 + other * 3 / 4)


def test_structure_is_kept_where_it_responds() -> None:
    own, other = torch.zeros(1, 2, 1, 3), torch.full((1, 2, 1, 3), 5.0)
    own[0, :, 0, 1], own[0, :, 0, 2] = 0.3, 1.0
    torch.testing.assert_close(response(own), torch.tensor([[[[0.0, 0.09, 1.0]]]]))
    kept = blended(own, other, 0.8, 300, 0.05)
    torch.testing.assert_close(kept[0, 0, 0], torch.tensor([5.0, 1.24, 1.8]), rtol=0, atol=1e-3)
    assert torch.equal(response(torch.ones(1, 2, 3, 3)), torch.zeros(1, 1, 3, 3))
