"""Faces: do parts stand where they were sent, and does all else stay?

    python -m benchmarks.faces                     # the table of docs/applications.md
    python -m benchmarks.faces --out out/faces     # and its page, faces.jpg

Each edit of the bundled portrait is rendered by the default method. A pixel classifier that learnt
the portrait alone reads the answer: intersection over union of what it takes for the part with the
part at its new place and at its old one. *Unchanged* are pixels that equal the portrait's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from benchmarks.tables import table
from likewise import Analogy, LabelMap, read_image
from likewise.images import Image
from likewise.metrics.judge import Judge
from likewise.tasks.faces.editing import edit_face
from likewise.tasks.faces.moves import Move
from likewise.tasks.faces.parts import HAIRLINE, PARTS, mask_of

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "astronaut"
EDITS = (
    "brows:raise=3",
    "eyes:scale=1.2",
    "eyes:apart=4",
    "nose:scale=0.8",
    "mouth:scale=1.2",
    "mouth:lower=4",
    "hairline:raise=7",
    "hairline:lower=5",
)
SHOWN = (50, 30, 186, 174)  # of the portrait: left, upper, right, lower
LARGER, ACROSS, TITLE = 2, 3, 22
HAIR = "hair"

Tile = tuple[str, Image, LabelMap]


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", nargs="+", default=EDITS, metavar="PART:ACTION=AMOUNT")
    parser.add_argument("--out", type=Path, help="folder for the page")
    options = parser.parse_args()
    portrait = read_image(FOLDER / "image.png")
    labels = LabelMap.read(FOLDER / "face" / "labels.png")
    table_of = labels.present_classes
    judge = Judge(threads=1).fit(portrait.to_float(), labels.indices(table_of))
    tiles: list[Tile] = [("source", portrait, labels)]
    rows = []
    for word in options.edits:
        edit = edit_face(portrait, labels, [word])
        answer = edit.render(Analogy(device="cpu"))
        tiles.append((f"--edit {word}", answer, edit.shown))
        rows.append([word, *_scores(judge, word, tiles[0], tiles[-1])])
        rows[-1].append(f"{100 * _unchanged(portrait, answer):.1f} %")
    print(table(["edit", "portrait", "new place", "old place", "unchanged"], rows))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        page(tiles).save(options.out / "faces.jpg", quality=86)


def _scores(judge: Judge, word: str, before: Tile, after: Tile) -> list[str]:
    """IoU of the part as it is read: in the portrait, in the answer, there with the old place."""
    part = Move.parse(word).part
    _, portrait, labels = before
    _, answer, layout = after
    table_of = labels.present_classes
    read = [labels.with_ids(table_of.ids[judge.read(i.to_float())]) for i in (portrait, answer)]
    was, new, found, seen = (_mask(m, part) for m in (labels, layout, *read))
    return [f"{_iou(*pair):.2f}" for pair in ((found, was), (seen, new), (seen, was))]


def _mask(labels: LabelMap, part: str) -> np.ndarray:
    pieces = ((HAIR,),) if part == HAIRLINE else PARTS[part]
    return mask_of(labels, tuple(name for piece in pieces for name in piece))


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _unchanged(portrait: Image, answer: Image) -> float:
    return float((portrait.pixels == answer.pixels).all(axis=2).mean())


def page(tiles: list[Tile]) -> Pillow.Image:
    """Answers over their layouts, three in a row."""
    width, height = (LARGER * (b - a) for a, b in zip(SHOWN[:2], SHOWN[2:], strict=True))
    step = TITLE + height + height // 2
    sheet = Pillow.new("RGB", (ACROSS * width, -(-len(tiles) // ACROSS) * step), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (title, picture, layout) in enumerate(tiles):
        left, top = number % ACROSS * width, number // ACROSS * step
        pen.text((left + 4, top + 5), title, fill="black", font=font)
        shown = Pillow.fromarray(picture.to_rgb8()).crop(SHOWN)
        sheet.paste(shown.resize((width, height), Pillow.Resampling.LANCZOS), (left, top + TITLE))
        drawn = Pillow.fromarray(layout.to_colour()).crop(SHOWN)
        small = drawn.resize((width // 2, height // 2), Pillow.Resampling.NEAREST)
        sheet.paste(small, (left + width // 4, top + TITLE + height))
    return sheet


if __name__ == "__main__":
    main()
