"""What is counted, for Prometheus: what the ledger says, as it is committed, and what waits, as it is asked. No label ever
names a person, a channel or what was said; each has few values, which rules, settings and code give it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import structlog
from cachetools import TTLCache
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.core.clock import Timer, timer
from bot.core.nouns import Event

_STEP_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_REPLY_S: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 900)
_MOST_OPEN, _OPEN_S = 10_000, 3600  # questions whose time is taken

log = structlog.get_logger()


class Waiting(NamedTuple):
    """What of one kind waits or is in hand, and since when the oldest of it does."""

    what: str
    waiting: int
    in_hand: int
    oldest: datetime | None

    def with_more(self, state: str, count: int, oldest: datetime) -> "Waiting":
        earliest = oldest if self.oldest is None else min(self.oldest, oldest)
        if state == "waiting":
            return self._replace(waiting=self.waiting + count, oldest=earliest)
        return self._replace(in_hand=self.in_hand + count, oldest=earliest)


class Standing(NamedTuple):
    """How things stand at a moment. `read_at`: of each source's loops, when it was last read to its end."""

    now: datetime
    queues: tuple[Waiting, ...]
    read_at: Mapping[tuple[str, str], datetime]


class Counted:
    """Of this process, from its beginning. `look` is asked at each reading."""

    def __init__(self, look: Callable[[], Standing], timer: Timer = timer) -> None:
        self._timer = timer
        self._registry = registry = CollectorRegistry()
        self._since: TTLCache[str, float] = TTLCache(_MOST_OPEN, _OPEN_S, timer=timer)
        registry.register(_AsTheyStand(look))

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"footnote_{name}", what, labels, registry=registry)

        def histogram(name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"footnote_{name}", what, labels, buckets=buckets, registry=registry)

        self._questions = counter("questions", "Questions that were taken in.")
        self._ends = counter("questions_ended", "How questions ended.", "end")
        self._delays = counter("questions_delayed", "Attempts that failed and are made again.")
        self._replies = counter("replies", "Replies that were decided, by kind.", "kind")
        self._asides = counter("asides", "Answers beside the place's own, for the asker alone.")
        self._steps = histogram("step_seconds", "Seconds by step of an answer.", _STEP_S, "step")
        self._reply_s = histogram(
            "reply_seconds", "Seconds from a question to its post, both of this process.", _REPLY_S
        )
        self._calls = counter("model_calls", "Calls that a model answered, by what it was asked for.", "errand")
        self._tokens = counter("model_tokens", "Tokens of answered calls.", "errand", "way")
        self._dollars = counter("model_dollars", "What answered calls cost, as far as it is known.", "errand")
        self._failures = counter("model_failures", "Models that gave no answer, or were not asked.", "model", "because")
        self._without_vectors = counter("searches_without_vectors", "Searches by words alone, though vectors serve.")
        self._feedback = counter("feedback", "What people said of answers.", "useful")
        self._syncs = counter("syncs", "Passes over a source.", "source", "end")
        self._limited = counter("slack_limited", "Answers of Slack's that we ask too often.", "method")

    def hear(self, event: Event) -> None:
        """It is committed: whatever cannot be counted of it stops nobody."""
        try:
            self._hear(event)
        except Exception:
            log.exception("an event could not be counted", kind=event.kind)

    def slack_limited(self, method: str) -> None:
        self._limited.labels(method).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def _hear(self, event: Event) -> None:
        body = event.body
        match event.kind:
            case "asked" | "posted" | "failed" | "withdrawn":
                self._question(event)
            case "claimed" | "retrieved" | "composed" | "closed":
                self._step(event.kind, body)
            case "closed_aside":
                self._asides.inc()
            case "delayed":
                self._delays.inc()
            case "feedback":
                self._feedback.labels("yes" if body["useful"] else "no").inc()
            case "synced":
                self._syncs.labels(body["source"], "done").inc()
            case "sync_failed":
                self._syncs.labels(body["source"], "failed").inc()

    def _question(self, event: Event) -> None:
        receipt = event.receipt or ""
        if event.kind == "asked":
            self._questions.inc()
            self._since[receipt] = self._timer()
            return
        self._ends.labels(event.kind).inc()
        began = self._since.pop(receipt, None)
        if began is not None and event.kind == "posted":
            self._reply_s.observe(self._timer() - began)

    def _step(self, kind: str, body: Mapping[str, Any]) -> None:
        match kind:
            case "claimed":
                rewriting = body["wording"].get("rewriting")
                self._account("rewrite", [rewriting] if rewriting else [])
            case "retrieved" if body.get("without_vectors"):
                self._without_vectors.inc()
            case "composed":
                self._account("write", body["by"])
            case "closed":
                self._closed(body)

    def _closed(self, body: Mapping[str, Any]) -> None:
        self._replies.labels(body["reply"]["kind"]).inc()
        for step, ms in body["timings_ms"].items():
            self._steps.labels(step).observe(ms / 1000)
        self._account("route", body.get("guesses", []))

    def _account(self, errand: str, accounts: list[Mapping[str, Any]]) -> None:
        for account in accounts:
            for call in account.get("calls", ()):
                self._calls.labels(errand).inc()
                self._tokens.labels(errand, "in").inc(call["tokens_in"] or 0)
                self._tokens.labels(errand, "out").inc(call["tokens_out"] or 0)
                self._dollars.labels(errand).inc(call["dollars"] or 0)
            for passed in account.get("passed", ()):
                self._failures.labels(passed["model"], passed["because"]).inc()


class _AsTheyStand(Collector):
    """Whoever cannot be asked leaves the counters as they are."""

    def __init__(self, look: Callable[[], Standing]) -> None:
        self._look = look

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            standing = self._look()
        except Exception as error:  # noqa: BLE001 - the database, as a rule; the counters hold without it
            log.warning("how things stand could not be looked up", error=type(error).__name__)
            yield GaugeMetricFamily("footnote_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("footnote_database_up", "Whether the database answers.", 1)
        yield from _queues(standing)
        yield _ages(standing)


def _queues(standing: Standing) -> Iterator[GaugeMetricFamily]:
    number = GaugeMetricFamily("footnote_queue", "What waits, and what is in hand.", labels=("what", "state"))
    oldest = GaugeMetricFamily("footnote_queue_oldest_seconds", "For how long the oldest of it does.", labels=("what",))
    for queue in standing.queues:
        number.add_metric((queue.what, "waiting"), queue.waiting)
        number.add_metric((queue.what, "in_hand"), queue.in_hand)
        oldest.add_metric((queue.what,), _seconds(standing.now, queue.oldest) if queue.oldest else 0)
    yield from (number, oldest)


def _ages(standing: Standing) -> GaugeMetricFamily:
    what = "For how long a source's loop has not been read to its end; one that never was is missing."
    ages = GaugeMetricFamily("footnote_source_age_seconds", what, labels=("source", "loop"))
    for (source, loop), read_at in standing.read_at.items():
        ages.add_metric((source, loop), _seconds(standing.now, read_at))
    return ages


def _seconds(now: datetime, then: datetime) -> float:
    return max(0.0, (now - then).total_seconds())
