"""Asking: the questions of a comparison, with the pictures that show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from likewise.evaluation.cases import Case
from likewise.evaluation.comparison import Question
from likewise.evaluation.contestants import file_name
from likewise.evaluation.plan import RESERVED_IN_CASE, folder_names
from likewise.geometry.pasting import edited_source
from likewise.images import Image
from likewise.labels.colours import hex_of


def questions_of(cases: Sequence[Case]) -> tuple[Question, ...]:
    """Every layout of every case, in order."""
    return tuple(question for case in cases for question in _questions(case))


def show(case: Case, folder: Path) -> None:
    """Write the pictures that the questions of ``case`` name, of 8 bits, into ``folder``.

    Raises:
        OutputError: the folder cannot be written.
    """
    pictures = {}
    source, table = case.image.to_rgb8(), case.labels.present_classes
    labels = case.labels.indices(table)
    for question in _questions(case):
        target = case.targets[question.target]
        pictures[question.source] = source
        pictures[question.labels] = case.labels.to_colour()
        pictures[question.layout] = target.to_colour()
        pictures[question.edited] = edited_source(source, labels, target.indices(table))
        if question.truth is not None:
            pictures[question.truth] = case.truths[question.target].to_rgb8()
    for name, pixels in pictures.items():
        write_picture(Image.from_array(pixels), folder / name)


def write_picture(image: Image, path: Path) -> None:
    """Write ``image`` as a browser shows it, RGB of 8 bits, and make the folder for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.from_array(image.to_rgb8()).save(path)


def picture_name(question: Question, contestant: str, seed: int) -> str:
    """Where in the comparison's folder an answer lies."""
    layout = question.layout.rpartition("/")[0]
    return f"{layout}/{file_name(contestant)}-s{seed}.png"


def _questions(case: Case) -> list[Question]:
    names = folder_names(case.targets, RESERVED_IN_CASE)
    return [
        Question(
            case=case.name,
            target=target,
            kind=case.kinds.get(target, ""),
            source=f"{case.name}/source.png",
            labels=f"{case.name}/labels.png",
            layout=f"{case.name}/{name}/layout.png",
            edited=f"{case.name}/{name}/edited.png",
            truth=f"{case.name}/{name}/truth.png" if target in case.truths else None,
            size=layout.size,
            legend=tuple((c.name, hex_of(c.colour)) for c in case.labels.present_classes),
        )
        for name, (target, layout) in zip(names, case.targets.items(), strict=True)
    ]
