"""Case: a source pair, its target layouts by name, and the true answers where they are known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from likewise.errors import InputError
from likewise.images import Image, read_image
from likewise.labels.label_map import LabelMap

IMAGE_NAMES = ("image", "img")
LABEL_NAMES = ("labels", "label")
TARGET_FOLDERS = ("targets", "cond")
TRUTH_FOLDER = "truths"
PHOTOGRAPH_FOLDER = "target_images"
KINDS_FILE = "edits.json"


@dataclass(frozen=True)
class Case:
    """P => P' :: I => ?, for one source pair and its layouts.

    Attributes:
        name: of its folder.
        image: I.
        labels: P, of the size of ``image``.
        targets: P' by name, in the class table of ``labels``.
        truths: I' by the same names, where the right answer is known.
        kinds: what was done to the layout, by the same names, where that is told.
        photographs: pictures of those layouts, by the same names, for methods that work after one.
    """

    name: str
    image: Image
    labels: LabelMap
    targets: dict[str, LabelMap]
    truths: dict[str, Image] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    photographs: dict[str, Image] = field(default_factory=dict)


def find_cases(places: Iterable[Path]) -> list[Path]:
    """The case folders that ``places`` are or hold, in the order given, each once.

    Raises:
        InputError: a place is no folder, or neither is nor holds a case.
    """
    found: dict[Path, None] = {}
    for place in places:
        if not place.is_dir():
            raise InputError(str(place), "no such folder", "a case, or a folder of cases")
        inside = [place] if is_case(place) else [p for p in sorted(place.iterdir()) if is_case(p)]
        if not inside:
            raise InputError(
                str(place),
                "no case in it",
                "a folder with image.*, labels.* and targets/, or a folder of such",
            )
        found.update(dict.fromkeys(inside))
    return list(found)


def is_case(folder: Path) -> bool:
    """Whether ``folder`` holds an image and its labels."""
    return bool(_files(folder, IMAGE_NAMES)) and bool(_files(folder, LABEL_NAMES))


def files_of(folder: Path) -> tuple[Path, Path]:
    """The image and the label map of a case.

    Raises:
        InputError: one is missing.
    """
    return _one(folder, IMAGE_NAMES), _one(folder, LABEL_NAMES)


def read_case(folder: Path) -> Case:
    """Read a folder of ``image.*`` (``img.*``), ``labels.*`` (``label.*``) and ``targets/``.

    Layouts may also lie in ``cond/``. ``truths/NAME.*`` is the right answer to ``targets/NAME.*``,
    ``target_images/NAME.*`` a photograph that has this layout; ``edits.json`` tells by name what
    was done to the layout.

    Raises:
        InputError: a part is missing, damaged, or does not fit the others.
    """
    image_file, labels_file = files_of(folder)
    image, labels = read_image(image_file), LabelMap.read(labels_file)
    labels.require_size(image)
    targets = {path.stem: LabelMap.read(path, like=labels) for path in _layouts(folder)}
    for name, layout in targets.items():
        layout.require_known(labels, f"{folder.name}/{name}")
    truths = _pictures(folder / TRUTH_FOLDER, targets)
    photographs = _pictures(folder / PHOTOGRAPH_FOLDER, targets)
    return Case(folder.name, image, labels, targets, truths, _kinds(folder, targets), photographs)


def _pictures(folder: Path, targets: Mapping[str, LabelMap]) -> dict[str, Image]:
    """The pictures in ``folder`` by the names of layouts; none where there is no folder."""
    pictures = {path.stem: read_image(path) for path in _listed(folder)}
    for name, picture in pictures.items():
        if name not in targets:
            raise InputError(folder, f"no layout {name!r}", "pictures named like layouts")
        targets[name].require_size(picture)
    return pictures


def _layouts(folder: Path) -> list[Path]:
    for name in TARGET_FOLDERS:
        if (folder / name).is_dir():
            return _listed(folder / name)
    raise InputError(folder, f"no {' or '.join(TARGET_FOLDERS)} there", "a folder of layouts")


def _listed(folder: Path) -> list[Path]:
    """Files of ``folder``, hidden ones and class tables apart; none where there is no folder."""
    if not folder.is_dir():
        return []
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return [path for path in files if path.suffix != ".json" and not path.name.startswith(".")]


def _kinds(folder: Path, targets: Iterable[str]) -> dict[str, str]:
    file = folder / KINDS_FILE
    if not file.exists():
        return {}
    try:
        kinds = {str(name): str(kind) for name, kind in json.loads(file.read_bytes()).items()}
    except (ValueError, AttributeError) as reason:
        expected = "a JSON object of layout names and kinds"
        raise InputError(file, str(reason), expected) from None
    lacking = sorted(set(kinds) - set(targets))
    if lacking:
        raise InputError(file, f"no layout {lacking[0]!r}", "a layout for each name")
    return kinds


def _one(folder: Path, stems: Sequence[str]) -> Path:
    files = _files(folder, stems)
    if not files:
        raise InputError(folder, f"no {' or '.join(stems)} there", "a case folder")
    return files[0]


def _files(folder: Path, stems: Sequence[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for stem in stems for path in sorted(folder.glob(f"{stem}.*"))]
