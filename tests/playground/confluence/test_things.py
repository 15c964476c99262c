"""One thing at a time: pages, what hangs on them, what they lie under, and what is not told."""

from collections.abc import Callable, Iterator

import pytest

from bot.playground.confluence import ConfluenceEmulator, Habits
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"
ApiOf = Callable[..., Api]

HIDDEN: dict[str, Callable[[Wiki], str]] = {
    "a page": lambda w: f"{V2}/pages/{w.below.id}",
    "its ancestors": lambda w: f"{V2}/pages/{w.below.id}/ancestors",
    "its attachments": lambda w: f"{V2}/pages/{w.below.id}/attachments",
    "its comments": lambda w: f"{V2}/pages/{w.below.id}/footer-comments",
    "its labels": lambda w: f"{V2}/pages/{w.below.id}/labels",
    "its restriction": lambda w: f"{V1}/content/{w.below.id}/restriction/byOperation/read",
    "its restrictions": lambda w: f"{V1}/content/{w.below.id}/restriction/byOperation",
    "a folder": lambda w: f"{V2}/folders/{w.folder.id}",
    "an attachment": lambda w: f"{V2}/attachments/{w.on_below.id}",
    "an attachment's bytes": lambda w: f"{V1}/content/{w.below.id}/child/attachment/{w.on_below.id}/download",
    "a comment": lambda w: f"{V2}/footer-comments/{w.said_below.id}",
}


@pytest.mark.parametrize("path", HIDDEN.values(), ids=HIDDEN.keys())
def test_what_one_may_not_see_is_like_what_is_not_there(wiki: Wiki, api_of: ApiOf, path: Callable[[Wiki], str]) -> None:
    hidden = api_of(wiki.ana).get(path(wiki))
    assert hidden.status_code == 404
    assert api_of(wiki.ben).get(path(wiki)).status_code in (200, 302)
    ids = {each.id for each in wiki.site.content.values() if each.id in path(wiki)}
    asked, shown = path(wiki), hidden.text
    for each in sorted(ids, key=len, reverse=True):
        asked, shown = asked.replace(each, "1"), shown.replace(each, "1")
    assert api_of(wiki.ana).get(asked).text == shown


