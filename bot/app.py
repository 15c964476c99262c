"""The composition root: the only place where adapters are built and handed to each other.

Two rooms: `records` is what every command may open at any time; `assistant` searches and writes, so it owns the home.
"""

import json
import os
import socket
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, assert_never, get_args

import structlog
from sqlmodel import Session

from bot.core import failpoints
from bot.core.clock import Clock, timer, utc_now
from bot.core.handing import Sayings
from bot.core.logged import MASKED
from bot.core.nouns import SAID, CommandLine, Event, Question, Sent, SlackPlace, SlackUser
from bot.core.ports import (
    Composer,
    Conversations,
    Embedder,
    Errand,
    Guesser,
    Judge,
    Maker,
    People,
    Purse,
    Reranker,
    Rewriter,
)
from bot.flows.answered import Answers
from bot.flows.embed import Change, take_over
from bot.flows.read import Reading
from bot.flows.reply import Answering
from bot.flows.sync import Progress, Syncing, Tally, sync
from bot.kinds import Connectors
from bot.models.remembered import patient
from bot.ops.counted import Standing, Waiting
from bot.settings import Settings, variable
from bot.slack.saved import SavedAnswers
from bot.stores.access import AccessStore
from bot.stores.catalogue import SourceCatalogue
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.handing import HandOverStore
from bot.stores.home import Home
from bot.stores.inbox import SLACK_QUESTION, Inbox
from bot.stores.jobs import Jobs
from bot.stores.leader import TIMERS
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.keyfile import KeyFile
from bot.stores.passages import PassageStore
from bot.stores.receipts import Receipts
from bot.stores.reviews import ReviewStore
from bot.stores.schema import migrate
from bot.stores.serving import Places, Serving
from bot.stores.sources import SAVED_KIND, Sources
from bot.stores.spending import Most, Spending
from bot.stores.vectors import Vectors, embedded_client, server_client
from bot.worker import EMBED, SYNC
from connectors.model import Connector, Fatal, Loop, loops_of_access
from policies import rules
from policies.access import oldest
from policies.evidence import Evidence
from policies.experts import SAVED
from policies.intents import ModelClass
from policies.people import Audience, Person, Principal
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View

if TYPE_CHECKING:
    from bot.models.classes import Model
    from bot.models.gateway.door import Limits

_EMBEDDER = "embedder"  # of a workspace there is one job of it at a time
_REST_S = 5  # for which no question asks a model that has just not answered one
_REST_OF_ONE_OF_SEVERAL_S = 30  # the same, where there is another to ask
_A_MEGABYTE = 1024 * 1024
_A_WORD_S, _A_WORD_TOKENS = 8, 256
_A_WORD: Mapping[str, Any] = {
    "type": "object",
    "properties": {"said": {"type": "string"}},
    "required": ["said"],
    "additionalProperties": False,
}
_SHARE_OF_THE_STRONG = 0.8  # of each budget; the rest is for the fast ones, where there are any

log = structlog.get_logger()

Composers = Callable[[ModelClass, Embedder | None], Composer]  # of each class one for each embedder that serves


class Writers(NamedTuple):
    """Who writes what. Nothing is kept of them here: each embedder that serves has its own."""

    answers: Composers
    summaries: Composers
    drafts: Composers


Made = TypeVar("Made")


@dataclass(frozen=True)
class Records:
    """What is written down: enough to list, to audit, and to ask for work."""

    settings: Settings
    clock: Clock
    home: Home
    database: Database
    ledger: Ledger
    key: KeyFile
    config: Config
    sources: Sources
    access: AccessStore
    embedders: Embedders
    inbox: Inbox
    jobs: Jobs
    receipts: Receipts
    reviews: ReviewStore
    handing: HandOverStore
    built: Connectors

    def redaction(self) -> Redaction:
        """As it is in force at this moment."""
        return self.config.rules().redaction

    def connectors(self) -> dict[str, Connector]:
        return {source.name: each for source, each in self.built.of(self.sources.listed())}


class TakenOver(NamedTuple):
    """What a job of embedding came to: who serves now, if anybody was to, and for how many passages that was paid."""

    embedder: str | None
    passages: int


class Silence(NamedTuple):
    """Why a model gave no answer, by kind, and which settings to look at, where one of them is the reason."""

    because: str
    look_at: tuple[str, ...]


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


