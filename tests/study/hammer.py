"""Hammer: a process that votes as fast as it may, and tells each vote that was acknowledged.

``python hammer.py STUDY URL VOTES AT_ONCE``: prints ``number trial question`` a line. Voters answer
their whole plan; ``AT_ONCE`` votes are on their way at any time.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from likewise.study.plan import plan
from likewise.study.store import Store
from likewise.study.study import Study


def main(folder: str, url: str, votes: str, at_once: str) -> None:
    study = Study.read(Path(folder))
    room = threading.Semaphore(int(at_once))
    failures: list[BaseException] = []

    def acknowledged(future: Future[object], line: str) -> None:
        error = future.exception()
        if error is None:
            os.write(1, line.encode())  # at once, in one piece, and kept by the pipe if we die
        else:
            failures.append(error)
        room.release()

    left = int(votes)
    with Store(url, study) as store:
        while left > 0 and not failures:
            person = store.join().result()
            for turn in plan(study, person.number):
                ranking = tuple(answer.key for answer in turn.shown)
                for question in study.questions:
                    if left > 0:
                        left -= 1
                        room.acquire()
                        line = f"{person.number} {turn.trial.key} {question.name}\n"
                        vote = store.vote(person.token, turn.trial.key, question.name, ranking, 1)
                        vote.add_done_callback(lambda f, line=line: acknowledged(f, line))
    if failures:
        raise failures[0]


if __name__ == "__main__":
    main(*sys.argv[1:])
