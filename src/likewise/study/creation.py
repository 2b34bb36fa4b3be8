"""Creation: a comparison's pictures become a study that gives nothing away."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from likewise.errors import InputError
from likewise.storage import prepare_folder
from likewise.study.design import Design, Entry
from likewise.study.pictures import PictureFolder, new_key, read_shown, ruined
from likewise.study.study import (
    FEWEST,
    PICTURES,
    QUESTIONS,
    Answer,
    Check,
    Place,
    Study,
    Trial,
)
from likewise.study.subsets import balanced_subsets


def create(
    folder: Path, entries: Sequence[Entry], design: Design | None = None, *, overwrite: bool = False
) -> Study:
    """Write a study of ``entries`` to ``folder``.

    Entries with fewer than FEWEST answers are left out. Where more contestants answered than a
    trial shows, a layout has several trials, with sets balanced over pairs of contestants.

    Raises:
        InputError: no entry has FEWEST answers.
        ImageError: a picture cannot be read.
        OutputError: ``folder`` is not empty, or cannot be written.
    """
    design = design or Design()
    usable = [entry for entry in entries if len(entry.answers) >= FEWEST]
    if not usable:
        most = max((len(entry.answers) for entry in entries), default=0)
        raise InputError(
            "study",
            f"no layout has pictures of more than {most} methods",
            f"at least {FEWEST} methods, which people put in order",
            "Compare more of them: likewise compare CASES -m one,two,three -o DIR.",
        )
    folder = prepare_folder(Path(folder), overwrite=overwrite)
    shown = prepare_folder(folder / PICTURES, overwrite=overwrite)
    earlier = set(shown.glob("*.png"))
    try:
        study = _drawn(folder, usable, design, PictureFolder(shown))
        study.write()
    except BaseException:
        earlier ^= set(shown.glob("*.png"))  # the earlier study stays, nothing of this one does
        _clear(folder, earlier)
        raise
    _clear(folder, earlier)
    return study


def _clear(folder: Path, pictures: set[Path]) -> None:
    for picture in pictures:
        picture.unlink()
    with contextlib.suppress(OSError):  # not empty: it is in use
        (folder / PICTURES).rmdir()


def _drawn(folder: Path, usable: Sequence[Entry], design: Design, pictures: PictureFolder) -> Study:
    contestants = tuple(dict.fromkeys(name for entry in usable for name in entry.answers))
    trials = _trials(usable, contestants, design, pictures)
    each = min(design.trials_each, len(trials))
    checks_each = max(1, each // 10) if design.checks_each is None else design.checks_each
    return Study(
        folder=folder,
        key=new_key(),
        title=design.title.strip(),
        consent=design.consent.strip(),
        questions=tuple(QUESTIONS[name] for name in design.questions),
        contestants=contestants,
        trials=trials,
        checks=_checks(usable, checks_each, design, pictures),
        trials_each=each,
        checks_each=checks_each,
        seed=design.seed,
        legends={entry.case: entry.legend for entry in usable},
    )


def _trials(
    entries: Sequence[Entry],
    contestants: tuple[str, ...],
    design: Design,
    pictures: PictureFolder,
) -> tuple[Trial, ...]:
    size = min(design.per_trial, len(contestants))
    everyone = balanced_subsets(len(contestants), size, design.seed)
    trials = []
    for entry in entries:
        present = [place for place, name in enumerate(contestants) if name in entry.answers]
        sets = [chosen for chosen in everyone if set(chosen) <= set(present)]
        for chosen in sets or [tuple(present[:size])]:
            answers = tuple(
                Answer(pictures.copy(entry.answers[contestants[place]], "answer"), name)
                for place, name in ((place, contestants[place]) for place in chosen)
            )
            trials.append(_trial(entry, entry.layout, answers, None, pictures))
    return tuple(trials)


def _checks(
    entries: Sequence[Entry], each: int, design: Design, pictures: PictureFolder
) -> tuple[Trial, ...]:
    """Twice as many as a person gets: ruined answers to spot, and sources to find, in turn."""
    rng = np.random.default_rng((design.seed, len(entries)))
    order = rng.permutation(len(entries))
    places: tuple[Place, Place] = ("last", "first")
    checks = []
    for index in range(2 * each):
        entry = entries[order[index % len(entries)]]
        checks.append(_check(entry, places[index % 2], design.per_trial, rng, pictures))
    return tuple(checks)


def _check(
    entry: Entry, place: Place, size: int, rng: np.random.Generator, pictures: PictureFolder
) -> Trial:
    """A trial with one answer out of doubt, in the appearance as in the layout.

    "last" has a ruined answer among real ones. "first" has the source itself among ruined ones,
    and asks for the source's own layout.
    """
    names = [str(name) for name in rng.permutation(sorted(entry.answers))][:size]
    drawn = [read_shown(entry.answers[name]) for name in names]
    odd = int(rng.integers(len(drawn)))
    if place == "last":
        drawn[odd] = ruined(drawn[odd], rng)
    else:
        drawn = [ruined(picture, rng) for picture in drawn]
        drawn[odd] = read_shown(entry.source)
    answers = tuple(Answer(pictures.add(picture), "") for picture in drawn)
    layout = entry.layout if place == "last" else entry.labels
    return _trial(entry, layout, answers, Check(answers[odd].key, place), pictures)


def _trial(
    entry: Entry,
    layout: Path,
    answers: tuple[Answer, ...],
    check: Check | None,
    pictures: PictureFolder,
) -> Trial:
    source = f"{pictures.copy(entry.source, 'source')}.png"
    shown = f"{pictures.copy(layout, 'layout')}.png"
    return Trial(new_key(), entry.case, entry.target, source, shown, answers, check)
