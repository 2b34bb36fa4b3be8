"""Steps: each kind trains what it names and nothing else; the average follows G."""

from __future__ import annotations

import pytest
import torch
from tests import trainers

from likewise.training.loop import Trainer
from likewise.training.modes import Mode
from likewise.training.networks import Networks
from likewise.training.objective import OBJECTIVES

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIGS = pytest.mark.parametrize("config", [trainers.PAPER, trainers.FAST], ids=["paper", "fast"])
TRAINED = {"D": {"d", "s"}, "G": {"g", "average"}, "DG": {"d", "s", "g", "average"}}


def changed_by(trained: Trainer, kind: str, mode: Mode) -> set[str]:
    """Names of the networks whose weights a step of ``kind`` changes."""
    modules = trained.networks.modules()
    before = {name: trainers.weights(module) for name, module in modules.items()}
    trained.optimisers.schedule(0.0, 3)
    trained.episodes.draw(0.5)
    trained.run(kind, mode)
    after = {name: trainers.weights(module) for name, module in modules.items()}
    return {name for name in modules if not trainers.same(before[name], after[name])}


@CONFIGS
@pytest.mark.parametrize("kind", TRAINED)
def test_a_step_trains_what_it_names(config: trainers.SemiaConfig, kind: str) -> None:
    for mode in OBJECTIVES[config.objective]:
        assert changed_by(trainers.trainer(config), kind, mode) == TRAINED[kind], mode


@CONFIGS
def test_a_step_tells_its_losses(config: trainers.SemiaConfig) -> None:
    trained = trainers.trainer(config)
    for mode, table in OBJECTIVES[config.objective].items():
        trained.episodes.draw(0.5)
        losses = trained.run("DG", mode)
        assert set(losses) == {"D", "S", *table}
        for value in losses.values():
            assert value.shape == ()
            assert value.isfinite()
            assert not value.requires_grad


@CONFIGS
def test_d_learns_to_tell_true_from_rendered(config: trainers.SemiaConfig) -> None:
    trained = trainers.trainer(config)
    trained.optimisers.schedule(0.0, 0)
    seen = []
    for _ in range(12):
        trained.episodes.draw(0.0)
        seen.append(float(trained.run("D", Mode.SAMPLING)["D"]))
    assert min(seen[-3:]) < seen[0]


def test_s_learns_to_read_the_picture() -> None:
    trained = trainers.trainer(trainers.FAST)
    trained.optimisers.schedule(0.0, 0)
    for group in trained.optimisers.s.param_groups:
        group["lr"] = 0.01
    seen = []
    for _ in range(25):
        trained.episodes.draw(0.0)
        seen.append(float(trained.run("D", Mode.SAMPLING)["S"]))
    assert seen[-1] < 0.7 * seen[0]


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.999, 1.0])
def test_the_average_keeps_its_share(memory: float) -> None:
    networks = trainers.trainer(trainers.PAPER).networks
    with torch.no_grad():
        for parameter in networks.g.parameters():
            parameter.add_(1.0)
        for buffer in networks.g.buffers():
            buffer.mul_(-1)
    before = trainers.weights(networks.average)
    networks.update_average(torch.tensor(memory))
    after, current = trainers.weights(networks.average), trainers.weights(networks.g)
    for name, kept in before.items():
        torch.testing.assert_close(after[name], memory * kept + (1 - memory) * current[name])
    for kept, fresh in zip(networks.average.buffers(), networks.g.buffers(), strict=True):
        assert torch.equal(kept, fresh)


def test_the_average_learns_nothing_by_itself() -> None:
    networks = trainers.trainer().networks
    assert not networks.average.training
    assert not any(parameter.requires_grad for parameter in networks.average.parameters())


def fresh(seed: int) -> Networks:
    return Networks(trainers.FAST, 3, 3, seed, torch.device("cpu"))


def test_weights_come_from_the_seed_alone() -> None:
    before = torch.get_rng_state()
    first = fresh(1)
    torch.rand(5)
    again, other = fresh(1), fresh(2)
    for name, module in first.modules().items():
        assert trainers.same(module.state_dict(), again.modules()[name].state_dict())
        assert not trainers.same(module.state_dict(), other.modules()[name].state_dict())
    torch.set_rng_state(before)
    fresh(3)
    assert torch.equal(torch.get_rng_state(), before)
