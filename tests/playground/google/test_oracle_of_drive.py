"""Who may open and who may find what, said by hand, and what the API lists says the same."""

from collections.abc import Callable
from random import Random

import pytest

from bot.playground.google import EVERYBODY, File, Oracle
from bot.playground.google.nouns import EVERYBODY as ALL
from bot.playground.google.nouns import Principal
from bot.playground.google.sharing import permissions
from tests.playground.google.conftest import Office, an_office

PEOPLE = ("ana", "ben", "dev", "admin", "gone", "guest")
OURS = {"ana", "ben", "dev", "admin"}
Change = Callable[[Office], object]


def of(office: Office, what: str) -> File:
    found = getattr(office, what)
    assert isinstance(found, File)
    return found


def openers(office: Office, what: str) -> set[str]:
    oracle = Oracle(office.world)
    return {who for who in PEOPLE if oracle.may_open(getattr(office, who).email, of(office, what).id)}


def finders(office: Office, what: str) -> set[str]:
    oracle = Oracle(office.world)
    return {who for who in PEOPLE if oracle.may_find(getattr(office, who).email, of(office, what).id)}


def nothing(_: Office) -> None: ...


def then(*changes: Change) -> Change:
    def do(office: Office) -> None:
        for change in changes:
            change(office)

    return do


def expired(office: Office) -> None:
    office.drive.share(office.note.id, "dev@acme.test", expires=office.clock.now() + 10)
    office.clock.advance(10)


def limited_below_limited(office: Office) -> None:
    inner = office.drive.add_folder("Inner", parent=office.shut.id)
    office.drive.share(inner.id, "dev@acme.test")
    office.drive.limit(inner.id)
    office.drive.move(office.plan.id, inner.id)


def ring(office: Office) -> None:
    office.directory.add_members("platform@acme.test", "engineering@acme.test")


