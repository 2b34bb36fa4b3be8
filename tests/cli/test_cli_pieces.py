"""The pieces of the command line that need no process: names, times, faults, signals, help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from likewise.cli import faults
from likewise.cli.choices import parse_ids
from likewise.cli.demo import EXAMPLES, find_example
from likewise.cli.main import main
from likewise.cli.place import Place
from likewise.cli.sources import unique_names
from likewise.cli.stopping import StopRequest
from likewise.cli.terminal import PlainProgress, Terminal, seconds_left, spoken_seconds
from likewise.errors import InputError, Interrupted, LabelError, OutputError


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """main() takes over the signals of its process, which here is that of the tests."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def exit_code(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(end.value.code)


def test_help_tells_every_command_with_an_example(capsys) -> None:
    singan = [f"singan {name}" for name in ("sample", "retarget", "upscale")]
    tasks = ("segment", "augment")
    for name in ("run", "fit", "render", *tasks, "demo", "doctor", "methods", *singan):
        assert exit_code(*name.split(), "--help") == 0
        text = capsys.readouterr().out
        assert f"Example: likewise {name}" in text
    assert exit_code("--version") == 0
    assert capsys.readouterr().out.startswith("likewise ")


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys\n"
        "from likewise.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_methods_lists_presets_with_settings(capsys) -> None:
    assert exit_code("methods", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert sum(entry["default"] for entry in listed.values()) == 1
    for entry in listed.values():
        assert {"smoke", "fast", "full"} <= set(entry["presets"])
        assert all("size" in preset for preset in entry["presets"].values())
    assert exit_code("methods") == 0
    shown = capsys.readouterr().out
    assert all(name in shown and entry["summary"] in shown for name, entry in listed.items())
    assert "label_weight" not in shown
    assert exit_code("methods", "patch") == 0
    assert "label_weight" in capsys.readouterr().out


def test_doctor_finds_this_machine_able(capsys) -> None:
    assert exit_code("doctor", "--json") == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    told = {finding["what"]: finding["verdict"] for finding in findings}
    assert told["self-test on cpu"] == "ok"
    assert {"torch", "device", "threads", "memory", "disk"} <= set(told)


def test_doctor_reports_a_broken_part_and_exits_1(capsys, monkeypatch) -> None:
    import likewise.methods.registry as registry

    def broken(name: str) -> None:
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(registry, "find_method", broken)
    assert exit_code("doctor") == 1
    assert "fail  self test: RuntimeError: no kernel image" in capsys.readouterr().out


def test_demo_without_examples_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="clone of the repository"):
        find_example("temple", tmp_path)


def test_demo_finds_every_bundled_example() -> None:
    for labels in EXAMPLES.glob("*/labels.png"):
        assert (find_example(labels.parent.name) / "targets").is_dir()
    with pytest.raises(InputError, match="temple"):
        find_example("nowhere")


def test_names_are_unique_also_where_case_does_not_count() -> None:
    paths = [Path(p) for p in ("a/sky.png", "b/sky.png", "c/SKY.npy", "contact_sheet.png")]
    assert unique_names(paths) == ["sky", "sky-2", "SKY-3", "contact_sheet-2"]
    # A number that the user gave is not given out twice.
    assert unique_names([Path("sky-2.png"), Path("sky.png"), Path("x/sky.png")]) == [
        "sky-2",
        "sky",
        "sky-3",
    ]
    # An answer's provenance is called a.provenance.png: no other answer is.
    paths = [Path("a.png"), Path("a.provenance.png"), Path("b.Provenance.png"), Path("b.png")]
    assert unique_names(paths) == ["a", "a.provenance-2", "b.Provenance", "b-2"]


def test_ids() -> None:
    assert parse_ids("") == ()
    assert parse_ids(" 255, 0,255") == (0, 255)
    for text in ("a", "1,,2", "-1", "65536", "1.5", "٣"):
        with pytest.raises(LabelError, match="--ignore"):
            parse_ids(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.4, "9.4 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (23040, "6 h 24 min"),
    ],
)
def test_spoken_seconds(seconds: float, words: str) -> None:
    assert spoken_seconds(seconds) == words


