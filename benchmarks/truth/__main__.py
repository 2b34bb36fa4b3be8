"""Write edited truth, or strong warps of cases: folders of PNG, a contact sheet, the credits.

python -m benchmarks.truth -o DIR
python -m benchmarks.truth -o DIR --scene lake dusk
python -m benchmarks.truth -o DIR --warps temple coffee --count 4 --seed 0
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.cases import read_case
from benchmarks.pages import stacked
from benchmarks.truth.credits import credits_page
from benchmarks.truth.pairs import TruthPair, make_truth, write_truth
from benchmarks.truth.warps import strong_warps
from likewise import Image
from likewise.errors import InputError
from likewise.sheet import Column, contact_sheet
from likewise.storage import write_bytes


def main() -> None:
    """Parse the command line, make the pairs, write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    parser.add_argument("--scene", nargs="+", help="only these scenes of edited truth")
    parser.add_argument("--warps", nargs="+", metavar="CASE", help="strong warps of these cases")
    parser.add_argument("--cases", type=Path, help="where they are; else examples/ and cases/")
    parser.add_argument("--count", type=int, default=4, help="warps of each case")
    parser.add_argument("--seed", type=int, default=0, help="of the warps")
    options = parser.parse_args()
    try:
        pairs = _pairs(options)
        options.output.mkdir(parents=True, exist_ok=True)
        write_truth(pairs, options.output)
        Image.from_array(sheet(pairs)).save(options.output / "contact_sheet.png")
        if not options.warps:
            write_bytes(options.output / "CREDITS.md", credits_page().encode())
    except InputError as error:
        sys.exit(f"error: {error}")
    for pair in pairs:
        height, width = pair.image.size
        print(f"{pair.name:24s} {pair.kind:12s} {width} x {height}")
    print(f"{len(pairs)} pairs in {options.output}")


def _pairs(options: argparse.Namespace) -> list[TruthPair]:
    if not options.warps:
        return make_truth(options.scene)
    cases = [read_case(name, options.cases) for name in options.warps]
    return [
        pair
        for case in cases
        for pair in strong_warps(
            case.name, case.image, case.labels, count=options.count, seed=options.seed
        )
    ]


def sheet(pairs: Sequence[TruthPair]) -> np.ndarray:
    """The page (H, W, 3) uint8: a band for each case, its source pair and every truth."""
    bands = []
    for case in dict.fromkeys(pair.case for pair in pairs):
        own = [pair for pair in pairs if pair.case == case]
        labels = own[0].labels
        source = Column(case, labels.to_colour(), own[0].image.to_rgb8())
        answers = [
            Column(f"{pair.edit} ({pair.kind})", pair.target.to_colour(), pair.truth.to_rgb8())
            for pair in own
        ]
        legend = [(entry.name, entry.colour) for entry in labels.present_classes]
        bands.append(contact_sheet(source, answers, legend))
    return stacked(bands)


if __name__ == "__main__":
    main()
