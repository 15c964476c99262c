"""Footnote in the workspaces that have installed it, in one process. They have the connections to the database, the home and
the weights of the embedder in common; everything that was said, read, asked or remembered is of one of them alone.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from slack_sdk import WebClient

from bot import app, service
from bot.core.errors import BadUse
from bot.core.installing import Granted, Installed, Tokens
from bot.core.logged import MASKED
from bot.core.nouns import Event
from bot.core.ports import Embedder
from bot.ops.counted import Counted, Standing, Waiting
from bot.service import doors
from bot.service.workspaces import Ended, Opened, Workspaces
from bot.settings import Settings
from bot.slack import connection
from bot.slack.calls import Refused, call
from bot.slack.heard import Us
from bot.slack.oauth import SlackOAuth
from bot.slack.wire import WhoWeAre
from bot.stores.forget import forget as forgotten
from bot.stores.installations import Installations
from bot.stores.put_away import put_away
from bot.stores.seal import Seal
from bot.stores.states import States
from bot.web.health import Check
from bot.web.install import Installing
from bot.web.link import Desk
from policies.redaction.kinds import Redaction

_INSTALLED: Final = re.compile(r"w_[0-9a-f]{16}")
_OVER: Final = frozenset({"account_inactive", "token_revoked"})
_OF_A_SOURCE: Final = frozenset({"synced", "sync_failed"})

EmbedderOf = Callable[[app.Records], Embedder | None]


class Served(NamedTuple):
    port: int
    workspaces: Workspaces


class _House:
    """What is open of each workspace, by its id."""

    def __init__(self, records: app.Records, embedder_of: EmbedderOf, command: str) -> None:
        self.records, self._embedder_of, self._command = records, embedder_of, command
        self._open: dict[str, tuple[app.Records, service.Desk]] = {}
        self._lock = threading.Lock()
        self.counted = Counted(self._standing)

    @contextmanager
    def opened(self, installed: Installed, tokens: Tokens) -> Iterator[Opened]:
        settings = of_workspace(self.records.settings, installed)
        with ExitStack() as stack:
            web = connection.client(tokens.bot.get_secret_value(), settings.slack_api_url, self.counted.slack_limited)
            us = _who_we_are(web, installed)
            records = stack.enter_context(app.records(settings, self.records.clock, beside=self.records))
            records.ledger.hear(partial(_count, self.counted, installed.id))
            secret = settings.slack_signing_secret
            bolt = connection.bolt(web, secret.get_secret_value() if secret else None, renewed_for=us)
            embedder = self._embedder_of(records)
            desk = stack.enter_context(service.at_work(records, embedder, web, us, bolt, command=self._command))
            with self._lock:
                self._open[installed.id] = records, desk
            try:
                yield Opened(bolt, web)
            finally:
                with self._lock:
                    del self._open[installed.id]

    def put_away(self, installed: Installed, why: str) -> None:
        settings = of_workspace(self.records.settings, installed)
        with app.records(settings, self.records.clock, beside=self.records) as records:
            records.ledger.hear(partial(_count, self.counted, installed.id))
            put_away(records.database, records.ledger, why, records.clock())

    def is_index_open(self) -> bool:
        """Each is asked, for that begins it."""
        with self._lock:
            desks = [desk for _, desk in self._open.values()]
        return sum(not desk.open_index() for desk in desks) == 0

    def link_desk(self, id_: str) -> Desk | None:
        with self._lock:
            found = self._open.get(id_)
        return found[1].link if found is not None else None

    def _standing(self) -> Standing:
        with self._lock:
            those = {id_: records for id_, (records, _) in self._open.items()}
        return _of_all(self.records, {id_: app.standing(records) for id_, records in those.items()})


@contextmanager
def in_several(records: app.Records, embedder_of: EmbedderOf, *, command: str) -> Iterator[Served]:
    """From here to the end of the block, whoever writes to the bot in one of them is answered, and others may install it."""
    settings = records.settings
    installations, states, oauth = _desk_of_installations(records)
    MASKED.rules = Redaction()
    house = _House(records, embedder_of, command)
    workspaces = Workspaces(
        installations,
        oauth,
        house.opened,
        house.put_away,
        lambda tokens: connection.is_accepted(_client(settings, tokens)),
        records.clock,
    )

    def install(granted: Granted) -> Installed:
        installed = installations.install(granted, records.clock())
        workspaces.look()
        return installed

    checks: dict[str, Check] = {
        "database": partial(service.answers, records),
        "workspaces": workspaces.are_all_tried,
        "index": house.is_index_open,
    }
    installing = Installing(oauth, states, install, teams=settings.slack_teams, clock=records.clock)
    pages = doors.link_pages(house.link_desk, settings, records.clock)
    with (
        _owned(records, command),
        workspaces.tended(),
        doors.called(workspaces, [*installing.routes(), *pages], settings, checks, house.counted) as port,
    ):
        yield Served(port, workspaces)


def of_workspace(settings: Settings, installed: Installed) -> Settings:
    """Whoever installed it first is its first admin. The operator's admins, golden set and Jira are nobody else's."""
    theirs = {"workspace": installed.id, "admins": (installed.first_admin,)}
    return settings.model_copy(update={**theirs, "eval_set": None, "jira_url": None, "jira_token": None})


def forget(records: app.Records, id_: str, command: str, by: str) -> int:
    """How many rows that were. The operator's own ledger says that it was done."""
    listed = installations(records)
    found = next((one for one in listed.all() if one.id == id_), None)
    if found is None:
        raise BadUse(f"There is no workspace {id_!r}. `footnote workspaces` lists them.")
    if found.state != "ended":
        raise BadUse(f"The app is installed in {id_}. Remove it in that workspace first, under Manage apps in Slack.")
    settings = of_workspace(records.settings, found)
    with _owned(records, command), app.records(settings, records.clock, beside=records) as theirs:
        rows = forgotten(theirs.database, theirs.embedders, partial(app.chroma, settings), settings.home / "index")
        now = records.clock()
        with records.database.writing() as session:
            body = {"workspace": id_, "rows": rows, "operator": by}
            records.ledger.append(session, [Event(kind="workspace_forgotten", body=body)], now)
        listed.forget(id_)
    return rows


