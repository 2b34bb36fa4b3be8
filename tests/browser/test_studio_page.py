"""Studio page: whole edits by a real browser; painted, previewed, rendered, found again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.browser.studio_pages import SIZE, closed, drag, editing, kept, opened, pixels, point
from tests.studio.studios import picture, stripes
from tests.web.studios import ServedStudio

from likewise.labels.label_map import LabelMap

pytestmark = pytest.mark.browser


def test_an_edit_from_the_example_to_the_answer(
    browser: Any, served: ServedStudio, tmp_path: Path
) -> None:
    page = opened(browser, served.address)
    page.click("#examples .card")
    page.wait_for_selector("#editor:not([hidden])")
    (project,) = served.studio.projects.all()
    assert page.locator("#classes li").count() == len(project.facts.classes)
    page.wait_for_function("() => document.getElementById('picture-note').textContent")
    before = pixels(page, "picture")

    page.keyboard.press("v")  # the tower is picked and moved
    box = page.locator("#layout").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    source = project.layout()
    scale = min((box["width"] - 64) / source.shape[1], (box["height"] - 64) / source.shape[0])
    tower = project.table.names.index("tower")
    ys, xs = np.nonzero(source == tower)
    at = (
        middle[0] + (np.median(xs) - source.shape[1] / 2) * scale,
        middle[1] + (np.median(ys) - source.shape[0] / 2) * scale,
    )
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 60 * scale, at[1], steps=5)
    page.mouse.up()
    page.keyboard.press("Enter")
    layout = kept(page, served, project.key)
    moved = np.roll(source == tower, 60, axis=1)
    moved[:, :60] = False
    assert ((layout == tower) == moved).mean() > 0.995  # small loose parts stay where they were
    page.wait_for_function(
        "was => document.getElementById('picture').toDataURL() !== was", arg=before
    )

    page.click("#render")
    page.select_option("#method", "patch")
    page.select_option("#preset", "smoke")
    page.click("#render-now")
    page.wait_for_selector('#renders li[data-state="done"]', timeout=90_000)
    page.wait_for_function(
        "() => document.getElementById('picture-note').textContent.includes('patch:smoke')"
    )
    page.wait_for_function("() => document.querySelector('#renders .small-answer')?.naturalWidth")
    page.check("#compare")
    page.locator("#overlay").fill("0.5")
    page.select_option("#overlay-kind", "provenance")

    with page.expect_download() as saved:
        page.click("#save-layout-png")
    saved.value.save_as(tmp_path / "layout.png")
    ids = project.table.ids[layout]
    assert np.array_equal(LabelMap.read(tmp_path / "layout.png").ids, ids)

    page.reload()  # all of it is found again
    page.wait_for_selector("#renders li")
    assert np.array_equal(served.studio.projects.open(project.key).layout(), layout)
    page.click("#home")
    page.wait_for_selector("#projects .card")
    closed(page)


def test_every_tool_paints_exactly(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    expected = stripes(SIZE)

    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 10), (30, 25))
    expected[10:25, 10:30] = 2
    assert np.array_equal(kept(page, served, key), expected)

    page.keyboard.press("2")
    page.keyboard.press("f")
    page.mouse.click(*point(page, 20, 20))
    expected[10:25, 10:30] = 1
    assert np.array_equal(kept(page, served, key), expected)

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    assert np.array_equal(kept(page, served, key), expected)

    page.keyboard.press("e")  # the eraser brings the source back, under it alone
    drag(page, (20, 17), (20, 17))
    erased = kept(page, served, key)
    assert erased[17, 20] == 0
    assert erased[24, 29] == 1
    assert ((erased == expected) | (erased == stripes(SIZE))).all()

    page.keyboard.press("i")  # the picker takes the class of the lowest stripe
    page.mouse.click(*point(page, 70, 90))
    page.keyboard.press("p")
    for corner in ((60, 5), (100, 5), (100, 25), (60, 25)):
        page.mouse.click(*point(page, *corner))
    page.keyboard.press("Enter")
    layout = kept(page, served, key)
    inside = layout[6:24, 61:99]
    assert (inside == 2).all()
    closed(page)


def test_protected_classes_are_not_painted_over(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.check("#protect")
    page.keyboard.press("3")
    drag(page, (20, 20), (20, 50), (60, 50))  # from the first stripe into the second
    layout = kept(page, served, key)
    assert (layout[stripes(SIZE) == 1] == 1).all()
    assert (layout[stripes(SIZE) == 0] == 2).sum() > 200
    closed(page)


def test_a_region_is_doubled_mirrored_and_taken_away(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    page.keyboard.press("3")
    page.keyboard.press("r")
    drag(page, (10, 8), (30, 24))
    page.keyboard.press("v")
    page.mouse.click(*point(page, 20, 16))
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    doubled = kept(page, served, key)
    assert (doubled[8:24, 10:30] == 2).all()
    assert (doubled[12:28, 15:35] == 2).all()
    page.mouse.click(*point(page, 20, 16))
    page.keyboard.press("Escape")
    assert np.array_equal(kept(page, served, key), doubled)
    page.mouse.click(*point(page, 20, 16))
    page.keyboard.press("Delete")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))
    closed(page)


def test_the_wheel_zooms_and_space_moves(browser: Any, served: ServedStudio) -> None:
    page, key = editing(browser, served)
    still = pixels(page, "layout")
    at = point(page, 70, 50)
    page.mouse.move(*at)
    page.mouse.wheel(0, -400)
    page.wait_for_function(
        "was => document.getElementById('layout').toDataURL() !== was", arg=still
    )
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(at[0] + 50, at[1] + 30, steps=3)
    page.mouse.up()
    page.keyboard.up("Space")
    assert np.array_equal(kept(page, served, key), stripes(SIZE))  # nothing was painted
    page.keyboard.press("0")
    page.mouse.move(5, 5)
    page.wait_for_function(
        "was => document.getElementById('layout').toDataURL() === was", arg=still
    )
    closed(page)


def test_a_picture_without_labels(browser: Any, served: ServedStudio, tmp_path: Path) -> None:
    picture((120, 160)).save(tmp_path / "new.png")
    page = opened(browser, served.address)
    page.wait_for_selector("#start:not([hidden])")
    page.set_input_files("#picture-file", tmp_path / "new.png")
    page.wait_for_selector("#label-dialog[open]")
    page.locator("#class-count").fill("3")
    page.click("#segment")
    page.wait_for_selector("#editing-labels:not([hidden])")  # what was made is to be corrected
    page.keyboard.press("2")
    page.mouse.click(*[side + 200 for side in page.locator("#layout").bounding_box().values()][:2])
    page.click("#done-labels")
    page.wait_for_function(
        "() => document.getElementById('picture-note').textContent.includes('Preview')"
    )
    (project,) = served.studio.projects.all()
    assert project.labelled
    name = page.locator("#classes input[type=text]").first
    name.fill("water")
    name.press("Tab")
    page.wait_for_selector("#classes [aria-label='Paint with water']")
    assert served.studio.projects.open(project.key).table.names[0] == "water"
    page.click("#add-class")
    page.wait_for_function(
        "n => document.querySelectorAll('#classes li').length > n", arg=len(project.facts.classes)
    )
    with page.expect_download() as saved:
        page.click("#save-project-zip")
    saved.value.save_as(tmp_path / "saved.zip")
    page.click("#home")
    page.wait_for_selector("#start:not([hidden])")
    page.set_input_files("#picture-file", tmp_path / "saved.zip")
    page.wait_for_selector("#editor:not([hidden])")
    assert len(served.studio.projects.all()) == 2
    closed(page)


def test_a_render_is_stopped_and_goes_on(browser: Any, served: ServedStudio) -> None:
    page, _ = editing(browser, served)
    page.click("#render")
    page.select_option("#method", "semia")
    page.click("#render-now")
    page.wait_for_selector('#renders li[data-state="running"] progress')
    page.click("#renders [aria-label^='Stop it']")
    page.wait_for_selector('#renders li[data-state="cancelled"]')
    page.click("#renders [aria-label='Go on']")
    page.wait_for_selector('#renders li:is([data-state="running"], [data-state="waiting"])')
    page.click("#renders [aria-label^='Delete']")
    page.wait_for_function("() => !document.querySelector('#renders li')")
    closed(page)
