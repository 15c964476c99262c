"""What people do to a wiki and to each other's rights there, and what follows from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.playground.confluence.nouns import (
    ALL_LICENSED_USERS,
    ALL_PRODUCT_ADMINS,
    FOLDERLIKE,
    Content,
    Kind,
    PrincipalType,
    Space,
)
from bot.playground.confluence.oracle import Oracle
from bot.playground.confluence.site import ConfluenceSite
from bot.playground.slack.clock import ManualClock
from bot.playground.world import Person, Standing, World
from tests.flows.deeds import ADDRESSES, COMMON, Pick

ALLOWED: Final = ("ENG", "HR")
ELSEWHERE: Final = "OUT"  # a space that nobody allowed: what is moved there is gone
ADMINS: Final = "confluence-admins"
CUSTOM: Final = ("eng", "hr", "leads")
UNSEEN: Final = "unseen"  # a label that keeps a page out, where labels are minded
MOST: Final = 14  # things in the tree, so that a story stays small
MOST_HANGING: Final = 8
FOLDERS: Final[Sequence[Kind]] = ("folder", "whiteboard", "database", "embed")
STANDINGS: Final[Sequence[Standing]] = ("licensed", "collaborator", "guest")


@dataclass
class Wiki:
    """`links`: the accounts that an admin gave to addresses. `written` counts the texts, so that each is another."""

    world: World
    clock: ManualClock
    links: dict[str, str] = field(default_factory=dict)
    written: int = 0

    @property
    def site(self) -> ConfluenceSite:
        return self.world.confluence

    def text(self) -> str:
        """Words as they stand in a page; the second of them only there."""
        self.written += 1
        return f"{COMMON} word{self.written}"

    def body(self) -> str:
        return f"<p>{self.text()}</p>"

    # -- of whom and of what there is something to do

    def people(self) -> list[Person]:
        return [person for person in self.world.people.values() if not person.app]

    def things(self, *kinds: str, status: str = "current") -> list[Content]:
        return [each for each in self.site.content.values() if each.kind in kinds and each.status == status]

    def holders(self) -> list[Content]:
        return [each for each in self.things("page", "blogpost") if self.site.container(each).status == "current"]

    def tree(self) -> list[Content]:
        return self.things("page", *FOLDERLIKE)

    def spaces(self) -> list[Space]:
        return list(self.site.spaces.values())

    def custom_groups(self) -> list[str]:
        names = {group.name: group.id for group in self.world.groups.values()}
        return [names[name] for name in CUSTOM if name in names]


def a_wiki(world: World, clock: ManualClock) -> Wiki:
    """Small, and with something of everything: a tree with a folder and a restriction in it, things that hang, a space
    that is not allowed, people with and without a licence.
    """
    ours = Wiki(world, clock)
    site = ours.site
    world.add_person("Footnote", email="footnote@bots.test", app=True, admin=True, account_id="bot")
    for name in (ADMINS, *CUSTOM):
        world.add_group(name, id=name)
    for address in ADDRESSES:
        name = address.partition("@")[0]
        standing: Standing = "collaborator" if name == "dee" else "guest" if name == "eve" else "licensed"
        world.add_person(name, email=address, account_id=name, standing=standing)
    world.add_members("eng", "ana", "bot")
    world.add_members("hr", "ben", "bot")
    for key in (*ALLOWED, ELSEWHERE):
        site.add_space(key, users=["eve"] if key == "ENG" else [], author="ana")
    top = site.add_page("ENG", "Top", ours.body())
    folder = site.add_folder("ENG", "Folder", parent=top.id)
    site.add_page("ENG", "In the folder", ours.body(), parent=folder.id)
    shut = site.add_page("ENG", "Shut", ours.body(), parent=top.id)
    below = site.add_page("ENG", "Below", ours.body(), parent=shut.id)
    site.restrict(shut.id, groups=["eng"])
    site.add_attachment(below.id, "file.txt", ours.text().encode())
    site.add_comment(shut.id, ours.body())
    site.add_page("HR", "Pay", ours.body())
    return ours


Deed = Callable[[Wiki, Pick], bool]
"""Whether there was anything to do."""


# -- what is written


def adds_page(ours: Wiki, pick: Pick) -> bool:
    if len(ours.tree()) >= MOST:
        return False
    space = pick(ours.spaces())
    above = [each.id for each in ours.tree() if each.space_id == space.id]
    ours.site.add_page(space.id, f"Page {ours.written}", ours.body(), parent=pick([None, *above]))
    return True


def adds_folder(ours: Wiki, pick: Pick) -> bool:
    if len(ours.tree()) >= MOST:
        return False
    space = pick(ours.spaces())
    above = [each.id for each in ours.tree() if each.space_id == space.id]
    ours.site.add_folder(space.id, f"Folder {ours.written}", parent=pick([None, *above]), kind=pick(FOLDERS))
    return True


def adds_post(ours: Wiki, pick: Pick) -> bool:
    if len(ours.things("blogpost")) >= MOST_HANGING:
        return False
    ours.site.add_blogpost(pick(ours.spaces()).id, f"Post {ours.written}", ours.body())
    return True


def attaches(ours: Wiki, pick: Pick) -> bool:
    if not ours.holders() or len(ours.things("attachment")) >= MOST_HANGING:
        return False
    ours.site.add_attachment(pick(ours.holders()).id, f"file-{ours.written}.txt", ours.text().encode())
    return True


def comments(ours: Wiki, pick: Pick) -> bool:
    if not ours.holders() or len(ours.things("comment")) >= MOST_HANGING:
        return False
    holder = pick(ours.holders())
    said = [each.id for each in ours.things("comment") if each.container_id == holder.id]
    ours.site.add_comment(holder.id, ours.body(), inline=pick([False, True]), reply_to=pick([None, *said]))
    return True


def edits(ours: Wiki, pick: Pick) -> bool:
    found = ours.things("page", "blogpost", "comment", "attachment")
    if not found:
        return False
    thing = pick(found)
    if thing.kind == "attachment":
        ours.site.edit(thing.id, data=ours.text().encode())
    else:
        ours.site.edit(thing.id, body=ours.body())
    return True


def renames(ours: Wiki, pick: Pick) -> bool:
    found = ours.things("page", "blogpost", *FOLDERLIKE)
    if not found:
        return False
    ours.site.rename(pick(found).id, f"Named {ours.written}")
    ours.written += 1
    return True


def labels(ours: Wiki, pick: Pick) -> bool:
    if not ours.holders():
        return False
    thing = pick(ours.holders())
    (ours.site.unlabel if UNSEEN in thing.labels else ours.site.label)(thing.id, UNSEEN)
    return True


# -- where it stands, and whether it is there


def moves(ours: Wiki, pick: Pick) -> bool:
    if not ours.tree():
        return False
    thing = pick(ours.tree())
    within = {thing.id, *(each.id for each in ours.site.below(thing))}
    above = [each.id for each in ours.tree() if each.id not in within]
    places: list[tuple[str | None, str | None]] = [(None, space.id) for space in ours.spaces()]
    parent, space = pick([*((each, None) for each in above), *places])
    ours.site.move(thing.id, parent=parent, space=space)
    return True


def trashes(ours: Wiki, pick: Pick) -> bool:
    found = ours.things("page", "blogpost", "attachment", "comment", *FOLDERLIKE)
    if not found:
        return False
    thing = pick(found)
    ours.site.trash(thing.id, with_children=thing.kind == "page" and pick([False, True]))
    return True


def archives(ours: Wiki, pick: Pick) -> bool:
    if not ours.things("page"):
        return False
    ours.site.archive(pick(ours.things("page")).id, with_children=pick([False, True]))
    return True


def restores(ours: Wiki, pick: Pick) -> bool:
    found = [each for each in ours.site.content.values() if each.status != "current"]
    if not found:
        return False
    ours.site.restore(pick(found).id)
    return True


def purges(ours: Wiki, pick: Pick) -> bool:
    if not ours.site.content:
        return False
    ours.site.purge(pick(list(ours.site.content.values())).id)
    return True


def opens_or_deletes_hr(ours: Wiki, pick: Pick) -> bool:
    """A space of the same key is another space."""
    if any(space.key == "HR" for space in ours.spaces()):
        ours.site.delete_space("HR")
    else:
        ours.site.add_space("HR", author="ana")
    return True


# -- who may read it


def restricts(ours: Wiki, pick: Pick) -> bool:
    """To some people and groups, to what is known to nobody, to an app; or who may edit, which hides nothing."""
    found = ours.things("page", "blogpost", *FOLDERLIKE)
    if not found:
        return False
    users = pick([(), ("ana",), ("ben", "eve"), ("nobody-knows",)])
    groups = pick([(), ("eng",), ("hr", "leads"), ("gone-group",)])
    apps = pick([(), (), (), ("bot",)])
    ours.site.restrict(pick(found).id, users=users, groups=groups, apps=apps, editing=pick([False] * 5 + [True]))
    return True


def unrestricts(ours: Wiki, pick: Pick) -> bool:
    found = [each for each in ours.site.content.values() if each.read.restricts]
    if not found:
        return False
    ours.site.unrestrict(pick(found).id)
    return True


def grants(ours: Wiki, pick: Pick) -> bool:
    kind, name = pick(_PRINCIPALS)
    ours.site.grant(pick(ours.spaces()).id, kind, name)
    return True


def grants_something_else(ours: Wiki, pick: Pick) -> bool:
    """What lets nobody read."""
    kind, name = pick(_PRINCIPALS)
    key, target = pick([("create", "page"), ("read", "page"), ("administer", "space")])
    ours.site.grant(pick(ours.spaces()).id, kind, name, key=key, target=target)
    return True


def revokes(ours: Wiki, pick: Pick) -> bool:
    found = [(space.id, grant) for space in ours.spaces() for grant in space.grants]
    if not found:
        return False
    space, grant = pick(found)
    ours.site.revoke(space, grant.principal_type, grant.principal_id, key=grant.key, target=grant.target)
    return True


def assigns_role(ours: Wiki, pick: Pick) -> bool:
    kind, name = pick([each for each in _PRINCIPALS if each[0] != "role"])
    ours.site.assign_role(pick(ours.spaces()).id, "reader", kind, name)
    return True


def unassigns_role(ours: Wiki, pick: Pick) -> bool:
    found = [(space.id, role) for space in ours.spaces() for role in space.roles]
    if not found:
        return False
    space, role = pick(found)
    ours.site.unassign_role(space, role.role_id, role.principal_type, role.principal_id)
    return True


def opens_to_anyone(ours: Wiki, pick: Pick) -> bool:
    space = pick(ours.spaces())
    ours.site.set_anonymous(space.id, not space.anonymous)
    return True


_PRINCIPALS: Final[Sequence[tuple[PrincipalType, str]]] = (
    ("user", "ana"),
    ("user", "dee"),
    ("group", "eng"),
    ("group", "leads"),
    ("access-class", ALL_LICENSED_USERS),
    ("access-class", ALL_PRODUCT_ADMINS),
    ("role", "reader"),
)


# -- who is who


def joins_or_leaves(ours: Wiki, pick: Pick) -> bool:
    if not ours.custom_groups():
        return False
    group, who = pick(ours.custom_groups()), pick(ours.people()).account_id
    change = ours.world.remove_members if who in ours.world.members_of(group) else ours.world.add_members
    change(group, who)
    return True


def deletes_or_makes_group(ours: Wiki, pick: Pick) -> bool:
    """One of the same name is another group, unless it has the same id."""
    there = {group.name: group.id for group in ours.world.groups.values()}
    name = pick(CUSTOM)
    if name in there:
        ours.world.delete_group(there[name])
    else:
        ours.written += 1
        free = [id_ for id_ in (name, f"{name}-{ours.written}") if id_ not in ours.world.groups]
        ours.world.add_group(name, id=pick(free), members=[pick(ours.people()).account_id])
    return True


def renames_group(ours: Wiki, pick: Pick) -> bool:
    if not ours.custom_groups():
        return False
    names = {group.name for group in ours.world.groups.values()}
    free = [name for name in (*CUSTOM, "other") if name not in names]
    if free:
        ours.world.rename_group(pick(ours.custom_groups()), pick(free))
    return bool(free)


def comes_or_goes(ours: Wiki, pick: Pick) -> bool:
    person = pick(ours.people())
    if person.active:
        ours.world.deactivate(person.account_id, closed=pick([False, True]))
    else:
        ours.world.activate(person.account_id)
    return True


def shows_or_hides_address(ours: Wiki, pick: Pick) -> bool:
    person = pick(ours.people())
    ours.world.set_email(person.account_id, shown=not person.email_shown)
    return True


def takes_address(ours: Wiki, pick: Pick) -> bool:
    """Maybe another's, who has it too then."""
    ours.world.set_email(pick(ours.people()).account_id, pick([*ADDRESSES, "", "Ana@Acme.test"]))
    return True


