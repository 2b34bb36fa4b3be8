"""The contract of methods: an estimator that can be fitted, refitted, stopped and resumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs, scenes

from likewise.errors import ConfigError, Interrupted, LabelError, ModelError, NotFittedError
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.registry import METHODS
from likewise.progress import Progress

Make = Callable[[], Method]


class Stopper(Progress):
    """Asks to stop at once."""

    should_stop = True


def answer(method: Method) -> bytes:
    return method.render(pairs.target()).pixels.tobytes()


def test_fit_returns_the_method(make: Make) -> None:
    method = make()
    assert method.fit(*pairs.pair()) is method


def test_before_fit_there_is_nothing_to_render_or_save(make: Make, tmp_path: Path) -> None:
    method = make()
    with pytest.raises(NotFittedError, match="render needs a fitted"):
        method.render(pairs.target())
    with pytest.raises(NotFittedError, match="save needs a fitted"):
        method.save(tmp_path / "model")
    with pytest.raises(NotFittedError):
        _ = method.source
    assert not (tmp_path / "model").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    make: Make, fitted: Method
) -> None:
    first = answer(fitted)
    assert first == answer(fitted)
    assert first == answer(make().fit(*pairs.pair(), seed=0))
    assert first != answer(make().fit(*pairs.pair(), seed=1))


def test_refitting_forgets(make: Make) -> None:
    other = pairs.pair(scenes.house((40, 56), at=(8, 30)), seed=5)
    again = make().fit(*pairs.pair(), seed=3).fit(*other, seed=4)
    assert again.source.image == other[0]
    assert answer(again) == answer(make().fit(*other, seed=4))


def test_a_refit_that_is_refused_or_stopped_is_no_fit(make: Make) -> None:
    method = make().fit(*pairs.pair())
    with pytest.raises(Interrupted):
        method.fit(*pairs.pair(seed=1), progress=Stopper())
    with pytest.raises(NotFittedError):
        method.render(pairs.target())


def test_inputs_are_not_modified(make: Make) -> None:
    pixels = scenes.samples(scenes.house(pairs.SIZE))
    ids = scenes.house(pairs.SIZE)
    image, labels = pairs.pair()
    goal = pairs.target()
    before = image.pixels.copy(), labels.ids.copy(), goal.ids.copy()
    make().fit(image, labels).render(goal)
    for now, then in zip((image.pixels, labels.ids, goal.ids), before, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(image.pixels, pixels)
    np.testing.assert_array_equal(labels.ids, ids)


def test_global_randomness_is_left_alone(make: Make) -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
    make().fit(*pairs.pair()).render(pairs.target())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002


def test_global_randomness_changes_nothing(make: Make, fitted: Method) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1234)
        assert answer(make().fit(*pairs.pair(), seed=0)) == answer(fitted)


def test_rendering_in_any_order_gives_the_same(fitted: Method) -> None:
    goals = [pairs.target(), pairs.target((20, 4)), pairs.target(size=(40, 72))]
    forth = [fitted.render(goal) for goal in goals]
    back = [fitted.render(goal) for goal in reversed(goals)]
    assert forth == back[::-1]


def test_a_label_map_of_another_size_than_its_image_is_refused(make: Make) -> None:
    image, _ = pairs.pair()
    _, labels = pairs.pair(scenes.house((40, 64)))
    for call in (make().fit, make().plan):
        with pytest.raises(LabelError, match="64 x 40"):
            call(image, labels)


def test_a_label_map_without_any_class_is_refused(make: Make) -> None:
    image, _ = pairs.pair()
    nothing = pairs.labels(np.full(pairs.SIZE, scenes.IGNORED), ignore=(scenes.IGNORED,))
    for call in (make().fit, make().plan):
        with pytest.raises(LabelError, match="no class"):
            call(image, nothing)


def test_the_plan_tells_what_a_fit_would_do(make: Make) -> None:
    method = make()
    plan = method.plan(*pairs.pair())
    assert isinstance(plan, Plan)
    assert (plan.method, plan.preset, plan.device) == (method.name, "smoke", "cpu")
    assert min(plan.size) == min(method.config.size, min(pairs.SIZE))
    assert plan.steps >= 0  # none where there is nothing to train
    assert 0 < plan.seconds < 3600
    with pytest.raises(NotFittedError):
        method.render(pairs.target())


def test_planning_does_not_change_the_fit(make: Make, fitted: Method) -> None:
    method = make()
    method.plan(*pairs.pair())
    assert answer(method.fit(*pairs.pair(), seed=0)) == answer(fitted)


class StopAfter(Progress):
    """Asks to stop at the ``patience``-th look."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    @property
    def should_stop(self) -> bool:
        self.patience -= 1
        return self.patience <= 0


