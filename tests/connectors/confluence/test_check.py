"""What is missing is named before a source is added, and what would be indexed is told without keeping any of it."""

from collections.abc import Iterator

import httpx
import pytest

from bot.playground.confluence.acme import acme as acme_world
from bot.playground.world import World
from connectors.confluence.check import check, preview
from connectors.confluence.client import Client
from connectors.model import Fatal
from tests.connectors.confluence.wiki import NOW, SOURCE, Wiki, wiki

EVERYTHING = frozenset(
    {
        "read:space:confluence",
        "read:page:confluence",
        "read:attachment:confluence",
        "read:comment:confluence",
        "read:content.restriction:confluence",
        "read:content.permission:confluence",
        "read:group:confluence",
        "read:user:confluence",
        "read:label:confluence",
    }
)
NEEDED = sorted(EVERYTHING - {"read:content.permission:confluence", "read:label:confluence"})


@pytest.fixture
def world() -> World:
    world = World()
    world.add_group("eng")
    for number in range(3):
        world.add_person(f"Person {number}", email=f"p{number}@acme.test", groups=["eng"] if number == 0 else [])
    world.confluence.add_space("ENG", "Engineering", admins=False)
    top = world.confluence.add_page("ENG", "Top", "<p>" + "word " * 1000 + "</p>")
    world.confluence.add_page("ENG", "Low", "<p>low</p>", parent=top.id)
    folder = world.confluence.add_folder("ENG", "Folder")
    world.confluence.add_page("ENG", "Filed", "<p>filed</p>", parent=folder.id)
    world.confluence.add_attachment(top.id, "plan.txt", b"x" * 70)
    world.confluence.add_comment(top.id, "<p>why?</p>")
    world.confluence.restrict(top.id, groups=[world.group("eng").id])
    world.confluence.add_space("SECRET", licensed=False, admins=False)
    world.confluence.add_page("SECRET", "Secret", "<p>secret</p>")
    return world


@pytest.fixture
def found(world: World, client: httpx.Client) -> Iterator[Wiki]:
    with wiki(world, client=client, spaces="ENG") as opened:
        yield opened


def the_client(found: Wiki) -> Client:
    return Client(found.settings, str, found.http)


@pytest.mark.parametrize("scope", NEEDED)
def test_a_missing_scope_is_named_and_stops_it(world: World, client: httpx.Client, scope: str) -> None:
    with wiki(world, client=client, spaces="ENG", gateway=True, scopes=EVERYTHING - {scope}) as found:
        report = check(SOURCE, found.settings, the_client(found))
    assert not report.is_ready
    assert scope in {word for one in report.missing for word in one.scope.split()}


def test_what_goes_beyond_reading_is_named_with_what_is_lost_without_it(world: World, client: httpx.Client) -> None:
    scopes = EVERYTHING - {"read:content.permission:confluence"}
    with wiki(world, client=client, spaces="ENG", gateway=True, scopes=scopes) as found:
        report = check(SOURCE, found.settings, the_client(found))
    assert report.is_ready
    assert ["folders" in one.lost for one in report.missing] == [True]


def test_an_account_that_is_no_administrator_may_not_ask(world: World, client: httpx.Client) -> None:
    with wiki(world, client=client, spaces="ENG", admin=False) as found:
        report = check(SOURCE, found.settings, the_client(found))
    assert report.is_ready
    assert [one.scope for one in report.missing] == ["read:content.permission:confluence"]


def test_credentials_that_are_no_good_say_what_to_do(found: Wiki) -> None:
    found.site.callers.revoke(found.site.caller)
    with pytest.raises(Fatal, match="API token"):
        check(SOURCE, found.settings, the_client(found))


def test_a_space_that_is_not_seen_is_named(world: World, client: httpx.Client) -> None:
    with wiki(world, client=client, spaces="ENG,NONE,SECRET", sees_everything=False, admin=False) as found:
        report = check(SOURCE, found.settings, the_client(found))
    assert (report.spaces, report.unseen) == (("ENG",), ("NONE", "SECRET"))
    assert not report.is_ready


def test_everything_that_is_needed_is_there(found: Wiki) -> None:
    report = check(SOURCE, found.settings, the_client(found))
    assert report.is_ready
    assert report.missing == ()
    assert report.account == "Footnote"


def test_what_would_be_indexed_is_told_and_nothing_is_kept(found: Wiki) -> None:
    told = preview(SOURCE, found.settings, the_client(found), NOW)
    (space,) = told.spaces
    assert told.documents == {"page": 3, "attachment": 1, "comment": 1}
    assert (told.people, told.attachment_bytes) == (3, 70)
    assert (space.key, space.name, space.sampled) == ("ENG", "Engineering", 3)
    assert (space.readers, space.for_everybody, space.closed, space.unsure) == (3, 1, 0, 1)
    assert told.pieces >= 8
    assert found.memory.documents == {}


def test_the_preview_of_a_space_that_is_not_seen_says_so(world: World, client: httpx.Client) -> None:
    with wiki(world, client=client, spaces="ENG,NONE") as found:
        told = preview(SOURCE, found.settings, the_client(found), NOW)
    assert [problem.where for problem in told.problems] == ["NONE"]


def test_acme_s_own_wiki_is_ready_and_synced(client: httpx.Client) -> None:
    world = acme_world()
    keys = ",".join(space.key for space in world.confluence.spaces.values())
    with wiki(world, client=client, spaces=keys) as found:
        assert check(SOURCE, found.settings, the_client(found)).is_ready
        found.sync()
        for address in found.groups():
            account = world.person(address).account_id
            wanted = {f"{world.confluence.content[id_].kind}:{id_}" for id_ in found.site.oracle.readable(account)}
            kept = found.memory.readable(found.person(address), NOW)
            unsure = {id_ for id_ in kept if any(layer.unsure for layer in found.memory.access(id_).layers)}
            assert (kept - unsure) | set(found.may(address, *sorted(unsure))) == wanted
