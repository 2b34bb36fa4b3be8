"""Graphs: a step simply runs on the CPU; captured on a GPU it does what it does eagerly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests import trainers
from torch import Tensor

from likewise.training.checkpoint import Checkpoint
from likewise.training.graphs import EAGER_RUNS, Captured, Replayable
from likewise.training.loop import Trainer
from likewise.training.modes import Mode


def test_on_the_cpu_work_just_runs() -> None:
    calls: list[int] = []

    def work() -> dict[str, Tensor]:
        calls.append(len(calls))
        return {"loss": torch.tensor(float(len(calls)))}

    step = Replayable(work, torch.device("cpu"))
    answers = [float(step()["loss"]) for _ in range(EAGER_RUNS + 3)]
    assert answers == [float(n + 1) for n in range(EAGER_RUNS + 3)]
    assert step.graph is None


def test_each_kind_and_mode_has_a_step_of_its_own() -> None:
    trained = trainers.trainer()
    for mode in (Mode.SAMPLING, Mode.EDITING, Mode.SAMPLING):
        trained.episodes.draw(0.5)
        losses = trained.run("DG", mode)
        assert ("reconstruction" in losses) == (mode is Mode.SAMPLING)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("config", [trainers.PAPER, trainers.FAST], ids=["paper", "fast"])
def test_a_captured_step_does_what_the_eager_step_does(
    config: trainers.SemiaConfig, tmp_path: Path
) -> None:
    # One kind and mode, so that all steps after the eager ones are captured.
    config = replace(config, cycle=("DG",), modes=("sampling",), iterations=20, bfloat16=False)
    captured, eager = (trainers.trainer(config, device="cuda") for _ in range(2))
    for _ in range(EAGER_RUNS + 3):
        captured.advance()
    (step,) = captured._replayables.values()
    assert step.graph is not None
    checkpoint = Checkpoint(tmp_path / "fit.safetensors", "mark", 0)
    checkpoint.write(captured)
    checkpoint.read(eager)
    before = {name: trainers.weights(m) for name, m in eager.networks.modules().items()}
    seen, expected = ({k: float(v) for k, v in t.advance().items()} for t in (captured, eager))
    assert seen == pytest.approx(expected, rel=0.02, abs=1e-3)
    assert moved_alike(captured, eager, before) == {
        "g": True,
        "average": True,
        "d": True,
        "s": True,
    }


def moved_alike(
    first: Trainer, second: Trainer, before: dict[str, dict[str, Tensor]]
) -> dict[str, bool]:
    """Whether both moved each network's weights by about the same steps, and at all."""
    alike = {}
    for name, start in before.items():
        mine, theirs = (trainers.weights(t.networks.modules()[name]) for t in (first, second))
        way = sum(float((mine[k] - start[k]).square().sum()) for k in start)
        apart = sum(float((mine[k] - theirs[k]).square().sum()) for k in start)
        alike[name] = way > 0 and apart < 0.1 * way
    return alike


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_captured_function_follows_its_inputs_and_their_shapes() -> None:
    captured = Captured(lambda a, b: (a * 2 + b).relu())
    for count, size in enumerate((5, 5, 5, 7, 7, 7, 5)):
        a, b = (torch.randn(size, device="cuda") for _ in range(2))
        torch.testing.assert_close(captured(a, b), (a * 2 + b).relu())
        assert (captured.graph is not None) == (count in (1, 2, 4, 5))


def test_on_the_cpu_a_function_just_runs() -> None:
    captured = Captured(lambda a, b: a + b)
    for number in range(3):
        assert float(captured(torch.tensor(1.0), torch.tensor(float(number)))) == 1 + number
