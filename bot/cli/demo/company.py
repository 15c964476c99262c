"""Which company is shown: where its documents are, and who is in its Slack. Checked before anything starts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bot.core.errors import BadUse
from bot.playground import company as playground
from bot.playground.confluence import acme as handbook
from bot.playground.google import acme as drive
from bot.playground.jira import acme as jira
from bot.playground.slack import SlackWorld
from bot.playground.world import World
from connectors.folder.connector import FolderConnector
from connectors.folder.files import Disk, survey, words
from connectors.folder.people import FILE as PEOPLE
from connectors.model import Fatal, Groups, Retryable
from policies.people import Email

_MOST_PEOPLE, _MOST_GROUPS = 50, 8
_GROUP = "group:"
ADMINS = ("mei@acme.test", "omar@acme.test")  # two, so that one can agree to what the other wants
# Where no document answers, people are asked. What is answered about contracts, counsel sees first; when he does not look,
# somebody else is asked.
_OVERRIDES = """
[experts]
channel = "{experts}"

[intents.contracts]
does = "answer"
risk = "medium"
retrievers = ["keywords", "vectors"]
model_class = "strong"
review = true
reviewers = ["{first}", "{then}"]
review_within_minutes = 10
words = ["NDA", "NDAs", "non-disclosure agreement"]
examples = ["How long does an NDA last?", "Who may sign a non-disclosure agreement?"]
"""
# What may be done for its people, and where. A file is shared within the company, once somebody in a user
# group of Slack has approved it.
_TOOLS = """
[tools.jira.create_issue]
enabled = true
targets = [{projects}]

[tools.jira.comment]
enabled = true
targets = [{projects}]

[tools.confluence.create_page]
enabled = true
targets = [{spaces}]

[tools.confluence.comment]
enabled = true

[tools.drive.share_file]
enabled = true
every_channel = true
domains = ["acme.test"]
approvers = ["{approvers}"]

[tools.slack.post_message]
enabled = true
every_channel = true
targets = [{channels}]
"""
_OPEN = {"without_access": "anyone"}


class Example(NamedTuple):
    """Something worth asking: as whom, and where (`dm` is the direct conversation with the bot)."""

    as_: str
    in_: str
    text: str


class Folder(NamedTuple):
    """One of Markdown, as the source that it is."""

    path: Path
    source: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Company:
    name: str
    home: str  # beside the homes of the others
    described: str
    world: SlackWorld
    notices: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    folder: Folder | None = None
    documents: World | None = None  # its Confluence, its Drive and its Jira
    overrides: str = ""  # of the packaged rules
    admins: tuple[str, ...] = ()


def chosen(folder: Path | None) -> Company:
    return acme() if folder is None else own(folder)


def acme() -> Company:
    world, documents = playground.acme(), _documents()
    return Company(
        name="Acme",
        home="demo",
        described="the sample documents that come with Footnote",
        world=world,
        examples=(
            Example("ana", "dm", "How much is the home office allowance in Porto?"),
            Example("ana", "engineering", "What makes an incident SEV1?"),
            Example("omar", "deals", "What is project Kestrel?"),
            Example("ana", "dm", "What is my commission rate?"),
            Example("dev", "dm", "What is my commission rate?"),
            Example("ana", "engineering", "Create a ticket in ENG: the projector in the big room is broken"),
        ),
        documents=documents,
        overrides=_overrides(world, documents),
        admins=ADMINS,
    )


def _overrides(world: SlackWorld, documents: World) -> str:
    return (_OVERRIDES + _TOOLS).format(
        experts=world.channel(playground.EXPERTS).id,
        first=world.user("omar").id,
        then=world.user("mei").id,
        approvers=next(one.id for one in world.groups.values() if one.handle == "approvers"),
        projects=_quoted(project.key for project in documents.jira.projects.values()),
        spaces=_quoted(space.key for space in documents.confluence.spaces.values()),
        channels=_quoted(playground.CHANNELS),
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _documents() -> World:
    world = handbook.acme()
    drive.fill(world)
    jira.fill(world)
    return world


def own(folder: Path) -> Company:
    """Anybody's folder, in the format of the `folder` source."""
    where = _with_documents(folder)
    name = where.name or "Company"
    slug = playground.as_name(name, otherwise="company")
    source = slug[:40].strip("-")
    groups = _groups(source, where)
    home = f"demo-{source}-{hashlib.sha256(bytes(where)).hexdigest()[:8]}"
    settings, described = {"path": str(where)}, str(where)
    if groups.open:
        return Company(
            name,
            home,
            described,
            playground.acme(name),
            _notices_if_open(),
            folder=Folder(where, source, {**settings, **_OPEN}),
            admins=ADMINS,
        )
    people = [*groups.members][:_MOST_PEOPLE]
    channels = _members(source, groups, people)
    some = {group: channels[group] for group in sorted(channels)[:_MOST_GROUPS]}
    world = playground.company(name, people, some)
    notices = _notices(len(groups.members), len(people), len(channels), len(some))
    return Company(
        name, home, described, world, notices, folder=Folder(where, source, settings), admins=tuple(people[:2])
    )


def _with_documents(folder: Path) -> Path:
    try:
        where = folder.resolve()
        found = survey(Disk(where))
    except (OSError, RuntimeError) as error:
        why = words(error) if isinstance(error, OSError) else str(error)
        raise BadUse(f"--company takes a folder of Markdown files, and {folder} cannot be listed: {why}.") from error
    if any("\ud800" <= character <= "\udfff" for character in str(where)):  # how Python reads bytes that are no text
        raise BadUse(f"--company takes a folder whose name is UTF-8, and {folder!a} is not. Rename it.")
    if not found.files:
        raise BadUse(
            f"There is no Markdown file in {folder}: --company takes a folder with some, such as handbook/leave.md."
        )
    return where


def _groups(source: str, folder: Path) -> Groups:
    """Open, if the folder does not say who exists."""
    try:
        groups = FolderConnector(source, folder).groups()
    except (Fatal, Retryable) as error:
        reason = str(error).removesuffix("; the groups known before stay")
        raise BadUse(f"{reason}. Correct it, or take it away to try the folder with Acme's people.") from error
    if not groups.open and not groups.members:
        raise BadUse(f"{folder / PEOPLE} names nobody who could ask. Add somebody, or take the file away.")
    return groups


def _members(source: str, groups: Groups, people: Sequence[Email]) -> dict[str, set[Email]]:
    """Who of these is in which group, by its name; a group with none of them is left out."""
    found: dict[str, set[Email]] = {}
    for email in people:
        for held in groups.members[email]:
            name = held.removeprefix(f"{source}/")
            if name.startswith(_GROUP):
                found.setdefault(name.removeprefix(_GROUP), set()).add(email)
    return found


def _notices_if_open() -> tuple[str, ...]:
    return (
        (
            f"This folder has no {PEOPLE}, so the six people of the sample company are lent to it. None of them is in a "
            "group: what only a group may read, nobody here reads."
        ),
        (
            "Files that do not say who may read them are readable by everybody here. That is so in this demo only: "
            "anywhere else, nobody reads them."
        ),
    )


def _notices(people: int, shown: int, groups: int, channels: int) -> tuple[str, ...]:
    notices = ["A file that does not say who may read it is read by nobody."]
    if shown < people:
        notices.append(f"{PEOPLE} names {people:,} people. The first {shown} of them are here.")
    if channels < groups:
        notices.append(f"The people here are in {groups} groups. The first {channels} of them have a channel.")
    return tuple(notices)
