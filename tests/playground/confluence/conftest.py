"""A small company with a wiki, an emulator of it that runs, and a plain client that calls it."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.playground.confluence import Caller, ConfluenceEmulator, ConfluenceSite, Content
from bot.playground.slack.clock import ManualClock
from bot.playground.world import Person, World

TLS = ssl.create_default_context()  # made once: nothing here is encrypted, and a client would make one each


@dataclass
class Wiki:
    """One space that all licensed people read, with a tree in it that is restricted at three places."""

    world: World
    clock: ManualClock
    ana: Person
    ben: Person
    guest: Person
    collaborator: Person
    admin: Person
    gone: Person
    bot: Person
    top: Content
    open_page: Content
    shut: Content  # ben and the bot
    below: Content  # under it
    folder: Content  # restricted to ben and the bot, though no API says so
    in_folder: Content
    post: Content
    on_open: Content  # an attachment
    on_below: Content  # likewise
    said_open: Content  # a comment
    said_below: Content  # likewise

    @property
    def site(self) -> ConfluenceSite:
        return self.world.confluence


@pytest.fixture
def wiki() -> Wiki:
    clock = ManualClock()
    world = World(clock=clock)
    site = world.confluence
    ana = world.add_person("Ana", email="ana@acme.test")
    ben = world.add_person("Ben", email="ben@acme.test")
    guest = world.add_person("Guest", email="guest@other.test", standing="guest")
    collaborator = world.add_person("Collaborator", email="col@other.test", standing="collaborator")
    admin = world.add_person("Admin", email="admin@acme.test", admin=True)
    gone = world.add_person("Gone", email="gone@acme.test")
    world.deactivate(gone.account_id)
    bot = world.add_person("Footnote", email="bot@acme.test", admin=True, app=True)
    only_ben = world.add_group("only-ben", members=[ben.account_id, gone.account_id])
    site.add_space("ENG", "Engineering", author=ana.account_id)
    top = site.add_page("ENG", "Top", "<p>top</p>")
    open_page = site.add_page("ENG", "Open", "<p>open</p>", parent=top.id)
    shut = site.add_page("ENG", "Shut", "<p>shut</p>", parent=top.id)
    below = site.add_page("ENG", "Below", "<p>below</p>", parent=shut.id)
    folder = site.add_folder("ENG", "Folder", parent=top.id)
    in_folder = site.add_page("ENG", "In a folder", "<p>in</p>", parent=folder.id)
    for each in (shut, folder):
        site.restrict(each.id, groups=[only_ben.id], users=[bot.account_id])
    post = site.add_blogpost("ENG", "News", "<p>news</p>")
    return Wiki(
        world=world,
        clock=clock,
        ana=ana,
        ben=ben,
        guest=guest,
        collaborator=collaborator,
        admin=admin,
        gone=gone,
        bot=bot,
        top=top,
        open_page=open_page,
        shut=shut,
        below=below,
        folder=folder,
        in_folder=in_folder,
        post=post,
        on_open=site.add_attachment(open_page.id, "open file.txt", b"open bytes"),
        on_below=site.add_attachment(below.id, "below.txt", b"below bytes"),
        said_open=site.add_comment(open_page.id, "<p>said</p>", author=ana.account_id),
        said_below=site.add_comment(below.id, "<p>said below</p>", author=ben.account_id),
    )


@pytest.fixture
def site(wiki: Wiki) -> Iterator[ConfluenceEmulator]:
    with ConfluenceEmulator(wiki.world, caller=wiki.bot.account_id) as running:
        yield running


class Api:
    """What any program would do: a header, a path, JSON."""

    def __init__(self, base: str, authorization: str) -> None:
        headers = {"authorization": authorization}
        self.http = httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=5, verify=TLS)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params or None)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(path, json=body)

    def json(self, path: str, **params: Any) -> Any:
        found = self.get(path, **params)
        assert found.status_code == 200, found.text
        return found.json()

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """Following `next`, at the base that this client has."""
        page = self.json(path, **params)
        yield page
        while following := page["_links"].get("next"):
            page = self.json(following)
            yield page

    def all(self, path: str, **params: Any) -> list[Any]:
        return [each for page in self.pages(path, **params) for each in page["results"]]

    def ids(self, path: str, **params: Any) -> list[str]:
        return [each["id"] for each in self.all(path, **params)]


@pytest.fixture
def api_of(site: ConfluenceEmulator) -> Iterator[Callable[..., Api]]:
    opened: list[Api] = []

    def make(caller: Caller | Person | None = None, *, base: str | None = None, bearer: bool = False) -> Api:
        known = site.add_caller(caller.account_id) if isinstance(caller, Person) else caller or site.caller
        opened.append(Api(base or site.url, known.bearer if bearer else known.basic))
        return opened[-1]

    yield make
    for each in opened:
        each.http.close()


@pytest.fixture
def api(api_of: Callable[..., Api]) -> Api:
    return api_of()
