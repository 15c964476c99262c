"""An emulated workspace, and the people of it as the assistant sees them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.core.nouns import Question, ReceiptId, SlackPlace, SlackUser
from bot.playground.slack import Channel, RateLimits, SlackEmulator, SlackWorld
from bot.slack.audience import SlackPeople
from policies.people import Audience, Email, Person, Principal
from tests.fakes.access import FakeAccess
from tests.fakes.passages import NOON

STAFF = Principal("acme/group:staff")
LICENSED = Principal("acme/group:licensed")


class Altered(WebClient):
    """Changes what Slack has answered before anybody reads it, and does things meanwhile."""

    alter: dict[str, Callable[[dict[str, Any]], Any]]

    def api_call(self, api_method: str, **how: Any) -> SlackResponse:
        response = super().api_call(api_method, **how)
        if api_method in self.alter and isinstance(response.data, dict):
            response.data = self.alter[api_method](response.data)
        return response


class CountingAccess(FakeAccess):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def people(self, emails: Collection[Email]) -> Mapping[Email, Person]:
        self.asked += 1
        return super().people(emails)


class Office:
    """`now` is what the assistant's memory goes by; the emulator has its own time."""

    def __init__(self, slack: SlackEmulator) -> None:
        self.slack, self.world = slack, slack.world
        self.now = 0.0
        self.access = CountingAccess()
        self.client = Altered(token=slack.bot_token(), base_url=slack.url)
        self.client.alter = {}
        bot = next(iter(slack.world.apps.values())).user_id
        self.people = SlackPeople(
            self.client, self.access, team=slack.world.home.id, bot_user=bot, timer=lambda: self.now
        )

    def question(self, who: str, where: str | Channel = "general") -> Question:
        team = self.world.home.id
        channel = self.world.channel(where) if isinstance(where, str) else where
        return Question(
            receipt=ReceiptId("r_1"),
            text="How much?",
            asker=SlackUser(team=team, user=self.world.user(who).id),
            place=SlackPlace(team=team, channel=channel.id, message="1.1"),
            asked_at=NOON,
        )

    def knows(self, *names: str) -> None:
        self.access.known.update({Email(f"{name}@acme.test"): frozenset({STAFF}) for name in names})

    def asker(self, who: str) -> Person:
        return self.people.asker(self.question(who))

    def readers(self, where: str | Channel = "general", *, who: str = "ana") -> Audience:
        question = self.question(who, where)
        return self.people.readers(question, self.people.asker(question), declared=frozenset({LICENSED}))

    def names(self, where: str | Channel = "general", *, who: str = "ana") -> list[str]:
        """Of a complete audience, as Slack's handles."""
        audience = self.readers(where, who=who)
        assert audience.complete
        return [self.handle(person) for person in audience.people]

    def handle(self, person: Person) -> str:
        if person.email is not None:
            return person.email.partition("@")[0]
        _, _, account = (person.actor or "").removeprefix("slack:").rpartition("/")
        return self.world.users[account].name if account in self.world.users else self.world.teams[account].name

    def asked(self) -> list[str]:
        """Slack's methods, since the last time."""
        methods = [request.method for request in self.slack.requests.all()]
        self.slack.requests.clear()
        return methods


@contextmanager
def office(world: SlackWorld, pages: Mapping[str, int] | None = None) -> Iterator[Office]:
    with SlackEmulator(world, rates=RateLimits.off(), pages=pages) as slack:
        yield Office(slack)


def an_office() -> SlackWorld:
    """ana, ben and noa work here (noa without an address), gus is a guest, eve works elsewhere, old has left."""
    world = SlackWorld()
    bot = world.add_app()
    elsewhere = world.add_team("Globex")
    ana = world.add_user("ana", email="ana@acme.test")
    ben = world.add_user("ben", email="ben@acme.test")
    noa = world.add_user("noa")
    gus = world.add_user("gus", email="gus@acme.test", restricted=True)
    eve = world.add_user("eve", email="eve@globex.test", team=elsewhere)
    old = world.add_user("old", email="old@acme.test", deleted=True)
    poll = world.add_user("poll", bot=True)
    world.add_channel("general", members=[ana, bot])
    world.add_channel("lobby", members=[ana, gus, bot])
    world.add_channel("secret", members=[ana, ben, old, poll, bot], private=True)
    world.add_channel("guests", members=[ana, gus, bot], private=True)
    world.add_channel("partners", members=[ana, eve, bot], private=True)
    world.add_channel("offered", members=[ana, bot], private=True, shared_with=[elsewhere])
    world.add_channel("hidden", members=[ana, ben], private=True)
    world.mpim(ana, noa, bot)
    world.im(ana, bot)
    world.im(ben, bot)
    return world
