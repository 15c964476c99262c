"""What people of two companies do in their Slacks, with the same names for everything and other words in everything. Each
doing waits until whoever did it sees what came of it, and leaves their company able to do any other.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal

import pytest

from bot import app
from bot.core.clock import utc_now
from bot.models.remembered import Remembered
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.slack import App, Channel, Ephemeral, Message, Person, View, membership
from bot.playground.world import World
from bot.stores.leader import TIMERS
from bot.stores.pauses import Pauses
from bot.worker import SYNC
from policies.people import email_address
from policies.rules import OVERRIDES
from tests.fakes.embedder import HashingEmbedder
from tests.slack.office import until
from tests.slack.replies import inside, of_type, read
from tests.slack.several import Both, Company, company_of, serving

Whose = Literal["acme", "globex"]
MARKS: Final[Mapping[Whose, str]] = {"acme": "zebrafinch", "globex": "walrustusk"}
TOPICS: Final = ("Annual leave", "Badge", "Canteen")
ACCOUNT: Final = "acc:ana"  # in the wiki of both
_RULES = """
[admins]
people = ["{ben}"]
[tools.slack.post_message]
enabled = true
targets = ["general"]
[intents.thanks]
says = "You are welcome, says the {mark}."
[intents.checked]
does = "answer"
risk = "low"
retrievers = ["keywords", "vectors"]
model_class = "strong"
tools = []
words = ["carefully"]
review = true
reviewers = ["{ben}"]
review_within_minutes = 30
"""


def other(whose: Whose) -> Whose:
    return "globex" if whose == "acme" else "acme"


def said(whose: Whose, topic: str, number: int) -> str:
    return f"The {topic.lower()} of everybody is {number} {MARKS[whose]} a year."


@dataclass(repr=False)
class Side:
    """One of the two companies. `numbers`: what its documents say, by their titles."""

    whose: Whose
    company: Company
    general: Channel
    records: app.Records
    folder: Path
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 7))

    @property
    def mark(self) -> str:
        return MARKS[self.whose]

    @property
    def documents(self) -> dict[str, str]:
        return {topic: said(self.whose, topic, number) for topic, number in self.numbers.items()}


@dataclass(repr=False)
class Scene:
    """`both`: all that there is of the two; `sides`: each by itself."""

    both: Both
    sides: Mapping[Whose, Side]
    asked: int = 0

    def person(self, side: Side, name: str) -> Person:
        return self.both.slack.as_user(side.company.people[name])

    def direct(self, side: Side, name: str) -> Channel:
        return self.both.direct(side.company, name)

    def ours(self, place: Channel) -> list[Message]:
        """The bot's messages there, oldest first."""
        with self.both.world.lock:
            return [one for one in place.messages.values() if one.app_id]

    def number(self) -> int:
        """Which nobody has named before."""
        self.asked += 1
        return 100 + self.asked

    def is_settled(self, side: Side) -> bool:
        records, now = side.records, utc_now()
        queues = (records.inbox, records.jobs, records.reviews, records.executions)
        waiting = (one for queue in queues for one in queue.still_to_do())
        return not any(due <= now and kind != TIMERS for kind, _, _, due in waiting)

    def settled(self) -> None:
        """Everything was delivered, and everything that was asked is done."""
        post = self.both.slack.hub.post
        self.both.slack.hub.accepted()
        until(lambda: not post.due and not post.waiting and all(self.is_settled(one) for one in self.sides.values()))

    def told(self, side: Side, text: str, says: str = "", *, channel: Channel | None = None) -> None:
        """What Ana alone is told of a command says this."""
        place, ana = channel or self.direct(side, "ana"), self.person(side, "ana")

        def whispers() -> list[Ephemeral]:
            with self.both.world.lock:
                return [one for one in place.ephemerals if one.user == ana.id]

        before = len(whispers())
        assert ana.slash("/footnote", text, channel=place).acked
        until(lambda: len(whispers()) > before)
        said = whispers()[-1]
        assert says in f"{said.text} {said.blocks}", said.text

    def replied(self, side: Side, text: str, name: str = "ana", place: Channel | None = None) -> Message:
        """What comes of it where it was written."""
        where = place or self.direct(side, name)
        before = {one.ts for one in self.ours(where)}
        self.person(side, name).post(where, text)

        def new() -> list[Message]:
            return [one for one in self.ours(where) if one.ts not in before and "One moment" not in read(one.blocks)]

        until(new)
        self.settled()
        return new()[0]

    def is_answered(self, side: Side, name: str = "ana", topic: str = TOPICS[0]) -> Message:
        reply = self.replied(side, f"What is the {topic.lower()} of {side.mark}?", name)
        assert f"{side.numbers[topic]} {side.mark}" in read(reply.blocks), reply
        return reply

    def shown(self, side: Side, name: str, words_: str) -> View:
        """In a window, once it stands there."""
        person = self.person(side, name)
        until(lambda: (view := person.view()) is not None and words_ in str(view.body))
        view = person.view()
        assert view is not None
        return view

    def card(self, side: Side, name: str, action: str) -> Message:
        """The newest that has this button."""
        place = self.direct(side, name)

        def found() -> list[Message]:
            return [
                one for one in self.ours(place) if any(each.get("action_id") == action for each in inside(one.blocks))
            ]

        until(found)
        return found()[-1]

    def presses(self, side: Side, name: str, card: Message, action: str, says: str) -> None:
        """Until the card says so."""
        place = self.direct(side, name)
        assert self.person(side, name).click(place, card.ts, action).acked
        until(lambda: says in read(place.messages[card.ts].blocks))


