"""What becomes of a question or a job when something goes wrong: it is written down, and the others have their turn."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col, select, update

from bot import worker
from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Part, Question, ReceiptId
from bot.core.ports import Poster
from bot.flows.sync import Tally
from bot.stores.database import Database, is_transient
from bot.stores.inbox import CLI_QUESTION, Inbox
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from bot.stores.tables import InboxRow
from connectors.model import Retryable
from policies.evidence import Evidence, Refusal, RefusalReason
from policies.people import Person
from tests.fakes.poster import FakePoster
from tests.flows.world import ANA, QUESTION, World
from tests.stores.ledgers import KEY

LEASE = timedelta(seconds=30)
LATER = LEASE + timedelta(seconds=1)


class Failing(Poster):
    """Does something, and then cannot post."""

    def __init__(self, error: Exception, first: Callable[[], object] = lambda: None) -> None:
        self._error, self._first = error, first
        self.failed: list[tuple[str, bool]] = []
        self.failed_aside: list[bool] = []
        self.when_failed: Callable[[], object] = lambda: None

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        self._first()
        raise self._error

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:
        return self.post(
            question, Part(reply=Refusal(reason=RefusalReason.NOT_REVIEWED), evidence=Evidence()), again=again
        )

    def unhold(self, question: Question) -> None: ...

    def is_shown(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def may_grow(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def grow(self, question: Question, part: Part) -> None: ...

    def take_back(self, question: Question, *, again: bool) -> None: ...

    def leave(self, question: Question, *, again: bool) -> None: ...

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:
        self.failed_aside.append(aside)
        self.failed.append((question.receipt, again))
        self.when_failed()


class Desk:
    """A worker with its inbox, over a company in memory."""

    def __init__(self, database: Database) -> None:
        self.world, self.database = World(), database
        self.inbox = Inbox(database, owner="here", length=LEASE)
        self.other = Inbox(database, owner="there", length=LEASE)
        self.receipts = Receipts(database, Ledger(database, KEY), self.inbox, lambda: self.world.now)

    def is_asked(self, receipt: str) -> Claim:
        asked = Question(
            receipt=ReceiptId(receipt), text=QUESTION, asker=ANA, place=CommandLine(), asked_at=self.world.now
        )
        claim = self.receipts.take_and_claim(Incoming.once(asked))
        assert claim is not None
        return claim

    def waits(self, *receipts: str) -> None:
        """Each was asked by a process that died."""
        for receipt in receipts:
            self.is_asked(receipt)
        self.world.now += LATER

    def drain(self, poster: Poster | None = None) -> int:
        poster = poster or self.world.poster
        return worker.drain(self.inbox, self.receipts, self.world.answering(), poster, kinds=[CLI_QUESTION])

    def answers(self, claim: Claim, poster: Poster | None = None) -> None:
        poster = poster or self.world.poster
        worker.answer_one(self.inbox, self.receipts, self.world.answering(), poster, claim)

    def changes(self, receipt: str, **values: object) -> None:
        with self.database.writing() as session:
            session.exec(update(InboxRow).where(col(InboxRow.id) == receipt).values(**values))

    def row(self, receipt: str) -> tuple[str, str | None]:
        with self.database.reading() as session:
            return session.exec(select(InboxRow.state, InboxRow.error).where(InboxRow.id == receipt)).one()

    def column(self, name: str) -> object:
        with self.database.reading() as session:
            return session.exec(select(getattr(InboxRow, name))).one()

    def last(self, receipt: str) -> tuple[str, object]:
        event = self.receipts.events(ReceiptId(receipt))[-1]
        return event.kind, (event.body or {}).get("error")

    @property
    def posted(self) -> list[str]:
        assert isinstance(self.world.poster, FakePoster)
        return [posted.question.receipt for posted in self.world.poster.posted]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_question_is_answered_by_whoever_received_it(desk: Desk) -> None:
    claim = desk.is_asked("r_1")
    assert desk.drain() == 0
    desk.answers(claim)
    assert desk.posted == ["r_1"]
    assert desk.row("r_1") == ("done", None)


def test_a_question_from_elsewhere_is_left_to_those_who_can_reply_there(desk: Desk) -> None:
    desk.waits("r_1", "r_2")
    desk.changes("r_1", kind="question:elsewhere")
    assert desk.drain() == 1
    assert desk.posted == ["r_2"]
    assert desk.row("r_1")[0] == "claimed"
    taken = desk.other.claim(desk.world.now, kinds=["question:elsewhere"])
    assert taken is not None
    assert taken.attempts == 2


@pytest.mark.parametrize("payload", ["", "{}", '{"receipt": 1}', "no json"])
def test_what_is_no_question_is_failed_and_the_others_have_their_turn(desk: Desk, payload: str) -> None:
    desk.waits("r_1", "r_2")
    desk.changes("r_1", payload=payload)
    assert desk.drain() == 2
    assert desk.posted == ["r_2"]
    assert desk.row("r_1") == ("failed", "ValidationError")
    assert desk.last("r_1") == ("failed", "ValidationError")


def test_what_is_no_question_ends_as_failed_for_who_waits_for_it(desk: Desk) -> None:
    claim = desk.is_asked("r_1")
    with pytest.raises(worker.Failed) as failed:
        desk.answers(claim._replace(payload="{}"))
    assert failed.value.receipt == "r_1"


def die(desk: Desk, times: int) -> None:
    for _ in range(times):
        assert desk.inbox.claim(desk.world.now) is not None
        desk.world.now += LATER


def test_a_question_whose_process_died_twice_is_answered_at_once(desk: Desk) -> None:
    desk.waits("r_1")
    die(desk, 1)
    assert desk.drain() == 1
    assert desk.posted == ["r_1"]


def test_questions_whose_processes_died_again_and_again_wait_each_for_a_time_of_its_own(desk: Desk) -> None:
    """So that those which are not why are answered before the one that is comes up again."""
    names = [f"r_{number}" for number in range(8)]
    desk.waits(*names)
    die_together(desk, names, 2)
    assert desk.drain() == len(names)
    assert desk.posted == []
    assert {desk.row(name) for name in names} == {("waiting", "SetApart")}
    with desk.database.reading() as session:
        due = [at - desk.world.now for at in session.exec(select(InboxRow.due_at)).all()]
    assert timedelta(seconds=8) <= min(due) < max(due) <= timedelta(seconds=24)
    assert len(set(due)) == len(names)
    desk.world.now += timedelta(seconds=24)
    assert desk.drain() == len(names)
    assert sorted(desk.posted) == names


def test_what_was_said_after_one_that_is_set_apart_does_not_wait_for_it(desk: Desk) -> None:
    desk.waits("r_1", "r_2")
    for name in ("r_1", "r_2"):
        desk.changes(name, lane="thread")
    die(desk, 2)
    assert desk.drain() == 2
    assert desk.posted == ["r_2"]
    assert desk.row("r_1") == ("waiting", "SetApart")


def die_together(desk: Desk, names: list[str], times: int) -> None:
    for _ in range(times):
        assert all(desk.inbox.claim(desk.world.now) for _ in names)
        desk.world.now += LATER


def test_a_question_that_kills_its_process_does_so_six_times_and_is_given_up(desk: Desk) -> None:
    class Died(BaseException):
        pass

    desk.is_asked("r_1")
    poster = Failing(Died())  # type: ignore[arg-type]
    deaths = 0
    for _ in range(30):
        desk.world.now += timedelta(minutes=8)
        try:
            desk.drain(poster)
        except Died:
            deaths += 1
    assert deaths == 5  # beside the one that received it
    assert desk.row("r_1") == ("failed", "GaveUp")
    assert poster.failed == [("r_1", True)]


def test_a_question_whose_process_died_ten_times_is_given_up(desk: Desk) -> None:
    desk.waits("r_1", "r_2")
    desk.changes("r_2", due_at=desk.world.now)
    desk.changes("r_1", attempts=10)
    assert desk.drain() == 2
    assert desk.posted == ["r_2"]
    assert desk.row("r_1") == ("failed", "GaveUp")
    assert desk.last("r_1") == ("failed", "GaveUp")
    desk.world.now += LATER
    assert desk.drain() == 0


def test_a_question_that_fails_because_of_us_is_failed_for_good(desk: Desk) -> None:
    desk.waits("r_1")
    poster = Failing(RuntimeError())
    assert desk.drain(poster) == 1
    assert poster.failed == [("r_1", True)]
    assert desk.row("r_1") == ("failed", "RuntimeError")
    assert desk.last("r_1") == ("failed", "RuntimeError")


def test_a_question_that_could_not_be_answered_this_time_waits_for_the_next(desk: Desk) -> None:
    desk.waits("r_1")
    assert desk.drain(Failing(Retryable())) == 1
    assert desk.row("r_1") == ("waiting", "Retryable")
    assert desk.last("r_1") == ("delayed", "Retryable")
    desk.world.now += LATER
    assert desk.drain() == 1
    assert desk.posted == ["r_1"]


def test_a_question_is_delayed_no_more_than_ten_times(desk: Desk) -> None:
    desk.waits("r_1")
    for _ in range(12):
        desk.drain(Failing(Retryable()))
        desk.world.now += timedelta(minutes=5)
    kinds = [event.kind for event in desk.receipts.events(ReceiptId("r_1"))]
    assert (kinds.count("delayed"), kinds.count("failed")) == (8, 1)
    assert desk.row("r_1")[0] == "failed"


@pytest.mark.parametrize("attempts", [1, 2], ids=["the first attempt", "a later one"])
def test_the_asker_is_told_once_that_there_is_no_reply_before_it_is_over(desk: Desk, attempts: int) -> None:
    claim = desk.is_asked("r_1")
    for _ in range(attempts - 1):
        desk.world.now += LATER
        claim = claimed(desk.inbox.claim(desk.world.now))
    poster = Failing(RuntimeError())
    before: list[tuple[str, str | None]] = []
    poster.when_failed = lambda: before.append(desk.row("r_1"))
    with pytest.raises(worker.Failed):
        desk.answers(claim, poster)
    assert poster.failed == [("r_1", attempts > 1)]
    assert before == [("claimed", None)]
    assert desk.row("r_1") == ("failed", "RuntimeError")


class FailingAside(Failing):
    """The place gets its part; what is for the asker alone does not go through."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        return super().post(question, part, again=again) if part.aside else {"surface": "fake"}


