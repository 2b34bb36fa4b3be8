"""The report in a browser: alone, sortable, magnified, enlarged, and readable without a script."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from tests.browser.contrast import CONTRAST
from tests.comparisons import small_comparison

from likewise.evaluation.report import write_report

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title='taken'</script>"
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    return write_report(small_comparison(folder, size=(120, 180)))


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Opened]:
    """Opens the report, or another file; requests and complaints are kept on the page."""
    contexts = []

    def open_page(path: Path = report, *, width: int = 1280, **how: Any) -> Any:
        still = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**still, **how)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def use_everything(page: Any) -> None:
    picture = page.locator("#figures .picture").first
    picture.scroll_into_view_if_needed()
    picture.hover()
    picture.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.locator("th button").first.click()


def test_page_asks_for_nothing_and_its_policy_is_kept(opened: Opened, report: Path) -> None:
    page = opened()
    use_everything(page)
    asked = [url for url in page.asked if not url.startswith("data:")]
    assert asked == [report.as_uri()]
    assert page.complaints == []


def test_policy_stops_what_is_not_ours(opened: Opened) -> None:
    page = opened()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken'";
            document.body.append(script);
            const image = new Image();
            image.src = "https://elsewhere.example/x.png";
            document.body.append(image);
            document.body.setAttribute("style", "color: rgb(1, 2, 3)");
        }"""
    )
    page.wait_for_timeout(100)
    assert page.title() != "taken"
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(1, 2, 3)"
    assert len(page.complaints) == 3 and all("Content Security" in c for c in page.complaints)


def test_hostile_names_run_nothing(opened: Opened, tmp_path: Path) -> None:
    asked = small_comparison(tmp_path, cases=(HOSTILE,), targets=(HOSTILE,))
    answered = {
        key: replace(each, error="") for key, each in asked.outcomes.items() if each.picture
    }
    page = opened(write_report(replace(asked, outcomes=answered)))
    use_everything(page)
    assert page.title() != "taken" and page.complaints == []
    assert page.locator("#figures h3").first.inner_text() == HOSTILE


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_the_side(opened: Opened, width: int, scheme: str) -> None:
    page = opened(width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    first, second = page.locator("#figures .picture").all()[:2]
    assert first.bounding_box()["width"] >= 100
    assert (first.bounding_box()["y"] == second.bounding_box()["y"]) or width == 390


def column(page: Any, number: int) -> list[str]:
    cells = page.locator(f"#results table >> nth=0 >> tbody >> nth=0 >> tr > :nth-child({number})")
    return [text.split("\n")[0] for text in cells.all_inner_texts()]


def test_tables_are_sorted_by_their_headings(opened: Opened) -> None:
    page = opened()
    table = page.locator("#results table").first
    names = column(page, 1)
    heading = table.locator("th", has_text="Accuracy")
    assert heading.get_attribute("aria-sort") == "none"
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    # The best first: patch:fast 0.924, then 0.879 and 0.844.
    assert column(page, 1) == ["patch:fast", "semia:fast", "patch:smoke"]
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert column(page, 1) == ["patch:smoke", "semia:fast", "patch:fast"]
    table.locator("th", has_text="Method").locator("button").click()
    assert heading.get_attribute("aria-sort") == "none"
    assert column(page, 1) == sorted(names)
    references = table.locator("tbody.references th").all_inner_texts()
    assert references == ["truth", "source", "judge’s ceiling"]


def test_magnifier_shows_the_same_spot_of_a_whole_row(opened: Opened) -> None:
    page = opened()
    row = page.locator("#figures .row").first
    pictures = row.locator(".picture")
    box = pictures.nth(4).bounding_box()
    pictures.nth(4).hover(position={"x": box["width"] * 0.7, "y": box["height"] * 0.4})
    lens = page.locator("#lens")
    lens.wait_for()
    crops = lens.locator("canvas")
    assert crops.count() == pictures.count() == 7
    tops = {round(crop.bounding_box()["y"]) for crop in crops.all()}
    assert len(tops) == 1  # side by side
    frames = [frame.bounding_box() for frame in row.locator(".spot").all()]
    places = [
        ((f["x"] - p["x"]) / p["width"], (f["y"] - p["y"]) / p["height"], f["width"] / p["width"])
        for f, p in zip(frames, [p.bounding_box() for p in pictures.all()], strict=True)
    ]
    for place in places:
        assert place == pytest.approx(places[0], abs=0.02)
    assert places[0][0] + places[0][2] / 2 == pytest.approx(0.7, abs=0.02)
    drawn = crops.nth(4).evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].some(v => v > 0)"
    )
    assert drawn
    page.mouse.move(5, 5)
    lens.wait_for(state="hidden")
    assert page.complaints == []


