"""The studio's API, thrown at by schemathesis: no request may break the server."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.studio.studios import labelled
from tests.web.test_contract import MANY, enough, throw_at

from likewise.studio import renders
from likewise.studio.orders import Order
from likewise.studio.studio import Studio
from likewise.web.studio.app import Limits, build

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

ROUTES = 40
CASES = int(os.environ.get("LIKEWISE_CASES", "10"))  # a route and mode, right and wrong ones
EXAMPLES = Path(__file__).parents[2] / "examples"
TOKEN = "the-token-of-this-test"


def throw(folder: Path, cases_a_route: int) -> int:
    """Send generated requests, right and wrong ones, to every route; how many were sent."""
    sent = 0
    examples = [EXAMPLES / "temple"]
    with Studio(folder / "studio", device="cpu", examples=examples) as studio:
        app = build(studio, token=TOKEN, names=["testserver"], limits=Limits(rate=MANY))
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == ROUTES
        for operation in operations:
            project = labelled(studio, folder)
            job = studio.renders.ask(project, Order("patch", "smoke", 0))
            for left in studio.shelf.all():  # announced by the requests before
                studio.shelf.delete(left.key)
            file = studio.begin_file("class_map", "map.json", 1000)
            keys = {"/renders/{key}": job.key, "/files/{key}": file.key}
            key = next((k for part, k in keys.items() if part in operation.path), project.key)
            for mode in schemathesis.GenerationMode:
                with contextlib.suppress(hypothesis.errors.Unsatisfiable):
                    sent += throw_at(Aimed(operation, key), mode, TOKEN, cases_a_route)
    return sent


@dataclass
class Aimed:
    """An operation whose requests ask for something that is there: few random keys would."""

    operation: Any
    key: str

    def as_strategy(self, **options: Any) -> Any:
        return self.operation.as_strategy(**options).map(self._aimed)

    def _aimed(self, case: Any) -> Any:
        if "key" in (case.path_parameters or {}):
            case.path_parameters["key"] = self.key
        return case


# In place of the worker, which spends seconds on imports: it answers with the layout itself.
WORKER = """
import json, shutil, sys
for name in ("answer.png", "shown.png"):
    shutil.copy(f"{sys.argv[1]}/layout.png", f"{sys.argv[1]}/{name}")
print(json.dumps({"stage": "rendering", "share": 1.0}))
"""


@pytest.mark.slow
def test_no_request_breaks_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(command: list[str], **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", WORKER, command[-1]], **options)

    faked = SimpleNamespace(Popen=started, PIPE=subprocess.PIPE)
    monkeypatch.setattr(renders, "subprocess", faked)
    assert enough(throw(tmp_path, CASES), ROUTES * CASES)
