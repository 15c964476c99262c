"""Where in Confluence something may be written for somebody: in the spaces that an admin named, of the sites that are sources,
as far as this person may do it there themselves. Asked live; only in which groups they are is as it was last read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BeforeValidator, ValidationError

from bot.core.acting import Barred, NotDone
from bot.tools.outcomes import ABSENT, NOT_SET_UP, NOT_YOURS, UNKNOWN, quoted
from connectors.confluence import access, wire
from connectors.confluence.client import Client
from connectors.confluence.people import account_of
from connectors.confluence.settings import Settings
from connectors.confluence.wire import Kind
from connectors.http import Refused, origin
from connectors.model import AccessUnknown
from policies.access import AccessList, Layer, may_read
from policies.people import Email, Person, Principal

DIGITS: Final = r"\d{1,20}"
MAY_NOT_ASK: Final = (
    "Confluence does not say what somebody may do there: our account has to administer Confluence, and its token to have "
    "the scope read:confluence-content.permission"
)


@dataclass(frozen=True)
class Wiki:
    """One site. `held`: what somebody holds there."""

    source: str
    settings: Settings
    client: Client
    held: Callable[[Email], frozenset[Principal]]
    clock: Callable[[], datetime]

    def person(self, email: Email) -> tuple[Person, str] | None:
        """With their account."""
        principals = self.held(email)
        account = account_of(self.source, principals)
        return (Person(email=email, principals=principals), account) if account is not None else None

    def space(self, key: str) -> wire.Space | None:
        """If an admin named it."""
        found = self.client.spaces([key]) if key in self.settings.spaces else ()
        return found[0] if found else None

    def page(self, page_id: str) -> wire.Content | None:
        found = self.client.content(Kind.PAGE, page_id)
        return found if found is not None and found.status == "current" else None

    def holds(self, page: wire.Content) -> bool:
        """Whether it is in a space that an admin named."""
        return any(space.id == page.space_id for space in self.client.spaces(self.settings.spaces))

    def barred_from(self, space_id: str, what: Literal["page", "comment"], person: Person) -> Barred | None:
        """Whether they may look into the space, and make such things in it."""
        permissions = self.client.permissions(space_id)
        assignments = self.client.assignments(space_id) if access.has_roles(permissions) else ()

        def layer(operation: tuple[str, str]) -> Layer:
            return access.space_layer(self.source, permissions, assignments=assignments, operation=operation)

        needed = AccessList(layers=(layer(("read", access.SPACE)), layer(("create", what))))
        return None if may_read(person, needed, self.clock()) else NOT_YOURS

    def shows(self, page_id: str, account: str) -> bool:
        """As Confluence decides for this account at this moment. Asked before anything else of the page: where we may not ask,
        we are told so whether or not it is there.
        """
        decided = self.client.may_read(page_id, account)
        if decided is None:
            raise AccessUnknown(MAY_NOT_ASK)
        return decided

    def link(self, made: wire.Links) -> str:
        return f"{self.settings.site}{made.webui}" if made.webui else self.settings.site

    def may_hold(self, ref: str) -> bool:
        return not ref.startswith("http") or origin(ref) == origin(self.settings.site)


Wikis = Callable[[], Sequence[Wiki]]


def _page(value: object) -> object:
    """Or the address of a page, as people copy it: …/pages/123456/Its+title."""
    return value.strip() if isinstance(value, str) else value


PageRef = Annotated[str, BeforeValidator(_page)]
"""Its number, or its address."""
PAGE_REF: Final = rf"^(?:{DIGITS}|https?://[^\s/?#@]+/[^\s?#]*/pages/{DIGITS}(?:[/?#]\S*)?)$"


def number_of(ref: str) -> str:
    after = ref.rpartition("/pages/")[2]
    return next(part for part in after.replace("?", "/").replace("#", "/").split("/") if part)


class Found(NamedTuple):
    wiki: Wiki
    page: wire.Content
    person: Person


def page_for(wikis: Sequence[Wiki], ref: str, email: Email) -> Found | Barred:
    """By its address: of that site. By its number alone: of whichever site has it, and shows it to them."""
    if not wikis:
        return NOT_SET_UP
    known = [(wiki, *who) for wiki in wikis if (who := wiki.person(email)) is not None]
    if not known:
        return UNKNOWN
    for wiki, person, account in known:
        if wiki.may_hold(ref) and wiki.shows(number_of(ref), account):
            page = wiki.page(number_of(ref))
            if page is not None and wiki.holds(page):
                return Found(wiki, page, person)
    return ABSENT


def page_at(wikis: Sequence[Wiki], ref: str) -> tuple[Wiki, wire.Content] | None:
    """The same, whoever asks."""
    for wiki in wikis:
        page = wiki.page(number_of(ref)) if wiki.may_hold(ref) else None
        if page is not None and wiki.holds(page):
            return wiki, page
    return None


def refused(found: Refused) -> NotDone:
    try:
        said = "; ".join(each.title for each in wire.Refusal.model_validate_json(found.body).errors if each.title)
    except ValidationError:
        said = ""
    return NotDone(why="invalid" if found.status == 400 else "refused", said=quoted(said or str(found.status)))  # noqa: PLR2004
