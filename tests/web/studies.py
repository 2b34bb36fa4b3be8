"""Small studies for tests, and a server of one on a port of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from likewise.study.store import Store, default_url
from likewise.study.study import APPEARANCE, LAYOUT, Answer, Check, Study, Trial
from likewise.web.serving import listen, server
from likewise.web.study.app import Limits, build

CONTESTANTS = ("alpha:fast", "beta:fast", "gamma:full")
ADMIN = "the-admin-token-of-this-test"


def make_study(folder: Path, trials: int = 3, size: tuple[int, int] = (48, 72)) -> Study:
    """A study of ``trials`` trials a person and one attention check."""
    (folder / "pictures").mkdir(parents=True)
    rng = np.random.default_rng(0)

    def picture(key: str) -> str:
        blocks = rng.integers(0, 255, (size[0] // 8, size[1] // 8, 3), np.uint8)
        image = Image.fromarray(np.kron(blocks, np.ones((8, 8, 1), np.uint8)))
        image.save(folder / "pictures" / f"{key}.png")
        return f"{key}.png"

    def trial(key: str, names: tuple[str, ...], check: bool = False) -> Trial:
        answers = tuple(Answer(f"{key}a{place}", name) for place, name in enumerate(names))
        for answer in answers:
            picture(answer.key)
        source, layout = picture(f"{key}s"), picture(f"{key}l")
        sure = Check(answers[0].key, "first") if check else None
        return Trial(key, "secretcase", f"target{key}", source, layout, answers, sure)

    study = Study(
        folder=folder,
        key="studyofthetests",
        title="Which pictures look alike?",
        consent="You will rank pictures.\n\nYou can stop at any time.",
        questions=(APPEARANCE, LAYOUT),
        contestants=CONTESTANTS,
        trials=tuple(trial(f"t{number}", CONTESTANTS) for number in range(trials)),
        checks=(trial("c0", (CONTESTANTS[0], "", ""), check=True),),
        trials_each=trials,
        checks_each=1,
        seed=0,
        legends={"secretcase": (("sky", "#70a0e0"), ("ground", "#604020"))},
    )
    study.write()
    return study


@dataclass
class Served:
    """A study that is being served."""

    study: Study
    store: Store
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])


@contextlib.contextmanager
def served(study: Study, limits: Limits | None = None) -> Iterator[Served]:
    """Serve ``study`` in a thread, on loopback, at any free port."""
    ready = threading.Event()
    with Store(default_url(study.folder), study) as store:
        opened = listen("127.0.0.1", 0)
        app = build(study, store, admin_token=ADMIN, limits=limits)
        running = server(app, ready.set)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            assert ready.wait(30)
            yield Served(study, store, f"http://127.0.0.1:{opened.getsockname()[1]}")
        finally:
            running.should_exit = True
            thread.join(30)
            opened.close()