# --- doings ----------------------------------------------------------------------------------------------------------


def asks(scene: Scene, side: Side) -> None:
    """In the same words as the other."""
    for name, topic in (("ana", "Annual leave"), ("ben", "Canteen")):
        answer = read(scene.replied(side, f"What is the {topic.lower()} of everybody?", name).blocks)
        assert f"{side.numbers[topic]} {side.mark}" in answer, answer


def looks(scene: Scene, side: Side) -> None:
    for text in ("status", "sources", "people", "policy history", "tools"):
        scene.told(side, text)


def edits(scene: Scene, side: Side) -> None:
    side.numbers["Badge"] = scene.number()
    company_of(side.company, side.folder, side.documents)
    scene.told(side, "sources sync handbook", "handbook")
    until(lambda: not side.records.jobs.is_in_hand(SYNC, "handbook"))
    scene.is_answered(side, topic="Badge")


def opens_home(scene: Scene, side: Side) -> None:
    """What they see there is drawn once a minute."""
    for name in ("ana", "ben"):
        person = scene.person(side, name)
        person.open_home()
        until(partial(_has_a_home, person))
    view = scene.person(side, "ana").home()
    assert view is not None
    assert side.mark in str(view.body)


def _has_a_home(person: Person) -> bool:
    return person.home() is not None


def sets_policy_and_rolls_it_back(scene: Scene, side: Side) -> None:
    version, greeting = len(side.records.config.history()), f"Hello from {scene.number()} {side.mark}."
    scene.told(side, f'policy set intents.greeting.says "{greeting}"', "in force")
    assert greeting in read(scene.replied(side, "Good morning!").blocks)
    scene.told(side, f"policy rollback {version}", "in force")
    assert greeting not in read(scene.replied(side, "Good morning!").blocks)


