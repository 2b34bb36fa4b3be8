"""Renders: a queue of jobs, each carried out by a process of its own, one at a time.

What is to be done stands in the table of jobs, what it is done with in the job's folder; this
process only passes on. After a crash the job that was running waits again, first in the queue, and
its worker goes on from the last checkpoint.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from likewise.methods.registry import find_method
from likewise.studio import worker
from likewise.studio.jobs import Job, Jobs
from likewise.studio.orders import Order, begun, fill, require_usable
from likewise.studio.project import Project

GRACE = 8.0  # seconds that a worker has to leave a checkpoint
UNTOLD = "The render ended without a word; its log is in the studio's folder."


@dataclass(frozen=True)
class Standing:
    """How far a job is.

    Attributes:
        stage: what it does.
        share: 0 to 1 of the whole; None where that cannot be told.
        left: seconds until it is done, as it looks; None where unknown.
        glimpse: number of the newest glimpse; 0 where there is none.
    """

    stage: str
    share: float | None = None
    left: float | None = None
    glimpse: int = 0


class Renders:
    """Carries out what is in ``jobs``, with a folder for each in ``folder``, until closed.

    Args:
        folder: where jobs have their folders.
        jobs: the table.
        device: for all renders, as commands take it.
    """

    def __init__(self, folder: Path, jobs: Jobs, device: str = "auto") -> None:
        self.folder = folder
        self.jobs = jobs
        self.device = device
        self._standing: dict[str, Standing] = {}
        self._process: subprocess.Popen[str] | None = None
        self._current: str | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._recover()
        self._thread = threading.Thread(target=self._run, name="renders", daemon=True)
        self._thread.start()

    def ask(self, project: Project, order: Order) -> Job:
        """Put a render of the project's layout, as it stands, into the queue.

        Raises:
            ConfigError: unknown method or preset.
            RefusedError: the method cannot use a file that it is handed.
            LabelError: there is no layout, or it shows a class that the source does not.
            OutputError: the disk is full.
        """
        chosen = find_method(order.method)(order.preset, device=self.device)
        layout = project.layout_map()
        layout.require_known(project.labels_map(), "layout")
        key = secrets.token_hex(6)
        with begun(self.folder / key) as folder:
            fill(folder, project, order, self.device)
            if order.files:
                require_usable(folder)
        job = Job(
            key=key,
            project=project.key,
            method=order.method,
            preset=order.preset,
            seed=order.seed,
            files="\n".join(path.name for path in order.files.values()),
            height=layout.size[0],
            width=layout.size[1],
            traceable=chosen.traceable,
            state="waiting",
            error=None,
            seconds=None,
            doubts="",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self.jobs.add(job)
        self._wake()
        return job

    def standing(self, job: Job) -> Standing:
        """How far ``job`` is."""
        if job.state == "waiting":
            return Standing("waiting for another render" if self._current else "about to begin")
        told = self._standing.get(job.key)
        if told is None or job.state != "running":
            return Standing(job.state, 1.0 if job.state == "done" else None)
        return told

    def cancel(self, key: str) -> Job:
        """Stop a job that waits or runs; what it has done so far is kept."""
        if not self.jobs.move(key, "cancelled", "waiting"):
            self.jobs.move(key, "cancelled", "running")
            self._stop(key)
        return self.jobs.get(key)

    def resume(self, key: str) -> Job:
        """Let a job that was cancelled or failed wait again."""
        self.jobs.move(key, "waiting", "cancelled", "failed", error=None)
        self._wake()
        return self.jobs.get(key)

    def delete(self, key: str) -> None:
        """Remove a job and its files; one that runs is stopped."""
        self.jobs.get(key)
        self.jobs.remove(key)
        self._stop(key)
        shutil.rmtree(self.folder / key, ignore_errors=True)

    def file(self, job: Job, name: str) -> Path | None:
        """The file of a job that begins with ``name``; None where it is not there yet."""
        return next(iter(sorted((self.folder / job.key).glob(f"{name}*"))), None)

    @property
    def current(self) -> str | None:
        """The job that runs now."""
        return self._current

    def close(self) -> None:
        """Stop what runs, so that the next server goes on with it; take no more."""
        self._closing = True
        self._wake()
        if self._current is not None:
            self._stop(self._current)
        self._thread.join()

    def _recover(self) -> None:
        """Begin where the last server ended: no job runs, and every folder has a job."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for job in self.jobs.running():
            self.jobs.move(job.key, "waiting", "running")
        known = self.jobs.keys()
        for folder in self.folder.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._closing:
            waiting = self.jobs.waiting()
            if waiting:
                self._render(waiting[0])
                continue
            with self._changed:
                if not self._closing and not self.jobs.waiting():
                    self._changed.wait()

    def _render(self, job: Job) -> None:
        if not self.jobs.move(job.key, "running", "waiting"):
            return
        self._current, began = job.key, time.monotonic()
        self._standing[job.key] = Standing("starting")
        try:
            code, error = self._work(job)
        except OSError as refusal:
            code, error = worker.FAULT, f"The render could not be started: {refusal}"
        finally:
            self._current, self._process = None, None
            self._standing.pop(job.key, None)
        seconds = round(time.monotonic() - began, 1)
        if code == 0:
            self.jobs.move(job.key, "done", "running", seconds=seconds)
        elif self._closing or code == worker.STOPPED:
            # A cancelled job is in another state by now, and stays there.
            self.jobs.move(job.key, "waiting", "running")
        else:
            self.jobs.move(job.key, "failed", "running", error=error or UNTOLD)

    def _work(self, job: Job) -> tuple[int, str | None]:
        """Run the worker of ``job`` to its end; its exit code, and what went wrong."""
        folder = self.folder / job.key
        error = None
        with (
            (folder / "log.txt").open("a", encoding="utf-8") as log,
            subprocess.Popen(  # noqa: S603 - our own module, on a folder of ours
                [sys.executable, "-m", worker.__name__, str(folder)],
                stdin=subprocess.PIPE,  # never written to: its end tells the worker of ours
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for the server, which then stops its worker
            ) as process,
        ):
            self._process = process
            if self._closing or self.jobs.state(job.key) != "running":
                self._stop(job.key)  # it was cancelled before there was a process
            assert process.stdout is not None
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    told = json.loads(line)
                    error = told.get("error", error)
                    self._hear(job, told)
            return process.wait(), error

    def _hear(self, job: Job, told: dict[str, Any]) -> None:
        before = self._standing.get(job.key, Standing("starting"))
        known = {name: told[name] for name in ("stage", "share", "left", "glimpse") if name in told}
        if "stage" in told:
            known.setdefault("left", None)
        self._standing[job.key] = replace(before, **known)
        if "doubts" in told:
            self.jobs.doubt(job.key, "\n".join(told["doubts"]))

    def _stop(self, key: str) -> None:
        """Ask the worker of ``key`` to stop, and end it if it does not."""
        process = self._process
        if self._current != key or process is None:
            return
        process.terminate()
        timer = threading.Timer(GRACE, process.kill)
        timer.daemon = True
        timer.start()
