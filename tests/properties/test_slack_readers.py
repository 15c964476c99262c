"""Nothing that the bot shows in Slack holds a word of a document that somebody who sees it may not read; and whoever sees
it sees what they would see if those documents had never been written.

The oracle is this file's own: who sees a place is the emulated Slack's word, who may read a document is worked out here
from the groups and the access that the folder is written from. What is compared is a second world without what is hidden.
"""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot import service
from bot.core.nouns import Question
from bot.playground.slack import App, CannotDo, Channel, SlackWorld, User, changes, membership, visibility
from bot.slack.audience import SlackPeople
from policies.people import Audience, Person, Principal
from tests.conftest import MakeDatabaseUrl
from tests.slack.office import Office, office, running, until

# --- the company: who is in which group, what is written, who may read it ------------------------------------------

GROUPS: Mapping[str, Sequence[str]] = {"eng": ["staff"], "hr": ["staff"], "leads": ["hr"]}  # group: what it belongs to
TOPICS = ("bicycle", "travel", "telephone")
ACCESS = ("anyone", "group:staff", "group:eng", "group:hr", "group:staff & group:leads", "user:bo", "nobody")
ASKERS = ("ana", "bo", "cy", "dan")
EVERYONE = (*ASKERS, "temp", "alien", "robot", "nomail", "leaver", "unknown")
PLACES = ("open", "lobby", "closed", "shared", "few")
ADDRESS = "{}@acme.test"


class Written(NamedTuple):
    """A document. Its token stands in its title, its address and in everything it says, and nowhere else."""

    token: str
    topic: str
    access: str
    amount: int

    @property
    def text(self) -> str:
        layers = {"nobody": [], "anyone": [["anyone"]]}.get(
            self.access, [[_principal(name)] for name in self.access.split(" & ")]
        )
        said = (
            f"The {self.topic} allowance under {self.token} is {self.amount} EUR a year. "
            f"Under {self.token} the {self.topic} allowance is paid in March."
        )
        head = f"title: The {self.topic} scheme {self.token}\nurl: https://wiki.acme.test/{self.token}\n"
        return f"---\n{head}access: {json.dumps(layers)}\n---\n# Scheme {self.token}\n\n{said}\n"


def _principal(name: str) -> str:
    return f"user:{ADDRESS.format(name[5:])}" if name.startswith("user:") else name


def _people(groups: Mapping[str, str]) -> str:
    people = "".join(f"  {ADDRESS.format(name)}: [group:{group}]\n" for name, group in groups.items())
    inside = "".join(f"  group:{name}: [{', '.join(f'group:{one}' for one in of)}]\n" for name, of in GROUPS.items())
    return f"people:\n{people}groups:\n{inside}"


def _held(address: str | None, groups: Mapping[str, str]) -> set[str]:
    """What the folder says that an address holds; of an address that it does not know, nothing."""
    name = (address or "").removesuffix("@acme.test")
    if name not in groups or address != ADDRESS.format(name):
        return set()
    held, waiting = {"anyone", f"user:{name}"}, [groups[name]]
    while waiting:
        group = waiting.pop()
        held.add(f"group:{group}")
        waiting += GROUPS.get(group, ())
    return held


def _reads(user: User, document: Written, world: SlackWorld, groups: Mapping[str, str]) -> bool:
    """Guests and people of other companies read nothing, whatever address they have."""
    if user.team_id != world.home.id or user.restricted or not user.email_confirmed or document.access == "nobody":
        return False
    held = _held(user.email, groups)
    return all(name in held for name in document.access.split(" & "))


# --- what happens --------------------------------------------------------------------------------------------------


class Asks(NamedTuple):
    who: str
    topic: str
    place: str | None  # None: in the direct conversation


class Comes(NamedTuple):
    who: str
    place: str


class Goes(NamedTuple):
    who: str
    place: str


class Turns(NamedTuple):
    """Private, or public."""

    place: str


class Shared(NamedTuple):
    place: str


class Becomes(NamedTuple):
    who: str
    what: str