def test_a_stopped_fit_resumes_to_the_same_bytes(
    make: Make, fitted: Method, tmp_path: Path
) -> None:
    place = tmp_path / "deep" / "fit.safetensors"
    with pytest.raises(Interrupted) as stop:
        make().fit(*pairs.pair(), progress=StopAfter(2), checkpointing=Checkpointing(place))
    assert stop.value.checkpoint == place
    assert place.exists()
    resumed = make().fit(*pairs.pair(), checkpointing=Checkpointing(place, resume=True))
    assert answer(resumed) == answer(fitted)


@pytest.mark.parametrize("other", ["image", "labels", "seed"])
def test_a_checkpoint_of_another_fit_is_refused(other: str, make: Make, tmp_path: Path) -> None:
    place = tmp_path / "fit.safetensors"
    with pytest.raises(Interrupted):
        make().fit(*pairs.pair(), progress=StopAfter(1), checkpointing=Checkpointing(place))
    before = place.read_bytes()
    image, labels = pairs.pair(seed=1 if other == "image" else 0)
    if other == "labels":
        labels = pairs.target()
    with pytest.raises(ModelError, match=r"fit\.safetensors.*another image"):
        make().fit(
            image,
            labels,
            seed=1 if other == "seed" else 0,
            checkpointing=Checkpointing(place, resume=True),
        )
    assert place.read_bytes() == before


def test_without_resume_a_checkpoint_there_is_not_read(
    make: Make, fitted: Method, tmp_path: Path
) -> None:
    place = tmp_path / "fit.safetensors"
    place.write_bytes(b"something else")
    method = make().fit(*pairs.pair(), seed=0, checkpointing=Checkpointing(place))
    assert answer(method) == answer(fitted)


def test_the_contract_names_are_there(make: Make) -> None:
    method = type(make())
    assert METHODS[method.name] is method
    assert len(method.summary.split()) >= 3
    for device in ("cpu", "cuda", "mps"):
        presets = method.presets(device)
        assert list(presets)[:3] == ["smoke", "fast", "full"]
        for config in presets.values():
            assert is_dataclass(config)
            assert hash(config) == hash(config)  # frozen
            assert all(field.metadata.get("help") for field in fields(config))
            assert config.size >= 32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "huge"}, r"--preset: unknown preset 'huge'; expected one of smoke, fast"),
        ({"preset": ""}, r"--preset"),
        ({"device": "tpu"}, r"--device: 'tpu'; expected one of auto"),
        ({"device": "cuda:99"}, r"--device: cuda:99 is not present"),
        ({"size": 31}, r"--size: 31; expected a short side from 32 to 4096"),
        ({"size": 4097}, r"--size: 4097"),
        ({"size": -1}, r"--size: -1"),
    ],
)
def test_bad_settings_are_refused(options: dict[str, object], message: str, make: Make) -> None:
    with pytest.raises(ConfigError, match=message):
        type(make())(**{"preset": "smoke", "device": "cpu"} | options)


def test_a_size_takes_the_place_of_the_presets(make: Make) -> None:
    method = type(make())("smoke", device="cpu", size=32)
    assert method.config.size == 32
    assert type(make())("smoke", device="cpu").config.size != 32
    assert min(method.plan(*pairs.pair()).size) == 32
    assert method.fit(*pairs.pair()).render(pairs.target()).size == pairs.SIZE
