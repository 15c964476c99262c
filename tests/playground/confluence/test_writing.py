"""What a tool may write: a page, a comment."""

from typing import Any

from bot.playground.confluence import ConfluenceEmulator
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"


def body(text: str) -> dict[str, str]:
    return {"representation": "storage", "value": text}


def a_page(wiki: Wiki, **said: Any) -> dict[str, Any]:
    return {
        "spaceId": wiki.site.space("ENG").id,
        "status": "current",
        "title": "Made",
        "body": body("<p>x</p>"),
        **said,
    }


def test_no_page_where_one_may_not_see_or_where_the_title_is_taken(wiki: Wiki, api: Api) -> None:
    wiki.site.add_space("HR", licensed=False, admins=False)
    before = len(wiki.site.content)
    for said, status in (
        (a_page(wiki, spaceId=wiki.site.space("HR").id), 404),
        (a_page(wiki, spaceId="9"), 404),
        (a_page(wiki, parentId="9"), 404),
        (a_page(wiki, parentId=wiki.post.id), 400),
        (a_page(wiki, title=""), 400),
        (a_page(wiki, title="Open"), 400),
        (a_page(wiki, body={"representation": "wiki", "value": "x"}), 400),
        ([], 400),
    ):
        assert api.post(f"{V2}/pages", said).status_code == status, said
    assert len(wiki.site.content) == before


def test_a_page_is_made_where_it_was_said(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    made = api.post(f"{V2}/pages", a_page(wiki, parentId=wiki.open_page.id))
    assert made.status_code == 200
    found = api.json(f"{V2}/pages/{made.json()['id']}", **{"body-format": "storage"})
    assert (found["title"], found["parentId"], found["authorId"]) == ("Made", wiki.open_page.id, wiki.bot.account_id)
    assert found["body"]["storage"]["value"] == "<p>x</p>"


def test_no_comment_on_what_one_may_not_see_or_what_is_gone(wiki: Wiki, api: Api) -> None:
    wiki.site.trash(wiki.open_page.id)
    for said in ({"pageId": "9"}, {"pageId": wiki.folder.id}, {"pageId": wiki.open_page.id}):
        assert api.post(f"{V2}/footer-comments", said | {"body": body("x")}).status_code == 404
    assert api.post(f"{V2}/footer-comments", {"body": body("x")}).status_code == 400


def test_a_comment_and_an_answer(wiki: Wiki, api: Api) -> None:
    first = api.post(f"{V2}/footer-comments", {"pageId": wiki.top.id, "body": body("<p>a</p>")})
    assert first.status_code == 201
    answer = api.post(f"{V2}/footer-comments", {"parentCommentId": first.json()["id"], "body": body("<p>b</p>")})
    assert answer.json()["parentCommentId"] == first.json()["id"]
    on_post = api.post(f"{V2}/footer-comments", {"blogPostId": wiki.post.id, "body": body("<p>c</p>")})
    assert on_post.json()["blogPostId"] == wiki.post.id


def test_the_same_in_the_words_of_the_first_api(wiki: Wiki, api: Api) -> None:
    storage = {"storage": body("<p>y</p>")}
    page = {
        "type": "page",
        "title": "Old words",
        "space": {"key": "ENG"},
        "ancestors": [{"id": wiki.top.id}],
        "body": storage,
    }
    made = api.post(f"{V1}/content", page).json()
    assert wiki.site.get(made["id"]).parent_id == wiki.top.id
    said = api.post(f"{V1}/content", {"type": "comment", "container": {"id": made["id"]}, "body": storage})
    assert wiki.site.get(said.json()["id"]).body == "<p>y</p>"
    assert api.post(f"{V1}/content", {"type": "poem"}).status_code == 400
    assert api.post(f"{V1}/content", page | {"space": {"key": "NO"}}).status_code == 404