def changes_standing(ours: Wiki, pick: Pick) -> bool:
    ours.world.set_standing(pick(ours.people()).account_id, pick(STANDINGS))
    return True


def becomes_admin_or_not(ours: Wiki, pick: Pick) -> bool:
    person = pick(ours.people())
    with ours.world.lock:
        person.admin = not person.admin
        (ours.world.add_members if person.admin else ours.world.remove_members)(ADMINS, person.account_id)
    return True


def links(ours: Wiki, pick: Pick) -> bool:
    """An admin's word, of which the site knows nothing."""
    address = pick(ADDRESSES)
    if address in ours.links:
        del ours.links[address]
    else:
        free = [each.account_id for each in ours.people() if each.account_id not in ours.links.values()]
        ours.links[address] = pick([*free, "no-such-account"])
    return True


def time_passes(ours: Wiki, pick: Pick) -> bool:
    ours.clock.advance(pick([1.0, 240.0, 3_600.0]))
    return True


def _named(deeds: Iterable[Deed]) -> Mapping[str, Deed]:
    return {deed.__name__: deed for deed in deeds}


OF_CONTENT: Final = _named(
    (
        adds_page, adds_folder, adds_post, attaches, comments, edits, renames, labels, moves, trashes, archives, restores,
        purges, opens_or_deletes_hr, restricts, unrestricts, grants, grants_something_else, revokes, assigns_role,
        unassigns_role, opens_to_anyone, time_passes,
    )
)  # fmt: skip
OF_PEOPLE: Final = _named(
    (
        joins_or_leaves, deletes_or_makes_group, renames_group, comes_or_goes, shows_or_hides_address, takes_address,
        changes_standing, becomes_admin_or_not, links,
    )
)  # fmt: skip
DEEDS: Final = {**OF_CONTENT, **OF_PEOPLE}


