"""Study server: a person takes part, everything else is refused in one clear line."""

from __future__ import annotations

import csv
import http.client
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from tests.web.studies import ADMIN, CONTESTANTS, Served, make_study, served

from likewise.study.store import Store
from likewise.web.guards import Rate
from likewise.web.study.app import Limits, build

TRAVERSALS = [
    "../study.json", "..%2fstudy.json", "..%2Fstudy.json", "%2e%2e/study.json",
    "%2e%2e%2fstudy.json", "..%252fstudy.json", "%252e%252e%252fstudy.json", "..%5cstudy.json",
    "..\\study.json", "..%c0%afstudy.json", "..%ef%bc%8fstudy.json", "....//study.json",
    "..;/study.json", ".%2e/study.json", "%2e./study.json", "./../study.json",
    "t0s.png/../../study.json",
    "t0s.png%2f..%2f..%2fstudy.json", "t0s.png%00.json", "%00", "t0s.png%00", "/etc/passwd",
    "//etc/passwd", "%2fetc%2fpasswd", "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "C:%5cWindows%5cwin.ini",
    "..%5c..%5c..%5cWindows%5cwin.ini", "~/.ssh/id_rsa", "../votes.sqlite", "..%2fvotes.sqlite",
    ".", "..", "%2e", "%2e%2e", "t0s", "T0S.PNG", "t0s.png.", "t0s.png%20", "t0s.png/", "*.png",
    "t0s.png::$DATA", "..%u2216study.json", "%E2%80%A5%2fstudy.json", "",
]  # fmt: skip


def joined(client: httpx.Client) -> dict[str, str]:
    """Headers of a new participant."""
    reply = client.post("/api/participants", json={"consent": True})
    assert reply.status_code == 201, reply.text
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def left(client: httpx.Client, who: dict[str, str]) -> dict[str, Any]:
    reply = client.get("/api/screens", headers=who)
    assert reply.status_code == 200, reply.text
    return reply.json()  # type: ignore[no-any-return]


def ballot(screen: dict[str, Any]) -> dict[str, Any]:
    return {
        "trial": screen["trial"],
        "question": screen["question"]["name"],
        "ranking": [candidate["key"] for candidate in screen["candidates"]],
        "milliseconds": 4000,
    }


def test_a_person_takes_part_leaves_and_ends(client: httpx.Client, running: Served) -> None:
    about = client.get("/api/study").json()
    assert about["title"] == running.study.title
    assert about["consent"] == running.study.consent
    who = joined(client)
    plan = left(client, who)
    assert (plan["answered"], plan["total"], len(plan["screens"])) == (0, 8, 8)
    for count, screen in enumerate(plan["screens"]):
        for shown in (screen["reference"], *screen["candidates"]):
            assert (shown["width"], shown["height"]) == (72, 48)
            assert client.get(shown["image"]).headers["content-type"] == "image/png"
        reply = client.post("/api/votes", json=ballot(screen), headers=who)
        assert (reply.status_code, reply.json()) == (201, {"remaining": 7 - count})
        if count == 3:
            resumed = left(client, who)
            assert resumed["answered"] == 4
            assert resumed["screens"] == plan["screens"][4:], "goes on where it stopped"
    assert left(client, who)["screens"] == []
    votes = list(running.store.votes())
    assert len(votes) == 8
    assert {vote.ranking for vote in votes} == {
        tuple(ballot(s)["ranking"]) for s in plan["screens"]
    }


def test_a_screen_is_answered_once(client: httpx.Client, running: Served) -> None:
    who = joined(client)
    vote = ballot(left(client, who)["screens"][0])
    assert client.post("/api/votes", json=vote, headers=who).status_code == 201
    again = vote | {"ranking": vote["ranking"][::-1]}
    reply = client.post("/api/votes", json=again, headers=who)
    assert reply.status_code == 409
    assert [v.ranking for v in running.store.votes()] == [tuple(vote["ranking"])]


