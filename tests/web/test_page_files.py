"""Page files: legible colours, no code from elsewhere, nothing that a strict policy forbids."""

from __future__ import annotations

import re

import pytest

from likewise.web.pages import SHARED
from likewise.web.studio.app import PAGE_FILES as STUDIO_FILES
from likewise.web.study.app import PAGE_FILES

TOKENS = (SHARED / "tokens.css").read_text(encoding="utf-8")
LEGIBLE, VISIBLE = 4.5, 3.0  # WCAG 2.2: text (1.4.3); what is no text but must be seen (1.4.11)
TEXT_ON = [
    ("ink", "ground"), ("ink", "surface"), ("ink", "sunken"),
    ("soft", "ground"), ("soft", "surface"), ("soft", "sunken"),
    ("on-strong", "strong"), ("on-accent", "accent"), ("on-alarm", "alarm"),
]  # fmt: skip
SHAPE_ON = [("accent", "ground"), ("accent", "surface"), ("edge", "ground"), ("edge", "surface")]


def scheme(dark: bool) -> dict[str, str]:
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS)
    assert pairs
    return {name: dark_one if dark else light_one for name, light_one, dark_one in pairs}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_legible(dark: bool) -> None:
    colours = scheme(dark)
    for text, ground in TEXT_ON:
        reached = contrast(colours[text], colours[ground])
        assert reached >= LEGIBLE, (text, ground, reached)


@pytest.mark.parametrize("dark", [False, True])
def test_shapes_are_visible(dark: bool) -> None:
    colours = scheme(dark)
    for shape, ground in SHAPE_ON:
        reached = contrast(colours[shape], colours[ground])
        assert reached >= VISIBLE, (shape, ground, reached)


FILES = [path for folder in (PAGE_FILES, STUDIO_FILES) for path in sorted(folder.rglob("*.*"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_pages_need_nothing_from_elsewhere(path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|innerHTML|eval\(|new Function", text)
    assert len(text.splitlines()) <= 300


def test_styles_use_the_tested_colours() -> None:
    """A colour that is no token would escape the test of contrast."""
    for name in ("study.css", "admin.css"):
        rules = (PAGE_FILES / name).read_text(encoding="utf-8")
        told = set(re.findall(r"(?<!place-\d: )#[0-9a-fA-F]{3,8}\b(?!\s*\{)", rules))
        shades = set(re.findall(r"--place-\d: (#[0-9a-f]{6})", rules))
        ids = {f"#{name}" for name in ("agree", "thanks", "confirm")}
        assert told - shades - ids <= {"#fff"}, name  # white: the rim of the lens, on pictures
    for name in ("studio.css", "editor.css"):
        assert not re.search(r"#[0-9a-f]{3,8}\b", (STUDIO_FILES / name).read_text("utf-8")), name
