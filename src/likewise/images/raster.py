"""Rasters: a picture file decoded as it is stored, every way of failing turned into one error.

Not in the paper: because it starts where the tensors are. Pillow decodes, with four additions.
Only named formats are opened; pixels are counted from the header before any are allocated; 16-bit
colour, which Pillow halves to 8, is read whole; and EXIF orientation is applied.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFile

from likewise.errors import ImageError, InputError

MAX_PIXELS = 100_000_000
MIN_SIDE = 16
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")

_KINDS = "a PNG, JPEG, TIFF, BMP, WebP or GIF file"
_ORIENTATION = 274
_TRANSPOSED = (5, 6, 7, 8)
_DEEP = re.compile(r"(L|LA|RGB|RGBA|CMYK);16([NLB])")
# Modes that hold the same samples as one of ours in another arrangement.
_CONVERTED = {"YCbCr": "RGB", "RGBX": "RGB", "RGBa": "RGBA", "La": "LA", "PA": "RGBA"}
_GREY_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")


@dataclass(frozen=True)
class Raster:
    """What a file stores, upright.

    ``samples`` is (H, W) for modes L, P (indices) and I, else (H, W, C); uint8, uint16, or int32
    in mode I. ``palette`` is (N, 3), or (N, 4) where an entry is transparent, uint8. ``bits`` is
    the depth a sample has in the file (1, 2, 4, 8, 16 or 32); 1-, 2- and 4-bit grey arrives
    stretched to 0..255.
    """

    samples: np.ndarray
    mode: str
    bits: int
    format: str
    palette: np.ndarray | None = None
    icc: bytes | None = None


def read_raster(
    path: str | os.PathLike[str],
    argument: object | None = None,
    error: type[InputError] = ImageError,
    *,
    integers: bool = False,
) -> Raster:
    """Decode the picture file ``path``, its first frame where it has several.

    Args:
        path: the file.
        argument: what to call it in errors; the path itself where None.
        error: the error type to raise.
        integers: whether 32-bit integer samples (mode I) are welcome, as they are in label maps.

    Raises:
        InputError: of type ``error``: missing, a folder, empty, no picture, of a format or mode
            that is not read, damaged, larger than MAX_PIXELS or with a side under MIN_SIDE.
    """
    file = Path(path)
    name = file if argument is None else argument
    _require_file(file, name, error)
    try:
        with _opened(file) as picture:
            _require_usable(picture.size, name, error)
            raster = _decode(file, picture, integers)
            mode = picture.mode
    except InputError:
        raise
    except Exception as reason:
        # Pillow reports damage as OSError, ValueError, SyntaxError, EOFError, struct.error, ...
        raise _translated(reason, name, error) from reason
    if raster is None:
        expected = "8 or 16 bits a sample: grey, RGB, RGBA, CMYK or palette"
        raise error(name, f"its pixels are of mode {mode}", expected, "Convert it to one of these.")
    return raster


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[PIL.ImageFile.ImageFile]:
    # A handle, not a path: given a path Pillow maps uncompressed TIFF into memory, and then gets
    # the rows of rotated ones wrong.
    with file.open("rb") as handle:
        with warnings.catch_warnings():
            # MAX_PIXELS is our own limit; Pillow's warning would be a second voice.
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            picture = PIL.Image.open(handle, formats=FORMATS)
        with picture:
            yield picture


def _require_file(file: Path, name: object, error: type[InputError]) -> None:
    try:
        if file.is_dir():
            raise error(name, "it is a folder", _KINDS, "Name a file in it.")
        if file.stat().st_size == 0:
            raise error(name, "the file is empty (0 bytes)", _KINDS, "Export or copy it again.")
    except FileNotFoundError:
        raise error(name, "there is no such file", _KINDS, "Check the path.") from None
    except OSError as reason:
        found = f"it cannot be opened ({reason.strerror or reason})"
        raise error(name, found, _KINDS, "Check the path.") from None


def _translated(reason: Exception, name: object, error: type[InputError]) -> InputError:
    if isinstance(reason, PIL.UnidentifiedImageError):
        return error(name, "it is no picture", _KINDS, "Check the file.")
    if isinstance(reason, PIL.Image.DecompressionBombError):
        counted = re.search(r"(\d+) pixels", str(reason))
        found = f"it has {int(counted[1]) / 1e6:.0f} megapixels" if counted else "it is too large"
        return _too_large(name, found, error)
    if isinstance(reason, MemoryError):
        return _too_large(name, "it does not fit into memory", error)
    first_line = (str(reason).splitlines() or [""])[0].rstrip(".")
    found = f"it is damaged or cut short ({first_line or type(reason).__name__})"
    return error(name, found, "a whole picture file", "Export or copy it again.")


def _require_usable(size: tuple[int, int], name: object, error: type[InputError]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"it is {width} x {height} pixels", error)
    if min(width, height) < MIN_SIDE:
        raise error(
            name,
            f"it is {width} x {height} pixels",
            f"at least {MIN_SIDE} pixels a side",
            "Use a larger picture.",
        )


def _too_large(name: object, found: str, error: type[InputError]) -> InputError:
    expected = f"at most {MAX_PIXELS / 1e6:.0f} megapixels"
    return error(name, found, expected, "Scale it down or cut it into parts.")


def _decode(file: Path, opened: PIL.ImageFile.ImageFile, integers: bool) -> Raster | None:
    """The raster of an opened picture; None where its mode is none of ours."""
    form = opened.format or ""
    rawmode = _rawmode(opened)
    picture: PIL.Image.Image = opened
    icc = picture.info.get("icc_profile")
    deep = _DEEP.fullmatch(rawmode)
    if deep and deep[1] != "L":
        samples, turn = _decode_deep(file, deep[1], sys.byteorder[0] if deep[2] == "N" else deep[2])
        return Raster(_upright(samples, turn), deep[1], 16, form, icc=icc)
    bits = int(rawmode.split(";")[1]) if re.fullmatch(r"L;[24]", rawmode) else 8
    if picture.mode == "1":
        picture, bits = picture.convert("L"), 1
    picture.load()
    turn = _orientation(picture)
    if picture.mode in _CONVERTED:
        picture = picture.convert(_CONVERTED[picture.mode])
    samples = np.array(picture)
    palette = _palette(picture) if picture.mode == "P" else None
    if picture.mode in _GREY_DEEP:
        return Raster(_upright(samples.astype(np.uint16), turn), "L", 16, form, icc=icc)
    if picture.mode == "I" and integers:
        return Raster(_upright(samples.astype(np.int32), turn), "I", 32, form)
    if picture.mode not in ("L", "LA", "RGB", "RGBA", "CMYK", "P"):
        return None
    return Raster(_upright(samples, turn), picture.mode, bits, form, palette, icc)


def _rawmode(picture: PIL.ImageFile.ImageFile) -> str:
    """How the file stores samples, in Pillow's words: "RGB;16B" is 16-bit big-endian colour."""
    arguments = picture.tile[0].args if picture.tile else None
    first = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return first if isinstance(first, str) else picture.mode


