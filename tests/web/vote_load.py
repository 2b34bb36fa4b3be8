"""Vote load: how many votes a second one process takes, and how long people wait for their reply.

No test, because a figure depends on the machine; needs Linux and wrk. 32 connections vote without
a pause, each vote once, people in turn::

    python -m tests.web.vote_load --people 500 --seconds 8
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.web.studies import make_study

from likewise.study.plan import plan
from likewise.study.store import Store, default_url
from likewise.study.study import Study

TRIALS = 25
SCRIPT = """
local votes, at = {}, 0
taken, refused = 0, 0
for line in io.lines("VOTES") do votes[#votes + 1] = line end
request = function()
  at = at + 1
  local token, body = (votes[at] or votes[1]):match("^(%S+) (.*)$")
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}
  return wrk.format("POST", "/api/votes", headers, body)
end
response = function(status)
  if status == 201 then taken = taken + 1 else refused = refused + 1 end
end
local thread
setup = function(one) thread = one end
done = function()
  io.write("taken ", thread:get("taken"), " refused ", thread:get("refused"), "\\n")
end
"""


def votes_of(study: Study, people: int) -> list[str]:
    """A line a vote, "token body"; everybody's first, then everybody's second, …"""
    with Store(default_url(study.folder), study) as store:
        joined = [future.result() for future in [store.join() for _ in range(people)]]
    lines = [
        [
            f"{one.token} "
            + json.dumps(
                {
                    "trial": turn.trial.key,
                    "question": question.name,
                    "ranking": [answer.key for answer in turn.shown],
                    "milliseconds": 4000,
                }
            )
            for turn in plan(study, one.number)
            for question in study.questions
        ]
        for one in joined
    ]
    return [line for turn in zip(*lines, strict=True) for line in turn]


def cpu_seconds(process: int) -> float:
    """What a process has used, all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, people: int, seconds: int, connections: int) -> None:
    """Serve a study, send votes, print what came of it."""
    study = make_study(folder / "study", trials=TRIALS)
    votes = votes_of(study, people)
    (folder / "votes.txt").write_text("\n".join(votes) + "\n")
    script = folder / "votes.lua"
    script.write_text(SCRIPT.replace("VOTES", str(folder / "votes.txt")))
    command = [sys.executable, "-m", "likewise", "study", "serve", str(study.folder)]
    command += ["--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = next(w for w in server.stdout.readline().split() if w.startswith("http"))
        before, load = cpu_seconds(server.pid), os.getloadavg()[0]
        wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "-s", str(script)]
        said = subprocess.run([*wrk, address], check=True, capture_output=True, text=True).stdout
        used = cpu_seconds(server.pid) - before
        server.terminate()
        server.communicate()
    print(said)
    taken = int(re.findall(r"taken (\d+)", said)[0])
    print(f"{len(votes)} votes at hand, load average {load:.1f} on {os.cpu_count()} cores")
    print(f"{1000 * used / max(taken, 1):.3f} ms of CPU a vote, {taken / seconds:.0f} votes/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=32)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place), asked.people, asked.seconds, asked.connections)
