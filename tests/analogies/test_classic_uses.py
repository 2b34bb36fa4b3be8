"""The uses of the paper, on made pairs whose answer is known."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from tests import scenes

from likewise.analogies.filters import YIQ, learnt_filter, remapped
from likewise.analogies.image_analogy import image_analogy
from likewise.analogies.settings import AnalogySettings
from likewise.errors import ImageError, Interrupted
from likewise.progress import Progress


def smooth(size: tuple[int, int], seed: int, count: int = 1) -> np.ndarray:
    """(H, W, count) in [0, 1]: clouds."""
    noise = np.random.default_rng(seed).normal(size=(*size, count))
    clouds = gaussian_filter(noise, (3, 3, 0))
    low, high = clouds.min(axis=(0, 1)), clouds.max(axis=(0, 1))
    return (clouds - low) / (high - low)


def rgb(size: tuple[int, int], seed: int) -> np.ndarray:
    return 0.2 + 0.6 * smooth(size, seed, 3)


@pytest.mark.parametrize("count", [1, 3])
def test_the_same_b_gives_a_prime_itself(count: int) -> None:
    a, a_prime = smooth((48, 60), 0, count), smooth((48, 60), 1, count)
    painted = image_analogy(a, a_prime, a)
    np.testing.assert_array_equal(painted.values, a_prime)
    np.testing.assert_array_equal(painted.sources, np.indices((48, 60)))


def test_the_same_labels_give_the_textures_in_their_places() -> None:
    labels = np.eye(3)[scenes.house((48, 64))]
    texture = scenes.picture(scenes.house((48, 64))).to_float()
    painted = image_analogy(labels, texture, labels)
    assert (labels[tuple(painted.sources)] == labels).all(axis=-1).mean() > 0.99


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (lambda a: 1 - a, 0.02),
        (lambda a: np.floor(a * 4) / 4, 0.06),
        (lambda a: gaussian_filter(a, (1.5, 1.5, 0)), 0.02),
        (lambda a: 0.5 + np.roll(a, 1, axis=1) - a, 0.02),
    ],
    ids=["inverted", "posterised", "blurred", "embossed"],
)
def test_a_filter_is_learnt_from_one_example(change: object, most: float) -> None:
    """Without coherence, which keeps brush strokes together at the cost of the filter."""
    assert callable(change)
    a, b = smooth((96, 96), 0), smooth((64, 80), 1)
    painted = image_analogy(a, change(a), b, AnalogySettings(kappa=0.0))
    wrong = np.abs(painted.values - change(b))
    assert wrong.mean() < most
    assert wrong.mean() < 0.25 * np.abs(change(b) - b).mean() + 0.5 * most


def test_texture_by_numbers_paints_each_number_with_its_material() -> None:
    """Left a flat grey, right upright stripes, 6 pixels apart; asked for one above the other."""
    ids = scenes.stripes((40, 64), 2)
    stripes = np.broadcast_to(0.5 + 0.4 * np.sin(np.arange(64) * np.pi / 3), (40, 64))
    material = np.where(ids == 0, 0.1, stripes)[..., None]
    goal = np.zeros((64, 40), dtype=np.int64)
    goal[32:] = 1
    painted = image_analogy(np.eye(2)[ids], material, np.eye(2)[goal]).values[..., 0]
    assert np.abs(painted[:30] - 0.1).max() < 1e-6
    below = painted[35:]
    assert np.abs(below - below[:1]).mean() < 0.05  # upright
    assert np.abs(below[:, 6:] - below[:, :-6]).mean() < 0.1  # and as far apart, but at a joint
    assert np.abs(below[:, 3:] - below[:, :-3]).mean() > 0.4


@pytest.mark.parametrize("size", [(40, 70), (96, 96)])
def test_texture_synthesis_keeps_the_period_of_a_texture(size: tuple[int, int]) -> None:
    rows, columns = np.indices((48, 48))
    texture = (0.5 + 0.4 * np.sin((rows + columns) * np.pi / 4))[..., None]
    painted = image_analogy(np.empty((48, 48, 0)), texture, np.empty((*size, 0))).values[..., 0]
    assert np.abs(painted[8:] - painted[:-8]).mean() < 0.05
    assert np.abs(painted[:, 8:] - painted[:, :-8]).mean() < 0.05
    assert np.abs(painted[4:] - painted[:-4]).mean() > 0.3
    assert np.abs(painted[1:, :-1] - painted[:-1, 1:]).mean() < 0.05  # the lines lean as before


def test_another_seed_makes_another_texture() -> None:
    texture = np.random.default_rng(0).uniform(0, 1, (32, 32, 1))
    nothing = np.empty((32, 32, 0))
    answers = [image_analogy(nothing, texture, nothing, seed=seed).sources for seed in (0, 0, 1)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert (answers[0] != answers[2]).any()


def test_coherence_makes_larger_pieces() -> None:
    texture, other = (np.random.default_rng(s).uniform(0, 1, (48, 48, 1)) for s in (0, 1))
    shares = []
    for kappa in (0.0, 1.0, 5.0):
        rows, columns = image_analogy(texture, texture, other, AnalogySettings(kappa=kappa)).sources
        together = (np.diff(columns, axis=1) == 1) & (np.diff(rows, axis=1) == 0)
        shares.append(together.mean())
    assert shares[0] < 0.4 < 0.6 < shares[1] < 0.8 < shares[2]


def test_a_learnt_filter_keeps_the_colours_of_b() -> None:
    a, b = rgb((64, 64), 0), rgb((48, 56), 1)
    made = learnt_filter(a, np.clip(1.2 * a - 0.1, 0, 1), b, AnalogySettings(kappa=0.0))
    np.testing.assert_allclose((made @ YIQ.T)[..., 1:], (b @ YIQ.T)[..., 1:], atol=0.01)
    light = (b @ YIQ[0]) * 1.2 - 0.1
    assert np.abs(made @ YIQ[0] - light).mean() < 0.03


def test_remapping_lets_a_dark_example_teach_a_bright_picture() -> None:
    a, b = 0.3 * rgb((64, 64), 0), 0.5 + 0.5 * rgb((48, 56), 1)
    blurred = gaussian_filter(a, (2, 2, 0))
    wanted = gaussian_filter(b, (2, 2, 0)) @ YIQ[0]
    wrong = [
        np.abs(learnt_filter(a, blurred, b, remap=remap) @ YIQ[0] - wanted).mean()
        for remap in (True, False)
    ]
    assert wrong[0] < 0.03 < 0.2 < wrong[1]


def test_remapped_lightness_has_the_mean_and_deviation_of_the_target() -> None:
    light, other = smooth((20, 20), 0), 0.1 + 0.3 * smooth((9, 30), 1)
    mine, prime = remapped(light, 1 - light, other)
    assert mine.mean() == pytest.approx(other.mean())
    assert mine.std() == pytest.approx(other.std())
    np.testing.assert_allclose(mine + prime, mine.mean() * 2 + prime.mean() - mine.mean())
    flat, _ = remapped(np.full((4, 4), 0.5), light, other)
    np.testing.assert_allclose(flat, other.mean())


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((8, 8), (8, 8, 1), (8, 8, 1)), r"^a: .*shape \(8, 8\)"),
        (((8, 8, 1), (8, 9, 1), (8, 8, 1)), r"^a_prime: .*\(8, 9, 1\).*expected \(8, 8, 1 or more"),
        (((8, 8, 1), (8, 8, 0), (8, 8, 1)), r"^a_prime: .*\(8, 8, 0\)"),
        (((8, 8, 2), (8, 8, 1), (8, 8, 1)), r"^b: 1 planes; expected 2"),
        (((8, 8, 1), (8, 8, 1), (0, 8, 1)), r"^b: .*\(0, 8, 1\)"),
    ],
)
def test_shapes_that_do_not_go_together_are_refused(
    shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(ImageError, match=message):
        image_analogy(*(np.zeros(shape) for shape in shapes))


def test_values_that_are_no_numbers_are_refused() -> None:
    a = np.zeros((8, 8, 1))
    with pytest.raises(ImageError, match=r"^b: .*no numbers"):
        image_analogy(a, a, a * np.nan)


def test_a_filter_wants_colours() -> None:
    grey, colours = np.zeros((8, 8, 1)), np.zeros((8, 8, 3))
    with pytest.raises(ImageError, match=r"^a_prime: .*\(8, 8, 1\); expected RGB"):
        learnt_filter(colours, grey, colours)


class StopAt(Progress):
    """Asks to stop at the n-th row that is painted."""

    def __init__(self, row: int) -> None:
        self.what, self.done, self.row = "", 0, row

    def start(self, what: str, total: int, done: int = 0) -> None:
        self.what, self.done = what, done

    def advance(self, done: int, **figures: float) -> None:
        self.done = done

    @property
    def should_stop(self) -> bool:
        return self.what == "painting" and self.done >= self.row


def test_painting_can_be_stopped_at_any_row() -> None:
    a = smooth((40, 40), 0)
    progress = StopAt(7)
    with pytest.raises(Interrupted, match="painted"):
        image_analogy(a, a, a, progress=progress)
    assert progress.done == 7


def test_two_threads_may_paint_at_once() -> None:
    a, b = smooth((40, 40), 0), smooth((40, 48), 1)
    alone = image_analogy(a, a, b).sources
    found: list[np.ndarray] = []
    work = [
        threading.Thread(target=lambda: found.append(image_analogy(a, a, b).sources))
        for _ in range(2)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(found) == 2
    assert all((other == alone).all() for other in found)