def test_nothing_tells_who_made_a_picture(client: httpx.Client) -> None:
    who = joined(client)
    texts = [client.get(p).text for p in ("/", "/api/study", "/openapi.json", "/static/main.js")]
    texts.append(client.get("/api/screens", headers=who).text)
    for secret in (*CONTESTANTS, "alpha", "secretcase", "targett0", ADMIN):
        assert not any(secret in text for text in texts), secret
    assert "check" not in texts[-1]


def test_no_cookies_and_careful_headers(client: httpx.Client) -> None:
    who = joined(client)
    for path in ("/", "/static/main.js", "/api/study", "/pictures/t0s.png", "/admin", "/nothing"):
        reply = client.get(path, headers=who)
        assert "set-cookie" not in reply.headers
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"], path
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "cache-control" in reply.headers


def test_pictures_may_be_kept_forever_pages_are_asked_for_anew(client: httpx.Client) -> None:
    assert "immutable" in client.get("/pictures/t0s.png").headers["cache-control"]
    first = client.get("/static/study.css")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/study.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("folder", ["pictures", "static"])
def test_nothing_but_the_study_is_served(running: Served, folder: str) -> None:
    assert len(TRAVERSALS) >= 30
    for name in TRAVERSALS:
        # http.client sends what it is given; other clients would tidy the path up.
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        connection.putrequest("GET", f"/{folder}/{name}", skip_accept_encoding=True)
        connection.endheaders()
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        assert 400 <= reply.status < 500, (name, reply.status)
        assert b"contestants" not in body
        assert b"root:" not in body


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"trial": "unknown"}, 404),
        ({"question": "beauty"}, 404),
        ({"ranking": ["t0a0", "t0a1"]}, 422),
        ({"ranking": ["t0a0", "t0a0", "t0a1"]}, 422),
        ({"ranking": "abc"}, 422),
        ({"trial": "\x00"}, 422),
        ({"milliseconds": -1}, 422),
        ({"milliseconds": 1e300}, 422),
        ({"milliseconds": True}, 422),
        ({"extra": 1}, 422),
    ],
)
def test_wrong_votes(client: httpx.Client, change: dict[str, Any], status: int) -> None:
    who = joined(client)
    vote = ballot(left(client, who)["screens"][0])
    reply = client.post("/api/votes", json=vote | change, headers=who)
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    assert "\n" not in reply.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 8000, b"1e999"])
def test_bodies_that_say_nothing(client: httpx.Client, body: bytes) -> None:
    who = joined(client)
    for path in ("/api/votes", "/api/participants"):
        assert client.post(path, content=body, headers=who).status_code in (415, 422), path


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer x", "Basic abc", "Bearer unknown-token", "Bearer \xe9", "x" * 9000],
)
def test_tokens_that_nobody_was_given(client: httpx.Client, said: str) -> None:
    headers = {"Authorization": said.encode("latin-1")}
    vote = {"trial": "t0", "question": "appearance", "ranking": ["t0a0", "t0a1"], "milliseconds": 1}
    for reply in (
        client.get("/api/screens", headers=headers),
        client.post("/api/votes", json=vote, headers=headers),
        client.get("/api/admin/results", headers=headers),
        client.get("/api/admin/votes.csv", headers=headers),
        client.get("/api/admin/results.zip", headers=headers),
    ):
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_participant_is_no_admin_and_an_admin_no_participant(client: httpx.Client) -> None:
    assert client.get("/api/admin/results", headers=joined(client)).status_code == 401
    admin = {"Authorization": f"Bearer {ADMIN}"}
    assert client.get("/api/screens", headers=admin).status_code == 401


def test_foreign_pages_change_nothing(client: httpx.Client, running: Served) -> None:
    who = joined(client)
    vote = ballot(left(client, who)["screens"][0])
    for origin in (
        "http://evil.example",
        "null",
        running.address.replace("127.0.0.1", "localhost"),
    ):
        headers = who | {"Origin": origin}
        assert client.post("/api/votes", json=vote, headers=headers).status_code == 403
        join = client.post("/api/participants", json={"consent": True}, headers=headers)
        assert join.status_code == 403
    rebound = client.get("/api/study", headers={"Host": f"evil.example:{running.port}"})
    assert rebound.status_code == 403
    assert list(running.store.votes()) == []
    assert running.store.participants() == 1
    own = who | {"Origin": running.address}
    assert client.post("/api/votes", json=vote, headers=own).status_code == 201