def test_who_cannot_be_answered_aside_hears_of_it_aside(desk: Desk) -> None:
    desk.world.knows(ANA, "acme/hr")
    desk.world.writes("leave.md", "Leave is 25 days.", "acme/hr")
    desk.world.people.beside = [Person(actor="zoe")]
    poster = FailingAside(Retryable())
    desk.waits("r_1")
    assert desk.drain(poster) == 1
    kinds = [event.kind for event in desk.receipts.events(ReceiptId("r_1"))]
    assert kinds[-2:] == ["closed_aside", "delayed"]
    for _ in range(12):
        desk.drain(poster)
        desk.world.now += timedelta(minutes=5)
    assert poster.failed == [("r_1", True)]
    assert poster.failed_aside == [True]
    assert desk.row("r_1") == ("failed", "Retryable")


def claimed(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim


def test_nobody_is_told_of_a_failure_while_it_will_be_tried_again(desk: Desk) -> None:
    desk.waits("r_1")
    poster = Failing(Retryable())
    told = []
    for _ in range(12):
        desk.drain(poster)
        desk.world.now += timedelta(minutes=5)
        told.append((desk.row("r_1")[0], len(poster.failed)))
    assert told == [("waiting", 0)] * 8 + [("failed", 1)] * 4
    assert poster.failed == [("r_1", True)]


def test_who_gives_up_after_ten_deaths_tells_the_asker(desk: Desk) -> None:
    desk.waits("r_1")
    desk.changes("r_1", attempts=10)
    poster = Failing(AssertionError("not reached"))
    desk.drain(poster)
    assert poster.failed == [("r_1", True)]


@pytest.mark.parametrize("error", [OSError(), Retryable(), LostLease()], ids=lambda error: type(error).__name__)
def test_a_failure_that_cannot_be_told_is_recorded_all_the_same(desk: Desk, error: Exception) -> None:
    def fails() -> None:
        raise error

    poster = Failing(RuntimeError())
    poster.when_failed = fails
    claim = desk.is_asked("r_1")
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim, poster)
    assert desk.row("r_1") == ("failed", "RuntimeError")
    assert desk.last("r_1") == ("failed", "RuntimeError")
    assert [entry["event"] for entry in logs] == ["a question failed", "nobody could be told that there is no reply"]


