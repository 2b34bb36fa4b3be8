"""Pages of a studio: opened, pointed at, and closed without a trouble."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.studio.studios import picture, stripes
from tests.web.studios import ServedStudio

from likewise.labels.label_map import LabelMap

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SIZE = (96, 144)


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


def project_of(served: ServedStudio, plane: np.ndarray | None = None) -> Any:
    """A project of three stripes, or of ``plane``, made without the page."""
    folder = served.studio.folder.parent
    picture(SIZE).save(folder / "stripes.png")
    LabelMap.from_array(stripes(SIZE) if plane is None else plane).write(folder / "labels.png")
    return served.studio.projects.copy("stripes", folder / "stripes.png", folder / "labels.png")


def editing(
    browser: Any, served: ServedStudio, plane: np.ndarray | None = None, **more: Any
) -> tuple[Any, str]:
    """The page with the stripes (or ``plane``) in the editor, and the project's key."""
    key = project_of(served, plane).key
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
