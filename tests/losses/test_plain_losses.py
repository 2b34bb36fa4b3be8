"""Adversarial, feature matching, reconstruction, fixed point and semantic alignment losses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tests.reference import loss_twins
from torch import Tensor

from likewise.losses.adversarial import discriminator_loss, generator_loss
from likewise.losses.feature_matching import feature_matching_loss
from likewise.losses.fixed_point import fixed_point_loss
from likewise.losses.reconstruction import reconstruction_loss
from likewise.losses.semantic_alignment import semantic_alignment_loss


def values(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def scales(seed: int = 0) -> list[Tensor]:
    return [values(2, 3, 6, 5, seed=seed), values(2, 3, 3, 2, seed=seed + 1)]


def layout(*areas: int, ignored: int = 0, rows: int = 1) -> Tensor:
    """A one-hot (1, K, rows, W / rows) whose class k covers areas[k] pixels, shuffled."""
    ids = torch.cat([torch.full((n,), k) for k, n in enumerate(areas)])
    onehot = torch.eye(len(areas), dtype=torch.float64)[ids]
    onehot = torch.cat([onehot, torch.zeros(ignored, len(areas), dtype=torch.float64)])
    onehot = onehot[torch.randperm(len(onehot), generator=torch.Generator().manual_seed(3))]
    return onehot.T.reshape(1, len(areas), rows, -1)


def arrays(tensors: list[Tensor]) -> list[np.ndarray]:
    return [tensor.numpy() for tensor in tensors]


LAYOUT = layout(5, 12, 2, 0, ignored=5, rows=4)
LOGITS = values(1, 4, 4, 6, seed=9)
LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "generator": lambda x: generator_loss([x, x[..., :2]]),
    "generator hinge": lambda x: generator_loss([x, x[..., :2]], kind="hinge"),
    "discriminator, fake": lambda x: discriminator_loss([values(2)], [x]),
    "discriminator, real": lambda x: discriminator_loss([x], [values(2)]),
    "feature matching": lambda x: feature_matching_loss([x], [values(1, 4, 4, 6, seed=1)]),
    "reconstruction": lambda x: reconstruction_loss(
        x, values(1, 4, 4, 6, seed=1), values(1, 1, 4, 6).abs()
    ),
    "fixed point, scale": lambda x: fixed_point_loss([x], [values(1, 4, 4, 6)]),
    "fixed point, shift": lambda x: fixed_point_loss([values(1, 4, 4, 6)], [x]),
    "alignment": lambda x: semantic_alignment_loss(x, LAYOUT),
    "alignment, balanced": lambda x: semantic_alignment_loss(x, LAYOUT, balance=1.0),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_right_and_reach_the_input(name: str) -> None:
    x = LOGITS.clone().requires_grad_()
    assert torch.autograd.gradcheck(LOSSES[name], x)
    (gradient,) = torch.autograd.grad(LOSSES[name](x), x)
    assert gradient.abs().max() > 0


@pytest.mark.parametrize("name", LOSSES)
def test_half_precision_is_summed_in_single(name: str) -> None:
    loss = LOSSES[name](LOGITS.bfloat16())
    assert loss.shape == ()
    assert loss.dtype in (torch.float32, torch.float64)
    torch.testing.assert_close(
        loss.double(), LOSSES[name](LOGITS.bfloat16().double()), rtol=1e-5, atol=1e-6
    )


def test_adversarial_losses_agree_with_the_twins() -> None:
    real, fake = scales(1), scales(5)
    twin = loss_twins.discriminator(arrays(real), arrays(fake))
    assert discriminator_loss(real, fake).item() == pytest.approx(twin)
    twin = loss_twins.discriminator_hinge(arrays(real), arrays(fake))
    assert discriminator_loss(real, fake, kind="hinge").item() == pytest.approx(twin)
    assert generator_loss(fake).item() == pytest.approx(loss_twins.generator(arrays(fake)))
    hinge = -np.mean([fake[0].mean(), fake[1].mean()])
    assert generator_loss(fake, kind="hinge").item() == pytest.approx(hinge)


def test_the_perfect_discriminator_and_its_perfect_dupe() -> None:
    ones, zeros = [torch.ones(1, 1, 4, 4)], [torch.zeros(1, 1, 4, 4)]
    assert discriminator_loss(ones, zeros).item() == 0
    assert generator_loss(ones).item() == 0
    assert generator_loss(zeros).item() == 1
    assert discriminator_loss(ones, [-ones[0]], kind="hinge").item() == 0


def test_scales_count_alike_whatever_their_size() -> None:
    fake = [torch.ones(1, 1, 8, 8), torch.zeros(1, 1, 1, 1)]
    assert generator_loss(fake).item() == 0.5


def test_feature_matching() -> None:
    fake, real = scales(1), scales(5)
    twin = loss_twins.feature_matching(arrays(fake), arrays(real))
    assert feature_matching_loss(fake, real).item() == pytest.approx(twin)
    assert feature_matching_loss(real, real).item() == 0


def test_feature_matching_sends_no_gradient_into_the_truth() -> None:
    fake, real = values(1, 2, 3, 3).requires_grad_(), values(1, 2, 3, 3, seed=1).requires_grad_()
    feature_matching_loss([fake], [real]).backward()
    assert fake.grad is not None
    assert real.grad is None


def test_fixed_point() -> None:
    gammas, betas = scales(1), scales(5)
    twin = loss_twins.fixed_point(arrays(gammas), arrays(betas))
    assert fixed_point_loss(gammas, betas).item() == pytest.approx(twin)
    still = fixed_point_loss([torch.ones(1, 2, 3, 3)], [torch.zeros(1, 2, 3, 3)])
    assert still.item() == 0


def test_reconstruction() -> None:
    a, b, weight = values(2, 3, 4, 5), values(2, 3, 4, 5, seed=1), values(2, 1, 4, 5).abs()
    twin = loss_twins.reconstruction(a.numpy(), b.numpy(), weight.numpy())
    assert reconstruction_loss(a, b, weight).item() == pytest.approx(twin)
    assert reconstruction_loss(a, b).item() == pytest.approx((a - b).abs().mean().item())
    assert reconstruction_loss(a, a, weight).item() == 0


def test_pixels_of_no_weight_do_not_count() -> None:
    a, b = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    b[..., 0, 0], b[..., 0, 1] = 5.0, 1.0
    weight = torch.ones(1, 1, 2, 2)
    weight[..., 0, 0] = 0
    assert reconstruction_loss(a, b, weight).item() == pytest.approx(1 / 3)
    assert reconstruction_loss(a, b, torch.zeros_like(weight)).item() == 0


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_alignment_agrees_with_the_twin(balance: float) -> None:
    twin = loss_twins.semantic_alignment(LOGITS.numpy(), LAYOUT.numpy(), balance)
    assert semantic_alignment_loss(LOGITS, LAYOUT, balance).item() == pytest.approx(twin)


def test_alignment_of_even_scores_is_the_logarithm_of_the_class_count() -> None:
    loss = semantic_alignment_loss(torch.zeros(1, 4, 4, 6), LAYOUT.float())
    assert loss.item() == pytest.approx(np.log(4), rel=1e-6)
    assert semantic_alignment_loss(LAYOUT * 100, LAYOUT).item() == pytest.approx(0, abs=1e-12)


def test_ignored_pixels_enter_no_alignment_loss() -> None:
    scores = LOGITS.clone().requires_grad_()
    semantic_alignment_loss(scores, LAYOUT).backward()
    ignored = (LAYOUT.sum(dim=1, keepdim=True) == 0).expand_as(LAYOUT)
    assert scores.grad is not None
    assert scores.grad[ignored].abs().max() == 0
    assert scores.grad[~ignored].abs().min() > 0
    assert semantic_alignment_loss(LOGITS, torch.zeros_like(LAYOUT)).item() == 0


def mistaken_about(truth: Tensor, k: int) -> Tensor:
    """Scores sure of the truth everywhere but on class ``k``, where the loss is 8."""
    return 50 * truth - (50 + 8) * truth[:, [k]] * truth


def test_full_balance_gives_every_class_the_same_say() -> None:
    truth = layout(30, 10)
    large, small = (mistaken_about(truth, k) for k in range(2))
    assert semantic_alignment_loss(large, truth).item() == pytest.approx(6, rel=1e-3)
    assert semantic_alignment_loss(small, truth).item() == pytest.approx(2, rel=1e-3)
    assert semantic_alignment_loss(large, truth, balance=1.0).item() == pytest.approx(4, rel=1e-3)
    assert semantic_alignment_loss(small, truth, balance=1.0).item() == pytest.approx(4, rel=1e-3)


def test_the_importance_of_a_speck_is_clipped() -> None:
    truth = layout(9999, 1)
    loss = semantic_alignment_loss(mistaken_about(truth, 1), truth, balance=1.0).item()
    assert loss == pytest.approx(10 * 8 / (5000 + 10), rel=1e-3)
