"""Screen: one trial and one question, as the page is told of it; nothing tells who made what."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as Pillow

from likewise.study.plan import Turn
from likewise.study.store import Progress
from likewise.study.study import Question, Study
from likewise.web.study.schemas import Asked, Candidate, Picture, Screen, Screens

PICTURES = "pictures"


class Screener:
    """Makes screens of one study; remembers the sizes of its pictures."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._sizes: dict[str, tuple[int, int]] = {}

    def left(self, progress: Progress) -> Screens:
        """What a person has not answered yet. Reads picture headers: call it in a thread."""
        return Screens(
            answered=len(progress.turns) * len(progress.questions) - len(progress.open),
            total=len(progress.turns) * len(progress.questions),
            screens=[self.screen(turn, question) for turn, question in progress.open],
        )

    def screen(self, turn: Turn, question: Question) -> Screen:
        """One screen."""
        trial = turn.trial
        layout = question.shown == "layout"
        return Screen(
            trial=trial.key,
            question=Asked(
                name=question.name, text=question.text, hint=question.hint, shown=question.shown
            ),
            reference=self.picture(trial.layout if layout else trial.source),
            legend=list(self.study.legends.get(trial.case, ())) if layout else [],
            candidates=[
                Candidate(key=answer.key, **self.picture(answer.picture).model_dump())
                for answer in turn.shown
            ],
        )

    def picture(self, name: str) -> Picture:
        """Address and size of a picture of the study."""
        path = self.study.picture(name)
        assert path is not None, name
        size = self._sizes.get(name)
        if size is None:
            size = self._sizes[name] = _size(path)
        return Picture(image=f"{PICTURES}/{name}", width=size[0], height=size[1])


def _size(path: Path) -> tuple[int, int]:
    with Pillow.open(path) as picture:  # reads the header alone
        return picture.size
