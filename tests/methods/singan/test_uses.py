"""Uses of SinGAN: samples, other sizes, super-resolution, and edits that enter at a scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import pairs

from likewise.errors import ConfigError, NotFittedError
from likewise.methods.singan import Singan
from likewise.methods.singan.editing import Edit
from likewise.methods.singan.injection import first_readable, trial_errors
from likewise.methods.singan.model import Model, unlabelled
from likewise.methods.singan.uses import injected


@pytest.fixture(scope="module")
def singan() -> Singan:
    """Fitted until the generators know the picture a little."""
    settings = {"iterations": 16, "rate": 0.005}
    return Singan("smoke", device="cpu", settings=settings).fit(*pairs.pair(), seed=0)


@pytest.fixture(scope="module")
def model(singan: Singan) -> Model:
    return singan.model


def shrunk(image: np.ndarray) -> np.ndarray:
    """Means of blocks of 8 x 8 pixels."""
    height, width = image.shape[0] // 8, image.shape[1] // 8
    blocks = image[: height * 8, : width * 8].reshape(height, 8, width, 8, -1)
    return blocks.mean(axis=(1, 3))


def test_seeds_tell_samples_apart_and_nothing_else_does(model: Model) -> None:
    assert model.sample(3) == model.sample(3)
    assert model.sample(3) != model.sample(4)
    assert model.sample(3).size == pairs.SIZE


def test_chance_that_sets_in_later_keeps_more_of_the_picture(model: Model) -> None:
    """The mean layout of samples from finer scales is nearer to the source's."""
    source = shrunk(model.image.to_float())
    far = [
        np.abs(shrunk(model.sample(seed, start).to_float()) - source).mean()
        for start in (0, 2)
        for seed in range(3)
    ]
    assert max(far[3:]) < 0.5 * min(far[:3])


@pytest.mark.parametrize("start", [-1, 3])
def test_a_scale_that_is_not_there_is_refused(start: int, model: Model) -> None:
    with pytest.raises(ConfigError, match=r"--start-scale: .*3 scales; expected a scale from 0"):
        model.sample(0, start)


@pytest.mark.parametrize("size", [(48, 64), (30, 200), (101, 16)])
def test_a_retargeted_picture_has_the_size_asked_for(size: tuple[int, int], model: Model) -> None:
    assert model.retarget(size).size == size


@pytest.mark.parametrize("size", [(15, 64), (64, 16385), (0, 0)])
def test_sizes_out_of_reason_are_refused(size: tuple[int, int], model: Model) -> None:
    with pytest.raises(ConfigError, match=r"--size: .*WIDTHxHEIGHT"):
        model.retarget(size)


@pytest.mark.parametrize(("factor", "size"), [(2, (96, 128)), (1.5, (72, 96)), (1.1, (53, 70))])
def test_an_upscaled_picture_is_the_picture_enlarged(
    factor: float, size: tuple[int, int], model: Model
) -> None:
    answer = model.upscale(factor)
    assert answer.size == size
    back = answer.resized(pairs.SIZE).to_float()
    assert np.abs(shrunk(back) - shrunk(model.image.to_float())).mean() < 0.1


@pytest.mark.parametrize("factor", [1, 0, -2, 16.5, 300])
def test_factors_out_of_reason_are_refused(factor: float, model: Model) -> None:
    with pytest.raises(ConfigError, match="--factor"):
        model.upscale(factor)


def test_a_model_of_a_reduced_picture_does_not_enlarge_the_whole_one() -> None:
    method = Singan("smoke", device="cpu", size=32).fit(*pairs.pair())
    with pytest.raises(ConfigError, match="works at 43 x 32 pixels; expected one that works at"):
        method.model.upscale(2)


def test_before_the_fit_there_is_no_model() -> None:
    for name in ("model", "inject"):
        with pytest.raises(NotFittedError):
            getattr(Singan("smoke", device="cpu"), name)


def test_a_picture_without_labels_is_one_class() -> None:
    image, _ = pairs.pair()
    labels = unlabelled(image)
    assert labels.size == image.size
    assert len(labels.present()) == 1


def edit() -> Edit:
    """A picture whose right half is brighter, edited so that the left half is."""
    image = torch.zeros(1, 3, 24, 32)
    image[..., 16:] = 0.5
    labels = torch.zeros(1, 1, 24, 32, dtype=torch.long)
    labels[..., 16:] = 1
    return Edit.of(image, labels, labels.flip(-1))


def test_an_edit_moves_regions_and_says_where() -> None:
    made = edit()
    assert torch.equal(made.image[..., :16], torch.full((1, 3, 24, 16), 0.5))
    assert made.moved.all()
    assert torch.equal(made.mask(0.1), torch.ones(1, 1, 24, 32))


