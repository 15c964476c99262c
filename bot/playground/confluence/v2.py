"""The second API: spaces, what is in them, and who people are. One function an endpoint."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from typing import Final
from urllib.parse import urlencode

from lxml import etree

from bot.playground.confluence.call import MOST, Call, cursor
from bot.playground.confluence.errors import Json, missing, refuse
from bot.playground.confluence.nouns import FOLDERLIKE, Content
from bot.playground.confluence.shelves import Place, Shelf, following, place
from bot.playground.confluence.wire_v2 import (
    ancestor_json,
    grant_json,
    label_id,
    label_json,
    role_json,
    space_json,
    user_json,
)
from bot.playground.loopback.replies import Reply, as_json

LIVING: Final = frozenset({"current", "archived"})  # what the lists of pages give unless told otherwise
CURRENT: Final = frozenset({"current"})
ANY: Final = frozenset({"current", "archived", "trashed", "deleted"})
BY_ID: Final = ANY | {"historical", "draft"}
ORDERS: Final = frozenset({"id", "created-date", "modified-date", "title"})
SORTS: Final = ORDERS | {f"-{order}" for order in ORDERS}
FORMATS: Final = frozenset({"storage", "atlas_doc_format"})
_LETTER: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z]+;")
PATHS: Final = {"folders": "folder", "whiteboards": "whiteboard", "databases": "database", "embeds": "embed"}

# -- lists


def _list(
    call: Call,
    places: Callable[[str, Place | None, bool], Iterator[Place]],
    *,
    statuses: frozenset[str],
    limit: int,
    wanted: Callable[[Content], bool] = lambda _: True,
    default_sort: str = "id",
) -> Reply:
    """A page is cut first, and what this caller may not see is left out then: pages are short, or empty with a next one."""
    sort = call.one_of("sort", SORTS, default_sort)
    order = sort.removeprefix("-")
    body_format = call.one_of("body-format", FORMATS)
    batch: list[Content] = []
    more = False
    for _, number in places(order, call.cursor(order), sort.startswith("-")):
        content = call.site.numbered(number)
        if content.status not in statuses or not wanted(content):
            continue
        if len(batch) == limit:
            more = True
            break
        batch.append(content)
    results = [call.writer.content(each, body_format) for each in batch if call.sees(each)]
    return _page(call, results, next_after=cursor(order, place(batch[-1], order)) if more else None)


def _page(call: Call, results: Iterable[bytes], *, next_after: str | None) -> Reply:
    links: dict[str, str] = {"base": call.base}
    header = f'<{call.base}>; rel="base"'
    if next_after:
        params = [(name, each) for name, given in call.params.items() if name != "cursor" for each in given]
        links["next"] = f"{call.path}?{urlencode([('cursor', next_after), *params])}"
        header = f'<{links["next"]}>; rel="next", {header}'
    written = b'{"results":[%b],"_links":%b}' % (b",".join(results), json.dumps(links).encode())
    return Reply(written, headers={"link": header})


def _short(call: Call, items: Sequence[Json], *, default: int = 25) -> Reply:
    """A list that is as it was written, and whose cursor is a number."""
    limit = call.limit(default)
    last = call.cursor("n")
    start = last[1] if last else 0
    window = items[start : start + limit]
    following_one = cursor("n", (start + limit, start + limit)) if start + limit < len(items) else None
    return _page(call, [json.dumps(each).encode() for each in window], next_after=following_one)


def _from_shelves(shelves: Sequence[Shelf]) -> Callable[[str, Place | None, bool], Iterator[Place]]:
    def places(order: str, last: Place | None, backwards: bool) -> Iterator[Place]:  # noqa: FBT001
        if order == "title":
            refuse(400, "Provided value for 'sort' is invalid: title")
        found = [shelf.after(order, last, backwards=backwards) for shelf in shelves]
        return found[0] if len(found) == 1 else merge(*found, reverse=backwards)

    return places


def _from_few(contents: Iterable[Content]) -> Callable[[str, Place | None, bool], Iterator[Place]]:
    few = list(contents)

    def places(order: str, last: Place | None, backwards: bool) -> Iterator[Place]:  # noqa: FBT001
        return following(sorted(place(each, order) for each in few), last, backwards=backwards)

    return places


def _whole_kind(call: Call, kind: str, *, statuses: frozenset[str], default: int = 25) -> Reply:
    """All of a kind: of these ids, of these spaces, or of the site."""
    title = call.param("title")
    ids = call.several("id")
    spaces = call.several("space-id")
    if ids:
        found = (call.site.content.get(each) for each in dict.fromkeys(ids))
        places = _from_few(each for each in found if each and f"{each.kind}s" == kind)
    else:
        places = _from_shelves(
            [call.site.shelf(kind, each) for each in dict.fromkeys(spaces)] or [call.site.shelf(kind)]
        )
    return _list(
        call,
        places,
        statuses=statuses,
        limit=call.limit(default),
        wanted=lambda each: (not title or each.title == title) and (not ids or not spaces or each.space_id in spaces),
    )


def pages(call: Call) -> Reply:
    return _whole_kind(call, "pages", statuses=call.statuses(LIVING, ANY))


def blogposts(call: Call) -> Reply:
    return _whole_kind(call, "blogposts", statuses=call.statuses(CURRENT, ANY))


def pages_in_space(call: Call) -> Reply:
    space = call.space(call.named["id"])
    root = call.one_of("depth", frozenset({"all", "root"}), "all") == "root"
    title = call.param("title")
    return _list(
        call,
        _from_shelves([call.site.shelf("pages", space.id)]),
        statuses=call.statuses(LIVING, ANY),
        limit=call.limit(),
        wanted=lambda each: (not root or each.parent_id is None) and (not title or each.title == title),
    )


def blogposts_in_space(call: Call) -> Reply:
    space = call.space(call.named["id"])
    shelf = call.site.shelf("blogposts", space.id)
    return _list(call, _from_shelves([shelf]), statuses=call.statuses(CURRENT, ANY), limit=call.limit())


def _hangs_on_something_living(call: Call) -> Callable[[Content], bool]:
    return lambda each: call.site.container(each).status in LIVING


def attachments(call: Call) -> Reply:
    filename, media_type = call.param("filename"), call.param("mediaType")
    living = _hangs_on_something_living(call)
    return _list(
        call,
        _from_shelves([call.site.shelf("attachments")]),
        statuses=call.statuses(LIVING, ANY),
        limit=call.limit(50),
        wanted=lambda each: living(each) and filename in ("", each.title) and media_type in ("", each.media_type),
    )


def footer_comments(call: Call) -> Reply:
    return _all_comments(call, "footer-comments")


def inline_comments(call: Call) -> Reply:
    return _all_comments(call, "inline-comments")


def _all_comments(call: Call, kind: str) -> Reply:
    shelf = call.site.shelf(kind)
    living = _hangs_on_something_living(call)
    return _list(call, _from_shelves([shelf]), statuses=CURRENT, limit=call.limit(), wanted=living)


# -- of one page or blog post


def _container(call: Call) -> Content:
    kind = "blogpost" if "/blogposts/" in call.path else "page"
    found = call.content(kind)
    if found.status == "trashed":
        missing(found.id)
    return found


def attachments_of(call: Call) -> Reply:
    held = (call.site.content[each] for each in _container(call).attachments)
    filename, media_type = call.param("filename"), call.param("mediaType")
    return _list(
        call,
        _from_few(held),
        statuses=call.statuses(LIVING, ANY),
        limit=call.limit(50),
        wanted=lambda each: filename in ("", each.title) and media_type in ("", each.media_type),
    )


def footer_comments_of(call: Call) -> Reply:
    return _comments_of(call, inline=False)


def inline_comments_of(call: Call) -> Reply:
    return _comments_of(call, inline=True)


def _comments_of(call: Call, *, inline: bool) -> Reply:
    """The first of each thread; the answers are their children."""
    held = (call.site.content[each] for each in _container(call).comments)
    firsts = (each for each in held if each.inline == inline and each.reply_to is None)
    return _list(call, _from_few(firsts), statuses=CURRENT, limit=call.limit())


def replies(call: Call) -> Reply:
    first = call.content("comment")
    held = (call.site.content[each] for each in call.site.container(first).comments)
    return _list(call, _from_few(e for e in held if e.reply_to == first.id), statuses=CURRENT, limit=call.limit())


def labels_of(call: Call) -> Reply:
    return _short(call, [label_json(each) for each in _container(call).labels])


def labels_in_space(call: Call) -> Reply:
    """Of what this caller sees there."""
    space = call.space(call.named["id"])
    seen = (each for each in call.site.labelled() if each.space_id == space.id and call.sees(each))
    return _short(call, [label_json(each) for each in sorted({name for one in seen for name in one.labels})])


def pages_labelled(call: Call) -> Reply:
    return _labelled(call, "page")


def blogposts_labelled(call: Call) -> Reply:
    return _labelled(call, "blogpost")


def _labelled(call: Call, kind: str) -> Reply:
    """Of these spaces, or of the site."""
    spaces, number = call.several("space-id"), call.named["id"]
    found = [each for each in call.site.labelled() if number in map(label_id, each.labels)]
    of_kind = (each for each in found if each.kind == kind and (not spaces or each.space_id in spaces))
    return _list(call, _from_few(of_kind), statuses=LIVING, limit=call.limit())


def ancestors(call: Call) -> Reply:
    """From the top. Of many, the nearest: the rest are the ancestors of the first."""
    kind = PATHS.get(call.path.split("/")[-3], "page")
    above = call.site.ancestors(call.content(kind))
    return _page(call, [json.dumps(ancestor_json(each)).encode() for each in above[-call.limit() :]], next_after=None)


# -- one thing


def page(call: Call) -> Reply:
    return _single(call, "page")


def blogpost(call: Call) -> Reply:
    return _single(call, "blogpost")


def _single(call: Call, kind: str) -> Reply:
    """Without a status asked for, what was trashed is given too, and says so."""
    content = call.content(kind)
    statuses = call.statuses(ANY if call.habits.trashed_by_id else LIVING, BY_ID)
    if content.status not in statuses:
        missing(content.id)
    return _one(call, content)


def attachment(call: Call) -> Reply:
    return _hanging(call, "attachment")


def comment(call: Call) -> Reply:
    inline = "/inline-comments/" in call.path
    if (found := call.content("comment")).inline != inline:
        missing(found.id)
    return _hanging(call, "comment")


def _hanging(call: Call, kind: str) -> Reply:
    content = call.content(kind)
    if not _hangs_on_something_living(call)(content):
        missing(content.id)
    return _one(call, content)


def folder(call: Call) -> Reply:
    found = call.content(PATHS[call.path.split("/")[-2]])
    if found.kind not in FOLDERLIKE or found.status == "trashed":
        missing(found.id)
    return _one(call, found)


def _one(call: Call, content: Content, *, status: int = 200) -> Reply:
    written = call.writer.content(content, call.one_of("body-format", FORMATS | {"view"}))
    return Reply(b'%b,"base":%b}}' % (written[:-2], json.dumps(call.base).encode()), status)


# -- spaces


def spaces(call: Call) -> Reply:
    keys, ids = call.several("keys"), call.several("ids")
    seen = [each for each in call.site.spaces.values() if call.sight.sees_space(call.caller, each)]
    wanted = [each for each in seen if (not keys or each.key in keys) and (not ids or each.id in ids)]
    return _short(call, [space_json(each) for each in wanted])


def space(call: Call) -> Reply:
    found = space_json(call.space(call.named["id"]))
    return as_json(found)


def permissions(call: Call) -> Reply:
    return _short(call, [grant_json(each) for each in call.space(call.named["id"]).grants])


def role_assignments(call: Call) -> Reply:
    return _short(call, [role_json(each) for each in call.space(call.named["id"]).roles])


# -- people


def users_bulk(call: Call) -> Reply:
    asked = call.body.get("accountIds") if isinstance(call.body, dict) else None
    if not isinstance(asked, list) or not asked or len(asked) > MOST:
        refuse(400, f"accountIds: between 1 and {MOST}")
    found = [call.world.people.get(each) for each in dict.fromkeys(map(str, asked))]
    return _page(call, [json.dumps(user_json(each)).encode() for each in found if each], next_after=None)


# -- writing


def create_page(call: Call) -> Reply:
    space_id, title, body, parent = _written(call, "spaceId", "title", "body", "parentId")
    made_in = call.space(space_id)
    _need_to_create(call, made_in.id, "page")
    if not title:
        refuse(400, "A page must have a title")
    _need_well_formed(body)
    if parent:
        call.seen(parent)
    if any(each.title == title for each in _pages_of(call, made_in.id)):
        refuse(400, "A page with this title already exists: A page already exists with the same TITLE in this space")
    try:
        made = call.site.add_page(made_in.id, title, body, parent=parent or None, author=call.caller.account_id)
    except (LookupError, ValueError) as no:
        refuse(400, str(no))
    return _one(call, made)


def create_footer_comment(call: Call) -> Reply:
    page_id, post_id, first_id, body = _written(call, "pageId", "blogPostId", "parentCommentId", "body")
    given = page_id or post_id or first_id
    if not given:
        refuse(400, "One of pageId, blogPostId, parentCommentId must be provided")
    on = call.seen(given, "page", "blogpost", "comment")
    container = call.site.container(on)
    if container.status != "current":
        missing(container.id)
    _need_to_create(call, container.space_id, "comment")
    _need_well_formed(body)
    made = call.site.add_comment(container.id, body, reply_to=first_id or None, author=call.caller.account_id)
    return _one(call, made, status=201)


def _need_to_create(call: Call, space_id: str, what: str) -> None:
    if not call.caller.sees_everything and not call.sight.oracle.may_create(call.caller.account_id, space_id, what):
        refuse(403, f"Current user is not permitted to create a {what} here")


def _need_well_formed(body: str) -> None:
    """As XML, with the names of HTML's letters."""
    text = _LETTER.sub(" ", body)
    try:
        etree.fromstring(f'<x xmlns:ac="ac" xmlns:ri="ri">{text}</x>', etree.XMLParser(resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError) as no:
        refuse(400, f"Error parsing xhtml: {no}")


def _written(call: Call, *names: str) -> list[str]:
    """A body is said by its value, and has to be in storage format."""
    if not isinstance(call.body, dict):
        refuse(400, "Expected a JSON object")
    found = []
    for name in names:
        given = call.body.get(name) or ""
        if name == "body" and isinstance(given, dict):
            if given.get("representation", "storage") != "storage":
                refuse(400, "Only the storage representation is taken here")
            given = given.get("value") or ""
        found.append(str(given))
    return found


def _pages_of(call: Call, space_id: str) -> Iterator[Content]:
    shelf = call.site.shelf("pages", space_id)
    return (call.site.numbered(number) for _, number in shelf.after("id", None, backwards=False))
