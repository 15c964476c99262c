"""One thing as Confluence tells it, as a place and as a document."""

from typing import Any

import pytest

from connectors.confluence import normalise
from connectors.confluence.normalise import Space, entry
from connectors.confluence.wire import Attachment, Comment, Content, Kind
from connectors.files import convert

SITE, ENG = "https://acme.example.test/wiki", Space("7", "ENG", "Engineering")
VERSION = {"number": 3, "createdAt": "2026-01-02T03:04:05.000Z"}


def a_page(**more: Any) -> Content:
    given = {"id": 1, "status": "current", "title": "A page", "spaceId": "7", "version": VERSION, **more}
    return Content.model_validate(given)


def a_file(title: str, **more: Any) -> Attachment:
    given = {"id": "att5", "status": "current", "title": title, "pageId": "1", "version": VERSION, **more}
    return Attachment.model_validate(given)


def text_of(title: str, data: bytes | None) -> str:
    file = None if data is None else convert(name=title, media_type="", data=data)
    return normalise.attachment(SITE, ENG, entry(Kind.ATTACHMENT, a_file(title)), (), file).document.text


@pytest.mark.parametrize(
    ("kind", "thing", "id_", "parent"),
    [
        (Kind.PAGE, a_page(), "page:1", "space:7"),
        (Kind.PAGE, a_page(parentId="2", parentType="page"), "page:1", "page:2"),
        (Kind.PAGE, a_page(parentId="2", parentType=None), "page:1", "page:2"),
        (Kind.PAGE, a_page(parentId="2", parentType="FOLDER"), "page:1", "folder:2"),
        (Kind.PAGE, a_page(parentId="2", parentType="whiteboard"), "page:1", "whiteboard:2"),
        (Kind.PAGE, a_page(parentId="2", parentType="something new"), "page:1", "something new:2"),
        (Kind.BLOGPOST, a_page(), "blogpost:1", "space:7"),
        (Kind.ATTACHMENT, a_file("x"), "attachment:att5", "page:1"),
        (Kind.ATTACHMENT, a_file("x", pageId=None, blogPostId="9"), "attachment:att5", "blogpost:9"),
        (Kind.ATTACHMENT, a_file("x", pageId=None), "attachment:att5", None),
        (Kind.FOOTER, Comment(id="4", status="current", page_id="1", version=VERSION), "comment:4", "page:1"),
        (Kind.INLINE, Comment(id="4", status="current", parent_comment_id="3", version=VERSION), "comment:4", "comment:3"),
    ],
)  # fmt: skip
def test_a_thing_has_its_place(kind: Kind, thing: Any, id_: str, parent: str | None) -> None:
    found = entry(kind, thing)
    assert (found.id, found.parent, found.label) == (id_, parent, "3")


@pytest.mark.parametrize("status", ["archived", "trashed", "deleted", "draft", "historical"])
def test_only_what_is_current_is_there(status: str) -> None:
    assert not entry(Kind.PAGE, a_page(status=status)).current


def test_a_page_as_a_document() -> None:
    thing = a_page(title="A\tpage", body={"storage": {"value": "<p>What it says.</p>"}})
    document = normalise.content(SITE, ENG, entry(Kind.PAGE, thing), ()).document
    assert document.url == "https://acme.example.test/wiki/spaces/ENG/pages/1"
    assert (document.title, document.place, document.kind, document.label) == ("A page", "Engineering", "page", "3")
    assert document.text.strip() == "What it says."
    assert document.access == ()


def test_a_document_of_the_same_words_is_the_same_version_whatever_its_number() -> None:
    one = normalise.content(SITE, ENG, entry(Kind.PAGE, a_page()), ()).document
    other = normalise.content(SITE, ENG, entry(Kind.PAGE, a_page(version={"number": 4})), ()).document
    renamed = normalise.content(SITE, ENG, entry(Kind.PAGE, a_page(title="Another")), ()).document
    assert one.version == other.version != renamed.version


@pytest.mark.parametrize(
    ("webui", "url"),
    [
        ("/spaces/ENG/blog/2026/01/02/1/A+page", "/spaces/ENG/blog/2026/01/02/1/A+page"),
        ("https://evil.example.test/spaces/ENG/blog/1", "/spaces/ENG/pages/1"),
        ("//evil.example.test/spaces/ENG/blog/1", "/spaces/ENG/pages/1"),
        (None, "/spaces/ENG/pages/1"),
    ],
)
def test_a_link_never_leaves_the_site(webui: str | None, url: str) -> None:
    found = entry(Kind.BLOGPOST, a_page(_links={"webui": webui}))
    assert normalise.content(SITE, ENG, found, ()).document.url == SITE + url


def test_a_comment_leads_to_its_page() -> None:
    thing = Comment.model_validate(
        {"id": "4", "status": "current", "title": "Re: A page", "pageId": "1", "version": VERSION}
    )
    document = normalise.comment(SITE, ENG, entry(Kind.FOOTER, thing), ()).document
    assert document.url == f"{SITE}/spaces/ENG/pages/1?focusedCommentId=4"
    assert (document.title, document.kind) == ("Re: A page", "comment")


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", b"\xef\xbb\xbfone\r\ntwo\r", "one\ntwo\n"),
        ("a.MD", b"# One", "# One"),
        ("a.csv", b"a,b\n1,2", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("a.json", b'{"a": "```"}', '````json\n{"a": "```"}\n````'),
        ("a.yml", b"a: 1\n", "```yaml\na: 1\n```"),
        ("a.html", b"<title>T</title><script>x()</script><p>One <b>two</b></p><p>three", "T\nOne two\nthree"),
        ("a.txt", b"caf\xe9", "a.txt"),
        ("a.txt", b"\0", "a.txt"),
        ("a.txt", None, "a.txt"),
    ],
)
def test_a_text_is_read_and_anything_else_is_found_by_its_name(name: str, data: bytes | None, text: str) -> None:
    assert text_of(name, data) == text


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("a.md", True), ("a.HTML", True), ("a.PDF", True), ("a.docx", True), ("a.png", False), ("a.md.exe", False)],
)
def test_what_a_name_ends_in_says_whether_it_is_read(name: str, *, is_read: bool) -> None:
    assert normalise.is_read(a_file(name)) is is_read


def test_without_such_a_name_its_type_says_so() -> None:
    assert normalise.is_read(a_file("plan", mediaType="application/pdf"))


def test_losses_are_one_line_a_document() -> None:
    found = normalise.attachment(SITE, ENG, entry(Kind.ATTACHMENT, a_file("a.pdf")), (), None)
    assert [problem.where for problem in found.problems] == ["attachment:att5"]


def test_what_cannot_be_read_is_told_with_its_reason() -> None:
    file = convert(name="a.pdf", media_type="", data=b"%PDF-1.4")
    found = normalise.attachment(SITE, ENG, entry(Kind.ATTACHMENT, a_file("a.pdf")), (), file)
    assert found.document.text == "a.pdf"
    assert [problem.reason for problem in found.problems] == [
        "not kept: what the file holds, for it is damaged: no PDF can be made of it"
    ]
