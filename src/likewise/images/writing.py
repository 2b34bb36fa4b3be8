"""Writing: pixels become the bytes of a PNG, JPEG or TIFF file, in full depth.

Pillow writes no 16-bit colour PNG, so that one is put together here (PNG specification, third
edition, sections 5, 9 and 11: signature, IHDR, iCCP, IDAT of filtered rows under zlib, IEND).
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import tifffile

from likewise.errors import ImageError

_FORMATS = {".png": "PNG", "": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF"}
_FORMATS[".tiff"] = "TIFF"
# Mode and bits that each format holds.
_HOLDS = {
    "PNG": {("L", 8), ("LA", 8), ("RGB", 8), ("RGBA", 8), ("P", 8)}
    | {("L", 16), ("LA", 16), ("RGB", 16), ("RGBA", 16)},
    "JPEG": {("L", 8), ("RGB", 8), ("CMYK", 8)},
    "TIFF": {("L", 8), ("LA", 8), ("RGB", 8), ("RGBA", 8), ("CMYK", 8)}
    | {("L", 16), ("RGB", 16), ("RGBA", 16), ("CMYK", 16), ("P", 8)},
}
_PNG_COLOUR_TYPE = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}


def encode(
    samples: np.ndarray,
    mode: str,
    palette: np.ndarray | None,
    icc: bytes | None,
    path: Path,
) -> bytes:
    """The file ``path`` as bytes; its suffix chooses the format.

    Args:
        samples: (H, W) of modes L and P (indices), else (H, W, C); uint8 or uint16.
        mode: "L", "LA", "RGB", "RGBA", "CMYK" or "P".
        palette: (N, 3) or (N, 4) uint8 in mode P.
        icc: the colour profile to embed, if any.
        path: names the format, and the file in errors.

    Raises:
        ImageError: the suffix is unknown, or its format cannot hold this mode and depth.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise ImageError(path, f"the suffix {path.suffix}", ".png, .jpg or .tif")
    bits = 8 * samples.dtype.itemsize
    transparent = palette is not None and palette.shape[1] == 4
    if (mode, bits) not in _HOLDS[form] or (transparent and form != "PNG"):
        fits = [s for s, f in ((".png", "PNG"), (".tif", "TIFF")) if (mode, bits) in _HOLDS[f]]
        kept = ".png" if transparent else " or ".join(fits)
        found = f"{bits}-bit {mode}{' with transparency' if transparent else ''} as {form}"
        raise ImageError(path, found, f"a format that holds it ({kept})", "Change the suffix.")
    if bits == 16 and form == "PNG":
        return _deep_png(samples, mode, icc)
    if bits == 16:
        return _deep_tiff(samples, mode, icc)
    return _by_pillow(samples, mode, palette, icc, form)


def _by_pillow(
    samples: np.ndarray, mode: str, palette: np.ndarray | None, icc: bytes | None, form: str
) -> bytes:
    height, width = samples.shape[:2]
    data = np.ascontiguousarray(samples).tobytes()
    picture = PIL.Image.frombytes(mode, (width, height), data)
    options: dict[str, object] = {"icc_profile": icc} if icc else {}
    if palette is not None:
        picture.putpalette(palette[:, :3].tobytes())
        if palette.shape[1] == 4:
            options["transparency"] = palette[:, 3].tobytes()
    if form == "JPEG":
        options |= {"quality": 95, "subsampling": 0}
    if form == "TIFF":
        options["compression"] = "tiff_adobe_deflate"
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def _deep_tiff(samples: np.ndarray, mode: str, icc: bytes | None) -> bytes:
    target = io.BytesIO()
    photometric = {"L": "minisblack", "CMYK": "separated"}.get(mode, "rgb")
    tifffile.imwrite(
        target,
        samples,
        photometric=photometric,
        planarconfig=None if mode == "L" else "contig",
        extrasamples=["unassalpha"] if mode == "RGBA" else None,
        compression="zlib",
        iccprofile=icc,
        metadata=None,
    )
    return target.getvalue()


def _deep_png(samples: np.ndarray, mode: str, icc: bytes | None) -> bytes:
    height, width = samples.shape[:2]
    rows = samples.reshape(height, -1).astype(">u2").view(np.uint8)
    # Filter 2 (Up): each byte as its difference from the one above, modulo 256.
    filtered = np.full((height, 1 + rows.shape[1]), 2, dtype=np.uint8)
    filtered[0, 1:] = rows[0]
    filtered[1:, 1:] = rows[1:] - rows[:-1]
    header = struct.pack(">IIBBBBB", width, height, 16, _PNG_COLOUR_TYPE[mode], 0, 0, 0)
    profile = _chunk(b"iCCP", b"profile\0\0" + zlib.compress(icc)) if icc else b""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            profile,
            _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 6)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