def test_the_lease_is_kept_while_the_asker_is_told(desk: Desk) -> None:
    """Slack may keep us waiting; whoever took over meanwhile would tell them a second time."""
    desk.inbox.length = timedelta(milliseconds=30)
    claim = desk.is_asked("r_1")
    poster = Failing(RuntimeError())
    lease = partial(desk.column, "lease_until")

    def waits() -> None:
        before, deadline = lease(), time.monotonic() + 10
        desk.world.now += LATER  # only now: a beat that came before the look would leave nothing to see
        while lease() == before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert lease() != before

    poster.when_failed = waits
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim, poster)
    assert [entry["event"] for entry in logs] == ["a question failed"]


def test_who_died_after_telling_tells_again(desk: Desk) -> None:
    class Died(BaseException):
        pass

    def dies() -> None:
        raise Died

    poster = Failing(RuntimeError())
    poster.when_failed = dies
    with pytest.raises(Died):
        desk.answers(desk.is_asked("r_1"), poster)
    assert desk.row("r_1")[0] == "claimed"
    poster.when_failed = lambda: None
    desk.world.now += LATER
    desk.drain(poster)
    assert poster.failed == [("r_1", False), ("r_1", True)]


@pytest.mark.parametrize("error", [RuntimeError(), Retryable()], ids=["for good", "to be tried again"])
def test_a_question_that_is_withdrawn_fails_in_silence_and_the_log_says_so(desk: Desk, error: Exception) -> None:
    claim = desk.is_asked("r_1")
    poster = Failing(error, lambda: desk.receipts.forget("cli:r_1"))
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim, poster)
    assert poster.failed == []
    assert desk.row("r_1") == ("withdrawn", None)
    assert desk.last("r_1")[0] == "withdrawn"
    assert logs[-1] == {"event": "the question was withdrawn", "log_level": "info", "receipt": "r_1"}


