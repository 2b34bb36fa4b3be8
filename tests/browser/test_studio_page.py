"""Studio page: whole edits by a real browser; painted, previewed, rendered, found again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.studio.studios import picture, stripes
from tests.web.studios import ServedStudio, served_studio

from likewise.labels.label_map import LabelMap

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SIZE = (96, 144)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedStudio]:
    with served_studio(tmp_path / "studio", ("temple",)) as one:
        yield one


def opened(browser: Any, address: str, phone: bool = False, **more: Any) -> Any:
    """A page at ``address``; :func:`closed` fails where it met an error."""
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, has_touch=phone, is_mobile=phone, **more
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.troubles.append(said.text))
    page.goto(address)
    return page


def closed(page: Any, *expected: str) -> None:
    troubles = [one for one in page.troubles if not any(word in one for word in expected)]
    page.context.close()
    assert not troubles


def project_of(served: ServedStudio) -> Any:
    """A project of three stripes, made without the page."""
    folder = served.studio.folder.parent
    picture(SIZE).save(folder / "stripes.png")
    LabelMap.from_array(stripes(SIZE)).write(folder / "labels.png")
    return served.studio.projects.copy("stripes", folder / "stripes.png", folder / "labels.png")


def editing(browser: Any, served: ServedStudio, **more: Any) -> tuple[Any, str]:
    """The page with the stripes in the editor, and the project's key."""
    key = project_of(served).key
    page = opened(browser, f"{served.address}/#project={key}", **more)
    page.wait_for_selector("#editor:not([hidden])")
    page.wait_for_function("() => document.getElementById('picture-note').textContent")
    return page, key


def point(page: Any, x: float, y: float) -> tuple[float, float]:
    """Where the pixel (x, y) of the layout is on the screen: the view is fitted, and centred."""
    box = page.locator("#layout").bounding_box()
    scale = min((box["width"] - 64) / SIZE[1], (box["height"] - 64) / SIZE[0])
    left = round((box["width"] - SIZE[1] * scale) / 2)
    top = round((box["height"] - SIZE[0] * scale) / 2)
    return box["x"] + left + x * scale, box["y"] + top + y * scale


def drag(page: Any, *way: tuple[float, float]) -> None:
    page.mouse.move(*point(page, *way[0]))
    page.mouse.down()
    for at in way[1:]:
        page.mouse.move(*point(page, *at), steps=4)
    page.mouse.up()


def kept(page: Any, served: ServedStudio, key: str) -> np.ndarray:
    """The layout that the server keeps, once all is saved."""
    page.wait_for_function("() => document.getElementById('saved').textContent === 'Saved'")
    return served.studio.projects.open(key).layout()


def pixels(page: Any, canvas: str) -> str:
    return str(page.evaluate("id => document.getElementById(id).toDataURL()", canvas))


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
    page.wait_for_timeout(300)
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