@contextmanager
def records(settings: Settings, clock: Clock = utc_now) -> Iterator[Records]:
    home = Home(settings.home)
    home.make()
    database = Database(settings.database, settings.workspace)
    try:
        migrate(database)
        key = KeyFile(database, settings.ledger_key_file or settings.home / "ledger.key")
        ledger, config, access = Ledger(database, key), Config(database), AccessStore(database)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        lease = timedelta(seconds=settings.lease_s)
        inbox, jobs = Inbox(database, owner=owner, length=lease), Jobs(database, owner=owner, length=lease)
        sources = Sources(database)
        with closing(Connectors(database)) as built:
            yield Records(
                settings=settings,
                clock=clock,
                home=home,
                database=database,
                ledger=ledger,
                key=key,
                config=config,
                sources=sources,
                access=access,
                embedders=Embedders(database, ledger, clock),
                inbox=inbox,
                jobs=jobs,
                receipts=Receipts(database, ledger, inbox, clock),
                reviews=ReviewStore(database, ledger, clock, owner=owner, length=lease),
                handing=HandOverStore(database, ledger, jobs, sources, clock, partial(_reread_saved, jobs, clock)),
                built=built,
            )
    finally:
        database.close()


def embedder(
    settings: Settings,
    name: str,
    *,
    dimensions: int | None = None,
    redaction: InForce = Redaction,
    purse: Purse | None = None,
) -> Embedder | None:
    """The embedder that a setting names, or nothing, where that cannot be had on this machine. Nobody else is asked for
    anything: of a hosted one its `dimensions` have to be known. `purse`: what pays for questions; None: none are asked.
    """
    if name == "none":
        return None
    if name == "builtin":
        return _built_in(settings)
    from bot.models.learnt import hosted
    from bot.models.paid import UNCOUNTED

    if dimensions is None:
        return None
    return hosted(settings, name, dimensions, redaction, purse=purse or UNCOUNTED)


def _built_in(settings: Settings) -> Embedder | None:
    from bot.models.embedder import MiniLM
    from bot.models.remembered import Remembered
    from bot.models.weights import locate

    weights = locate(settings.models)
    return Remembered(MiniLM(weights)) if weights is not None else None


def writers(records: Records) -> Writers:
    """As the settings name models."""
    return Writers(partial(composer, records), partial(summariser, records), partial(drafter, records))


