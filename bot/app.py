"""The composition root: the only place where adapters are built and handed to each other.

Two rooms: `records` is what every command may open at any time; `assistant` searches and writes, so it owns the home.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, assert_never, runtime_checkable

from bot.core import failpoints
from bot.core.clock import Clock, utc_now
from bot.core.errors import BadUse
from bot.core.nouns import CommandLine, Event, Question, SlackPlace, SlackUser
from bot.core.ports import Composer, Embedder, Maker, People, Reranker, Rewriter
from bot.flows.embed import Change, take_over
from bot.flows.read import Reading
from bot.flows.reply import Answering
from bot.flows.sync import Progress, Syncing, Tally, sync
from bot.models.remembered import patient
from bot.settings import Settings, secret
from bot.stores.access import AccessStore
from bot.stores.catalogue import SourceCatalogue
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.home import Home
from bot.stores.inbox import Inbox
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.keyfile import KeyFile
from bot.stores.passages import PassageStore
from bot.stores.receipts import Receipts
from bot.stores.schema import migrate
from bot.stores.serving import Places, Serving
from bot.stores.sources import Listed, Sources
from bot.stores.vectors import Vectors, embedded_client, server_client
from bot.worker import EMBED, SYNC
from connectors.folder.access import WITHOUT_ACCESS, WithoutAccess
from connectors.folder.connector import FolderConnector
from connectors.folder.files import Disk
from connectors.model import Connector, Fatal, Loop, loops_of_access
from policies import rules
from policies.access import oldest
from policies.people import Audience, Email, Person, Principal

if TYPE_CHECKING:
    from connectors.confluence.connector import ConfluenceConnector

_EMBEDDER = "embedder"  # of a workspace there is one job of it at a time
_REST_S = 5  # for which no question asks a model that has just not answered one

Composers = Callable[[Embedder | None], Composer]  # one for each embedder that serves


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
    built: "Connectors"

    def connectors(self) -> dict[str, Connector]:
        return {source.name: each for source, each in self.built.of(self.sources.listed())}


@runtime_checkable
class Closing(Protocol):
    """A connector that holds connections."""

    def close(self) -> None: ...


class Connectors:
    """Built once for each source, for a connector may keep what is slow to make. Several threads may ask at once.

    One whose source has changed may still be asked by whoever was given it: it is closed at the end, with the others.
    """

    def __init__(self, access: AccessStore) -> None:
        self._access = access
        self._one_at_a_time = threading.Lock()
        self._built: dict[str, tuple[Listed, Connector]] = {}
        self._open: list[Closing] = []

    def close(self) -> None:
        with self._one_at_a_time:
            for each in self._open:
                each.close()
            self._built, self._open = {}, []

    def of(self, sources: Iterable[Listed]) -> list[tuple[Listed, Connector]]:
        with self._one_at_a_time:
            self._built = {source.name: (source, self._connector(source)) for source in sources}
            return list(self._built.values())

    def _connector(self, source: Listed) -> Connector:
        before = self._built.get(source.name)
        if before is not None and before[0].identity == source.identity:
            return before[1]
        built = connector(source, self._access)
        if isinstance(built, Closing):
            self._open.append(built)
        return built


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

    def sync(self, claim: Claim, progress: Callable[[Progress], None]) -> Tally:
        """Runs one sync job, under its lease."""
        records = self.records
        built = {source.name: (source, each) for source, each in records.built.of(records.sources.listed())}
        if claim.key not in built:
            raise Fatal("this source was removed meanwhile")
        source, read = built[claim.key]
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
        with closing(Connectors(access)) as built:
            yield Records(
                settings=settings,
                clock=clock,
                home=home,
                database=database,
                ledger=ledger,
                key=key,
                config=config,
                sources=Sources(database),
                access=access,
                embedders=Embedders(database, ledger, clock),
                inbox=inbox,
                jobs=jobs,
                receipts=Receipts(database, ledger, inbox, clock),
                built=built,
            )
    finally:
        database.close()


def embedder(settings: Settings, name: str, *, dimensions: int | None = None) -> Embedder | None:
    """The embedder that a setting names, or nothing, where that cannot be had on this machine. Nobody else is asked for
    anything: of a hosted one its `dimensions` have to be known.
    """
    if name == "none":
        return None
    if name == "builtin":
        return _built_in(settings)
    from bot.models.learnt import hosted

    return hosted(settings, name, dimensions) if dimensions is not None else None


def _built_in(settings: Settings) -> Embedder | None:
    from bot.models.embedder import MiniLM
    from bot.models.remembered import Remembered
    from bot.models.weights import locate

    weights = locate(settings.models)
    return Remembered(MiniLM(weights)) if weights is not None else None


def composer(settings: Settings, embedder: Embedder | None) -> Composer:
    """The model of the settings, and without one, or when it does not answer, the evidence's own words."""
    from bot.models.extractive import Extractive

    extractive = Extractive(embedder)
    if settings.model is None:
        return extractive
    from bot.models.fallback import Fallback
    from bot.models.gateway.completion import Gateway
    from bot.models.gateway.door import Limits
    from bot.models.prompt import packaged
    from bot.models.written import Written

    gateway = Gateway(settings.model, Limits(patience_s=settings.model_patience_s))
    return Fallback(Written(gateway, packaged()), extractive)


