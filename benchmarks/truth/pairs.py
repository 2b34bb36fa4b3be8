"""TruthPair: a source pair, a layout and its true answer; made of scenes, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.truth.composing import compose, scene_classes
from benchmarks.truth.scenes import SCENES
from likewise import Image, LabelMap
from likewise.errors import InputError
from likewise.evaluation.cases import KINDS_FILE, TRUTH_FOLDER, Case, read_case
from likewise.storage import write_json


class EditKind(StrEnum):
    """What was done to the source's layout."""

    MOVED = "moved"
    SCALED_UP = "scaled up"
    SCALED_DOWN = "scaled down"
    DUPLICATED = "duplicated"
    REMOVED = "removed"
    MIRRORED = "mirrored"
    WARPED = "warped"


@dataclass(frozen=True)
class TruthPair:
    """One question with its answer: P => P' :: I => I', and I' is known.

    Attributes:
        name: "case/edit", unique.
        kind: what was done.
        image: I, (H, W) pixels.
        labels: P, of the size of ``image``.
        target: P', the layout to render.
        truth: I', the right answer, of the size of ``target``.
    """

    name: str
    kind: EditKind
    image: Image
    labels: LabelMap
    target: LabelMap
    truth: Image

    @property
    def case(self) -> str:
        """The name before the stroke; pairs of one case share image and labels."""
        return self.name.rpartition("/")[0]

    @property
    def edit(self) -> str:
        """The name after the stroke."""
        return self.name.rpartition("/")[2]


def make_truth(cases: Iterable[str] | None = None) -> list[TruthPair]:
    """Compose the pairs of the named scenes, or of all; the same bytes every time.

    Raises:
        InputError: there is no scene of that name.
    """
    pairs = []
    for case in SCENES if cases is None else cases:
        if case not in SCENES:
            raise InputError("--scene", f"no scene {case!r}", "one of " + ", ".join(SCENES))
        scene = SCENES[case]
        classes = scene_classes(scene)
        image, labels = compose(scene, scene.before, classes)
        for edit, change in scene.edits.items():
            truth, target = compose(scene, change.after, classes)
            kind = EditKind(change.kind)
            pairs.append(TruthPair(f"{case}/{edit}", kind, image, labels, target, truth))
    return pairs


def write_truth(pairs: Sequence[TruthPair], folder: Path) -> None:
    """Write each case as a folder that ``read_case`` reads, with ``truths/`` and the edits' kinds.

    ``folder/<case>/``: image.png, labels.png, classes.json, edits.json, targets/<edit>.png and
    truths/<edit>.png.

    Raises:
        OutputError: a place cannot be written.
    """
    for case in dict.fromkeys(pair.case for pair in pairs):
        own = [pair for pair in pairs if pair.case == case]
        place = folder / case
        for part in ("targets", TRUTH_FOLDER):
            (place / part).mkdir(parents=True, exist_ok=True)
        own[0].image.save(place / "image.png")
        own[0].labels.write(place / "labels.png")
        own[0].labels.classes.write(place / "classes.json")
        write_json(place / KINDS_FILE, {pair.edit: str(pair.kind) for pair in own})
        for pair in own:
            pair.target.write(place / "targets" / f"{pair.edit}.png")
            pair.truth.save(place / TRUTH_FOLDER / f"{pair.edit}.png")


def read_truth(folder: Path) -> list[TruthPair]:
    """Read all that :func:`write_truth` wrote into ``folder``.

    Raises:
        InputError: no case with truths is there, or a file of one is missing or damaged.
    """
    files = sorted(folder.glob(f"*/{KINDS_FILE}"))
    if not files:
        raise InputError(folder, "no truth there", f"folders with {KINDS_FILE}")
    return [pair for file in files for pair in pairs_of(read_case(file.parent))]


def pairs_of(case: Case) -> list[TruthPair]:
    """The layouts of ``case`` whose kind is told, with their truths.

    Raises:
        InputError: a kind is none of :class:`EditKind`, or a truth is missing.
    """
    pairs = []
    for edit, said in case.kinds.items():
        if said not in set(EditKind):
            expected = "one of " + ", ".join(EditKind)
            raise InputError(f"{case.name}/{KINDS_FILE}", f"{edit!r} is {said!r}", expected)
        if edit not in case.truths:
            raise InputError(f"{case.name}/{TRUTH_FOLDER}", f"none for {edit!r}", "one for each")
        name, kind = f"{case.name}/{edit}", EditKind(said)
        answer = case.targets[edit], case.truths[edit]
        pairs.append(TruthPair(name, kind, case.image, case.labels, *answer))
    return pairs
