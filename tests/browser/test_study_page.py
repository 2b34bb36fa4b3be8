"""Study page: a whole study by mouse, by finger, by keyboard alone; left, resumed, counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.studies import ADMIN, CONTESTANTS, Served, make_study, served

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SCREENS = 8  # three trials and an attention check, two questions each


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    with served(make_study(tmp_path / "study", size=(160, 240))) as one:
        yield one


def opened(browser: Any, running: Served, phone: bool = False, **more: Any) -> Any:
    """A page with the study on it; errors on the page fail the test that closes it."""
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, has_touch=phone, is_mobile=phone, **more
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.troubles.append(said.text))
    page.goto(running.address)
    page.wait_for_selector("#welcome:not([hidden])")
    return page


def begin(page: Any) -> None:
    page.check("#agreed")
    page.click("#agree .primary")
    page.wait_for_selector("#board:not([hidden])")


def keys_shown(page: Any) -> list[str]:
    """Keys of A, B, C on the page."""
    sources = page.locator(".pick img").evaluate_all("all => all.map((one) => one.src)")
    return [source.rpartition("/")[2].removesuffix(".png") for source in sources]


def tray(page: Any) -> list[str]:
    return page.locator(".hold .letter").all_text_contents()  # type: ignore[no-any-return]


def go_on(page: Any, how: Any) -> None:
    """Confirm, and wait for what comes next."""
    before = page.text_content("#count")
    how()
    page.wait_for_function(
        "before => document.getElementById('count').textContent !== before", arg=before
    )


def rankings(running: Served) -> list[tuple[str, ...]]:
    """All that were kept, sorted: several may be of one second."""
    return sorted(vote.ranking for vote in running.store.votes())


def test_by_mouse(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    expected = []
    for number in range(SCREENS):
        assert page.text_content("#count") == f"{number + 1} of {SCREENS}"
        shown = keys_shown(page)
        for index in (2, 0, 1):
            page.locator(".pick").nth(index).click()
        assert tray(page) == ["C", "A", "B"]
        expected.append((shown[2], shown[0], shown[1]))
        go_on(page, lambda: page.click("#confirm"))
    page.wait_for_selector("#thanks:not([hidden])")
    assert rankings(running) == sorted(expected)
    assert page.troubles == []
    page.context.close()


def test_by_finger_on_a_phone(browser: Any, running: Served) -> None:
    page = opened(browser, running, phone=True)
    begin(page)
    for _ in range(SCREENS):
        for index in (0, 2, 1):
            page.locator(".pick").nth(index).tap()
        assert tray(page) == ["A", "C", "B"]
        go_on(page, lambda: page.tap("#confirm"))
    page.wait_for_selector("#thanks:not([hidden])")
    assert len(rankings(running)) == SCREENS
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.troubles == []
    page.context.close()


def test_by_keyboard_alone(browser: Any, running: Served) -> None:
    """From the consent to the thanks; the mouse never moves."""
    page = opened(browser, running)
    press = page.keyboard.press
    until = "id => document.activeElement.id === id || document.activeElement.matches(id)"

    def tab_to(selector: str) -> None:
        for _ in range(12):
            press("Tab")
            if page.evaluate(until, selector):
                return
        pytest.fail(f"{selector} is not in the order of focus")

    tab_to("#agreed")
    press("Space")
    press("Enter")
    page.wait_for_selector("#board:not([hidden])")
    for number in range(SCREENS):
        shown = keys_shown(page)
        tab_to(".pick")
        if number % 2:  # by numbers and arrows
            press("3")
            press("ArrowRight")
            press("1")
            press("ArrowRight")
            press("2")
        else:  # by Enter on each
            press("ArrowRight")
            press("Enter")
            press("ArrowRight")
            press("Enter")
            press("ArrowRight")
            press("Enter")
        page.wait_for_function(
            "() => document.getElementById('spoken').textContent.includes('Enter')"
        )
        spoken = "B first, C second, A third. Press Enter to go on."
        assert page.text_content("#spoken") == spoken
        go_on(page, lambda: press("Enter"))
        assert (shown[1], shown[2], shown[0]) in rankings(running)
    page.wait_for_selector("#thanks:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "thanks-title"
    page.context.close()


def test_arrows_raise_and_lower_and_taps_undo(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    pick = page.locator(".pick")
    for index in range(3):
        pick.nth(index).click()
    pick.nth(2).press("ArrowUp")
    assert tray(page) == ["A", "C", "B"]
    pick.nth(0).press("ArrowDown")
    assert tray(page) == ["C", "A", "B"]
    pick.nth(1).click()
    assert tray(page) == ["C", "A", "3"], "a second tap takes it out"
    page.locator(".hold").nth(0).click()
    assert tray(page) == ["1", "A", "3"]
    page.locator("#confirm").click(force=True)
    assert rankings(running) == [], "an unfinished ranking is not sent"
    assert page.get_attribute("#confirm", "aria-disabled") == "true"
    page.context.close()


def test_by_dragging(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    hold = page.locator(".hold")
    for index, place in ((0, 2), (1, 0), (2, 1)):
        page.locator(".pick").nth(index).drag_to(hold.nth(place))
    assert tray(page) == ["B", "C", "A"]
    hold.nth(0).drag_to(hold.nth(2))
    assert tray(page) == ["A", "C", "B"], "they change places"
    hold.nth(1).drag_to(page.locator("#question"))
    assert tray(page) == ["A", "2", "B"], "dragged out of the tray"
    page.context.close()


def test_left_and_resumed(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    for index in range(3):
        page.locator(".pick").nth(index).click()
    go_on(page, lambda: page.click("#confirm"))
    shown = keys_shown(page)
    page.reload()
    page.wait_for_selector("#board:not([hidden])")
    assert page.text_content("#count") == f"2 of {SCREENS}"
    assert keys_shown(page) == shown
    page.click("#later")
    link = page.input_value("#later-link")
    assert "#resume=" in link
    assert page.context.cookies() == []
    page.context.close()

    elsewhere = browser.new_context(viewport=PHONE).new_page()
    elsewhere.goto(link)
    elsewhere.wait_for_selector("#board:not([hidden])")
    assert elsewhere.text_content("#count") == f"2 of {SCREENS}"
    assert keys_shown(elsewhere) == shown
    assert "resume" not in elsewhere.url, "the token does not stay in the address"
    elsewhere.context.close()


def test_a_second_vote_is_refused_and_the_study_goes_on(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    twin = page.context.new_page()
    twin.goto(running.address)
    twin.wait_for_selector("#board:not([hidden])")
    for window, order in ((page, (0, 1, 2)), (twin, (2, 1, 0))):
        for index in order:
            window.locator(".pick").nth(index).click()
    first = tuple(keys_shown(page))
    go_on(page, lambda: page.click("#confirm"))
    go_on(twin, lambda: twin.click("#confirm"))
    assert twin.text_content("#count") == f"2 of {SCREENS}"
    assert rankings(running) == [first]
    page.context.close()


def test_a_lost_connection_loses_no_answer(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    shown = tuple(keys_shown(page))
    for index in range(3):
        page.locator(".pick").nth(index).click()
    page.context.set_offline(True)
    page.click("#confirm")
    page.wait_for_selector("#notice:not([hidden])")
    assert "Your answer is kept" in page.text_content("#notice-text")
    assert rankings(running) == []
    go_on(page, lambda: page.context.set_offline(False))
    assert page.is_hidden("#notice")
    assert rankings(running) == [shown]
    page.context.close()


def test_pictures_are_magnified_enlarged_and_fetched_ahead(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin(page)
    page.wait_for_timeout(300)
    assert sum("/pictures/" in url for url in asked) >= 5, "this screen's and the next one's"
    page.locator(".pick").nth(1).hover()
    page.wait_for_selector(".lens")
    assert page.locator(".lens").count() == 3, "the same place in all candidates"
    page.locator(".pick").nth(1).click()
    assert tray(page)[0] == "B", "a click through the lens counts"
    page.locator(".pick").nth(1).press("z")
    page.wait_for_selector("#large[open]")
    assert page.text_content("#large-name") == "B"
    page.keyboard.press("ArrowRight")
    assert page.text_content("#large-name") == "C"
    page.keyboard.press("Escape")
    assert not page.locator("#large").evaluate("one => one.open")
    page.context.close()


def test_holding_a_finger_magnifies_and_is_no_tap(browser: Any, running: Served) -> None:
    page = opened(browser, running, phone=True)
    begin(page)
    box = page.locator(".pick").nth(0).bounding_box()
    point = {"x": box["x"] + 60, "y": box["y"] + 60}
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    page.wait_for_selector(".lens")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_selector(".lens", state="detached")
    page.wait_for_timeout(150)
    assert tray(page) == ["1", "2", "3"]
    page.context.close()


@pytest.mark.parametrize("phone", [False, True])
def test_names_for_who_cannot_see(browser: Any, running: Served, phone: bool) -> None:
    page = opened(browser, running, phone=phone)
    begin(page)
    unnamed = """() => [...document.querySelectorAll('button, input, img, [role=progressbar]')]
        .filter((one) => one.checkVisibility())
        .filter((one) => one.tagName === 'IMG' ? one.alt === null : !(one.ariaLabel ||
            one.textContent.trim() || one.labels?.length || one.getAttribute('aria-labelledby')))
        .map((one) => one.outerHTML)"""
    assert page.evaluate(unnamed) == []
    assert page.locator("h1:visible").count() == 1
    page.locator(".pick").nth(0).focus()
    page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px", "what has the focus is seen"
    page.context.close()


def test_reduced_motion_is_respected(browser: Any, running: Served) -> None:
    page = opened(browser, running, reduced_motion="reduce")
    begin(page)
    assert page.locator(".badge").first.evaluate("b => getComputedStyle(b).transitionDuration") in (
        "0s",
        "0s, 0s",
    )
    page.context.close()


def test_results_are_counted_live(browser: Any, running: Served) -> None:
    page = opened(browser, running)
    begin(page)
    for _ in range(2):
        for index in range(3):
            page.locator(".pick").nth(index).click()
        go_on(page, lambda: page.click("#confirm"))
    page.goto(f"{running.address}/admin")
    page.fill("#token", "a wrong one")
    page.click("#enter .primary")
    page.wait_for_selector("#trouble:not([hidden])")
    page.fill("#token", ADMIN)
    page.click("#enter .primary")
    page.wait_for_selector("#results:not([hidden])")
    assert "2" in page.locator("#figures dd").all_text_contents()
    assert page.locator("tbody th").count() == 2 * len(CONTESTANTS)
    with page.expect_download() as download:
        page.click("[data-file='votes.csv']")
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert ADMIN not in page.url
    page.context.close()
