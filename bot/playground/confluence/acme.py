"""The sample company's wiki: its HR, ENG and LEGAL handbooks as a Confluence site, for the same readers as the files have.

What the files say of access becomes what people do in Confluence: who may read a space, restrictions of pages and of
what they lie under, a folder that is restricted though no API says so, a space that everybody may read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from bot.playground.company import ACME, NAMES
from bot.playground.confluence.nouns import Content
from bot.playground.confluence.storage import storage
from bot.playground.handbook import ANYONE, STAFF, Layer, Source, noon, people, sources
from bot.playground.slack.clock import Clock
from bot.playground.world import Person, World

SPACES: Final = {"hr": ("HR", "Human resources"), "engineering": ("ENG", "Engineering"), "legal": ("LEGAL", "Legal")}
PUBLIC: Final = ("DOCS", "Product documentation")  # where everything is for anyone
FOLDERS: Final = frozenset({"notes"})  # directories that are folders there; the others are pages
BOT: Final = "footnote@acme.test"
HIDDEN: Final = "harriet@acme.test"  # whose address the site does not tell
GUEST: Final = "visitor@lowland-water.test"
COLLABORATOR: Final = "auditor@ledger-partners.test"


def acme(*, clock: Clock | None = None, folder: Path = ACME) -> World:
    world = World(clock=clock, name="Acme")
    _people(world, folder)
    public = world.confluence.add_space(*PUBLIC, anonymous=True, licensed=False, admins=False)
    for directory, (key, name) in SPACES.items():
        world.confluence.add_space(key, name, author=BOT)
        _fill(world, key, public.id, sorted(sources(folder / directory), key=lambda each: each.path))
    _margins(world)
    return world


# -- people


def _people(world: World, folder: Path) -> None:
    """Groups hold groups in the file and not in Confluence: whoever is in one by another is simply in it there."""
    read = people(folder)
    for name in read["groups"]:
        world.add_group(name.removeprefix("group:"))
    world.add_person("Footnote", email=BOT, app=True, admin=True)
    for email, direct in read["people"].items():
        handle = email.partition("@")[0]
        person = world.add_person(NAMES[handle][0], email=email)
        _join(world, person, _closed(direct, read["groups"]))
    boss = world.add_person("Harriet Cole", email=HIDDEN, email_shown=False)
    _join(world, boss, _closed(["group:exec"], read["groups"]))
    world.add_person("A visitor of Lowland Water", email=GUEST, standing="guest")
    world.add_person("The auditor", email=COLLABORATOR, standing="collaborator")


def _closed(direct: Sequence[str], above: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += above[name]
    return found


def _join(world: World, person: Person, groups: set[str]) -> None:
    for name in groups:
        world.add_members(name.removeprefix("group:"), person.account_id)


# -- pages


def _fill(world: World, key: str, public: str, files: Sequence[Source]) -> None:
    """A directory stands for a restriction that all of its files have; whatever more a file has is its own."""
    in_directory: defaultdict[PurePosixPath, list[Source]] = defaultdict(list)
    for source in files:
        for directory in source.path.parents:
            in_directory[directory].append(source)
    made: dict[PurePosixPath, tuple[Content | None, frozenset[Layer]]] = {
        PurePosixPath(): (None, frozenset({frozenset({STAFF})}))  # all staff is licensed, and reads the space
    }
    for source in files:
        if ANYONE in frozenset().union(*source.layers):
            world.confluence.add_page(public, source.title, _body(source), at=source.updated, author=BOT)
            continue
        above, said = _directory(world, key, source.path.parent, in_directory, made)
        _add(world, key, source, above, said)


def _directory(
    world: World,
    key: str,
    path: PurePosixPath,
    holding: Mapping[PurePosixPath, Sequence[Source]],
    made: dict[PurePosixPath, tuple[Content | None, frozenset[Layer]]],
) -> tuple[Content | None, frozenset[Layer]]:
    """The page or folder that a directory is, and the layers that stand from the space down to it."""
    if path not in made:
        above, said = _directory(world, key, path.parent, holding, made)
        shared = _shared([source.layers for source in holding[path]]) - said
        title = path.name.replace("-", " ").capitalize()
        parent = above.id if above else None
        if path.name in FOLDERS:
            place = world.confluence.add_folder(key, title, parent=parent, author=BOT)
        else:
            place = world.confluence.add_page(key, title, "", parent=parent, author=BOT, at=noon(None))
        for layer in sorted(shared, key=sorted)[:1]:  # a page has one restriction
            _restrict(world, place, layer)
            said |= {layer}
        made[path] = (place, said)
    return made[path]


def _shared(all_layers: Sequence[tuple[Layer, ...]]) -> frozenset[Layer]:
    """Those of every file. A file for nobody has none to share, and would take nothing away."""
    stated = [frozenset(layers) for layers in all_layers if layers and frozenset({ANYONE}) not in layers]
    return frozenset.intersection(*stated) if stated else frozenset()


def _add(world: World, key: str, source: Source, above: Content | None, said: frozenset[Layer]) -> None:
    """Of the layers that nothing above it says yet, the last is its own, and each other one gets a page to lie under."""
    missing = sorted(set(source.layers) - said, key=sorted)
    for layer in missing[:-1]:
        title = f"{source.title}: for {', '.join(_plain(name) for name in sorted(layer))}"
        above = world.confluence.add_page(key, title, parent=above.id if above else None, author=BOT, at=source.updated)
        _restrict(world, above, layer)
    page = world.confluence.add_page(
        key, source.title, _body(source), parent=above.id if above else None, at=source.updated, author=BOT
    )
    if missing:
        _restrict(world, page, missing[-1])
    if not source.layers:
        world.confluence.restrict(page.id, apps=[world.person(BOT).account_id])  # a restriction, and nobody in it


def _body(source: Source) -> str:
    return storage(source.text, title=source.title)


def _restrict(world: World, content: Content, layer: Layer) -> None:
    """The bot's own account is let in by name: what it may not see it cannot index."""
    users = [_plain(name) for name in sorted(layer) if name.startswith("user:")]
    world.confluence.restrict(
        content.id,
        users=[world.person(who).account_id for who in [*users, BOT]],
        groups=[world.group(_plain(name)).id for name in sorted(layer) if name.startswith("group:")],
    )


