"""Guards: each refuses what it is there for and lets the rest pass."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from likewise.web.guards import (
    BodyLimit,
    Bucket,
    HostCheck,
    OriginCheck,
    Rate,
    RateLimit,
    SecurityHeaders,
)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body it got, and with the status that the query asks for."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status = int(scope["query_string"] or 200)
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


def ask(app: Any, method: str = "GET", url: str = "http://localhost/", **more: Any) -> Any:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("10.0.0.7", 4))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **more)

    # In a thread of its own: a browser that other tests left open keeps a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, once()).result()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8500",
        "a.localhost",
        "127.0.0.1:1",
        "[::1]:8500",
        "192.168.1.7",
        "lab.org",
    ],
)
def test_own_names_and_addresses_pass(host: str) -> None:
    assert ask(HostCheck(echo, ["lab.org"]), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8500",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost:8500@evil.example",
        "[::1",
        "[::1]evil",
        "",
        "127.0.0.1:x",
        "0x7f.1",
    ],
)
def test_foreign_names_are_refused_even_for_reading(host: str) -> None:
    reply = ask(HostCheck(echo, ["lab.org"]), headers={"Host": host})
    assert reply.status_code == 403, host
    assert "name" in reply.json()["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_foreign_origin_changes_nothing(method: str) -> None:
    guard = OriginCheck(echo)
    for origin in ("http://evil.example", "null", "http://localhost:81", "localhost", "file://"):
        assert ask(guard, method, headers={"Origin": origin}).status_code == 403, origin
    for site in ("cross-site", "same-site"):
        assert ask(guard, method, headers={"Sec-Fetch-Site": site}).status_code == 403
    for headers in ({"Origin": "http://localhost"}, {"Origin": "https://localhost"}, {}):
        assert ask(guard, method, headers=headers).status_code == 200


def test_a_foreign_origin_may_read() -> None:
    assert ask(OriginCheck(echo), headers={"Origin": "http://evil.example"}).status_code == 200


def test_bodies_up_to_the_limit_arrive_whole() -> None:
    guard = BodyLimit(echo, 10)
    assert ask(guard, "POST", content=b"0123456789").content == b"0123456789"
    assert ask(guard, "POST", content=b"").content == b""
    assert ask(guard).content == b""


def test_bodies_over_the_limit_are_refused() -> None:
    assert ask(BodyLimit(echo, 10), "POST", content=b"0123456789a").status_code == 413


def test_bodies_of_untold_length_are_counted() -> None:
    taken = []

    async def chunks(count: int) -> Any:
        for number in range(count):
            taken.append(number)
            yield b"0123"

    guard = BodyLimit(echo, 10)
    assert ask(guard, "POST", content=chunks(2)).content == b"01230123"
    taken.clear()
    assert ask(guard, "POST", content=chunks(1000)).status_code == 413
    assert len(taken) == 3, "reading stops where the limit is passed"


def test_who_asks_too_often_is_told_when_to_return() -> None:
    guard = RateLimit(echo, by_token=Rate(1, 3), by_address=Rate(1, 5))
    mine, yours = {"Authorization": "Bearer a"}, {"Authorization": "Bearer b"}
    assert [ask(guard, headers=mine).status_code for _ in range(4)] == [200] * 3 + [429]
    refused = ask(guard, headers=mine)
    assert int(refused.headers["retry-after"]) >= 1
    assert "Try again in" in refused.json()["error"]
    assert ask(guard, headers=yours).status_code == 200, "another token at the same address"
    assert [ask(guard).status_code for _ in range(6)] == [200] * 5 + [429]


def test_made_up_tokens_do_not_evade_the_limit() -> None:
    guard = RateLimit(echo, by_token=Rate(1, 100), by_address=Rate(1, 50))
    url = "http://localhost/?401"
    replies = [
        ask(guard, url=url, headers={"Authorization": f"Bearer {n}"}).status_code for n in range(9)
    ]
    assert replies[:5] == [401] * 5
    assert replies[6:] == [429] * 3


def test_an_account_empties_with_time_and_is_forgotten() -> None:
    now = [0.0]
    bucket = Bucket(Rate(2.0, 4), clock=lambda: now[0])
    for _ in range(4):
        assert bucket.wait("a") == 0
        bucket.charge("a")
    assert bucket.wait("a") == pytest.approx(0.5)
    now[0] = 0.5
    assert bucket.wait("a") == 0
    now[0] = 100.0
    bucket._sweep_at = 0
    bucket.charge("b")
    assert list(bucket._due) == ["b"]


def test_answers_tell_the_browser_to_be_careful() -> None:
    reply = ask(SecurityHeaders(echo))
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cache-control"] == "no-store"
