"""Isolation: a job done by another process, whatever becomes of that process."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from likewise.errors import Interrupted
from likewise.evaluation.fitting import Job
from likewise.progress import SILENT, Progress

WORKER = (sys.executable, "-P", "-m", "likewise.evaluation.fitting")
LOOK_EVERY = 0.2  # seconds between two looks whether to stop
PATIENCE = 5.0  # seconds that a process gets to end before it is killed
LONGEST = 400  # characters of an error
LOG = "log.txt"
_KILLED = "killed (SIGKILL): memory may have run out"


@dataclass
class Report:
    """What came of a job.

    Attributes:
        fit_seconds: 0 where the fit failed.
        memory_bytes: at the peak; 0 where it is not known.
        files: answers by the name of the layout.
        seconds: of rendering them.
        after: after what photograph they were made: the method that stood in for one, or
            "target_images"; "" where the method works after none.
        errors: one line each, by the name of the layout; under None what ended the job.
        log: what the process wrote to stderr.
    """

    fit_seconds: float = 0.0
    memory_bytes: int = 0
    files: dict[str, Path] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    errors: dict[str | None, str] = field(default_factory=dict)
    log: str = ""

    def error(self, target: str) -> str:
        """Why there is no answer to ``target``; "" if there is one."""
        if target in self.files:
            return ""
        return self.errors.get(target) or self.errors.get(None) or "it gave no answer"

    def take(self, news: dict[str, Any], progress: Progress) -> None:
        """Book one piece of news."""
        self.memory_bytes = max(self.memory_bytes, news.get("memory", 0))
        if "fitted" in news:
            self.fit_seconds = news["fitted"]
        if "rendered" in news:
            self.files[news["rendered"]] = Path(news["file"])
            self.seconds[news["rendered"]] = news["seconds"]
            self.after[news["rendered"]] = news.get("after", "")
        if "failed" in news:
            self.errors[news["target"]] = one_line(news["failed"])
        if "warning" in news:
            progress.note(one_line(news["warning"]))
        if "share" in news:
            progress.advance(round(100 * news["share"]))


def carried_out(job: Job, progress: Progress = SILENT) -> Report:
    """Have ``job`` done by a process of its own.

    Args:
        job: what to do; its folder must exist.
        progress: is told the per cent done, and asked whether to stop.

    Raises:
        Interrupted: ``progress`` asked to stop; the process is gone.
    """
    report = Report()
    progress.start("fit", 100)
    log = Path(job.folder) / LOG
    with log.open("wb") as stderr:
        process = _started(stderr)
        try:
            _follow(process, job, lambda news: report.take(news, progress), progress)
        finally:
            _end(process)
            progress.finish()
    report.log = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode and None not in report.errors:
        report.errors[None] = _told_end(process.returncode, report.log)
    return report


def _started(stderr: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module
        WORKER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is for us to hear, who then end it
    )


def _follow(
    process: subprocess.Popen[str],
    job: Job,
    take: Callable[[dict[str, Any]], None],
    progress: Progress,
) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it ended before it could read: its exit code tells
        process.stdin.write(job.line())
        process.stdin.flush()
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_listen, args=(process, lines), daemon=True).start()
    while True:
        if progress.should_stop:
            raise Interrupted("the comparison was stopped")
        try:
            line = lines.get(timeout=LOOK_EVERY)
        except queue.Empty:
            continue
        if line is None:
            process.wait()
            return
        with contextlib.suppress(ValueError):  # half a line of a process that was killed
            take(json.loads(line))


def _listen(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """Make sure that it is gone; it has ended by itself unless the work was stopped."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # what it was told may still be on its way
            if stream is not None:
                stream.close()


def _told_end(code: int, log: str) -> str:
    """One line on a process that ended without telling why."""
    if code < 0:
        known = {int(number): number.name for number in signal.Signals}
        name = known.get(-code, f"signal {-code}")
        return f"the process was {_KILLED}" if name == "SIGKILL" else f"it crashed ({name})"
    last = log.strip().splitlines()[-1:] or ["it said nothing"]
    return one_line(f"the process ended with code {code}: {last[0]}")


def one_line(text: str) -> str:
    """``text`` on one line, shortened if it is very long."""
    joined = " ".join(text.split())
    return joined if len(joined) <= LONGEST else joined[: LONGEST - 1] + "…"
