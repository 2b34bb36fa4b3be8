"""Previews: quick answers while somebody paints; only the newest question of a project counts."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from likewise.analogy import Analogy
from likewise.errors import LikewiseError
from likewise.images import MIN_SIDE, Image
from likewise.labels.label_map import LabelMap
from likewise.studio.planes import UNLABELLED, map_of
from likewise.studio.project import Project

METHOD, PRESET = "patch", "smoke"
KEPT = 4  # fitted sources: of one project, at the sizes that a page asks for


class Stale(LikewiseError):  # noqa: N818 - a question that was overtaken, not a fault
    """A newer preview of the same project was asked for."""


@dataclass(frozen=True)
class Preview:
    """An answer in small, (h, w, 3) uint8, and the seconds it took."""

    pixels: np.ndarray
    seconds: float


class Previews:
    """Renders previews one at a time, each in its turn, unless a later one was asked for.

    A source is fitted once for each size and kept; the fit of the patch engine is its pyramid.
    Memory is bounded by KEPT of them.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="previews")
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()
        self._fitted: OrderedDict[tuple[str, int, int], Analogy] = OrderedDict()

    def ask(self, project: Project, plane: np.ndarray, short: int, turn: int) -> Future[Preview]:
        """The layout ``plane`` rendered, in its turn.

        Args:
            project: the source, as it is now.
            plane: (H, W) uint8, whole.
            short: short side of the answer in pixels; 0 is the layout's own size.
            turn: number of the question; it grows by each that a page asks.

        Returns:
            The future of it. It raises Stale if a later turn of this project came meanwhile, and
            LabelError if the layout shows a class that the source does not.
        """
        with self._lock:
            self._turns[project.key] = max(turn, self._turns.get(project.key, turn))
        return self._thread.submit(self._answer, project, plane, short, turn)

    def warm_up(self) -> None:
        """Compile what previews run, once on a machine, before anybody waits for it."""
        self._thread.submit(_rehearse)

    def forget(self, key: str) -> None:
        """Let go of a project that was deleted or closed."""
        with self._lock:
            self._turns.pop(key, None)
        for kept in [kept for kept in self._fitted if kept[0] == key]:
            self._fitted.pop(kept, None)

    def restart(self, key: str) -> None:
        """Count the turns of a project from 0 again, as a page does that was loaded anew."""
        with self._lock:
            self._turns.pop(key, None)

    def close(self) -> None:
        """Finish the preview under way, and take no more."""
        self._thread.shutdown(cancel_futures=True)

    def _answer(self, project: Project, plane: np.ndarray, short: int, turn: int) -> Preview:
        began = time.perf_counter()
        self._require_latest(project.key, turn)
        table = project.table
        map_of(plane, table, "layout").require_known(project.labels_map())
        factor = min(1.0, short / min(plane.shape)) if short else 1.0
        analogy = self._source(project, factor)
        self._require_latest(project.key, turn)
        small = map_of(plane, table).resized(_sides(plane.shape, factor))
        # A class too thin to be seen in the small source is left open: anything will do there.
        shown = np.isin(small.ids, analogy.labels.present())
        layout = map_of(np.where(shown, small.indices(table), UNLABELLED).astype(np.uint8), table)
        answer = analogy.render(layout)
        return Preview(answer.to_rgb8(), time.perf_counter() - began)

    def _source(self, project: Project, factor: float) -> Analogy:
        """The project's source, fitted at the scale at which its layout is shown."""
        size = _sides(project.facts.size, factor)
        key = project.key, project.facts.version, size[0]
        fitted = self._fitted.pop(key, None)
        if fitted is None:
            image = Image.from_array(project.image.to_rgb8()).resized(size)
            fitted = Analogy(METHOD, PRESET).fit(image, project.labels_map().resized(size))
        self._fitted[key] = fitted
        while len(self._fitted) > KEPT:
            self._fitted.popitem(last=False)
        return fitted

    def _require_latest(self, key: str, turn: int) -> None:
        with self._lock:
            if self._turns.get(key, turn) > turn:
                raise Stale("A newer preview was asked for.")


def _sides(size: tuple[int, ...], factor: float) -> tuple[int, int]:
    height, width = (max(MIN_SIDE, round(side * factor)) for side in size)
    return height, width


def _rehearse() -> None:
    """A small picture whose thing has moved: it comes through every part of the engine."""
    plane = np.zeros((64, 96), dtype=np.int64)
    plane[40:] = 1
    there, here = plane.copy(), plane.copy()
    there[20:45, 15:35], here[20:45, 50:70] = 2, 2
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    source = Image.from_array(pixels), LabelMap.from_array(there)
    Analogy(METHOD, PRESET).fit(*source).render(LabelMap.from_array(here))
