"""Provenance: it says what is true, survives its file, and its picture can be read back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from likewise.errors import InputError, OutputError
from likewise.images import MAX_PIXELS
from likewise.labels.colours import oklab
from likewise.provenance import Provenance
from likewise.provenance.key import cell_name, cell_of, cells, key_colours

SOURCE = (40, 60)


def shuffled(size: tuple[int, int] = (30, 50), source: tuple[int, int] = SOURCE) -> Provenance:
    """Whole places at random, the first row fractional and so not exact."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, source[1], size).astype(np.float32)
    y = rng.integers(0, source[0], size).astype(np.float32)
    x[0] = np.linspace(0, source[1] - 1.5, size[1])
    return Provenance(x, y, x == np.rint(x), source)


def in_place(size: tuple[int, int]) -> Provenance:
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return Provenance(x, y, np.ones(size, bool), size)


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3), (40, 60, 4)])
def test_measured_finds_what_is_unchanged(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    source = rng.integers(0, 65536, shape).astype(np.uint16)
    y, x = rng.integers(0, 40, (20, 25)), rng.integers(0, 60, (20, 25))
    answer = source[y, x]
    answer[3, 4] ^= 1  # all channels
    answer.reshape(20, 25, -1)[5, 6, -1] ^= 1  # the last alone, which may be alpha
    origin = np.stack((x, y)).astype(np.float32)
    origin[0, 7, 8] += 0.25 if x[7, 8] < 59 else -0.25  # equal by chance, but not that pixel
    origin[1, 9, 1] += 0.25 if y[9, 1] < 39 else -0.25
    found = Provenance.measured(origin, source, answer)
    assert {tuple(p) for p in np.argwhere(~found.exact)} == {(3, 4), (5, 6), (7, 8), (9, 1)}
    assert found.share_exact == 496 / 500
    assert found.summary == "99.2 % of the pixels are the source's own, unchanged"
    assert (found.size, found.source_size) == ((20, 25), (40, 60))


@pytest.mark.parametrize(("wrong", "words"), [(0, "100.0 %"), (1, "99.9 %"), (2000, "0.0 %")])
def test_all_means_all(wrong: int, words: str) -> None:
    exact = np.arange(2000).reshape(40, 50) >= wrong
    places = np.zeros((40, 50), np.float32)
    assert Provenance(places, places, exact, SOURCE).summary.startswith(words)


def test_arrays_cannot_be_changed() -> None:
    for array in (shuffled().x, shuffled().y, shuffled().exact):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def spoiled(**changes: object) -> dict[str, object]:
    good = shuffled()
    parts = {name: np.array(getattr(good, name)) for name in ("x", "y", "exact")}
    return parts | {"source_size": good.source_size} | changes


def with_value(name: str, value: float) -> dict[str, object]:
    parts = spoiled()
    parts[name][0, 0] = value  # type: ignore[index]
    return parts


FLAWS = {
    "x beyond the source": (with_value("x", 59.5), "x from"),
    "y beyond the source": (with_value("y", 40), "y from .* 40 pixels"),
    "negative": (with_value("y", -0.5), "y from -0.5"),
    "no number": (with_value("x", np.nan), "x from nan"),
    "infinite": (with_value("x", np.inf), "x from .* to inf"),
    "exact between pixels": (spoiled(exact=np.ones((30, 50), bool)), "called exact"),
    "other shapes": (spoiled(y=np.zeros((30, 51), np.float32)), "shape"),
    "float64": (spoiled(y=np.zeros((30, 50))), "float64"),
    "counted exactness": (spoiled(exact=np.zeros((30, 50), np.uint8)), "uint8"),
    "empty": (spoiled(**dict.fromkeys(("x", "y", "exact"), np.zeros((0, 5)))), r"shape|pixels"),
    "no source": (spoiled(source_size=(0, 0)), "0 pixels"),
}


@pytest.mark.parametrize("name", FLAWS)
def test_invariants(name: str, tmp_path: Path) -> None:
    parts, words = FLAWS[name]
    with pytest.raises(AssertionError, match=words):
        Provenance(**parts)  # type: ignore[arg-type]
    path = tmp_path / "a.npz"
    np.savez(path, format=np.int64(1), **parts)  # type: ignore[arg-type]
    with pytest.raises(InputError) as refused:
        Provenance.read(path)
    assert "\n" not in str(refused.value)


def test_a_file_brings_it_back(tmp_path: Path) -> None:
    before = shuffled()
    path = tmp_path / "a.npz"
    before.write(path)
    assert Provenance.read(path) == before
    assert Provenance.read(path) != in_place((30, 50))
    first = path.read_bytes()
    before.write(path)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]
    with np.load(path, allow_pickle=False) as file:  # as docs/provenance.md says
        assert set(file) == {"x", "y", "exact", "source_size", "format"}
        assert np.array_equal(file["x"], before.x)
        assert file["source_size"].tolist() == [40, 60]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        shuffled().write(tmp_path / "none" / "a.npz")
    assert not list(tmp_path.iterdir())


