"""Every registered method in its quickest preset; there is no skip list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests import pairs

from likewise.methods.base import Method
from likewise.methods.registry import METHODS

_fitted: dict[str, Method] = {}


@pytest.fixture(params=METHODS)
def make(request: pytest.FixtureRequest, one_thread: None) -> Callable[[], Method]:
    """Makes a fresh method; the test runs once for every registered one."""
    return lambda: METHODS[request.param]("smoke", device="cpu")


@pytest.fixture
def fitted(make: Callable[[], Method]) -> Method:
    """A method fitted to the house scene with seed 0, shared: tests must not fit it again."""
    method = make()
    if method.name not in _fitted:
        _fitted[method.name] = method.fit(*pairs.pair(), seed=0)
    return _fitted[method.name]