def rewriter(settings: Settings) -> Rewriter | None:
    """Without one, a follow-up is searched with the questions before it."""
    if settings.model is None or not settings.rewrite_patience_s:
        return None
    from bot.models.gateway.completion import Gateway
    from bot.models.gateway.door import Limits
    from bot.models.rewriter import MOST_TOKENS, HostedRewriter

    limits = Limits(patience_s=settings.rewrite_patience_s, pause_s=0.2, rest_s=_REST_S)
    return HostedRewriter(Gateway(settings.model, limits, most_tokens=MOST_TOKENS))


def reranker(settings: Settings) -> Reranker | None:
    """Without one, what was found keeps its order."""
    if settings.reranker is None:
        return None
    from bot.models.gateway.door import Limits
    from bot.models.gateway.reranking import RerankingModel
    from bot.models.reranker import HostedReranker

    limits = Limits(patience_s=settings.reranker_patience_s, pause_s=0.1, rest_s=_REST_S)
    return HostedReranker(RerankingModel(settings.reranker, limits))


@contextmanager
def assistant(
    records: Records,
    embedder: Embedder | None,
    *,
    command: str,
    slack: People | None = None,
    composer: Composers | None = None,
    reranker: Reranker | None = None,
    rewriter: Rewriter | None = None,
) -> Iterator[Assistant]:
    """Owns the home while it is open, unless both stores are servers; then others may work beside it. Whoever answers
    nothing needs no models.

    `embedder` is one that is built already, for where it serves, or comes to; another that serves is built as it is
    recorded. None: words alone, whoever serves.
    """
    records.key.open()  # who could not sign an answer does not begin with it
    with _owned(records, command):
        _adopt_packaged_rules(records)
        opened = _assistant(records, embedder, slack, composer, reranker, rewriter)
        try:
            if embedder is not None and records.settings.chroma_url is not None:
                opened.serving.open()
            yield opened
        finally:
            opened.serving.close()


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
        yield


def ask_for_sync(
    records: Records, names: Iterable[str], loops: Collection[Loop] = tuple(Loop), *, full: bool = False
) -> None:
    """For each source one job at a time, which does all that was asked for before it began."""
    payload: dict[str, object] = {"full": full, **{loop.value: True for loop in loops}}
    with records.database.writing() as session:
        for name in names:
            records.jobs.enqueue(session, SYNC, name, payload, now=records.clock())


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


def connector(source: Listed, access: AccessStore) -> Connector:
    """The kinds of source there are, by hand."""
    match source.kind:
        case "folder":
            return _folder(source)
        case "confluence":
            return confluence(
                source.name, source.settings, links=source.links, held=partial(_held, access, source.name)
            )
        case _:
            raise BadUse(f"This version of Footnote has no sources of kind {source.kind!r}.")


def _folder(source: Listed) -> FolderConnector:
    """`folders` are those of its folders that are read, as `finance,sales`; without it, all are."""
    root, only = Path(source.settings["path"]), source.settings.get("folders")
    disk = Disk(root, only=only.split(",")) if only is not None else None
    return FolderConnector(source.name, root, without_access=_without_access(source), disk=disk)


def confluence(
    name: str,
    settings: Mapping[str, str],
    *,
    links: Mapping[Email, str] = MappingProxyType({}),
    held: Callable[[Email], frozenset[Principal]] | None = None,
) -> "ConfluenceConnector":
    from connectors.confluence.connector import ConfluenceConnector
    from connectors.confluence.settings import parse

    understood = parse(settings)
    return ConfluenceConnector(
        name, understood, partial(_secret, understood.secret), overrides=lambda: links, held=held
    )


