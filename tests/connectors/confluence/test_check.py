"""What a token may do is said before anything is read, with what is lost where it may not; and what would be read."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.world import World
from connectors.confluence import ConfluenceConnector, preview
from connectors.confluence.check import Checked, checked
from connectors.confluence.settings import Settings, parse
from connectors.model import Fatal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEEDED = frozenset(
    {
        "read:space:confluence",
        "read:space.permission:confluence",
        "read:page:confluence",
        "read:attachment:confluence",
        "read:comment:confluence",
        "read:content.restriction:confluence",
        "read:group:confluence",
        "read:user:confluence",
    }
)


@pytest.fixture
def world() -> World:
    """A space of two pages, one of which only one person reads, and another space."""
    made = World()
    ana = made.add_person("Ana", email="ana@acme.test", groups=[made.add_group("staff").id]).account_id
    hidden = made.add_person("Harriet", email="harriet@acme.test", email_shown=False)
    made.add_members("staff", hidden.account_id)
    site = made.confluence
    site.add_space("ENG", "Engineering")
    site.add_space("HR", "Human resources", licensed=False, admins=False, users=[ana])
    top = site.add_page("ENG", "Pumps", "<p>The pump runs at 40 bar.</p>")
    site.add_page("ENG", "Valves", "<p>The valve is shut.</p>", parent=top.id)
    site.restrict(top.id, users=[ana])
    site.add_attachment(top.id, "drawing.pdf", b"%PDF")
    site.add_comment(top.id, "<p>Is that so?</p>")
    site.add_page("HR", "Leave", "<p>Leave is 25 days.</p>")
    return made


Connected = Callable[..., ConfluenceConnector]


@contextmanager
def connected(
    world: World, *, scopes: frozenset[str] | None = None, spaces: str = "ENG,HR", admin: bool | None = None
) -> Iterator[ConfluenceConnector]:
    with ConfluenceEmulator(world, scopes=scopes, sees_everything=True, admin=admin) as site:
        settings = parse(
            {
                "site": f"{site.url}/wiki",
                "api": site.url if scopes is None else site.gateway_url,
                "user": site.caller.email,
                "secret": "env:TOKEN",
                "spaces": spaces,
                "requests_per_second": "1000",
            }
        )
        with closing(ConfluenceConnector("wiki", settings, lambda: site.caller.token)) as connector:
            yield connector


def missing(found: Checked) -> dict[str, bool]:
    return {one.name: one.needed for one in found.privileges if one.missing is not None}


def test_a_wrong_token_is_no_use_and_is_told_how_to_be_mended(world: World) -> None:
    with ConfluenceEmulator(world) as site:
        settings = Settings.model_validate(
            {"site": site.url, "user": "bot@acme.test", "secret": "env:TOKEN", "spaces": "ENG"}
        )
        connector = ConfluenceConnector("wiki", settings, lambda: "wrong")
        with closing(connector), pytest.raises(Fatal, match="make a new API token"):
            checked(connector.reader)


def test_without_the_right_to_ask_for_others_only_what_lies_under_folders_is_lost(world: World) -> None:
    with connected(world, admin=False) as connector:
        found = checked(connector.reader)
    assert missing(found) == {"ask Confluence who may read a page (an administrator's)": False}
    assert found.is_enough


def test_an_administrators_token_lacks_nothing(world: World) -> None:
    with connected(world, admin=True) as connector:
        found = checked(connector.reader)
    assert (found.spaces, found.unseen, missing(found)) == (("ENG", "HR"), (), {})


def test_a_space_that_is_not_visible_is_named(world: World) -> None:
    with connected(world, spaces="ENG,SECRET", admin=True) as connector:
        found = checked(connector.reader)
    assert (found.spaces, found.unseen, found.is_enough) == (("ENG",), ("SECRET",), True)


def test_where_nothing_is_visible_there_is_nothing_to_add(world: World) -> None:
    with connected(world, spaces="SECRET", admin=True) as connector:
        assert not checked(connector.reader).is_enough


def test_a_token_with_all_scopes_that_are_needed_is_enough(world: World) -> None:
    with connected(world, scopes=NEEDED) as connector:
        found = checked(connector.reader)
    assert found.is_enough, missing(found)
    assert not missing(found)["read labels"], "it is said, and keeps nothing from being read"


@pytest.mark.parametrize("scope", sorted(NEEDED - {"read:space.permission:confluence"}))
def test_each_scope_that_is_missing_is_named_with_what_it_costs(world: World, scope: str) -> None:
    with connected(world, scopes=NEEDED - {scope}) as connector:
        found = checked(connector.reader)
    named = [one for one in found.privileges if one.missing is not None and scope in one.scopes]
    assert named
    assert all(one.lost for one in named)
    assert not found.is_enough


def test_what_would_be_read_is_counted_by_kind_and_place_and_kept_nowhere(world: World) -> None:
    with connected(world, admin=True) as connector:
        seen = list(preview.documents(connector.reader))
    assert sorted((one.document.kind, one.document.place) for one in seen) == [
        ("attachment", "Engineering"),
        ("comment", "Engineering"),
        ("page", "Engineering"),
        ("page", "Engineering"),
        ("page", "Human resources"),
    ]
    assert any("40 bar" in one.document.text for one in seen)


def test_what_is_out_of_scope_is_not_counted(world: World) -> None:
    with connected(world, spaces="HR", admin=True) as connector:
        (seen,) = preview.documents(connector.reader)
    assert seen.document.title == "Leave"


def test_who_could_read_it_is_counted_among_those_whose_address_is_known(world: World) -> None:
    with connected(world, admin=True) as connector:
        found = preview.audience(connector.reader, NOW)
        pages = [one.document.id for one in preview.documents(connector.reader) if one.document.kind == "page"]
        some = preview.restricted(connector.reader, pages)
    assert found.people == 1
    assert {space.key: space.people for space in found.spaces} == {"ENG": 1, "HR": 1}
    assert any("do not show their address" in problem.reason for problem in found.problems)
    assert (some.asked, some.restricted, some.unknown) == (3, 1, 0)
