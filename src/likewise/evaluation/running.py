"""Running: every contestant on every case with every seed, scored, and kept as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from likewise.errors import Interrupted
from likewise.evaluation.asking import questions_of, show
from likewise.evaluation.bench import Bench
from likewise.evaluation.cases import Case
from likewise.evaluation.comparison import Comparison, Question
from likewise.evaluation.contestants import SOURCE, TRUTH
from likewise.evaluation.fitting import Job
from likewise.evaluation.isolation import carried_out
from likewise.evaluation.measuring import Measuring
from likewise.evaluation.onlooker import Onlooker
from likewise.evaluation.place import Place
from likewise.evaluation.plan import Cell, Plan
from likewise.evaluation.report import write_report
from likewise.evaluation.tables import write_tables


def compare(
    case_folders: Sequence[Path],
    contestants: Sequence[str],
    folder: Path,
    *,
    seeds: Sequence[int] = (0,),
    device: str = "auto",
    size: int | None = None,
    measuring: Measuring | None = None,
    files: Mapping[str, Path] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    onlooker: Onlooker | None = None,
) -> Comparison:
    """Render, score and report every case by every contestant.

    Every fit has a process of its own, so that its memory is known and a crash ends it alone: what
    fails is an outcome with an error, and the rest goes on. Results are kept after each fit.

    Args:
        case_folders: of the cases.
        contestants: "method:preset", or "method" for its preset "fast".
        folder: for the results: new or empty.
        seeds: of the fits.
        device: "auto", "cpu", "cuda" or "mps", where methods and scorers compute.
        size: short side in pixels that methods work at; None takes the presets'.
        measuring: by what answers are scored.
        files: for the methods that can use them, by argument.
        resume: go on with a comparison of the same plan, and try again what failed.
        overwrite: replace a comparison that is there.
        onlooker: is told how it goes, and may ask to stop.

    Raises:
        InputError: cases, contestants or the folder cannot be used; nothing was written.
        Interrupted: the onlooker asked to stop; what is done is kept.
    """
    measuring = measuring or Measuring()
    plan = Plan.of(
        case_folders,
        contestants,
        seeds=seeds,
        device=device,
        size=size,
        measuring=measuring.told,
        files=files,
    )
    run = Run(plan, folder, measuring, onlooker or Onlooker())
    return run.carry_out(run.survey(resume=resume, overwrite=overwrite))


@dataclass
class Run:
    """A planned comparison.

    Attributes:
        plan: what is asked.
        folder: for the results.
        measuring: by what answers are scored.
        onlooker: is told how it goes.
        command: words that ask for this comparison, for its readers.
    """

    plan: Plan
    folder: Path
    measuring: Measuring = field(default_factory=Measuring)
    onlooker: Onlooker = field(default_factory=Onlooker)
    command: Sequence[str] = ()

    @property
    def place(self) -> Place:
        """The folder, and what must not be in it."""
        return Place(self.folder, self.plan.folders)

    def survey(self, *, resume: bool = False, overwrite: bool = False) -> Comparison | None:
        """What there is to go on with; None to begin. Touches nothing.

        Raises:
            InputError: the folder cannot be used.
        """
        names = [case.name for case in self.plan.cases]
        identity = self.plan.identity()
        return self.place.survey(identity, names, resume=resume, overwrite=overwrite)

    def left(self, comparison: Comparison | None) -> list[Cell]:
        """Fits that ``comparison`` lacks, or that failed in it."""
        if comparison is None:
            return list(self.plan.cells())
        good = {key for key, outcome in comparison.outcomes.items() if not outcome.error}
        asked = {case.name: [(case.name, target) for target in case.targets] for case in self.cases}
        return [
            cell
            for cell in self.plan.cells()
            if not {(*key, cell.contestant.name, cell.seed) for key in asked[cell.case]} <= good
        ]

    @property
    def cases(self) -> tuple[Case, ...]:
        """Of the plan."""
        return self.plan.cases

    def carry_out(self, earlier: Comparison | None) -> Comparison:
        """Do what is left to do.

        Args:
            earlier: what :meth:`survey` found.

        Raises:
            OutputError: the folder cannot be written.
            Interrupted: the onlooker asked to stop; what is done is kept.
        """
        left = self.left(earlier)
        comparison = self._begun() if earlier is None else earlier
        self.place.sweep(case.name for case in self.cases)
        self.onlooker.begin(left, len(list(self.plan.cells())) - len(left))
        try:
            for case in self.cases:
                self._carry_out_case(case, [c for c in left if c.case == case.name], comparison)
        except Interrupted as stop:
            raise Interrupted(f"what is done is kept in {self.folder}", self.folder) from stop
        finally:
            self.onlooker.end()
            self.place.close()
        write_tables(comparison)
        write_report(comparison)
        return comparison

    def _begun(self) -> Comparison:
        self.place.open(self.plan.identity())
        told = {"date": datetime.now(UTC).date().isoformat(), **self.plan.facts()}
        if self.command:
            told["command"] = list(self.command)
        comparison = Comparison(
            self.folder,
            tuple(contestant.name for contestant in self.plan.contestants),
            self.plan.seeds,
            questions_of(self.cases),
            facts=told,
        )
        comparison.write()
        return comparison

    def _carry_out_case(self, case: Case, cells: Sequence[Cell], comparison: Comparison) -> None:
        questions = [question for question in comparison.questions if question.case == case.name]
        scorer = partial(self.measuring.scorer, case, self.plan.device)
        bench = Bench(case, questions, self.folder, scorer)
        if self._lacks_references(questions, comparison):
            show(case, self.folder)
            references = bench.references(self.plan.seeds[0], partial(self._look, case.name))
            comparison.outcomes |= {outcome.key: outcome for outcome in references}
            comparison.ceilings[case.name] = bench.ceilings
            comparison.write()
        for cell in cells:
            self._carry_out_cell(cell, bench, comparison)

    def _lacks_references(self, questions: Sequence[Question], comparison: Comparison) -> bool:
        for question in questions:
            for name in (SOURCE, TRUTH) if question.truth else (SOURCE,):
                found = comparison.outcomes.get((*question.key, name, self.plan.seeds[0]))
                if found is None or found.error:
                    return True
        return False

    def _carry_out_cell(self, cell: Cell, bench: Bench, comparison: Comparison) -> None:
        self._heed()
        job = Job(
            case=str(self.plan.folders[cell.number]),
            method=cell.contestant.method,
            preset=cell.contestant.preset,
            seed=cell.seed,
            device=str(self.plan.device),
            size=self.plan.size,
            folder=str(self.place.working()),
            files={name: str(file) for name, file in self.plan.files.items()},
        )
        report = carried_out(job, self.onlooker.fitting(cell))
        outcomes = bench.judge(cell, report, partial(self._look, cell.case))
        comparison.outcomes |= {outcome.key: outcome for outcome in outcomes}
        comparison.write()
        self.onlooker.done(cell, outcomes)

    def _look(self, case: str, contestant: str, target: str) -> None:
        """Whether to go on, before a picture is scored."""
        self._heed()
        self.onlooker.scoring(case, contestant, target)

    def _heed(self) -> None:
        if self.onlooker.should_stop:
            raise Interrupted("the comparison was stopped")