class Presses(NamedTuple):
    """“Why?”, on the last answer in that place."""

    who: str
    place: str


Step = Asks | Comes | Goes | Turns | Shared | Becomes | Presses
BECOMING: Mapping[str, Mapping[str, Any]] = {
    "a guest": {"restricted": True},
    "a member": {"restricted": False},
    "deactivated": {"deleted": True},
    "another": {"email": ADDRESS.format("cy")},
    "nobody known": {"email": "who@acme.test"},
}

documents = st.lists(
    st.tuples(st.sampled_from(TOPICS[:2]), st.sampled_from(ACCESS), st.integers(100, 999)), min_size=4, max_size=8
).map(lambda told: [Written(f"zq{number}{'abcdefgh'[number] * 3}", *one) for number, one in enumerate(told)])
memberships = st.fixed_dictionaries(
    {name: st.sets(st.sampled_from((*EVERYONE[:-4], "robot", "unknown")), max_size=4) for name in PLACES}
)
belongings = st.fixed_dictionaries({name: st.sampled_from([*GROUPS, "staff"]) for name in ASKERS})
asking = st.builds(
    Asks,
    st.sampled_from([*ASKERS, "unknown", "temp"]),
    st.sampled_from(TOPICS[:2]),
    st.sampled_from([None, *PLACES]),
)
moving = st.one_of(
    st.builds(Comes, st.sampled_from(EVERYONE), st.sampled_from(PLACES)),
    st.builds(Goes, st.sampled_from(EVERYONE), st.sampled_from(PLACES)),
    st.builds(Turns, st.sampled_from(["open", "closed"])),
    st.builds(Shared, st.sampled_from(["open", "closed"])),
    st.builds(Becomes, st.sampled_from(EVERYONE), st.sampled_from(sorted(BECOMING))),
)
pressing = st.builds(Presses, st.sampled_from(ASKERS), st.sampled_from(PLACES))
stories = st.lists(st.one_of(asking, moving, asking, pressing), min_size=6, max_size=12)


class Example(NamedTuple):
    documents: Sequence[Written]
    memberships: Mapping[str, set[str]]
    groups: Mapping[str, str]
    story: Sequence[Step]


examples = st.builds(Example, documents, memberships, belongings, stories)


def _world(example: Example) -> SlackWorld:
    world = SlackWorld(team="Acme", domain="acme")
    app = world.add_app()
    for name in (*ASKERS, "unknown"):
        world.add_user(name, email=ADDRESS.format(name if name != "unknown" else "no.such"))
    world.add_user("temp", email=ADDRESS.format("ana"), restricted=True)  # a guest with an employee's address
    world.add_user("alien", email=ADDRESS.format("bo"), team=world.add_team("Umbrella"))
    world.add_user("robot", email=ADDRESS.format("cy"), bot=True)
    world.add_user("nomail")
    world.add_user("leaver", email=ADDRESS.format("dan"), deleted=True)
    for name in PLACES[:-1]:
        members: list[str | App] = [*sorted(example.memberships[name]), app]
        world.add_channel(name, members=members, private=name in {"closed", "shared"})
    membership.share(world, world.channel("shared"), world.add_team("Initech"))
    few = world.mpim(app, "ana", "bo", *sorted(example.memberships["few"]))
    few.name = "few"
    for name in EVERYONE:
        world.im(name, app)
    return world


# --- what is seen of it --------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """Something that the bot showed. `question`: which step it followed, if it is a message."""

    question: int | None
    place: str
    what: str
    allowed: frozenset[str]  # the tokens of what all who see it may read