def _held(access: AccessStore, source: str, email: Email) -> frozenset[Principal]:
    """By the groups as they were last read whole."""
    return frozenset(held for held in access.person(email).principals if held.startswith(f"{source}/"))


def _secret(reference: str) -> str:
    try:
        return secret(reference)
    except (LookupError, OSError, UnicodeDecodeError) as error:
        raise Fatal(f"the secret {reference} cannot be read ({type(error).__name__}: {error})") from error


def _without_access(source: Listed) -> WithoutAccess:
    """Only `footnote demo` ever asks for more than nobody; what is not understood is refused, and opens nothing."""
    wanted = source.settings.get("without_access", "nobody")
    for known in WITHOUT_ACCESS:
        if wanted == known:
            return known
    raise BadUse(f"The source {source.name} is set to `without_access: {wanted}`, which means nothing. Add it again.")


def packaged_rules() -> Mapping[str, str]:
    folder = resources.files("policies") / "rules"
    return {file: (folder / file).read_text(encoding="utf-8") for file in rules.FILES}


def _assistant(
    records: Records,
    embedder: Embedder | None,
    slack: People | None,
    composer: Composers | None,
    reranker: Reranker | None,
    rewriter: Rewriter | None,
) -> Assistant:
    from bot.models.extractive import Extractive

    settings, database = records.settings, records.database
    reach = failpoints.armed(settings.failpoint)
    serving = Serving(
        Places(database, partial(_chroma, settings), settings.home / "index", reach),
        records.embedders,
        partial(_built, settings, embedder),
        words_alone=embedder is None,
    )
    reading = Reading(
        rules=records.config.rules,
        people=_People(records.access, slack),
        access=records.access,
        meaning=serving.meaning,
        passages=PassageStore(database),
        connectors=records.connectors,
        read_at=partial(_read_at, records),
        access_trusted_for=timedelta(minutes=settings.access_trusted_for_minutes),
        clock=records.clock,
        reranker=reranker,
    )
    composers = _once_each(composer or Extractive)
    composers(embedder)  # a model that nobody could be asked for is told of before a question is taken up
    answering = Answering(reading=reading, composer=composers, reach=reach, rewriter=rewriter)
    return Assistant(records=records, answering=answering, serving=serving)


def _built(settings: Settings, given: Embedder | None, recorded: Recorded) -> Embedder | None:
    """What calls itself otherwise makes other vectors, such as newer weights."""
    if given is not None and given.name == recorded.name:
        return given
    made = embedder(settings, recorded.setting, dimensions=recorded.dimensions)
    return made if made is not None and made.name == recorded.name else None


def _patiently(maker: Maker | None) -> Maker | None:
    return maker._replace(embedder=patient(maker.embedder)) if maker is not None else None


def _once_each(composers: Composers) -> Composers:
    """There are as many embedders as have served while this process runs."""
    made: dict[str | None, Composer] = {}

    def composer_for(embedder: Embedder | None) -> Composer:
        name = embedder.name if embedder is not None else None
        if name not in made:
            made[name] = composers(embedder)
        return made[name]

    return composer_for


class _People:
    """Who asks and who reads along, on whichever surface it was asked."""

    def __init__(self, access: AccessStore, slack: People | None) -> None:
        self._access, self._slack = access, slack

    def asker(self, question: Question) -> Person:
        if isinstance(question.asker, SlackUser):
            return self._slack.asker(question) if self._slack else Person(actor=str(question.asker))
        return self._access.person(question.asker)

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


def vectors(settings: Settings, embedder: str, dimensions: int) -> Vectors:
    return Vectors(_chroma(settings), workspace=settings.workspace, embedder=embedder, dimensions=dimensions)


def _chroma(settings: Settings) -> Any:
    return server_client(settings.chroma_url) if settings.chroma_url else embedded_client(settings.home / "chroma")


def _read_at(records: Records) -> Mapping[str, datetime | None]:
    """Who may read what is as old as the oldest of what says so."""
    return {
        source.name: oldest([source.read_at.get(loop) for loop in loops_of_access(connector.loops)])
        for source, connector in records.built.of(records.sources.listed())
    }


def _adopt_packaged_rules(records: Records) -> None:
    now = records.clock()
    with records.database.writing() as session:
        version = records.config.adopt(session, packaged_rules(), now)
        if version is not None:
            body = {"number": version.number, "digest": version.digest, "author": version.author, "note": version.note}
            records.ledger.append(session, [Event(kind="configured", body=body)], now)
            records.ledger.checkpoint(session, now)  # from its first event on, the ledger says whose key it is