TABLE: dict[str, tuple[Change, str, set[str]]] = {
    # a shared drive
    "members, also through a group in a group, but not who is suspended": (nothing, "plan", {"ana", "ben"}),
    "what is in a folder, as well": (nothing, "in_folder", {"ana", "ben"}),
    "a member no longer": (lambda o: o.drive.remove_member("Team", "ben@acme.test"), "plan", {"ana"}),
    "one file of it shared with others": (
        lambda o: o.drive.share(o.plan.id, "guest@elsewhere.test"),
        "plan",
        {"ana", "ben", "guest"},
    ),
    "a folder of it shared with others": (
        lambda o: o.drive.share(o.folder.id, "dev@acme.test"),
        "in_folder",
        {"ana", "ben", "dev"},
    ),
    "a membership that ended": (
        then(
            lambda o: o.drive.set_member("Team", "dev@acme.test", "reader", expires=o.clock.now() + 5),
            lambda o: o.clock.advance(5),
        ),
        "plan",
        {"ana", "ben"},
    ),
    # limited folders
    "a limited folder: its own permissions, and who organizes the drive": (nothing, "shut", {"ben", "guest"}),
    "what is in one, as well": (nothing, "in_shut", {"ben", "guest"}),
    "limited no longer": (lambda o: o.drive.limit(o.shut.id, False), "in_shut", {"ana", "ben", "guest"}),
    "a file in it shared by itself": (
        lambda o: o.drive.share(o.in_shut.id, "dev@acme.test"),
        "in_shut",
        {"ben", "dev", "guest"},
    ),
    "one in another": (limited_below_limited, "plan", {"ben", "dev"}),
    "a fileOrganizer is no organizer": (
        lambda o: o.drive.set_member("Team", "ben@acme.test", "fileOrganizer"),
        "in_shut",
        {"guest"},
    ),
    "moved into it": (lambda o: o.drive.move(o.plan.id, o.shut.id), "plan", {"ben", "guest"}),
    "moved out of it": (lambda o: o.drive.move(o.in_shut.id, o.folder.id), "in_shut", {"ana", "ben"}),
    "in a My Drive, its owner": (
        then(lambda o: o.drive.share(o.anas.id, "ben@acme.test"), lambda o: o.drive.limit(o.anas.id)),
        "note",
        {"ana", "ben"},
    ),
    # a My Drive
    "its owner alone": (nothing, "note", {"ana"}),
    "shared from above": (lambda o: o.drive.share(o.anas.id, "dev@acme.test"), "note", {"ana", "dev"}),
    "and taken back": (
        then(
            lambda o: o.drive.share(o.anas.id, "dev@acme.test"), lambda o: o.drive.unshare(o.anas.id, "dev@acme.test")
        ),
        "note",
        {"ana"},
    ),
    "a group, with everybody in it through others": (
        lambda o: o.drive.share(o.note.id, "engineering@acme.test"),
        "note",
        {"ana"},
    ),
    "the domain: its own people, whoever is not suspended": (
        lambda o: o.drive.share(o.note.id, "acme.test"),
        "note",
        OURS,
    ),
    "another domain": (lambda o: o.drive.share(o.note.id, "elsewhere.test"), "note", {"ana"}),
    "anyone": (lambda o: o.drive.share(o.note.id), "note", OURS | {"guest"}),
    "until it ended": (expired, "note", {"ana"}),
    "owned by another from now on, and by whom it was still written": (
        lambda o: o.drive.transfer(o.note.id, "dev@acme.test"),
        "note",
        {"ana", "dev"},
    ),
    "moved into a shared drive": (lambda o: o.drive.move(o.note.id, o.team.id), "note", {"ana", "ben"}),
    "a published view is not the file": (
        lambda o: o.drive.share(o.note.id, "dev@acme.test", view="published"),
        "note",
        {"ana"},
    ),
    "in the trash it is still there for them": (lambda o: o.drive.trash(o.anas.id), "note", {"ana"}),
    # people
    "an address of theirs that is an alias": (
        lambda o: o.drive.share(o.note.id, "ribeiro@acme.test"),
        "note",
        {"ana"},
    ),
    "taken from the inner group": (
        lambda o: o.directory.remove_members("platform@acme.test", "ana@acme.test"),
        "plan",
        {"ben"},
    ),
    "a guest put into the inner group": (
        lambda o: o.directory.add_members("platform@acme.test", "guest@elsewhere.test"),
        "plan",
        {"ana", "ben", "guest"},
    ),
    "everybody of the domain in the inner group": (
        lambda o: o.directory.add_members("platform@acme.test", EVERYBODY),
        "plan",
        OURS,
    ),
    "a group that was deleted": (lambda o: o.directory.delete_group("engineering@acme.test"), "plan", {"ben"}),
    "an inner group that was deleted": (lambda o: o.directory.delete_group("platform@acme.test"), "plan", {"ben"}),
    "groups that hold each other": (ring, "plan", {"ana", "ben"}),
    "a renamed group is the same": (
        lambda o: o.directory.rename_group("engineering@acme.test", "makers@acme.test"),
        "plan",
        {"ana", "ben"},
    ),
    "a renamed user is the same": (
        lambda o: o.directory.rename_user("ben@acme.test", "visser@acme.test"),
        "plan",
        {"ana", "ben"},
    ),
    "suspended": (lambda o: o.directory.suspend("ben@acme.test"), "in_shut", {"guest"}),
    "no longer suspended": (lambda o: o.directory.unsuspend("gone@acme.test"), "plan", {"ana", "ben", "gone"}),
}


@pytest.mark.parametrize(("change", "what", "expected"), TABLE.values(), ids=TABLE.keys())
def test_these_and_nobody_else_may_open_it(office: Office, change: Change, what: str, expected: set[str]) -> None:
    change(office)
    assert openers(office, what) == expected


FOUND: dict[str, tuple[Change, str, set[str]]] = {
    "whoever may open it": (nothing, "plan", {"ana", "ben"}),
    "a link is nobody's to find": (nothing, "linked", {"ana"}),
    "a link within the domain neither": (
        lambda o: o.drive.share(o.note.id, "acme.test", discoverable=False),
        "note",
        {"ana"},
    ),
    "unless they have it otherwise": (
        lambda o: o.drive.share(o.linked.id, "dev@acme.test"),
        "linked",
        {"ana", "dev"},
    ),
    "in the trash": (lambda o: o.drive.trash(o.plan.id), "plan", set()),
    "what it lies in is in the trash": (lambda o: o.drive.trash(o.folder.id), "in_folder", set()),
    "and out of it again": (
        then(lambda o: o.drive.trash(o.folder.id), lambda o: o.drive.untrash(o.folder.id)),
        "in_folder",
        {"ana", "ben"},
    ),
    "not for assistants": (lambda o: o.drive.set_gen_ai(o.plan.id, False), "plan", set()),
    "not to be copied is not hidden": (
        lambda o: o.drive.set_copy_requires_writer(o.plan.id, True),
        "plan",
        {"ana", "ben"},
    ),
    "asked to own it": (
        lambda o: o.drive.share(o.note.id, "dev@acme.test", "writer", pending_owner=True),
        "note",
        {"ana"},
    ),
}


