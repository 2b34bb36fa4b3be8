"""Studio page: pens and several fingers, as the browser gets them from a tablet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.browser.studio_pages import SIZE, closed, editing, kept, point
from tests.studio.studios import stripes
from tests.web.studios import ServedStudio

pytestmark = pytest.mark.browser
At = tuple[float, float]


class Fingers:
    """Fingers on the screen of ``page``."""

    def __init__(self, page: Any) -> None:
        self.session = page.context.new_cdp_session(page)

    def are(self, *places: At, kind: str = "touchMove") -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch(self, before: tuple[At, At], after: tuple[At, At], steps: int = 6) -> None:
        """One finger down, the other one too, and both on their way."""
        first, second = np.array(before), np.array(after)
        self.are(before[0], kind="touchStart")
        self.are(*before, kind="touchStart")
        for step in range(1, steps + 1):
            self.are(*map(tuple, (first + (second - first) * step / steps).tolist()))
        self.are(kind="touchEnd")


def pen(page: Any, *way: tuple[float, float], force: float) -> None:
    """A stroke of a pen over pixels of the layout."""
    session = page.context.new_cdp_session(page)
    places = [point(page, *at) for at in way]
    kinds = ["mousePressed"] + ["mouseMoved"] * (len(places) - 1) + ["mouseReleased"]
    for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
        more = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        told = {"type": kind, "x": x, "y": y, "force": force, **more}
        session.send("Input.dispatchMouseEvent", told)


def test_two_fingers_zoom_and_move_and_paint_nothing(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served, phone=True)
    page.locator("#size").fill("0")  # a brush of one pixel
    page.click("#current")
    page.locator("#classes .pick").nth(2).tap()
    fingers = Fingers(page)
    middle = np.array(point(page, SIZE[1] / 2, SIZE[0] / 2))
    after = middle + np.array((20, -30))
    apart = np.array((30, 12))
    fingers.pinch((middle - apart, middle + apart), (after - 2 * apart, after + 2 * apart))
    wanted = np.array(point(page, 80.5, 40.5))
    moved = after + 2 * (wanted - middle)  # where that pixel is now, at twice the scale
    page.touchscreen.tap(*moved.tolist())
    expected = stripes(SIZE)
    expected[40, 80] = 2
    assert np.array_equal(kept(page, served, key), expected)  # nothing of the first finger is there
    fingers.pinch((after - apart, after + apart), (after - apart / 2, after + apart / 2))
    fingers.pinch((after, after + apart), (middle, middle + apart))
    page.touchscreen.tap(*point(page, 20.5, 40.5))  # all is where it was
    expected[40, 20] = 2
    assert np.array_equal(kept(page, served, key), expected)
    closed(page)


def test_a_pen_pressed_harder_paints_wider(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.locator("#size").fill("48")  # 2 ** (48 / 12) = 16 pixels
    page.wait_for_function("() => document.getElementById('size-told').textContent === '16 px'")
    pen(page, (30, 16), (60, 16), force=0.25)
    pen(page, (80, 16), (110, 16), force=0.5)
    pen(page, (80, 48), (110, 48), force=1.0)
    layout = kept(page, served, key)
    widths = [
        int((layout[rows, x] == 2).sum())
        for rows, x in ((slice(0, 32), 45), (slice(0, 32), 95), (slice(32, 64), 95))
    ]
    assert widths == [8, 16, 16]  # half the brush, the brush, and never more
    closed(page)


def test_the_hand_that_holds_the_pen_is_not_taken_for_fingers(
    browser: Any, served: ServedStudio
) -> None:
    page, key = editing(browser, served, phone=True)
    page.locator("#size").fill("0")
    page.click("#current")
    page.locator("#classes .pick").nth(2).tap()
    fingers = Fingers(page)
    fingers.are(point(page, 100.5, 80.5), kind="touchStart")  # the palm comes first, and paints
    pen(page, (20.5, 10.5), (40.5, 10.5), force=0.5)
    fingers.are(kind="touchEnd")
    page.touchscreen.tap(*point(page, 60.5, 20.5))
    expected = stripes(SIZE)
    expected[10, 20:41] = 2
    assert np.array_equal(kept(page, served, key), expected)
    middle = np.array(point(page, 70, 40))
    fingers.pinch((middle - 30, middle + 30), (middle - 60, middle + 60))
    wanted = middle + 2 * (np.array(point(page, 72.5, 42.5)) - middle)
    session = page.context.new_cdp_session(page)
    for kind in ("mousePressed", "mouseReleased"):
        told = {"type": kind, "x": wanted[0], "y": wanted[1], "button": "left", "clickCount": 1}
        session.send("Input.dispatchMouseEvent", told | {"pointerType": "pen", "force": 0.5})
    expected[42, 72] = 2
    assert np.array_equal(kept(page, served, key), expected)
    closed(page)
