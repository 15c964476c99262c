"""What answers and syncs, with everything that it is made of. Whoever opens it owns the home."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar, get_args

import structlog

from bot.app.archive import Records, adopt_packaged_rules
from bot.app.models import Composers, Writers, guesser, proposer, purse, without_models
from bot.app.models import embedder as embedder_of
from bot.app.people import Surfaces
from bot.core import failpoints
from bot.core.handing import Sayings
from bot.core.logged import MASKED
from bot.core.nouns import SAID, Sent
from bot.core.ports import Conversations, Embedder, Judge, Maker, People, Reranker, Rewriter
from bot.core.proposals import Acting, AnyTool
from bot.flows.answered import Answers
from bot.flows.embed import Change, take_over
from bot.flows.read import Reading
from bot.flows.reply import Answering
from bot.flows.sync import Progress, Syncing, Tally, sync
from bot.models.remembered import patient
from bot.settings import Settings, variable
from bot.slack.saved import SavedAnswers
from bot.stores.catalogue import SourceCatalogue
from bot.stores.embedders import Recorded
from bot.stores.leases import Claim
from bot.stores.passages import PassageStore
from bot.stores.serving import Places, Serving
from bot.stores.sources import SAVED_KIND
from bot.stores.vectors import Vectors, embedded_client, server_client
from connectors.model import Connector, Fatal, Loop, loops_of_access
from policies.access import oldest
from policies.evidence import Evidence
from policies.identities import LINKED
from policies.intents import ModelClass
from policies.redaction.view import View

_A_MEGABYTE = 1024 * 1024

Made = TypeVar("Made")

log = structlog.get_logger()


class TakenOver(NamedTuple):
    """What a job of embedding came to: who serves now, if anybody was to, and for how many passages that was paid."""

    embedder: str | None
    passages: int


@dataclass(frozen=True)
class Assistant:
    """What answers and syncs."""

    records: Records
    answering: Answering
    serving: Serving

    def want(self, embedder: Embedder | None) -> None:
        """Notes that it is to serve, as the settings say. Nothing is done about it yet."""
        if embedder is not None:
            wanted = Recorded(embedder.name, self.records.settings.embedder, embedder.dimensions)
            self.records.embedders.want(wanted)

    def read_examples(self) -> None:
        """Those by which messages are sorted; until then that is done by words alone."""
        answering, reading = self.answering, self.answering.reading
        if answering.guesser is not None:
            answering.guesser(reading.meaning().embedder).warm(reading.rules(None).intents)

    def open_index(self) -> None:
        """So that the first question does not wait until everything is read."""
        self.answering.reading.meaning().index.newest()

    def sync(self, claim: Claim, progress: Callable[[Progress], None]) -> Tally:
        """Runs one sync job, under its lease."""
        records = self.records
        built = {source.name: (source, each) for source, each in records.built.of(records.sources.listed())}
        if claim.key not in built:
            raise Fatal("this source was removed meanwhile")
        source, read = built[claim.key]
        if source.kind == SAVED_KIND:
            records.handing.expire(records.clock())
        house = Syncing(
            serving=lambda: _patiently(self.serving.maker()),
            stores=self.serving.stores,
            is_succeeded=lambda: records.embedders.coming() is not None,
            embedding=PassageStore(records.database),
            reach=self.answering.reach,
            progress=progress,
        )
        catalogue = SourceCatalogue(
            records.database,
            records.ledger,
            claim.key,
            added_at=source.added_at,
            hold=lambda session: records.jobs.hold(session, claim),
            clock=records.clock,
        )
        asked: dict[str, bool] = json.loads(claim.payload)
        loops = frozenset(loop for loop in Loop if asked.get(loop, False)) or None
        return sync(read, catalogue, house, full=asked["full"], loops=loops)

    def embed(self, claim: Claim, progress: Callable[[int], None]) -> TakenOver:
        """Runs the job that brings whoever is to serve to it, and clears away what is left of who does no more."""
        records = self.records
        embedders = records.embedders.held(lambda session: records.jobs.hold(session, claim))
        self.serving.clear(embedders)
        coming, made = embedders.coming(), 0
        if coming is not None:
            maker, index = self.serving.coming(coming)
            change = Change(
                maker=maker._replace(embedder=patient(maker.embedder)),
                embedding=PassageStore(records.database),
                succession=embedders,
                index=index.newest,
                reach=self.answering.reach,
                progress=progress,
            )
            made = take_over(change)
            self.serving.clear(embedders)
        return TakenOver(coming.name if coming is not None else None, made)

    def clear_removed(self) -> int:
        """Clears away what is left of removed sources; how many passages. First the vectors, as every sync does."""
        leftovers = self.records.sources.leftovers()
        for vectors in self.serving.stores():
            vectors.delete(leftovers)
        self.records.sources.purge_leftovers(leftovers)
        return len(leftovers)


def acting(records: Records, tools: Sequence[AnyTool]) -> Acting:
    """What can be done at all, and where it is written down what was; rules say what may be."""
    return Acting({tool.name: tool for tool in tools}, records.executions, proposer(records) if tools else None)


@contextmanager
def assistant(
    records: Records,
    embedder: Embedder | None,
    *,
    command: str,
    slack: People | None = None,
    conversations: Conversations | None = None,
    writers: Writers | None = None,
    reranker: Reranker | None = None,
    rewriter: Rewriter | None = None,
    judge: Judge | None = None,
    sayings: Sayings | None = None,
    acting: Acting | None = None,
    signs_in: Callable[[], Collection[str]] = tuple,
) -> Iterator[Assistant]:
    """Owns the home while it is open, unless both stores are servers; then others may work beside it. Whoever answers
    nothing needs no models.

    `embedder` is one that is built already, for where it serves, or comes to; another that serves is built as it is
    recorded. None: words alone, whoever serves.
    """
    records.key.open()  # who could not sign an answer does not begin with it
    _say_which_marks_mark_nothing(records)
    with _owned(records, command):
        adopt_packaged_rules(records)
        if not records.is_guest:  # a log is of the whole process, and no matter of one workspace's rules
            MASKED.rules = records.redaction()
        opened = _assistant(
            records, embedder, slack, conversations, writers, reranker, rewriter, judge, sayings, acting, signs_in
        )
        try:
            if embedder is not None and records.settings.chroma_url is not None:
                opened.serving.open()
            yield opened
        finally:
            opened.serving.close()


def _say_which_marks_mark_nothing(records: Records) -> None:
    """A source may be marked before it is added; or its name is written otherwise."""
    from bot.models.declared import declared

    known = {SAID, *(source.name for source in records.sources.listed())}
    unknown = sorted(declared(records.settings).local_only - known)
    if unknown:
        log.warning(
            "local_only names sources that there are not", sources=", ".join(unknown), look_at=variable("model_terms")
        )


@contextmanager
def _owned(records: Records, command: str) -> Iterator[None]:
    if records.settings.shared_stores:
        yield
        return
    with records.home.owned(command, records.clock()):
        if not records.database.is_postgresql:  # the rows are in this home too: whoever held a lease is dead
            with records.database.writing() as session:
                records.inbox.end_all(session)
                records.jobs.end_all(session)
                records.reviews.end_all(session)
                records.executions.end_all(session)
        yield


def _assistant(
    records: Records,
    embedder: Embedder | None,
    slack: People | None,
    conversations: Conversations | None,
    writers: Writers | None,
    reranker: Reranker | None,
    rewriter: Rewriter | None,
    judge: Judge | None,
    sayings: Sayings | None,
    acting: Acting | None,
    signs_in: Callable[[], Collection[str]],
) -> Assistant:
    settings, database = records.settings, records.database
    reach = failpoints.armed(settings.failpoint)
    serving = Serving(
        Places(database, partial(chroma, settings), settings.home / "index", reach),
        records.embedders,
        partial(_built, records, embedder),
        words_alone=embedder is None,
    )
    reading = Reading(
        rules=records.config.rules,
        people=Surfaces(records.access, slack),
        access=records.access,
        meaning=serving.meaning,
        passages=PassageStore(database),
        connectors=partial(_connectors, records, sayings),
        read_at=partial(_read_at, records),
        texts_read_at=partial(_texts_read_at, records),
        access_trusted_for=timedelta(minutes=settings.access_trusted_for_minutes),
        clock=records.clock,
        reranker=reranker,
        conversations=conversations,
        told_of_embedder=partial(_told_of_embedder, records),
        signs_in=signs_in,
        by_address=partial(_by_address, records),
    )
    answers, summaries, drafts = map(_once_each_of_a_class, writers or without_models())
    for model_class in get_args(ModelClass):  # a model that nobody could be asked for is told of before a question
        answers(model_class, embedder)
    answering = Answering(
        reading=reading,
        composer=answers,
        summariser=summaries,
        drafter=drafts,
        reach=reach,
        rewriter=rewriter,
        judge=judge,
        guesser=_once_each(partial(guesser, records)),
        acting=acting,
        answers=Answers(settings.answers_kept_mb * _A_MEGABYTE) if settings.answers_kept_mb else None,
        patience_s=settings.answer_patience_s,
    )
    return Assistant(records=records, answering=answering, serving=serving)


def _told_of_embedder(records: Records, name: str, asked: str) -> Sent | None:
    model = name.rpartition("@")[0]  # a hosted one's name ends with the length of its vectors
    if "/" not in model:
        return None
    from bot.models.declared import declared

    terms = declared(records.settings).of(model)
    removed = View(Evidence(), records.redaction(), "model", question=asked).removed
    return Sent(model=model, host=terms.is_at, region=terms.region, removed=removed)


def _built(records: Records, given: Embedder | None, recorded: Recorded) -> Embedder | None:
    """What calls itself otherwise makes other vectors, such as newer weights."""
    if given is not None and given.name == recorded.name:
        return given
    made = embedder_of(
        records.settings,
        recorded.setting,
        dimensions=recorded.dimensions,
        redaction=records.redaction,
        purse=purse(records),
    )
    return made if made is not None and made.name == recorded.name else None


def _patiently(maker: Maker | None) -> Maker | None:
    return maker._replace(embedder=patient(maker.embedder)) if maker is not None else None


def _once_each_of_a_class(make: Composers) -> Composers:
    made = {model_class: _once_each(partial(make, model_class)) for model_class in get_args(ModelClass)}
    return lambda model_class, embedder: made[model_class](embedder)


def _once_each(make: Callable[[Embedder | None], Made]) -> Callable[[Embedder | None], Made]:
    """There are as many embedders as have served while this process runs."""
    made: dict[str | None, Made] = {}

    def made_for(embedder: Embedder | None) -> Made:
        name = embedder.name if embedder is not None else None
        if name not in made:
            made[name] = make(embedder)
        return made[name]

    return made_for


def _connectors(records: Records, sayings: Sayings | None) -> Mapping[str, Connector]:
    """Saved answers are asked about in Slack, where there is one."""
    return {
        name: each.asking(sayings) if isinstance(each, SavedAnswers) and sayings is not None else each
        for name, each in records.connectors().items()
    }


def vectors(settings: Settings, embedder: str, dimensions: int) -> Vectors:
    return Vectors(chroma(settings), workspace=settings.workspace, embedder=embedder, dimensions=dimensions)


def chroma(settings: Settings) -> Any:
    return server_client(settings.chroma_url) if settings.chroma_url else embedded_client(settings.home / "chroma")


def _read_at(records: Records) -> Mapping[str, datetime | None]:
    """Who may read what is as old as the oldest of what says so. Saved answers say nothing of it: Slack is asked each time."""
    return {
        source.name: oldest([source.read_at.get(loop) for loop in loops_of_access(connector.loops)])
        for source, connector in records.built.of(records.sources.listed())
        if source.kind != SAVED_KIND
    }


def _by_address(records: Records) -> frozenset[str]:
    return frozenset(source.name for source in records.sources.listed() if source.kind not in LINKED)


def _texts_read_at(records: Records) -> Mapping[str, datetime | None]:
    return {source.name: source.read_at.get(Loop.CONTENT) for source in records.sources.listed()}
