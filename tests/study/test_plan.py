"""Plan: the same for a number always, without repeats, balanced over people."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from tests.study.conftest import Make

from likewise.study.plan import plan
from likewise.study.study import Study


def test_a_plan_follows_from_study_and_number(study: Study) -> None:
    again = Study.read(study.folder)
    for number in (1, 2, 99):
        assert plan(study, number) == plan(again, number)
    assert plan(study, 1) != plan(study, 2)


def test_nobody_gets_a_trial_twice(make: Make) -> None:
    for study in (make(), make(layouts=3, trials_each=8), make(layouts=2, contestants="abc")):
        for number in range(1, 60):
            turns = plan(study, number)
            assert len({turn.trial.key for turn in turns}) == len(turns)
            assert len(turns) == study.trials_each + study.checks_each


def test_nobody_sees_a_layout_twice_while_there_are_others(study: Study) -> None:
    for number in range(1, 60):
        seen = [(t.trial.case, t.trial.target) for t in plan(study, number) if not t.trial.check]
        assert len(set(seen)) == len(seen) == 6


def test_trials_and_pairs_are_dealt_evenly(study: Study) -> None:
    trials: Counter[str] = Counter()
    met: Counter[tuple[str, str]] = Counter()
    for number in range(1, 9):  # 8 people with 6 trials each: 48 of 24 trials
        for turn in plan(study, number):
            if turn.trial.check is None:
                trials[turn.trial.key] += 1
                names = sorted(answer.contestant for answer in turn.trial.answers)
                met.update(combinations(names, 2))
        assert max(trials.values()) - min(trials[t.key] for t in study.trials) <= 1
        assert max(met.values()) - min(met.values()) <= 3
    assert set(trials.values()) == {2}
    assert set(met.values()) == {24}


def test_letters_are_dealt_at_random(study: Study) -> None:
    """Each contestant's chance of being A is a third where it is shown."""
    first: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for number in range(1, 601):
        for turn in plan(study, number):
            if turn.trial.check is None:
                first[turn.shown[0].contestant] += 1
                shown.update(answer.contestant for answer in turn.shown)
    for name in study.contestants:
        assert first[name] / shown[name] == pytest.approx(1 / 3, abs=0.03)


def test_checks_are_spread_and_never_come_first(make: Make) -> None:
    study = make(checks_each=3)
    for number in range(1, 100):
        checks = [place for place, turn in enumerate(plan(study, number)) if turn.trial.check]
        assert len(checks) == 3
        assert checks[0] > 0
        for k, place in enumerate(checks):  # stretches of two trials and a check
            assert 3 * k < place <= 3 * k + 2


def test_without_checks_there_are_none(make: Make) -> None:
    study = make(layouts=2, checks_each=0)
    assert not study.checks
    assert all(turn.trial.check is None for turn in plan(study, 1))
