"""Tasks: what a row can ask for; each is one of the commands, in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from likewise.errors import ConfigError

# What a batch decides for all rows, or what belongs to a terminal.
WITHHELD = frozenset(
    ("out", "device", "json", "quiet", "dry-run", "resume", "overwrite", "help", "workers", "seed")
)
_OPTION = re.compile(r"[a-z][a-z0-9-]*")
_FITTED = frozenset(("method", "preset", "size", "settings"))
_LABELLED = _FITTED | {"labels", "classes", "ignore"}
_CONVENTION = _LABELLED | {"format"}


@dataclass(frozen=True)
class Task:
    """A command that a row may ask for.

    Attributes:
        columns: which columns it has a use for, besides image, targets and seed.
        file_options: which of its options are files.
        fewest, most: how many targets it takes.
        words: that go with it in a batch, whose workers are processes already.
        resumes: whether it can go on with what a killed process left.
        packs: whether fits of several rows may share one set of kernels.
    """

    columns: frozenset[str] = _CONVENTION
    file_options: frozenset[str] = frozenset()
    fewest: int = 0
    most: int = 0
    words: tuple[str, ...] = ()
    resumes: bool = True
    packs: bool = False

    def require_columns(self, name: str, given: Iterable[str]) -> None:
        """Refuse a row of this task with a column that it would not heed.

        Raises:
            ConfigError: there is one.
        """
        for column in given:
            if column in _CONVENTION and column not in self.columns:
                raise ConfigError(column, "a value", f"none, for task {name}")

    def require_targets(self, name: str, count: int) -> None:
        """Refuse a row of this task with ``count`` targets.

        Raises:
            ConfigError: it takes fewer or more.
        """
        if count < self.fewest:
            raise ConfigError("targets", "nothing", f"label maps to render, for task {name}")
        if count > self.most:
            raise ConfigError("targets", f"{count} files", f"none, for task {name}")

    def require_options(self, options: Mapping[str, Any]) -> None:
        """Refuse options that are not a row's to set, or that no command line could hold.

        Raises:
            ConfigError: one is withheld, or its value is neither text, number, true nor a list.
        """
        for name, value in options.items():
            if not _OPTION.fullmatch(name):
                raise ConfigError("options", repr(name)[:80], "long names without dashes: region")
            if name in WITHHELD | self.columns | {"set"}:
                expected = "an option of the task; columns and the batch itself set the others"
                raise ConfigError("options", repr(name), expected)
            for each in value if isinstance(value, (list, tuple)) else [value]:
                if not isinstance(each, (str, int, float)):
                    raise ConfigError("options", f"{name}: {each!r}"[:80], "a text or a number")


MANY = 10_000
TASKS: Mapping[str, Task] = {
    "run": Task(file_options=frozenset({"target-image"}), fewest=1, most=MANY, packs=True),
    "fit": Task(packs=True),
    "remove": Task(file_options=frozenset({"mask"})),
    "face": Task(),
    "retarget": Task(_CONVENTION - {"size"}),  # its size is that of the new picture
    "sketch": Task(_FITTED, frozenset({"sketch"}), most=MANY),
    "segment": Task(frozenset(), frozenset({"scribbles", "masks", "network"}), resumes=False),
    "augment": Task(_LABELLED, frozenset({"layout"}), words=("--workers=1",)),
}


def option_words(options: Mapping[str, Any]) -> list[str]:
    """``options`` as a command line has them; false leaves its flag out."""
    words = []
    for name, value in options.items():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is True:
                words.append(f"--{name}")
            elif each is not False:
                words.append(f"--{name}={each}")
    return words
