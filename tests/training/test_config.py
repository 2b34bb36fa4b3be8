"""Configurations and presets: explained, frozen, and written as JSON."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict, fields

import pytest
from tests import trainers

from likewise.training.config import SemiaConfig
from likewise.training.modes import Mode
from likewise.training.objective import OBJECTIVES
from likewise.training.presets import semia_presets

DEVICES = ("cpu", "cuda", "mps")
EVERY = [(d, name) for d in DEVICES for name in semia_presets(d)]


@pytest.mark.parametrize("field", fields(SemiaConfig), ids=lambda field: field.name)
def test_every_setting_is_explained(field: object) -> None:
    assert len(field.metadata["help"].split()) >= 2  # type: ignore[attr-defined]


def test_a_configuration_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        SemiaConfig().width = 3  # type: ignore[misc]


@pytest.mark.parametrize("device", DEVICES)
def test_each_device_has_the_presets_in_order_of_effort(device: str) -> None:
    presets = semia_presets(device)
    assert list(presets) == ["smoke", "fast", "full", "paper"]
    effort = [c.g_steps * c.width**2 * c.size**2 for c in presets.values()]
    assert effort[:3] == sorted(effort[:3])


def test_the_paper_preset_is_the_same_everywhere() -> None:
    assert len({semia_presets(device)["paper"] for device in DEVICES}) == 1


@pytest.mark.parametrize(("device", "name"), EVERY)
def test_presets_name_what_exists(device: str, name: str) -> None:
    config = semia_presets(device)[name]
    assert config.objective in OBJECTIVES
    assert {Mode(mode) for mode in config.modes} <= set(OBJECTIVES[config.objective])
    assert set(config.cycle) <= {"D", "G", "DG"}
    assert any("D" in step for step in config.cycle)
    assert config.norm in ("instance", "none")
    assert config.d_norm in ("instance", "none")
    assert config.sft_norm in ("instance", "pixel")
    assert 0 < config.last_rate <= 1
    assert config.patch % 2 == 1


@pytest.mark.parametrize(("device", "name"), EVERY)
def test_a_configuration_survives_json(device: str, name: str) -> None:
    config = semia_presets(device)[name]
    read = json.loads(json.dumps(asdict(config)))
    assert SemiaConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in read.items()}) == (
        config
    )


def test_g_steps_are_those_that_train_g() -> None:
    assert trainers.shrunk(SemiaConfig(), iterations=3, cycle=("D", "G", "DG")).g_steps == 6


def test_augmentation_takes_its_numbers_from_the_configuration() -> None:
    config = trainers.shrunk(
        SemiaConfig(), bend=0.1, bend_probability=0.2, zoom=1.7, shift=0.3, flip=0.4, ramp=0.6
    )
    made = config.augmentation()
    for name in ("bend", "bend_probability", "zoom", "shift", "flip", "ramp"):
        assert getattr(made, name) == getattr(config, name)


def test_the_paper_preset_augments_as_the_reference_does() -> None:
    made = SemiaConfig().augmentation()
    assert (made.lattice, made.bend, made.bend_probability) == (3, 0.02, 0.5)
    assert (made.zoom, made.flip, made.shift, made.turn) == (1.2, 0.5, 0, 0)
    assert SemiaConfig().swap == 0.5
    assert SemiaConfig().noise == 1 / 255
