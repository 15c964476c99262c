"""A comment at the foot of a page of Confluence, made by our own account for somebody who may make it themselves."""

from typing import ClassVar, Final

from pydantic import Field

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.tools.outcomes import (
    ANOTHER,
    Stopped,
    Words,
    asking,
    finding,
    is_another,
    nonce,
    not_done,
    writing,
)
from bot.tools.wikis import PAGE_REF, Found, PageRef, Wiki, Wikis, page_at, page_for, refused
from connectors.confluence import wire
from connectors.confluence.written import carries, storage
from connectors.http import Refused
from connectors.plain import NOTHING_BELOW, Below

MOST_CHARACTERS: Final = 20_000


class Comment(Arguments):
    page: PageRef = Field(
        pattern=PAGE_REF,
        description="Confluence page: its number, or its address",
        json_schema_extra={"footnote": "target"},
    )
    text: Words = Field(
        max_length=MOST_CHARACTERS,
        description="What to say there",
        json_schema_extra={"footnote": "text", "footnote_body": True},
    )


class ConfluenceComment:
    name: ClassVar[str] = "confluence.comment"
    takes: ClassVar[type[Arguments]] = Comment
    keyed: ClassVar[bool] = False
    signs: ClassVar[bool] = True

    def __init__(self, wikis: Wikis) -> None:
        self._wikis = wikis

    def is_set_up(self) -> bool:
        return bool(self._wikis())

    def look(self, arguments: Comment, actor: Actor) -> Would | Barred:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return found
        page = found.page
        return Would(target=page.title, id=_id(found), url=found.wiki.link(page.links))

    def title(self, arguments: Comment, reader: Actor) -> str | None:
        """As Confluence shows the page to them."""
        try:
            with asking():
                found = page_for(self._wikis(), arguments.page, reader.email)
                return None if isinstance(found, Barred) else found.page.title
        except Stopped:
            return None

    def run(
        self, arguments: Comment, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        found = self._checked(arguments, actor)
        if isinstance(found, Barred):
            return not_done(found)
        if is_another(_id(found), at):
            return ANOTHER
        wiki, page, _ = found
        value = storage(arguments.text, byline=byline(actor), nonce=nonce(key), below=below)
        try:
            with writing():
                made = wiki.client.make(
                    "footer-comments",
                    {"pageId": page.id, "body": {"representation": "storage", "value": value}},
                )
        except Stopped as stopped:
            return stopped.not_done
        return refused(made) if isinstance(made, Refused) else _done(wiki, page, made.id)

    def find(self, arguments: Comment, actor: Actor, key: str) -> Done | None:  # noqa: ARG002 - whoever it was for
        with finding():
            found = page_at(self._wikis(), arguments.page)
            if found is None:
                raise Unsure("the page is no longer there, or no longer for us")
            wiki, page = found
            me = wiki.client.me()
            if me is None:
                raise Unsure("Confluence does not tell who we are")
            for comment in wiki.client.comments_on(page.id):
                ours = comment.version.author_id in (me.account_id, None)
                if ours and carries(comment.storage, nonce(key)):
                    return _done(wiki, page, comment.id)
        return None

    def _checked(self, arguments: Comment, actor: Actor) -> Found | Barred:
        try:
            with asking():
                found = page_for(self._wikis(), arguments.page, actor.email)
                if isinstance(found, Barred):
                    return found
                return found.wiki.barred_from(found.page.space_id, "comment", found.person) or found
        except Stopped as stopped:
            return stopped.barred


def _id(found: Found) -> str:
    return f"{found.wiki.settings.site} page {found.page.id}"


def _done(wiki: Wiki, page: wire.Content, comment: str) -> Done:
    link = wiki.link(page.links)
    return Done(what=page.title, url=f"{link}{'&' if '?' in link else '?'}focusedCommentId={comment}")
