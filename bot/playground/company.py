"""A company's Slack to try things in: the sample company's, with its six people, or one made for anybody's list of people."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from bot.playground.slack import SlackWorld, SlashCommand, User

ACME = Path(__file__).parent / "acme"

NAMES = {
    "ana": ("Ana Ribeiro", "Backend engineer, Porto"),
    "ben": ("Ben Visser", "HR lead, Utrecht"),
    "chloe": ("Chloe Martens", "Finance analyst, Utrecht"),
    "dev": ("Dev Kulkarni", "Account executive, Denver"),
    "mei": ("Mei Tanaka", "VP engineering"),
    "omar": ("Omar Haddad", "General counsel"),
}
CHANNELS = {
    "general": ("Everybody at Acme", (*NAMES,), False),
    "engineering": ("How we build and run things", ("ana", "mei"), True),
    "people-team": ("HR and the managers", ("ben", "mei", "omar"), True),
    "deals": ("Sales, with finance and legal", ("dev", "chloe", "omar"), True),
    "ask-a-colleague": ("What no page answers, for those who know", ("ben", "chloe", "mei"), False),
}
GROUPS = {"approvers": ("mei", "omar")}  # which people name by one handle
EVERYBODY = "general"
EXPERTS = "ask-a-colleague"
COMMAND = SlashCommand("/footnote", "For admins: see and change how Footnote works here", "help", should_escape=True)

_MOST_OF_A_NAME = 60
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def acme(team: str = "Acme") -> SlackWorld:
    """A world with the app in every channel. Another company may borrow these people, under its own name."""
    world = SlackWorld(team=team, domain=as_name(team, otherwise="company"))
    app = world.add_app(commands=[COMMAND])
    for email in people_of(ACME):
        handle = email.partition("@")[0]
        real_name, title = NAMES.get(handle, (None, ""))
        world.add_user(handle, email=email, real_name=real_name, title=title)
    for name, (purpose, members, private) in CHANNELS.items():
        inside: list[User | str] = [*members]
        shown = purpose if team == "Acme" else purpose.replace("Acme", team)
        channel = world.add_channel(name, members=[*inside, app], private=private, purpose=shown)
        channel.general = name == EVERYBODY
    for handle, those in GROUPS.items():
        world.add_group(handle, those)
    return world


def people_of(folder: Path) -> list[str]:
    """The addresses of those whom a folder's `people.yaml` names."""
    read = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    return list(read["people"])


def company(team: str, people: Sequence[str], groups: Mapping[str, Collection[str]]) -> SlackWorld:
    """Everybody by their address, one channel for all, and a private one for each group. The app is in every channel."""
    world = SlackWorld(team=team, domain=as_name(team, otherwise="company"))
    app = world.add_app(commands=[COMMAND])
    handles = {"footnote"}
    users = {email: world.add_user(_unlike(_handle(email), handles), email=email) for email in people}
    world.add_channel(EVERYBODY, members=[*users.values(), app], general=True, purpose=f"Everybody at {team}")
    channels = {EVERYBODY}
    for group, members in groups.items():
        name = _unlike(as_name(group, otherwise="group"), channels)
        inside = [user for email, user in users.items() if email in members]
        world.add_channel(name, members=[*inside, app], private=True, purpose=f"Those in {group}")
    return world


def as_name(text: str, *, otherwise: str) -> str:
    """As Slack writes the names of channels: small letters, digits and hyphens, and nothing that leads anywhere."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", errors="ignore").decode().lower()
    return _NOT_IN_A_NAME.sub("-", plain)[:_MOST_OF_A_NAME].strip("-") or otherwise


def _handle(email: str) -> str:
    return ".".join(as_name(part, otherwise="x") for part in email.partition("@")[0].split(".") if part) or "person"


def _unlike(name: str, taken: set[str]) -> str:
    """The name itself, or the first one with a number that nobody has."""
    found = next(each for each in _numbered(name) if each not in taken)
    taken.add(found)
    return found


def _numbered(name: str) -> Iterable[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 100_000))
