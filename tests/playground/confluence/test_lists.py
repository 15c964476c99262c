"""Lists: what is in them, in which order, and how one gets to their end."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest

from bot.playground.confluence import ConfluenceEmulator, Habits
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
ApiOf = Callable[..., Api]


def in_space(wiki: Wiki) -> str:
    return f"{V2}/spaces/{wiki.site.space('ENG').id}/pages"


# -- denials


def test_what_the_caller_may_not_see_is_left_out(wiki: Wiki, api_of: ApiOf) -> None:
    seen = set(api_of(wiki.ana).ids(f"{V2}/pages"))
    assert seen == {wiki.top.id, wiki.open_page.id}
    assert set(api_of(wiki.ben).ids(f"{V2}/pages")) == seen | {wiki.shut.id, wiki.below.id, wiki.in_folder.id}
    for path, shown, hidden in (
        (f"{V2}/attachments", wiki.on_open, wiki.on_below),
        (f"{V2}/footer-comments", wiki.said_open, wiki.said_below),
    ):
        assert api_of(wiki.ana).ids(path) == [shown.id]
        assert set(api_of(wiki.ben).ids(path)) == {shown.id, hidden.id}


def test_a_guest_sees_no_space_and_is_told_that_there_is_none(wiki: Wiki, api_of: ApiOf) -> None:
    guest = api_of(wiki.guest)
    assert guest.ids(f"{V2}/spaces") == []
    assert guest.ids(f"{V2}/pages") == []
    assert guest.get(in_space(wiki)).status_code == 404


@pytest.mark.parametrize("path", ["pages", "blogposts", "attachments", "footer-comments", "inline-comments", "spaces"])
@pytest.mark.parametrize("limit", ["251", "0", "-1", "x"])
def test_a_limit_beyond_250_is_refused(api: Api, path: str, limit: str) -> None:
    found = api.get(f"{V2}/{path}", limit=limit)
    assert found.status_code == 400
    assert found.json()["errors"][0]["code"] == "INVALID_REQUEST_PARAMETER"
    assert api.get(f"{V2}/{path}", limit=250).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"sort": "size"},
        {"status": "nice"},
        {"body-format": "markdown"},
        {"cursor": "bm8="},
        {"cursor": "%%"},
        {"cursor": "e30="},
    ],
)
def test_what_is_not_understood_is_refused(api: Api, asked: dict[str, str]) -> None:
    assert api.get(f"{V2}/pages", **asked).status_code == 400


def test_a_cursor_of_one_order_is_no_cursor_of_another(api: Api) -> None:
    following = api.json(f"{V2}/pages", limit=1)["_links"]["next"]
    assert api.get(f"{following}&sort=-modified-date").status_code == 400


# -- to the end


@pytest.mark.parametrize("sort", ["id", "-id", "modified-date", "-modified-date", "created-date", "-created-date"])
@pytest.mark.parametrize("limit", [1, 2, 3, 250])
def test_every_page_of_a_space_once_in_every_order(wiki: Wiki, api: Api, sort: str, limit: int) -> None:
    wiki.clock.advance(5)
    wiki.site.edit(wiki.top.id, body="<p>again</p>")
    found = api.all(in_space(wiki), sort=sort, limit=limit)
    assert {each["id"] for each in found} == {c.id for c in wiki.site.content.values() if c.kind == "page"}
    values = [
        {
            "id": int(each["id"]),
            "modified-date": each["version"]["createdAt"],
            "created-date": each["createdAt"],
        }[sort.removeprefix("-")]
        for each in found
    ]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len(found) == 5


def test_the_last_edit_comes_first(wiki: Wiki, api: Api) -> None:
    wiki.clock.advance(5)
    wiki.site.edit(wiki.open_page.id, body="<p>again</p>")
    first = api.json(in_space(wiki), sort="-modified-date", limit=1)["results"][0]
    assert (first["id"], first["version"]["number"]) == (wiki.open_page.id, 2)


def test_next_is_relative_in_the_body_and_in_the_header_and_the_same(
    wiki: Wiki, api: Api, site: ConfluenceEmulator
) -> None:
    found = api.get(in_space(wiki), limit=2, status="current")
    following = found.json()["_links"]["next"]
    assert following.startswith(f"{in_space(wiki)}?")
    assert f'<{following}>; rel="next"' in found.headers["link"]
    assert found.json()["_links"]["base"] == f"{site.url}/wiki"
    assert {"limit=2", "status=current"} < set(following.partition("?")[2].split("&"))
    last = api.get(in_space(wiki))
    assert "next" not in last.json()["_links"]
    assert "next" not in last.headers["link"]


def test_a_page_of_nothing_may_have_a_next_one(wiki: Wiki, api_of: ApiOf) -> None:
    sizes = [len(page["results"]) for page in api_of(wiki.ana).pages(in_space(wiki), limit=1)]
    assert sizes == [1, 1, 0, 0, 0]


def test_a_cursor_holds_its_place_while_others_come_and_go(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    def meanwhile() -> None:
        wiki.site.purge(wiki.top.id)
        wiki.site.add_page("ENG", "Late")

    site.faults.between_pages("/pages", meanwhile)
    found = api.all(in_space(wiki), limit=2)
    titles = [each["title"] for each in found]
    assert titles == ["Top", "Open", "Shut", "Below", "In a folder", "Late"]


def test_what_is_edited_while_one_reads_by_date_is_not_lost_for_good(
    wiki: Wiki, api: Api, site: ConfluenceEmulator
) -> None:
    def meanwhile() -> None:
        wiki.clock.advance(1)
        wiki.site.edit(wiki.top.id, body="<p>new</p>")

    site.faults.between_pages("/pages", meanwhile)
    assert wiki.top.id not in api.ids(in_space(wiki), sort="-modified-date", limit=2)
    assert api.ids(in_space(wiki), sort="-modified-date", limit=2)[0] == wiki.top.id


# -- which


def test_pages_are_current_or_archived_unless_told_otherwise_and_blog_posts_current(wiki: Wiki, api: Api) -> None:
    wiki.site.archive(wiki.open_page.id)
    wiki.site.trash(wiki.below.id)
    wiki.site.trash(wiki.post.id)
    living = {each["id"]: each["status"] for each in api.all(f"{V2}/pages")}
    assert living[wiki.open_page.id] == "archived"
    assert wiki.below.id not in living
    assert wiki.open_page.id not in api.ids(f"{V2}/pages", status="current")
    assert api.ids(f"{V2}/pages", status="trashed") == [wiki.below.id]
    assert api.ids(f"{V2}/blogposts") == []
    assert api.ids(f"{V2}/blogposts", status="trashed") == [wiki.post.id]


def test_pages_of_some_spaces_or_of_some_ids(wiki: Wiki, api: Api) -> None:
    hr, it = wiki.site.add_space("HR").id, wiki.site.add_space("IT").id
    pages = [wiki.site.add_page(key, f"{key} {number}").id for number in range(3) for key in ("HR", "IT")]
    assert api.ids(f"{V2}/pages", **{"space-id": [hr, it]}, limit=2) == pages
    assert api.ids(f"{V2}/pages", **{"space-id": f"{hr},{it}"}, sort="-id", limit=4) == pages[::-1]
    assert api.ids(f"{V2}/pages", **{"space-id": it}) == pages[1::2]
    assert api.ids(f"{V2}/pages", id=[*pages[:2], wiki.post.id, "9"], limit=1) == pages[:2]
    assert api.ids(f"{V2}/pages", title="HR 1") == [pages[2]]
    assert api.ids(in_space(wiki), depth="root") == [wiki.top.id]


def test_bodies_come_if_asked_for(wiki: Wiki, api: Api) -> None:
    assert all(each["body"] == {} for each in api.all(f"{V2}/pages"))
    bodies = {each["id"]: each["body"] for each in api.all(f"{V2}/pages", **{"body-format": "storage"})}
    assert bodies[wiki.shut.id] == {"storage": {"representation": "storage", "value": "<p>shut</p>"}}


def test_attachments_and_comments_of_what_is_trashed_are_in_no_list(wiki: Wiki, api: Api) -> None:
    wiki.site.trash(wiki.open_page.id)
    assert api.ids(f"{V2}/attachments") == [wiki.on_below.id]
    assert api.ids(f"{V2}/footer-comments") == [wiki.said_below.id]


# -- a site that gives less


@pytest.fixture
def stingy(wiki: Wiki) -> Iterator[Api]:
    with ConfluenceEmulator(wiki.world, caller=wiki.bot.account_id, habits=Habits(most_at_once=2)) as site:
        api = Api(site.url, site.caller.basic)
        yield api
        api.http.close()


def test_a_site_may_give_less_than_was_asked_for(wiki: Wiki, stingy: Api) -> None:
    assert [len(page["results"]) for page in stingy.pages(in_space(wiki), limit=250)] == [2, 2, 1]


# -- the gateway


def test_next_leads_past_the_gateway_that_it_was_asked_at(wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf) -> None:
    """As in real life: whoever follows it without putting the prefix back asks another host, with their token."""
    caller = site.add_caller(wiki.bot.account_id, scopes=frozenset({"read:page:confluence"}))
    api = api_of(caller, base=site.gateway_url)
    found = api.json(in_space(wiki), limit=1)
    assert re.fullmatch(rf"{in_space(wiki)}\?.*cursor=.+", found["_links"]["next"])
    assert "/ex/confluence" not in str(found["_links"])
    assert len(api.all(in_space(wiki), limit=1)) == 5
    lost = httpx.get(site.url + found["_links"]["next"], headers={"authorization": caller.basic}, trust_env=False)
    assert lost.status_code == 401