def test_bodies_over_the_limit(client: httpx.Client) -> None:
    who = joined(client)
    large = b'{"trial": "' + b"x" * 20_000 + b'"}'
    for path in ("/api/votes", "/api/participants", "/nothing"):
        assert client.post(path, content=large, headers=who).status_code == 413, path
        chunked = client.post(path, content=iter([large[:9000], large[9000:]]), headers=who)
        assert "content-length" not in chunked.request.headers
        assert chunked.status_code == 413, path


def test_who_hurries_waits_and_others_do_not(tmp_path: Path) -> None:
    limits = Limits(by_token=Rate(1, 5), by_address=Rate(1000, 1000))
    with (
        served(make_study(tmp_path / "study"), limits) as running,
        httpx.Client(base_url=running.address) as client,
    ):
        one, other = joined(client), joined(client)
        replies = [client.get("/api/screens", headers=one) for _ in range(8)]
        assert [r.status_code for r in replies] == [200] * 5 + [429] * 3
        assert int(replies[-1].headers["retry-after"]) >= 1
        assert client.get("/api/screens", headers=other).status_code == 200


def test_results_for_the_admin(client: httpx.Client) -> None:
    who = joined(client)
    for screen in left(client, who)["screens"]:
        client.post("/api/votes", json=ballot(screen), headers=who)
    admin = {"Authorization": f"Bearer {ADMIN}"}
    found = client.get("/api/admin/results", headers=admin).json()
    assert (found["joined"], found["votes"], found["planned"]) == (1, 8, 8)
    assert found["contestants"] == list(CONTESTANTS)
    assert [c["question"] for c in found["counted"]] == ["appearance", "layout"]
    reply = client.get("/api/admin/votes.csv", headers=admin)
    assert "attachment" in reply.headers["content-disposition"]
    assert len(list(csv.DictReader(io.StringIO(reply.text)))) == 8
    packed = client.get("/api/admin/results.zip", headers=admin).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {"votes.csv", "results.json", "results.csv"} <= set(archive.namelist())


def test_an_undecided_study_has_results_too(client: httpx.Client) -> None:
    reply = client.get("/api/admin/results", headers={"Authorization": f"Bearer {ADMIN}"})
    assert reply.status_code == 200
    assert reply.json()["votes"] == 0


def test_every_error_is_one_line_of_json(client: httpx.Client) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("PUT", "/api/votes", 405),
        ("DELETE", "/api/study", 405),
        ("POST", "/api/participants", 422),
        ("GET", "/pictures/none.png", 404),
    ):
        reply = client.request(method, path)
        assert reply.status_code == status
        assert list(reply.json()) == ["error"]
        if status == 405:
            assert reply.headers["allow"]


def test_without_consent_nobody_takes_part(client: httpx.Client, running: Served) -> None:
    for said in ({"consent": False}, {}, {"consent": 1}, {"consent": "true"}):
        assert client.post("/api/participants", json=said).status_code == 422
    assert running.store.participants() == 0


def test_a_busy_database_is_told_as_such(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")
    store = Store(f"sqlite:///{tmp_path}/v.sqlite", study)
    with TestClient(build(study, store, admin_token=ADMIN), base_url="http://localhost") as client:
        who = joined(client)
        vote = ballot(left(client, who)["screens"][0])
        store.close()
        reply = client.post("/api/votes", json=vote, headers=who)
        assert reply.status_code == 503
        assert reply.headers["retry-after"] == "1"
        assert client.post("/api/participants", json={"consent": True}).status_code == 503


def test_a_fault_of_ours_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study")

    class Broken:
        def progress(self, token: str) -> None:
            raise RuntimeError("a secret of the inside")

    app = build(study, Broken(), admin_token=ADMIN)  # type: ignore[arg-type]
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
    reply = client.get("/api/screens", headers={"Authorization": "Bearer abcdefgh"})
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert list(json.loads(reply.text)) == ["error"]
