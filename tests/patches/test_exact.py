"""Exact search among rows, and completeness scales."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.reference import search_twins
from torch import Tensor

from likewise.patches.exact import completeness, nearest

BUDGETS = (1, 700, 6000, 1 << 28)  # bytes: a row of one key at a time, up to all at once


def rows(count: int, depth: int = 11, seed: int = 0) -> Tensor:
    return torch.rand(count, depth, generator=torch.Generator().manual_seed(seed))


def expected(
    queries: Tensor, keys: Tensor, scale: Tensor | None = None, penalty: Tensor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    scale = torch.ones(len(keys)) if scale is None else scale
    penalty = torch.zeros(len(keys)) if penalty is None else penalty
    return search_twins.nearest(queries.numpy(), keys.numpy(), scale.numpy(), penalty.numpy())


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("penalised", [False, True])
def test_agrees_with_the_twin_in_tiles_of_any_size(
    budget: int, scaled: bool, penalised: bool
) -> None:
    queries, keys = rows(23), rows(37, seed=1)
    scale = rows(37, 1, seed=2)[:, 0] * 5 if scaled else None
    penalty = rows(37, 1, seed=3)[:, 0] if penalised else None
    indices, costs = nearest(queries, keys, scale=scale, penalty=penalty, budget=budget)
    best, least = expected(queries, keys, scale, penalty)
    assert indices.dtype == torch.int64
    np.testing.assert_array_equal(indices.numpy(), best)
    np.testing.assert_allclose(costs.numpy(), least, rtol=1e-6)


def test_scale_and_penalty_change_the_winner() -> None:
    queries, keys = torch.zeros(1, 2), torch.tensor([[1.0, 0.0], [2.0, 0.0]])
    assert nearest(queries, keys)[0].item() == 0
    index, cost = nearest(queries, keys, scale=torch.tensor([5.0, 1.0]))
    assert (index.item(), cost.item()) == (1, 4)
    index, cost = nearest(queries, keys, penalty=torch.tensor([4.0, 0.5]))
    assert (index.item(), cost.item()) == (1, 4.5)


@pytest.mark.parametrize("budget", BUDGETS)
def test_an_infinite_penalty_rules_a_key_out(budget: int) -> None:
    keys = rows(20)
    barred = torch.zeros(20)
    barred[:19] = torch.inf
    index, cost = nearest(keys[:3], keys, penalty=barred, budget=budget)
    assert index.tolist() == [19] * 3
    assert cost.isfinite().all()


@pytest.mark.parametrize("budget", BUDGETS)
def test_the_first_of_equal_keys_wins(budget: int) -> None:
    keys = rows(7)
    indices, costs = nearest(keys + 0.01, keys.repeat(9, 1), budget=budget)
    assert indices.tolist() == list(range(7))
    flat = torch.full((50, 11), 0.3)
    assert nearest(keys, flat, budget=budget)[0].tolist() == [0] * 7
    assert costs == pytest.approx([11e-4] * 7, rel=1e-4)


def test_costs_survive_cancellation() -> None:
    """Differences of 1e-4 on values near 1: their squares drown in float32 products."""
    keys = 0.9 + 1e-4 * rows(60, 147)
    queries = keys.flip(0) + 1e-5 * rows(60, 147, seed=1)
    indices, costs = nearest(queries, keys)
    best, least = expected(queries, keys)
    np.testing.assert_array_equal(indices.numpy(), best)
    np.testing.assert_allclose(costs.numpy(), least, rtol=1e-5)
    assert nearest(keys, keys)[1].eq(0).all()


def test_half_precision_rows_are_compared_in_float32() -> None:
    """Squares of these overflow float16, and their sums lose all digits."""
    queries, keys = (rows(9, seed=4) * 6e4).half(), (rows(30, seed=5) * 6e4).half()
    indices, costs = nearest(queries, keys)
    best, least = expected(queries.float(), keys.float())
    assert costs.dtype == torch.float32
    np.testing.assert_array_equal(indices.numpy(), best)
    np.testing.assert_allclose(costs.numpy(), least, rtol=1e-6)


def test_autocast_does_not_blur_the_search() -> None:
    queries, keys = rows(40, seed=6), rows(60, seed=7)
    plain = nearest(queries, keys)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = nearest(queries, keys)
    assert torch.equal(plain[0], cast[0])
    assert torch.equal(plain[1], cast[1])


def test_no_queries_and_one_key() -> None:
    indices, costs = nearest(rows(0), rows(5))
    assert indices.shape == costs.shape == (0,)
    assert indices.dtype == torch.int64
    indices, costs = nearest(rows(4), rows(1, seed=1))
    assert indices.tolist() == [0] * 4
    np.testing.assert_allclose(costs, (rows(4) - rows(1, seed=1)).square().sum(1), rtol=1e-6)
    with pytest.raises(AssertionError):
        nearest(rows(4), rows(0))


def test_memory_stays_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the tiles of distances, that is: 8 MB of them, half a megabyte at a time."""
    held = []
    addmm = torch.addmm

    def spy(*args: Tensor, **options: float) -> Tensor:
        answer = addmm(*args, **options)
        held.append(answer.numel() * answer.element_size())
        return answer

    monkeypatch.setattr(torch, "addmm", spy)
    nearest(rows(1000), rows(2000, seed=1), budget=1 << 19)
    assert sum(held) == 8_000_000
    assert 1 << 18 < max(held) <= 1 << 19


def test_no_gradient_is_carried() -> None:
    queries = rows(3).requires_grad_()
    assert not nearest(queries, rows(4))[1].requires_grad


@pytest.mark.parametrize("budget", BUDGETS)
def test_completeness_agrees_with_the_twin(budget: int) -> None:
    queries, keys = rows(13), rows(17, seed=1)
    scales = completeness(queries, keys, 0.02, budget=budget)
    twin = search_twins.completeness(queries.numpy(), keys.numpy(), 0.02)
    np.testing.assert_allclose(scales.numpy(), twin, rtol=1e-5)


def test_alpha_means_the_same_for_patches_of_any_size() -> None:
    queries, keys = rows(13), rows(17, seed=1)
    small = nearest(queries, keys, scale=completeness(queries, keys, 0.01))
    queries, keys = queries.repeat(1, 4), keys.repeat(1, 4)
    large = nearest(queries, keys, scale=completeness(queries, keys, 0.01))
    assert torch.equal(small[0], large[0])
    torch.testing.assert_close(small[1], large[1])


def test_completeness_brings_a_forgotten_key_in() -> None:
    """All queries look like key 0 and a little like key 1, which none would take."""
    keys = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    queries = torch.tensor([[0.1, 0.0], [0.2, 0.0], [0.45, 0.0]])
    assert nearest(queries, keys)[0].tolist() == [0, 0, 0]
    scale = completeness(queries, keys, 0.005)
    assert nearest(queries, keys, scale=scale)[0].tolist() == [0, 0, 1]
