"""Store: every vote once, every refusal for its reason, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from tests.study.conftest import Make
from tests.study.voting import ballots, vote_all

from likewise.errors import InputError
from likewise.study import writer
from likewise.study.database import PARTICIPANTS, VOTES, open_engine
from likewise.study.plan import plan
from likewise.study.records import Participant, Vote
from likewise.study.refusals import (
    AlreadyVoted,
    BadRanking,
    StoreBusy,
    UnknownToken,
    UnknownTrial,
)
from likewise.study.store import Store, default_url
from likewise.study.study import Study


def kept_of(store: Store, person: Participant) -> list[Vote]:
    return [vote for vote in store.votes() if vote.participant == person.number]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgresql)])
def either(request: pytest.FixtureRequest) -> str:
    """The URL of a database of each kind."""
    return str(request.getfixturevalue("url" if request.param == "sqlite" else "postgres"))


@pytest.fixture
def store(either: str, study: Study) -> Iterator[Store]:
    with Store(either, study) as opened:
        yield opened


def test_a_whole_plan_can_be_voted_once(store: Store, study: Study) -> None:
    person = store.join().result(30)
    before = kept_of(store, person)
    assert before == []
    asked = list(ballots(study, person))
    assert len(asked) == (6 + 1) * 2
    for done, ballot in enumerate(asked, 1):
        progress = store.progress(person.token)
        turn, question = progress.open[0]
        assert (turn.trial.key, question.name) == ballot[1:3]
        assert store.vote(*ballot).result(30).remaining == len(asked) - done
    assert store.progress(person.token).open == ()
    for ballot in asked:
        with pytest.raises(AlreadyVoted):
            store.vote(*ballot).result(30)
    kept = kept_of(store, person)
    assert {(v.trial, v.question, v.ranking, v.milliseconds) for v in kept} == {
        ballot[1:] for ballot in asked
    }


def test_the_first_vote_stands(store: Store, study: Study) -> None:
    person = store.join().result(30)
    token, trial, question, ranking, spent = next(ballots(study, person))
    futures = [store.vote(token, trial, question, ranking, spent)]
    futures += [store.vote(token, trial, question, ranking[::-1], 1) for _ in range(50)]
    assert futures[0].result(30)
    for future in futures[1:]:
        with pytest.raises(AlreadyVoted):
            future.result(30)
    assert [vote.ranking for vote in kept_of(store, person)] == [ranking]


def test_what_is_wrong_is_refused_and_harms_nobody(store: Store, study: Study) -> None:
    """Good and bad votes are committed together; the bad ones must not take the good along."""
    person, other = store.join().result(30), store.join().result(30)
    good = list(ballots(study, person))
    token, trial, question, ranking, spent = good[0]
    foreign = next(t.key for t in study.trials if t.key not in {b[1] for b in good})
    wrong = {
        UnknownToken: [
            (bad, trial, question, ranking, spent)
            for bad in ("", "x", token[:-1], token + "x", token + "\0", "\ud800", "' OR 1=1 --")
        ],
        UnknownTrial: [
            (token, foreign, question, ranking, spent),
            (token, "\0", question, ranking, spent),
            (token, trial, "beauty", ranking, spent),
            (token, trial, "", ranking, spent),
        ],
        BadRanking: [
            (token, trial, question, bad, 5)
            for bad in ((), ranking[:2], ranking * 2, (*ranking[:2], "\0"), (ranking[0],) * 3)
        ]
        + [(token, trial, question, ranking, -1)],
    }
    futures = vote_all(store, study, other)
    refused = [(kind, store.vote(*b)) for kind, many in wrong.items() for b in many]
    futures += [store.vote(*ballot) for ballot in good]
    for kind, future in refused:
        with pytest.raises(kind):
            future.result(30)
    assert all(future.result(30) for future in futures)


def test_long_pauses_are_kept_as_long_as_they_fit(store: Store, study: Study) -> None:
    person = store.join().result(30)
    token, trial, question, ranking, _ = next(ballots(study, person))
    store.vote(token, trial, question, ranking, 10**18).result(30)
    assert kept_of(store, person)[0].milliseconds == 2**31 - 1


def test_studies_in_one_database_do_not_mix(
    store: Store, either: str, study: Study, make: Make
) -> None:
    person = store.join().result(30)
    other = make(layouts=2)
    with Store(either, other) as second:
        with pytest.raises(UnknownToken):
            second.progress(person.token)
        with pytest.raises(UnknownToken):
            second.vote(*next(ballots(study, person))).result(30)
        joined = second.join().result(30)
        [future.result(30) for future in vote_all(second, other, joined)]
        assert second.participants() == 1
        assert {vote.participant for vote in second.votes()} == {joined.number}
    assert all(vote.participant != joined.number for vote in store.votes())


def test_another_process_sees_what_was_acknowledged(study: Study, url: str) -> None:
    with Store(url, study) as one, Store(url, study) as other:
        person = one.join().result(30)
        for index, ballot in enumerate(ballots(study, person)):
            (one, other)[index % 2].vote(*ballot).result(30)
            assert len(other.progress(person.token).voted) == index + 1
        with pytest.raises(AlreadyVoted):
            other.vote(*next(ballots(study, person))).result(30)


def test_closing_finishes_what_waits(study: Study, url: str) -> None:
    with Store(url, study) as store:
        person = store.join().result(30)
        futures = vote_all(store, study, person)
    assert all(future.done() and not future.exception() for future in futures)
    with pytest.raises(StoreBusy):
        store.vote(*next(ballots(study, person))).result(30)
    store.close()


def test_a_vote_that_was_cancelled_in_time_is_not_kept(study: Study, url: str) -> None:
    with Store(url, study) as store:
        people = [store.join().result(30) for _ in range(20)]
        futures = [future for person in people for future in vote_all(store, study, person)]
        cancelled = sum(future.cancel() for future in futures)
        kept = 0
        for future in futures:
            try:
                future.result(30)
                kept += 1
            except CancelledError:
                pass
        assert cancelled + kept == len(futures)
        assert sum(1 for _ in store.votes()) == kept


def test_too_much_waiting_is_refused(
    study: Study, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(url, study) as store:
        monkeypatch.setattr(writer, "WAITING", 0)
        with pytest.raises(StoreBusy):
            store.join().result(30)
        monkeypatch.undo()
        assert store.join().result(30)


def test_a_database_that_fails_is_told_and_survived(study: Study, tmp_path: Path) -> None:
    """The table goes and comes back: votes meanwhile are refused as busy, later ones are kept."""
    with Store(default_url(tmp_path), study) as store:
        person = store.join().result(30)
        first, second, *_ = ballots(study, person)
        with sqlite3.connect(tmp_path / "votes.sqlite") as other:
            other.execute(f"ALTER TABLE {VOTES.name} RENAME TO away")
        with pytest.raises(StoreBusy):
            store.vote(*first).result(30)
        with pytest.raises(StoreBusy):
            store.progress(person.token)
        with sqlite3.connect(tmp_path / "votes.sqlite") as other:
            other.execute(f"ALTER TABLE away RENAME TO {VOTES.name}")
        assert store.vote(*first).result(30)
        assert store.vote(*second).result(30)


def test_nothing_about_a_person_is_kept(study: Study, url: str) -> None:
    with Store(url, study) as store:
        tokens = {store.join().result(30).token for _ in range(50)}
        assert len(tokens) == 50
        assert min(map(len, tokens)) >= 32
    assert set(PARTICIPANTS.c.keys()) == {"number", "study", "token", "consented"}
    columns = {"participant", "trial", "question", "ranking", "milliseconds", "at"}
    assert set(VOTES.c.keys()) == columns


def test_commits_are_on_the_disk(url: str) -> None:
    """What SQLite is told decides whether a vote outlives a power failure."""
    engine = open_engine(url)
    with engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous")
        }
    engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2}  # 2 is FULL


def test_reading_waits_for_no_writer(study: Study, url: str) -> None:
    with Store(url, study) as store:
        person = store.join().result(30)
        other = create_engine(url)
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            assert store.progress(person.token).voted == frozenset()
            assert store.participants() == 1
        other.dispose()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "no URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:////nowhere/at/all.sqlite", "unable to open"),
        ("oracle://user@host/x", "no driver"),
        ("klingon://host", "no URL"),
    ],
)
def test_databases_that_cannot_be_used_are_refused(study: Study, url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        Store(url, study)
    assert caught.value.argument == "--database"


def test_a_password_is_not_told(study: Study) -> None:
    with pytest.raises(InputError) as caught:
        Store("postgresql+psycopg://user:geheim@127.0.0.1:1/none", study)
    assert "geheim" not in str(caught.value)


def test_a_deferred_begin_would_lose_votes(study: Study, url: str) -> None:
    """Why transactions take the lock at once: one that reads first cannot wait for it."""
    with Store(url, study) as store:
        store.join().result(30)
        one, other = create_engine(url), create_engine(url)
        with one.connect() as reader, other.connect() as writer_:
            reader.exec_driver_sql("BEGIN")
            reader.exec_driver_sql(f"SELECT * FROM {PARTICIPANTS.name}").all()
            writer_.exec_driver_sql("BEGIN IMMEDIATE")
            insert = f"INSERT INTO {PARTICIPANTS.name} VALUES (NULL, 'x', '{{}}', '')"
            writer_.exec_driver_sql(insert.format("a"))
            writer_.exec_driver_sql("COMMIT")
            with pytest.raises(OperationalError, match="locked"):
                reader.exec_driver_sql(insert.format("b"))
        one.dispose()
        other.dispose()


def test_plans_fit_what_the_store_accepts(make: Make, url: str) -> None:
    """Also where trials show four and five answers."""
    study = make(layouts=2, contestants="abcde", per_trial=5, trials_each=2)
    with Store(url, study) as store:
        person = store.join().result(30)
        assert len(plan(study, person.number)[0].order) == 5
        assert all(future.result(30) for future in vote_all(store, study, person))
