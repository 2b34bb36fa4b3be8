"""Files of methods: taken by those that use them, refused by the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from likewise.analogy import Analogy
from likewise.errors import ConfigError
from likewise.methods.files import FILES, files_for, option_of
from likewise.methods.registry import METHODS


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_uses_has_a_name_and_a_place_in_its_settings(name: str) -> None:
    method = METHODS[name]
    assert set(method.uses) <= set(FILES)
    assert all(len(use.split()) >= 3 for use in method.uses.values())
    for config in method.presets("cpu").values():
        assert all(getattr(config, use) == "" for use in method.uses)


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_does_not_use_it_refuses(name: str) -> None:
    method = METHODS[name]
    for file in set(FILES) - set(method.uses):
        with pytest.raises(ConfigError, match=f"{option_of(file)}: method {name} has no use"):
            method("smoke", device="cpu", **{file: "somewhere"})


def test_none_is_no_file_and_a_slip_is_an_error() -> None:
    assert files_for("m", {"vgg": "why"}, {"vgg": None, "weights": None}) == {}
    assert files_for("m", {"vgg": "why"}, {"vgg": "a"}) == {"vgg": Path("a")}
    with pytest.raises(TypeError, match="wieghts"):
        METHODS["spade"]("smoke", device="cpu", wieghts="a")
    with pytest.raises(TypeError):
        Analogy("spade", wieghts="a")  # type: ignore[call-arg]


def test_options_are_spelled_with_a_hyphen() -> None:
    assert option_of("class_map") == "--class-map"
