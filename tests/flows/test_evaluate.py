"""The golden set, asked for by an admin: once at a time, and told once whatever happens."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import app, worker
from bot.core.admin import NoAdmin
from bot.core.evaluated import Evaluation, EvaluationAsked, EvaluationsListed, NoGoldenSet
from bot.core.nouns import SlackUser, new_receipt_id
from bot.service.evaluation import Evaluating, NotMeasured
from bot.stores.database import Database
from bot.stores.evaluations import EvaluationStore, ask
from bot.stores.jobs import EVALUATE, Jobs
from connectors.model import Retryable
from tests.flows.bureau import ANA, BEN, LEASE, ZOE, Desk, Died
from tests.world import console, settings_of

GOOD = {"ndcg@10": 0.5, "recall@5": 0.25, "recall@10": 0.5, "hit@1": 1.0, "n": 40.0}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, first=("ana@acme.test", "ben@acme.test"))


@pytest.mark.parametrize("text", ["eval", "eval run"])
def test_who_is_no_admin_has_nothing_measured_and_sees_no_figures(desk: Desk, text: str) -> None:
    assert isinstance(desk.says(ZOE, text), NoAdmin)
    assert desk.evaluations.runs() == ()


@pytest.mark.parametrize("text", ["eval", "eval run"])
def test_without_a_golden_set_there_is_nothing_to_ask(desk: Desk, text: str) -> None:
    desk.evaluations.there = False
    assert desk.says(ANA, text) == NoGoldenSet()


def test_while_it_is_being_asked_it_is_asked_by_nobody_else(desk: Desk) -> None:
    assert desk.says(ANA, "eval") == EvaluationsListed(())
    first = desk.says(ANA, "eval run")
    assert isinstance(first, EvaluationAsked)
    assert (first.anew, first.run.by, first.run.state) == (True, "ana@acme.test", "asked")
    assert desk.says(BEN, "eval run") == EvaluationAsked(first.run, anew=False)
    assert Jobs(desk.database, owner="here", length=LEASE).is_in_hand(EVALUATE, first.run.id)
    desk.evaluations.store.finish(first.run.id, GOOD)
    desk.evaluations.store.finish(first.run.id, None)
    again = desk.says(BEN, "eval run")
    assert isinstance(again, EvaluationAsked)
    assert again.anew
    assert desk.evaluations.store.before(again.run) is None  # it was asked for at the same moment
    listed = desk.says(BEN, "eval")
    assert isinstance(listed, EvaluationsListed)
    assert {one.id: one.figures for one in listed.runs} == {first.run.id: GOOD, again.run.id: None}


def test_who_dies_over_it_is_followed_by_one_who_says_the_same(desk: Desk) -> None:
    desk.dies_at = "command.after_effect"
    with pytest.raises(Died):
        desk.says(ANA, "eval run")
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    told = desk.voice.told[-1]
    assert isinstance(told, EvaluationAsked)
    assert (told.anew, desk.happened.count("evaluation_asked")) == (True, 1)


@dataclass
class Heard:
    told: list[tuple[str, Mapping[str, float] | None, Mapping[str, float] | None]] = field(default_factory=list)
    error: Exception | None = None

    def report(self, run: Evaluation, before: Evaluation | None) -> None:
        if self.error is not None:
            raise self.error
        self.told.append((run.state, run.figures, before.figures if before is not None else None))


@dataclass
class Measuring:
    """A set that comes to this, or fails so."""

    came_to: Mapping[str, float] | Exception
    times: int = 0

    def __call__(self, folder: Path, look: Callable[[], None]) -> Mapping[str, float]:
        assert folder == Path("/golden")
        self.times += 1
        look()
        if isinstance(self.came_to, Exception):
            raise self.came_to
        return self.came_to


@pytest.fixture
def records(tmp_path: Path, database_url: str) -> Iterator[app.Records]:
    settings = settings_of(console(tmp_path, database_url)).model_copy(update={"eval_set": Path("/golden")})
    with app.records(settings) as opened:
        yield opened


def wanted(records: app.Records) -> str:
    with records.database.writing() as session:
        by = SlackUser(team="T1", user="U1")
        return ask(session, new_receipt_id(), "ana@acme.test", by, records.clock())[0].id


def store(records: app.Records) -> EvaluationStore:
    return EvaluationStore(records.database, records.ledger, records.clock)


def test_what_it_comes_to_is_told_beside_what_it_came_to_before(records: app.Records) -> None:
    heard, works = Heard(), Evaluating(records, Measuring(GOOD))
    assert not works.run_next(heard)
    for _ in range(2):
        wanted(records)
        assert works.run_next(heard)
    assert heard.told == [("done", GOOD, None), ("done", GOOD, GOOD)]


def test_one_that_cannot_be_asked_is_told_so(records: app.Records) -> None:
    heard, run = Heard(), wanted(records)
    assert Evaluating(records, Measuring(NotMeasured())).run_next(heard)
    found = store(records).run(run)
    assert found is not None
    assert (found.state, heard.told) == ("failed", [("failed", None, None)])


def test_whom_slack_cannot_tell_now_is_told_later_and_nothing_is_measured_again(records: app.Records) -> None:
    measure, heard = Measuring(GOOD), Heard(error=Retryable("Slack is away"))
    run = wanted(records)
    works = Evaluating(records, measure)
    assert works.run_next(heard)
    found = store(records).run(run)
    assert found is not None
    assert found.state == "done"
    heard.error = None
    works._run(run, lambda: None, heard)
    assert (measure.times, heard.told) == (1, [("done", GOOD, None)])


def test_a_process_that_ends_leaves_it_to_the_next(records: app.Records) -> None:
    heard, run = Heard(), wanted(records)
    works = Evaluating(records, Measuring(GOOD))
    works.close()
    assert works.run_next(heard)
    found = store(records).run(run)
    assert found is not None
    assert (found.state, heard.told) == ("asked", [])
    assert records.jobs.is_in_hand(EVALUATE, run)
