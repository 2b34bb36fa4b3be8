"""Storage: whole files or none, also when the disk is full or the process is killed."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from likewise import storage
from likewise.errors import OutputError


def test_write_replaces_and_leaves_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    storage.write_bytes(path, b"old")
    storage.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_json_is_readable_and_strict(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    storage.write_json(path, {"name": "Größe", "values": [1, None]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"name": "Größe", "values": [1, None]}
    with pytest.raises(ValueError, match="JSON"):
        storage.write_json(path, float("nan"))
    assert "Größe" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "permission"),
        (errno.EROFS, "read-only"),
        (errno.EFBIG, "File too large"),
    ],
)
def test_refusal_keeps_the_old_file(tmp_path: Path, code: int, words: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match=words), storage.atomic_path(path) as partial:
        partial.write_bytes(b"half")
        raise OSError(code, os.strerror(code))
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_refusal_told_by_safetensors_is_understood(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "import torch; from pathlib import Path; from likewise import storage, errors\n"
        "from safetensors.torch import save_file\n"
        "try:\n"
        "    with storage.atomic_path(Path(sys.argv[1])) as partial:\n"
        "        save_file({'a': torch.zeros(5000)}, partial)\n"
        "except errors.OutputError as error: print(error)\n"
    )
    save_file({"a": torch.ones(2)}, path)
    before = path.read_bytes()
    told = subprocess.run(
        [sys.executable, "-B", "-c", script, str(path)], check=True, capture_output=True, text=True
    )
    assert "File too large" in told.stdout
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]


def test_other_errors_pass_unchanged(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), storage.atomic_path(tmp_path / "a") as partial:
        partial.write_bytes(b"half")
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_kill_leaves_the_old_file_and_litter_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    storage.write_bytes(path, b"old")
    script = (
        "import os, signal, sys; from pathlib import Path; from likewise import storage\n"
        "with storage.atomic_path(Path(sys.argv[1])) as partial:\n"
        "    partial.write_bytes(b'half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)])
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    storage.sweep_litter(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_folder_must_be_new_or_empty_unless_told(tmp_path: Path) -> None:
    folder = storage.prepare_folder(tmp_path / "a" / "b", overwrite=False)
    assert not list(folder.iterdir())
    (folder / f"{storage.LITTER}x").write_text("litter does not count")
    storage.prepare_folder(folder, overwrite=False)
    (folder / "mine").write_text("x")
    with pytest.raises(OutputError, match=r"^-o: .*not empty.*--overwrite"):
        storage.prepare_folder(folder, overwrite=False)
    storage.prepare_folder(folder, overwrite=True)
    assert [entry.name for entry in folder.iterdir()] == ["mine"]


def test_folder_that_is_or_lies_under_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for path in (file, file / "below"):
        with pytest.raises(OutputError, match=r"^--there: "):
            storage.prepare_folder(path, overwrite=True, argument="--there")
