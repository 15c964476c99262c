"""Takes work and gets it done. Here alone is everything caught: whatever goes wrong, the receipt says so."""

import random
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final, Generic, NamedTuple, Self, TypeVar

import structlog

from bot.core.clock import Clock
from bot.core.errors import LostLease
from bot.core.failpoints import Reach
from bot.core.nouns import Event, ReceiptId
from bot.core.ports import Poster, ReviewDesk
from bot.flows.admin import Administration, heed
from bot.flows.answer import Outcome, answer
from bot.flows.case import House
from bot.flows.execute import give_up, is_owed
from bot.flows.execute import tend as tend_act
from bot.flows.read import Reading
from bot.flows.reply import Answering
from bot.flows.review import tend
from bot.flows.sync import Tally
from bot.stores import jobs as stored
from bot.stores.commands import COMMANDS, Commands, OpenCommand
from bot.stores.database import Database, is_transient
from bot.stores.executions import ExecutionStore, OpenExecution
from bot.stores.inbox import Inbox
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import OpenReceipt, Receipts
from bot.stores.reviews import OpenReview, ReviewStore
from connectors.model import AccessUnknown, Braked, Fatal, Gone, Retryable

SYNC: Final = stored.SYNC
CLEAR: Final = stored.CLEAR
EMBED: Final = "embed"
CHANGE: Final = "change"  # that waits for a second admin: it is looked at when its time is over

_ATTEMPTS = 10  # of a question: with the pauses between them, a quarter of an hour in which its surface may be away
_DEATHS = 3  # of its processes, after which a question is set apart: it may be what they died of
_LONGEST_PAUSE = timedelta(minutes=5)
_UNTOLD = timedelta(hours=1)  # until somebody is told again what may have been done for them
_LOOK_AGAIN_S = 0.5  # for what became due, or was put in by another process
# Python's own 5 ms are paid again at each statement by a thread that does little, such as the one that takes in.
_SWITCH_S = 0.0001
_BEATS = 3  # in the length of a lease

Done = TypeVar("Done")

Errand = Callable[[str, Callable[[], None]], None]
"""Does what this key stands for. What is given with it fails once the errand is somebody else's."""


class _Failing(NamedTuple):
    """What the ledger says of a job that failed, and what its key is."""

    event: str
    of: str


_FAILED: Final = {
    SYNC: _Failing("sync_failed", "source"),
    EMBED: _Failing("embedding_failed", "of"),
    CLEAR: _Failing("clearing_failed", "of"),
}

log = structlog.get_logger()


class Failed(Exception):  # noqa: N818 - named for what the asker is told
    """The question could not be answered; its receipt says why."""

    def __init__(self, receipt: ReceiptId) -> None:
        super().__init__(receipt)
        self.receipt = receipt


class GaveUp(Exception):  # noqa: N818 - named for what the receipt says
    """Each attempt ended with its process; whatever it is about this question, the next one may not die of it too."""


class SetApart(Retryable):
    """Its processes have died again and again. Most of what they had in hand is not why; each waits by itself, and for
    a time of its own, so that one such question neither takes the others with it nor keeps the process from starting; and
    what was said after it, in the same place, does not wait for it.
    """


def answer_one(inbox: Inbox, receipts: Receipts, house: Answering, poster: Poster, claim: Claim) -> Outcome:
    """Whatever goes wrong, it ends as `Failed` and the others have their turn."""
    work = _opened(inbox, receipts, house.reading.clock, claim)
    with _beating(work.renew, inbox.length):  # to the end: who says that there is no reply may have to wait for Slack
        try:
            _check_attempts(work)
            return answer(work, house, poster)
        except Exception as error:
            with _recording(inbox, claim.id):
                _end(work, poster, error)
            raise Failed(ReceiptId(claim.id)) from error


def answer_next(
    inbox: Inbox, receipts: Receipts, house: Answering, poster: Poster, *, kinds: Collection[str] | None
) -> bool:
    """Whether anything waited."""
    claim = inbox.claim(house.reading.clock(), kinds=kinds)
    if claim is None:
        return False
    with suppress(Failed):
        answer_one(inbox, receipts, house, poster, claim)
    return True


def review_next(reviews: ReviewStore, house: Reading, desk: ReviewDesk, poster: Poster, reach: Reach) -> bool:
    """Whether anything was to be done for an answer that somebody checks. What goes wrong is tried again."""
    claim = reviews.claim(house.clock())
    if claim is None:
        return False
    review = reviews.open(claim)
    with _beating(review.renew, reviews.length):
        try:
            tend(review, house, desk, poster, reach)
        except LostLease:
            log.warning("another worker took over", receipt=claim.id)
        except Exception as error:  # noqa: BLE001 - as everywhere here, it is told what became of it
            with suppress(LostLease):
                _put_off(review, poster, error)
    return True


