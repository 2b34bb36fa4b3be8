"""The multigrid solver against a direct one: any links, any size, any number of classes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from tests.reference import poisson_twins

from likewise.patches.blending import poisson, poisson_cpu
from likewise.patches.blending.coarsening import Links, levels_of
from likewise.patches.blending.poisson import TorchSteps, gather, solve, steps_for


def blobs(height: int, width: int, classes: int, seed: int = 0) -> torch.Tensor:
    """A layout (H, W) of regions around random centres."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.rand(2 * classes, 2, generator=generator) * torch.tensor([height, width])
    places = torch.stack(
        torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"), dim=-1
    )
    nearest = torch.cdist(places.reshape(-1, 2).float(), centres).argmin(dim=1)
    return (nearest % classes).reshape(height, width)


def noise(height: int, width: int, classes: int) -> torch.Tensor:
    return torch.randint(0, classes, (height, width), generator=torch.Generator().manual_seed(1))


def stripes(height: int, width: int) -> torch.Tensor:
    """Slanted lines two pixels wide: regions that no square of 2 x 2 pixels holds as one."""
    return (torch.arange(height)[:, None] + torch.arange(width)) // 2


def bottleneck(height: int, width: int) -> torch.Tensor:
    """Two halves joined by one pixel."""
    ids = torch.zeros(height, width, dtype=torch.long)
    ids[:, width // 2] = 1
    ids[height // 3, width // 2] = 0
    return ids


def snake(height: int, width: int) -> torch.Tensor:
    """Two regions, each one line that turns back and forth, a pixel wide."""
    ids = torch.arange(width).remainder(2).expand(height, width).clone()
    ids[0], ids[-1] = 0, 1
    return ids


def steps_within(ids: torch.Tensor, channels: int, seed: int = 0) -> torch.Tensor:
    """A goal (1, C, H, W) as seams make it: some steps of about 0.2 between linked pixels."""
    generator = torch.Generator().manual_seed(seed)
    wanted = torch.zeros(1, channels, *ids.shape)
    for axis in (2, 3):
        size, whole = ids.shape[axis - 2] - 1, ids[None, None].expand(1, channels, -1, -1)
        linked = whole.narrow(axis, 0, size) == whole.narrow(axis, 1, size)
        step = 0.2 * torch.randn(linked.shape, generator=generator) * linked
        step *= torch.rand(linked.shape, generator=generator) < 0.2
        wanted.narrow(axis, 0, size).sub_(step)
        wanted.narrow(axis, 1, size).add_(step)
    return wanted


LAYOUTS = {
    "one class": torch.zeros(37, 52, dtype=torch.long),
    "regions": blobs(61, 47, 5),
    "60 classes": blobs(64, 96, 60),
    "noise": noise(33, 40, 2),
    "noise of 60": noise(30, 31, 60),
    "stripes": stripes(40, 45),
    "bottleneck": bottleneck(48, 65),
    "snake": snake(150, 22),
}
SIZES = [(1, 1), (1, 2), (2, 1), (1, 70), (83, 1), (2, 2), (3, 3), (5, 4), (2, 64), (33, 17)]


def worst(ids: torch.Tensor, reach: float, rounds: int = poisson.ROUNDS) -> float:
    """Largest error against the direct solver, relative to the largest correction."""
    wanted = steps_within(ids, 3)
    expected = poisson_twins.poisson(wanted[0].numpy(), ids.numpy(), reach)
    found = solve(wanted, Links.within(ids[None]), reach, rounds)[0].numpy()
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-6))


@pytest.fixture(params=["compiled", "torch"])
def any_steps(request, monkeypatch):
    """Run a test with the steps of the CPU and with those of other devices."""
    if request.param == "torch":
        monkeypatch.setattr(poisson, "steps_for", lambda device: TorchSteps())


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_agrees_with_a_direct_solver(name: str, any_steps) -> None:
    ids = LAYOUTS[name]
    assert worst(ids, min(ids.shape) / 6) < 0.03


@pytest.mark.parametrize("name", LAYOUTS)
def test_more_rounds_reach_the_accuracy_of_float32(name: str) -> None:
    assert worst(LAYOUTS[name], 8.0, rounds=30) < 2e-5


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_any_size(size: tuple[int, int], any_steps) -> None:
    assert worst(torch.zeros(size, dtype=torch.long), 6.0) < 0.02


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_constant_stays(name: str, any_steps) -> None:
    """The answer to a goal of 1 / reach^2 is 1 everywhere, in every region, however small."""
    ids = LAYOUTS[name]
    answer = solve(torch.full((1, 1, *ids.shape), 1 / 64), Links.within(ids[None]), 8.0, 12)
    assert torch.allclose(answer, torch.ones(()), atol=2e-3)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_region_keeps_its_sum(name: str) -> None:
    """Steps within a class shift colour about in it; its mean stays as it was."""
    ids = LAYOUTS[name]
    answer = solve(steps_within(ids, 1), Links.within(ids[None]), 8.0, 12).flatten()
    sums = torch.zeros(int(ids.max()) + 1).index_add_(0, ids.flatten(), answer)
    means = sums / ids.flatten().bincount().clamp_min(1)
    assert means.abs().max() < 1e-3 * answer.abs().max()