def pauses_and_resumes(scene: Scene, side: Side) -> None:
    them, bens = scene.sides[other(side.whose)], scene.direct(side, "ben")
    scene.told(side, "pause", "Nothing is answered from now on")
    before = len(scene.ours(bens))
    scene.person(side, "ben").post(bens, f"What is the badge of {side.mark}?")
    scene.settled()
    assert f"{side.numbers['Badge']} {side.mark}" not in str(scene.ours(bens)[before:])
    assert [Pauses(one.records.database).now() is not None for one in (side, them)] == [True, False]
    opens_home(scene, them)
    scene.is_answered(them, "ben", "Badge")
    scene.told(side, "resume", "I answer again")
    scene.is_answered(side, "ben", "Badge")


def links_people(scene: Scene, side: Side) -> None:
    """Of the same accounts, and by the agreement of two."""
    ana = email_address(side.company.address("ana"))

    def held() -> bool:
        return f"wiki/user:{ACCOUNT}" in side.records.access.person(ana).principals

    assert not held()
    scene.told(side, f"people link {ana} wiki {ACCOUNT}", f"I asked {side.company.address('ben')}")
    scene.presses(side, "ben", scene.card(side, "ben", "change:approve"), "change:approve", "has agreed")
    until(held)
    scene.told(side, f"people show {ana}", ACCOUNT)
    scene.told(side, f"people unlink {ana} wiki", "Done, at once")
    until(lambda: not held())


def changes_how_a_channel_is(scene: Scene, side: Side) -> None:
    """Whoever asks there is answered alone, until it is as it was."""
    question = f"<@{scene.both.app_in(side.company).user_id}> What is the badge of {side.mark}?"
    answer = f"{side.numbers['Badge']} {side.mark}"
    scene.told(side, "channel mode private", "in force", channel=side.general)
    before = len(scene.ours(side.general)), len(scene.ours(scene.direct(side, "ben")))
    scene.person(side, "ben").post(side.general, question)
    until(lambda: answer in str(scene.ours(scene.direct(side, "ben"))[before[1] :]))
    assert len(scene.ours(side.general)) == before[0]
    scene.told(side, "channel clear", "in force", channel=side.general)
    scene.settled()
    assert answer in read(scene.replied(side, question, "ben", side.general).blocks)


def drafts(scene: Scene, side: Side) -> None:
    reply = scene.replied(side, f"Draft a mail to the team about the canteen of {side.mark}")
    scene.person(side, "ana").click(scene.direct(side, "ana"), reply.ts, "use")
    view = scene.shown(side, "ana", side.mark)
    field_ = of_type(view.body, "input")[0]["block_id"]
    written = {"text": {"type": "plain_text_input", "value": "Something else"}}
    assert not scene.person(side, "ana").submit({field_: written}).errors


def acts(scene: Scene, side: Side) -> None:
    what = f"Lunch number {scene.number()} for every {side.mark}"
    before = len(scene.ours(side.general))
    scene.replied(side, f'Post a message in #general "{what}"')
    assert len(scene.ours(side.general)) == before
    card = scene.card(side, "ana", "act:confirm")
    scene.presses(side, "ana", card, "act:confirm", "Done.")
    (posted,) = scene.ours(side.general)[before:]
    assert what in posted.text


def has_an_answer_checked(scene: Scene, side: Side) -> None:
    direct = scene.direct(side, "ana")
    before = len(scene.ours(direct))
    scene.person(side, "ana").post(direct, f"What is the canteen of {side.mark}, carefully?")
    card = scene.card(side, "ben", "review:approve")
    answer = f"{side.numbers['Canteen']} {side.mark}"
    assert answer not in str(scene.ours(direct)[before:])
    scene.presses(side, "ben", card, "review:approve", "pproved")
    until(lambda: answer in str(scene.ours(direct)[before:]))


def says_what_they_think_of_it(scene: Scene, side: Side) -> None:
    reply = scene.is_answered(side)
    direct = scene.direct(side, "ana")
    buttons = next(each for each in inside(reply.blocks) if each.get("action_id") == "feedback")
    value = buttons["positive_button"]["value"]
    before = len(direct.ephemerals)
    assert scene.person(side, "ana").click(direct, reply.ts, "feedback", value=value).acked
    until(lambda: len(direct.ephemerals) > before)


