"""From the note that a source does not know somebody, to the answer from it: they sign in there, in their own browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.core.clock import utc_now
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.world import World
from bot.slack.render import sign_in
from bot.stores.access import AccessStore
from bot.worker import SYNC
from policies.people import email_address
from tests.slack.office import Office, office, running, until
from tests.slack.replies import inside
from tests.slack.test_commands import told
from tests.slack.test_commands_people import is_read, press
from tests.slack.test_home import at_home, opens
from tests.web.signing import BACK, OURS, Browser

ZOE = email_address("zoe@acme.test")
TOKEN, SECRET = "WIKI_TOKEN_OF_A_TEST", "WIKI_OAUTH_OF_A_TEST"


@pytest.fixture
def world() -> World:
    """Zoe and Ben show their addresses to nobody there."""
    made = World()
    made.add_person("Ana", email="ana@acme.test", account_id="acc:ana")
    made.add_person("Zoe", email="zoe@acme.test", account_id="acc:zoe", email_shown=False)
    made.add_person("Zoe at home", email="zoe@else.test", account_id="acc:home", email_shown=False)
    made.confluence.add_space("ENG", "Engineering", author="acc:ana")
    return made


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConfluenceEmulator]:
    with ConfluenceEmulator(world) as made:
        monkeypatch.setenv(TOKEN, made.caller.token)
        yield made


@pytest.fixture
def acme(
    tmp_path: Path, database_url: str, site: ConfluenceEmulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    client = site.sign_in.add_client(BACK)
    monkeypatch.setenv(SECRET, client.secret)
    admins = ("ana@acme.test", "ben@acme.test")
    with office(tmp_path, database_url, admins=admins, public_url=OURS, port=0, over="socket") as made:
        settings = {
            "site": site.url,
            "user": site.caller.email or "",
            "secret": f"env:{TOKEN}",
            "spaces": "ENG",
            "requests_per_second": "1000",
            "oauth_client": client.id,
            "oauth_secret": f"env:{SECRET}",
            "oauth_authorize": f"{site.url}/authorize",
            "oauth_token": f"{site.url}/oauth/token",
            "oauth_me": f"{site.url}/me",
        }
        with made.records.database.writing() as session:
            made.records.sources.add(session, "wiki", "confluence", settings, utc_now())
        yield made


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=False) as made:
        yield made


def held(acme: Office) -> set[str]:
    found = AccessStore(acme.records.database).person(ZOE).principals
    return {one for one in found if one.startswith("wiki/user:")}


def link_shown(acme: Office, name: str) -> str:
    """In the window that opened."""

    def links() -> list[str]:
        view = acme.person(name).view()
        return [one["url"] for one in inside(view.body["blocks"]) if "url" in one] if view is not None else []

    until(links)
    return links()[0]


def signs_in(window: Browser, link: str, who: str) -> httpx.Response:
    shown = window.get(link)
    assert "zoe@acme.test" in shown.text
    action = shown.text.partition('action="')[2].partition('"')[0].replace("&amp;", "&")
    where = window.post(f"{OURS}{action}").headers["location"]
    return window.get(window.post(where, who=who).headers["location"])


def signs(view_or_message: Any) -> list[str]:
    return [one["value"] for one in inside(view_or_message) if str(one.get("action_id", "")).startswith(sign_in.ACTION)]


def test_who_is_not_known_is_offered_it_where_they_are_told_so_and_is_known_by_it(
    acme: Office, http: httpx.Client
) -> None:
    with running(acme) as at_work:
        is_read(acme)
        assert at_work.port is not None
        acme.asks("zoe", "What is the pressure of the pump?")
        refusal = acme.reply(acme.direct("zoe"))
        assert signs(refusal.blocks) == ["wiki"]
        acme.person("zoe").click(acme.direct("zoe"), refusal.ts, "sign_in:0")
        page = signs_in(Browser(at_work.port, http), link_shown(acme, "zoe"), "acc:zoe")
        assert page.text == sign_in.page(sign_in.BEING_LINKED)
        until(lambda: len(acme.replies(acme.direct("zoe"))) == 2)
        assert "You signed in at wiki" in acme.replies(acme.direct("zoe"))[-1].text
        until(lambda: held(acme) == {"wiki/user:acc:zoe"})
        is_read(acme)
        assert "by their own word (zoe@acme.test)" in told(acme, "ana", "people show zoe@acme.test")
        assert "wiki: I know you there" in opens(acme, "zoe")
        acme.settled()
    (done,) = acme.events("relinked")
    assert (done["by"], done.get("agreed_by")) == ("zoe@acme.test", None)


def test_from_home_with_another_address_an_admin_agrees_who_reads_what_it_is_about(
    acme: Office, http: httpx.Client
) -> None:
    with running(acme) as at_work:
        is_read(acme)
        assert at_work.port is not None
        assert "wiki: I do not know you there" in opens(acme, "zoe")
        home = acme.person("zoe").home()
        assert home is not None
        assert signs(home.body["blocks"]) == ["wiki"]
        acme.person("zoe").click_in_view(sign_in.ACTION, view=home)
        page = signs_in(Browser(at_work.port, http), link_shown(acme, "zoe"), "acc:home")
        assert page.text == sign_in.page(sign_in.WAITS)
        assert "I have asked ana@acme.test, ben@acme.test." in acme.reply(acme.direct("zoe")).text
        card = acme.reply(acme.direct("ben")).text
        assert "wiki, zoe@acme.test: nothing → acc:home" in card
        assert "“zoe@else.test”, which it vouches for" in card
        assert "The link may have been handed on" in card
        assert held(acme) == set()
        press(acme, "ben")
        until(lambda: held(acme) == {"wiki/user:acc:home"})
        until(lambda: not acme.records.jobs.is_in_hand(SYNC, "wiki"))
        said = [one.text for one in acme.replies(acme.direct("zoe"))]
        assert any("you are the account acc:home, and ben@acme.test has agreed" in one for one in said)
        acme.settled()
    (done,) = acme.events("relinked")
    assert (done["by"], done["agreed_by"]) == ("zoe@acme.test", "ben@acme.test")


@pytest.mark.parametrize("without", ["public_url", "port"])
def test_without_an_address_or_a_port_of_ours_nothing_is_offered(acme: Office, without: str) -> None:
    settings = acme.settings.model_copy(update={without: None})
    with running(replace(acme, settings=settings)):
        is_read(acme)
        assert "wiki: I do not know you there" in opens(acme, "zoe")
        home = acme.person("zoe").home()
        assert home is not None
        assert signs(home.body["blocks"]) == []
        assert "Sign in" not in at_home(acme, "zoe")


def test_whom_no_source_knows_is_offered_it_too_and_in_a_channel_nobody_is(acme: Office) -> None:
    with acme.records.database.writing() as session:
        acme.records.sources.remove(session, "acme")
    with running(acme):
        is_read(acme)
        acme.asks("zoe")
        assert signs(acme.reply(acme.direct("zoe")).blocks) == ["wiki"]
        asked = acme.asks("zoe", channel="general")
        assert signs(acme.reply("general", under=asked.ts).blocks) == []
