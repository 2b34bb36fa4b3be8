"""Chromium, headless and without network of its own; tests skip where it is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.studios import ServedStudio, served_studio

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # containers rarely allow it
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def chromium() -> str | None:
    """The browser of this machine; LIKEWISE_CHROMIUM names another."""
    named = os.environ.get("LIKEWISE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One ``playwright.sync_api.Browser`` for all tests; each opens its own context."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=program, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedStudio]:
    """A studio with one example, being served."""
    with served_studio(tmp_path / "studio", ("temple",)) as one:
        yield one