@dataclass
class Witness:
    """Stands beside everybody at the moment in which something is shown."""

    world: SlackWorld
    example: Example
    seen: list[Seen] = field(default_factory=list)
    step: int | None = None

    def hear(self, change: changes.Change) -> None:
        world = self.world
        match change:
            case changes.MessagePosted(channel, message) | changes.MessageChanged(channel, message):
                if message.app_id:
                    self._saw(channel, [message.text, message.blocks, message.attachments, message.metadata])
            case changes.EphemeralPosted(ephemeral):
                if ephemeral.app_id:
                    self._note(None, ephemeral.channel_id, [ephemeral.text, ephemeral.blocks], [ephemeral.user])
            case changes.ViewChanged(user, view):
                self._note(None, "a modal", world.views[view].body, [user])
            case changes.ThreadDressed(channel, thread):
                said = [world.status(channel, thread or ""), world.titles.get((channel, thread or ""))]
                self._note(None, channel, repr(said), self._readers(world.channels[channel]))
            case _:
                pass

    def allowed(self, readers: Sequence[str]) -> frozenset[str]:
        users = [self.world.users[user] for user in readers]
        return frozenset(
            document.token
            for document in self.example.documents
            if all(_reads(user, document, self.world, self.example.groups) for user in users if not user.is_bot)
        )

    def allowed_in(self, place: Channel) -> frozenset[str]:
        """Nobody here can list the people of the other company."""
        return frozenset() if place.is_ext_shared else self.allowed(self._readers(place))

    def _readers(self, place: Channel) -> list[str]:
        return [user.id for user in self.world.users.values() if visibility.sees(self.world, user, place)]

    def _saw(self, channel: str, what: object) -> None:
        allowed = self.allowed_in(self.world.channels[channel])
        self.seen.append(Seen(self.step, channel, _normal(what), allowed))

    def _note(self, question: int | None, place: str, what: object, readers: Sequence[str]) -> None:
        self.seen.append(Seen(question, place, _normal(what), self.allowed(readers)))


_OPAQUE = re.compile(r'r_[0-9a-f]{24}|"block_id": "[^"]*"|"nonce": "[0-9a-f]+"')


def _normal(what: object) -> str:
    """Without opaque ids. Times are not told in what the bot says."""
    return _OPAQUE.sub("…", json.dumps(what, ensure_ascii=False, default=repr, sort_keys=True))


class Told(NamedTuple):
    """What became of a question in one place, and what all who see that place may read."""

    question: int
    place: str
    said: tuple[str, ...]
    allowed: frozenset[str]


def play(example: Example, only: frozenset[str] | None, database_url: str) -> tuple[list[Seen], list[Told]]:
    """In a world of its own. `only`: of the documents, these."""
    world = _world(example)
    written = {
        f"{document.topic}/{document.token}.md": document.text
        for document in example.documents
        if only is None or document.token in only
    }
    witness = Witness(world, example)
    told: list[Told] = []
    with tempfile.TemporaryDirectory() as folder:
        company = {**written, "empty.md": "# Empty\n"}
        people = _people(example.groups)
        with office(Path(folder), database_url, world=world, documents=company, people=people) as acme, running(acme):
            world.listen(witness.hear)
            for number, step in enumerate(example.story):
                witness.step, before = number, len(witness.seen)
                if not _happens(acme, step):
                    continue
                acme.settled(120.0)
                if isinstance(step, Asks):
                    told += _told(acme, witness, step, number, witness.seen[before:])
    return witness.seen, told


def _told(acme: Office, witness: Witness, step: Asks, number: int, seen: Sequence[Seen]) -> list[Told]:
    places = {acme.direct(step.who).id: acme.direct(step.who)}
    if step.place is not None:
        place = acme.slack.world.channel(step.place)
        places[place.id] = place
    return [
        Told(
            number,
            id_,
            tuple(one.what for one in seen if one.place == id_ and one.question == number),
            witness.allowed_in(place),
        )
        for id_, place in places.items()
    ]


def _happens(acme: Office, step: Step) -> bool:
    """False: Slack does not let them."""
    world = acme.slack.world
    try:
        match step:
            case Asks(who, topic, place):
                acme.asks(who, f"How much is the {topic} allowance?", channel=place)
            case Comes(who, place) if place != "few":
                membership.join(world, world.channel(place), world.person(who))
            case Goes(who, place) if place != "few":
                membership.leave(world, world.channel(place), world.person(who))
            case Turns(place):
                channel = world.channel(place)
                return membership.convert(world, channel, private=channel.kind == "public", by=world.person("ana"))
            case Shared(place):
                membership.share(world, world.channel(place), world.add_team("Hooli"))
            case Becomes(who, what):
                membership.change_user(world, world.user(who), **BECOMING[what])
            case Presses(who, place):
                return _presses(acme, who, place)
            case _:
                return False
    except CannotDo:
        return False
    return True


