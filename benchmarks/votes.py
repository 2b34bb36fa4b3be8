"""Votes: how many a second one server takes and how long they wait; and what a kill -9 loses.

::

    python -m benchmarks.votes load --seconds 10 --connections 32      # needs wrk
    python -m benchmarks.votes kill --times 50

Both make a study of noise pictures in a temporary folder and talk to ``likewise study serve``, as
browsers do, over the loopback. ``load`` sends every vote once, the votes of many participants;
``kill`` ends the server with SIGKILL while 32 connections vote, looks for every acknowledged vote
in the database, and starts the next server on what the last one left.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import PIL.Image

from likewise.study.creation import create
from likewise.study.design import Design, Entry
from likewise.study.plan import plan
from likewise.study.store import Store, default_url
from likewise.study.study import Study

LAYOUTS, TRIALS, CONNECTIONS = 20, 20, 32
CLASS = 64  # people who take part at the same time
SCRIPT = Path(__file__).with_name("votes.lua")
Key = tuple[str, str, str]  # token, trial, question


@dataclass(frozen=True)
class Ballot:
    """One request: who votes, and the body that says what."""

    key: Key
    body: str


def main(words: Sequence[str] | None = None) -> None:
    """Run ``load`` or ``kill`` and print what came of it, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.votes", description=__doc__)
    parser.add_argument("what", choices=("load", "kill"))
    parser.add_argument("--seconds", type=int, default=10, help="of load (default 10)")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="default 32")
    parser.add_argument("--people", type=int, default=1500, help="who vote, 44 times each")
    parser.add_argument("--times", type=int, default=50, help="kills (default 50)")
    parser.add_argument("--database", help="SQLAlchemy URL (default: SQLite in the folder)")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        study = small_study(Path(folder))
        url = asked.database or default_url(study.folder)
        if asked.what == "load":
            told = load(study, url, asked.seconds, asked.connections, asked.people)
        else:
            told = kill(study, url, asked.times, asked.connections)
    print(json.dumps(told, indent=2))


def small_study(folder: Path) -> Study:
    """Three contestants, two questions: 44 votes a person."""
    rng = np.random.default_rng(0)

    def noise(name: str) -> Path:
        path = folder / f"{name}.png"
        PIL.Image.fromarray(rng.integers(0, 256, (32, 48, 3), dtype=np.uint8)).save(path)
        return path

    entries = [
        Entry(
            case=f"case{index}",
            target="moved",
            source=noise(f"source{index}"),
            labels=noise(f"labels{index}"),
            layout=noise(f"layout{index}"),
            legend=(("sky", "#88aaee"),),
            answers={name: noise(f"{name}{index}") for name in "abc"},
        )
        for index in range(LAYOUTS)
    ]
    return create(folder / "study", entries, Design(trials_each=TRIALS))


def ballots(study: Study, url: str, people: int) -> list[Ballot]:
    """All votes of ``people`` who join now, one person after the other."""
    with Store(url, study) as store:
        joined = [future.result() for future in [store.join() for _ in range(people)]]
    found = []
    for person in joined:
        for turn in plan(study, person.number):
            for question in study.questions:
                said = {
                    "trial": turn.trial.key,
                    "question": question.name,
                    "ranking": [answer.key for answer in turn.shown],
                    "milliseconds": 4321,
                }
                key = (person.token, turn.trial.key, question.name)
                found.append(Ballot(key, json.dumps(said, separators=(",", ":"))))
    return found


@contextlib.contextmanager
def served(study: Study, url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of ``likewise study serve`` and its address."""
    words = [
        "study",
        "serve",
        str(study.folder),
        "--no-browser",
        "--port",
        "0",
        "--json",
        "--quiet",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "likewise", *words, "--database", url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.rstrip() == "}":
                break
        yield process, json.loads(said)["address"]
    finally:
        process.terminate()
        process.wait(30)


def kept(study: Study, url: str) -> set[tuple[int, str, str]]:
    """The votes in the database."""
    with Store(url, study) as store:
        return {(vote.participant, vote.trial, vote.question) for vote in store.votes()}


def load(study: Study, url: str, seconds: int, connections: int, people: int) -> dict[str, Any]:
    """What wrk says of ``seconds`` of votes, and whether all acknowledged ones are kept."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    lines = [f"{ballot.key[0]} {ballot.body}" for ballot in ballots(study, url, people)]
    # Class after class: neighbours on the wire are different persons.
    each = len(lines) // people
    spread = [
        lines[k * each + step]
        for first in range(0, people, CLASS)
        for step in range(each)
        for k in range(first, min(first + CLASS, people))
    ]
    file = study.folder / "votes.txt"
    file.write_text("\n".join(spread) + "\n", encoding="utf-8")
    with served(study, url) as (_, address):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["-s", str(SCRIPT), address, "--", str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told | {"connections": connections, "kept": len(kept(study, url))}


class Voter(threading.Thread):
    """One connection that votes until the server is gone, and remembers what was acknowledged."""

    def __init__(self, address: str, ballots: Sequence[Ballot]) -> None:
        super().__init__()
        self._place = urlsplit(address).netloc
        self._ballots = ballots
        self.acknowledged: list[Key] = []
        self.refused: list[int] = []

    def run(self) -> None:
        """Vote."""
        connection = http.client.HTTPConnection(self._place, timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException):
            for ballot in self._ballots:
                headers = {
                    "Authorization": f"Bearer {ballot.key[0]}",
                    "Content-Type": "application/json",
                }
                connection.request("POST", "/api/votes", ballot.body, headers)
                reply = connection.getresponse()
                reply.read()
                if reply.status == http.client.CREATED:
                    self.acknowledged.append(ballot.key)
                else:
                    self.refused.append(reply.status)
        connection.close()


def kill(study: Study, url: str, times: int, connections: int) -> dict[str, Any]:
    """Kill ``times`` servers at work; every vote they acknowledged is looked for."""
    rng = random.Random(0)
    acknowledged: set[tuple[int, str, str]] = set()
    refused: list[int] = []
    least = 10**9
    for _ in range(times):
        found = ballots(study, url, 4 * connections)
        each = len(found) // connections
        with served(study, url) as (process, address):
            shares = [found[k * each : (k + 1) * each] for k in range(connections)]
            voters = [Voter(address, share) for share in shares]
            for voter in voters:
                voter.start()
            time.sleep(rng.uniform(0.1, 1.5))
            process.kill()
            for voter in voters:
                voter.join()
        new = _numbered(study, url, [key for voter in voters for key in voter.acknowledged])
        acknowledged |= new
        least = min(least, len(new))
        refused += [status for voter in voters for status in voter.refused]
    lost = acknowledged - kept(study, url)
    return {
        "kills": times,
        "acknowledged": len(acknowledged),
        "fewest_in_one_go": least,
        "refused": len(refused),
        "lost": len(lost),
    }


def _numbered(study: Study, url: str, keys: Sequence[Key]) -> set[tuple[int, str, str]]:
    with Store(url, study) as store:
        numbers = {
            token: store.progress(token).participant.number for token in {key[0] for key in keys}
        }
    return {(numbers[token], trial, question) for token, trial, question in keys}


if __name__ == "__main__":
    main()
