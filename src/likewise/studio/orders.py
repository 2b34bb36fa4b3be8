"""Orders: what a render is to be, and a job's folder filled with all that its worker needs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from likewise import storage
from likewise.errors import InputError
from likewise.images import Image
from likewise.labels.label_map import ClassTable
from likewise.studio import worker
from likewise.studio.project import Project

CHECK_SECONDS = 180.0  # that files may take to be looked through


class RefusedError(InputError):
    """A method's loader refuses a file that it was handed; its sentence is passed on."""

    def __init__(self, sentence: str) -> None:
        super().__init__("files", sentence, "files that the method can use")
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Order:
    """A render as somebody wishes it.

    Attributes:
        method, preset, seed: how it is rendered.
        files: what the method is handed besides, by use: :data:`likewise.studio.shelf.USES`.
    """

    method: str
    preset: str = "fast"
    seed: int = 0
    files: Mapping[str, Path] = field(default_factory=dict)


@contextlib.contextmanager
def begun(folder: Path) -> Iterator[Path]:
    """The new ``folder``, which is gone again if the block fails."""
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def fill(folder: Path, project: Project, order: Order, device: str) -> None:
    """Copy into ``folder`` all that a worker needs, whatever becomes of project and shelf."""
    image = folder / project.image_file.name
    _link(project.image_file, image)
    Image(project.labels(), "L").save(folder / worker.LABELS)
    Image(project.layout(), "L").save(folder / worker.LAYOUT)
    given = {}
    for use, path in order.files.items():
        place = folder / worker.GIVEN / use / path.name
        place.parent.mkdir(parents=True)
        if path.is_dir():
            shutil.copytree(path, place, copy_function=_link)
        else:
            _link(path, place)
        given[use] = str(place.relative_to(folder))
    storage.write_json(
        folder / worker.REQUEST,
        {
            "image": image.name,
            "method": order.method,
            "preset": order.preset,
            "seed": order.seed,
            "device": device,
            "files": given,
            "classes": ClassTable(project.facts.classes).to_json(),
        },
    )


def require_usable(folder: Path) -> None:
    """Have the method's own loaders read the files in ``folder``, in a process of its own.

    So half a gigabyte of weights leaves nothing behind in the server, nor does a file that breaks
    what reads it.

    Raises:
        RefusedError: one of them cannot be used.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module, on a folder of ours
            [sys.executable, "-m", worker.__name__, str(folder), worker.ONLY_CHECK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=CHECK_SECONDS,
            encoding="utf-8",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RefusedError(f"The files could not be looked through: {error}") from error
    if done.returncode == 0:
        return
    said = "The files could not be looked through; is one of them damaged?"
    with contextlib.suppress(ValueError, IndexError, KeyError):
        said = str(json.loads(done.stdout.splitlines()[-1])["error"])
    raise RefusedError(said)


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
