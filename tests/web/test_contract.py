"""The study's API, thrown at by schemathesis: no request may break the server."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.studies import ADMIN, make_study

from likewise.study.store import Store
from likewise.web.guards import Rate
from likewise.web.study.app import Limits, build

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

MANY = Rate(per_second=1e6, burst=1_000_000)
ROUTES = 8
CASES = int(os.environ.get("LIKEWISE_CASES", "25"))  # a route and mode, right and wrong ones
schemathesis.checks.load_all_checks()
CHECKS = [
    schemathesis.checks.CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "allow_header_conformance",
    )
]


@contextlib.contextmanager
def api(folder: Path) -> Iterator[tuple[Any, str]]:
    """The API of a study as schemathesis sees it, and the token of a participant."""
    study = make_study(folder / "study", trials=1)
    with Store(f"sqlite:///{folder}/votes.sqlite", study) as store:
        limits = Limits(by_token=MANY, by_address=MANY)
        app = build(study, store, admin_token=ADMIN, names=["testserver"], limits=limits)
        token = store.join().result().token
        yield schemathesis.openapi.from_asgi("/openapi.json", app), token


def throw(folder: Path, cases_a_route: int) -> int:
    """Send generated requests, right and wrong ones; how many were sent."""
    sent = 0
    with api(folder) as (schema, token):
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == ROUTES
        for operation in operations:
            secret = ADMIN if "/admin/" in operation.path else token
            for mode in schemathesis.GenerationMode:
                with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # nothing to get wrong
                    sent += throw_at(operation, mode, secret, cases_a_route)
    return sent


def enough(sent: int, asked: int) -> bool:
    """Whether nearly as many requests were sent as were asked for; some routes know but a few."""
    return sent >= 0.8 * asked


def throw_at(operation: Any, mode: Any, secret: str, cases: int) -> int:
    """Send requests to one route, two of three with a token."""
    sent = 0

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def one(case: Any) -> None:
        nonlocal sent
        sent += 1
        reply = case.call(headers={"Authorization": f"Bearer {secret}"} if sent % 3 else None)
        case.validate_response(reply, checks=CHECKS)

    one()
    return sent


def test_no_request_breaks_the_server(tmp_path: Path) -> None:
    assert enough(throw(tmp_path, CASES), ROUTES * CASES)