def _put_off(review: OpenReview, poster: Poster, error: Exception) -> None:
    receipt, name = review.question.receipt, type(error).__name__
    if review.attempt < _ATTEMPTS:
        log.warning("to be tried again", receipt=receipt, error=name, exc_info=None if _passes(error) else error)
        review.try_again(_failure("delayed", error, review.attempt), name, _pause(review.attempt, error))
        return
    log.error("an answer that was held is given up", receipt=receipt, exc_info=error)
    with _telling(receipt):
        poster.fail(review.question, aside=False, again=True)
    review.fail(_failure("failed", error, review.attempt), name)


def act_next(executions: ExecutionStore, house: House) -> bool:
    """Whether anything was to be done for something that was proposed. What goes wrong is tried again; what may have
    happened is never taken for what has not.
    """
    claim = executions.claim(house.clock())
    if claim is None:
        return False
    execution = executions.open(claim)
    with _beating(execution.renew, executions.length):
        try:
            tend_act(execution, house)
        except LostLease:
            log.warning("another worker took over", proposal=claim.id)
        except Exception as error:  # noqa: BLE001 - as everywhere here, it is told what became of it
            with suppress(LostLease):
                _put_off_act(execution, house, error)
    return True


def _put_off_act(execution: OpenExecution, house: House, error: Exception) -> None:
    name = type(error).__name__
    if execution.attempt < _ATTEMPTS:
        log.warning("to be tried again", proposal=execution.id, error=name, exc_info=None if _passes(error) else error)
        body = {"attempt": execution.attempt, "error": name}
        execution.try_again(Event(kind="act_delayed", body=body), name, _pause(execution.attempt, error))
        return
    log.error("something that was proposed is given up", proposal=execution.id, exc_info=error)
    try:
        give_up(execution, house)
    except LostLease:
        raise
    except Exception:
        log.exception("nobody could be told that it is given up", proposal=execution.id)
        standing = execution.standing()
        if is_owed(standing):
            execution.record(Event(kind="act_delayed", body={"attempt": execution.attempt, "error": name}))
            execution.rest(house.clock() + _UNTOLD, stage=standing.stage)
        else:
            execution.fail(Event(kind="act_given_up", body={"error": name}), name)


def drain(
    inbox: Inbox, receipts: Receipts, house: Answering, poster: Poster, *, kinds: Collection[str] | None = None
) -> int:
    """Finishes whatever waits of these kinds, such as what a process that died had begun. How many that was."""
    done = 0
    while answer_next(inbox, receipts, house, poster, kinds=kinds):
        done += 1
    return done


def heed_next(commands: Commands, house: Administration, *, kinds: Collection[str] = COMMANDS) -> bool:
    """Whether a command waited."""
    work = commands.open_next(kinds)
    if work is None:
        return False
    with _beating(work.renew, commands.length):
        try:
            _check_not_last(work.attempt)
            heed(work, house)
        except Exception as error:  # noqa: BLE001 - it is written down, and the next one has its turn
            with _recording(commands.inbox, work.typed.receipt):
                _end_command(work, house, error)
    return True


class Pool:
    """Threads that answer whatever waits of these kinds, until they are told to stop.

    A call wakes one of them: it is about one thing, and whoever else looked for it would only keep others from writing.
    For what nobody calls for there is a `Lookout`.
    """

    def __init__(self, answer_next: Callable[[], bool], *, size: int) -> None:
        self._answer_next, self._stop = answer_next, threading.Event()
        self._calls = threading.BoundedSemaphore(size)  # that nobody has followed yet; more than threads are no use
        self._threads = [threading.Thread(target=self._run, name=f"worker-{number}") for number in range(size)]

    def __enter__(self) -> Self:
        sys.setswitchinterval(_SWITCH_S)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Each finishes what it has in hand."""
        self._stop.set()
        for _thread in self._threads:
            self.wake()
        for thread in self._threads:
            thread.join()

    def wake(self) -> None:
        with suppress(ValueError):
            self._calls.release()

    def _run(self) -> None:
        while self._calls.acquire() and not self._stop.is_set():
            while self._worked() and not self._stop.is_set():
                pass

    def _worked(self) -> bool:
        try:
            return self._answer_next()
        except Exception:
            log.exception("a worker could not take up anything")
            return False


class Lookout:
    """Calls one of each of these pools now and then, for what became due, or was put in by another process. Where nothing is
    due at all, it looks once for all of them: most workspaces are quiet most of the time.
    """

    def __init__(self, is_any_due: Callable[[], bool], pools: Sequence[Pool]) -> None:
        self._is_any_due, self._pools, self._stop = is_any_due, pools, threading.Event()
        self._thread = threading.Thread(target=self._call_now_and_then, name="worker-lookout")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _call_now_and_then(self) -> None:
        while not self._stop.wait(_LOOK_AGAIN_S):
            if self._is_worth_a_look():
                for pool in self._pools:
                    pool.wake()

    def _is_worth_a_look(self) -> bool:
        try:
            return self._is_any_due()
        except Exception:
            log.exception("nobody knows whether anything is due")
            return True


class Later:
    """Small things that may be done a moment later, and are not done at all when the process ends first."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="later")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def __call__(self, do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None:
        with suppress(RuntimeError):  # it is being shut down
            self._threads.submit(self._do, do, otherwise)

    def _do(self, do: Callable[[], object], otherwise: Callable[[], object] | None) -> None:
        try:
            do()
        except Exception:
            log.exception("something small went wrong")
            if otherwise is not None:
                self._do(otherwise, None)


