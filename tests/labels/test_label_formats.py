"""Label files: each convention is told from the others and read as what a person means by it."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from likewise.errors import LabelError
from likewise.labels import ClassTable, LabelClass, LabelMap

GREEN, ORANGE, RED = (0, 249, 0), (255, 147, 0), (255, 0, 0)
COLOURS = np.array([GREEN, ORANGE, RED], np.uint8)


def blocks(values: list[int], side: int = 12, columns: int = 8) -> np.ndarray:
    """Squares of the given ids in turn."""
    rows = -(-len(values) // columns)
    cells = np.resize(np.array(values), (max(rows, 4), columns))
    return cells.repeat(side, 0).repeat(side, 1)


def save_palette(path: Path, ids: np.ndarray, colours: list[tuple[int, int, int]]) -> None:
    picture = PIL.Image.fromarray(ids.astype(np.uint8), "P")
    picture.putpalette(np.array(colours, np.uint8).tobytes())
    picture.save(path)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_grey_levels_are_ids(dtype: type, suffix: str, tmp_path: Path) -> None:
    ids = blocks([0, 3, 7, 250])
    path = tmp_path / f"a{suffix}"
    PIL.Image.fromarray(ids.astype(dtype)).save(path)
    labels = LabelMap.read(path)
    assert np.array_equal(labels.ids, ids)
    assert labels.classes.names == ("class 0", "class 3", "class 7", "class 250")
    assert labels.snapping is None


def test_noise_of_few_grey_ids_stays_ids(tmp_path: Path) -> None:
    ids = np.random.default_rng(0).integers(0, 20, (40, 40))
    PIL.Image.fromarray(ids.astype(np.uint8)).save(tmp_path / "a.png")
    assert np.array_equal(LabelMap.read(tmp_path / "a.png").ids, ids)


def test_more_than_256_ids(tmp_path: Path) -> None:
    ids = np.random.default_rng(0).integers(0, 60000, (20, 30))
    PIL.Image.fromarray(ids.astype(np.uint16)).save(tmp_path / "a.png")
    assert np.array_equal(LabelMap.read(tmp_path / "a.png").ids, ids)
    tifffile.imwrite(tmp_path / "a.tif", (ids * 30000).astype(np.int32))
    assert np.array_equal(LabelMap.read(tmp_path / "a.tif").ids, ids * 30000)


def small_grey_png(ids: np.ndarray, bits: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    per_byte = 8 // bits
    shifts = np.arange(per_byte)[::-1] * bits
    packed = (ids.reshape(len(ids), -1, per_byte) << shifts).sum(-1).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    header = struct.pack(">IIBBBBB", ids.shape[1], len(ids), bits, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_ids_of_few_bits_are_not_stretched(bits: int, tmp_path: Path) -> None:
    ids = blocks(list(range(2**bits)), side=8)
    (tmp_path / "a.png").write_bytes(small_grey_png(ids, bits))
    assert np.array_equal(LabelMap.read(tmp_path / "a.png").ids, ids)


def test_grey_saved_as_colour_is_ids(tmp_path: Path) -> None:
    ids = blocks([0, 1, 2])
    PIL.Image.fromarray(ids.astype(np.uint8)).convert("RGB").save(tmp_path / "a.png")
    assert np.array_equal(LabelMap.read(tmp_path / "a.png").ids, ids)


def soft_disc(size: int = 120) -> PIL.Image.Image:
    """A white disc on black with a grey, antialiased border."""
    y, x = np.mgrid[:600, :600] - 299.5
    hard = PIL.Image.fromarray(((x**2 + y**2 < 200**2) * 255).astype(np.uint8))
    return hard.resize((size, size), PIL.Image.Resampling.BOX)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_soft_mask_is_two_classes(suffix: str, tmp_path: Path) -> None:
    disc = soft_disc()
    disc.save(tmp_path / f"a{suffix}")
    labels = LabelMap.read(tmp_path / f"a{suffix}")
    assert labels.present() == (0, 255)
    assert labels.snapping is not None
    sure = np.asarray(disc)
    assert (labels.ids[sure > 200] == 255).all()
    assert (labels.ids[sure < 55] == 0).all()
    hard = LabelMap.from_array((sure > 127) * 255)
    assert LabelMap.read(tmp_path / f"a{suffix}", like=hard).classes == hard.classes


def test_ids_between_two_others_are_no_border(tmp_path: Path) -> None:
    ids = blocks([0, 7, 11, 13, 26, 255], side=5)
    PIL.Image.fromarray(ids.astype(np.uint8)).save(tmp_path / "a.png")
    assert LabelMap.read(tmp_path / "a.png").present() == (0, 7, 11, 13, 26, 255)


def test_grey_jpeg_of_small_ids_is_refused(tmp_path: Path) -> None:
    PIL.Image.fromarray(blocks([0, 1, 2]).astype(np.uint8)).save(tmp_path / "a.jpg")
    with pytest.raises(LabelError, match="PNG"):
        LabelMap.read(tmp_path / "a.jpg")


def test_palette_indices_are_ids_and_its_colours_theirs(tmp_path: Path) -> None:
    ids = blocks([2, 0, 1])
    save_palette(tmp_path / "a.png", ids, [GREEN, ORANGE, RED])
    labels = LabelMap.read(tmp_path / "a.png")
    assert np.array_equal(labels.ids, ids)
    assert labels.classes.names == ("green", "orange", "red")
    assert np.array_equal(labels.classes.colours, COLOURS)


def test_palette_with_two_entries_alike_keeps_both_ids(tmp_path: Path) -> None:
    ids = blocks([0, 1, 2])
    save_palette(tmp_path / "a.png", ids, [GREEN, RED, RED])
    labels = LabelMap.read(tmp_path / "a.png")
    assert np.array_equal(labels.ids, ids)
    assert labels.classes.names == ("class 0", "class 1", "class 2")


def test_palette_of_another_program_speaks_by_colour(tmp_path: Path) -> None:
    ids = blocks([0, 1])
    PIL.Image.fromarray(COLOURS[ids]).save(tmp_path / "source.png")
    source = LabelMap.read(tmp_path / "source.png")
    save_palette(tmp_path / "a.png", 1 - ids, [ORANGE, GREEN])
    target = LabelMap.read(tmp_path / "a.png", like=source)
    assert np.array_equal(target.ids, source.ids)
    save_palette(tmp_path / "b.png", ids, [GREEN, RED])
    with pytest.raises(LabelError, match="#ff0000"):
        LabelMap.read(tmp_path / "b.png", like=source)


def test_grey_palette_means_nothing_to_a_source_of_colours(tmp_path: Path) -> None:
    PIL.Image.fromarray(COLOURS[blocks([0, 1])]).save(tmp_path / "source.png")
    source = LabelMap.read(tmp_path / "source.png")
    save_palette(tmp_path / "a.png", blocks([0, 1]), [(0, 0, 0), (255, 255, 255)])
    with pytest.raises(LabelError, match="#000000"):
        LabelMap.read(tmp_path / "a.png", like=source)
    named = ClassTable(tuple(LabelClass(c.id, f"my {c.name}", c.colour) for c in source.classes))
    by_id = LabelMap.from_array(source.ids, named)
    assert np.array_equal(LabelMap.read(tmp_path / "a.png", like=by_id).ids, blocks([0, 1]))


def test_palette_target_of_a_source_of_bare_ids(tmp_path: Path) -> None:
    source = LabelMap.from_array(blocks([0, 1]))
    save_palette(tmp_path / "a.png", blocks([1, 0]), [GREEN, ORANGE])
    assert np.array_equal(LabelMap.read(tmp_path / "a.png", like=source).ids, blocks([1, 0]))
    save_palette(tmp_path / "b.png", blocks([1, 2]), [GREEN, ORANGE, RED])
    with pytest.raises(LabelError):
        LabelMap.read(tmp_path / "b.png", like=source)


def test_colours_reduced_to_a_palette_snap(tmp_path: Path) -> None:
    disc = np.asarray(soft_disc())[..., None] / 255
    mixed = (disc * GREEN + (1 - disc) * np.array(ORANGE)).round().astype(np.uint8)
    PIL.Image.fromarray(mixed).quantize(48).save(tmp_path / "a.png")
    assert set(LabelMap.read(tmp_path / "a.png").classes.names) == {"green", "orange"}


def test_colours_with_a_class_file(tmp_path: Path) -> None:
    ids = blocks([0, 1, 2])
    PIL.Image.fromarray(COLOURS[ids]).save(tmp_path / "a.png")
    entries = [
        {"id": 20, "name": "roof", "colour": "#ff0000"},
        {"id": 10, "name": "lawn", "colour": list(GREEN)},
        {"id": 30, "name": "wall", "colour": list(ORANGE)},
        {"id": 40, "name": "door", "colour": [0, 0, 255]},
    ]
    (tmp_path / "mine.json").write_text(json.dumps(entries))
    labels = LabelMap.read(tmp_path / "a.png", classes=tmp_path / "mine.json")
    assert np.array_equal(labels.ids, np.array([10, 30, 20])[ids])
    assert labels.present() == (20, 10, 30)
    (tmp_path / "mine.json").write_text(json.dumps(entries[1:]))
    with pytest.raises(LabelError, match="#ff0000"):
        LabelMap.read(tmp_path / "a.png", classes=tmp_path / "mine.json")
    twins = ClassTable((LabelClass(0, "a", GREEN), LabelClass(1, "b", GREEN)))
    with pytest.raises(LabelError, match="a and b are both #00f900"):
        LabelMap.read(tmp_path / "a.png", classes=twins)


@pytest.mark.parametrize("folder", [".", "targets"])
def test_class_file_nearby_is_found(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    table = ClassTable((LabelClass(0, "lawn", GREEN), LabelClass(1, "wall", ORANGE)))
    table.write(tmp_path / "classes.json")
    PIL.Image.fromarray(blocks([0, 1]).astype(np.uint8)).save(tmp_path / folder / "a.png")
    assert LabelMap.read(tmp_path / folder / "a.png").classes == table


def test_ignored_ids(tmp_path: Path) -> None:
    ids = blocks([0, 1, 255])
    PIL.Image.fromarray(ids.astype(np.uint8)).save(tmp_path / "a.png")
    assert LabelMap.read(tmp_path / "a.png").present() == (0, 1, 255)
    source = LabelMap.read(tmp_path / "a.png", ignore=[255])
    assert source.present() == (0, 1)
    assert LabelMap.read(tmp_path / "a.png", like=source).present() == (0, 1)
    entries = [{"id": 0}, {"id": 1}, {"id": 255, "name": "void", "ignore": True}]
    (tmp_path / "classes.json").write_text(json.dumps(entries))
    marked = LabelMap.read(tmp_path / "a.png")
    assert marked.present() == (0, 1)
    assert (marked.indices(marked.present_classes)[ids == 255] == -1).all()


@pytest.mark.parametrize("array", [np.zeros((20, 20)), np.zeros((20, 20, 3), int), np.array(None)])
def test_npy_holds_integers_only(array: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(LabelError, match="integers"):
        LabelMap.read(tmp_path / "a.npy")


def test_npy_is_never_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "sprung",)

    np.save(tmp_path / "a.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(LabelError):
        LabelMap.read(tmp_path / "a.npy")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["a.png", "a.npy"])
def test_bad_files(name: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no such file"):
        LabelMap.read(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(LabelError):
        LabelMap.read(tmp_path / name)
    (tmp_path / name).write_bytes(b"\x93NUMPY\x01\x00garbage and more of it")
    with pytest.raises(LabelError) as caught:
        LabelMap.read(tmp_path / name)
    assert "\n" not in str(caught.value)


def photograph(mode: str) -> PIL.Image.Image:
    rng = np.random.default_rng(0)
    coarse = PIL.Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((160, 120), PIL.Image.Resampling.BICUBIC)).astype(int)
    grainy = (smooth + rng.integers(-6, 7, smooth.shape)).clip(0, 255).astype(np.uint8)
    return PIL.Image.fromarray(grainy).convert(mode)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_photograph_is_refused(mode: str, name: str, tmp_path: Path) -> None:
    photograph(mode).save(tmp_path / name)
    with pytest.raises(LabelError, match="photograph"):
        LabelMap.read(tmp_path / name)
