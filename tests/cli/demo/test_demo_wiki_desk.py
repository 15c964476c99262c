"""The wiki of the demo's page, over HTTP: who is told what, what people do to it, and when Footnote has found out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import app
from bot.cli.demo import sites, wiki
from bot.cli.demo.company import Company, acme
from bot.cli.demo.listing import listed
from bot.cli.demo.wiki_desk import WikiDesk
from bot.playground.slack import SlackEmulator
from bot.playground.world import World
from bot.settings import Settings
from tests import inside

SICK = "When do I report ill?"


class Page:
    """The page of somebody of Acme's Slack, beside a Footnote that reads when it is told to."""

    def __init__(self, company: Company, world: World, http: httpx.Client, assistant: app.Assistant) -> None:
        self.company, self.world, self.http, self.assistant = company, world, http, assistant

    def user(self, name: str) -> str:
        return str(self.company.world.user(name).id)

    def tree(self, name: str = "ana") -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.http.get("/_footnote/wiki", params={"user": self.user(name)}).json()
        return found

    def things(self, name: str = "ana") -> dict[str, Mapping[str, Any]]:
        return {one["title"]: one for space in self.tree(name)["spaces"] for one in space["things"]}

    def page(self, title: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.http.get("/_footnote/wiki/page", params={"id": self.id(title)}).json()
        return found

    def id(self, title: str) -> str:
        return str(self.things()[title]["id"])

    def do(self, action: str, title: str, **args: Any) -> Any:
        return self.http.post(
            f"/_footnote/wiki/do/{action}", json={"user": self.user("ana"), "id": self.id(title), **args}
        )

    def done(self, action: str, title: str, **args: Any) -> None:
        said = self.do(action, title, **args)
        assert (said.status_code, said.json()) == (200, {"ok": True})

    def group(self, name: str) -> str:
        return str(next(one["id"] for one in self.tree()["groups"] if one["name"] == name))

    def read_again(self) -> None:
        assert self.http.post("/_footnote/wiki/do/read", json={}).json() == {"ok": True}
        assert self.tree()["read"]["reading"]
        inside.synced(self.assistant, wiki.NAME)

    def answer(self, name: str, question: str = SICK) -> str:
        return str(inside.ask(self.assistant, question, f"{name}@acme.test").reply)


@contextmanager
def opened(folder: Path) -> Iterator[Page]:
    company = acme()
    assert company.documents is not None
    desk = WikiDesk(company.documents, company.world)
    settings = Settings(home=folder, workspace="demo", embedder="none")
    with sites.running(company.documents) as reached, inside.assistant(settings, None) as assistant:
        for name in listed(assistant.records, company, reached):
            inside.synced(assistant, name)
        with desk.opened(assistant.records), served(company, desk) as http:
            yield Page(company, company.documents, http, assistant)


@contextmanager
def served(company: Company, desk: WikiDesk) -> Iterator[httpx.Client]:
    with (
        SlackEmulator(company.world, routes=desk.routes()) as slack,
        httpx.Client(base_url=slack.origin, timeout=30) as http,
    ):
        yield http


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("wiki") / "home") as found:
        yield found


@pytest.fixture
def page(shared: Page) -> Iterator[Page]:
    """As it was in the beginning, and read so."""
    site, generation = shared.world.confluence, shared.world.generation
    before = {id_: (one.read, one.body, one.status, one.parent_id) for id_, one in site.content.items()}
    yield shared
    if shared.world.generation == generation:
        return
    for id_, (read, body, status, parent) in before.items():
        now = site.get(id_)
        if now.status != status:
            site.restore(id_)
        if now.parent_id != parent:
            site.move(id_, parent=parent)
        if now.read != read:
            site.restrict(id_, users=read.users, groups=read.groups, apps=read.apps)
        if now.body != body:
            site.edit(id_, body=body)
    inside.synced(shared.assistant, wiki.NAME)


# -- what changes, and who is told what from then on


def test_who_is_shut_out_gets_no_answer_from_the_next_question_on_though_nothing_was_read_again(page: Page) -> None:
    assert "09:30" in page.answer("ana")
    page.done("restrict", "Sick leave", groups=[page.group("hr")])
    assert "09:30" not in page.answer("ana")
    assert "09:30" in page.answer("ben")
    assert page.tree()["read"]["behind"]
    page.read_again()
    assert not page.tree()["read"]["behind"]
    assert "09:30" not in page.answer("ana")
    assert "09:30" in page.answer("ben")


def test_who_is_let_in_again_is_answered_once_it_was_read(page: Page) -> None:
    page.done("restrict", "Sick leave", people=[page.world.person("omar@acme.test").account_id])
    page.read_again()
    assert ("09:30" in page.answer("ana"), "09:30" in page.answer("omar")) == (False, True)
    page.done("open", "Sick leave")
    page.read_again()
    assert "09:30" in page.answer("ana")


