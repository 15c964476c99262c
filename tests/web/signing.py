"""The pages on which somebody signs in at a wiki or a drive, in front of a real store and an emulated site; and a browser."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import httpx
from starlette.applications import Starlette

from bot import worker
from bot.core.admin import Member
from bot.core.admin import Reply as Replied
from bot.core.signing_in import Begun, Offer
from bot.flows.signing_in import START, SigningIn, begin
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.google import GoogleEmulator
from bot.playground.loopback.sign_in import Client
from bot.playground.world import World
from bot.stores.database import Database
from bot.stores.identities import StoredIdentities
from bot.stores.sign_ins import StoredSignIns
from bot.stores.sources import Sources
from bot.web import link
from bot.web.server import Server
from connectors import oauth
from connectors.http import Patience
from tests.fakes.site import Reply, Site, site
from tests.flows.bureau import NOON, ZOE, Desk

OURS = "https://footnote.acme.test"
BACK = f"{OURS}{link.DONE}"
PATIENT = Patience(total_s=60.0)  # a busy machine answers late; nothing is asked twice
Kind = Literal["confluence", "drive"]


@dataclass
class Browser:
    """Follows nothing by itself. It reaches us as through a proxy that is at our address."""

    port: int
    http: httpx.Client
    jar: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)  # of Set-Cookie, as it came

    def get(self, url: str) -> httpx.Response:
        return self._ask("GET", url)

    def post(self, url: str, **form: str) -> httpx.Response:
        return self._ask("POST", url, form)

    def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> httpx.Response:
        is_ours = url.startswith(OURS)
        there = f"http://127.0.0.1:{self.port}{url.removeprefix(OURS)}" if is_ours else url
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())} if is_ours else {}
        answer = self.http.request(method, there, data=form, headers=headers)
        for said in answer.headers.get_list("set-cookie"):
            self.said.append(said)
            name, _, value = said.partition(";")[0].partition("=")
            self.jar[name] = value
        return answer


@dataclass
class Lane:
    """A desk, the site at which people sign in, and what we know of it as a client."""

    desk: Desk
    site: ConfluenceEmulator | GoogleEmulator
    client: Client
    kind: Kind
    source: str
    providers: dict[str, oauth.OAuth]
    browser: Browser

    @property
    def signing_in(self) -> SigningIn:
        added = {one.name: one.added_at for one in Sources(self.desk.database).listed()}
        offers = {
            name: Offer(self.kind, added[name], provider) for name, provider in self.providers.items() if name in added
        }
        return SigningIn(
            governing=self.desk.house.governing,
            offers=lambda: offers,
            sign_ins=StoredSignIns(self.desk.database),
            address=lambda held: f"{OURS}{START}?state=default.{held}",
            clock=lambda: self.desk.now,
        )

    # -- what somebody does

    def link(self, who: Member = ZOE) -> str:
        begun = begin(self.source, who.user, self.signing_in)
        assert isinstance(begun, Begun), begun
        return begun.link

    def leaves(self, link: str, browser: Browser | None = None) -> str:
        """Reads our page, and goes on: to where they sign in."""
        window = browser or self.browser
        shown = window.get(link)
        assert shown.status_code == 200, shown.text
        action = shown.text.partition('action="')[2].partition('"')[0].replace("&amp;", "&")
        away = window.post(f"{OURS}{action}")
        assert away.status_code == 303, away.text
        return str(away.headers["location"])

    def allows(self, where: str, who: str) -> str:
        """On the site's own page, as this account; where it sends the browser."""
        answer = self.browser.post(where, who=who)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def signs_in(self, who: str, link: str | None = None) -> httpx.Response:
        return self.browser.get(self.allows(self.leaves(link or self.link()), who))

    # -- what comes of it

    def heeds(self) -> Replied | None:
        """What is taken down is done. None: there is nothing."""
        house = replace(self.desk.house, signing_in=self.signing_in)
        return self.desk.voice.told[-1] if worker.heed_next(self.desk.commands, house) else None

    def passes(self, time: timedelta) -> None:
        self.desk.now += time

    @property
    def links(self) -> dict[tuple[str, str], str]:
        said = StoredIdentities(self.desk.database, tuple).links()
        return {(str(email), name): account for (email, name), account in said.items()}


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextmanager
def answering(answers: Mapping[str, Reply]) -> Iterator[Site]:
    """Another site, which says what it was told to."""
    with site() as made:
        made.answers.update(answers)
        yield made


@contextmanager
def lane(database: Database, world: World, kind: Kind = "confluence", *, first: tuple[str, ...]) -> Iterator[Lane]:
    desk = Desk(database, first=first)
    emulator = ConfluenceEmulator(world) if kind == "confluence" else GoogleEmulator(world)
    with emulator as site, httpx.Client(trust_env=False, timeout=30, follow_redirects=False) as http:
        client = site.sign_in.add_client(BACK)
        paths = (
            ("/authorize", "/oauth/token", "/me")
            if kind == "confluence"
            else ("/o/oauth2/v2/auth", "/token", "/v1/userinfo")
        )
        known = oauth.Client(client.id, "env:A_SECRET", *(f"{site.url}{path}" for path in paths))
        provider = oauth.OAuth(
            "atlassian" if kind == "confluence" else "google", known, lambda: client.secret, BACK, PATIENT
        )
        made = Lane(desk, site, client, kind, "wiki", {"wiki": provider}, Browser(0, http))
        add(made)
        pages = link.LinkPages(
            lambda id_: link.Desk(made.signing_in, desk.commands.take) if id_ == "default" else None,
            is_encrypted=True,
            clock=lambda: desk.now,
        )
        server = Server(Starlette(routes=pages.routes()), host="127.0.0.1", port=0)
        server.open()
        made.browser.port = server.port
        try:
            yield made
        finally:
            server.close()


def add(made: Lane, *, at: timedelta = timedelta()) -> None:
    with made.desk.database.writing() as session:
        Sources(made.desk.database).add(session, made.source, made.kind, {}, NOON + at)


def remove(made: Lane) -> None:
    with made.desk.database.writing() as session:
        Sources(made.desk.database).remove(session, made.source)