def run_errand(
    jobs: Jobs,
    database: Database,
    clock: Clock,
    run: Errand,
    give_up: Callable[[str], None],
    *,
    kind: str,
) -> bool:
    """Does one thing of this kind that waits, by its key; whether there was one. What fails for a while is done again; what
    fails otherwise is given up, and the log says why. If `give_up` fails too, all of it is done again once the lease ends.
    """
    claim = jobs.claim(clock(), kinds=[kind])
    if claim is None:
        return False
    error, again = None, False
    renew = partial(_renew, jobs, claim, clock)
    with suppress(LostLease), _beating(renew, jobs.length):
        try:
            run(claim.key, partial(jobs.check, claim))
        except LostLease:
            log.warning("an errand was taken away", kind=kind, key=claim.key)
        except Exception as failed:
            error, again = type(failed).__name__, _passes(failed) and claim.attempts < _ATTEMPTS
            log.exception("an errand failed", kind=kind, key=claim.key, again=again)
            if not again:
                renew()  # whoever has it by now may still get it done
                give_up(claim.key)
    with suppress(LostLease), database.writing() as session:
        if again and not jobs.is_waiting(session, kind, claim.key):
            pause = min(timedelta(seconds=2**claim.attempts), _LONGEST_PAUSE)
            jobs.again(session, claim, clock() + pause, error=error or "")
        else:
            jobs.finish(session, claim, clock(), error=error)
    return True


def _opened(inbox: Inbox, receipts: Receipts, clock: Clock, claim: Claim) -> OpenReceipt:
    receipt = ReceiptId(claim.id)
    try:
        return receipts.open(claim)
    except Exception as error:
        log.exception("what waited is no question", receipt=receipt)
        with _recording(inbox, receipt):
            inbox.fail(claim, clock(), error=type(error).__name__)
            receipts.note(_failure("failed", error, claim.attempts).model_copy(update={"receipt": receipt}))
        raise Failed(receipt) from error


def _check_attempts(work: OpenReceipt) -> None:
    delayed = work.recorded("delayed")
    died = work.attempt > 1 and (delayed is None or delayed.body["attempt"] != work.attempt - 1)
    if work.attempt > _ATTEMPTS or (died and work.attempt == _ATTEMPTS):
        raise GaveUp
    if died and work.attempt > _DEATHS:
        raise SetApart


def _end(work: OpenReceipt, poster: Poster, error: Exception) -> None:
    """Of this attempt, or of the question."""
    receipt, name = work.question.receipt, type(error).__name__
    if isinstance(error, LostLease):
        raise error
    if not _passes(error):
        log.error("a question failed", receipt=receipt, exc_info=error)
    elif work.attempt < _ATTEMPTS:
        log.warning("to be tried again", receipt=receipt, error=name)
        pause, apart = _pause(work.attempt, error), isinstance(error, SetApart)
        work.try_again(_failure("delayed", error, work.attempt), name, pause, apart=apart)
        return
    work.check_lease()
    with _telling(receipt):
        poster.fail(work.question, aside=work.recorded("shown") is not None, again=work.attempt > 1)
    work.fail(_failure("failed", error, work.attempt), name)


def _check_not_last(attempt: int) -> None:
    if attempt > _ATTEMPTS:
        raise GaveUp