def removes_the_app_and_installs_it_again(scene: Scene, side: Side) -> None:
    both, them = scene.both, scene.sides[other(side.whose)]
    membership.uninstall(both.world, both.app_in(side.company))
    until(lambda: both.installed(side.company).state == "ended")
    scene.is_answered(them)
    assert both.install(side.company).status_code == 200
    scene.person(side, "ana").invite(side.general, both.app_in(side.company))
    scene.is_answered(side)


LEAVES: Final = removes_the_app_and_installs_it_again.__name__
DOINGS: Final[Mapping[str, Callable[[Scene, Side], None]]] = {
    one.__name__: one
    for one in (
        asks,
        looks,
        edits,
        opens_home,
        sets_policy_and_rolls_it_back,
        pauses_and_resumes,
        links_people,
        changes_how_a_channel_is,
        drafts,
        acts,
        has_an_answer_checked,
        says_what_they_think_of_it,
        removes_the_app_and_installs_it_again,
    )
}

OF_BOTH: Final = frozenset({"pauses_and_resumes", LEAVES})
"""In the course of which the other does something too."""


# --- the set-up ------------------------------------------------------------------------------------------------------


@contextmanager
def scene(folder: Path, database_url: str, secrets: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Both have installed it, and each has a handbook, a wiki, two admins, and a channel of everybody."""
    shared = Remembered(HashingEmbedder())
    with ExitStack() as opened:
        both = opened.enter_context(
            serving(
                folder,
                database_url,
                embedder_of=lambda _: shared.apart(),
                embedder="hashing/test",
                answers_kept_mb=2,
            )
        )
        sides = dict[Whose, Side]()
        companies: Mapping[Whose, Company] = {"acme": both.acme, "globex": both.globex}
        for whose, one in companies.items():
            assert both.install(one).status_code == 200
            records = opened.enter_context(both.records(one))
            members: list[App | str] = [*one.people.values(), both.app_in(one)]
            general = both.world.add_channel("general", members=members, team=one.team, general=True)
            sides[whose] = side = Side(whose, one, general, records, folder / whose)
            _has_rules(side)
            wiki = opened.enter_context(ConfluenceEmulator(_wiki_of(side)))
            both.add_source(one, side.folder, side.documents)
            _has_wiki(side, wiki, secrets)
        made = Scene(both, sides)
        for side in sides.values():
            made.is_answered(side)
        yield made


def _has_rules(side: Side) -> None:
    records, rules = side.records, _RULES.format(ben=side.company.people["ben"], mark=side.mark)
    with records.database.writing() as session:
        texts = {**app.packaged_rules(), OVERRIDES: rules}
        records.config.save(session, texts, author="test", note="both", now=utc_now())


def _wiki_of(side: Side) -> World:
    """Where Ana shows her address to nobody."""
    world = World()
    world.add_person("Ana", email=side.company.address("ana"), account_id=ACCOUNT, email_shown=False)
    world.add_person("Ben", email=side.company.address("ben"), account_id="acc:ben")
    world.confluence.add_space("ENG", "Engineering", author=ACCOUNT)
    world.confluence.add_page("ENG", "Runbook", f"<p>Restart the {side.mark} at night.</p>")
    return world


def _has_wiki(side: Side, wiki: ConfluenceEmulator, secrets: pytest.MonkeyPatch) -> None:
    token, records = f"WIKI_TOKEN_{side.whose.upper()}", side.records
    secrets.setenv(token, wiki.caller.token)
    settings = {
        "site": wiki.url,
        "user": wiki.caller.email or "",
        "secret": f"env:{token}",
        "spaces": "ENG",
        "requests_per_second": "1000",
    }
    with records.database.writing() as session:
        records.sources.add(session, "wiki", "confluence", settings, utc_now())
    app.ask_for_sync(records, ["wiki"])
