"""Serving: ports, addresses, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from likewise.errors import ConfigError
from likewise.web import serving

PROGRAM = """
from likewise.web.serving import listen, address_of, serve_app

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                print("closed", flush=True)
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})

opened = listen("127.0.0.1", 0)
serve_app(app, opened, ready=lambda: print(address_of(opened, "127.0.0.1"), flush=True))
print("after", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_server_cleanly(number: int) -> None:
    program = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline().decode().strip()
        with urllib.request.urlopen(address, timeout=10) as reply:
            assert reply.read() == b"here"
            assert "server" not in reply.headers
        os.kill(process.pid, number)
        said, complaints = process.stdout.read(), process.stderr.read()
        assert process.wait(10) == 0
    assert said.split() == [b"closed", b"after"]
    assert complaints == b""


def test_a_taken_port_is_told_and_the_next_one_found() -> None:
    with serving.listen("127.0.0.1", None) as first, serving.listen("127.0.0.1", None) as second:
        taken = first.getsockname()[1]
        assert second.getsockname()[1] > taken
        with pytest.raises(ConfigError, match=f"--port: port {taken} at 127.0.0.1"):
            serving.listen("127.0.0.1", taken)


def test_places_that_cannot_be_listened_at() -> None:
    with pytest.raises(ConfigError, match="--port: 70000"):
        serving.listen("127.0.0.1", 70000)
    with pytest.raises(ConfigError, match="--host"):
        serving.listen("192.0.2.1", 0)  # an address kept for documentation


@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("localhost", "localhost")],
)
def test_the_printed_address_opens(host: str, name: str) -> None:
    with serving.listen(host, 0) as opened:
        port = opened.getsockname()[1]
        assert serving.address_of(opened, host) == f"http://{name}:{port}"


def test_addresses_of_six_bytes_are_bracketed() -> None:
    try:
        opened = serving.listen("::1", 0)
    except ConfigError:
        pytest.skip("no IPv6 on this machine")
    with opened:
        assert serving.address_of(opened, "::1").startswith("http://[::1]:")


def test_without_a_screen_no_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(serving.webbrowser, "open", lambda page: pytest.fail("it was opened"))
    assert not serving.show("http://localhost")
