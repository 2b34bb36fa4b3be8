"""Design: how a study is to be, and the plain data that it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from likewise.errors import ConfigError
from likewise.study.study import FEWEST, MOST, QUESTIONS

TITLE = "Which picture comes closest?"
CONSENT = """\
You will see pictures that a computer made after another picture, and put them in order by how \
well they did. There are no right or wrong answers: your impression counts.

Taking part is voluntary. You can stop at any time, and go on later in the same browser.

Your answers are kept under a random number, with the time they took. No name, no address and \
nothing about your device is kept. The answers are used for research and may be published."""


@dataclass(frozen=True)
class Entry:
    """One layout of one case and what contestants made of it, as plain data.

    Attributes:
        case: name of the case.
        target: name of the layout.
        source: picture I.
        labels: picture of P.
        layout: picture of P'.
        legend: class names and "#rrggbb" colours.
        answers: pictures I' by contestant; those that failed are absent.
    """

    case: str
    target: str
    source: Path
    labels: Path
    layout: Path
    legend: tuple[tuple[str, str], ...]
    answers: dict[str, Path]


@dataclass(frozen=True)
class Design:
    """How a study is to be.

    Attributes:
        title: what participants see on top.
        consent: what they agree to.
        questions: names out of QUESTIONS, in the order they are asked.
        per_trial: answers a trial, FEWEST to MOST; fewer where fewer contestants are.
        trials_each: real trials a person gets, fewer where fewer are.
        checks_each: attention checks a person gets besides; ``None`` for one in ten trials.
        seed: decides who meets whom, and the plans; not the names of files.
    """

    title: str = TITLE
    consent: str = CONSENT
    questions: tuple[str, ...] = ("appearance", "layout")
    per_trial: int = FEWEST
    trials_each: int = 20
    checks_each: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not FEWEST <= self.per_trial <= MOST:
            raise ConfigError("--per-trial", str(self.per_trial), f"{FEWEST} to {MOST}")
        if not 1 <= self.trials_each <= 1000:
            raise ConfigError("--trials", str(self.trials_each), "1 to 1000")
        if self.checks_each is not None and not 0 <= self.checks_each <= self.trials_each:
            raise ConfigError("--checks", str(self.checks_each), "0 to the number of trials")
        unknown = [name for name in self.questions if name not in QUESTIONS]
        if unknown or not self.questions or len(set(self.questions)) < len(self.questions):
            expected = f"one or more of {', '.join(QUESTIONS)}, each once"
            raise ConfigError("--questions", ",".join(self.questions) or "none", expected)
        for argument, text in (("--title", self.title), ("--consent", self.consent)):
            if not text.strip():
                raise ConfigError(argument, "an empty text", "words for the participants")
        if self.seed < 0:
            raise ConfigError("--seed", str(self.seed), "0 or more")