def _decode_deep(file: Path, mode: str, order: str) -> tuple[np.ndarray, int]:
    """16-bit samples of a multi-channel file, (H, W, C) uint16, with the orientation left to apply.

    Pillow keeps one byte of the two: the first under "...;16B", the second under "...;16L",
    whatever the file says. Decoding once under each name therefore gives both. (Grey with alpha
    knows no such names, but four bytes a pixel pass unchanged as RGBA.)
    """
    if mode == "LA":
        both, turn = _decode_as(file, "RGBA")
        first, second = both[..., 0::2], both[..., 1::2]
    else:
        first, turn = _decode_as(file, f"{mode};16B")
        second, _ = _decode_as(file, f"{mode};16L")
    high, low = (first, second) if order.upper() == "B" else (second, first)
    return high.astype(np.uint16) << 8 | low, turn


def _decode_as(file: Path, rawmode: str) -> tuple[np.ndarray, int]:
    with _opened(file) as picture:
        picture.tile = [
            tile._replace(
                args=(rawmode, *tile.args[1:]) if isinstance(tile.args, tuple) else rawmode
            )
            for tile in picture.tile
        ]
        picture.load()
        return np.array(picture), _orientation(picture)


def _orientation(picture: PIL.Image.Image) -> int:
    """The EXIF orientation still to be applied after loading (TIFF pictures load upright)."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # a broken EXIF block says nothing about the pixels
        return 1


def _upright(samples: np.ndarray, orientation: int) -> np.ndarray:
    if orientation in _TRANSPOSED:
        samples = samples.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return np.ascontiguousarray(samples)


def _palette(picture: PIL.Image.Image) -> np.ndarray:
    """(N, 3) uint8 colours of a palette picture, (N, 4) where entries are transparent."""
    colours = np.array(picture.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
    # An index past the palette's end is black in every viewer we know of.
    full = np.zeros((256, 3), dtype=np.uint8)
    full[: len(colours)] = colours[:256]
    transparency = picture.info.get("transparency")
    if transparency is None:
        return full
    alpha = np.full(256, 255, dtype=np.uint8)
    if isinstance(transparency, bytes):
        alpha[: len(transparency)] = np.frombuffer(transparency[:256], dtype=np.uint8)
    else:
        alpha[int(transparency) & 255] = 0
    return np.column_stack([full, alpha])
