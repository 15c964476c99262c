"""The sample company's Slack: the six people of its handbook, and the channels in which they work."""

from pathlib import Path

import yaml

from bot.playground.slack import SlackWorld, User

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
}


def acme() -> SlackWorld:
    """A world with the app in every channel."""
    world = SlackWorld(team="Acme", domain="acme")
    app = world.add_app()
    for email in people_of(ACME):
        handle = email.partition("@")[0]
        real_name, title = NAMES.get(handle, (None, ""))
        world.add_user(handle, email=email, real_name=real_name, title=title)
    for name, (purpose, members, private) in CHANNELS.items():
        inside: list[User | str] = [*members]
        channel = world.add_channel(name, members=[*inside, app], private=private, purpose=purpose)
        channel.general = name == "general"
    return world


def people_of(folder: Path) -> list[str]:
    """The addresses of those whom a folder's `people.yaml` names."""
    read = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    return list(read["people"])
