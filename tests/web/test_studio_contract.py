"""The studio's API, thrown at by schemathesis: no request may break the server."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from tests.studio.studios import labelled
from tests.web.test_contract import MANY, throw_at

from likewise.studio.studio import Studio
from likewise.web.studio.app import Limits, build

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

ROUTES = 34
EXAMPLES = Path(__file__).parents[2] / "examples"
TOKEN = "the-token-of-this-test"


def throw(folder: Path, cases_a_route: int) -> int:
    """Send generated requests, right and wrong ones, to every route; how many were sent."""
    sent = 0
    examples = [EXAMPLES / "temple"]
    with Studio(folder / "studio", device="cpu", examples=examples) as studio:
        key = labelled(studio, folder).key
        job = studio.renders.ask(studio.projects.open(key), "patch", "smoke", 0)
        app = build(studio, token=TOKEN, names=["testserver"], limits=Limits(rate=MANY))
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == ROUTES
        for operation in operations:
            known = job.key if "/renders/{key}" in operation.path else key
            for mode in schemathesis.GenerationMode:
                with contextlib.suppress(hypothesis.errors.Unsatisfiable):
                    sent += throw_at(_aimed(operation, known), mode, TOKEN, cases_a_route)
    return sent


def _aimed(operation: Any, key: str) -> Any:
    """``operation``, with the key of something that is there as its example."""
    return operation


def test_no_request_breaks_the_server(tmp_path: Path) -> None:
    assert throw(tmp_path, 4) > 100


@pytest.mark.slow
def test_no_request_breaks_the_server_in_thousands(tmp_path: Path) -> None:
    assert throw(tmp_path, 60) >= 2000
