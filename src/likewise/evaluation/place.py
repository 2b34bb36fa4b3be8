"""Place: the folder of a comparison, whether it is new, to be gone on with, or to be replaced."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from likewise import storage
from likewise.errors import InputError, ModelError, OutputError
from likewise.evaluation.comparison import COMPARISON_FILE, Comparison
from likewise.evaluation.contestants import file_name

PLAN_FILE = "plan.json"
METRICS_FILE = "metrics.json"
REPORT_FILE = "report.html"
TABLES = "tables"
TABLE_FILES = tuple(
    f"{TABLES}/{name}" for name in ("metrics.csv", "summary.csv", "summary.md", "summary.tex")
)
LOGS = "logs"
WORKING = ".likewise-working"  # answers before they are scored


class Place:
    """The folder of a comparison.

    Args:
        folder: to be made, or empty, or of an earlier comparison.
        inputs: folders of cases, which must stay as they are.
    """

    def __init__(self, folder: Path, inputs: Iterable[Path] = ()) -> None:
        self.folder = folder
        self._inputs = [path.resolve() for path in inputs]

    def survey(
        self, identity: dict[str, Any], names: Iterable[str], *, resume: bool, overwrite: bool
    ) -> Comparison | None:
        """What is to be gone on with here; None to begin. Touches nothing.

        Args:
            identity: of the plan.
            names: of its cases.
            resume: go on with what is here.
            overwrite: replace what is here.

        Raises:
            OutputError: it is a file, would replace a case, or holds files and neither option
                allows that.
            ModelError: ``resume``, but what is here is of another plan.
        """
        self._require_apart(names)
        if storage.is_vacant(self.folder, WORKING) or overwrite:
            return None
        if not resume:
            raise OutputError(
                "-o",
                f"{self.folder} is not empty",
                "a new or empty folder",
                "Name another folder, or add --overwrite (or --resume to go on).",
            )
        self._require_same(identity)
        if not (self.folder / COMPARISON_FILE).exists():
            return None  # stopped before the first result
        return Comparison.read(self.folder)

    def open(self, identity: dict[str, Any]) -> None:
        """Make the folder, forget an earlier comparison in it, and write down the plan.

        Raises:
            OutputError: it cannot be made or written.
        """
        storage.prepare_folder(self.folder, overwrite=True)
        self._forget()
        storage.write_json(self.folder / PLAN_FILE, identity)

    def sweep(self, names: Iterable[str]) -> None:
        """Remove what writers killed half-way left here and in the folders of cases ``names``."""
        storage.sweep_litter(self.folder)
        for name in (*names, TABLES, LOGS):
            for partial in (self.folder / name).rglob(f"{storage.LITTER}*"):
                partial.unlink(missing_ok=True)

    def working(self) -> Path:
        """An empty folder for what is not to stay."""
        folder = self.folder / WORKING
        shutil.rmtree(folder, ignore_errors=True)
        return storage.prepare_folder(folder, overwrite=True)

    def close(self) -> None:
        """Remove what is not to stay."""
        shutil.rmtree(self.folder / WORKING, ignore_errors=True)

    def _require_apart(self, names: Iterable[str]) -> None:
        out = self.folder.resolve()
        for given in self._inputs:
            replaced = [out / name for name in names if given.is_relative_to(out / name)]
            if replaced or out.is_relative_to(given):
                found = f"{self.folder} would mix with the case {given}"
                raise OutputError("-o", found, "a folder apart from the cases")

    def _require_same(self, identity: dict[str, Any]) -> None:
        try:
            then = json.loads((self.folder / PLAN_FILE).read_bytes())
            differing = [key for key in identity if then.get(key) != identity[key]]
        except (OSError, ValueError, AttributeError) as error:
            raise ModelError(
                "--resume",
                f"{self.folder} holds no comparison ({PLAN_FILE} is missing or damaged)",
                "the folder of a stopped comparison",
                "Leave --resume out to start anew in another folder.",
            ) from error
        if differing:
            raise ModelError(
                "--resume",
                f"{self.folder} belongs to a comparison with other {differing[0]}",
                "the same cases and options as then",
                "Repeat those, or start anew in another folder.",
            )

    def _forget(self) -> None:
        """Remove what an earlier comparison left, so that old and new never stand side by side."""
        names: list[str] = []
        with contextlib.suppress(InputError):
            names = list(_files(Comparison.read(self.folder)))
        if not names and not (self.folder / PLAN_FILE).exists():
            return  # nothing here is ours
        made = [*names, *TABLE_FILES, METRICS_FILE, REPORT_FILE, COMPARISON_FILE, PLAN_FILE]
        files = [self.folder / name for name in made]
        for file in files:
            file.unlink(missing_ok=True)
        folders = {folder for file in files for folder in file.parents if folder != self.folder}
        for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
            if folder.is_relative_to(self.folder):
                with contextlib.suppress(OSError):  # not empty, or gone
                    folder.rmdir()


def log_name(case: str, contestant: str, seed: int) -> str:
    """Where in the folder it stands what a fit that failed had to say."""
    return f"{LOGS}/{case}-{file_name(contestant)}-s{seed}.txt"


def _files(comparison: Comparison) -> Iterator[str]:
    """Every picture and log of ``comparison``."""
    for question in comparison.questions:
        own = (question.layout, question.edited, question.truth)
        pictures = (question.source, question.labels, *own)
        yield from filter(None, pictures)
    for outcome in comparison.outcomes.values():
        yield from filter(None, [outcome.picture])
        yield log_name(outcome.case, outcome.contestant, outcome.seed)
