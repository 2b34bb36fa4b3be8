"""The contract of methods: settings take the place of the preset's, and go with the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from tests import pairs

from likewise.analogy import Analogy
from likewise.errors import ConfigError
from likewise.methods.base import Method
from likewise.methods.files import FILES
from likewise.methods.settings import with_settings

Make = Callable[[], Method]


def test_every_preset_lies_within_what_may_be_set(make: Make) -> None:
    method = type(make())
    for device in ("cpu", "cuda"):
        for config in method.presets(device).values():
            own = {f.name: getattr(config, f.name) for f in fields(config) if f.name not in FILES}
            assert with_settings(config, own, method.name) == config


def test_settings_are_used_and_saved(make: Make, tmp_path: Path) -> None:
    name = make().name
    analogy = Analogy(name, "smoke", device="cpu", settings={"size": "40"})
    assert analogy.method.config.size == 40
    assert make().config.size != 40
    assert min(analogy.plan(*pairs.pair()).size) == 40
    analogy.fit(*pairs.pair()).save(tmp_path)
    assert Analogy.load(tmp_path, device="cpu").method.config == analogy.method.config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"no_such": 1}, "has no setting 'no_such'; expected size "),
        ({"size": "large"}, "--set size: 'large'; expected a whole number"),
        ({"size": -40}, "--set size: -40"),
    ],
)
def test_bad_settings_are_refused_by_name(
    settings: dict[str, object], message: str, make: Make
) -> None:
    with pytest.raises(ConfigError, match=message):
        type(make())("smoke", device="cpu", settings=settings)
