"""The studio: projects, previews, renders and room on the disk, for one server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from likewise.errors import OutputError
from likewise.locks import sole_holder
from likewise.storage import prepare_folder
from likewise.studio.archive import MAGIC
from likewise.studio.jobs import Job, Jobs
from likewise.studio.orders import Order
from likewise.studio.previews import Previews
from likewise.studio.project import Project
from likewise.studio.projects import Projects
from likewise.studio.renders import Renders
from likewise.studio.shelf import Shelf, ShelfFile

QUOTA = 20_000_000_000  # bytes
COUNTED_FOR = 5.0  # seconds that a count of the disk's use is trusted


class Studio:
    """Everything behind the page, in ``folder``.

    Args:
        folder: made where it is missing.
        device: of renders, as commands take it; previews run on the CPU or a GPU, as they find.
        quota: bytes that projects and renders may take; more is refused.
        examples: folders of cases that a person may begin with.

    Raises:
        OutputError: the folder cannot be written, or another server has it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "auto",
        quota: int = QUOTA,
        examples: Sequence[Path] = (),
    ) -> None:
        self.folder = prepare_folder(folder, overwrite=True, argument="--folder")
        self._lock = sole_holder(
            self.folder,
            "another studio",
            "--folder",
            "Use the one that runs, or name another folder.",
        )
        self.quota = quota
        self.examples = {example.name: example for example in examples}
        self.projects = Projects(self.folder / "projects")
        self.shelf = Shelf(self.folder / "files")
        self.previews = Previews()
        self.jobs = Jobs(self.folder / "jobs.sqlite")
        self.renders = Renders(self.folder / "renders", self.jobs, device)
        self._used = (0.0, 0)  # when it was counted, and bytes

    def begin(self, name: str, data: bytes) -> Project:
        """A new project of an uploaded picture, or of a project that was saved.

        Raises:
            InputError: it is neither, or no room is left.
        """
        self.require_room(len(data))
        if data.startswith(MAGIC):
            return self.projects.unpack(name, data)
        return self.projects.create(name, data)

    def begin_example(self, name: str) -> Project:
        """A new project of a bundled example. KeyError where there is none of that name."""
        example = self.examples[name]
        self.require_room(0)
        return self.projects.copy(name, example / "image.png", example / "labels.png")

    def begin_file(self, use: str, name: str, size: int) -> ShelfFile:
        """Make room on the shelf for a file that will come in pieces.

        Raises:
            InputError: no method has such a use, it is too large, or no room is left.
        """
        self.require_room(size)
        return self.shelf.begin(use, name, size)

    def append_file(self, key: str, at: int, piece: bytes) -> ShelfFile:
        """Add a piece to a file on the shelf.

        Raises:
            UnknownKeyError: there is no such file.
            InputError: another piece is due, or the whole cannot be used.
        """
        return self.shelf.append(key, at, piece, room=max(0, self.quota - self.used()))

    def render(
        self, project: Project, method: str, preset: str, seed: int, files: Mapping[str, str]
    ) -> Job:
        """Have the layout of ``project`` rendered, with ``files`` of the shelf: use -> key.

        Raises:
            InputError: no room is left, or the method cannot use what it is handed.
        """
        self.require_room(0)
        handed = {use: self.shelf.handed(use, key)[1] for use, key in files.items()}
        return self.renders.ask(project, Order(method, preset, seed, handed))

    def delete(self, key: str) -> None:
        """Remove a project with its renders.

        Raises:
            UnknownKeyError: there is none.
        """
        self.projects.open(key)
        for job in self.jobs.of(key):
            self.renders.delete(job.key)
        self.projects.delete(key)
        self.previews.forget(key)

    def used(self) -> int:
        """Bytes that the folder takes, counted a few seconds ago at most."""
        counted, used = self._used
        if time.monotonic() - counted > COUNTED_FOR:
            sizes = {}
            for path in self.folder.rglob("*"):
                with contextlib.suppress(OSError):
                    told = path.lstat()
                    sizes[told.st_dev, told.st_ino] = told.st_size  # what is linked counts once
            used = sum(sizes.values())
            self._used = (time.monotonic(), used)
        return used

    def require_room(self, more: int) -> None:
        """Make sure that ``more`` bytes still fit.

        Raises:
            OutputError: they do not.
        """
        if self.used() + self.shelf.due() + more > self.quota:
            raise OutputError(
                "studio",
                f"its folder is full ({self.used() / 1e9:.1f} of {self.quota / 1e9:.1f} GB)",
                "room for more",
                "Delete projects, renders or files, or start it with a larger --quota.",
            )

    def close(self) -> None:
        """End what runs, so that the next server goes on with it."""
        self.renders.close()
        self.previews.close()
        self.jobs.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
