"""A studio in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from likewise.studio.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio that is closed afterwards."""
    with Studio(tmp_path / "studio", device="cpu") as opened:
        yield opened
