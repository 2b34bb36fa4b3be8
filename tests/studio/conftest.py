"""A studio in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from likewise.studio import worker
from likewise.studio.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio that is closed afterwards."""
    with Studio(tmp_path / "studio", device="cpu") as opened:
        yield opened


@pytest.fixture
def checks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files for methods are looked through in this process, which spares the start of another."""

    def check(command: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
        code, told = 0, io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
            patch.setattr(sys, "argv", [worker.__name__, *command[3:]])
            patch.setattr(worker.os, "nice", lambda by: None, raising=False)
            try:
                worker.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return subprocess.CompletedProcess(command, code, told.getvalue(), "")

    monkeypatch.setattr("likewise.studio.orders.subprocess.run", check)
