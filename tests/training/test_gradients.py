"""Every loss reaches G: in every mode of every table, alone, with a gradient that is not zero."""

from __future__ import annotations

import pytest
import torch
from tests import trainers

from likewise.training.config import SemiaConfig
from likewise.training.loop import Trainer
from likewise.training.modes import Mode
from likewise.training.objective import LOSSES, OBJECTIVES, Evidence, weighted_losses

pytestmark = pytest.mark.usefixtures("one_thread")

PRESETS = trainers.every_preset()
CASES = [
    (preset, mode, loss)
    for preset, config in PRESETS.items()
    for mode, table in OBJECTIVES[config.objective].items()
    for loss in table
]
_warm: dict[str, Trainer] = {}


def warm(preset: str) -> Trainer:
    """A trainer of ``preset`` after two steps, so that gamma_img is no longer 1."""
    if preset not in _warm:
        _warm[preset] = trainers.trainer(PRESETS[preset])
        for progress in (0.5, 1.0):
            _warm[preset].episodes.draw(progress)
            _warm[preset].run("DG", Mode.SAMPLING)
    return _warm[preset]


def evidence(trained: Trainer, mode: Mode) -> Evidence:
    trained.episodes.draw(1.0)
    episode = trained.episodes.build(mode)
    rendering = trained.networks.g(episode.image, episode.layout, episode.target)
    return trained.steps.evidence(episode, rendering)


@pytest.mark.parametrize(
    ("preset", "mode", "loss"), CASES, ids=[f"{p}-{m.value}-{loss}" for p, m, loss in CASES]
)
def test_every_loss_reaches_g(preset: str, mode: Mode, loss: str) -> None:
    trained = warm(preset)
    trained.networks.g.zero_grad()
    LOSSES[loss](evidence(trained, mode)).backward()
    gradients = [p.grad for p in trained.networks.g.parameters() if p.grad is not None]
    assert all(g.isfinite().all() for g in gradients)
    assert sum(float(g.abs().sum()) for g in gradients) > 0


@pytest.mark.parametrize("preset", PRESETS)
def test_the_objective_teaches_every_part_of_g(preset: str) -> None:
    """E_seg, E_img, the SFT blocks, the decoder and the tail: none is left out."""
    trained = warm(preset)
    trained.networks.g.zero_grad()
    # Where the source is aligned first, SFT is asked for something by few episodes only.
    for mode, table in OBJECTIVES[PRESETS[preset].objective].items():
        for _ in range(3):
            sum(weighted_losses(table, evidence(trained, mode)).values()).backward()
    for part in ("seg_encoder", "image_encoder", "sft.scale", "sft.shift", "middle", "up", "tail"):
        module = trained.networks.g.get_submodule(part)
        silent = [
            name for name, p in module.named_parameters() if p.grad is None or not p.grad.any()
        ]
        assert not silent, (part, silent)


def test_losses_of_g_teach_neither_d_nor_s() -> None:
    trained = warm("cpu-fast" if "cpu-fast" in PRESETS else next(iter(PRESETS)))
    judges = [*trained.networks.d.parameters(), *trained.networks.s.parameters()]
    for parameter in judges:
        parameter.grad = None
    seen = evidence(trained, Mode.SAMPLING)
    sum(LOSSES[name](seen) for name in LOSSES).backward()
    assert all(parameter.grad is None for parameter in judges)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_row_of_the_table_is_its_losses_times_their_weights(objective: str) -> None:
    seen = evidence(warm(next(iter(PRESETS))), Mode.SAMPLING)
    for table in OBJECTIVES[objective].values():
        weighted = weighted_losses(table, seen)
        assert weighted.keys() == table.keys()
        for name, weight in table.items():
            torch.testing.assert_close(weighted[name], weight * LOSSES[name](seen))


def test_the_paper_table_has_the_weights_of_the_paper() -> None:
    table = OBJECTIVES["paper"]
    assert set(table) == {Mode.SAMPLING, Mode.RECONSTRUCTION}
    weights = {name: w for row in table.values() for name, w in row.items()}
    assert weights.pop("reconstruction") == 5
    assert set(weights) == set(LOSSES) - {"reconstruction"}
    assert set(weights.values()) == {1}


def test_editing_has_no_truth_to_compare_with() -> None:
    for table in OBJECTIVES.values():
        row = table.get(Mode.EDITING, {})
        assert not {"reconstruction", "feature_matching", "fixed_point"} & set(row)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_takes_modes_its_table_has(preset: str) -> None:
    config: SemiaConfig = PRESETS[preset]
    assert {Mode(name) for name in config.modes} <= set(OBJECTIVES[config.objective])
