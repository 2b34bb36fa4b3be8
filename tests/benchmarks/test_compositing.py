"""Compositing: things keep their place, their rim is clean, and labels follow the pixels."""

import numpy as np
import pytest
from benchmarks.truth.compositing import BORDER, Canvas, Edge, Shadow, cut_out, lay
from scipy import ndimage


def grey_ramp(height: int, width: int) -> np.ndarray:
    return np.broadcast_to(np.linspace(0.1, 0.4, width)[None, :, None], (height, width, 3)).copy()


def disc(size: int, radius: float) -> np.ndarray:
    rows, columns = np.indices((size, size)) + 0.5 - size / 2
    return np.hypot(rows, columns) <= radius


def cut_disc(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """A red disc before green whose rim is half green, as cameras see it; and its ids."""
    mask = disc(64, radius)
    soft = ndimage.gaussian_filter(mask.astype(float), 1.0)[..., None]
    return soft * (1, 0, 0) + (1 - soft) * (0, 1, 0), np.where(mask, 3, -1)


def test_the_old_background_is_gone_from_the_rim():
    rgb, ids = cut_disc(20)
    canvas = Canvas(np.full((90, 90, 3), 0.25, dtype=np.float32), np.zeros((90, 90), np.int32))
    lay(canvas, cut_out(rgb, ids, Edge()), (45.3, 80.6), 0.83)
    # Green was the old background: neither the thing nor the new backdrop has more than 0.25.
    assert canvas.rgb[..., 1].max() <= 0.26
    half = canvas.rgb[..., 0] >= 0.625
    assert (half == (canvas.ids == 3)).mean() > 0.999
    soft = (canvas.rgb[..., 0] > 0.3) & (canvas.rgb[..., 0] < 0.95)
    assert 40 < soft.sum() < 400


def test_things_land_at_subpixel_places():
    rgb, ids = cut_disc(20)
    whole = cut_out(rgb, ids, Edge())
    for scale, x, mirror in ((1.0, 40.0, False), (0.5, 40.25, False), (0.77, 33.6, True)):
        canvas = Canvas(np.zeros((80, 80, 3), np.float32), np.zeros((80, 80), np.int32))
        lay(canvas, whole, (x, 70.0), scale, mirror=mirror)
        weight = canvas.rgb[..., 0].astype(float)
        rows, columns = np.indices(weight.shape) + 0.5
        assert (weight * columns).sum() / weight.sum() == pytest.approx(x, abs=0.05)
        expected = 70.0 - 20 * scale
        assert (weight * rows).sum() / weight.sum() == pytest.approx(expected, abs=0.05)
        assert np.sqrt(weight.sum() / np.pi) == pytest.approx((20 - 0.5) * scale, abs=0.3)


def test_mirroring_exchanges_left_and_right():
    rgb, ids = cut_disc(20)
    ids[:, 40:][ids[:, 40:] >= 0] = 5
    rgb[..., 2] = np.where(ids == 5, 0.6, 0.0)
    pictures = []
    for mirror in (False, True):
        canvas = Canvas(np.zeros((60, 60, 3), np.float32), np.zeros((60, 60), np.int32))
        lay(canvas, cut_out(rgb, ids, Edge()), (30.0, 55.0), 1.0, mirror=mirror)
        pictures.append(canvas)
    np.testing.assert_allclose(pictures[0].rgb, pictures[1].rgb[:, ::-1], atol=1e-6)
    np.testing.assert_array_equal(pictures[0].ids, pictures[1].ids[:, ::-1])


def test_a_thing_cut_by_the_frame_keeps_a_hard_edge_there():
    rgb = np.full((40, 40, 3), 0.8)
    ids = np.full((40, 40), -1)
    ids[10:, 12:28] = 1
    cut = cut_out(rgb, ids, Edge())
    bottom = cut.alpha[-BORDER - 1]
    assert bottom[BORDER + 8] == 1
    assert 0.4 < cut.alpha[BORDER, BORDER + 8] < 0.6
    canvas = Canvas(np.zeros((40, 40, 3), np.float32), np.zeros((40, 40), np.int32))
    lay(canvas, cut, (20.0, 40.0), 1.0)
    assert canvas.rgb[-1, 20, 0] == pytest.approx(0.8, abs=1e-3)


def test_what_stands_before_hides_thing_and_shadow():
    rgb, ids = cut_disc(20)
    before = np.zeros((80, 80), np.float32)
    before[:, 40:] = 1
    backing = grey_ramp(80, 80).astype(np.float32)
    canvas = Canvas(backing.copy(), np.zeros((80, 80), np.int32))
    shadow = Shadow((4, 4), 3, 0.5)
    lay(canvas, cut_out(rgb, ids, Edge()), (40, 60), 1.0, before=before, shadow=shadow)
    np.testing.assert_array_equal(canvas.rgb[:, 40:], backing[:, 40:])
    assert (canvas.ids[:, 40:] == 0).all()
    assert (canvas.ids[:, :40] == 3).sum() > 300
    assert canvas.rgb[61, 38, 0] < 0.85 * backing[61, 38, 0]
