"""Worker: one render in a process of its own, told and stopped through its pipes.

``python -m likewise.studio.worker FOLDER`` renders what the request in FOLDER asks for. It writes
one JSON object a line to stdout, stops with a checkpoint on SIGTERM, goes on from one that is
there, and ends when its stdin does: nobody reads the answers of a server that was killed. With
``--check`` it only reads the files that the method was handed, and says whether they can be used.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.analogy import Analogy
from likewise.doubting import doubts
from likewise.errors import InputError, Interrupted, LikewiseError
from likewise.images import Image, read_image
from likewise.labels.label_map import ClassTable, LabelMap
from likewise.methods.base import CONFIG_FILE, MODEL_FILE, Checkpointing
from likewise.methods.files import option_of
from likewise.methods.photographs import OPTION, require_like, require_use
from likewise.methods.registry import find_method
from likewise.progress import Progress
from likewise.provenance.key import key_colours
from likewise.studio.planes import map_of
from likewise.studio.project import require_drawable
from likewise.studio.shelf import PHOTOGRAPH, TITLES

REQUEST, CHECKPOINT, MODEL = "request.json", "checkpoint", "model"
LABELS, LAYOUT, GIVEN = "labels.png", "layout.png", "given"
ANSWER, SHOWN, GLIMPSE, PROVENANCE = "answer", "shown.png", "glimpse.png", "provenance.png"
ONLY_CHECK = "--check"
STOPPED, REFUSED, FAULT = 3, 2, 1
GLIMPSE_EVERY = 6.0  # seconds; and never more than a fifth of the time
CHECKPOINT_EVERY = 10.0  # seconds
FIT_SHARE = 0.9  # of the bar, where there is something to train
WORTH_KEEPING = 5.0  # seconds: a fit that took longer is not repeated when rendering is cut short
LOWER = 5  # by how much the process is nicer than a page's previews


def say(**facts: Any) -> None:
    """One line to whoever started this process."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Telling(Progress):
    """Progress as lines on stdout; glimpses of ``target`` as a picture in ``folder``."""

    def __init__(self, folder: Path, target: LabelMap) -> None:
        self.stop = False
        self._folder = folder
        self._target = target
        self._total = self._first = self._glimpses = 0
        self._began = self._rested = time.monotonic()
        self._pause = GLIMPSE_EVERY

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Tell that ``what`` begins."""
        self._total, self._first, self._began = total, done, time.monotonic()
        say(stage="fitting", share=FIT_SHARE * done / max(1, total))

    def advance(self, done: int, **figures: float) -> None:
        """Tell how far it is, and how long it takes from here at that pace."""
        spent, steps = time.monotonic() - self._began, done - self._first
        left = spent / steps * (self._total - done) if steps else None
        say(stage="fitting", share=FIT_SHARE * done / max(1, self._total), left=left)

    def look(self, render: Callable[[Any], Any]) -> None:
        """Write a glimpse, if the last one is some time ago."""
        now = time.monotonic()
        if now - self._rested < self._pause:
            return
        Image.from_array(render(self._target).to_rgb8()).save(self._folder / GLIMPSE)
        self._glimpses += 1
        self._rested = time.monotonic()
        self._pause = max(GLIMPSE_EVERY, 4 * (self._rested - now))
        say(glimpse=self._glimpses)

    def note(self, message: str) -> None:
        """Pass on a line worth attention."""
        say(note=message)

    @property
    def should_stop(self) -> bool:
        """Whether SIGTERM came."""
        return self.stop


def carry_out(folder: Path) -> None:
    """Render what is asked for in ``folder``.

    Raises:
        InputError: the request cannot be fulfilled.
        Interrupted: SIGTERM came; a checkpoint is kept.
    """
    asked = _request(folder)
    table = ClassTable.from_json(asked["classes"])
    image = read_image(folder / asked["image"])
    labels = map_of(read_image(folder / LABELS).pixels, table, "labels")
    target = map_of(read_image(folder / LAYOUT).pixels, table, "layout")
    photograph = _photograph(folder, asked, target)
    say(stage="reading", doubts=[str(doubt) for doubt in doubts(labels, target)])
    progress = Telling(folder, target)
    signal.signal(signal.SIGTERM, lambda number, frame: setattr(progress, "stop", True))
    analogy = _fitted(folder, asked, image, labels, progress)
    say(stage="rendering", share=FIT_SHARE)
    rendering = analogy.rendering(target, photograph)
    answer = rendering.image
    if rendering.provenance is not None:
        told = rendering.provenance
        Image.from_array(key_colours(told.x, told.y, told.source_size, None)).save(
            folder / PROVENANCE
        )
    Image.from_array(answer.to_rgb8()).save(folder / SHOWN)
    answer.save(folder / f"{ANSWER}{answer.suffix}")
    for spent in (MODEL, GIVEN):
        shutil.rmtree(folder / spent, ignore_errors=True)
    say(stage="rendering", share=1.0)


def check(folder: Path) -> None:
    """Read the files that the request in ``folder`` hands to its method.

    Raises:
        InputError: one of them cannot be used.
    """
    asked = _request(folder)
    layout = read_image(folder / LAYOUT).pixels
    _photograph(folder, asked, map_of(layout, ClassTable.from_json(asked["classes"]), "layout"))
    _unfitted(folder, asked)


def _request(folder: Path) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    return {"files": {}} | asked  # earlier versions knew of none


def _photograph(folder: Path, asked: dict[str, Any], target: LabelMap) -> Image | None:
    """The photograph of the layout that was handed over, if one was."""
    given = asked["files"].get(PHOTOGRAPH)
    if given is None:
        return None
    require_use(asked["method"], find_method(asked["method"]).stand_in)
    path = folder / given
    photograph = read_image(path)
    require_drawable(photograph.size, str(path))
    require_like(photograph, target, str(path))
    return photograph


def _unfitted(folder: Path, asked: dict[str, Any]) -> Analogy:
    """The method that is asked for, with its files."""
    files = {use: folder / path for use, path in asked["files"].items() if use != PHOTOGRAPH}
    return Analogy(asked["method"], asked["preset"], device=asked["device"], **files)


def _fitted(
    folder: Path, asked: dict[str, Any], image: Image, labels: LabelMap, progress: Telling
) -> Analogy:
    """The source learnt, from wherever an earlier process left it."""
    model = folder / MODEL
    if all((model / name).exists() for name in (CONFIG_FILE, MODEL_FILE)):
        return Analogy.load(model, device=asked["device"])
    analogy = _unfitted(folder, asked)
    checkpoint = folder / CHECKPOINT
    keep = Checkpointing(checkpoint, CHECKPOINT_EVERY, resume=checkpoint.exists())
    began = time.monotonic()
    analogy.fit(image, labels, seed=asked["seed"], progress=progress, checkpointing=keep)
    if time.monotonic() - began > WORTH_KEEPING:
        analogy.save(model)
    checkpoint.unlink(missing_ok=True)
    return analogy


def main() -> None:
    """Carry out the request in the folder that the command line names, or check its files."""
    folder = Path(sys.argv[1])
    work = check if ONLY_CHECK in sys.argv[2:] else carry_out
    if work is carry_out:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(LOWER)
    storage.sweep_litter(folder)
    try:
        work(folder)
    except Interrupted:
        sys.exit(STOPPED)
    except InputError as error:
        say(error=_known(str(error), folder))
        sys.exit(REFUSED)
    except LikewiseError as error:
        say(error=str(error))
        sys.exit(FAULT)
    except Exception as error:
        say(error=_fault(error))
        raise


def _known(sentence: str, folder: Path) -> str:
    """``sentence`` with files and options called as the owner of a page knows them."""
    for use, title in TITLES.items():
        sentence = sentence.replace(f"{folder / GIVEN / use}{os.sep}", "")
        option = OPTION if use == PHOTOGRAPH else option_of(use)
        sentence = re.sub(rf"{option}\b(?!-)", title, sentence)
    return sentence


def _fault(error: Exception) -> str:
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "Memory ran out: render a smaller layout, or choose a smaller preset."
    return f"A fault of likewise, not yours: {type(error).__name__}: {error}"


def _end_with_stdin() -> None:
    os.read(sys.stdin.fileno(), 1)  # unbuffered: a buffer's lock would be in the way at the end
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