def _plain(name: str) -> str:
    return name.partition(":")[2]


# -- what hangs on pages


def _margins(world: World) -> None:
    """Attachments and comments: on open pages, on restricted ones, and below restricted ones."""
    site = world.confluence
    titles = {content.title: content for content in site.content.values()}
    bands = titles["Salary bands 2026 (confidential)"].id
    site.add_attachment(
        bands, "how-bands-are-reviewed.txt", b"Bands are reviewed once a year, by the HR leads.\n", author=BOT
    )
    site.add_comment(bands, "<p>Please do not forward this page.</p>", author="ben@acme.test")
    lag = titles["Runbook – ingest lag"].id
    site.add_attachment(lag, "throttle-example.txt", b"ingestctl throttle --tenant t-1042 --rate 50\n", author=BOT)
    first = site.add_comment(lag, "<p>Is the limit of 12 replicas still right?</p>", author="ana@acme.test")
    site.add_comment(lag, "<p>Yes, it is.</p>", reply_to=first.id, author="mei@acme.test")
    welcome = titles["Welcome to Acme"].id
    site.add_comment(welcome, "<p>Nice page!</p>", inline=True, selection="Welcome", author="chloe@acme.test")
    site.label(welcome, "onboarding", "handbook")
    site.label(lag, "runbook")
    site.add_blogpost(
        "HR",
        "The handbook has moved",
        "<p>The People team's handbook is in this space now.</p>",
        author="ben@acme.test",
    )
