"""Optimisers: step sizes stay, then fall; the average remembers more and more."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests import trainers

from likewise.training.config import SemiaConfig
from likewise.training.optimisers import Optimisers

CONFIG = replace(
    trainers.FAST, g_rate=0.004, d_rate=0.02, decay_from=0.4, last_rate=0.1, ema=0.99, beta2=0.9
)


def optimisers(config: SemiaConfig = CONFIG) -> Optimisers:
    return Optimisers(config, trainers.trainer(config).networks, torch.device("cpu"))


def rates(made: Optimisers) -> dict[str, float]:
    return {name: float(getattr(made, name).param_groups[0]["lr"]) for name in "gds"}


@pytest.mark.parametrize(("progress", "share"), [(0.0, 1.0), (0.4, 1.0), (0.7, 0.55), (1.0, 0.1)])
def test_step_sizes_stay_then_fall_linearly(progress: float, share: float) -> None:
    made = optimisers()
    made.schedule(progress, 0)
    expected = {"g": 0.004 * share, "d": 0.02 * share, "s": 0.004 * share}
    assert rates(made) == pytest.approx(expected)


def test_no_decay_at_all_is_possible() -> None:
    made = optimisers(replace(CONFIG, decay_from=1.0))
    made.schedule(1.0, 0)
    assert rates(made)["g"] == pytest.approx(0.004)


def test_the_paper_preset_falls_to_a_tenth_after_iteration_1000() -> None:
    config = SemiaConfig()
    assert config.decay_from * config.iterations == pytest.approx(1000)
    assert (config.g_rate, config.d_rate, config.last_rate) == (0.005, 0.02, 0.1)
    assert config.ramp * config.iterations == pytest.approx(1000)


def test_adam_remembers_no_gradient() -> None:
    made = optimisers()
    for name in "gds":
        assert getattr(made, name).param_groups[0]["betas"] == (0.0, 0.9)


def test_each_optimiser_holds_its_own_network() -> None:
    trained = trainers.trainer(CONFIG)
    for name in "gds":
        held = getattr(trained.optimisers, name).param_groups[0]["params"]
        own = list(getattr(trained.networks, name).parameters())
        assert [id(p) for p in held] == [id(p) for p in own]


def test_the_average_remembers_little_at_first() -> None:
    made = optimisers()
    memory = []
    for step in (0, 5, 50, 5000):
        made.schedule(0.0, step)
        memory.append(float(made.memory))
    assert memory[:2] == pytest.approx([1 / 10, 6 / 15])
    assert memory == sorted(memory)
    assert memory[-1] == pytest.approx(0.99)
