"""Studio page: how it bears trouble, small screens, and people without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.studio_pages import PHONE, closed, drag, editing, kept, opened, point
from tests.web.studios import ServedStudio, served_studio

pytestmark = pytest.mark.browser


def test_a_layout_without_source_is_told_calmly(browser: Any, served: ServedStudio) -> None:
    page, _ = editing(browser, served)
    page.click("#add-class")
    page.wait_for_function("() => document.querySelectorAll('#classes li').length === 4")
    page.keyboard.press("4")
    page.keyboard.press("f")
    page.mouse.click(*point(page, 20, 10))
    page.wait_for_function(
        "() => document.getElementById('picture-note').textContent.includes('class 4')"
    )
    closed(page, "422")


def test_a_lost_server_is_told_and_the_work_goes_on(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.context.set_offline(True)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 10), (30, 25))
    page.wait_for_selector("#notice:not([hidden]) #notice-again:not([hidden])")
    page.context.set_offline(False)
    page.click("#notice-again")
    assert (kept(page, served, key)[10:25, 10:30] == 2).all()
    closed(page, "ERR_INTERNET_DISCONNECTED")


def test_a_token_opens_the_page(browser: Any, tmp_path: Path) -> None:
    with served_studio(tmp_path / "studio", ("temple",), token="s3cret") as served:
        page = opened(browser, f"{served.address}/#token=s3cret")
        page.click("#examples .card")
        page.wait_for_selector("#classes img[src^='blob:']")
        assert "token=s3cret" in page.url
        closed(page)
        page = opened(browser, served.address)
        page.wait_for_selector("#notice:not([hidden])")
        assert "token is missing" in page.text_content("#notice-text")
        closed(page, "401")


def test_by_finger_on_a_phone(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served, phone=True)
    page.click("#current")
    page.locator("#classes .pick").nth(2).tap()
    assert not page.locator("#panel").is_visible()
    page.touchscreen.tap(*point(page, 70, 20))
    layout = kept(page, served, key)
    assert layout[20, 70] == 2
    page.click("#show-picture")
    assert not page.locator("#layout").is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('.bar button, .tools button')]
        .filter((one) => one.offsetParent && (one.offsetHeight < 44 || one.offsetWidth < 44))
        .map((one) => one.id || one.title)"""
    )
    assert small == []
    closed(page)


def test_by_keyboard_alone(browser: Any, served: ServedStudio) -> None:
    page, _ = editing(browser, served)
    page.locator("#tools [aria-pressed=true]").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#tools [aria-pressed=true]").get_attribute("data-tool") == "eraser"
    assert page.locator("#tools button[tabindex='0']").count() == 1
    page.keyboard.press("?")
    page.wait_for_selector("#help-dialog[open]")
    page.keyboard.press("Escape")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select')].filter((one) =>
        !(one.ariaLabel || one.textContent.trim() || one.title || one.labels?.length))
        .map((one) => one.id)"""
    )
    assert nameless == []
    closed(page)


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_is_chosen(browser: Any, served: ServedStudio, dark: bool) -> None:
    page = opened(browser, served.address, color_scheme="dark" if dark else "light")
    page.wait_for_selector("#start:not([hidden])")
    ground: Callable[[], str] = lambda: page.evaluate(  # noqa: E731
        "getComputedStyle(document.body).backgroundColor"
    )
    seen = [ground()]
    for _ in range(2):
        page.click("#theme")
        seen.append(ground())
    assert len(set(seen)) == 2
    assert seen[1] != seen[2]
    closed(page)
