"""Renders: real worker processes, stopped, resumed and killed; none is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.studio.studios import labelled, stripes, until

from likewise.analogy import Analogy
from likewise.errors import ConfigError, LabelError
from likewise.images import read_image
from likewise.studio import worker
from likewise.studio.jobs import Job
from likewise.studio.orders import Order
from likewise.studio.project import Project
from likewise.studio.projects import UnknownKeyError
from likewise.studio.studio import Studio

LONG = Order("semia", "fast")  # trains for minutes, so there is time to interfere


@dataclass(frozen=True)
class Rendered:
    """A studio and what it rendered: a layout with the bottom stripe above the top."""

    studio: Studio
    project: Project
    job: Job


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    """One finished render; tests must not change it."""
    folder, size = tmp_path_factory.mktemp("rendered"), (96, 128)
    with Studio(folder / "studio", device="cpu") as studio:
        project = labelled(studio, folder, size)
        project.set_layout(np.roll(stripes(size), 32, axis=0))
        job = studio.renders.ask(project, Order("patch", "smoke", 7))
        job = until(studio, job.key, lambda one: one.state == "done")
        yield Rendered(studio, project, job)


def test_a_render_is_what_the_library_answers(rendered: Rendered) -> None:
    studio, project, job = rendered.studio, rendered.project, rendered.job
    answer = read_image(studio.renders.file(job, f"{worker.ANSWER}.") or "")
    analogy = Analogy("patch", "smoke", device="cpu").fit(
        project.image, project.labels_map(), seed=7
    )
    assert answer == analogy.render(project.layout_map())
    assert job.seconds and job.seconds > 0
    shown = studio.renders.file(job, worker.SHOWN)
    assert shown and read_image(shown).size == project.layout_map().size
    assert studio.renders.file(job, worker.PROVENANCE)
    assert studio.renders.standing(job).share == 1.0


def test_doubts_are_told(rendered: Rendered) -> None:
    assert "class 2" in rendered.job.doubts


def test_folders_without_a_job_are_swept(rendered: Rendered) -> None:
    renders = rendered.studio.renders
    litter = renders.folder / "0123456789ab"
    litter.mkdir()
    renders._recover()
    assert not litter.exists()
    assert (renders.folder / rendered.job.key).exists()


@pytest.mark.slow
def test_a_render_is_cancelled_and_goes_on(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    asked = project.layout()
    job = studio.renders.ask(project, LONG)
    until(studio, job.key, lambda one: (studio.renders.standing(one).share or 0) > 0)
    other = studio.renders.ask(project, Order("patch", "smoke", 0))
    project.set_layout(np.flipud(asked))
    assert studio.renders.cancel(job.key).state == "cancelled"
    until(studio, other.key, lambda one: one.state == "done")  # the queue goes on
    kept = read_image(studio.renders.folder / other.key / worker.LAYOUT).pixels
    assert np.array_equal(kept, asked)  # whatever became of the project since
    assert studio.jobs.get(job.key).state == "cancelled"
    checkpoint = studio.renders.folder / job.key / worker.CHECKPOINT
    assert checkpoint.exists()
    assert studio.renders.resume(job.key).state in ("waiting", "running")
    until(studio, job.key, lambda one: (studio.renders.standing(one).share or 0) > 0)
    log = (studio.renders.folder / job.key / "log.txt").read_text()
    assert "Traceback" not in log
    studio.renders.delete(job.key)
    with pytest.raises(UnknownKeyError):
        studio.jobs.get(job.key)


def test_a_killed_worker_is_told_and_may_be_resumed(studio: Studio, tmp_path: Path) -> None:
    job = studio.renders.ask(labelled(studio, tmp_path), LONG)
    until(studio, job.key, lambda one: studio.renders.standing(one).stage == "fitting")
    process = studio.renders._process
    assert process is not None
    process.kill()
    failed = until(studio, job.key, lambda one: one.state == "failed")
    assert failed.error
    assert studio.renders.resume(job.key).error is None
    until(studio, job.key, lambda one: one.state == "running")


def test_a_closed_studio_goes_on_when_it_is_opened_again(tmp_path: Path) -> None:
    with Studio(tmp_path / "studio", device="cpu") as studio:
        project = labelled(studio, tmp_path)
        first = studio.renders.ask(project, LONG)
        second = studio.renders.ask(project, Order("patch", "smoke", 0))
        until(studio, first.key, lambda one: (studio.renders.standing(one).share or 0) > 0)
    with Studio(tmp_path / "studio", device="cpu") as studio:
        assert [job.key for job in studio.jobs.of(project.key)] == [second.key, first.key]
        until(studio, first.key, lambda one: one.state == "running")
        assert (studio.renders.folder / first.key / worker.CHECKPOINT).exists()
        assert studio.jobs.get(second.key).state == "waiting"


def test_a_worker_ends_with_its_server(studio: Studio, tmp_path: Path) -> None:
    job = studio.renders.ask(labelled(studio, tmp_path), LONG)
    until(studio, job.key, lambda one: studio.renders.standing(one).stage == "fitting")
    process = studio.renders._process
    assert process is not None and process.stdin is not None
    process.stdin.close()  # what happens to a pipe whose other end is killed
    process.wait(20)
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, signal.SIGCONT)


def test_bad_wishes_are_refused_at_once(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    for method, preset in (("nonsense", "fast"), ("patch", "nonsense")):
        with pytest.raises(ConfigError):
            studio.renders.ask(project, Order(method, preset, 0))
    project.set_classes([(f"c{n}", (n, n, n)) for n in range(4)])
    layout = stripes()
    layout[:9] = 3
    project.set_layout(layout)
    with pytest.raises(LabelError, match="c3"):
        studio.renders.ask(project, Order("patch", "smoke", 0))
    assert studio.jobs.of(project.key) == []
    assert list(studio.renders.folder.iterdir()) == []


def test_jobs_are_moved_from_known_states_only(tmp_path: Path, studio: Studio) -> None:
    job = studio.renders.ask(labelled(studio, tmp_path), LONG)
    jobs = studio.jobs
    until(studio, job.key, lambda one: one.state == "running")
    assert not jobs.move(job.key, "done", "waiting")
    assert studio.renders.cancel(job.key).state == "cancelled"
    assert not jobs.move(job.key, "done", "running")
    assert jobs.get(job.key).state == "cancelled"
