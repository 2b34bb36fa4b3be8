"""Bench: one case on which answers are shown and scored."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from likewise.errors import LikewiseError
from likewise.evaluation.asking import picture_name, write_picture
from likewise.evaluation.cases import Case
from likewise.evaluation.comparison import Outcome, Question
from likewise.evaluation.contestants import SOURCE, TRUTH
from likewise.evaluation.isolation import Report, one_line
from likewise.evaluation.place import log_name
from likewise.evaluation.plan import Cell
from likewise.evaluation.scoring import Scorer
from likewise.images import Image, read_image
from likewise.storage import write_bytes

Look = Callable[[str, str], None]
"""Called with contestant and layout before a picture is scored; what it raises ends the work."""


class Bench:
    """Turns answers to the questions of one case into outcomes.

    Args:
        case: whose layouts are asked.
        questions: one for each layout.
        folder: of the comparison.
        scorer: makes what scores; called when the first answer is there.
    """

    def __init__(
        self,
        case: Case,
        questions: Sequence[Question],
        folder: Path,
        scorer: Callable[[], Scorer],
    ) -> None:
        self._case = case
        self._questions = questions
        self._folder = folder
        self._make = scorer

    @cached_property
    def _scorer(self) -> Scorer:
        return self._make()

    @property
    def ceilings(self) -> dict[str, float]:
        """What the judges score where the layout is known; none where they cannot be made."""
        try:
            return self._scorer.ceilings
        except LikewiseError:
            return {}  # every outcome says so, too

    def references(self, seed: int, look: Look) -> list[Outcome]:
        """The unchanged source, and the truth where it is known, as if they were answers."""
        outcomes = []
        for question in self._questions:
            images = {SOURCE: self._case.image.resized(question.size)}
            if question.truth is not None:
                images[TRUTH] = self._case.truths[question.target]
            for name, image in images.items():
                look(name, question.target)
                outcomes.append(self._outcome(question, name, seed, image))
        return outcomes

    def judge(self, cell: Cell, report: Report, look: Look) -> list[Outcome]:
        """The outcomes of a fit; what a failed one wrote is kept as a log."""
        outcomes = []
        for question in self._questions:
            look(cell.contestant.name, question.target)
            outcomes.append(self._answered(question, cell, report))
        log = self._folder / log_name(cell.case, cell.contestant.name, cell.seed)
        if report.log and any(outcome.error for outcome in outcomes):
            log.parent.mkdir(exist_ok=True)
            write_bytes(log, report.log.encode())
        else:
            log.unlink(missing_ok=True)  # of a failure before --resume
        return outcomes

    def _answered(self, question: Question, cell: Cell, report: Report) -> Outcome:
        name, error = cell.contestant.name, report.error(question.target)
        if not error:
            image = read_image(report.files[question.target])
            return self._outcome(question, name, cell.seed, image, report)
        return Outcome(
            *(*question.key, name, cell.seed, None, error),
            fit_seconds=report.fit_seconds,
            memory_bytes=report.memory_bytes,
        )

    def _outcome(
        self, question: Question, name: str, seed: int, image: Image, report: Report | None = None
    ) -> Outcome:
        picture = picture_name(question, name, seed)
        write_picture(image, self._folder / picture)
        scores, error = self._scored(image, question.target)
        costs = report or Report()
        return Outcome(
            *(*question.key, name, seed, picture, error),
            fit_seconds=costs.fit_seconds,
            render_seconds=costs.seconds.get(question.target, 0.0),
            memory_bytes=costs.memory_bytes,
            after=costs.after.get(question.target, ""),
            scores=scores,
        )

    def _scored(self, image: Image, target: str) -> tuple[dict[str, float], str]:
        """Scores, or why there are none."""
        try:
            return self._scorer.score(image, target), ""
        except LikewiseError as error:
            reason = str(error)
        except Exception as error:  # one picture that cannot be scored must not stop the rest
            traceback.print_exc()
            reason = f"{type(error).__name__}: {error}"
        return {}, one_line(f"it could not be scored: {reason}")
