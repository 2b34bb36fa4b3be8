"""Images: every mode and depth comes in whole and goes out the same; bad files get one line."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from likewise.errors import ImageError
from likewise.images import MAX_PIXELS, MIN_SIDE, Image, read_image

# What the EXIF standard says a viewer does to the rows and columns as stored.
UPRIGHT = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).T,
    8: np.rot90,
}
SHAPES = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,), "CMYK": (4,)}


def noise(mode: str, dtype: type = np.uint8, size: tuple[int, int] = (21, 34)) -> np.ndarray:
    top = np.iinfo(dtype).max
    return np.random.default_rng(7).integers(0, top + 1, (*size, *SHAPES[mode]), dtype=dtype)


def palette_picture(*, transparent: bool) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(np.arange(20 * 24, dtype=np.uint8).reshape(20, 24) % 5, "P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 250, 251, 252])
    if transparent:
        picture.info["transparency"] = bytes([255, 0, 128, 255, 255])
    return picture


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", SHAPES)
def test_round_trip_is_exact(mode: str, dtype: type, suffix: str, tmp_path: Path) -> None:
    image = Image(noise(mode, dtype), mode, icc=b"profile bytes")
    path = tmp_path / f"a{suffix}"
    if (mode, suffix) == ("CMYK", ".png") or (mode, dtype, suffix) == ("LA", np.uint16, ".tif"):
        with pytest.raises(ImageError, match="a format that holds it"):
            image.save(path)
        assert not path.exists()
        return
    image.save(path)
    back = read_image(path)
    assert back == image
    assert back.depth == image.depth
    if mode != "CMYK":
        assert back.icc == b"profile bytes"


def independent_png(pixels: np.ndarray, filters: list[int]) -> bytes:
    """A 16-bit RGB PNG by the letter of the specification, each row under the next filter."""
    height, width, channels = pixels.shape
    rows = [row.astype(">u2").tobytes() for row in pixels]
    body, before, step = b"", bytes(len(rows[0])), 2 * channels
    for number, row in enumerate(rows):
        kind = filters[number % len(filters)]
        out = bytearray()
        for i, value in enumerate(row):
            left, up = (row[i - step] if i >= step else 0), before[i]
            corner = before[i - step] if i >= step else 0
            guess = left + up - corner
            near = min((left, up, corner), key=lambda v: abs(guess - v))
            out.append((value - (0, left, up, (left + up) // 2, near)[kind]) & 255)
        body, before = body + bytes([kind]) + bytes(out), row

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    colour_type = {3: 2, 4: 6, 2: 4}[channels]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    packed = zlib.compress(body)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", packed[:50])
        + chunk(b"IDAT", packed[50:])
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["LA", "RGB", "RGBA"])
def test_16_bit_png_of_another_writer(mode: str, tmp_path: Path) -> None:
    pixels = noise(mode, np.uint16)
    (tmp_path / "a.png").write_bytes(independent_png(pixels, [0, 1, 2, 3, 4]))
    assert np.array_equal(read_image(tmp_path / "a.png"), pixels)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_16_bit_rgb_tiff_of_either_byte_order(
    byteorder: str, compression: str | None, tmp_path: Path
) -> None:
    pixels = noise("RGB", np.uint16)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, photometric="rgb", byteorder=byteorder, compression=compression)
    assert np.array_equal(read_image(path), pixels)


def test_written_16_bit_tiff_opens_elsewhere(tmp_path: Path) -> None:
    image = Image(noise("RGB", np.uint16), "RGB")
    image.save(tmp_path / "a.tif")
    assert np.array_equal(tifffile.imread(tmp_path / "a.tif"), image.pixels)


@pytest.mark.parametrize("transparent", [False, True])
def test_palette_survives(transparent: bool, tmp_path: Path) -> None:
    picture = palette_picture(transparent=transparent)
    picture.save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert (image.mode, image.channels) == ("P", 4 if transparent else 3)
    expected = np.asarray(picture.convert("RGBA" if transparent else "RGB"))
    assert np.array_equal(image, expected)
    shaken = image.to_float() + np.random.default_rng(0).uniform(-0.01, 0.01, image.shape)
    image.with_float(shaken).save(tmp_path / "b.png")
    with PIL.Image.open(tmp_path / "b.png") as back:
        assert back.mode == "P"
    assert read_image(tmp_path / "b.png") == image


def test_cmyk_jpeg(tmp_path: Path) -> None:
    PIL.Image.new("CMYK", (40, 30), (10, 200, 30, 60)).save(tmp_path / "a.jpg", quality=100)
    image = read_image(tmp_path / "a.jpg")
    assert (image.mode, image.channels, image.size, image.suffix) == ("CMYK", 4, (30, 40), ".tif")
    assert np.abs(image.pixels.astype(int) - (10, 200, 30, 60)).max() <= 2
    with PIL.Image.open(tmp_path / "a.jpg") as picture:
        assert np.abs(image.to_rgb8().astype(int) - np.asarray(picture.convert("RGB"))).max() <= 1
    image.save(tmp_path / "b.jpg")
    assert np.abs(read_image(tmp_path / "b.jpg").pixels.astype(int) - image.pixels).max() <= 2


@pytest.mark.parametrize("kind", ["jpg", "png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, kind: str, tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(24) * 5, np.arange(32) * 3).astype(np.uint8)
    exif = PIL.Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"a.{kind}"
    PIL.Image.fromarray(ramp).save(path, exif=exif, **({"quality": 100} if kind == "jpg" else {}))
    expected = UPRIGHT[orientation](ramp).astype(int)
    found = read_image(path)
    assert found.size == ((32, 24) if orientation >= 5 else (24, 32))
    assert np.abs(found.pixels - expected).max() <= 1


def test_orientation_of_16_bit_colour(tmp_path: Path) -> None:
    pixels = noise("RGB", np.uint16)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    assert np.array_equal(read_image(path), np.rot90(pixels, -1))


def test_one_bit_and_16_bit_grey(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2, (20, 20)).astype(bool)
    PIL.Image.fromarray(bits).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), bits.astype(np.uint8) * 255)
    tifffile.imwrite(tmp_path / "b.tif", noise("L", np.uint16), byteorder=">")
    assert np.array_equal(read_image(tmp_path / "b.tif"), noise("L", np.uint16))


@pytest.mark.parametrize("suffix", [".bmp", ".webp", ".gif"])
def test_other_formats(suffix: str, tmp_path: Path) -> None:
    PIL.Image.new("RGB", (20, 30), (200, 10, 60)).save(tmp_path / f"a{suffix}")
    image = read_image(tmp_path / f"a{suffix}")
    assert image.size == (30, 20)
    assert np.abs(image.to_rgb8().astype(int) - (200, 10, 60)).max() <= 6


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", SHAPES)
def test_floats_keep_mode_and_depth(mode: str, dtype: type) -> None:
    image = Image(noise(mode, dtype), mode)
    values = image.to_float()
    assert values.dtype == np.float32
    assert values.shape == (21, 34, image.channels)
    assert 0 <= values.min() <= values.max() <= 1
    assert image.with_float(values) == image
    other = image.with_float(np.full((5, 9, image.channels), 2.0))
    assert (other.size, other.mode, other.depth) == ((5, 9), mode, image.depth)
    assert other.pixels.min() == np.iinfo(dtype).max


@pytest.mark.parametrize("bad", [np.zeros((5, 5, 4)), np.zeros((5, 5)), np.full((5, 5, 3), np.nan)])
def test_with_float_refuses_other_shapes_and_no_numbers(bad: np.ndarray) -> None:
    with pytest.raises(ImageError):
        Image(noise("RGB"), "RGB").with_float(bad)


def test_resizing_averages_and_does_not_bleed_hidden_colours() -> None:
    checks = Image((np.indices((64, 64)).sum(0) % 2 * 65535).astype(np.uint16), "L")
    small = checks.resized((16, 16))
    assert (small.depth, small.size) == (16, (16, 16))
    assert np.abs(small.pixels[4:-4, 4:-4].astype(int) - 32768).max() < 700
    half = np.zeros((64, 64, 4), np.uint8)
    half[:, :32] = (255, 0, 0, 255)
    half[:, 32:] = (0, 0, 255, 0)
    shown = Image(half, "RGBA").resized((21, 21))
    seen = shown.pixels[shown.pixels[..., 3] > 30]
    assert seen[:, 2].max() <= 2
    assert seen[:, 0].min() >= 250


def test_display_form() -> None:
    assert np.array_equal(Image(noise("RGB"), "RGB").to_rgb8(), noise("RGB"))
    deep = noise("L", np.uint16)
    assert np.abs(Image(deep, "L").to_rgb8()[..., 1] - deep / 257).max() <= 0.51
    clear = Image(np.full((4, 4, 4), (10, 20, 30, 0), np.uint8), "RGBA")
    assert (clear.to_rgb8() == 255).all()


def test_from_array() -> None:
    grey = np.zeros((5, 6), np.uint8)
    image = Image.from_array(grey)
    grey[:] = 9
    assert image.pixels.max() == 0
    assert Image.from_array(np.zeros((5, 6, 1), np.uint16)).shape == (5, 6)
    assert Image.from_array(np.ones((5, 6, 3))).pixels.max() == 255
    assert Image.from_array(np.zeros((5, 6, 4), np.uint8)).mode == "RGBA"
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0] = 1
    for bad in (np.zeros((5, 6, 5), np.uint8), np.full((5, 6), 1.5), np.zeros((5, 6), int), None):
        with pytest.raises(ImageError):
            Image.from_array(bad)


def png_header(width: int, height: int) -> bytes:
    picture = io.BytesIO()
    PIL.Image.new("L", (16, 16)).save(picture, "PNG")
    data = bytearray(picture.getvalue())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def whole_png() -> bytes:
    target = io.BytesIO()
    PIL.Image.fromarray(noise("RGB", size=(60, 60))).save(target, "PNG")
    return target.getvalue()


def whole_jpeg() -> bytes:
    target = io.BytesIO()
    PIL.Image.fromarray(noise("RGB", size=(60, 60))).save(target, "JPEG")
    return target.getvalue()


def damaged_png() -> bytes:
    data = bytearray(whole_png())
    data[45:200] = bytes(155)
    return bytes(data)


BAD = {
    "empty": (b"", "0 bytes"),
    "text": (b"these are no pixels at all, only words", "no picture"),
    "pickle": (b"\x80\x04K\x01.", "no picture"),
    "truncated png": (whole_png()[:-4000], "damaged or cut short"),
    "truncated jpeg": (whole_jpeg()[:-900], "damaged or cut short"),
    "damaged png": (damaged_png(), "damaged or cut short"),
    "png header only": (whole_png()[:20], "no picture|damaged"),
    "20000 x 20000": (png_header(20000, 20000), "400 megapixels|20000 x 20000"),
    "just too large": (png_header(10000, MAX_PIXELS // 10000 + 1), "10000 x"),
    "overflowing": (png_header(2**31 - 1, 2**31 - 1), "at most 100 megapixels"),
    "one pixel": (png_header(1, 1), f"1 x 1 pixels.*{MIN_SIDE} pixels a side"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_clear_line(name: str, tmp_path: Path) -> None:
    data, pattern = BAD[name]
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(ImageError, match=pattern) as caught:
        read_image(path)
    assert caught.value.argument == str(path)
    assert caught.value.expected
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_missing_and_folder_and_named_argument(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        read_image(tmp_path / "none.png")
    with pytest.raises(ImageError, match="folder"):
        read_image(tmp_path)
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / "none.png", "IMAGE")
    assert caught.value.argument == "IMAGE"


def test_strange_modes_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "f.tif", np.zeros((20, 20), np.float32))
    tifffile.imwrite(tmp_path / "i.tif", np.zeros((20, 20), np.int32))
    for name in ("f.tif", "i.tif"):
        with pytest.raises(ImageError, match="mode"):
            read_image(tmp_path / name)


def test_other_formats_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n")
    with pytest.raises(ImageError, match="no picture"):
        read_image(tmp_path / "a.png")


def test_unwritable_suffixes(tmp_path: Path) -> None:
    for mode, name in (("RGBA", "a.jpg"), ("RGB", "a.xyz")):
        with pytest.raises(ImageError):
            Image(noise(mode), mode).save(tmp_path / name)
    with pytest.raises(ImageError):
        Image(noise("RGB", np.uint16), "RGB").save(tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())