def test_a_question_that_is_withdrawn_while_it_is_answered_is_not_posted(desk: Desk) -> None:
    claim = desk.is_asked("r_1")
    desk.receipts.forget("cli:r_1")
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim)
    assert desk.posted == []
    assert [entry["event"] for entry in logs] == ["the question was withdrawn"]


def test_a_failure_after_another_took_over_is_not_told(desk: Desk) -> None:
    def take_over() -> None:
        desk.world.now += LATER
        assert desk.other.claim(desk.world.now) is not None

    claim = desk.is_asked("r_1")
    poster = Failing(RuntimeError(), take_over)
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim, poster)
    assert poster.failed == []
    assert logs[-1]["event"] == "another worker took over"


def test_pauses_grow_and_never_exceed_five_minutes(desk: Desk) -> None:
    desk.is_asked("r_1")
    pauses = []
    for attempts in range(1, 10):
        desk.changes("r_1", state="waiting", due_at=desk.world.now, attempts=attempts - 1, lease_until=None)
        desk.drain(Failing(Retryable()))
        with desk.database.reading() as session:
            pauses.append(session.exec(select(InboxRow.due_at)).one() - desk.world.now)
    assert pauses == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32, 64, 128, 256, 300)]


@pytest.mark.parametrize("error", [RuntimeError(), Retryable()], ids=["for good", "to be tried again"])
def test_a_failure_that_comes_after_another_took_over_changes_nothing(desk: Desk, error: Exception) -> None:
    def take_over() -> None:
        desk.world.now += LATER
        assert desk.other.claim(desk.world.now) is not None

    desk.waits("r_1")
    assert desk.drain(Failing(error, take_over)) == 1
    assert desk.row("r_1") == ("claimed", None)
    assert desk.last("r_1")[0] == "closed"


def test_a_failure_that_cannot_be_recorded_is_a_failure_still(desk: Desk) -> None:
    def lose_the_table() -> None:
        with desk.database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE inbox RENAME TO inbox_away"))

    claim = desk.is_asked("r_1")
    with structlog.testing.capture_logs() as logs, pytest.raises(worker.Failed):
        desk.answers(claim, Failing(RuntimeError(), lose_the_table))
    assert [entry["event"] for entry in logs] == ["a question failed", "how a question ended could not be recorded"]


def test_a_transaction_that_lost_to_another_delays_the_question(desk: Desk, tmp_path: Path) -> None:
    desk.waits("r_1")
    desk.drain(Failing(locked(tmp_path / "elsewhere.db")))
    assert desk.row("r_1") == ("waiting", "OperationalError")


