"""Projects: all that a studio keeps, found by key; what is uploaded is read before it is kept."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from likewise import storage
from likewise.errors import InputError, LabelError, ModelError
from likewise.images import read_image
from likewise.labels.label_map import ClassTable, LabelMap
from likewise.studio.archive import unpack
from likewise.studio.project import Project

KEY = re.compile(r"[0-9a-f]{12}")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_BEGUN = ".begun-"


class UnknownKeyError(InputError):
    """There is no such project or render; it may have been deleted."""


class Projects:
    """The projects in ``folder``. Methods may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()  # held while a project changes
        for begun in folder.glob(f"{_BEGUN}*"):  # left by a server that was killed
            shutil.rmtree(begun, ignore_errors=True)
        for project in folder.iterdir():
            storage.sweep_litter(project)

    def open(self, key: str) -> Project:
        """The project of ``key``.

        Raises:
            UnknownKeyError: there is none.
        """
        folder = self.folder / key
        if not KEY.fullmatch(key) or not folder.is_dir():
            raise UnknownKeyError(
                "project", repr(key[:20]), "one that is here", "It may be deleted."
            )
        return Project(folder)

    def all(self) -> list[Project]:
        """Every readable project, the one changed last first."""
        found = []
        for folder in self.folder.iterdir():
            if KEY.fullmatch(folder.name):
                with contextlib.suppress(ModelError):
                    found.append(Project(folder))
        return sorted(found, key=lambda one: (one.facts.updated, one.key), reverse=True)

    def create(self, name: str, image: bytes) -> Project:
        """A new project of an uploaded picture; ``name`` is that of its file.

        Raises:
            ImageError: it is no picture.
            OutputError: the disk is full.
        """
        with self._begun() as folder:
            Project.create(folder, Path(name).stem, _uploaded(folder, name, image))
        return self.open(folder.name.removeprefix(_BEGUN))

    def unpack(self, name: str, archive: bytes) -> Project:
        """A new project of one that was saved as a .zip.

        Raises:
            InputError: it is none, or damaged.
        """
        with self._begun() as folder:
            unpack(archive, folder, name)
        return self.open(folder.name.removeprefix(_BEGUN))

    def copy(self, name: str, image: Path, labels: Path | None = None) -> Project:
        """A new project of files on this machine; the labels are read as commands read them.

        Raises:
            ImageError, LabelError: one cannot be read, or they do not fit each other.
        """
        read_image(image)
        read = None if labels is None else LabelMap.read(labels)
        with self._begun() as folder:
            fresh = Project.create(folder, name, _uploaded(folder, image.name, image.read_bytes()))
            if read is not None:
                fresh.set_labels(read, () if read.snapping is None else read.snapping.describe())
        return self.open(folder.name.removeprefix(_BEGUN))

    def found_or_copied(self, name: str, image: Path, labels: Path | None = None) -> Project:
        """The project of this very picture if there is one, with its work; else a new one.

        Raises:
            ImageError, LabelError: as :meth:`copy`.
        """
        fresh = self.copy(name, image, labels)
        given = image.read_bytes()
        for project in self.all():
            alike = project.key != fresh.key and project.facts.name == fresh.facts.name
            if alike and project.image_file.read_bytes() == given:
                self.delete(fresh.key)
                return project
        return fresh

    def read_labels(
        self, project: Project, name: str, data: bytes, classes: str | None = None
    ) -> LabelMap:
        """The label map in an uploaded file, any of the formats that commands read.

        Args:
            project: whose labels they are to be.
            name: of the file, as its owner knows it.
            data: its bytes.
            classes: JSON of a class file that came with it.

        Raises:
            LabelError: one of the two cannot be read, or they contradict each other.
        """
        table = None if classes is None else _class_file(classes)
        with self._upload(project, name, data) as file:
            return LabelMap.read(file, classes=table)

    def read_layout(self, project: Project, name: str, data: bytes) -> LabelMap:
        """The layout in an uploaded file, read like the project's source labels.

        Raises:
            LabelError: it cannot be read, or shows a class that the source does not.
        """
        source = project.labels_map()
        with self._upload(project, name, data) as file:
            layout = LabelMap.read(file, like=source)
        layout.require_known(source, name)
        return layout

    def label_file(self, project: Project, labels: LabelMap) -> bytes:
        """``labels`` as a PNG of ids, for keeping: with a palette where ids fit into one.

        Raises:
            LabelError: ids are negative or exceed 65535.
        """
        file = project.folder / f"{storage.LITTER}{secrets.token_hex(4)}.png"
        try:
            labels.write(file)
            return file.read_bytes()
        finally:
            file.unlink(missing_ok=True)

    def delete(self, key: str) -> None:
        """Remove a project for good."""
        folder = self.open(key).folder
        gone = self.folder / f"{_BEGUN}{secrets.token_hex(6)}"
        folder.replace(gone)  # so that a kill half-way leaves no half of it
        shutil.rmtree(gone, ignore_errors=True)

    @contextlib.contextmanager
    def _begun(self) -> Iterator[Path]:
        """A folder that becomes a project when the block ends well."""
        key = secrets.token_hex(6)
        begun = self.folder / f"{_BEGUN}{key}"
        begun.mkdir()
        try:
            yield begun
            begun.replace(self.folder / key)
        except BaseException:
            shutil.rmtree(begun, ignore_errors=True)
            raise

    @contextlib.contextmanager
    def _upload(self, project: Project, name: str, data: bytes) -> Iterator[Path]:
        file = _uploaded(project.folder, name, data)
        try:
            yield file
        except InputError as error:  # the owner knows the file by its own name
            error.argument = error.argument.replace(str(file), name)
            raise
        finally:
            file.unlink(missing_ok=True)


def _class_file(text: str) -> ClassTable:
    name = "the class file"
    try:
        return ClassTable.from_json(json.loads(text), name)
    except (json.JSONDecodeError, RecursionError) as error:
        expected = "JSON: a list of classes with id, name and colour"
        raise LabelError(name, f"it is no JSON ({error})", expected) from None


def _uploaded(folder: Path, name: str, data: bytes) -> Path:
    """``data`` in a file of ``folder`` whose suffix is that of ``name``; the next start sweeps."""
    suffix = Path(name).suffix
    if not _SUFFIX.fullmatch(suffix):
        suffix = ".file"
    file = folder / f"{storage.LITTER}{secrets.token_hex(4)}{suffix}"
    storage.write_bytes(file, data)
    return file
