"""The ledger: what may change in a manifest, and that the folder has the last word."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from likewise.batch.ledger import LEDGER, Ledger
from likewise.batch.place import RECORD, Place
from likewise.batch.rows import Row
from likewise.batch.working import set_right
from likewise.errors import ModelError, OutputError
from likewise.locks import is_held, sole_holder


def rows(count: int, **changed: str) -> list[Row]:
    return [Row(n, f"r{n}", "i.png", "p.png", ("t.png",), **changed) for n in range(1, count + 1)]


def states(ledger: Ledger) -> dict[int, str]:
    return {entry.row.number: entry.state for entry in ledger.entries()}


def test_it_keeps_what_it_is_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.enter(rows(3))
    ledger.check(1, {"classes": 2})
    ledger.begin([1, 2])
    ledger.end(1, "done", result={"seconds": 2.0})
    ledger.end(2, "failed", error="why")
    ledger.close()
    again = Ledger(tmp_path, read_only=True)
    first, second, third = again.entries()
    assert (first.state, first.attempts, first.checked) == ("done", 1, True)
    assert (first.facts, first.result) == ({"classes": 2}, {"seconds": 2.0})
    assert (second.error, third.state, third.attempts) == ("why", "waiting", 0)
    assert again.counts() == {"waiting": 1, "running": 0, "done": 1, "refused": 0, "failed": 1}


def test_a_manifest_may_grow_and_be_mended_but_not_change(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.enter(rows(2), {3: "row: bad"})
    ledger.end(1, "done")
    ledger.enter(rows(5))
    assert states(ledger) == {1: "done", 2: "waiting", 3: "waiting", 4: "waiting", 5: "waiting"}
    with pytest.raises(ModelError, match="belongs to another manifest: row 1 is another"):
        ledger.enter(rows(5, method="patch"))
    with pytest.raises(ModelError, match="row 5 is missing"):
        ledger.enter(rows(4))
    ledger.enter([Row(**{**row.__dict__, "note": "new"}) for row in rows(5)])  # decides nothing
    assert states(ledger)[1] == "done"


def test_a_damaged_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(ModelError, match="is damaged"):
        Ledger(tmp_path)
    with pytest.raises(ModelError, match="no batch"):
        Ledger(tmp_path / "none", read_only=True)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / LEDGER).touch()  # as one that is just being made
    with pytest.raises(ModelError, match="only begins"):
        Ledger(tmp_path / "new", read_only=True)


def test_who_reads_along_sees_a_whole_ledger_or_that_it_begins(tmp_path: Path) -> None:
    def read() -> None:
        while not seen:
            with contextlib.suppress(ModelError):
                seen.append(Ledger(folder, read_only=True).counts())

    for number in range(40):
        folder, seen = tmp_path / str(number), []
        folder.mkdir()
        with ThreadPoolExecutor(1) as reader:
            reading = reader.submit(read)
            Ledger(folder).close()
            reading.result(timeout=30)


def test_the_folder_has_the_last_word(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.open()
    ledger = Ledger(tmp_path)
    ledger.enter(rows(4))
    ledger.begin([1, 2])
    ledger.end(3, "done")  # but its folder is gone
    made = place.attempt("r1", 1)
    made.mkdir()
    (made / RECORD).write_text(json.dumps({"result": {"seconds": 1.5}}))
    place.publish("r1", 1)  # and here the process ended, before the ledger heard
    set_right(ledger, place)
    assert states(ledger) == {1: "done", 2: "waiting", 3: "waiting", 4: "waiting"}
    assert next(ledger.entries("done")).result == {"seconds": 1.5}


def test_a_further_attempt_takes_the_folder_from_the_last(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.open()
    first = place.attempt("a", 1)
    first.mkdir()
    (first / "checkpoint").write_text("far")
    other = place.attempt("a.1", 1)
    other.mkdir()
    second = place.attempt("a", 2)
    assert (second / "checkpoint").read_text() == "far"
    assert not first.exists()  # what still writes there finds no folder
    assert other.exists()
    place.forget("a")
    assert [path.name for path in place.work.iterdir()] == ["a.1.1"]


def test_one_batch_a_folder(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with sole_holder(tmp_path, "another batch", "-o", "Wait."):
        assert is_held(tmp_path)
        with pytest.raises(OutputError, match="another batch is using"):
            sole_holder(tmp_path, "another batch", "-o", "Wait.")
    assert not is_held(tmp_path)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(OutputError, match="something else than a batch"):
        Place(tmp_path).require_ours()
