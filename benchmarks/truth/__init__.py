"""Edited truth: layouts with a known right answer, made of real pictures of free licence.

A thing cut out of one picture stands on a real backdrop at one place, which gives (I, P); moved,
scaled, doubled, removed or mirrored it gives (I', P'), and I' is the truth of P => P' :: I => ?.
``python -m benchmarks.truth -o DIR`` writes the pairs; docs/edited_truth.md tells the rest.
"""

from benchmarks.truth.pairs import EditKind, TruthPair, make_truth, read_truth, write_truth
from benchmarks.truth.warps import strong_warps

__all__ = ["EditKind", "TruthPair", "make_truth", "read_truth", "strong_warps", "write_truth"]
