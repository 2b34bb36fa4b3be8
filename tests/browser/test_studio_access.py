"""Accessibility: axe-core finds nothing serious on any view of the studio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.studio_pages import project_of
from tests.web.studios import served_studio

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def _files(page: Any) -> None:
    page.click("#render")
    page.select_option("#method", "spade")
    page.click("#handing summary")


VIEWS: dict[str, Callable[[Any], Any]] = {
    "editor": lambda page: None,
    "render": lambda page: page.click("#render"),
    "files": _files,
    "size": lambda page: page.click("#resize"),
    "correcting": lambda page: page.click("#edit-labels"),
    "labels": lambda page: page.click("#label-source"),
    "keys": lambda page: page.keyboard.press("?"),
    "start": lambda page: page.click("#home"),
}
SHOWN = {
    "editor": "#classes img[src^='blob:']",
    "render": "#render-dialog[open]",
    "files": "#hand-weights",
    "size": "#size-dialog[open]",
    "correcting": "#editing-labels:not([hidden])",
    "labels": "#label-dialog[open]",
    "keys": "#help-dialog[open]",
    "start": "#examples img[src^='blob:']",
}


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious(browser: Any, tmp_path: Path, scheme: str) -> None:
    with served_studio(tmp_path / "studio", ("temple",)) as served:
        key = project_of(served).key
        # The page allows no scripts but its own; the test must bring one.
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        page.goto(f"{served.address}/#project={key}")
        page.wait_for_selector("#editor:not([hidden])")
        page.add_script_tag(path=str(AXE))
        found = {}
        for name, show in VIEWS.items():
            show(page)
            page.wait_for_selector(SHOWN[name])
            violations = page.evaluate("async () => (await axe.run()).violations")
            found[name] = [
                (one["id"], [node["html"][:120] for node in one["nodes"]])
                for one in violations
                if one["impact"] in ("serious", "critical")
            ]
            page.keyboard.press("Escape")
        context.close()
        assert not any(found.values()), found
