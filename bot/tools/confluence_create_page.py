"""A new page in a space of Confluence, made by our own account for somebody who may make it themselves."""

from itertools import chain, islice
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from bot.core.acting import Actor, Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.tools.outcomes import (
    ABSENT,
    ANOTHER,
    NOT_SET_UP,
    NOT_YOURS,
    UNKNOWN,
    OneLine,
    Stopped,
    Words,
    asking,
    finding,
    is_another,
    nonce,
    not_done,
    writing,
)
from bot.tools.wikis import PAGE_REF, PageRef, Wiki, Wikis, page_for, refused
from connectors.confluence import wire
from connectors.confluence.written import carries, storage
from connectors.http import Refused
from connectors.plain import NOTHING_BELOW, Below
from policies.people import Noun, Person

MOST_CHARACTERS: Final = 100_000
NEWEST: Final = 250  # in which it is looked for where somebody gave it another title meanwhile


def _key(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class Page(Arguments):
    space: Annotated[str, BeforeValidator(_key)] = Field(
        description="Key of the Confluence space, such as ENG",
        pattern=r"^~?[A-Za-z0-9_:.-]{1,255}$",
        json_schema_extra={"footnote": "target"},
    )
    title: OneLine = Field(description="Title of the page", json_schema_extra={"footnote": "text"})
    text: Words = Field(
        max_length=MOST_CHARACTERS,
        description="What the page says",
        json_schema_extra={"footnote": "text", "footnote_body": True},
    )
    parent: PageRef | None = Field(
        default=None,
        pattern=PAGE_REF,
        description="Page below which it is put: its number, or its address",
        json_schema_extra={"footnote": "target", "footnote_in_another": True},
    )


class _Checked(Noun):
    space: wire.Space
    parent: wire.Content | None


def _id(wiki: Wiki, found: _Checked) -> str:
    below = f" below {found.parent.id}" if found.parent is not None else ""
    return f"{wiki.settings.site} space {found.space.id}{below}"


class ConfluenceCreatePage:
    """Not keyed, though Confluence takes a title only once in each space: somebody may have given it another meanwhile."""

    name: ClassVar[str] = "confluence.create_page"
    takes: ClassVar[type[Arguments]] = Page
    keyed: ClassVar[bool] = False
    signs: ClassVar[bool] = True

    def __init__(self, wikis: Wikis) -> None:
        self._wikis = wikis

    def is_set_up(self) -> bool:
        return bool(self._wikis())

    def look(self, arguments: Page, actor: Actor) -> Would | Barred:
        wiki = self._wiki(arguments)
        found = self._checked(wiki, arguments, actor)
        if isinstance(found, Barred):
            return found
        assert wiki is not None
        below = f", below “{found.parent.title}”" if found.parent is not None else ""
        return Would(
            target=f"{found.space.key} – {found.space.name}{below}",
            id=_id(wiki, found),
            url=f"{wiki.settings.site}/spaces/{found.space.key}",
        )

    def run(
        self, arguments: Page, actor: Actor, key: str, below: Below = NOTHING_BELOW, *, at: str | None = None
    ) -> Done | NotDone:
        wiki = self._wiki(arguments)
        found = self._checked(wiki, arguments, actor)
        if isinstance(found, Barred):
            return not_done(found)
        assert wiki is not None
        if is_another(_id(wiki, found), at):
            return ANOTHER
        value = storage(arguments.text, byline=byline(actor), nonce=nonce(key), below=below)
        body: dict[str, object] = {
            "spaceId": found.space.id,
            "status": "current",
            "title": arguments.title,
            "body": {"representation": "storage", "value": value},
        }
        body |= {"parentId": found.parent.id} if found.parent is not None else {}
        try:
            with writing():
                made = wiki.client.make("pages", body)
        except Stopped as stopped:
            return stopped.not_done
        if isinstance(made, Refused):
            return refused(made)
        return Done(what=made.title or arguments.title, url=wiki.link(made.links))

    def find(self, arguments: Page, actor: Actor, key: str) -> Done | None:  # noqa: ARG002 - whoever it was for
        """Under its title, wherever it lies by now; under another, among the newest of the space."""
        wiki = self._wiki(arguments)
        with finding():
            space = wiki.space(arguments.space) if wiki is not None else None
            me = wiki.client.me() if wiki is not None else None
            if wiki is None or space is None or me is None:
                raise Unsure("the space is no longer there, or no longer for us")
            newest = islice(wiki.client.newest(space.id, most=NEWEST), NEWEST)
            for page in chain(wiki.client.titled(space.id, arguments.title), newest):
                if page.author_id in (me.account_id, None) and carries(page.storage, nonce(key)):
                    return Done(what=page.title, url=wiki.link(page.links))
        return None

    def _wiki(self, arguments: Page) -> Wiki | None:
        return next((each for each in self._wikis() if arguments.space in each.settings.spaces), None)

    def _checked(self, wiki: Wiki | None, arguments: Page, actor: Actor) -> _Checked | Barred:
        """Who somebody is comes first: what is said of that must not hang on what there is."""
        wikis = self._wikis()
        if not wikis:
            return NOT_SET_UP
        if all(each.person(actor.email) is None for each in wikis):
            return UNKNOWN
        known = wiki.person(actor.email) if wiki is not None else None
        if wiki is None or known is None:
            return ABSENT
        try:
            with asking():
                space = wiki.space(arguments.space)
                if space is None:
                    return ABSENT
                return self._barred(wiki, space, *known) or self._below(wiki, arguments, space, actor)
        except Stopped as stopped:
            return stopped.barred

    def _barred(self, wiki: Wiki, space: wire.Space, person: Person, account: str) -> Barred | None:
        barred = wiki.barred_from(space.id, "page", person)
        if barred is None and space.homepage_id is not None and not wiki.shows(space.homepage_id, account):
            return NOT_YOURS
        return barred

    def _below(self, wiki: Wiki, arguments: Page, space: wire.Space, actor: Actor) -> _Checked | Barred:
        if arguments.parent is None:
            return _Checked(space=space, parent=None)
        found = page_for([wiki], arguments.parent, actor.email)
        if isinstance(found, Barred):
            return found
        return _Checked(space=space, parent=found.page) if found.page.space_id == space.id else ABSENT
