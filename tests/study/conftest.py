"""A small study of noise pictures, and databases to keep its votes in."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from likewise.study.creation import create
from likewise.study.design import Design, Entry
from likewise.study.store import default_url
from likewise.study.study import Study

LEGEND = (("sky", "#88aaee"), ("ground", "#665533"))
# A server of a few connections that leaves memory and processors to the tests; commits are flushed.
SMALL = ("max_connections=40", "shared_buffers=16MB", "autovacuum=off", "jit=off")
READY_SECONDS = 180.0  # that a server may take to start on a busy machine
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def noise(path: Path, rng: np.random.Generator, size: tuple[int, int] = (20, 24)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)).save(path)
    return path


def entries_in(folder: Path, layouts: int, contestants: str) -> list[Entry]:
    rng = np.random.default_rng(1)
    return [
        Entry(
            case=f"case{index // 2}",
            target=f"target{index % 2}",
            source=noise(folder / f"case{index // 2}" / "source.png", rng),
            labels=noise(folder / f"case{index // 2}" / "labels.png", rng),
            layout=noise(folder / f"{index}" / "layout.png", rng),
            legend=LEGEND,
            answers={
                f"{name}:fast": noise(folder / f"{index}" / f"{name}-fast-s0.png", rng)
                for name in contestants
            },
        )
        for index in range(layouts)
    ]


Make = Callable[..., Study]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    def made(layouts: int = 6, contestants: str = "abcd", **design: object) -> Study:
        folder = tmp_path_factory.mktemp("study")
        entries = entries_in(folder / "comparison", layouts, contestants)
        return create(folder / "study", entries, Design(**{"trials_each": 6} | design))

    return made


@pytest.fixture(scope="session")
def study(make: Make) -> Study:
    """Six layouts, four contestants, three at a time: 24 trials; tests must not change it."""
    return make()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return default_url(tmp_path)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            with psycopg.connect(host=str(folder), user="likewise", dbname="postgres") as one:
                one.execute("SELECT 1")
            return
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of our own, on a socket in a temporary folder."""
    pytest.importorskip("psycopg")
    found = shutil.which("initdb")
    programs = Path(found).parent if found else (POSTGRES[-1].parent if POSTGRES else None)
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    folder = tmp_path_factory.mktemp("postgres")
    owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = ["setpriv", "--reuid=nobody", "--clear-groups", "--"]
        if shutil.which("setpriv") is None:
            pytest.skip("root cannot start PostgreSQL here")
        shutil.chown(folder, "nobody")
        for parent in folder.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o011)
    data = folder / "data"
    made = ["-U", "likewise", "-A", "trust", "-E", "UTF8", "--no-sync"]
    start = [*owner, str(programs / "initdb"), "-D", str(data), *made]
    subprocess.run(start, check=True, capture_output=True, cwd=folder)
    chosen = ("listen_addresses=", f"unix_socket_directories={folder}", *SMALL)
    settings = [word for setting in chosen for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*owner, str(programs / "postgres"), "-D", str(data), *settings],
            stderr=log,
            cwd=folder,
        )
        try:
            _wait(folder, server)
            waiting = f"connect_timeout={READY_SECONDS:.0f}"
            yield f"postgresql+psycopg://likewise@/postgres?host={folder}&{waiting}"
        finally:
            server.send_signal(signal.SIGINT)  # at once; on SIGTERM it waits for its clients
            server.wait(READY_SECONDS)
