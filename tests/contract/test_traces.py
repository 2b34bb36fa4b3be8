"""The contract of methods: an answer's pixels come from where its provenance says, or it has none.

Every registered method, and a small traceable one, so that the promise is tested in any case.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests import pairs, scenes
from tests.contract.test_kinds_of_input import KINDS
from tests.gatherer import Gatherer

from likewise.analogy import Analogy
from likewise.errors import LabelError, NotFittedError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Rendering
from likewise.methods.base import Method
from likewise.methods.registry import METHODS
from likewise.provenance import Provenance

_fitted: dict[str, Method] = {}
TRACEABLE = [m for m in (*METHODS.values(), Gatherer) if m.traceable]


@pytest.fixture(params=[*METHODS.values(), Gatherer], ids=lambda method: method.name)
def fitted(request: pytest.FixtureRequest, one_thread: None) -> Method:
    method = request.param("smoke", device="cpu")
    if method.name not in _fitted:
        _fitted[method.name] = method.fit(*pairs.pair(), seed=0)
    return _fitted[method.name]


def require_true(rendering: Rendering, source: Image, size: tuple[int, int]) -> Provenance:
    """The provenance, when it has been found to tell the truth about the image beside it."""
    provenance = rendering.provenance
    assert provenance is not None
    assert provenance.size == rendering.image.size == size
    assert provenance.source_size == source.size
    assert (provenance.x.dtype, provenance.exact.dtype) == (np.float32, np.bool_)
    assert 0 <= provenance.x.min() <= provenance.x.max() <= source.size[1] - 1
    assert 0 <= provenance.y.min() <= provenance.y.max() <= source.size[0] - 1
    rows, columns = (np.rint(places).astype(int) for places in (provenance.y, provenance.x))
    same = (source.pixels[rows, columns] == rendering.image.pixels).reshape(*size, -1).all(-1)
    whole = (rows == provenance.y) & (columns == provenance.x)
    assert np.array_equal(provenance.exact, same & whole)
    return provenance


@pytest.mark.parametrize("size", [(48, 64), (61, 83), (16, 200)])
def test_a_rendering_is_what_render_gives_and_tells_the_truth(
    size: tuple[int, int], fitted: Method
) -> None:
    goal = pairs.target((4, 6), size)
    rendering = fitted.rendering(goal)
    assert rendering.image == fitted.render(goal)
    if fitted.traceable:
        require_true(rendering, fitted.source.image, size)
        assert fitted.rendering(goal).provenance == rendering.provenance
    else:
        assert rendering.provenance is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", TRACEABLE, ids=lambda method: method.name)
def test_pixels_of_every_kind_stay_as_they_are(
    kind: str, method: type[Method], one_thread: None
) -> None:
    channels, dtype, mode = KINDS[kind]
    ids = scenes.house(pairs.SIZE)
    image = Image(scenes.samples(ids, channels, dtype), mode)
    labels = pairs.labels(ids)
    rendering = method("smoke", device="cpu").fit(image, labels).rendering(labels)
    assert require_true(rendering, image, pairs.SIZE).share_exact > 0.5


@pytest.mark.parametrize("method", TRACEABLE, ids=lambda method: method.name)
def test_pixels_of_a_palette_stay_as_they_are(method: type[Method], one_thread: None) -> None:
    ids = scenes.house(pairs.SIZE)
    colours = np.array([[120, 170, 230], [90, 120, 40], [180, 60, 50]], np.uint8)
    image = Image(colours[ids], "P", colours.tobytes())
    labels = pairs.labels(ids)
    rendering = method("smoke", device="cpu").fit(image, labels).rendering(labels)
    assert require_true(rendering, image, pairs.SIZE).share_exact > 0.5


def test_what_render_refuses_is_refused(fitted: Method) -> None:
    with pytest.raises(NotFittedError):
        type(fitted)("smoke", device="cpu").rendering(pairs.target())
    with pytest.raises(LabelError, match="class 9"):
        fitted.rendering(LabelMap.from_array(np.full(pairs.SIZE, 9)))


def test_a_loaded_model_traces_alike(fitted: Method, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    again = type(fitted).load(tmp_path / "model", device="cpu")
    goal = pairs.target()
    assert again.rendering(goal).provenance == fitted.rendering(goal).provenance


def test_the_front_door_hands_it_through(fitted: Method) -> None:
    analogy = Analogy(device="cpu")
    analogy.method = fitted
    assert analogy.rendering(pairs.target()) == fitted.rendering(pairs.target())