def rewritten(path: Path, name: str, data: bytes | None) -> None:
    """The archive at ``path`` with another member ``name``, or without it."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    members.pop(name)
    if data is not None:
        members[name] = data
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)


def header(shape: tuple[int, ...], dtype: type = np.float32) -> bytes:
    described = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 255
    path.write_bytes(bytes(data))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "no such file"),
    "empty": (lambda p: p.write_bytes(b""), "cannot be read"),
    "text": (lambda p: p.write_text("where from?"), "cannot be read"),
    "cut": (lambda p: p.write_bytes(p.read_bytes()[:-300]), "cannot be read"),
    "a flipped byte": (flipped, "cannot be read"),
    "no x": (lambda p: rewritten(p, "x.npy", None), "no item named 'x.npy'"),
    "newer": (lambda p: rewritten(p, "format.npy", header((), np.int64) + b"\x02" + bytes(7)), "2"),
    "bomb": (lambda p: rewritten(p, "x.npy", header((MAX_PIXELS, 9)) + bytes(999)), "pixels"),
    "below nothing": (lambda p: rewritten(p, "x.npy", header((-3, 9)) + bytes(999)), "pixels"),
    "short": (lambda p: rewritten(p, "y.npy", header((30, 50)) + bytes(99)), "99 bytes"),
    "long": (lambda p: rewritten(p, "y.npy", header((30, 50)) + bytes(9999)), "bytes of data"),
    "no array": (lambda p: rewritten(p, "y.npy", b"garbage"), "cannot be read"),
    "no numbers": (lambda p: rewritten(p, "y.npy", header((30, 50), object) + b"c"), "object"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_gets_one_clear_line(damage: str, tmp_path: Path) -> None:
    spoil, words = DAMAGES[damage]
    path = tmp_path / "a.npz"
    shuffled().write(path)
    spoil(path)
    with pytest.raises(InputError, match=words) as refused:
        Provenance.read(path)
    assert refused.value.argument == str(path)
    assert "\n" not in str(refused.value)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "sprung",)

    path = tmp_path / "a.npz"
    good = shuffled()
    traps = np.array([[Trap()]], dtype=object)
    np.savez(path, x=traps, y=good.y, exact=good.exact, source_size=SOURCE, format=1)
    with pytest.raises(InputError, match="object"):
        Provenance.read(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("relief", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_equal_ways_across_and_down_look_equally_far_apart(relief: float) -> None:
    """Also that no colour of the key is cut off by what a screen can show."""
    steps = np.arange(6, 100, 12.5)  # the middles of cells, every other of which is lighter
    x, y = np.meshgrid(steps, steps)
    colours = oklab(key_colours(x, y, (100, 100), np.full(x.shape, relief)))[..., 1:]
    alike = [colours[:, 2:] - colours[:, :-2], colours[2:] - colours[:-2]]
    ways = np.concatenate([np.linalg.norm(way, axis=-1).ravel() for way in alike])
    assert ways.min() > 0.85 * ways.max()
    assert ways.min() > 0.03  # plain to see: 0.02 is about the least that is


def test_cells_are_named_as_on_a_street_map() -> None:
    assert cells((100, 160)) == (8, 5)
    assert cells((160, 100)) == (5, 8)
    assert cells((16, 4000)) == (8, 1)
    places = cell_of(np.array([0, 19.4, 19.5, 159]), np.array([0, 19.4, 19.5, 99]), (100, 160))
    assert [cell_name(*place) for place in zip(*places, strict=True)] == ["A1", "A1", "B2", "H5"]


def test_the_picture_shows_the_answer_in_the_colours_of_the_source() -> None:
    """Mirrored left to right, the map is the key mirrored; pixels that were blended are pale."""
    key = in_place((400, 400))
    exact = np.ones((400, 400), bool)
    exact[300:, :] = False
    mirrored = Provenance(np.ascontiguousarray(key.x[:, ::-1]), key.y, exact, (400, 400))
    page = mirrored.picture(caption="mirrored")
    assert page.dtype == np.uint8
    paper = page[2, 2]
    inside = (np.abs(page.astype(int) - paper).sum(axis=-1) > 60)[250]
    left, right = np.flatnonzero(inside)[[0, -1]]
    source = page[:, right - 400 - 28 - 400 + 1 :][:, :400].astype(int)
    answer = page[:, right - 400 + 1 :][:, :400].astype(int)
    top = int(np.flatnonzero(np.abs(page[:, right] - paper.astype(int)).sum(axis=-1) > 20)[0])
    half = slice(top, top + 290)
    apart = np.abs(answer[half, ::-1] - source[half]).max(axis=-1)
    assert np.median(apart) == 0
    assert (apart > 0).mean() < 0.1  # the names of the cells
    pale = answer[top + 310 : top + 390].mean() - source[top + 310 : top + 390].mean()
    assert pale > 40
    assert left < right


@pytest.mark.parametrize(
    ("size", "source"),
    [((1, 1), (1, 1)), ((16, 900), (700, 16)), ((1500, 1400), (48, 64)), ((48, 64), (1500, 1400))],
)
def test_pictures_of_all_sizes_fit_a_page(size: tuple[int, int], source: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*source, 3), dtype=np.uint8)
    page = shuffled(size, source).picture(image, "a\nname\x07 that is long " * 9)
    assert page.shape[2] == 3
    assert page.shape[0] < 800
    assert page.shape[1] < 4200


def test_the_picture_does_not_depend_on_how_light_the_source_is() -> None:
    noise = np.random.default_rng(0).integers(0, 100, (*SOURCE, 3), dtype=np.uint8)
    dark, light = (shuffled().picture(noise + lift) for lift in (np.uint8(0), np.uint8(150)))
    assert abs(dark.astype(float).mean() - light.astype(float).mean()) < 3
