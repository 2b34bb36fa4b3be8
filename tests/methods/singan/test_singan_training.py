"""Training of SinGAN: scales in turn, what they inherit, the anchor, and exact resumption."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from benchmarks.operations import operations_of
from tests.methods.singan.training_pieces import SMALL, picture, same, state, training

from likewise.errors import Interrupted
from likewise.methods.singan.pyramid import climb
from likewise.methods.singan.training import Training
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint


def advanced(trained: Training, steps: int) -> Training:
    for _ in range(steps):
        trained.advance()
    return trained


def anchored(trained: Training, scales: int) -> torch.Tensor:
    """The image that the anchor stands for."""
    pyramid = trained.networks.pyramid
    return climb(pyramid.stages(scales), None, [pyramid.anchor, *[None] * (scales - 1)], 3)


def test_only_the_scale_whose_turn_it_is_learns() -> None:
    trained = training()
    before = state(trained)
    advanced(trained, SMALL.iterations)
    after = state(trained)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert {n for n in changed if "generators" in n} == {n for n in before if "generators.0." in n}
    assert {n for n in changed if "critics" in n} <= {n for n in before if "critics.0." in n}
    assert "pyramid.anchor" not in changed


def test_a_scale_starts_from_the_weights_below_where_they_fit() -> None:
    trained = training(widest=16, widen=2, iterations=1)
    assert len(trained.sizes) == 3
    generators = trained.networks.pyramid.generators
    fresh = state(trained)
    trained.networks.inherit(0)  # nothing is below
    assert same(state(trained), fresh)
    advanced(trained, 1)
    trained.networks.inherit(1)
    below, here, wider = (generators[k].state_dict() for k in (0, 1, 2))
    assert all(torch.equal(below[name], here[name]) for name in below)
    trained.networks.inherit(2)
    assert torch.equal(wider["kernel"], fresh["pyramid.generators.2.kernel"])


def test_noise_is_as_strong_as_what_the_scales_below_miss() -> None:
    trained = advanced(training(), SMALL.iterations + 1)
    below = torch.nn.functional.interpolate(
        anchored(trained, 1), size=trained.sizes[1], mode="bicubic"
    )
    missed = (below - trained.reals[1]).square().mean().sqrt()
    amplitudes = trained.networks.pyramid.amplitudes
    torch.testing.assert_close(amplitudes[1], SMALL.noise * missed)
    assert float(amplitudes[0]) == 1


def test_step_sizes_fall_late_in_every_scale() -> None:
    trained = training(iterations=5)
    rates = []
    for _ in range(10):
        scale = trained.step // 5
        trained.advance()
        rates.append(trained.optimisers.named()[f"g{scale}"].param_groups[0]["lr"])
    assert rates == 2 * ([SMALL.rate] * 4 + [SMALL.rate * SMALL.decay])


def test_the_anchor_learns_to_give_the_picture_back() -> None:
    """Reconstruction, paper section 3.1: with few scales and wide weights it soon gets close."""
    image = picture((26, 30))
    settings = {"iterations": 30, "width": 16, "widest": 16, "rate": 5e-3}
    trained = training(image=image, d_steps=1, g_steps=1, **settings)
    errors = []
    for scales in (0, len(trained.sizes)):
        if scales:
            trained.fit()
        else:
            trained.advance()
        found = anchored(trained, max(1, scales))
        errors.append(float((found - trained.reals[max(1, scales) - 1]).square().mean()))
    assert errors[1] < 0.3 * errors[0]


@pytest.mark.parametrize("stop", [1, SMALL.iterations, SMALL.iterations + 1])
def test_a_fit_stopped_anywhere_ends_bit_for_bit_as_one_that_was_not(
    stop: int, tmp_path: Path, one_thread: None
) -> None:
    whole = training()
    whole.fit()
    halted = advanced(training(), stop)
    checkpoint = Checkpoint(tmp_path / "fit.safetensors", "mark", every=1e9)
    checkpoint.write(halted)
    resumed = training(seed=5)
    assert checkpoint.read(resumed)
    assert resumed.step == stop
    resumed.fit()
    assert same(state(resumed), state(whole))


def test_a_stopped_fit_says_how_far_it_came() -> None:
    class Stopper(Progress):
        should_stop = True

    with pytest.raises(Interrupted, match="after 1 of 6 steps"):
        training(iterations=2).fit(Stopper())


def test_the_estimate_is_of_all_scales() -> None:
    short, long = training(iterations=2), training(iterations=200)
    assert 0 < short.estimated_seconds() < long.estimated_seconds()


def test_an_iteration_takes_no_more_operations_than_it_did() -> None:
    """With 3 steps of D and 3 of G; each is a kernel at least on a GPU, whatever its size."""
    trained = training(d_steps=3, g_steps=3, iterations=2)
    counts = []
    for _ in trained.sizes:
        trained.advance()
        counts.append(operations_of(trained.advance).total)
    assert counts[0] <= 980
    assert counts[1] - counts[0] <= 14  # the scale below, at rest
