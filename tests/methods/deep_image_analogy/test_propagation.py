"""Propagation: against a slow twin, and from one good match over a whole picture."""

from __future__ import annotations

import pytest
import torch
from tests.reference.feature_twins import distance, features
from torch import Tensor

from likewise.methods.deep_image_analogy import search
from likewise.methods.deep_image_analogy.fields import places
from likewise.methods.deep_image_analogy.propagation import JUMPS, propagated

CPU = torch.device("cpu")


def slow_sweep(a: Tensor, b: Tensor, start: Tensor, patch: int) -> Tensor:
    """The field after a sweep, a place at a time."""
    field, half = start.clone(), patch // 2
    height, width = a.shape[1:]
    for jump in JUMPS:
        for down, right in ((0, jump), (0, -jump), (jump, 0), (-jump, 0)):
            before = field.clone()
            for row in range(height):
                for column in range(width):
                    y, x = row - down, column - right
                    if not (0 <= y < height and 0 <= x < width):
                        continue
                    there = int(before[0, y, x]) + down, int(before[1, y, x]) + right
                    if not (0 <= there[0] < b.shape[1] and 0 <= there[1] < b.shape[2]):
                        continue
                    now = int(before[0, row, column]), int(before[1, row, column])
                    here = row, column
                    if distance(a, b, here, there, half) < distance(a, b, here, now, half):
                        field[:, row, column] = torch.tensor(there)
    return field


@pytest.mark.parametrize(("patch", "size"), [(1, (9, 11)), (3, (9, 11)), (5, (6, 10)), (3, (3, 2))])
@pytest.mark.parametrize("budget", [1, 1 << 20])
def test_a_sweep_is_that_of_the_slow_twin(
    patch: int, size: tuple[int, int], budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CPU_BUDGET", budget)
    a, b = features(4, size, 0), features(4, (10, 9), 1)
    generator = torch.Generator().manual_seed(2)
    start = torch.stack(
        [torch.randint(length, a.shape[1:], generator=generator) for length in b.shape[1:]]
    )
    before = start.clone()
    found = propagated(a, b, start, patch)
    assert torch.equal(start, before)
    assert torch.equal(found, slow_sweep(a, b, start, patch))
    assert not torch.equal(found, start)


def test_one_good_match_grows_over_the_whole_picture() -> None:
    b = features(3, (14, 16), 3)
    a = b[:, 3:12, 5:15]
    truth = places((9, 10), CPU) + torch.tensor([3, 5])[:, None, None]
    field = torch.zeros_like(truth)
    field[:, 4, 4] = truth[:, 4, 4]
    for _ in range(2):
        field = propagated(a, b, field, 3)
    assert torch.equal(field[:, 1:-1, 1:-1], truth[:, 1:-1, 1:-1])
