"""Comparison: contestants × questions × seeds, what came of each, and the folder that holds it.

::

    <folder>/comparison.json            this
    <folder>/<case>/source.png          I, 8 bits
    <folder>/<case>/labels.png          P in its colours
    <folder>/<case>/<target>/layout.png P' in its colours
    <folder>/<case>/<target>/edited.png I with its regions pasted into P', the edited source
    <folder>/<case>/<target>/truth.png  I', where it is known
    <folder>/<case>/<target>/<contestant>-s<seed>.png
    <folder>/metrics.json, tables/, report.html

All paths in ``comparison.json`` are relative to the folder, which may be moved and sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Self

from likewise.errors import InputError
from likewise.storage import write_json

COMPARISON_FILE = "comparison.json"
FORMAT = 1


@dataclass(frozen=True)
class Question:
    """One layout of one case, with pictures of what is asked; paths relative to the folder.

    Attributes:
        case: name of the case.
        target: name of the layout.
        kind: what was done to the layout, as the case tells; "" where it does not.
        source: picture of I.
        labels: picture of P.
        layout: picture of P'.
        edited: picture of the edited source (``geometry.pasting``).
        truth: picture of I', where the right answer is known.
        size: (height, width) of P' in pixels.
        legend: class names and "#rrggbb" colours that P shows.
    """

    case: str
    target: str
    kind: str
    source: str
    labels: str
    layout: str
    edited: str
    truth: str | None
    size: tuple[int, int]
    legend: tuple[tuple[str, str], ...]

    @property
    def key(self) -> tuple[str, str]:
        """Case and target, unique in a comparison."""
        return self.case, self.target


@dataclass(frozen=True)
class Outcome:
    """What one contestant made of one question with one seed.

    Attributes:
        case: of the question.
        target: of the question.
        contestant: "method:preset".
        seed: of the fit.
        picture: path of I' relative to the folder; None where the contestant failed.
        error: why it failed; "" where it did not.
        fit_seconds: of the fit that all targets of the case share.
        render_seconds: of this layout.
        memory_bytes: peak of the fit and rendering; 0 where it could not be measured.
        scores: by name of the measure (see ``evaluation.measures``); without those that do not
            apply here. Not finite numbers are left out.
        after: the method whose answer stood in for the photograph that this one was made after, or
            "target_images" for the case's own; "" where the contestant works after none.
    """

    case: str
    target: str
    contestant: str
    seed: int
    picture: str | None
    error: str = ""
    fit_seconds: float = 0.0
    render_seconds: float = 0.0
    memory_bytes: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    after: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Case, target, contestant and seed, unique in a comparison."""
        return self.case, self.target, self.contestant, self.seed


@dataclass
class Comparison:
    """All that was asked and answered.

    Attributes:
        folder: where the pictures are.
        contestants: "method:preset", in the order asked for.
        seeds: of the fits.
        questions: in the order asked for.
        outcomes: by :attr:`Outcome.key`; lacks what has not been run yet.
        ceilings: by case, measure and value: what the judges score on pictures whose layout is
            known. {"zebra": {"accuracy": 0.989}}
        facts: versions, device, threads and the like, for the reader.
    """

    folder: Path
    contestants: tuple[str, ...]
    seeds: tuple[int, ...]
    questions: tuple[Question, ...]
    outcomes: dict[tuple[str, str, str, int], Outcome] = field(default_factory=dict)
    ceilings: dict[str, dict[str, float]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def path(self, relative: str) -> Path:
        """Where a file named in here lies."""
        return self.folder / relative

    def answers(self, question: Question, seed: int | None = None) -> dict[str, Outcome]:
        """Outcomes with a picture of ``question`` by contestant, of ``seed`` (the first one)."""
        wanted = self.seeds[0] if seed is None else seed
        found = {c: self.outcomes.get((*question.key, c, wanted)) for c in self.contestants}
        return {c: o for c, o in found.items() if o is not None and o.picture is not None}

    def failures(self) -> Iterator[Outcome]:
        """Outcomes without a picture."""
        return (outcome for outcome in self.outcomes.values() if outcome.error)

    def write(self) -> None:
        """Write ``comparison.json``, whole or not at all."""
        write_json(
            self.folder / COMPARISON_FILE,
            {
                "format": FORMAT,
                "contestants": list(self.contestants),
                "seeds": list(self.seeds),
                "questions": [asdict(question) for question in self.questions],
                "outcomes": [asdict(outcome) for outcome in self.outcomes.values()],
                "ceilings": self.ceilings,
                "facts": self.facts,
            },
        )

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what :meth:`write` wrote.

        Raises:
            InputError: there is no comparison, it is damaged, of another format, or names files
                outside its folder.
        """
        file = Path(folder) / COMPARISON_FILE
        try:
            said = json.loads(file.read_bytes())
            if said["format"] != FORMAT:
                raise InputError(file, f"format {said['format']}", f"format {FORMAT}")
            questions = tuple(_question(q) for q in said["questions"])
            outcomes = [Outcome(**outcome) for outcome in said["outcomes"]]
            comparison = cls(
                Path(folder),
                tuple(said["contestants"]),
                tuple(said["seeds"]),
                questions,
                {outcome.key: outcome for outcome in outcomes},
                said["ceilings"],
                said["facts"],
            )
        except OSError as error:
            raise InputError(
                folder, f"no {COMPARISON_FILE} in it", "the folder that likewise compare wrote"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(file, f"it is damaged ({error})", "a comparison") from error
        for name in comparison._named():
            _require_inside(file, name)
        return comparison

    def _named(self) -> Iterator[str]:
        for question in self.questions:
            yield from (question.source, question.labels, question.layout, question.edited)
            yield question.truth or "."
        for outcome in self.outcomes.values():
            yield outcome.picture or "."


def _question(said: dict[str, Any]) -> Question:
    legend = tuple((name, colour) for name, colour in said["legend"])
    height, width = said["size"]
    return Question(**said | {"legend": legend, "size": (height, width)})


def _require_inside(file: Path, name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise InputError(file, f"a path outside the folder, {name!r}", "paths within it")
