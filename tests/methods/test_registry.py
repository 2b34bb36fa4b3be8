"""Registry: methods by name."""

from __future__ import annotations

import pytest

from likewise.errors import ConfigError
from likewise.methods.base import Method
from likewise.methods.registry import DEFAULT_METHOD, METHODS, find_method


def test_every_method_is_found_by_its_name() -> None:
    assert DEFAULT_METHOD in METHODS
    for name, method in METHODS.items():
        assert find_method(name) is method
        assert method.name == name
        assert issubclass(method, Method)


@pytest.mark.parametrize("name", ["gan", "", "SEMIA"])
def test_an_unknown_method_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError) as error:
        find_method(name)
    line = str(error.value)
    assert line.startswith(f"--method: unknown method {name!r}; expected one of likewise")
    assert "likewise methods" in line
