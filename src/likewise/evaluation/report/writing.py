"""Report: one HTML file that shows a comparison and asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from likewise.evaluation.comparison import Comparison
from likewise.evaluation.measures import MEASURES
from likewise.evaluation.report.cast import Cast
from likewise.evaluation.report.facts import summary
from likewise.evaluation.report.figures import figures, shown, teaser
from likewise.evaluation.report.pictures import Album
from likewise.evaluation.report.results import results
from likewise.storage import write_bytes
from likewise.version import __version__

REPORT_FILE = "report.html"
TEMPLATES = Path(__file__).parent / "template"


def write_report(comparison: Comparison) -> Path:
    """Write ``report.html`` into the folder of ``comparison``, whole or not at all.

    The page holds its pictures, style and script, works from a file, and has a policy that lets
    nothing else in. Names are shown as text, whatever they are.

    Raises:
        InputError: a picture that the comparison names is missing or damaged.
        OutputError: the folder cannot be written.

    Cost: see :class:`likewise.evaluation.report.pictures.Album`.
    """
    path = comparison.folder / REPORT_FILE
    write_bytes(path, page(comparison).encode())
    return path


def page(comparison: Comparison) -> str:
    """The HTML of the report."""
    cast = Cast.of(comparison)
    album = Album(comparison.folder, shown(comparison, cast))
    all_figures = figures(comparison, cast, album)
    style, script = _part("report.css"), _part("report.js")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja").render(
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - ours, from the package
        script=Markup(script),  # noqa: S704
        version=__version__,
        summary=summary(comparison, cast),
        cast=cast,
        figures=all_figures,
        teaser=teaser(all_figures),
        manner=album.manner,
        failures=list(comparison.failures()),
        all_seeds=comparison.seeds,
        results=results(comparison, cast),
        ceilings={case: _ceiling(known) for case, known in comparison.ceilings.items()},
    )


def _ceiling(known: Mapping[str, float]) -> str:
    """What the judges score on pictures of one case whose layout is known."""
    told = [f"{m.title} {m.show(known[m.name])}" for m in MEASURES.values() if m.name in known]
    return f"Judge’s ceiling on this picture: {', '.join(told)}." if told else ""


def _part(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """What the page may do: show its own pictures and run its own script, and nothing else."""
    rules: dict[str, Any] = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
