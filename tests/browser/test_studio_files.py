"""Studio page: files that come with labels, and files that methods are handed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.browser.studio_pages import SIZE, closed, editing, opened
from tests.studio.studios import picture, stripes
from tests.web.studios import ServedStudio

from likewise.labels.label_map import LabelMap

pytestmark = pytest.mark.browser


def test_labels_come_with_their_class_file(
    browser: Any, served: ServedStudio, tmp_path: Path
) -> None:
    page, key = editing(browser, served)
    LabelMap.from_array(stripes(SIZE)).write(tmp_path / "labels.png", "ids")
    table = '[{"id": 0, "name": "sky"}, {"id": 1, "name": "grass"}, {"id": 2, "name": "path"}]'
    (tmp_path / "names.json").write_text(table)
    page.click("#label-source")
    page.set_input_files("#label-file", [tmp_path / "labels.png", tmp_path / "names.json"])
    page.wait_for_function(
        "() => document.querySelector('#classes input[type=text]').value === 'sky'"
    )
    assert served.studio.projects.open(key).table.names == ("sky", "grass", "path")
    closed(page)


def test_a_file_is_handed_to_a_method(browser: Any, served: ServedStudio, tmp_path: Path) -> None:
    page, key = editing(browser, served)
    page.click("#render")
    assert page.locator("#handing").is_hidden()  # the default method asks for none
    page.select_option("#method", "deep_image_analogy")
    page.select_option("#preset", "smoke")
    page.click("#handing summary")
    field = "#handed input[data-use=photograph]"
    for name, size in (("wide.png", (96, 150)), ("fits.png", SIZE)):
        picture(size).save(tmp_path / name)
    page.set_input_files(field, tmp_path / "wide.png")
    page.wait_for_function(
        "() => document.getElementById('handed-told').textContent === '1 chosen'"
    )
    page.click("#render-now")
    page.wait_for_selector("#render-dialog #notice:not([hidden])", timeout=120_000)
    assert page.text_content("#notice-text").startswith("wide.png: 150 x 96 pixels")
    page.click("#handed .icon:not([hidden])")
    page.wait_for_function("() => document.getElementById('handed-told').textContent === 'none'")
    assert served.studio.shelf.all() == []
    page.set_input_files(field, tmp_path / "fits.png")
    page.wait_for_function(
        "() => document.getElementById('handed-told').textContent === '1 chosen'"
    )
    page.click("#render-now")
    page.wait_for_selector("#render-dialog", state="hidden", timeout=120_000)
    page.wait_for_selector("#renders li")
    (job,) = served.studio.jobs.of(key)
    assert (job.method, job.files) == ("deep_image_analogy", "fits.png")
    closed(page, "422")
    page = opened(browser, served.address)  # it is there for others
    page.wait_for_selector("#projects .card")
    assert [one.name for one in served.studio.shelf.all()] == ["fits.png"]
    closed(page)
