"""--provenance: what it writes and tells, and whom it refuses before anything is computed."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from unittest import mock

import numpy as np
import PIL.Image
import pytest
from tests.cli.commands import Done, likewise
from tests.gatherer import Gatherer

from likewise.errors import ConfigError
from likewise.methods.registry import METHODS
from likewise.provenance import Provenance

SMOKE = ("--preset", "smoke", "--device", "cpu")


def gather(*words: object) -> Done:
    """Run likewise with the method ``gatherer`` to its end."""
    with mock.patch.dict(METHODS, gatherer=Gatherer):
        return likewise(*words)


@pytest.fixture(scope="module")
def gathered(case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with provenance; tests must not change it."""
    out = tmp_path_factory.mktemp("gathered") / "out"
    done = gather("run", *case.arguments, "-o", out, "-m", "gatherer", *SMOKE, "--provenance")
    assert done.returncode == 0, done.stderr
    for name in ("moved", "small"):
        assert f"wrote   {out / name}.provenance.npz and .png: 9" in done.stdout
    assert "% of the pixels are the source's own, unchanged" in done.stdout
    assert "steps" not in done.stdout  # it has nothing to train
    return out


def test_every_answer_gets_arrays_and_a_picture(case, gathered: Path) -> None:
    record = json.loads((gathered / "run.json").read_text())
    source = np.asarray(PIL.Image.open(case.image))
    for name in ("moved", "small"):
        files = [f"{name}.png", f"{name}.provenance.npz", f"{name}.provenance.png"]
        assert set(files) <= set(record["outputs"])
        provenance = Provenance.read(gathered / files[1])
        answer = np.asarray(PIL.Image.open(gathered / files[0]))
        rows, columns = provenance.y.astype(int), provenance.x.astype(int)
        exact = provenance.exact
        assert np.array_equal(answer[exact], source[rows, columns][exact])
        assert record["share_exact"][name] == round(provenance.share_exact, 6) > 0.9
        assert PIL.Image.open(gathered / files[2]).mode == "RGB"
    assert all((gathered / name).exists() for name in record["outputs"])


def test_render_tells_it_too_and_it_changes_no_answer(case, gathered: Path, tmp_path: Path) -> None:
    words = ("render", gathered, *case.targets, "-o", tmp_path / "a", "--device", "cpu")
    assert gather(*words, "--provenance", "--quiet").returncode == 0
    for path in gathered.glob("*.p*"):  # .png and .provenance.npz
        assert (tmp_path / "a" / path.name).read_bytes() == path.read_bytes()
    done = gather(*words, "--overwrite", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert not list((tmp_path / "a").glob("*.provenance.*"))  # of the run before, not of this one
    assert "share_exact" not in json.loads((tmp_path / "a" / "run.json").read_text())
    assert (tmp_path / "a" / "moved.png").read_bytes() == (gathered / "moved.png").read_bytes()


def test_resume_adds_it_to_a_finished_fit(case, gathered: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("run", *case.arguments, "-o", out, "-m", "gatherer", *SMOKE)
    assert gather(*words).returncode == 0
    done = gather(*words, "--provenance", "--resume")
    assert done.returncode == 0, done.stderr
    assert "it is not fitted again" in done.stdout
    name = "small.provenance.npz"
    assert (out / name).read_bytes() == (gathered / name).read_bytes()


def test_a_full_disk_leaves_no_half_file(
    case, gathered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*parts: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("likewise.provenance.archive.np.savez_compressed", full)
    words = (gathered, case.targets[0], "-o", tmp_path / "out", "--device", "cpu", "--provenance")
    done = gather("render", *words)
    assert done.returncode == 2
    assert "moved.provenance.npz: no space is left" in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_answer_is_never_written_over_an_input(case, gathered: Path, tmp_path: Path) -> None:
    layout = tmp_path / "x.provenance.png"
    layout.write_bytes(case.targets[0].read_bytes())
    (tmp_path / "x.png").write_bytes(case.targets[0].read_bytes())
    done = gather(
        "render", gathered, tmp_path / "x.png", "-o", tmp_path, "--overwrite", "--provenance"
    )
    assert done.returncode == 2  # x.png itself
    words = ("render", gathered, layout, "-o", tmp_path / "out", "--provenance", "--quiet")
    assert gather(*words).returncode == 0
    assert (tmp_path / "out" / "x.provenance.provenance.npz").exists()


def test_a_method_that_paints_is_refused_in_one_line(case, command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command("run", *case.arguments, "-o", out, *SMOKE, "-m", "semia", "--provenance", "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: --provenance: method semia paints pixels of its own")
    for name, method in METHODS.items():
        assert (f"--method {name}" in done.stderr) == method.traceable
    assert not list(tmp_path.iterdir())


def test_a_model_that_paints_is_refused_before_it_is_read(case, command, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text('{"format": 1, "method": "semia"}')
    words = ("render", model, case.targets[0], "-o", tmp_path / "out", "--provenance", "-q")
    done = command(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --provenance: method semia paints pixels of its own")
    assert not (tmp_path / "out").exists()


def test_the_refusal_names_the_methods_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    from likewise.cli.abilities import require_traceable

    monkeypatch.setitem(METHODS, "gatherer", Gatherer)
    require_traceable("gatherer")
    with pytest.raises(ConfigError, match=r"expected .*--method gatherer"):
        require_traceable("semia")


def test_methods_and_demo_know_of_it(command, tmp_path: Path) -> None:
    listed = json.loads(command("methods", "--json").stdout)
    assert {name: entry["traceable"] for name, entry in listed.items()} == {
        name: method.traceable for name, method in METHODS.items()
    }
    done = command("demo", "-o", tmp_path / "out", "-m", "semia", "--provenance", "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--provenance: method semia" in done.stderr
    assert not list(tmp_path.iterdir())
