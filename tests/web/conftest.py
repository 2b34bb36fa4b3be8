"""One small study, and a server of it, for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.web.studies import Served, make_study, served


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    """A study being served."""
    with served(make_study(tmp_path / "study")) as one:
        yield one


@pytest.fixture
def client(running: Served) -> Iterator[httpx.Client]:
    """Speaks to the running study."""
    with httpx.Client(base_url=running.address) as one:
        yield one
