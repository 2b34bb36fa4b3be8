"""SPADE's trainer: every loss reaches G, what is ignored reaches nobody, step sizes fall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.errors import ConfigError
from likewise.methods.spade.config import SpadeConfig, spade_presets
from likewise.methods.spade.method import Spade
from likewise.methods.spade.trainer import SpadeTrainer

pytestmark = pytest.mark.usefixtures("one_thread")

SMOKE = spade_presets("cpu")["smoke"]


def trainer(ids: np.ndarray | None = None, seed: int = 0, **settings: Any) -> SpadeTrainer:
    ids = scenes.house((48, 64)) if ids is None else ids
    config = replace(SMOKE, **settings)
    return SpadeTrainer(scenes.image(ids), scenes.indices(ids), 3, config, seed)


@pytest.mark.parametrize("name", ["adversarial", "feature_matching", "pixels"])
def test_every_loss_reaches_every_weight_of_g(name: str) -> None:
    fit = trainer(norm="batch", batch=2)
    fit.episodes.draw()
    truth, layout = fit.episodes.build()
    losses = fit.losses(truth, fit.networks.g(layout), layout)
    losses[name].backward()
    assert all(p.grad.abs().max() > 0 for p in fit.networks.g.parameters())
    assert all(p.grad is None for p in fit.networks.d.parameters())


def test_both_networks_learn() -> None:
    fit = trainer()
    before = {
        n: [p.detach().clone() for p in m.parameters()] for n, m in fit.networks.modules().items()
    }
    fit.advance()
    for name, module in fit.networks.modules().items():
        moved = [
            not torch.equal(p, q) for p, q in zip(module.parameters(), before[name], strict=True)
        ]
        assert sum(moved) > 0.8 * len(moved)


def test_what_is_ignored_gives_no_loss() -> None:
    """Of the losses of G, only what lies elsewhere is left."""
    ids = scenes.house((48, 64))
    ids[20:, 30:] = scenes.IGNORED
    fit = trainer(ids, bend=0.0, zoom=1.0, shift=0.0, flip=0.0)
    fit.episodes.draw()
    truth, layout = fit.episodes.build()
    with torch.no_grad():
        apart = (fit.networks.g(layout) - truth).abs()
    known = torch.from_numpy(ids != scenes.IGNORED)
    told = float(fit.run()["pixels"]) / fit.config.pixels
    assert told == pytest.approx(float((apart * known).mean()), rel=1e-3)
    assert told < 0.9 * float(apart.mean())


def test_a_picture_of_nothing_known_trains_nobody_astray() -> None:
    ids = np.full((48, 64), scenes.IGNORED)
    ids[0, 0] = 0
    losses = trainer(ids).advance()
    assert all(np.isfinite(float(value)) for value in losses.values())


def test_steps_fall_to_nothing() -> None:
    fit = trainer(decay_from=0.5)
    seen = []
    for progress in (0.0, 0.5, 0.75, 1.0):
        fit.optimisers.schedule(progress)
        seen.append([o.param_groups[0]["lr"] for o in fit.optimisers.named().values()])
    g, d = fit.config.g_rate, fit.config.d_rate
    assert seen == [[g, d], [g, d], pytest.approx([g / 2, d / 2]), [0, 0]]


def test_the_papers_settings_are_the_full_preset() -> None:
    full = spade_presets("cuda")["full"]
    assert full == SpadeConfig()
    assert (full.width, full.hidden, full.d_width, full.d_layers, full.d_scales) == (
        64,
        128,
        64,
        4,
        2,
    )
    assert (full.g_rate, full.d_rate, full.beta2) == (1e-4, 4e-4, 0.9)
    assert (full.feature_matching, full.perceptual, full.pixels) == (10, 10, 0)
    assert (full.norm, full.upsampling) == ("batch", "normal")


@pytest.mark.parametrize(("name", "value"), [("norm", "layer"), ("upsampling", "less")])
def test_unknown_words_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"--set {name}: '{value}'"):
        Spade("smoke", device="cpu", settings={name: value})


def test_it_learns_the_picture() -> None:
    """A few dozen steps bring the painted source near the true one."""
    fit = trainer(iterations=25)
    ids = scenes.house((48, 64))
    layout, truth = scenes.layout(ids), scenes.image(ids)

    def apart() -> float:
        return float((fit.networks.g(layout) - truth).detach().abs().mean())

    first = apart()
    while fit.step < fit.total_steps:
        fit.advance()
    assert apart() < 0.6 * first


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_captured_step_does_what_the_eager_step_does() -> None:
    ids = scenes.house((64, 96))
    image, indices = scenes.image(ids).cuda(), scenes.indices(ids).cuda()
    config = replace(spade_presets("cuda")["smoke"], bfloat16=False, iterations=12)
    captured, eager = (SpadeTrainer(image, indices, 3, config, 0) for _ in range(2))
    eager._replayable = eager.run  # type: ignore[assignment]
    for _ in range(8):
        seen, expected = captured.advance(), eager.advance()
    assert captured._replayable.graph is not None
    values = [{k: float(v) for k, v in losses.items()} for losses in (seen, expected)]
    assert values[0] == pytest.approx(values[1], rel=0.05, abs=0.02)
