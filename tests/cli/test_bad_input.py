"""Bad input: one clear line, exit 2, and not a trace on the disk."""

from __future__ import annotations

import errno
import os
import resource
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from likewise import storage
from likewise.images import image as images

Command = Callable[..., subprocess.CompletedProcess[str]]
SMOKE = ("--method", "semia", "--preset", "smoke", "--device", "cpu", "--quiet")


def huge_by_header(path: Path) -> None:
    """A PNG of a few hundred bytes whose header says 20,000 x 20,000."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(60_001)))
    signature = b"\x89PNG\r\n\x1a\n"
    path.write_bytes(signature + chunk(b"IHDR", header) + data + chunk(b"IEND", b""))


def broken_file(kind: str, folder: Path, good: Path) -> Path:
    path = folder / f"{kind}.png"
    if kind == "truncated":
        path.write_bytes(good.read_bytes()[:-200])
    elif kind == "not an image":
        path.write_text("hello")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "1x1":
        PIL.Image.fromarray(np.zeros((1, 1), np.uint8)).save(path)
    elif kind == "20000x20000":
        huge_by_header(path)
    return path


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit 2 and a single line that names the argument, what was found and what was expected."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert "; expected " in lines[0]
    for word in words:
        assert word in lines[0], lines[0]


FOUND = {
    "missing": "there is no such file",
    "not an image": "it is no picture",
    "truncated": "damaged or cut short",
    "empty": "0 bytes",
    "1x1": "1 x 1",
    "20000x20000": "megapixels",
}


# One reader serves all roles: two kinds show that each role meets it.
ROLES = [("image", kind) for kind in FOUND]
ROLES += [(role, kind) for role in ("labels", "target") for kind in ("missing", "truncated")]


@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_unreadable_file(case, command: Command, tmp_path: Path, role: str, kind: str) -> None:
    bad = broken_file(kind, tmp_path, case.image)
    image, labels, target, _ = case.arguments
    words = {"image": image, "labels": labels, "target": target} | {role: str(bad)}
    out = tmp_path / "deep" / "out"
    done = command("run", *words.values(), "-o", out, *SMOKE)
    assert_refused(done, str(bad), FOUND[kind])
    assert not out.parent.exists()


@pytest.mark.parametrize(
    ("size", "remedy"), [((32, 24), "aspect agrees"), ((40, 48), "aspect differs")]
)
def test_label_map_of_another_size(
    case, command: Command, tmp_path: Path, size: tuple[int, int], remedy: str
) -> None:
    other = tmp_path / "other.png"
    PIL.Image.open(case.labels).resize(size, PIL.Image.Resampling.NEAREST).save(other)
    out = tmp_path / "out"
    done = command("run", case.image, other, case.targets[0], "-o", out, *SMOKE)
    assert_refused(done, f"{size[0]} x {size[1]}", "64 x 48", remedy)
    assert not out.exists()


def test_photo_as_label_map(case, command: Command, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(photo)
    done = command("run", case.image, photo, case.targets[0], "-o", tmp_path / "out", *SMOKE)
    assert_refused(done, str(photo), "photograph")
    assert not (tmp_path / "out").exists()


def test_target_with_an_unknown_class_is_refused_by_name(case, command: Command, tmp_path) -> None:
    ids = np.array(PIL.Image.open(case.targets[0]))
    ids[:10, :10] = 7
    stray = tmp_path / "stray.png"
    PIL.Image.fromarray(ids).save(stray)
    done = command("run", *case.arguments, stray, "-o", tmp_path / "out", *SMOKE)
    assert_refused(done, str(stray), "7")
    assert not (tmp_path / "out").exists()


def test_folder_that_is_not_empty(case, command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("keep me")
    assert_refused(
        command("run", *case.arguments, "-o", tmp_path, *SMOKE), "-o", "not empty", "--overwrite"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert mine.read_text() == "keep me"


def test_folder_that_cannot_be_made(case, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("keep me")
    assert_refused(command("run", *case.arguments, "-o", file, *SMOKE), "-o", "is a file")
    assert_refused(command("run", *case.arguments, "-o", file / "x", *SMOKE), "-o", str(file))
    assert file.read_text() == "keep me"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission(case, command: Command, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    done = command("run", *case.arguments, "-o", locked / "out", *SMOKE)
    assert_refused(done, "-o", "permission")
    assert not list(locked.iterdir())


def test_full_disk_leaves_nothing(case, process: Command, tmp_path: Path) -> None:
    """No file may grow past 12 kB: the model cannot be written, and the run comes to nothing."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_288, 12_288))

    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, "-m", "patch:smoke", "--device", "cpu", "--quiet")
    done = process(*words, preexec_fn=limit)
    assert_refused(done, "model.safetensors", "cannot be written")
    assert not out.exists()


def test_full_disk_during_rendering_keeps_the_model(
    case, command: Command, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second picture meets ENOSPC: what is there is whole, and --resume finishes the job."""
    plain = images.write_bytes

    def write(path: Path, data: bytes) -> None:
        if path.name == "small.png":
            with storage.atomic_path(path) as partial:
                partial.write_bytes(data[:10])
                raise OSError(errno.ENOSPC, "No space left on device")
        plain(path, data)

    monkeypatch.setattr(images, "write_bytes", write)
    out = tmp_path / "out"
    done = command("run", *case.arguments, "-o", out, *SMOKE)
    assert_refused(done, "small.png", "no space is left", "--resume")
    left = sorted(path.name for path in out.rglob("*"))
    assert left == ["config.json", "model", "model.safetensors", "moved.png", "run.json"]
    assert (out / "moved.png").read_bytes() == (finished / "moved.png").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--preset", "best"), ("--preset", "'best'", "smoke", "fast", "full")),
        (("--method", "magic"), ("--method", "'magic'", "semia")),
        (("--device", "abacus"), ("--device", "'abacus'", "auto, cpu, cuda, mps")),
        (("--size", "8"), ("--size", "8", "32 to 4096")),
        (("--size", "big"), ("--size", "integer")),
        (("--seed", "-1"), ("--seed", "-1")),
        (("--ignore", "0;1"), ("--ignore", "'0;1'")),
        (("--classes", "nowhere.json"), ("nowhere.json", "read")),
        (("--resume", "--overwrite"), ("--resume", "--overwrite")),
        (("--frobnicate",), ("--frobnicate",)),
    ],
)
def test_bad_option(case, command: Command, tmp_path: Path, words, told) -> None:
    words = ("--quiet", *words)
    done = command("run", *case.arguments, "-o", tmp_path / "out", *words, cwd=tmp_path)
    assert_refused(done, *told)
    assert not (tmp_path / "out").exists()


def test_answer_never_replaces_an_input(case, command: Command, tmp_path: Path) -> None:
    target = tmp_path / "moved.png"
    target.write_bytes(case.targets[0].read_bytes())
    words = (case.image, case.labels, target, "-o", tmp_path, "--overwrite", *SMOKE)
    assert_refused(command("run", *words), "-o", "moved.png", "inputs")
    assert target.read_bytes() == case.targets[0].read_bytes()
