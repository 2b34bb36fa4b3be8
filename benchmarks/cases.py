"""Cases by name: the bundled examples, or a folder of your own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from likewise.errors import InputError
from likewise.evaluation import cases
from likewise.evaluation.cases import Case

ROOT = Path(__file__).resolve().parent.parent
PLACES = (ROOT / "examples", ROOT / "cases")
"""The bundled examples, and a folder of your own that git ignores."""


def read_case(name: str, folder: Path | None = None) -> Case:
    """Read case ``name`` from ``folder``, or from the bundled examples or ``cases/``.

    Raises:
        InputError: there is no such case, or it is damaged.
    """
    return cases.read_case(case_folder(name, folder))


def case_folder(name: str, folder: Path | None = None) -> Path:
    """Where case ``name`` is: in ``folder``, or in the bundled examples or ``cases/``.

    Raises:
        InputError: there is no such case.
    """
    places = (folder,) if folder else PLACES
    found = next((place / name for place in places if (place / name).is_dir()), None)
    if found is None:
        raise InputError(
            "--case",
            f"no case {name!r} in {' or '.join(str(place) for place in places)}",
            "a folder with image.*, labels.* and targets/",
            "Put yours into cases/, or name the folder that they are in.",
        )
    return found


def resized_case(case: Case, short: int) -> Case:
    """``case`` with the short side of its picture at ``short`` pixels, layouts and truths alike."""
    scale = short / min(case.image.size)

    def goal(size: tuple[int, int]) -> tuple[int, int]:
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))

    return replace(
        case,
        image=case.image.resized(goal(case.image.size)),
        labels=case.labels.resized(goal(case.labels.size)),
        targets={name: p.resized(goal(p.size)) for name, p in case.targets.items()},
        truths={name: image.resized(goal(image.size)) for name, image in case.truths.items()},
    )