def test_time_left_counts_this_session_only(monkeypatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 110.0)
    assert seconds_left(100.0, 50, 50, 100) is None
    assert seconds_left(100.0, 50, 60, 100) == pytest.approx(40.0)


def test_plain_progress_speaks_every_ten_seconds(monkeypatch, capsys) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = PlainProgress(Terminal())
    progress.start("fit", 100)
    for step in range(1, 101):
        now[0] += 0.25
        progress.advance(step, gan=0.5)
    progress.finish()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "fit: 100 steps"
    assert lines[1] == "fit: 40 of 100 steps, 40%, about 15 s left; gan 0.5"
    assert lines[-1] == "fit: 100 of 100 steps, 25 s; gan 0.5"
    assert len(lines) == 4


def test_warnings_are_kept_for_the_record(capsys) -> None:
    terminal = Terminal(quiet=True)
    terminal.progress().note("VGG weights are absent")
    terminal.say("news")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "warning: VGG weights are absent\n")
    assert terminal.warnings == ["VGG weights are absent"]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (LabelError("x.png", "a\nb", "c"), 2, "error: x.png: a b; expected c."),
        (Interrupted("stopped"), 3, "interrupted: stopped"),
        (KeyboardInterrupt(), 3, "interrupted: "),
        (MemoryError(), 1, "--size"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), 1, "--size"),
        (ZeroDivisionError("division by zero"), 1, "LIKEWISE_DEBUG=1"),
    ],
)
def test_every_error_is_one_line_with_its_code(error, code: int, words: str) -> None:
    found, line = faults.explain(error)
    assert found == code
    assert words in line
    assert "\n" not in line


def test_a_fault_shows_its_traceback_only_on_request(capsys, monkeypatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("likewise.cli.methods._print_presets", lambda *_, **__: broken())
    monkeypatch.setenv(faults.DEBUG_VARIABLE, "0")
    assert exit_code("methods", "patch") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert exit_code("--debug", "methods", "patch") == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("run", "--help"), ("methods",)])
def test_a_reader_that_goes_away_is_no_fault(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "likewise", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_first_signal_asks_and_second_ends(own_signals) -> None:
    stop = StopRequest()
    stop.install()
    with stop.listen():
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.requested
        os.kill(os.getpid(), signal.SIGTERM)  # repeated by service managers: no second wish
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    # Whoever presses Ctrl-C a third time is not kept waiting by Python at all.
    assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL


def test_signal_while_nobody_listens_ends_at_once(own_signals) -> None:
    stop = StopRequest()
    stop.install()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    assert not stop.requested


def test_overwriting_never_reaches_outside_the_folder(tmp_path: Path) -> None:
    """A record that somebody tampered with must not choose what is deleted."""
    outside = tmp_path / "precious.txt"
    outside.write_text("keep me")
    folder = tmp_path / "out"
    folder.mkdir()
    names = ["../precious.txt", str(outside), "old.png"]
    (folder / "old.png").write_text("old")
    (folder / "run.json").write_text(json.dumps({"outputs": names}))
    Place(folder, None).open({"status": "rendering"}, [], fresh=True)
    assert outside.read_text() == "keep me"
    assert not (folder / "old.png").exists()


def test_a_place_that_cannot_be_opened_keeps_what_it_holds(tmp_path: Path, monkeypatch) -> None:
    """The disk is full when a stopped run is resumed: its checkpoint and record must survive."""
    model = tmp_path / "out" / "model"
    model.mkdir(parents=True)
    files = [model / "checkpoint.safetensors", tmp_path / "out" / "run.json"]
    for file in files:
        file.write_text("{}")

    def full(*_: object) -> None:
        raise OutputError("run.json", "no space is left on the disk", "free space")

    monkeypatch.setattr("likewise.storage.write_json", full)
    with pytest.raises(OutputError):
        Place(tmp_path / "out", model).open({}, files[:1], fresh=False)
    assert all(file.exists() for file in files)
    with pytest.raises(OutputError):
        Place(tmp_path / "new" / "out", tmp_path / "new" / "out" / "model").open({}, [], fresh=True)
    assert not (tmp_path / "new").exists()