def test_nothing_moved_may_not_change_unless_all_may() -> None:
    labels = torch.zeros(1, 1, 24, 32, dtype=torch.long)
    made = Edit.of(torch.rand(1, 3, 24, 32), labels, labels)
    assert not made.moved.any()
    assert float(made.mask(0.1).max()) == 0
    assert float(made.mask(1.0).min()) == 1


def test_the_mask_is_soft_and_reaches_a_margin_beyond_the_edit() -> None:
    moved = np.zeros((60, 80), dtype=bool)
    moved[20:30, 20:30] = True
    mask = Edit(torch.zeros(1, 1, 60, 80), moved).mask(0.1)[0, 0]
    assert float(mask[25, 25]) == pytest.approx(1, abs=1e-3)
    assert float(mask[25, 30 + 7]) == pytest.approx(0.5, abs=0.15)  # 8 pixels: a tenth of 80
    assert float(mask[25, 50]) == pytest.approx(0, abs=1e-3)


def test_an_edit_beyond_the_last_scale_stays_as_it_is(model: Model) -> None:
    image = edit().image
    assert injected(model.stages, image, len(model.stages), None) is image


def test_a_finer_scale_changes_a_picture_less(singan: Singan) -> None:
    image, _ = singan._working(singan.source)
    stages = singan.model.stages
    made = [injected(stages, image, scale, torch.Generator().manual_seed(0)) for scale in (1, 2, 3)]
    changed = [float((one - image).abs().mean()) for one in made]
    assert changed == sorted(changed, reverse=True)
    assert changed[-1] == 0


def test_the_rule_takes_the_readable_scale_that_mends_best(singan: Singan) -> None:
    image, labels = singan._working(singan.source)
    stages = singan.model.stages
    errors = trial_errors(stages, image, labels, seed=0)
    assert len(errors) == len(stages) - 1
    assert errors == trial_errors(stages, image, labels, seed=0)
    first = first_readable([stage.size for stage in stages], labels)
    assert singan.inject == first + errors[first - 1 :].index(min(errors[first - 1 :]))


@pytest.mark.parametrize(("thick", "scale"), [(40, 1), (7, 2), (3, 3), (1, 4)])
def test_thin_things_are_readable_from_finer_scales_on(thick: int, scale: int) -> None:
    sizes = [(10, 10), (20, 20), (40, 40), (60, 60), (80, 80)]
    labels = torch.zeros(1, 1, 80, 80, dtype=torch.long)
    labels[:, :, 17 : 17 + thick, 13:70] = 1
    labels[..., 75:] = -1
    assert first_readable(sizes, labels) == scale


def test_one_scale_or_one_class_is_always_readable() -> None:
    nothing = torch.zeros(1, 1, 20, 20, dtype=torch.long)
    assert first_readable([(20, 20)], nothing) == 1
    assert first_readable([(10, 10), (15, 15), (20, 20)], nothing) == 1


def test_a_scale_that_was_given_is_taken() -> None:
    for scale in (1, 2):
        method = Singan("smoke", device="cpu", settings={"inject": scale})
        assert method.fit(*pairs.pair()).inject == scale
    method = Singan("smoke", device="cpu", settings={"inject": 3})
    for call in (method.plan, method.fit):
        with pytest.raises(ConfigError, match=r"--set inject: 3, .* 3 scales; expected .* 1 to 2"):
            call(*pairs.pair())


def test_far_from_an_edit_the_source_stays(singan: Singan) -> None:
    assert singan.render(singan.source.labels) == singan.source.image
    ids = singan.source.labels.ids.copy()
    ids[:4, 60:] = 2
    answer = singan.render(pairs.labels(ids)).pixels
    np.testing.assert_array_equal(answer[30:, :40], singan.source.image.pixels[30:, :40])
    free = Singan("smoke", device="cpu", settings={"margin": 1}).fit(*pairs.pair())
    assert free.render(free.source.labels) != free.source.image


def test_a_size_that_is_asked_for_lifts_the_longest_side() -> None:
    image, labels = pairs.pair()
    wide = np.zeros((48, 160), np.int64)
    assert Singan("smoke", device="cpu").plan(*pairs.pair(wide)).size == (29, 96)
    assert Singan("smoke", device="cpu", size=40).plan(*pairs.pair(wide)).size == (40, 133)
    chosen = Singan("smoke", device="cpu", size=40, settings={"longest": 100})
    assert max(chosen.plan(*pairs.pair(wide)).size) == 100
    assert Singan("smoke", device="cpu", size=40).plan(image, labels).size == (40, 53)