def test_magnifier_magnifies_the_pixels_under_the_pointer(opened: Opened, tmp_path: Path) -> None:
    """A picture whose colours tell their place: the crop must show those of the spot."""
    asked = small_comparison(tmp_path, cases=("hill",), targets=("moved",), size=(120, 180))
    down, across = np.mgrid[:120, :180]
    told = np.stack([across, down, np.zeros_like(down)], axis=2).astype(np.uint8)
    name = asked.answers(asked.questions[0])["patch:fast"].picture
    PIL.Image.fromarray(told).save(tmp_path / str(name))
    page = opened(write_report(asked))
    picture = page.locator("#figures .picture[data-title='patch:fast']")
    box = picture.bounding_box()
    picture.hover()
    page.locator("#lens").wait_for()
    picture.locator("img").evaluate("i => i.decode()")
    page.wait_for_timeout(50)
    crop = page.locator("#lens figure", has_text="patch:fast").locator("canvas")
    middle = crop.evaluate(
        "c => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data]"
    )
    assert middle[:2] == pytest.approx([90, 60], abs=3)
    corner = crop.evaluate("c => [...c.getContext('2d').getImageData(0, 0, 1, 1).data]")
    side = 2 * (middle[0] - corner[0])
    assert side == pytest.approx(2 * (middle[1] - corner[1]), abs=4)
    assert side == pytest.approx(180 / box["width"] * 150 / 3, abs=6)


def test_magnifier_waits_for_pictures_that_come_late(opened: Opened) -> None:
    page = opened()
    late = page.locator("#figures .picture").nth(1)
    late.scroll_into_view_if_needed()
    late.locator("img").evaluate("i => { i.kept = i.src; i.src = 'data:image/png;base64,'; }")
    page.locator("#figures .picture").first.hover()
    crop = page.locator("#lens canvas").nth(1)
    seen = "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3]"
    assert crop.evaluate(seen) == 0
    late.locator("img").evaluate("i => { i.src = i.kept; return i.decode(); }")
    page.wait_for_timeout(100)
    assert crop.evaluate(seen) == 255


def test_magnifier_follows_focus_and_arrow_keys(opened: Opened) -> None:
    page = opened()
    page.locator("#figures .tools input:checked").focus()
    for _ in range(3):  # past the links to the cases, to the first picture
        page.keyboard.press("Tab")
    assert page.locator("#lens").is_visible()
    place = "s => [s.style.left, s.style.top].map(parseFloat)"
    frame = page.locator("#figures .spot").first
    before = frame.evaluate(place)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    after = frame.evaluate(place)
    assert after[0] > before[0] and after[1] > before[1]
    page.keyboard.press("Escape")
    assert not page.locator("#lens").is_visible()


def test_magnifier_can_be_turned_off(opened: Opened) -> None:
    page = opened()
    page.get_by_label("off").check()
    page.locator("#figures .picture").first.hover()
    assert not page.locator("#lens").is_visible()


def test_touching_magnifies_and_a_tap_enlarges(opened: Opened) -> None:
    page = opened(width=390, has_touch=True, is_mobile=True)
    picture = page.locator("#figures .picture").first
    picture.scroll_into_view_if_needed()
    event = {"pointerType": "touch", "bubbles": True, "clientX": 60, "clientY": 300, "pointerId": 5}
    picture.dispatch_event("pointerdown", event)
    assert page.locator("#lens").is_visible()
    page.wait_for_timeout(300)
    picture.dispatch_event("pointerup", event)
    picture.dispatch_event("click")
    assert not page.locator("#lens").is_visible() and not page.locator("dialog").is_visible()
    picture.tap()
    assert page.locator("dialog").is_visible()


def test_lightbox_steps_through_rows_by_keyboard(opened: Opened) -> None:
    page = opened()
    first = page.locator("#figures .picture").first
    first.focus()
    page.keyboard.press("Enter")
    dialog, title = page.locator("dialog"), page.locator("dialog b")
    assert dialog.is_visible() and title.inner_text() == "Source I"
    page.keyboard.press("ArrowRight")
    assert title.inner_text() == "Edited source"
    assert dialog.locator("img").get_attribute("src").startswith("data:image/")
    link = dialog.locator("a").get_attribute("href")
    assert link == "./c0/t0/edited.png"
    page.keyboard.press("ArrowDown")
    assert title.inner_text() == "Edited source"
    assert "hill, two" in dialog.inner_text()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")  # back over the start of the row, into the one before
    assert title.inner_text() == "semia:fast" and "hill, moved" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.dataset.title") == "semia:fast"


def test_page_can_be_read_without_its_script(opened: Opened) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator("#results td").first.is_visible()
    assert not page.locator(".tools").is_visible()
    assert page.locator("#lens").is_hidden() and page.locator("dialog").is_hidden()
    page.locator("#figures details summary").first.click()
    assert page.locator("#figures details table").first.is_visible()
    widths = [p.bounding_box()["width"] for p in page.locator("#figures .picture img").all()]
    assert all(width > 50 for width in widths)


def test_page_prints_on_light_paper_without_its_tools(opened: Opened) -> None:
    page = opened(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in (".contents", ".tools", ".command button"):
        assert page.locator(hidden).first.is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_enough_contrast(opened: Opened, scheme: str) -> None:
    page = opened(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


def test_everything_that_acts_has_a_name(opened: Opened) -> None:
    page = opened()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, img[src], svg[role=img]")].filter((n) =>
            !(n.getAttribute("aria-label") || n.getAttribute("alt") || n.textContent.trim()
              || n.querySelector("img")?.alt)).map((n) => n.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4')].map((n) => +n.tagName[1])"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    twice = page.evaluate(
        "() => { const ids = [...document.querySelectorAll('[id]')].map((n) => n.id);"
        "return ids.filter((id, k) => ids.indexOf(id) !== k); }"
    )
    assert twice == []