def locked(path: Path) -> OperationalError:
    """What SQLite says to a writer while another one writes."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0, "isolation_level": None})
    with engine.connect() as first, engine.connect() as second:
        first.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as raised:
            second.exec_driver_sql("BEGIN IMMEDIATE")
    engine.dispose()
    return raised.value


def unreadable(path: Path) -> OperationalError:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, pytest.raises(OperationalError) as raised:
        connection.exec_driver_sql("SELECT * FROM nothing")
    engine.dispose()
    return raised.value


def test_only_what_was_lost_to_another_transaction_is_transient(tmp_path: Path) -> None:
    assert is_transient(locked(tmp_path / "a.db"))
    assert is_transient(OperationalError("", {}, psycopg.errors.DeadlockDetected()))
    assert is_transient(OperationalError("", {}, psycopg.errors.SerializationFailure()))
    assert not is_transient(unreadable(tmp_path / "a.db"))
    assert not is_transient(OperationalError("", {}, psycopg.errors.DiskFull()))
    assert not is_transient(OperationalError("", {}, psycopg.OperationalError()))
    assert not is_transient(IntegrityError("", {}, psycopg.errors.UniqueViolation()))
    assert not is_transient(psycopg.errors.DeadlockDetected())


def test_the_heart_beats_on_after_a_lease_could_not_be_renewed() -> None:
    beats, enough = 0, threading.Event()

    def renew() -> None:
        nonlocal beats
        beats += 1
        if beats > 2:
            enough.set()
        raise OSError

    with structlog.testing.capture_logs() as logs, worker._beating(renew, timedelta(milliseconds=15)):
        assert enough.wait(10)
    assert {entry["event"] for entry in logs} == {"a lease could not be renewed, and will be tried again"}


def test_the_heart_stops_when_the_lease_is_lost() -> None:
    beats = 0

    def renew() -> None:
        nonlocal beats
        beats += 1
        raise LostLease

    with worker._beating(renew, timedelta(milliseconds=3)):
        for heart in (thread for thread in threading.enumerate() if thread.name == "lease"):
            heart.join(10)
    assert beats == 1


def errand(desk: Desk, error: Exception, give_up: Callable[[str], None]) -> Jobs:
    """One that fails so, tried as long as it waits."""
    jobs = Jobs(desk.database, owner="here", length=LEASE)
    with desk.database.writing() as session:
        jobs.enqueue(session, "errand", "ask:h_1", {}, now=desk.world.now)

    def run(_: str, __: Callable[[], None]) -> None:
        raise error

    while worker.run_errand(jobs, desk.database, lambda: desk.world.now, run, give_up, kind="errand"):
        desk.world.now += timedelta(minutes=6)
    return jobs


@pytest.mark.parametrize(
    ("error", "attempts"), [(Retryable("away"), 10), (ValueError("no"), 1)], ids=["for a while", "otherwise"]
)
def test_an_errand_is_given_up_once_and_not_before_its_last_attempt(
    desk: Desk, error: Exception, attempts: int
) -> None:
    before, given_up = desk.world.now, list[tuple[str, timedelta]]()
    jobs = errand(desk, error, lambda key: given_up.append((key, desk.world.now - before)))
    assert given_up == [("ask:h_1", (attempts - 1) * timedelta(minutes=6))]
    assert [state for _, state in jobs.states()] == ["failed"]


def test_an_errand_that_could_not_even_be_given_up_is_taken_up_again(desk: Desk) -> None:
    given_up: list[str] = []

    def give_up(key: str) -> None:
        given_up.append(key)
        if len(given_up) == 1:
            raise Retryable("away")

    with pytest.raises(Retryable):
        errand(desk, ValueError("no"), give_up)
    desk.world.now += LATER
    jobs = errand(desk, ValueError("no"), give_up)
    assert given_up[:2] == ["ask:h_1", "ask:h_1"]
    assert {state for _, state in jobs.states()} == {"failed"}


def test_whoever_lost_an_errand_to_another_does_not_give_it_up(desk: Desk) -> None:
    jobs, given_up = Jobs(desk.database, owner="here", length=LEASE), list[str]()
    with desk.database.writing() as session:
        jobs.enqueue(session, "errand", "ask:h_1", {}, now=desk.world.now)

    def run(_: str, __: Callable[[], None]) -> None:
        desk.world.now += LATER
        assert jobs.claim(desk.world.now, kinds=["errand"]) is not None
        raise ValueError

    assert worker.run_errand(jobs, desk.database, lambda: desk.world.now, run, given_up.append, kind="errand")
    assert given_up == []
    assert [state for _, state in jobs.states()] == ["claimed"]


def test_a_job_that_is_no_sync_is_left_to_those_who_can_do_it(desk: Desk) -> None:
    jobs = Jobs(desk.database, owner="here", length=LEASE)
    with desk.database.writing() as session:
        jobs.enqueue(session, "prune", "handbook", {}, now=desk.world.now)
        jobs.enqueue(session, worker.SYNC, "wiki", {}, now=desk.world.now)
    done: list[str] = []

    def run(claim: Claim) -> Tally:
        done.append(claim.key)
        raise Retryable("not now")

    ledger = Ledger(desk.database, KEY)
    (result,) = worker.run_syncs(jobs, desk.database, ledger, lambda: desk.world.now, run)
    assert (result.source, result.error) == ("wiki", "not now")
    assert done == ["wiki"]
    assert sorted(state for _, state in jobs.states()) == ["failed", "waiting"]
