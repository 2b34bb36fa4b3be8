"""Image analogy: B', which is to B as A' is to A.

What A and B are decides what it does: two photographs, and it is a learnt filter; two label maps,
one-hot, and it is texture by numbers; nothing, and it is texture synthesis.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likewise.analogies.example import Example
from likewise.analogies.settings import AnalogySettings
from likewise.errors import ImageError
from likewise.progress import SILENT, Progress


@dataclass(frozen=True)
class Painted:
    """B', and from where it was copied.

    Attributes:
        values: (H', W', C), of the type of A'.
        sources: (2, H', W') int64, row and column of the pixel of A' behind each of B'.
    """

    values: np.ndarray
    sources: np.ndarray


def image_analogy(
    a: np.ndarray,
    a_prime: np.ndarray,
    b: np.ndarray,
    settings: AnalogySettings | None = None,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Painted:
    """B', made of pixels of A' so that it is to B what A' is to A.

    Squared differences are summed over the planes of a pixel, so that colours from 0 to 1 and
    one-hot labels, of which two differ by 2, are of like weight.

    Args:
        a: (H, W, K) floats, K ≥ 0: ``np.empty((H, W, 0))`` asks for texture synthesis.
        a_prime: (H, W, C) floats, C ≥ 1.
        b: (H', W', K) floats, of any size.
        settings: how matches are found; the default where None.
        seed: of the order in which equal matches are preferred.
        progress: hears of the work.

    Raises:
        ImageError: shapes that do not go together, no pixels, or values that are no numbers.
        Interrupted: ``progress.should_stop`` became true.
    """
    for name, planes in (("a", a), ("a_prime", a_prime), ("b", b)):
        if planes.ndim != 3 or 0 in planes.shape[:2] or not np.isfinite(planes).all():
            found = f"an array of shape {planes.shape}, or with values that are no numbers"
            raise ImageError(name, found, "finite planes (H, W, number of planes)")
    if a.shape[:2] != a_prime.shape[:2] or a_prime.shape[2] == 0:
        expected = f"({a.shape[0]}, {a.shape[1]}, 1 or more), as a is {a.shape}"
        raise ImageError("a_prime", f"an array of shape {a_prime.shape}", expected)
    if b.shape[2] != a.shape[2]:
        raise ImageError("b", f"{b.shape[2]} planes", f"{a.shape[2]}, as many as a has")
    example = Example.of(a, a_prime, settings or AnalogySettings(), seed=seed, progress=progress)
    sources = example.followed(b, progress)
    return Painted(a_prime[sources[0], sources[1]], sources)
