"""Place: the output folder of a command, from the first check to the last file.

Nothing is touched before :meth:`Place.open`; after it, either something worth keeping is left (a
checkpoint, a model, results) or nothing at all.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from likewise import storage
from likewise.errors import Interrupted, ModelError, OutputError

RECORD = "run.json"
CHECKPOINT = "checkpoint.safetensors"
Standing = Literal["new", "checkpoint", "fitted"]


class Place:
    """An output folder, with the folder of the model in it (they may be one).

    Args:
        folder: where ``-o`` points.
        model: where the model is saved, by commands that fit.
    """

    def __init__(self, folder: Path, model: Path | None) -> None:
        self.folder = folder
        self.model = model
        self.record = folder / RECORD
        self.earlier: dict[str, Any] = {}  # the record of the run that survey() found
        self._created: list[Path] = []
        self._outputs: list[Path] = []

    @property
    def checkpoint(self) -> Path:
        """Where an unfinished fit is kept."""
        assert self.model is not None
        return self.model / CHECKPOINT

    @property
    def model_files(self) -> list[Path]:
        """What a complete model consists of."""
        from likewise.methods.base import CONFIG_FILE, MODEL_FILE  # brings torch along: not above

        return [] if self.model is None else [self.model / CONFIG_FILE, self.model / MODEL_FILE]

    def survey(self, identity: dict[str, Any], *, resume: bool, overwrite: bool) -> Standing:
        """How far a run with ``identity`` has come here. Touches nothing.

        Raises:
            OutputError: it is a file, or holds files and neither option allows that.
            ModelError: ``resume``, but what is here comes from something else.
        """
        if storage.is_vacant(self.folder) or overwrite:
            return "new"
        if not resume:
            raise OutputError(
                "-o",
                f"{self.folder} is not empty",
                "a new or empty folder",
                "Name another folder, or add --overwrite (or --resume to continue a stopped run).",
            )
        self._require_same(identity)
        if self.has_model():
            return "fitted"
        return "checkpoint" if self._has_checkpoint() else "new"

    def open(self, record: dict[str, Any], outputs: Sequence[Path], *, fresh: bool) -> None:
        """Create the folders, forget an earlier run if ``fresh``, and write the first record.

        Args:
            record: what ``run.json`` says for now.
            outputs: all files that will be written; they go again if the work comes to nothing.
            fresh: whether nothing of an earlier run is to be continued.

        Raises:
            OutputError: a folder cannot be created or written.
        """
        self._outputs = list(outputs)
        folders = [self.folder] if self.model is None else [self.folder, self.model]
        for folder in folders:
            missing = [path for path in (folder, *folder.parents) if not path.exists()]
            self._created += [path for path in reversed(missing) if path not in self._created]
        try:
            for folder in folders:
                storage.prepare_folder(folder, overwrite=True)
            if fresh:
                self._forget()
            storage.write_json(self.record, record)
        except BaseException:
            self._remove_created()  # nothing of ours is in them yet, and what else is stays
            raise

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Clean up after work that failed before anything worth keeping was there.

        Raises:
            Interrupted: Ctrl-C ended the work; the message tells how to go on.
        """
        try:
            yield
        except BaseException as error:
            if not self.has_model() and not self._has_checkpoint():
                self._withdraw()
            elif isinstance(error, (KeyboardInterrupt, Interrupted)):
                raise self.interruption() from error
            raise

    def interruption(self) -> Interrupted:
        """What to raise when the user stopped work that can be continued."""
        kept = "the model" if self.has_model() else "a checkpoint"
        return Interrupted(
            f"{kept} is kept in {self.model}; continue with: {resume_command()}", self.model
        )

    def has_model(self) -> bool:
        """Whether a complete model is here."""
        return self.model is not None and all(file.exists() for file in self.model_files)

    def _has_checkpoint(self) -> bool:
        return self.model is not None and self.checkpoint.exists()

    def _require_same(self, identity: dict[str, Any]) -> None:
        try:
            self.earlier = json.loads(self.record.read_text(encoding="utf-8"))
            then = self.earlier["identity"]
            differing = [key for key in identity if then.get(key) != identity[key]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                "--resume",
                f"{self.folder} holds no run of likewise ({RECORD} is missing or damaged)",
                "the folder of a stopped run",
                "Leave --resume out to start anew in another folder.",
            ) from error
        if differing:
            raise ModelError(
                "--resume",
                f"{self.folder} belongs to a run with another {differing[0]}",
                "the same inputs and options as then",
                "Repeat those, or start anew in another folder.",
            )

    def _forget(self) -> None:
        """Remove what an earlier run left, so that old and new never stand side by side."""
        names: list[str] = []
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            names = list(json.loads(self.record.read_text(encoding="utf-8"))["outputs"])
        for name in map(Path, names):
            if not name.is_absolute() and ".." not in name.parts:
                (self.folder / name).unlink(missing_ok=True)
        if self.model is not None:
            for file in (*self.model_files, self.checkpoint):
                file.unlink(missing_ok=True)

    def _withdraw(self) -> None:
        for path in (self.record, *self._outputs):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._remove_created()

    def _remove_created(self) -> None:
        """Remove the folders that :meth:`open` made, where nothing is in them."""
        for folder in reversed(self._created):
            with contextlib.suppress(OSError):
                storage.sweep_litter(folder)
                folder.rmdir()


def resume_command() -> str:
    """The command line of this process, with ``--resume``."""
    words = [word for word in sys.argv[1:] if word not in ("--overwrite", "--resume")]
    return shlex.join(["likewise", *words, "--resume"])
