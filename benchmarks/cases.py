"""Cases: finding and reading a picture, its label map and its target layouts by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from likewise import Image, LabelMap, read_image
from likewise.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
PLACES = (ROOT / "examples", ROOT / "cases")
"""The bundled examples, and a folder of your own that git ignores."""


@dataclass(frozen=True)
class Case:
    """A source pair and its target layouts by name."""

    name: str
    image: Image
    labels: LabelMap
    targets: dict[str, LabelMap]


def read_case(name: str, folder: Path | None = None) -> Case:
    """Read case ``name`` from ``folder``, or from the bundled examples or ``cases/``.

    A case is a folder with ``image.*`` (or ``img.*``), ``labels.*`` (or ``label.*``) and
    ``targets/`` (or ``cond/``).

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
            "Put yours into cases/, or name their folder with --cases.",
        )
    image = read_image(_one(found, "image", "img"))
    labels = LabelMap.read(_one(found, "labels", "label"))
    targets = found / "targets" if (found / "targets").is_dir() else found / "cond"
    return Case(
        name,
        image,
        labels,
        {path.stem: LabelMap.read(path, like=labels) for path in sorted(targets.iterdir())},
    )


def _one(folder: Path, *stems: str) -> Path:
    for stem in stems:
        for path in sorted(folder.glob(f"{stem}.*")):
            return path
    raise InputError(folder, f"no {' or '.join(stems)} there", "a case folder")
