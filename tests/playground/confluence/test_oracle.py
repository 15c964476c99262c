"""Who may read what, as a table: the rule of CONNECTORS §1, space AND every ancestor AND itself."""

from collections.abc import Callable

import pytest

from bot.playground.confluence import ALL_LICENSED_USERS, ALL_PRODUCT_ADMINS, FOLDERLIKE, Oracle
from bot.playground.confluence.nouns import PrincipalType
from tests.playground.confluence.conftest import Wiki

PEOPLE = ("ana", "ben", "guest", "collaborator", "admin", "gone", "bot")
Change = Callable[[Wiki], object]


def nothing(_: Wiki) -> None: ...


def readers(wiki: Wiki, what: str) -> set[str]:
    oracle = Oracle(wiki.world)
    content = getattr(wiki, what)
    return {who for who in PEOPLE if oracle.may_read(getattr(wiki, who).account_id, content.id)}


def no_grants(wiki: Wiki) -> None:
    for access_class in (ALL_LICENSED_USERS, ALL_PRODUCT_ADMINS):
        wiki.site.revoke("ENG", "access-class", access_class)


def space_only_of(wiki: Wiki, kind: PrincipalType, name: str) -> None:
    no_grants(wiki)
    wiki.site.grant("ENG", kind, name)


def only_of_a_deleted_group(wiki: Wiki) -> None:
    space_only_of(wiki, "group", group(wiki))
    wiki.world.delete_group("only-ben")


def only_creating(wiki: Wiki) -> None:
    no_grants(wiki)
    wiki.site.grant("ENG", "user", wiki.ana.account_id, key="create", target="page")


def there_and_back(wiki: Wiki) -> None:
    wiki.site.trash(wiki.shut.id)
    wiki.site.restore(wiki.shut.id)


def add_role(wiki: Wiki, key: str) -> None:
    space_only_of(wiki, "role", "viewer")
    wiki.site.grant("ENG", "role", "commenter", key="create", target="comment")
    wiki.site.assign_role("ENG", key, "user", wiki.guest.account_id)


def group(wiki: Wiki, name: str = "only-ben") -> str:
    return wiki.world.group(name).id


LICENSED = {"ana", "ben", "admin", "bot"}
ON_SITE = LICENSED | {"guest", "collaborator"}
BEN = {"ben", "bot"}