# -- what follows from it, without asking the assistant


@dataclass(frozen=True)
class Truth:
    """What each may be shown: as the oracle says, and within what the source was allowed."""

    ours: Wiki
    minds_labels: bool
    caller: str | None  # who asks the site, if they see no more than they may

    def account(self, address: str) -> str | None:
        """Whose this address is: as an admin says, else whoever alone shows it."""
        if address in self.ours.links:
            person = self.ours.world.people.get(self.ours.links[address])
            return person.account_id if person is not None and person.active and not person.app else None
        given = set(self.ours.links.values())
        found = [
            person.account_id
            for person in self.ours.people()
            if person.active and person.email_shown and person.email.lower() == address
            if person.account_id not in given
        ]
        return found[0] if len(found) == 1 else None

    def readable(self, account: str | None) -> set[str]:
        """Nothing, of what the caller does not see."""
        if account is None:
            return set()
        oracle, site = Oracle(self.ours.world), self.ours.site
        return {
            content.id
            for content in self.visible()
            if not (self.minds_labels and UNSEEN in site.container(content).labels)
            and oracle.may_read(account, content.id)
        }

    def visible(self) -> list[Content]:
        """What is there now, in an allowed space."""
        oracle, site = Oracle(self.ours.world), self.ours.site
        return [
            content
            for content in site.content.values()
            if content.kind not in FOLDERLIKE
            and site.spaces[content.space_id].key in ALLOWED
            and oracle.is_current(content)
            and (self.caller is None or oracle.may_read(self.caller, content.id))
        ]

    def said(self, content: Content) -> str | None:
        """Nothing that has to be known, of what a label keeps out."""
        if UNSEEN in self.ours.site.container(content).labels:
            return None
        return content.data.decode() or content.body.removeprefix("<p>").removesuffix("</p>")

    def is_in_folder(self, content_id: str) -> bool:
        """Then nothing says who may read it but the live check of one person."""
        content = self.ours.site.content.get(content_id)
        if content is None:
            return False
        above = self.ours.site.ancestors(self.ours.site.container(content))
        return any(each.kind in FOLDERLIKE for each in above)