def _presses(acme: Office, who: str, place: str) -> bool:
    found = [message for message in acme.replies(place) if '"why"' in json.dumps(message.blocks)]
    if not found:
        return False
    person = acme.person(who)
    person.click(place, found[-1].ts, "why")
    until(lambda: (view := person.view()) is not None and "Looking up" not in str(view.body))
    person.close()
    return True


# --- what must hold --------------------------------------------------------------------------------------------------

_TWINS = 2  # of one example; those that differ most from it


def check(example: Example, make_database_url: MakeDatabaseUrl) -> list[Told]:
    seen, told = play(example, None, make_database_url())
    tokens = {document.token for document in example.documents}
    for one in seen:
        shown = {token for token in tokens if token in one.what}
        assert shown <= one.allowed, f"{one.place} is shown {shown - one.allowed}"
    hidden = {one.allowed for one in told if one.allowed < tokens}
    for allowed in sorted(hidden, key=lambda a: (-sum(one.allowed == a for one in told), sorted(a)))[:_TWINS]:
        _, twin = play(example, allowed, make_database_url())
        ours, theirs = (
            [one.said for one in world if one.allowed & tokens == allowed] for world in (told, _as(told, twin))
        )
        assert ours == theirs
    return told


def _as(told: Sequence[Told], twin: Sequence[Told]) -> list[Told]:
    """Of the twin, whatever it says to the same question in the same place; judged by who sees it here."""
    allowed = {(one.question, one.place): one.allowed for one in told}
    return [one._replace(allowed=allowed[one.question, one.place]) for one in twin]


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(example=examples)
def test_nobody_in_slack_sees_a_word_or_a_trace_of_what_they_may_not_read(
    make_database_url: MakeDatabaseUrl, example: Example
) -> None:
    check(example, make_database_url)


STAFF, HR = Written("zq0aaa", "bicycle", "group:staff", 200), Written("zq1bbb", "bicycle", "group:hr", 900)
STORY: Sequence[Step] = (
    Asks("bo", "bicycle", "closed"),
    Presses("ana", "closed"),
    Comes("cy", "closed"),
    Asks("bo", "bicycle", "closed"),
    Turns("closed"),
    Asks("bo", "bicycle", "closed"),
    Shared("closed"),
    Asks("bo", "bicycle", "closed"),
    Asks("bo", "bicycle", None),
    Asks("unknown", "bicycle", None),
)
KNOWN = Example(
    (STAFF, HR),
    {name: {"bo", "dan"} if name != "few" else set() for name in PLACES},
    {"ana": "eng", "bo": "hr", "cy": "eng", "dan": "leads"},
    STORY,
)


def test_what_is_seen_narrows_with_those_who_see_it(make_database_url: MakeDatabaseUrl) -> None:
    """One story whose end is known: the property is not true of a bot that says nothing."""
    told = check(KNOWN, make_database_url)
    shown = [tuple(sorted(token for token in (STAFF.token, HR.token) if token in str(one.said))) for one in told]
    both, staff, none = (STAFF.token, HR.token), (STAFF.token,), ()
    # bo's direct conversation, then the channel; the last two questions were asked in direct conversations alone.
    assert shown == [none, both, both, staff, both, none, both, none, both, none]


class Careless(SlackPeople):
    """Believes that whoever asks is alone."""

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:  # noqa: ARG002
        return Audience.only(asker)


def test_the_property_would_notice_a_reader_who_was_overlooked(
    make_database_url: MakeDatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SlackPeople", Careless)
    with pytest.raises(AssertionError, match="is shown"):
        check(KNOWN, make_database_url)
