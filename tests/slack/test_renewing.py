"""Several processes look after the same workspace: one renews its token, and all use what Slack gave it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient
from structlog.testing import capture_logs

from bot.core.clock import utc_now
from bot.core.installing import Granted, Installed, Tokens
from bot.playground.slack import RateLimits, SlackEmulator, SlackWorld, install
from bot.service.workspaces import Ended, Opened, Workspaces
from bot.slack.oauth import SlackOAuth
from bot.stores.database import Database
from bot.stores.installations import Installations
from bot.stores.schema import migrate
from bot.stores.seal import Seal


class Deaf:
    def dispatch(self, req: BoltRequest) -> BoltResponse:  # noqa: ARG002
        return BoltResponse(status=200)


class Process:
    """One that looks after the workspaces; `clients`: of those that it has opened."""

    def __init__(
        self, database: Database, key: Path, oauth: SlackOAuth, slack: SlackEmulator, ahead: timedelta
    ) -> None:
        self.database, self.slack, self.ahead = database, slack, ahead
        self.installations = Installations(database, Seal(key))
        self.clients: list[WebClient] = []
        self.put_away = list[str]()
        self.refuses = False
        self.closed = 0
        self.workspaces = Workspaces(
            self.installations,
            oauth,
            self.opened,
            lambda one, _: self.put_away.append(one.id),
            lambda _: True,
            self.now,
        )

    def now(self) -> datetime:
        return utc_now() + self.ahead

    @contextmanager
    def opened(self, _: Installed, tokens: Tokens) -> Iterator[Opened]:
        if self.refuses:
            raise Ended
        self.clients.append(WebClient(token=tokens.bot.get_secret_value(), base_url=self.slack.url))
        yield Opened(Deaf(), self.clients[-1])
        self.closed += 1


@pytest.fixture
def slack() -> Iterator[SlackEmulator]:
    world = SlackWorld()
    world.add_app(installed=False, redirect_urls=["https://footnote.acme.test/slack/oauth_redirect"], rotates=True)
    world.add_user("ana")
    with SlackEmulator(world, rates=RateLimits.off()) as emulator:
        yield emulator


@pytest.fixture
def processes(slack: SlackEmulator, database_url: str, tmp_path: Path) -> Iterator[list[Process]]:
    """Three, to whom Slack's token has an hour left."""
    published = next(iter(slack.world.apps.values()))
    oauth = SlackOAuth(published.client_id, SecretStr(published.client_secret), slack.url)
    with ExitStack() as stack:
        databases = [Database(database_url, "operator") for _ in range(3)]
        for one in databases:
            stack.callback(one.close)
        migrate(databases[0])
        made = [Process(one, tmp_path / "tokens.key", oauth, slack, timedelta(hours=11)) for one in databases]
        made[0].installations.open()
        code = install.allow(slack.world, published, slack.world.home, scopes=["users:read"])
        granted: Granted = oauth.exchange(code, utc_now())
        made[0].installations.install(granted, utc_now())
        yield made


def renewals(slack: SlackEmulator) -> list[str]:
    return [one.outcome for one in slack.requests.of("oauth.v2.access") if "refresh_token" in one.args]


def tend_at_once(processes: list[Process]) -> None:
    all_there = threading.Barrier(len(processes))

    def tend(process: Process) -> None:
        all_there.wait(20)
        process.workspaces.tend()

    threads = [threading.Thread(target=tend, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_several_processes_one_renews_the_token_and_all_use_the_new_one(
    processes: list[Process], slack: SlackEmulator
) -> None:
    for process in processes:
        process.ahead = timedelta()
        process.workspaces.tend()
    before = {process.clients[0].token for process in processes}
    assert len(before) == 1
    assert renewals(slack) == []
    for process in processes:
        process.ahead = timedelta(hours=11)
    tend_at_once(processes)
    tend_at_once(processes)
    assert renewals(slack) == ["ok"]
    (after,) = {process.clients[0].token for process in processes}
    assert after not in before
    assert {len(process.clients) for process in processes} == {1}  # nobody was interrupted
    assert WebClient(token=after, base_url=slack.url).auth_test()["ok"]


def test_what_slack_does_not_tell_the_workspace_is_told_and_goes_on_with_what_it_has(
    processes: list[Process], slack: SlackEmulator
) -> None:
    (first, *_) = processes
    slack.faults.fail("oauth.v2.access", "slack_error", code="fatal_error")
    with capture_logs() as logged:
        first.workspaces.tend()
        assert [one.trouble for one in first.installations.all()] == ["unreachable"]
        first.ahead += timedelta(seconds=31)
        first.workspaces.tend()
    assert [one.trouble for one in first.installations.all()] == [None]
    assert len(renewals(slack)) == 2
    assert first.clients
    assert "xox" not in str(logged)


def test_whom_slack_takes_no_more_is_put_away_once_and_its_tokens_are_gone(processes: list[Process]) -> None:
    (first, second, _) = processes
    first.refuses = True
    first.workspaces.tend()
    (ended,) = second.installations.all()
    assert (ended.state, ended.ended_by) == ("ended", "token_refused")
    assert second.installations.tokens(ended.id) is None
    second.workspaces.tend()
    assert (first.put_away, second.put_away) == ([ended.id], [])


def test_what_another_process_heard_of_an_end_closes_it_here_too(processes: list[Process]) -> None:
    (first, second, _) = processes
    for process in (first, second):
        process.workspaces.tend()
        assert process.workspaces.are_all_tried()
    (live,) = first.installations.all()
    first.installations.end(live.id, "app_uninstalled", first.now())  # and dies before it has put anything away
    second.workspaces.tend()
    assert second.workspaces.are_all_tried()
    assert second.put_away == [live.id]


def test_a_workspace_that_is_installed_anew_under_another_app_is_closed_before_it_is_opened_again(
    processes: list[Process],
) -> None:
    first, *_ = processes
    first.ahead = timedelta()
    first.workspaces.tend()
    (live,) = first.installations.all()
    tokens = first.installations.tokens(live.id)
    assert tokens is not None
    again = Granted(
        team=live.team, enterprise=None, app="A0OTHER", by=live.first_admin, scopes=live.scopes, tokens=tokens
    )
    first.installations.install(again, first.now())
    first.workspaces.tend()
    assert not first.workspaces.are_all_tried()
    for closing in first.workspaces._closing.values():
        closing.join()
    first.workspaces.tend()
    assert (len(first.clients), first.closed, first.workspaces.are_all_tried()) == (2, 1, True)