def test_a_page_in_full(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    wiki.site.label(wiki.below.id, "runbook", "ops")
    page = api.json(f"{V2}/pages/{wiki.below.id}", **{"body-format": "storage"})
    assert page["title"] == "Below"
    assert (page["parentId"], page["parentType"], page["spaceId"]) == (wiki.shut.id, "page", wiki.site.space("ENG").id)
    assert page["body"]["storage"]["value"] == "<p>below</p>"
    assert page["version"]["number"] == 1
    assert page["version"]["createdAt"] == "2026-09-21T14:13:20.000Z"
    assert page["_links"]["base"] + page["_links"]["webui"] == f"{site.url}/wiki/spaces/ENG/pages/{wiki.below.id}/Below"
    assert [each["name"] for each in api.all(f"{V2}/pages/{wiki.below.id}/labels", limit=1)] == ["runbook", "ops"]


def test_a_page_is_no_blog_post_and_no_folder(wiki: Wiki, api: Api) -> None:
    for path in (
        f"blogposts/{wiki.top.id}",
        f"folders/{wiki.top.id}",
        f"pages/{wiki.post.id}",
        f"whiteboards/{wiki.folder.id}",
    ):
        assert api.get(f"{V2}/{path}").status_code == 404
    post = api.json(f"{V2}/blogposts/{wiki.post.id}")
    assert "parentId" not in post
    assert post["_links"]["webui"] == f"/spaces/ENG/blog/2026/09/21/{wiki.post.id}/News"


def test_ancestors_from_the_top_and_of_many_the_nearest(wiki: Wiki, api: Api) -> None:
    path = f"{V2}/pages/{wiki.below.id}/ancestors"
    assert api.json(path)["results"] == [{"id": wiki.top.id, "type": "page"}, {"id": wiki.shut.id, "type": "page"}]
    assert api.json(path, limit=1)["results"] == [{"id": wiki.shut.id, "type": "page"}]
    in_folder = api.json(f"{V2}/pages/{wiki.in_folder.id}/ancestors")["results"]
    assert in_folder[-1] == {"id": wiki.folder.id, "type": "folder"}
    assert api.json(f"{V2}/folders/{wiki.folder.id}/ancestors")["results"] == [{"id": wiki.top.id, "type": "page"}]


@pytest.mark.parametrize(
    ("kind", "path"),
    [("whiteboard", "whiteboards"), ("database", "databases"), ("embed", "embeds"), ("folder", "folders")],
)
def test_what_stands_in_the_tree_like_a_folder(wiki: Wiki, api: Api, kind: str, path: str) -> None:
    made = wiki.site.add_folder("ENG", "Like a folder", parent=wiki.top.id, kind=kind)  # type: ignore[arg-type]
    page = wiki.site.add_page("ENG", "Under it", parent=made.id)
    assert api.json(f"{V2}/pages/{page.id}")["parentType"] == kind
    found = api.json(f"{V2}/{path}/{made.id}")
    assert (found["type"], found["parentId"]) == (kind, wiki.top.id)


# -- what it is now


def test_a_trashed_page_is_still_given_by_its_id_and_says_so(wiki: Wiki, api: Api) -> None:
    wiki.site.trash(wiki.open_page.id)
    assert api.json(f"{V2}/pages/{wiki.open_page.id}")["status"] == "trashed"
    assert api.get(f"{V2}/pages/{wiki.open_page.id}", status="current").status_code == 404
    for path in (
        f"{V2}/pages/{wiki.open_page.id}/attachments",
        f"{V2}/attachments/{wiki.on_open.id}",
        f"{V2}/footer-comments/{wiki.said_open.id}",
        f"{V1}/content/{wiki.open_page.id}/restriction/byOperation",
        f"{V1}/content/{wiki.open_page.id}/child/attachment/{wiki.on_open.id}/download",
    ):
        assert api.get(path).status_code == 404
    wiki.site.restore(wiki.open_page.id)
    assert api.json(f"{V2}/pages/{wiki.open_page.id}")["status"] == "current"
    wiki.site.purge(wiki.open_page.id)
    assert api.get(f"{V2}/pages/{wiki.open_page.id}").status_code == 404


@pytest.fixture
def strict(wiki: Wiki) -> Iterator[Api]:
    with ConfluenceEmulator(wiki.world, caller=wiki.bot.account_id, habits=Habits(trashed_by_id=False)) as site:
        api = Api(site.url, site.caller.basic)
        yield api
        api.http.close()


def test_or_it_is_not_as_the_site_has_it(wiki: Wiki, strict: Api) -> None:
    wiki.site.trash(wiki.open_page.id)
    assert strict.get(f"{V2}/pages/{wiki.open_page.id}").status_code == 404


def test_an_archived_page_is_given_and_says_so(wiki: Wiki, api: Api) -> None:
    wiki.site.archive(wiki.open_page.id)
    assert api.json(f"{V2}/pages/{wiki.open_page.id}")["status"] == "archived"


def test_a_move_shows_at_once_without_a_version(wiki: Wiki, api: Api) -> None:
    api.json(f"{V2}/pages/{wiki.below.id}")
    wiki.site.move(wiki.below.id, parent=wiki.folder.id)
    page = api.json(f"{V2}/pages/{wiki.below.id}")
    assert (page["parentId"], page["parentType"], page["version"]["number"]) == (wiki.folder.id, "folder", 1)


# -- comments


def test_threads(wiki: Wiki, api: Api) -> None:
    answer = wiki.site.add_comment(wiki.open_page.id, "<p>indeed</p>", reply_to=wiki.said_open.id)
    inline = wiki.site.add_comment(wiki.open_page.id, "<p>here</p>", inline=True, selection="open")
    assert api.ids(f"{V2}/pages/{wiki.open_page.id}/footer-comments") == [wiki.said_open.id]
    assert api.ids(f"{V2}/footer-comments/{wiki.said_open.id}/children") == [answer.id]
    assert set(api.ids(f"{V2}/footer-comments")) == {wiki.said_open.id, wiki.said_below.id, answer.id}
    found = api.all(f"{V2}/pages/{wiki.open_page.id}/inline-comments", **{"body-format": "storage"})
    assert [each["id"] for each in found] == api.ids(f"{V2}/inline-comments") == [inline.id]
    assert found[0]["properties"]["inlineOriginalSelection"] == "open"
    assert found[0]["body"]["storage"]["value"] == "<p>here</p>"
    assert found[0]["pageId"] == wiki.open_page.id
    said = api.json(f"{V2}/footer-comments/{answer.id}")
    assert (said["parentCommentId"], said["version"]["authorId"]) == (wiki.said_open.id, answer.author_id)
    assert api.get(f"{V2}/inline-comments/{answer.id}").status_code == 404


def test_blog_posts_have_the_same_hanging_on_them(wiki: Wiki, api: Api) -> None:
    held = wiki.site.add_attachment(wiki.post.id, "x.csv", b"a,b", media_type="text/csv")
    said = wiki.site.add_comment(wiki.post.id, "<p>hm</p>")
    wiki.site.label(wiki.post.id, "news")
    found = api.all(f"{V2}/blogposts/{wiki.post.id}/attachments")
    assert [(each["id"], each["blogPostId"], each["mediaType"], each["fileSize"]) for each in found] == [
        (held.id, wiki.post.id, "text/csv", 3)
    ]
    assert api.all(f"{V2}/blogposts/{wiki.post.id}/footer-comments")[0]["blogPostId"] == wiki.post.id
    assert api.ids(f"{V2}/blogposts/{wiki.post.id}/footer-comments") == [said.id]
    assert api.ids(f"{V2}/blogposts/{wiki.post.id}/inline-comments") == []
    assert [each["name"] for each in api.all(f"{V2}/blogposts/{wiki.post.id}/labels")] == ["news"]


# -- bytes


def test_bytes_are_at_another_host_which_wants_no_credentials(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    found = api.get(f"{V1}/content/{wiki.open_page.id}/child/attachment/{wiki.on_open.id}/download")
    assert (found.status_code, found.content) == (302, b"")
    where = found.headers["location"]
    assert where.startswith(f"http://localhost:{site.port}/media/")
    bare = Api("", "")
    del bare.http.headers["authorization"]
    assert bare.get(where).content == b"open bytes"
    assert bare.get(where.partition("?")[0]).status_code == 401
    bare.http.close()
    assert [each.authorized for each in site.requests.all() if each.via == "media"] == [False, False]


def test_the_link_of_an_attachment_leads_to_its_bytes_too(wiki: Wiki, api: Api) -> None:
    link = api.json(f"{V2}/attachments/{wiki.on_open.id}")["downloadLink"]
    assert link.startswith(f"/download/attachments/{wiki.open_page.id}/open%20file.txt?version=1")
    assert api.get("/wiki" + link).status_code == 302
    assert api.get(f"/wiki/download/attachments/{wiki.open_page.id}/other.txt").status_code == 404


def test_new_bytes_are_a_new_version_at_a_new_place(wiki: Wiki, api: Api) -> None:
    path = f"{V1}/content/{wiki.open_page.id}/child/attachment/{wiki.on_open.id}/download"
    before = api.get(path).headers["location"]
    wiki.site.edit(wiki.on_open.id, data=b"new")
    assert api.get(path).headers["location"] != before
    assert api.get(before).status_code == 401
    assert api.json(f"{V2}/attachments/{wiki.on_open.id}")["version"]["number"] == 2