def is_installed(settings: Settings) -> bool:
    """Whether these settings are of a workspace that installed the app, and not of whoever runs it."""
    return _INSTALLED.fullmatch(settings.workspace) is not None


def installations(records: app.Records) -> Installations:
    return Installations(records.database, _seal(records.settings))


def _desk_of_installations(records: app.Records) -> tuple[Installations, States, SlackOAuth]:
    settings, listed = records.settings, installations(records)
    if is_installed(settings):
        raise BadUse(
            f"FOOTNOTE_WORKSPACE={settings.workspace} is one of the workspaces that have installed the app. Unset it: all of "
            "them are served together."
        )
    if settings.slack_client_id is None or settings.slack_client_secret is None:
        raise BadUse("To be installed by OAuth, Footnote needs SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.")
    listed.open()
    listed.seal_anew()
    oauth = SlackOAuth(settings.slack_client_id, settings.slack_client_secret, settings.slack_api_url)
    return listed, States(records.database, _seal(settings)), oauth


def _seal(settings: Settings) -> Seal:
    return Seal(settings.tokens_key_file or settings.home / "tokens.key")


def _client(settings: Settings, tokens: Tokens) -> WebClient:
    return connection.client(tokens.bot.get_secret_value(), settings.slack_api_url)


def _who_we_are(web: WebClient, installed: Installed) -> Us:
    """A token that is another workspace's, whatever row it lies in, is used for nothing."""
    try:
        found = call(web, "auth.test", WhoWeAre)
    except Refused as refusal:
        if refusal.is_about(_OVER):
            raise Ended from None
        raise
    if found.team_id != installed.team:
        raise BadUse("the token that is kept for this workspace is another one's")
    return Us(team=found.team_id, user=found.user_id, bot=found.bot_id)


@contextmanager
def _owned(records: app.Records, command: str) -> Iterator[None]:
    if records.settings.shared_stores:
        yield
        return
    with records.home.owned(command, records.clock()):
        yield


def _count(counted: Counted, id_: str, event: Event) -> None:
    """What a workspace calls its sources is no matter of whoever reads the counters of all."""
    if event.kind in _OF_A_SOURCE:
        event = event.model_copy(update={"body": {**event.body, "source": id_}})
    counted.hear(event)


def _of_all(records: app.Records, those: Mapping[str, Standing]) -> Standing:
    """The queues of all together; of each workspace's sources, the one that was read least lately."""
    queues: dict[str, Waiting] = {}
    read_at: dict[tuple[str, str], datetime] = {}
    for id_, standing in those.items():
        for queue in standing.queues:
            before = queues.get(queue.what, Waiting(queue.what, 0, 0, None))
            since = min((one for one in (before.oldest, queue.oldest) if one is not None), default=None)
            queues[queue.what] = Waiting(
                queue.what, before.waiting + queue.waiting, before.in_hand + queue.in_hand, since
            )
        for (_, loop), moment in standing.read_at.items():
            read_at[id_, loop] = min(moment, read_at.get((id_, loop), moment))
    return Standing(records.clock(), tuple(queues.values()), read_at)
