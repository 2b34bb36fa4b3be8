"""``likewise batch`` as a user starts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from tests.batch.conftest import Written, write_picture
from tests.cli.commands import Done, likewise, likewise_process

from likewise.images import read_image


def batch(*words: object) -> Done:
    return likewise_process("batch", *words)


def table(out: Path) -> list[dict[str, Any]]:
    return parquet.read_table(out / "results.parquet").to_pylist()


@pytest.mark.slow
def test_a_batch_of_several_tasks_a_bad_row_and_once_more(
    written: Written, tmp_path: Path, pictures: Path
) -> None:
    bad = {"targets": [str(pictures / "picture.png")], "name": "bad"}
    rows = [
        {"name": "run", "note": "first"},
        {"name": "remove", "task": "remove", "targets": None, "options": {"class": "b"}},
        bad,
        {"name": "also-bad", "seed": "many"},
        {"name": "fit", "task": "fit", "targets": None, "method": "semia"},
    ]
    manifest, out = written(rows), tmp_path / "out"
    refused = batch(manifest, "-o", out, "--device", "cpu", "--strict")
    assert refused.returncode == 2
    assert "row 4: seed: 'many'" in refused.stderr
    assert not out.exists()

    done = batch(manifest, "-o", out, "--device", "cpu", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["rows"]
    assert (counts["done"], counts["refused"]) == (3, 2)
    told = {row["name"]: row for row in table(out)}
    assert told["run"]["note"] == "first"
    assert told["run"]["files"] == [
        "contact_sheet.png",
        "log.txt",
        "run.json",
        "thumbnail.jpg",
        "turned.png",
    ]
    assert (out / told["run"]["place"] / "turned.png").exists()
    assert (out / "rows" / "remove" / "removed.png").exists()
    assert (out / "rows" / "fit" / "model.safetensors").exists()
    assert "looks like a photograph" in told["bad"]["error"]
    assert told["000004"]["state"] == "refused"
    page = (out / "summary.html").read_text()
    assert "rows/run/thumbnail.jpg" in page
    assert "looks like a photograph" in page

    before = {path: path.stat().st_mtime_ns for path in (out / "rows").rglob("*")}
    rows[2] = {"name": "bad"}
    again = batch(written(rows), "-o", out, "--device", "cpu")
    assert again.returncode == 0, again.stderr
    assert {row["name"]: row["state"] for row in table(out)}["bad"] == "done"
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())

    status = batch("status", out, "--json")
    assert json.loads(status.stdout)["rows"]["done"] == 4
    other = batch(written([{"seed": 9}], "other.jsonl"), "-o", out, "--device", "cpu")
    assert other.returncode == 2
    assert "belongs to another manifest" in other.stderr


@pytest.mark.slow
def test_rows_fitted_together_look_as_those_fitted_alone(written: Written, tmp_path: Path) -> None:
    rows = [{"name": f"s{seed}", "seed": seed, "method": "semia"} for seed in range(3)]
    manifest = written(rows)
    outs = [tmp_path / "together", tmp_path / "alone"]
    for out, pack in zip(outs, (3, 1), strict=True):
        words = (manifest, "-o", out, "--device", "cpu", "--workers", 1, "--pack", pack)
        done = batch(*words, "--keep-models")
        assert done.returncode == 0, done.stderr
    for row in rows:
        places = [out / "rows" / row["name"] for out in outs]
        said = [(place / "log.txt").read_text() for place in places]
        assert ["not fitted again" in each for each in said] == [True, False]
        together, alone = (read_image(place / "turned.png").to_rgb8() for place in places)
        assert np.abs(together.astype(int) - alone).max() <= 3
        assert (places[0] / "model" / "model.safetensors").exists()


@pytest.mark.slow
def test_a_dry_run_tells_the_time_and_the_cost_and_writes_nothing(
    written: Written, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    manifest = written([{"seed": seed, "method": "semia"} for seed in range(30)])
    words = (manifest, "-o", out, "--device", "cpu", "--workers", 1, "--dry-run", "--price", "3.6")
    done = batch(*words, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["estimated_worker_hours"] == told["estimated_hours"] > 0
    assert told["estimated_cost"] == pytest.approx(3.6 * told["estimated_hours"], rel=0.05)
    assert not out.exists()


@pytest.mark.slow
def test_files_and_results_of_a_store(tmp_path: Path) -> None:
    write_picture(tmp_path / "bucket")
    address = f"file://{tmp_path}/bucket"
    cells = "image,labels,targets,classes,method,preset,name"
    files = ",".join(f"{name}" for name in ("picture.png", "labels.png", "turned.png"))
    (tmp_path / "bucket" / "m.csv").write_text(
        f"{cells}\n{files},classes.json,patch,smoke,one\n"
        f"{files.replace('turned', 'none')},classes.json,patch,smoke,two\n"
    )
    store = f"file://{tmp_path}/store"
    out = tmp_path / "out"
    done = batch(f"{address}/m.csv", "-o", out, "--store", store, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    one, two = table(out)
    assert one["place"] == f"{store}/one"
    assert (tmp_path / "store" / "one" / "turned.png").exists()
    assert (tmp_path / "store" / "one" / "row.json").exists()
    assert "none.png cannot be read" in two["error"]
    assert not any((out / "rows").iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-o", "{out}"), "Missing argument"),
        (("none.jsonl", "-o", "{out}"), "none.jsonl cannot be read"),
        (("{manifest}", "-o", "{out}", "--executor", "slurm"), "one of local, ray"),
        (("{manifest}", "-o", "{out}", "--executor", "ray", "--address", "127.0.0.1:9"), "reached"),
        (("{manifest}", "-o", "{manifest}"), "is a file"),
        (("status", "{out}"), "no batch"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    written: Written, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    manifest, out = written([{}]), tmp_path / "out"
    done = likewise("batch", *(word.format(manifest=manifest, out=out) for word in words))
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