def test_what_is_in_the_trash_is_shown_to_nobody_and_is_there_again_when_it_is_restored(page: Page) -> None:
    page.done("trash", "Sick leave")
    assert "09:30" not in page.answer("ana")
    assert page.things()["Sick leave"]["trashed"]
    assert [one["may"] for one in page.page("Sick leave")["readers"]] == [False] * 6
    page.read_again()
    assert "09:30" not in page.answer("ben")
    page.done("restore", "Sick leave")
    page.read_again()
    assert "09:30" in page.answer("ana")


def test_what_was_written_is_answered_with_once_it_was_read(page: Page) -> None:
    said = page.page("Sick leave")
    at, was = next((n, one["text"]) for n, one in enumerate(said["blocks"]) if "09:30" in one["text"])
    page.done("edit", "Sick leave", at=at, was=was, text=was.replace("09:30", "10:15"))
    assert page.page("Sick leave")["version"] == said["version"] + 1
    page.read_again()
    answered = page.answer("ana")
    assert ("10:15" in answered, "09:30" in answered) == (True, False)


# -- what is shown


def test_a_page_says_who_reads_it_and_which_of_its_layers_says_so(page: Page) -> None:
    bands = page.page("Salary bands 2026 (confidential)")
    assert [one["name"] for one in bands["readers"] if one["may"]] == ["Ben Visser"]
    assert (bands["restricted"], bands["above"], bands["attachments"]) == (["hr-leads"], [], 1)
    adr = page.page("ADR 021 – MQTT 5 for gateways")
    assert adr["above"] == [{"title": "Decisions", "kind": "page", "restricted": ["eng"]}]
    assert page.page("Status W41")["restricted"] == []  # to nobody


def test_each_sees_which_pages_are_not_for_them(page: Page) -> None:
    title = "Project Kestrel (strictly confidential)"
    assert (page.things("ana")[title]["may"], page.things("omar")[title]["may"]) == (False, True)
    assert page.things("footnote")[title]["may"] is False  # the app is nobody there by any address


def test_footnote_s_own_account_is_let_in_and_not_spoken_of(page: Page) -> None:
    page.done("restrict", "Sick leave", groups=[page.group("hr")])
    assert page.page("Sick leave")["restricted"] == ["hr"]
    bot = page.world.person("footnote@acme.test").account_id
    assert page.world.confluence.get(page.id("Sick leave")).read.users == (bot,)


# -- what is refused

Refused = Callable[[Page], Any]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda page: page.do("restrict", "Sick leave"), "restricted to somebody"),
        (lambda page: page.do("restrict", "Sick leave", groups=["none"]), "no group 'none'"),
        (lambda page: page.do("restrict", "Sick leave", people=["none"]), "no one person 'none'"),
        (lambda page: page.do("restrict", "Sick leave", groups="hr"), "not understood"),
        (lambda page: page.do("edit", "Sick leave", at=0, was="else", text="x"), "something else there by now"),
        (lambda page: page.do("edit", "Sick leave", at=0, was="Reporting in", text=" "), "says something"),
        (lambda page: page.do("edit", "Sick leave", at="0", was="Reporting in", text="x"), "not understood"),
        (lambda page: page.do("purge", "Sick leave"), "nobody can 'purge'"),
        (lambda page: page.do("open", "Sick leave", more=1), "not understood"),
        (lambda page: page.http.post("/_footnote/wiki/do/open", json={"user": "", "id": "0"}), "no content"),
        (lambda page: page.http.post("/_footnote/wiki/do/read", data={"a": "b"}), "send JSON"),
        (lambda page: page.http.get("/_footnote/wiki/page", params={"id": "0"}), "no content"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(page: Page, said: Refused, why: str) -> None:
    before = page.world.generation
    answered = said(page)
    assert answered.status_code == 400
    assert why in answered.json()["error"]
    assert page.world.generation == before


def test_an_attachment_is_no_page(page: Page) -> None:
    held = next(one.id for one in page.world.confluence.content.values() if one.kind == "attachment")
    told = page.http.get("/_footnote/wiki/page", params={"id": held})
    assert (told.status_code, told.json()["error"]) == (400, f"there is no page '{held}'")


def test_before_the_bot_is_there_and_after_it_the_page_is_told_so() -> None:
    company = acme()
    assert company.documents is not None
    with served(company, WikiDesk(company.documents, company.world)) as http:
        assert http.get("/_footnote/wiki").status_code == 503
        assert http.post("/_footnote/wiki/do/read", json={}).status_code == 503