def _end_command(work: OpenCommand, house: Administration, error: Exception) -> None:
    receipt, name = work.typed.receipt, type(error).__name__
    if isinstance(error, LostLease):
        raise error
    if _passes(error) and work.attempt < _ATTEMPTS:
        log.warning("to be tried again", receipt=receipt, error=name)
        work.try_again(_failure("delayed", error, work.attempt), name, _pause(work.attempt, error))
        return
    log.error("a command failed", receipt=receipt, exc_info=error)
    work.check_lease()
    with _telling(receipt):
        house.governing.voice.fail(work.typed)
    work.fail(_failure("failed", error, work.attempt), name)


def _pause(attempt: int, error: Exception) -> timedelta:
    pause = min(timedelta(seconds=2**attempt), _LONGEST_PAUSE)
    return pause * random.uniform(0.5, 1.5) if isinstance(error, SetApart) else pause  # noqa: S311 - nothing to guess


@contextmanager
def _telling(receipt: str) -> Iterator[None]:
    """The asker hears of it before it is over: whoever dies in between tells them again, once."""
    try:
        yield
    except Exception:
        log.exception("nobody could be told that there is no reply", receipt=receipt)


def _passes(error: Exception) -> bool:
    return isinstance(error, Retryable) or is_transient(error)


@contextmanager
def _recording(inbox: Inbox, receipt: str) -> Iterator[None]:
    """How it ended. Where that cannot be written, the row stays as it is until its lease ends, and is taken up again."""
    try:
        with _saying_who_has_it(inbox, receipt):
            yield
    except Exception:
        log.exception("how a question ended could not be recorded", receipt=receipt)


@contextmanager
def _saying_who_has_it(inbox: Inbox, receipt: str) -> Iterator[None]:
    try:
        yield
    except LostLease:
        if inbox.withdrawn(receipt):
            log.info("the question was withdrawn", receipt=receipt)
        else:
            log.warning("another worker took over", receipt=receipt)


@contextmanager
def _beating(renew: Callable[[], None], lease: timedelta) -> Iterator[None]:
    """Keeps the lease while the work takes longer than it. Once it is lost, the next write fails by its fence."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(lease.total_seconds() / _BEATS):
            try:
                renew()
            except LostLease:
                return
            except Exception:
                log.exception("a lease could not be renewed, and will be tried again")

    heart = threading.Thread(target=beat, name="lease", daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


class Synced(NamedTuple):
    """What one sync job came to. With an error, what was done before it stays done."""

    source: str
    tally: Tally | None
    error: str | None = None


class Worked(NamedTuple, Generic[Done]):
    """What one job came to. With an error, what was done before it stays done."""

    key: str
    done: Done | None
    error: str | None = None


def run_syncs(
    jobs: Jobs, database: Database, ledger: Ledger, clock: Clock, run: Callable[[Claim], Tally]
) -> Iterator[Synced]:
    for result in run_jobs(SYNC, jobs, database, ledger, clock, run):
        yield Synced(result.key, result.done, result.error)


def run_jobs(
    kind: str, jobs: Jobs, database: Database, ledger: Ledger, clock: Clock, run: Callable[[Claim], Done]
) -> Iterator[Worked[Done]]:
    """Works off the jobs of this kind that wait. One that fails does not keep the others from their turn."""
    failed = _FAILED[kind]
    while claim := jobs.claim(clock(), kinds=[kind]):
        with _beating(partial(_renew, jobs, claim, clock), jobs.length):
            result = _run_job(claim, run)
        with suppress(LostLease), database.writing() as session:  # whoever has it now will say how it ended
            jobs.finish(session, claim, clock(), error=result.error)
            if result.error is not None:
                ledger.append(session, [Event(kind=failed.event, body={failed.of: claim.key})], clock())
        yield result


def _run_job(claim: Claim, run: Callable[[Claim], Done]) -> Worked[Done]:
    try:
        return Worked(claim.key, run(claim))
    except (Retryable, Gone, AccessUnknown, Braked, Fatal) as error:
        return Worked(claim.key, None, str(error))
    except LostLease:
        return Worked(claim.key, None, "another process took over")
    except Exception as error:
        log.exception("a job failed", kind=claim.kind, key=claim.key, job=claim.id)
        return Worked(claim.key, None, f"a fault ({type(error).__name__}) in job {claim.id}; the log has the details")


def _renew(jobs: Jobs, claim: Claim, clock: Clock) -> None:
    jobs.renew(claim, clock())


def _failure(kind: str, error: Exception, attempt: int) -> Event:
    """The kind of error only: its message may hold what somebody asked, or what they may not read."""
    return Event(kind=kind, body={"attempt": attempt, "error": type(error).__name__})
