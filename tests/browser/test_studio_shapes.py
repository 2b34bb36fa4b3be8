"""The studio's pure modules, run by the browser, against twins of NumPy, SciPy and scikit-image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from skimage.draw import polygon2mask
from tests.web.studios import served_studio

pytestmark = pytest.mark.browser
SIZE = (37, 52)
HEIGHT, WIDTH = SIZE
CALL = """async ([file, name, values]) => {
  const revived = (value) => value && value.plane
    ? { width: value.width, height: value.height, data: Uint8Array.from(value.plane) }
    : Array.isArray(value) ? value.map(revived) : value;
  const module = await import(new URL(file, location.href));
  const plain = (value) => ArrayBuffer.isView(value) ? Array.from(value)
    : Array.isArray(value) ? value.map(plain)
    : value && typeof value === "object"
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) : value;
  return plain(module[name](...values.map(revived)));
}"""


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with served_studio(tmp_path_factory.mktemp("studio")) as served:
        opened = browser.new_page()
        opened.goto(served.address)
        opened.wait_for_selector("#start:not([hidden])")
        yield opened
        opened.close()


def call(page: Any, file: str, name: str, *values: Any) -> Any:
    """What a function of a module answers."""
    return page.evaluate(CALL, [file, name, list(values)])


def sent(plane: np.ndarray) -> dict[str, Any]:
    return {"plane": plane.ravel().tolist(), "width": plane.shape[1], "height": plane.shape[0]}


def mask_of(spans: list[list[int]], size: tuple[int, int] = SIZE) -> np.ndarray:
    """(H, W) bool; spans must not overlap or leave the picture."""
    mask = np.zeros(size, dtype=int)
    for y, first, last in spans:
        assert 0 <= first < last <= size[1]
        mask[y, first:last] += 1
    assert mask.max() <= 1
    return mask.astype(bool)


def centres() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return rows + 0.5, columns + 0.5


def points(rng: np.random.Generator, count: int, beyond: float = 6) -> list[dict[str, float]]:
    xs = rng.uniform(-beyond, WIDTH + beyond, count)
    ys = rng.uniform(-beyond, HEIGHT + beyond, count)
    return [{"x": float(x), "y": float(y)} for x, y in zip(xs, ys, strict=True)]


def blobs(seed: int, classes: int = 4) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).random(SIZE), 3)
    ranks = noise.ravel().argsort().argsort().reshape(SIZE)
    return (ranks * classes // ranks.size).astype(np.uint8)


def test_strokes_cover_what_lies_near_the_way(page: Any) -> None:
    rng = np.random.default_rng(0)
    y, x = centres()
    for number in range(60):
        a, b = points(rng, 2)
        if number % 4 == 0:
            b = dict(a)
        if number % 5 == 1:
            b["y"] = a["y"]
        if number % 5 == 2:
            b["x"] = a["x"]
        radius = float(rng.uniform(0.5, 14))
        dx, dy = b["x"] - a["x"], b["y"] - a["y"]
        square = dx * dx + dy * dy
        along = ((x - a["x"]) * dx + (y - a["y"]) * dy) / square if square else 0 * x
        along = np.clip(along, 0, 1)
        distance = np.hypot(x - a["x"] - along * dx, y - a["y"] - along * dy)
        found = mask_of(call(page, "spans.js", "stroke", a, b, radius, WIDTH, HEIGHT))
        sure = np.abs(distance - radius) > 1e-6
        assert np.array_equal(found[sure], (distance <= radius)[sure]), (a, b, radius)


def test_rectangles_and_ellipses(page: Any) -> None:
    rng = np.random.default_rng(1)
    y, x = centres()
    for _ in range(30):
        a, b = points(rng, 2)
        left, right = sorted((a["x"], b["x"]))
        top, bottom = sorted((a["y"], b["y"]))
        inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
        found = mask_of(call(page, "spans.js", "rectangle", a, b, WIDTH, HEIGHT))
        assert np.array_equal(found, inside)
        across, down = (right - left) / 2, (bottom - top) / 2
        level = ((x - left - across) / across) ** 2 + ((y - top - down) / down) ** 2
        found = mask_of(call(page, "spans.js", "ellipse", a, b, WIDTH, HEIGHT))
        sure = np.abs(level - 1) > 1e-9
        assert np.array_equal(found[sure], (level <= 1)[sure])


def test_polygons_even_odd(page: Any) -> None:
    rng = np.random.default_rng(2)
    for number in range(20):
        corners = points(rng, 3 + number % 6, beyond=0)
        found = mask_of(call(page, "spans.js", "polygon", corners, WIDTH, HEIGHT))
        truth = polygon2mask(SIZE, [(p["y"] - 0.5, p["x"] - 0.5) for p in corners])
        assert np.array_equal(found, truth), corners


def test_regions_are_connected_by_sides(page: Any) -> None:
    rng = np.random.default_rng(3)
    for seed in range(12):
        plane = blobs(seed) if seed % 2 else rng.integers(0, 3, SIZE).astype(np.uint8)
        y, x = int(rng.integers(HEIGHT)), int(rng.integers(WIDTH))
        parts, _ = ndimage.label(plane == plane[y, x])
        found = mask_of(call(page, "spans.js", "region", sent(plane), x, y))
        assert np.array_equal(found, parts == parts[y, x])
    assert call(page, "spans.js", "region", sent(blobs(0)), -1, 3) == []
    assert call(page, "spans.js", "region", sent(blobs(0)), 3, HEIGHT) == []


def test_a_piece_comes_back_as_it_was_and_mirrors(page: Any) -> None:
    plane = blobs(5)
    parts, _ = ndimage.label(plane == plane[20, 20])
    truth = parts == parts[20, 20]
    spans = call(page, "spans.js", "region", sent(plane), 20, 20)
    piece = call(page, "regions.js", "piece", spans, 3)
    mask = piece["mask"]
    piece["mask"] = {"plane": mask["data"], "width": mask["width"], "height": mask["height"]}

    def placed(to: dict[str, float], across: bool = False, down: bool = False) -> np.ndarray:
        script = """async ([piece, to, mirrored, width, height]) => {
          const { placed } = await import(new URL("regions.js", location.href));
          piece.mask = { ...piece.mask, data: Uint8Array.from(piece.mask.plane) };
          return placed(piece, to, mirrored, width, height);
        }"""
        mirrored = {"across": across, "down": down}
        return mask_of(page.evaluate(script, [piece, to, mirrored, WIDTH, HEIGHT]))

    where = piece["from"]
    assert np.array_equal(placed(where), truth)
    moved = {key: value + (5 if key in ("left", "right") else -4) for key, value in where.items()}
    assert np.array_equal(placed(moved), ndimage.shift(truth.astype(int), (-4, 5), order=0) > 0)
    box = (slice(where["top"], where["bottom"]), slice(where["left"], where["right"]))
    flipped = np.zeros(SIZE, dtype=bool)
    flipped[box] = truth[box][:, ::-1]
    assert np.array_equal(placed(where, across=True), flipped)
    flipped[box] = truth[box][::-1]
    assert np.array_equal(placed(where, down=True), flipped)
    cut = truth[box]
    wide, high = 2 * cut.shape[1], cut.shape[0]
    double = np.zeros((HEIGHT + 2 * high, WIDTH + 2 * wide), dtype=bool)
    double[where["top"] : where["top"] + high, :wide] = np.repeat(cut, 2, axis=1)
    to = {"left": 0, "right": wide, "top": where["top"], "bottom": where["bottom"]}
    assert np.array_equal(placed(to), double[:HEIGHT, :WIDTH])


def test_holes_take_the_nearest_class(page: Any) -> None:
    for seed in range(6):
        plane = blobs(seed, 5)
        rng = np.random.default_rng(seed)
        y, x = int(rng.integers(HEIGHT)), int(rng.integers(WIDTH))
        spans = call(page, "spans.js", "region", sent(plane), x, y)
        hole = mask_of(spans)
        found = call(page, "regions.js", "filled", sent(plane), spans)
        filled = plane.copy()
        for (row, first, last), values in zip(found["spans"], found["values"], strict=True):
            filled[row, first:last] = values
        assert np.array_equal(filled[~hole], plane[~hole])
        nearest = ndimage.distance_transform_edt(hole)
        for row, column in np.argwhere(hole):
            same = (plane == filled[row, column]) & ~hole
            rows, columns = np.nonzero(same)
            reach = np.hypot(rows - row, columns - column).min()
            assert reach == pytest.approx(nearest[row, column])  # ties may go either way
    everything = np.zeros(SIZE, np.uint8)
    spans = call(page, "spans.js", "region", sent(everything), 3, 3)
    found = call(page, "regions.js", "filled", sent(everything), spans)
    assert {value for values in found["values"] for value in values} == {0}


def test_two_hundred_edits_are_taken_back_and_done_again(page: Any) -> None:
    script = """async ([width, height, seed]) => {
      const { Painting } = await import(new URL("painting.js", location.href));
      const { stroke, rectangle, region } = await import(new URL("spans.js", location.href));
      const { plane } = await import(new URL("planes.js", location.href));
      let state = seed;
      const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
      const point = () => ({ x: random() * width, y: random() * height });
      const palette = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]];
      const painting = new Painting(plane(width, height), palette);
      const seen = [Array.from(painting.plane.data)];
      for (let edit = 0; edit < 200; edit += 1) {
        const position = Math.floor(random() * 4);
        const kind = Math.floor(random() * 3);
        painting.only = random() < 0.2 ? Math.floor(random() * 4) : null;
        const [a, b] = [point(), point()];
        const spans = kind === 0 ? stroke(a, b, 1 + 6 * random(), width, height)
          : kind === 1 ? rectangle(a, b, width, height)
          : region(painting.plane, Math.floor(a.x), Math.floor(a.y));
        painting.paint(spans, position);
        if (random() < 0.1) painting.revert(); else painting.commit();
        const now = Array.from(painting.plane.data);
        if (now.some((value, at) => value !== seen[seen.length - 1][at])) seen.push(now);
      }
      const back = [], forth = [];
      for (let at = seen.length - 1; at > 0; at -= 1) {
        painting.undo();
        back.push(Array.from(painting.plane.data));
      }
      painting.undo();
      for (let at = 1; at < seen.length; at += 1) {
        painting.redo();
        forth.push(Array.from(painting.plane.data));
      }
      const pixels = painting.context.getImageData(0, 0, width, height).data;
      return { seen, back, forth, reds: Array.from(pixels).filter((_, at) => at % 4 === 0) };
    }"""
    told = page.evaluate(script, [WIDTH, HEIGHT, 7])
    assert len(told["seen"]) > 100
    assert told["back"] == told["seen"][-2::-1]
    assert told["forth"] == told["seen"][1:]
    assert told["reds"] == [1 + 3 * value for value in told["seen"][-1]]  # drawn, with no shades
