"""Operations of a step are counted: at batch 1 a GPU's time goes into starting kernels."""

from __future__ import annotations

import pytest
import torch
from benchmarks.operations import operations_of
from tests import trainers
from torch import Tensor, nn

from likewise.networks.spectral import spectrally_normalised
from likewise.networks.spectral_bank import SpectralBank
from likewise.training.modes import Mode

pytestmark = pytest.mark.usefixtures("one_thread")

MOST = {"G": 930, "D": 560}
"""Of preset ``paper`` in sampling mode, views apart; a layer at a time G took 3,159, D 1,803."""


@pytest.mark.parametrize("kind", MOST)
def test_a_step_of_the_papers_preset_takes_few_operations(kind: str) -> None:
    trained = trainers.trainer(trainers.PAPER)
    trained.optimisers.schedule(0.0, 3)
    trained.episodes.draw(0.5)
    trained.run(kind, Mode.SAMPLING)  # Adam makes its state
    counted = operations_of(lambda: trained.run(kind, Mode.SAMPLING))
    assert MOST[kind] * 0.8 < counted.total <= MOST[kind], counted.kinds.most_common(12)


def normalising(layers: int) -> int:
    """Operations that ``layers`` normalised layers take together, gradient included."""
    net = nn.ModuleList(spectrally_normalised(nn.Conv2d(3, 4, 3)) for _ in range(layers))
    bank = SpectralBank(net)

    def work() -> None:
        torch.autograd.backward(bank.weights(), gradients(layers))

    work()
    net.zero_grad()
    return operations_of(work).total - operations_of(lambda: gradients(layers)).total


def gradients(layers: int) -> list[Tensor]:
    return [torch.ones(4, 3, 3, 3) for _ in range(layers)]


def test_more_layers_take_no_more_operations() -> None:
    assert normalising(24) == normalising(6) <= 60
