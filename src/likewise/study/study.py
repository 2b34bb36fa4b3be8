"""Study: what people are shown and asked, and the folder that holds it.

::

    <folder>/study.json              this
    <folder>/pictures/<name>.png     all pictures, under names that tell nothing
    <folder>/votes.sqlite            the answers, unless another database was named

Nothing a participant may see tells which contestant made a picture: names are random, and copies
hold pixels alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from likewise.errors import InputError
from likewise.storage import write_json

STUDY_FILE = "study.json"
PICTURES = "pictures"
FORMAT = 1
FEWEST, MOST = 3, 6  # answers a trial: A, B, C to A, …, F

Place = Literal["first", "last"]


@dataclass(frozen=True)
class Question:
    """What a person is asked about every trial.

    Attributes:
        name: "appearance" or "layout".
        text: the question itself.
        hint: one sentence on what to look at.
        shown: what stands at the left: the "source" picture, or the "layout" with its legend.
    """

    name: str
    text: str
    hint: str
    shown: Literal["source", "layout"]


APPEARANCE = Question(
    "appearance",
    "Which looks most like the source?",
    "Judge colours, textures and style. Where things stand does not matter.",
    "source",
)
LAYOUT = Question(
    "layout",
    "Which follows the layout best?",
    "Judge whether every area holds what its colour stands for. Style does not matter.",
    "layout",
)
QUESTIONS = {question.name: question for question in (APPEARANCE, LAYOUT)}


@dataclass(frozen=True)
class Answer:
    """One picture to be ranked.

    Attributes:
        key: a random word, unique in the study; the picture is ``<key>.png``.
        contestant: who made it, "method:preset"; "" for a picture made for an attention check.
            Never shown to participants.
    """

    key: str
    contestant: str

    @property
    def picture(self) -> str:
        """Name of its file."""
        return f"{self.key}.png"


@dataclass(frozen=True)
class Check:
    """An attention check: one answer whose place is beyond doubt, whatever the question.

    Attributes:
        answer: key of that answer.
        place: where whoever looks puts it.
    """

    answer: str
    place: Place

    def passed(self, ranking: Sequence[str]) -> bool:
        """Whether ``ranking`` (keys, best first) has the answer in its place."""
        return ranking[0 if self.place == "first" else -1] == self.answer


@dataclass(frozen=True)
class Trial:
    """A source, a layout, and answers to rank.

    Attributes:
        key: a random word, unique in the study.
        case: where the source comes from; never shown to participants.
        target: which layout; never shown to participants.
        source: name of the file with picture I.
        layout: name of the file with layout P'.
        answers: FEWEST to MOST, in the order of the study's contestants.
        check: what it checks, where it is an attention check; never shown to participants.
    """

    key: str
    case: str
    target: str
    source: str
    layout: str
    answers: tuple[Answer, ...]
    check: Check | None = None

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the answers; a ranking is a permutation of them."""
        return frozenset(answer.key for answer in self.answers)

    @property
    def pictures(self) -> Iterator[str]:
        """Names of all files it shows."""
        yield from (self.source, self.layout, *(answer.picture for answer in self.answers))

    def contestant(self, key: str) -> str:
        """Who made the answer ``key``."""
        return next(answer.contestant for answer in self.answers if answer.key == key)


@dataclass(frozen=True, eq=False)
class Study:
    """All that participants are shown and asked; ``study.creation.create`` makes one.

    Attributes:
        folder: where the pictures are.
        key: a random word that tells its votes from another study's in one database.
        title: what participants see on top.
        consent: what they agree to before they begin; paragraphs parted by empty lines.
        questions: asked of every trial, in this order.
        contestants: in the order of the comparison.
        trials: the real ones; those of one case and target stand together.
        checks: the attention checks.
        trials_each: real trials a person gets, at most ``len(trials)``.
        checks_each: attention checks a person gets besides.
        seed: of the plans (see ``study.plan``).
        legends: of each case, class names and "#rrggbb" colours of its layouts.
    """

    folder: Path
    key: str
    title: str
    consent: str
    questions: tuple[Question, ...]
    contestants: tuple[str, ...]
    trials: tuple[Trial, ...]
    checks: tuple[Trial, ...]
    trials_each: int
    checks_each: int
    seed: int
    legends: dict[str, tuple[tuple[str, str], ...]]

    @cached_property
    def by_key(self) -> dict[str, Trial]:
        """All trials, attention checks too, by key."""
        return {trial.key: trial for trial in (*self.trials, *self.checks)}

    @cached_property
    def pictures(self) -> frozenset[str]:
        """Names of all files that may be shown to anyone."""
        return frozenset(name for trial in self.by_key.values() for name in trial.pictures)

    def picture(self, name: str) -> Path | None:
        """Where the picture ``name`` lies; ``None`` if the study shows none of that name."""
        return self.folder / PICTURES / name if name in self.pictures else None

    def write(self) -> None:
        """Write ``study.json``, whole or not at all."""
        said = asdict(self)
        del said["folder"]
        write_json(self.folder / STUDY_FILE, {"format": FORMAT, **said})

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what :meth:`write` wrote.

        Raises:
            InputError: there is no study, it is damaged, of another format, or names files
                outside its folder.
        """
        folder = Path(folder)
        file = folder / STUDY_FILE
        try:
            said = json.loads(file.read_bytes())
            if said.pop("format") != FORMAT:
                raise InputError(file, "another format", f"format {FORMAT}", "Create it anew.")
            study = cls(folder, **_parsed(said))
        except OSError as error:
            expected = "the folder that likewise study create wrote"
            raise InputError(folder, f"no {STUDY_FILE} in it", expected) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(file, f"it is damaged ({error})", "a study") from error
        for name in study.pictures:
            if Path(name).name != name or "\\" in name:
                raise InputError(file, f"a path, {name!r}", "plain names of pictures")
            if not (folder / PICTURES / name).is_file():
                raise InputError(folder / PICTURES, f"no {name} in it", "all pictures of the study")
        return study


def _parsed(said: dict[str, Any]) -> dict[str, Any]:
    legends = {case: tuple((n, c) for n, c in legend) for case, legend in said["legends"].items()}
    return said | {
        "questions": tuple(Question(**question) for question in said["questions"]),
        "contestants": tuple(said["contestants"]),
        "trials": tuple(_trial(trial) for trial in said["trials"]),
        "checks": tuple(_trial(trial) for trial in said["checks"]),
        "legends": legends,
    }


def _trial(said: dict[str, Any]) -> Trial:
    answers = tuple(Answer(**answer) for answer in said["answers"])
    check = None if said["check"] is None else Check(**said["check"])
    return Trial(**said | {"answers": answers, "check": check})