def test_borders_conduct_nothing(any_steps) -> None:
    ids = blobs(48, 64, 4)
    wanted = steps_within(ids, 2) * (ids == 1)
    answer = solve(wanted, Links.within(ids[None]), 8.0)
    assert answer[..., ids == 1].abs().max() > 0.05
    assert torch.equal(answer[..., ids != 1], torch.zeros_like(answer[..., ids != 1]))


def test_a_cut_of_one_pixel_stays_cut_on_every_level() -> None:
    """Left and right of a line, both large: nothing passes, at any of the levels."""
    ids = torch.zeros(64, 64, dtype=torch.long)
    ids[:, 31] = 1
    wanted = steps_within(ids, 1)
    wanted[..., 31:] = 0
    answer = solve(wanted, Links.within(ids[None]), 30.0)
    assert answer[..., :31].abs().max() > 0.1
    assert answer[..., 31:].abs().max() == 0


def test_pictures_of_a_batch_have_their_own_links() -> None:
    layouts = torch.stack((blobs(30, 41, 3, seed=1), blobs(30, 41, 4, seed=2)))
    wanted = torch.cat([steps_within(ids, 2) for ids in layouts])
    together = solve(wanted, Links.within(layouts), 5.0)
    for index, ids in enumerate(layouts):
        alone = solve(wanted[index : index + 1], Links.within(ids[None]), 5.0)
        assert torch.equal(together[index : index + 1], alone)
    shared = solve(wanted, Links.within(layouts[:1]), 5.0)
    assert torch.equal(shared[0], together[0])
    assert not torch.equal(shared[1], together[1])


def test_the_input_is_left_alone() -> None:
    wanted = steps_within(blobs(20, 20, 3), 2)
    before = wanted.clone()
    solve(wanted, Links.within(blobs(20, 20, 3)[None]), 5.0)
    assert torch.equal(wanted, before)


def test_no_goal_no_answer() -> None:
    zero = torch.zeros(1, 3, 17, 19)
    assert torch.equal(solve(zero, Links.within(torch.zeros(1, 17, 19)), 5.0), zero)


@pytest.mark.parametrize("large", [0, 10**9], ids=["in parallel", "on one thread"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_compiled_steps_do_what_torch_does(
    name: str, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poisson_cpu, "LARGE", large)
    ids = LAYOUTS[name]
    links = Links.within(ids[None])
    levels = levels_of(links.right[0, 0], links.down[0, 0], 12.0)
    assert len(levels) > 3
    fast, slow = steps_for(torch.device("cpu")), TorchSteps()
    generator = torch.Generator().manual_seed(2)
    for level, above in pairwise(levels):
        inside = (level.inverse > 0).float()
        field, wanted = (
            torch.randn(2, *inside.shape, generator=generator) * inside for _ in range(2)
        )
        ours, theirs = field.clone(), field.clone()
        for colour in (0, 1):
            fast.sweep(level, ours, wanted, colour)
            slow.sweep(level, theirs, wanted, colour)
        assert torch.allclose(ours, theirs, atol=1e-5)
        left, expected = torch.zeros_like(field), torch.zeros_like(field)
        fast.rest(level, field, wanted, left)
        slow.rest(level, field, wanted, expected)
        assert torch.allclose(left, expected, atol=1e-5)
        assert level.stairs is not None
        coarse = gather(level.stairs, left)
        fast.spread(level.stairs, above, coarse, ours)
        slow.spread(level.stairs, above, coarse, theirs)
        assert torch.allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_cell_is_forgotten(name: str) -> None:
    """Every cell goes with exactly one cell above, or belongs to a region beside the grid."""
    links = Links.within(LAYOUTS[name][None])
    for level in levels_of(links.right[0, 0], links.down[0, 0], 12.0)[:-1]:
        assert level.stairs is not None
        count = level.stairs.member.clone()
        for places in (level.stairs.lost, level.stairs.alone):
            count.view(-1)[places] += 1
        assert torch.equal(count, (level.inverse > 0).float())
        assert bool((level.stairs.member.view(-1)[level.stairs.host] == 1).all())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_gpu_it_is_the_same() -> None:
    ids = blobs(120, 97, 12)
    wanted = steps_within(ids, 3)
    here = solve(wanted, Links.within(ids[None]), 16.0)
    there = solve(wanted.cuda(), Links.within(ids[None].cuda()), 16.0)
    assert torch.allclose(here, there.cpu(), atol=1e-4)