@pytest.mark.parametrize(("change", "what", "expected"), FOUND.values(), ids=FOUND.keys())
def test_these_and_nobody_else_may_find_it(office: Office, change: Change, what: str, expected: set[str]) -> None:
    change(office)
    assert finders(office, what) == expected


def test_what_is_gone_and_what_never_was_is_nobodys(office: Office) -> None:
    office.drive.remove_drive("Team")
    office.drive.delete(office.anas.id)
    oracle = Oracle(office.world)
    for file in (office.plan, office.in_folder, office.shut, office.in_shut, office.note):
        assert not any(
            oracle.may_open(who, file.id) for who in ("ana@acme.test", "ben@acme.test", "guest@elsewhere.test")
        )
    assert not oracle.may_open("nobody@acme.test", office.linked.id)


def test_a_name_may_be_seen_where_nothing_may_be_opened(office: Office) -> None:
    oracle = Oracle(office.world)
    assert oracle.may_see_name("ana@acme.test", office.shut.id)
    assert not oracle.may_see_name("dev@acme.test", office.shut.id)
    assert not oracle.may_see_name("ana@acme.test", office.in_shut.id)


def test_findable_is_what_may_be_found_one_by_one_and_no_folder_or_shortcut(office: Office) -> None:
    office.drive.add_shortcut(office.plan.id, owner="ana@acme.test")
    oracle = Oracle(office.world)
    assert oracle.findable("ana@acme.test") == {
        each.id for each in (office.plan, office.in_folder, office.note, office.linked)
    }
    assert oracle.findable("ribeiro@acme.test") == oracle.findable("ana@acme.test")
    assert oracle.findable("gone@acme.test") == set()


# -- the list of permissions, worked out another way, says the same


def named(office: Office, principal: Principal) -> set[str]:
    """Who of these is meant, from the directory as one reads it."""
    kind, name = principal
    if kind == "anyone":
        return {who for who in PEOPLE if getattr(office, who).active}
    if kind == "domain":
        return OURS if name == "acme.test" else set()
    ids, waiting, seen = set[str](), [name], set[str]()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        group = office.directory.groups.get(at)
        waiting += list(group.members) if group and not group.deleted else []
        ids.add(at)
    everybody = OURS | {"gone"} if ALL in ids else set()
    found = {who for who in PEOPLE if getattr(office, who).id in ids} | everybody
    return {who for who in found if getattr(office, who).active}


def listed(office: Office, file: File) -> set[str]:
    found: set[str] = set()
    for each in permissions(office.world, file):
        found |= named(office, each.principal) if not each.view else set()
    return found


def something(office: Office, drawn: Random) -> None:
    """One thing that people do, if it can be done."""
    drive = office.drive
    file = drawn.choice([each for each in drive.files.values() if each.parent_id])
    folder = drawn.choice([each for each in drive.files.values() if each.is_folder])
    who = drawn.choice(
        [
            "ana@acme.test",
            "dev@acme.test",
            "guest@elsewhere.test",
            "platform@acme.test",
            "engineering@acme.test",
            "acme.test",
            None,
        ]
    )
    deeds: list[Callable[[], object]] = [
        lambda: drive.share(file.id, who, expires=office.clock.now() + 20 if who and "@" in who else None),
        lambda: drive.share(file.id, who, discoverable=drawn.random() < 0.5),
        lambda: drive.unshare(file.id, who),
        lambda: drive.limit(folder.id, not folder.limited),
        lambda: drive.move(file.id, folder.id),
        lambda: drive.transfer(file.id, drawn.choice(["ana@acme.test", "dev@acme.test"])),
        lambda: drive.set_member("Team", who or "", drawn.choice(["organizer", "writer", "reader"])),
        lambda: drive.remove_member("Team", who or ""),
        lambda: drive.add_folder(f"{drawn.random()}", parent=folder.id),
        lambda: office.directory.add_members("platform@acme.test", drawn.choice([EVERYBODY, "dev@acme.test"])),
        lambda: office.directory.remove_members("platform@acme.test", drawn.choice([EVERYBODY, "ana@acme.test"])),
        lambda: office.clock.advance(9),
    ]
    try:
        drawn.choice(deeds)()
    except (ValueError, LookupError):
        return


@pytest.mark.parametrize("seed", range(12))
def test_the_permissions_that_are_listed_let_in_whom_the_oracle_lets_in(seed: int) -> None:
    office, drawn = an_office(), Random(seed)
    for _ in range(40):
        something(office, drawn)
        oracle = Oracle(office.world)
        for file in office.drive.files.values():
            expected = {who for who in PEOPLE if oracle.may_open(getattr(office, who).email, file.id)}
            assert listed(office, file) == expected, file.name
