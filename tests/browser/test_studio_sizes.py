"""Studio page: layouts of other sizes, and all that is done taken back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.browser.studio_pages import SIZE, closed, drag, editing, kept, point
from tests.studio.studios import stripes
from tests.web.studios import ServedStudio

from likewise.labels.label_map import LabelMap

pytestmark = pytest.mark.browser


def resize(page: Any, width: int, height: int, how: str, anchor: str | None = None) -> None:
    page.click("#resize")
    page.check(f"#size-form input[value={how}]")
    page.locator("#new-width").fill(str(width))
    page.locator("#new-height").fill(str(height))
    if anchor is not None:
        page.check(f"#anchor input[aria-label='{anchor}']")
    page.click("#size-now")
    page.wait_for_selector("#size-dialog", state="hidden")


def test_a_layout_is_cut_extended_and_scaled_and_all_of_it_taken_back(
    browser: Any, served: ServedStudio
) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 10), (30, 25))
    painted = stripes(SIZE)
    painted[10:25, 10:30] = 2
    assert np.array_equal(kept(page, served, key), painted)
    resize(page, 180, 90, "extend", "upper left")
    extended = np.pad(painted, ((0, 0), (0, 36)), mode="edge")[:90]
    assert np.array_equal(kept(page, served, key), extended)
    resize(page, 200, 100, "extend", "middle centre")
    centred = np.pad(extended, ((5, 5), (10, 10)), mode="edge")
    assert np.array_equal(kept(page, served, key), centred)
    resize(page, 100, 50, "scale")
    halved = centred[1::2, 1::2]
    assert np.array_equal(kept(page, served, key), halved)
    for before in (centred, extended, painted, stripes(SIZE)):
        page.keyboard.press("Control+z")
        assert np.array_equal(kept(page, served, key), before)
    for after in (painted, extended, centred, halved):
        page.keyboard.press("Control+y")
        assert np.array_equal(kept(page, served, key), after)
    page.wait_for_function(
        "() => document.getElementById('picture-note').textContent.startsWith('Preview')"
    )
    page.click("#back-to-source")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    page.keyboard.press("Control+z")
    assert np.array_equal(kept(page, served, key), halved)
    closed(page)


def test_things_keep_their_shape_where_asked_to(browser: Any, served: ServedStudio) -> None:
    plane = stripes(SIZE)
    plane[4:24, 60:80] = 3
    page, key = editing(browser, served, plane)
    resize(page, 288, 96, "shape")
    layout = kept(page, served, key)
    assert layout.shape == (96, 288)
    thing = layout == 3
    assert thing.any(axis=1).sum() == 20
    assert abs(int(thing.any(axis=0).sum()) - 20) <= 2  # in a picture twice as wide
    told = page.text_content("#notice-text")
    assert told.startswith("Kept in shape: ")
    assert "nothing" not in told
    closed(page)


def test_a_size_that_cannot_be_is_told_in_the_dialog(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.click("#resize")
    page.check("#size-form input[value=shape]")
    page.locator("#new-width").fill("9000")
    page.click("#size-now")
    page.wait_for_selector("#size-dialog #notice:not([hidden])")
    assert "16 to 1152 pixels" in page.text_content("#notice-text")
    page.keyboard.press("Escape")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    closed(page, "422")


def test_a_layout_that_was_loaded_is_taken_back(
    browser: Any, served: ServedStudio, tmp_path: Path
) -> None:
    page, key = editing(browser, served)
    loaded = np.flipud(stripes((60, 90)))
    LabelMap.from_array(loaded).write(tmp_path / "other.png")
    page.set_input_files("#layout-file", tmp_path / "other.png")
    page.wait_for_function("() => !document.getElementById('undo').disabled")
    assert np.array_equal(kept(page, served, key), loaded)
    page.keyboard.press("e")  # there is nothing of that size to erase to, which is told
    page.wait_for_selector("#notice:not([hidden])")
    assert "another size" in page.text_content("#notice-text")
    page.click("#undo")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    page.evaluate(
        """data => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([Uint8Array.from(data)], "dropped.png"));
          dispatchEvent(new DragEvent("drop", { dataTransfer: dropped }));
        }""",
        list((tmp_path / "other.png").read_bytes()),
    )
    page.wait_for_function("() => document.getElementById('redo').disabled")
    assert np.array_equal(kept(page, served, key), loaded)
    closed(page)


def test_what_is_not_applied_yet_is_taken_back_first(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 8), (30, 24))
    painted = kept(page, served, key)
    page.keyboard.press("v")
    drag(page, (20, 16), (80, 16))
    page.keyboard.press("Control+z")  # the move alone
    page.keyboard.press("Enter")
    assert np.array_equal(kept(page, served, key), painted)
    page.keyboard.press("p")
    for corner in ((60, 5), (100, 5), (80, 25), (62, 25)):
        page.mouse.click(*point(page, *corner))
    page.keyboard.press("Control+z")  # the last corner alone
    page.keyboard.press("Enter")
    layout = kept(page, served, key)
    assert layout[10, 80] == 2
    assert layout[20, 64] == 0
    page.keyboard.press("Control+z")
    assert np.array_equal(kept(page, served, key), painted)
    closed(page)


def test_a_protected_class_lets_regions_move(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 8), (30, 24))
    page.check("#protect")
    page.keyboard.press("v")
    assert page.locator("#protect-row").is_hidden()
    drag(page, (20, 16), (60, 16))
    page.keyboard.press("Enter")
    expected = stripes(SIZE)
    expected[8:24, 50:70] = 2
    assert np.array_equal(kept(page, served, key), expected)
    closed(page)


def test_unlabelled_pixels_are_painted_and_both_histories_kept(
    browser: Any, served: ServedStudio
) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 10), (30, 25))
    painted = kept(page, served, key)
    page.click("#edit-labels")
    page.wait_for_selector("#editing-labels:not([hidden])")
    page.keyboard.press("u")
    assert page.locator("#classes li.on").inner_text() == "Unlabelled"
    drag(page, (50, 40), (90, 60))
    page.wait_for_function("() => document.getElementById('saved').textContent === 'Saved'")
    labels = served.studio.projects.open(key).labels()
    expected = stripes(SIZE)
    expected[40:60, 50:90] = 255
    assert np.array_equal(labels, expected)
    page.keyboard.press("1")
    page.keyboard.press("i")
    page.mouse.click(*point(page, 70, 50))  # it is picked like a class
    assert page.locator("#classes li.on").inner_text() == "Unlabelled"
    page.click("#done-labels")
    page.wait_for_selector("#editing-labels", state="hidden")
    assert page.locator("#classes li").count() == 3
    assert page.locator("#classes li.on").count() == 1  # no layout is painted with it
    assert np.array_equal(kept(page, served, key), painted)
    page.keyboard.press("Control+z")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    page.click("#edit-labels")
    page.wait_for_selector("#editing-labels:not([hidden])")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.getElementById('saved').textContent === 'Saved'")
    assert np.array_equal(served.studio.projects.open(key).labels(), stripes(SIZE))
    closed(page)


def test_a_phone_finds_back_to_the_start(browser: Any, served: ServedStudio) -> None:
    page, _ = editing(browser, served, phone=True)
    page.click("#panel-toggle")
    page.click("#all-projects")
    page.wait_for_selector("#projects .card")
    assert page.locator("#home").is_visible()
    assert page.locator("#room").inner_text().endswith("20 GB are used.")
    closed(page)
