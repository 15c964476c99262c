"""Two companies with a Slack each, in one emulator, and the real bot in one process, installed by its own pages."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx

from bot import app
from bot.core.clock import Clock, utc_now
from bot.core.installing import Installed
from bot.playground.slack import App, Channel, Message, RateLimits, SlackEmulator, SlackWorld, Team
from bot.service import several
from bot.settings import Settings
from bot.web.install import BACK, INSTALL
from bot.web.slack import EVENTS
from bot.worker import SYNC
from tests import company
from tests.slack.office import until
from tests.world import CHROMA

REDIRECT = f"https://footnote.acme.test{BACK}"
PEOPLE = ("ana", "ben")


@dataclass
class Company:
    """One of the two, as its Slack has it."""

    team: Team
    people: dict[str, str]  # by name, the id of the account

    def address(self, name: str) -> str:
        return f"{name}@{self.team.domain}.test"


@dataclass
class Both:
    slack: SlackEmulator
    home: app.Records
    served: several.Served
    acme: Company
    globex: Company

    @property
    def world(self) -> SlackWorld:
        return self.slack.world

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.served.port}"

    @property
    def published(self) -> App:
        return next(iter(self.world.apps.values()))

    def app_in(self, company: Company) -> App:
        found = self.world.app_in(self.published, company.team.id)
        assert found is not None
        return found

    def installed(self, company: Company) -> Installed:
        found = several.installations(self.home).of_team(company.team.id)
        assert found is not None
        return found

    def install(self, company: Company, *, by: str = "ana") -> httpx.Response:
        """As a browser does it."""
        with browser() as window:
            away = window.get(self.url + INSTALL)
            back = allowed(window, away.headers["location"], company, by=by)
            done = window.get(self.url + BACK + "?" + urlsplit(back).query, headers={"cookie": cookie(away)})
        if done.status_code == 200:
            until(self.served.workspaces.are_all_tried)
        return done

    def served_text(self, path: str) -> str:
        with browser() as window:
            return window.get(self.url + path).text

    def direct(self, company: Company, name: str) -> Channel:
        return self.world.im(company.people[name], self.app_in(company))

    def asks(self, company: Company, name: str, text: str) -> Message:
        person = self.slack.as_user(company.people[name])
        return person.post(self.direct(company, name), text)

    def answers(self, company: Company, name: str) -> list[str]:
        with self.world.lock:
            said = [m for m in self.direct(company, name).messages.values() if m.app_id]
            return [f"{m.text} {m.blocks}" for m in said]

    def answer(self, company: Company, name: str, text: str) -> str:
        """To this question: what comes after it."""
        before = len(self.answers(company, name))
        self.asks(company, name, text)
        until(lambda: len(self.answers(company, name)) > before)
        return self.answers(company, name)[-1]

    @contextmanager
    def records(self, company: Company) -> Iterator[app.Records]:
        settings = several.of_workspace(self.home.settings, self.installed(company))
        with app.records(settings, beside=self.home) as opened:
            yield opened

    def add_source(self, company: Company, folder: Path, documents: Mapping[str, str], name: str = "handbook") -> None:
        company_of(company, folder, documents)
        with self.records(company) as records:
            with records.database.writing() as session:
                records.sources.add(session, name, "folder", {"path": str(folder)}, utc_now())
            app.ask_for_sync(records, [name])
            until(lambda: not records.jobs.is_in_hand(SYNC, name))


def company_of(one: Company, folder: Path, documents: Mapping[str, str]) -> Path:
    """`documents`: by title, what it says. Everybody of the company may read them."""
    people = "people:\n" + "".join(f"  {one.address(name)}: [group:staff]\n" for name in one.people)
    head = "---\ntitle: {0}\naccess: [[group:staff]]\n---\n# {0}\n\n{1}\n"
    texts = {f"{title.lower().replace(' ', '-')}.md": head.format(title, said) for title, said in documents.items()}
    return company.write(folder, texts, people=people)


@contextmanager
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=False) as window:
        yield window


def cookie(away: httpx.Response) -> str:
    return away.headers["set-cookie"].partition(";")[0]


def allowed(window: httpx.Client, where: str, company: Company, *, by: str = "ana") -> str:
    """The click on “Allow” on Slack's page; where it leads."""
    page = window.get(where)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert set(fields) == set(asked)
    form = {**asked, "team": company.team.id, "user": company.people[by]}
    return str(window.post(where.partition("?")[0], data=form).headers["location"])


def two_companies(**of_app: Any) -> tuple[SlackWorld, Company, Company]:
    """The same names in both, of people and of channels."""
    world = SlackWorld(team="Acme", domain="acme")
    given = {"installed": False, "redirect_urls": [REDIRECT], "commands": ["/footnote"], **of_app}
    world.add_app(**given)
    return world, _company(world, world.home), _company(world, world.add_team("Globex"))


def _company(world: SlackWorld, team: Team) -> Company:
    ids = {name: world.add_user(name, email=f"{name}@{team.domain}.test", team=team).id for name in PEOPLE}
    return Company(team, ids)


class There(NamedTuple):
    """Slack, and the settings of a bot that nobody has started."""

    slack: SlackEmulator
    settings: Settings
    acme: Company
    globex: Company


@contextmanager
def there(
    folder: Path, database_url: str, *, of_app: Mapping[str, Any] | None = None, **settings: Any
) -> Iterator[There]:
    world, acme, globex = two_companies(**(of_app or {}))
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        published = next(iter(world.apps.values()))
        named: dict[str, Any] = {
            "SLACK_CLIENT_ID": published.client_id,
            "SLACK_CLIENT_SECRET": published.client_secret,
            "SLACK_SIGNING_SECRET": published.signing_secret,
            "SLACK_API_URL": slack.url,
            "DATABASE_URL": database_url if database_url.startswith("postgresql") else None,
            "CHROMA_URL": CHROMA,
        }
        more = {"embedder": "none", "lease_s": 2, "port": 0, "workers": 2, "answers_kept_mb": 0, **settings}
        yield There(slack, Settings(home=folder / "home", **named, **more), acme, globex)


@contextmanager
def running(there: There, clock: Clock = utc_now, embedder_of: several.EmbedderOf = lambda _: None) -> Iterator[Both]:
    with (
        app.records(there.settings, clock) as records,
        several.in_several(records, embedder_of, command="test") as served,
    ):
        there.slack.deliver_to(f"http://127.0.0.1:{served.port}{EVENTS}")
        try:
            yield Both(there.slack, records, served, there.acme, there.globex)
        finally:
            there.slack.deliver_to(None)


@contextmanager
def serving(
    folder: Path,
    database_url: str,
    *,
    clock: Clock = utc_now,
    embedder_of: several.EmbedderOf = lambda _: None,
    **more: Any,
) -> Iterator[Both]:
    with there(folder, database_url, **more) as made, running(made, clock, embedder_of) as both:
        yield both
