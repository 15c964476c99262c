"""What every command may open at any time: what is written down, and the rules by which it is read."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import resources

import structlog
from sqlmodel import Session

from bot.core.clock import Clock, utc_now
from bot.core.nouns import Event
from bot.kinds import Connectors
from bot.settings import Settings
from bot.stores.access import AccessStore
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.embedders import Embedders
from bot.stores.executions import ExecutionStore
from bot.stores.handing import HandOverStore
from bot.stores.home import Home
from bot.stores.inbox import Inbox
from bot.stores.jobs import Jobs
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.keyfile import KeyFile
from bot.stores.receipts import Receipts
from bot.stores.reviews import ReviewStore
from bot.stores.schema import migrate
from bot.stores.sources import Sources
from bot.worker import SYNC
from connectors.model import Connector, Loop
from policies import rules
from policies.channels import labels_of
from policies.experts import SAVED
from policies.redaction.kinds import Redaction
from policies.rules import Rules

log = structlog.get_logger()


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
    executions: ExecutionStore
    handing: HandOverStore
    built: Connectors
    is_guest: bool = False  # beside other workspaces in one process

    def redaction(self) -> Redaction:
        """As it is in force at this moment."""
        return self.config.rules().redaction

    def connectors(self) -> dict[str, Connector]:
        return {source.name: each for source, each in self.built.of(self.sources.listed())}


@contextmanager
def records(settings: Settings, clock: Clock = utc_now, *, beside: Records | None = None) -> Iterator[Records]:
    """`beside` what is open of another workspace: in the same home, by the same connections, and nothing else in common."""
    home = beside.home if beside is not None else Home(settings.home)
    home.make()
    database = Database(settings.database, settings.workspace, beside=beside.database if beside is not None else None)
    try:
        if beside is None:
            migrate(database)
        key = KeyFile(database, settings.ledger_key_file or settings.home / "ledger.key")
        ledger, config, access = Ledger(database, key), Config(database), AccessStore(database)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        lease = timedelta(seconds=settings.lease_s)
        inbox, jobs = Inbox(database, owner=owner, length=lease), Jobs(database, owner=owner, length=lease)
        sources = Sources(database)
        with closing(Connectors(database, partial(_labels_named, config))) as built:
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
                executions=ExecutionStore(database, ledger, clock, owner=owner, length=lease),
                handing=HandOverStore(database, ledger, jobs, sources, clock, partial(_reread_saved, jobs, clock)),
                built=built,
                is_guest=beside is not None,
            )
    finally:
        database.close()


def packaged_rules() -> Mapping[str, str]:
    folder = resources.files("policies") / "rules"
    return {file: (folder / file).read_text(encoding="utf-8") for file in rules.FILES}


def rules_in_force(records: Records | None) -> Rules:
    """The packaged ones, where nothing is kept, or no version yet."""
    if records is None or not records.config.history():
        return rules.parse(packaged_rules())
    return records.config.rules()


def adopt_packaged_rules(records: Records) -> None:
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


def _labels_named(config: Config) -> frozenset[str]:
    """Where no rules can be read, nothing is narrowed to anything: nobody goes by a label."""
    try:
        found = config.rules()
    except rules.RulesError:
        return frozenset()
    places = [place for here in found.channels.values() for place in here.scope]
    return labels_of([*places, *(place for one in found.intents.values() for place in one.route.spaces)])


def _reread_saved(jobs: Jobs, clock: Clock, session: Session) -> None:
    jobs.enqueue(session, SYNC, SAVED, {"full": False, Loop.CONTENT.value: True}, now=clock())
