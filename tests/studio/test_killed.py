"""Killed: the whole server ended by SIGKILL in the middle of renders; none is lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.studio.studios import picture_bytes, stripes

from likewise.labels.label_map import LabelMap
from likewise.studio.studio import Studio

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems")
KILLS = 2


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """``likewise studio`` in a process of its own."""
    command = [sys.executable, "-m", "likewise", "studio", "--folder", str(folder)]
    process = subprocess.Popen(
        [*command, "--no-browser", "--port", "0", "--json", "--device", "cpu"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            with contextlib.suppress(ValueError):
                address = json.loads(told)["address"]
                break
        else:
            raise AssertionError(process.stderr.read() if process.stderr else "")
        with httpx.Client(base_url=address.partition("#")[0], timeout=30) as client:
            yield client, process
    finally:
        process.kill()
        process.communicate()


def wait(told: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_no_render_is_lost_and_sigterm_ends_it_well(tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    LabelMap.from_array(stripes()).write(tmp_path / "labels.png")
    with serving(folder) as (client, process):
        made = client.post("/api/projects?name=x.png", content=picture_bytes(tmp_path)).json()
        at = f"/api/projects/{made['id']}"
        labels = (tmp_path / "labels.png").read_bytes()
        client.put(f"{at}/labels?name=labels.png", content=labels).raise_for_status()
        long = client.post(f"{at}/renders", json={"method": "semia"}).json()["id"]
        short = client.post(f"{at}/renders", json={"method": "patch", "preset": "smoke"}).json()[
            "id"
        ]
        wait(lambda: client.get(f"/api/renders/{long}").json()["stage"] == "fitting")
        process.send_signal(signal.SIGKILL)
    for _ in range(KILLS - 1):
        with serving(folder) as (client, process):
            states = {job["id"]: job["state"] for job in client.get(f"{at}/renders").json()}
            assert set(states) == {long, short}
            assert states[short] == "waiting"
            wait(lambda: client.get(f"/api/renders/{long}").json()["stage"] == "fitting")
            process.send_signal(signal.SIGKILL)
    with serving(folder) as (client, process):
        assert client.get(f"{at}/layout").content == stripes().tobytes()
        wait(lambda: client.get(f"/api/renders/{long}").json()["state"] == "running")
        assert client.post(f"/api/renders/{long}/cancel").json()["state"] == "cancelled"
        wait(lambda: client.get(f"/api/renders/{short}").json()["state"] == "done")
        assert client.get(f"/api/renders/{short}/answer.png").status_code == 200
        process.terminate()
        assert process.wait(20) == 0
    with Studio(folder, device="cpu") as studio:  # the folder is free
        assert {job.key for job in studio.jobs.of(made["id"])} == {long, short}
