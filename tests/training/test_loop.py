"""The loop: modes in turn, steps in order, progress told, stopped when asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import scenes, trainers
from torch import Tensor

from likewise.errors import Interrupted
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.config import SemiaConfig
from likewise.training.loop import Trainer
from likewise.training.modes import Mode

pytestmark = pytest.mark.usefixtures("one_thread")


class Listener(Progress):
    """Writes down what it is told, and asks to stop at its ``patience``-th look."""

    def __init__(self, patience: int = 10**9) -> None:
        self.told: list[tuple[str, object]] = []
        self.patience = patience

    def start(self, what: str, total: int, done: int = 0) -> None:
        self.told.append(("start", (what, total, done)))

    def advance(self, done: int, **figures: float) -> None:
        self.told.append(("advance", (done, figures)))

    def finish(self) -> None:
        self.told.append(("finish", None))

    @property
    def should_stop(self) -> bool:
        self.patience -= 1
        return self.patience <= 0


def recorded(config: SemiaConfig, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mode]]:
    """(kind, mode) of every step of a fit of ``config``."""
    taken: list[tuple[str, Mode]] = []

    def run(self: Trainer, kind: str, mode: Mode) -> dict[str, Tensor]:
        taken.append((kind, mode))
        return {}

    monkeypatch.setattr(Trainer, "run", run)
    trainers.trainer(config).fit()
    return taken


def test_modes_alternate_and_an_iteration_keeps_its_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(
        trainers.PAPER,
        iterations=5,
        cycle=("D", "G", "G", "D"),
        modes=("sampling", "sampling", "reconstruction"),
    )
    taken = recorded(config, monkeypatch)
    assert [kind for kind, _ in taken] == ["D", "G", "G", "D"] * 5
    expected = ["sampling", "sampling", "reconstruction", "sampling", "sampling"]
    assert [mode.value for _, mode in taken] == [name for name in expected for _ in range(4)]


def test_the_paper_preset_takes_the_steps_of_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = recorded(replace(SemiaConfig(), size=48, width=8, iterations=10), monkeypatch)
    assert [kind for kind, _ in taken[:12]] == ["D", *["G"] * 10, "D"]
    modes = [mode for _, mode in taken[::12]]
    assert modes.count(Mode.RECONSTRUCTION) == 2  # every fifth
    assert SemiaConfig().iterations == 2500
    assert SemiaConfig().g_steps == 25000


def test_every_step_has_an_episode_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, bytes]] = []
    trained = trainers.trainer(replace(trainers.PAPER, iterations=4, cycle=("D", "G")))
    draw = trained.episodes.draw

    def spied(progress: float) -> None:
        draw(progress)
        seen.append((progress, trained.episodes.noise.numpy().tobytes()))

    monkeypatch.setattr(trained.episodes, "draw", spied)
    trained.fit()
    assert [progress for progress, _ in seen] == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]
    assert len({noise for _, noise in seen}) == 8


def test_progress_is_told_from_start_to_finish() -> None:
    listener = Listener()
    trained = trainers.trainer()
    trained.fit(listener)
    assert listener.told[0] == ("start", ("fit", trained.total_steps, 0))
    assert listener.told[-1] == ("finish", None)
    word, (done, figures) = listener.told[-2]
    assert (word, done) == ("advance", trained.total_steps)
    assert {"D", "S", "adversarial"} <= set(figures)
    assert all(np.isfinite(value) for value in figures.values())


def test_a_stop_leaves_a_checkpoint(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "fit.safetensors", "mark", every=1e9)
    trained, listener = trainers.trainer(), Listener(patience=2)
    with pytest.raises(Interrupted, match="2 of 4 steps") as stop:
        trained.fit(listener, checkpoint)
    assert stop.value.checkpoint == tmp_path / "fit.safetensors"
    assert listener.told[-1] == ("finish", None)
    other = trainers.trainer(seed=5)
    assert checkpoint.read(other)
    assert other.step == trained.step == 2


def test_a_stop_without_a_checkpoint_says_that_nothing_was_kept() -> None:
    with pytest.raises(Interrupted, match="nothing was kept") as stop:
        trainers.trainer().fit(Listener(patience=1))
    assert stop.value.checkpoint is None


def test_a_stop_asked_for_at_the_very_end_is_a_finished_fit() -> None:
    trained = trainers.trainer()
    trained.fit(Listener(patience=trained.total_steps))
    assert trained.step == trained.total_steps


def test_a_finished_trainer_has_nothing_to_do() -> None:
    trained = trainers.trainer()
    trained.fit()
    before = trainers.everything(trained)
    trained.fit()
    assert trainers.same(before, trainers.everything(trained))


def test_a_fault_still_finishes_the_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    trained, listener = trainers.trainer(), Listener()

    def broken(kind: str, mode: Mode) -> dict[str, Tensor]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(trained, "run", broken)
    with pytest.raises(RuntimeError, match="out of memory"):
        trained.fit(listener)
    assert listener.told[-1] == ("finish", None)


@pytest.mark.parametrize("preset", trainers.every_preset())
def test_every_preset_trains(preset: str) -> None:
    config = trainers.every_preset(iterations=5)[preset]
    trained = trainers.trainer(replace(config, cycle=config.cycle[-2:]))
    before = trainers.weights(trained.networks.average)
    trained.fit()
    after = trained.networks.average.state_dict()
    assert all(value.isfinite().all() for value in after.values())
    moved = [n for n, p in trained.networks.average.named_parameters() if (p != before[n]).any()]
    assert len(moved) == len(before) or "G" not in "".join(config.cycle[-2:])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("config", [trainers.PAPER, trainers.FAST], ids=["paper", "fast"])
def test_one_class_ignored_pixels_and_any_channels_train(
    channels: int, config: SemiaConfig
) -> None:
    ids = np.zeros((32, 40), np.int64)
    ids[:8] = scenes.IGNORED
    trained = trainers.trainer(replace(config, iterations=1), ids=ids, channels=channels)
    trained.fit()
    assert all(p.isfinite().all() for p in trained.networks.g.parameters())


def test_global_randomness_is_left_alone() -> None:
    before = torch.get_rng_state()
    trainers.trainer(replace(trainers.FAST, iterations=1)).fit()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_time_of_an_iteration_counts_every_step_of_the_cycle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(0, 10**6, 10))
    monkeypatch.setattr("likewise.training.stepwise.time.perf_counter", lambda: next(clock))
    trained = trainers.trainer(replace(trainers.PAPER, cycle=("D", "G", "G", "G")))
    assert trained.seconds_per_iteration() == 4 * 10
