"""Edge F-score: matched one to one, as a slow twin matches; exact lines score 1."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.morphology import skeletonize

from likewise.errors import ImageError, LabelError
from likewise.metrics.edges import EdgeFScore, edge_scores, edge_strengths, matched_scores


def twin(edges: np.ndarray, lines: np.ndarray, reach: float) -> tuple[float, float]:
    """Precision and recall by augmenting paths, pixel by pixel (Kuhn)."""
    a, b = (np.argwhere(skeletonize(mask)) for mask in (edges, lines))
    near = [[j for j in range(len(b)) if np.hypot(*(p - b[j])) <= reach] for p in a]
    partner: dict[int, int] = {}

    def placed(one: int, seen: set[int]) -> bool:
        for other in near[one]:
            if other in seen:
                continue
            seen.add(other)
            if other not in partner or placed(partner[other], seen):
                partner[other] = one
                return True
        return False

    pairs = sum(placed(one, set()) for one in range(len(a)))
    return pairs / len(a), pairs / len(b)


@pytest.mark.parametrize("seed", range(4))
def test_the_matching_is_as_large_as_the_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges, lines = (rng.random((30, 40)) < 0.08 for _ in range(2))
    found = matched_scores(edges, lines, tolerance=2.5 / 50)
    assert (found.precision, found.recall) == pytest.approx(twin(edges, lines, 2.5))


def square(at: int, size: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """A picture of a bright square from (at, at), and its outline."""
    inside = np.zeros((80, 100), dtype=bool)
    inside[at : at + size, at : at + size] = True
    outline = inside & ~np.roll(inside, 1, 0) | inside & ~np.roll(inside, -1, 0)
    outline |= inside & ~np.roll(inside, 1, 1) | inside & ~np.roll(inside, -1, 1)
    return np.repeat(inside[..., None], 3, axis=2).astype(float), outline


def test_edges_on_lines_score_one_and_elsewhere_nothing() -> None:
    picture, outline = square(20)
    metric = EdgeFScore(picture, outline)
    assert metric.of_source.f > 0.95
    assert metric(picture, outline).f == pytest.approx(metric.of_source.f)
    far = np.zeros_like(outline)
    far[5, 5:60] = True
    assert metric(picture, far).f == 0
    assert metric(np.full_like(picture, 0.5), outline).f == 0


def test_a_smear_of_edges_does_not_pay() -> None:
    _, outline = square(20)
    near = np.zeros_like(outline)
    for shift in (-6, -3, 0, 3, 6):
        near |= np.roll(outline, shift, 0)
    assert matched_scores(near, outline, 0.06).precision < 0.5
    assert matched_scores(outline, outline).f == 1


def test_edges_are_one_pixel_wide_where_the_picture_steps() -> None:
    picture = np.zeros((40, 60, 3))
    picture[:, 30:] = 1
    strong = edge_strengths(picture) > 0.01
    assert (strong.sum(axis=1) == 1).all()
    assert set(np.nonzero(strong)[1]) <= {29, 30}


def test_bad_input_is_told() -> None:
    picture, outline = square(20)
    with pytest.raises(LabelError, match="their picture's"):
        edge_scores(picture, outline[1:], 0.1)
    with pytest.raises(LabelError, match="no line"):
        edge_scores(picture, np.zeros_like(outline), 0.1)
    with pytest.raises(ImageError):
        edge_scores(picture * 255, outline, 0.1)
