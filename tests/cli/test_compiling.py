"""Compiling kernels: told once, and only where it happens."""

from __future__ import annotations

from numba import njit
from pytest import CaptureFixture

from likewise.cli import compiling
from likewise.cli.terminal import Terminal


def test_it_is_told_once_and_only_where_it_happens(capsys: CaptureFixture[str]) -> None:
    first, second = (njit(function) for function in (lambda x: x + 1, lambda x: x - 1))
    with compiling.told(Terminal()):
        pass
    assert capsys.readouterr().out == ""
    with compiling.told(Terminal()):
        assert first(1) == 2
        assert capsys.readouterr().out == compiling.NEWS + "\n"
        assert second(1) == 0
    with compiling.told(Terminal()):
        assert first(2) == 3
    assert capsys.readouterr().out == ""
