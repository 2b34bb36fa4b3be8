"""Settings: fields of a configuration by name, with types and ranges checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from likewise.errors import ConfigError
from likewise.methods.settings import with_settings


def setting(default: Any, **more: Any) -> Any:
    return field(default=default, metadata={"help": "a help text"} | more)


@dataclass(frozen=True)
class Config:
    count: int = setting(3, range=(1, 9))
    share: float = setting(0.5, range=(0, 1))
    open: float = setting(2.0)
    on: bool = setting(False)
    kind: str = setting("round", choices=("round", "square"))
    jumps: tuple[int, ...] = setting((4, 2), range=(1, 64))
    steps: tuple[str, ...] = setting(("D", "G"), choices=("D", "G"))
    side: int = setting(5, range=(1, 9), odd=True)
    sides: tuple[int, ...] = setting((3, 5), range=(1, 9), odd=True, length=2)
    vgg: str = setting("")


def changed(**settings: Any) -> Config:
    config: Config = with_settings(Config(), settings, "sketch")
    return config


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("count", "7", 7),
        ("count", 7, 7),
        ("share", " 0.25 ", 0.25),
        ("share", 1, 1.0),
        ("open", "1e6", 1e6),
        ("on", "yes", True),
        ("on", "False", False),
        ("on", True, True),
        ("kind", "square", "square"),
        ("jumps", "8,4, 1", (8, 4, 1)),
        ("jumps", [8], (8,)),
        ("steps", "G,G,D", ("G", "G", "D")),
        ("side", 7, 7),
        ("sides", "7,3", (7, 3)),
    ],
)
def test_values_and_text_become_the_type_of_their_field(name: str, given: Any, read: Any) -> None:
    value = getattr(changed(**{name: given}), name)
    assert value == read
    assert type(value) is type(read)
    assert getattr(Config(), name) == Config.__dataclass_fields__[name].default


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("count", "3.5", "--set count: '3.5'; expected a whole number from 1 to 9: a help text"),
        ("count", 0, "0; expected a whole number from 1 to 9"),
        ("count", "10", "from 1 to 9"),
        ("count", True, "a whole number"),
        ("share", "1.01", "a number from 0 to 1"),
        ("share", "nan", "a number from 0 to 1"),
        ("open", "-1", "a number, 0 or more"),
        ("open", "inf", "a number, 0 or more"),
        ("on", "maybe", "true or false"),
        ("on", 1, "true or false"),
        ("kind", "oval", "one of round, square"),
        ("kind", 3, "one of round, square"),
        ("jumps", "4,x", "a list of numbers, as in 4,2"),
        ("jumps", "65", "a list of numbers"),
        ("jumps", (), "a list of numbers"),
        ("jumps", 4, "a list of numbers"),
        ("steps", "D,S", "a list of D, G, as in D,G"),
        ("side", 4, "an odd whole number from 1 to 9"),
        ("sides", "3,4", "a list of 2 odd numbers, as in 3,5"),
        ("sides", "3,5,7", "a list of 2 odd numbers"),
        ("vgg", "abc", "it is told by a file; expected the file, by --vgg FILE"),
    ],
)
def test_other_values_are_refused_with_what_is_expected(
    name: str, given: Any, message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        changed(**{name: given})
    assert message in str(error.value)


def test_an_unknown_name_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(ConfigError) as error:
        changed(counts=3)
    line = str(error.value)
    assert "method sketch has no setting 'counts'" in line
    assert all(f"{name} (a help text)" in line for name in Config.__dataclass_fields__)
