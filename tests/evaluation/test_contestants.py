"""Contestants: how words become methods with presets, and what is refused."""

from __future__ import annotations

import pytest

from likewise.errors import ConfigError
from likewise.evaluation.contestants import Contestant, checked_seeds, contestants


def test_words_become_contestants_in_order() -> None:
    found = contestants(["semia:smoke", "patch", " semia:paper"])
    assert [contestant.name for contestant in found] == ["semia:smoke", "patch:fast", "semia:paper"]
    made = Contestant.of("patch:smoke").made("cpu", 64)
    assert (made.name, made.preset, made.config.size) == ("patch", "smoke", 64)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nosuch"], "nosuch"),
        (["patch:slow"], "patch:slow"),
        (["truth"], "truth"),
        (["patch", "patch:fast"], "patch:fast more than once"),
        ([], "no method"),
    ],
)
def test_what_is_unknown_or_doubled_is_refused(words: list[str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        contestants(words)


@pytest.mark.parametrize("seeds", [[], [1, 1], [-1], [2**63]])
def test_seeds_are_checked(seeds: list[int]) -> None:
    with pytest.raises(ConfigError, match="--seeds"):
        checked_seeds(seeds)
    assert checked_seeds([2, 0]) == (2, 0)