def _without_models() -> Writers:
    from bot.models.condensed import Condensed
    from bot.models.extractive import Extractive
    from bot.models.outlined import Outlined

    def answers(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Extractive(embedder)

    def summaries(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Condensed(embedder)

    def drafts(_: ModelClass, embedder: Embedder | None) -> Composer:
        return Outlined(embedder)

    return Writers(answers, summaries, drafts)


def composer(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """Strong: the strong models of the settings, then the fast ones. Fast: the fast ones alone, or the strong ones where
    none is named. And when none answers, the evidence's own words.
    """
    from bot.models.extractive import Extractive

    return _writing(records, model_class, Extractive(embedder), "write.md")


def summariser(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """The same models, of conversations."""
    from bot.models.condensed import Condensed

    return _writing(records, model_class, Condensed(embedder), "summarise.md")


def drafter(records: Records, model_class: ModelClass, embedder: Embedder | None) -> Composer:
    """The same models, of texts for people to use; without them, sentences to write from."""
    from bot.models.drafted import SCHEMA_OF_A_TEXT
    from bot.models.outlined import Outlined

    return _writing(records, model_class, Outlined(embedder), "draft.md", SCHEMA_OF_A_TEXT)


def _writing(
    records: Records,
    model_class: ModelClass,
    otherwise: Composer,
    task: str,
    schema: Mapping[str, Any] | None = None,
) -> Composer:
    settings = records.settings
    first, then = _of_class(settings, model_class)
    if not first:
        return otherwise
    from bot.models.classes import Models
    from bot.models.drafted import SCHEMA
    from bot.models.fallback import Fallback
    from bot.models.gateway.door import Limits
    from bot.models.prompt import packaged
    from bot.models.written import Written

    rest_s = _REST_OF_ONE_OF_SEVERAL_S if len(first) + len(then) > 1 else _REST_S
    limits = Limits(patience_s=settings.model_patience_s, rest_s=rest_s)
    best = _models(records, first, limits, share=_SHARE_OF_THE_STRONG if then else 1.0)
    missed = "a model wrote no answer, so the next did, or another composer; this is said once"
    models = Models([*best, *_models(records, then, limits)], missed=missed)
    return Fallback(Written(models, packaged(task), records.redaction, schema or SCHEMA), otherwise)


def _of_class(settings: Settings, model_class: ModelClass) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Who writes first, and who writes then."""
    strong, fast = settings.strong, settings.fast
    if model_class == "fast":
        return fast or strong, {}
    return strong, {name: setting for name, setting in fast.items() if name not in strong}


def rewriter(records: Records) -> Rewriter | None:
    """Without one, a follow-up is searched with the questions before it."""
    settings = records.settings
    names = settings.fast or settings.strong
    if not names or not settings.rewrite_patience_s:
        return None
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.rewriter import MOST_TOKENS, HostedRewriter

    limits = Limits(patience_s=settings.rewrite_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, names, limits, most_tokens=MOST_TOKENS)
    missed = "a model put no question in other words, so the next does, or it is searched with those before it; this is said once"
    return HostedRewriter(
        Models(models, missed=missed), patience_s=settings.rewrite_patience_s, redaction=records.redaction
    )


def guesser(records: Records, embedder: Embedder | None) -> Guesser:
    """By the rules' examples; before them a fast model, if one is named for it."""
    from bot.models.examples import ByExamples

    settings, examples = records.settings, ByExamples(embedder, records.settings.models.parent / "examples")
    if not settings.fast or not settings.route_patience_s:
        return examples
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.sorter import MOST_TOKENS, HostedGuesser

    limits = Limits(patience_s=settings.route_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, settings.fast, limits, most_tokens=MOST_TOKENS)
    missed = "a model did not say what a message is after, so the next does, or the examples do; this is said once"
    return HostedGuesser(
        Models(models, missed=missed), examples, patience_s=settings.route_patience_s, redaction=records.redaction
    )


def judge(records: Records) -> Judge | None:
    """Without one, the contract alone decides."""
    settings = records.settings
    if not settings.judges or not settings.judge_patience_s:
        return None
    from bot.models.classes import Models
    from bot.models.gateway.door import Limits
    from bot.models.judge import MOST_TOKENS, HostedJudge

    limits = Limits(patience_s=settings.judge_patience_s, pause_s=0.2, rest_s=_REST_S)
    models = _models(records, settings.judges, limits, most_tokens=MOST_TOKENS)
    missed = "a model judged no claim, so the next does, or the contract alone decides; this is said once"
    return HostedJudge(Models(models, missed=missed), patience_s=settings.judge_patience_s, redaction=records.redaction)


def _models(
    records: Records, names: Mapping[str, str], limits: "Limits", *, share: float = 1.0, most_tokens: int | None = None
) -> list["Model"]:
    """Each on its terms, and counted against the budgets. One that cannot be counted is told of before it is asked."""
    from bot.models.classes import Model
    from bot.models.declared import declared, unpriced
    from bot.models.gateway.completion import MOST_TOKENS, Gateway

    disclosure, pays, made = declared(records.settings), purse(records), []
    for name, setting in names.items():
        terms, most = disclosure.of(name), most_tokens or MOST_TOKENS
        gateway = Gateway(name, limits, setting=setting, most_tokens=most, terms=terms)
        if pays.limits_money and gateway.price is None:
            raise unpriced(setting, name)
        made.append(Model(gateway, disclosure, pays, share=share))
    return made


def ask_a_word(records: Records, name: str, setting: str) -> Silence | None:
    """Whether this model answers, with nobody's words in what it is asked. None: it does."""
    from bot.models.classes import asked_alone
    from bot.models.gateway.door import Limits
    from bot.models.gateway.faults import NoReply
    from bot.models.prompt import Message

    (model,) = _models(records, {name: setting}, Limits(patience_s=_A_WORD_S, attempts=1), most_tokens=_A_WORD_TOKENS)
    errand = Errand(whose="doctor", until=timer() + _A_WORD_S)  # from here: what was imported above takes seconds
    try:
        asked_alone(model, [Message("user", 'Say yes, as JSON: {"said": "yes"}')], _A_WORD, errand)
    except NoReply as fault:
        return Silence(fault.kind.value, model.gateway.settings_of(fault))
    return None


def purse(records: Records) -> Spending:
    """What questions may cost."""
    settings = records.settings
    return Spending(
        records.database,
        records.clock,
        by_one=Most.of(settings.budget_tokens_a_day_by_one, settings.budget_dollars_a_day_by_one),
        by_all=Most.of(settings.budget_tokens_a_day_by_all, settings.budget_dollars_a_day_by_all),
    )


def reranker(records: Records) -> Reranker | None:
    """Without one, what was found keeps its order."""
    settings, pays = records.settings, purse(records)
    if settings.reranker is None:
        return None
    from bot.models.declared import declared, unpriced
    from bot.models.gateway.door import Limits
    from bot.models.gateway.reranking import RerankingModel
    from bot.models.reranker import HostedReranker

    disclosure = declared(settings)
    limits = Limits(patience_s=settings.reranker_patience_s, pause_s=0.1, rest_s=_REST_S)
    model = RerankingModel(settings.reranker, limits, terms=disclosure.of(settings.reranker))
    if pays.limits_money and model.price is None:
        raise unpriced(variable("reranker"), settings.reranker)
    return HostedReranker(model, disclosure, pays, records.redaction)


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
) -> Iterator[Assistant]:
    """Owns the home while it is open, unless both stores are servers; then others may work beside it. Whoever answers
    nothing needs no models.

    `embedder` is one that is built already, for where it serves, or comes to; another that serves is built as it is
    recorded. None: words alone, whoever serves.
    """
    records.key.open()  # who could not sign an answer does not begin with it
    _say_which_marks_mark_nothing(records)
    with _owned(records, command):
        _adopt_packaged_rules(records)
        MASKED.rules = records.redaction()
        opened = _assistant(records, embedder, slack, conversations, writers, reranker, rewriter, judge, sayings)
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
        yield


def standing(records: Records) -> Standing:
    """What waits, and how old what we know of each source is."""
    queues = dict.fromkeys((SLACK_QUESTION, SYNC, EMBED), Waiting("", 0, 0, None))
    for kind, state, count, since in (*records.inbox.still_to_do(), *records.jobs.still_to_do()):
        if kind != TIMERS:
            queues[kind] = queues.get(kind, Waiting("", 0, 0, None)).with_more(state, count, since)
    read_at = {
        (source.name, loop.value): moment
        for source in records.sources.listed()
        for loop, moment in source.read_at.items()
        if moment is not None
    }
    return Standing(records.clock(), tuple(each._replace(what=kind) for kind, each in queues.items()), read_at)


def ask_for_sync(
    records: Records, names: Iterable[str], loops: Collection[Loop] = tuple(Loop), *, full: bool = False
) -> None:
    """For each source one job at a time, which does all that was asked for before it began."""
    with records.database.writing() as session:
        for name in names:
            _enqueue_sync(records, session, name, loops, full=full)


def sync_if_there(records: Records, session: Session, name: str, _now: datetime) -> bool:
    """Of all its loops. Whether there is such a source."""
    if name not in {source.name for source in records.sources.listed()}:
        return False
    _enqueue_sync(records, session, name, tuple(Loop), full=False)
    return True


def _enqueue_sync(records: Records, session: Session, name: str, loops: Collection[Loop], *, full: bool) -> None:
    payload: dict[str, object] = {"full": full, **{loop.value: True for loop in loops}}
    records.jobs.enqueue(session, SYNC, name, payload, now=records.clock())


def _reread_saved(jobs: Jobs, clock: Clock, session: Session) -> None:
    jobs.enqueue(session, SYNC, SAVED, {"full": False, Loop.CONTENT.value: True}, now=clock())


def with_loop(records: Records, loop: Loop) -> list[str]:
    """The sources that have this loop."""
    return [source.name for source, each in records.built.of(records.sources.listed()) if loop in each.loops]


def ask_for_embedding(records: Records) -> bool:
    """Whether an embedder is to take over, or has left something: then there is a job for that."""
    if not records.embedders.is_work_left():
        return False
    with records.database.writing() as session:
        records.jobs.enqueue(session, EMBED, _EMBEDDER, {}, now=records.clock())
    return True


def packaged_rules() -> Mapping[str, str]:
    folder = resources.files("policies") / "rules"
    return {file: (folder / file).read_text(encoding="utf-8") for file in rules.FILES}


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
        people=_People(records.access, slack),
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
    )
    answers, summaries, drafts = map(_once_each_of_a_class, writers or _without_models())
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
    made = embedder(
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


class _People:
    """Who asks and who reads along, on whichever surface it was asked."""

    def __init__(self, access: AccessStore, slack: People | None) -> None:
        self._access, self._slack = access, slack

    def asker(self, question: Question) -> Person:
        if isinstance(question.asker, SlackUser):
            return self._slack.asker(question) if self._slack else Person(actor=str(question.asker))
        return self._access.person(question.asker)

    def as_of(self, question: Question) -> Hashable | None:
        return self._slack.as_of(question) if self._slack is not None and _is_in_slack(question) else None

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:
        match question.place:
            case CommandLine():
                return Audience.only(asker)
            case SlackPlace():
                if self._slack is None:
                    return Audience(people=(asker,), complete=False)
                return self._slack.readers(question, asker, declared=declared)
            case _:
                assert_never(question.place)


def _is_in_slack(question: Question) -> bool:
    return isinstance(question.place, SlackPlace)


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


def _texts_read_at(records: Records) -> Mapping[str, datetime | None]:
    return {source.name: source.read_at.get(Loop.CONTENT) for source in records.sources.listed()}


def _adopt_packaged_rules(records: Records) -> None:
    try:
        _adopt(records)
    except rules.RulesError as error:
        if not records.config.history():
            raise
        log.warning("the rules of this version do not fit what admins have set; those before stay", because=str(error))


def _adopt(records: Records) -> None:
    now = records.clock()
    with records.database.writing() as session:
        version = records.config.adopt(session, packaged_rules(), now)
        if version is not None:
            body = {"number": version.number, "digest": version.digest, "author": version.author, "note": version.note}
            records.ledger.append(session, [Event(kind="configured", body=body)], now)
            records.ledger.checkpoint(session, now)  # from its first event on, the ledger says whose key it is