TABLE: dict[str, tuple[Change, str, set[str]]] = {
    # a space
    "nobody without a grant of the space": (
        no_grants,
        "top",
        set(),
    ),
    "a licensed user is no guest, no collaborator, and active": (nothing, "top", LICENSED),
    "administrators by their own grant": (
        lambda w: space_only_of(w, "access-class", ALL_PRODUCT_ADMINS),
        "top",
        {"admin", "bot"},
    ),
    "an access class that nobody knows is nobody": (lambda w: space_only_of(w, "access-class", "X"), "top", set()),
    "one user": (lambda w: space_only_of(w, "user", w.guest.account_id), "top", {"guest"}),
    "a group, but not who was deactivated": (lambda w: space_only_of(w, "group", group(w)), "top", {"ben"}),
    "a deleted group lets nobody in": (
        only_of_a_deleted_group,
        "top",
        set(),
    ),
    "another operation is no reading": (
        only_creating,
        "top",
        set(),
    ),
    "a role that reads": (lambda w: add_role(w, "viewer"), "top", {"guest"}),
    "a role that only comments": (lambda w: add_role(w, "commenter"), "top", set()),
    "anonymous: everybody on the site": (lambda w: w.site.set_anonymous("ENG", True), "top", ON_SITE),
    "anonymous does not undo a restriction": (lambda w: w.site.set_anonymous("ENG", True), "shut", BEN),
    # a page
    "its own restriction": (nothing, "shut", BEN),
    "its ancestor's": (nothing, "below", BEN),
    "both at once": (lambda w: w.site.restrict(w.below.id, users=[w.ana.account_id]), "below", set()),
    "a restriction below does not let in past the one above": (
        lambda w: w.site.restrict(w.below.id, users=[w.ana.account_id, w.ben.account_id]),
        "below",
        {"ben"},
    ),
    "a restriction alone does not let into the space": (
        lambda w: w.site.restrict(w.top.id, users=[w.guest.account_id]),
        "top",
        set(),
    ),
    "a folder's": (nothing, "in_folder", BEN),
    "an edit restriction hides nothing": (
        lambda w: w.site.restrict(w.open_page.id, users=[w.ben.account_id], editing=True),
        "open_page",
        LICENSED,
    ),
    "only apps": (lambda w: w.site.restrict(w.open_page.id, apps=["an-app"]), "open_page", set()),
    "only users that nobody knows": (lambda w: w.site.restrict(w.open_page.id, users=["who"]), "open_page", set()),
    "administrators are restricted too": (
        lambda w: w.site.restrict(w.top.id, users=[w.ana.account_id]),
        "top",
        {"ana"},
    ),
    "taken off again": (lambda w: w.site.unrestrict(w.shut.id), "below", LICENSED),
    # what hangs on it
    "an attachment like its page": (nothing, "on_below", BEN),
    "a comment like its page": (nothing, "said_below", BEN),
    "a comment's author is nobody special": (
        lambda w: w.site.restrict(w.open_page.id, users=[w.ben.account_id]),
        "said_open",
        {"ben"},
    ),
    "a blog post of a space": (nothing, "post", LICENSED),
    "a restricted blog post": (lambda w: w.site.restrict(w.post.id, users=[w.ana.account_id]), "post", {"ana"}),
    # what it is now
    "trashed": (lambda w: w.site.trash(w.open_page.id), "open_page", set()),
    "archived": (lambda w: w.site.archive(w.open_page.id), "open_page", set()),
    "restored": (there_and_back, "shut", BEN),
    "an attachment of what is trashed": (lambda w: w.site.trash(w.open_page.id), "on_open", set()),
    "a comment on what is archived": (lambda w: w.site.archive(w.open_page.id), "said_open", set()),
    "a trashed attachment": (lambda w: w.site.trash(w.on_open.id), "on_open", set()),
    "children of what is trashed move up, out of its restriction": (
        lambda w: w.site.trash(w.shut.id),
        "below",
        LICENSED,
    ),
    "children that went with it": (lambda w: w.site.trash(w.shut.id, with_children=True), "below", set()),
    "moved out": (lambda w: w.site.move(w.below.id, parent=w.open_page.id), "below", LICENSED),
    "moved in, with what lies below": (
        lambda w: w.site.move(w.top.id, parent=w.site.add_page("ENG", "x").id),
        "below",
        BEN,
    ),
    "moved under a restriction": (lambda w: w.site.move(w.open_page.id, parent=w.shut.id), "on_open", BEN),
    # people
    "added to the group": (lambda w: w.world.add_members("only-ben", w.ana.account_id), "below", BEN | {"ana"}),
    "taken from the group": (lambda w: w.world.remove_members("only-ben", w.ben.account_id), "below", {"bot"}),
    "a renamed group is the same": (lambda w: w.world.rename_group("only-ben", "ben-alone"), "below", BEN),
    "deactivated": (lambda w: w.world.deactivate(w.ben.account_id), "below", {"bot"}),
    "active again": (lambda w: w.world.activate(w.gone.account_id), "below", BEN | {"gone"}),
    "no longer licensed": (lambda w: w.world.set_standing(w.ana.account_id, "guest"), "top", LICENSED - {"ana"}),
}


@pytest.mark.parametrize(("change", "what", "expected"), TABLE.values(), ids=TABLE.keys())
def test_these_and_nobody_else_may_read(wiki: Wiki, change: Change, what: str, expected: set[str]) -> None:
    change(wiki)
    assert readers(wiki, what) == expected


def test_what_is_purged_and_what_never_was_is_nobodys(wiki: Wiki) -> None:
    wiki.site.purge(wiki.open_page.id)
    for what in ("open_page", "on_open", "said_open"):
        assert readers(wiki, what) == set()
    assert not Oracle(wiki.world).may_read(wiki.ana.account_id, "999999")
    assert not Oracle(wiki.world).may_read("nobody", wiki.top.id)


def test_readable_is_what_may_be_read_one_by_one_and_no_folder(wiki: Wiki) -> None:
    oracle = Oracle(wiki.world)
    for who in PEOPLE:
        account = getattr(wiki, who).account_id
        one_by_one = {
            each.id
            for each in wiki.site.content.values()
            if each.kind not in FOLDERLIKE and oracle.may_read(account, each.id)
        }
        assert oracle.readable(account) == one_by_one
    assert oracle.readable(wiki.ben.account_id) > oracle.readable(wiki.ana.account_id) > set()
    assert wiki.folder.id in oracle.readable(wiki.ben.account_id, kinds=FOLDERLIKE)
