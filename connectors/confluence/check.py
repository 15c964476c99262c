"""What may our token do at this site, and what is lost where it may not? Asked of the site itself, one harmless thing each.

Nothing of what is read here is kept.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from connectors.confluence import normalise
from connectors.confluence.client import Client
from connectors.confluence.normalise import Space, number
from connectors.confluence.reader import Reader
from connectors.confluence.wire import Kind
from connectors.model import AccessUnknown, Fatal
from connectors.privileges import Asked, Privilege, answered, tried, why
from policies.people import Noun


class Checked(Noun):
    account: str | None
    spaces: tuple[str, ...]  # keys of those that we see
    unseen: tuple[str, ...]  # keys of those that we were told to read, and do not see
    privileges: tuple[Privilege, ...]

    @property
    def is_enough(self) -> bool:
        return bool(self.spaces) and not any(one.needed and one.missing for one in self.privileges)


def checked(reader: Reader) -> Checked:
    """A site that does not answer raises Retryable; a token that is good for nothing, Fatal."""
    client = reader.client
    me, spaces = tried(client.me), tried(reader.spaces)
    if isinstance(me, Fatal) and isinstance(spaces, Fatal):
        raise spaces
    seen = {space.key: space for space in spaces.values()} if isinstance(spaces, dict) else {}
    asked = [
        Asked(_SPACES, lambda: str(spaces) if isinstance(spaces, Exception) else None),
        *(_of_spaces(reader, next(iter(seen.values()))) if seen else ()),
        Asked(_GROUPS, lambda: why(lambda: _members(client))),
    ]
    return Checked(
        account=None if me is None or isinstance(me, Exception) else me.display_name,
        spaces=tuple(seen),
        unseen=tuple(key for key in reader.settings.spaces if key not in seen),
        privileges=answered(asked),
    )


def _of_spaces(reader: Reader, space: Space) -> Iterator[Asked]:
    client = reader.client
    first: list[str] = []

    def pages() -> None:
        for part in client.listed(Kind.PAGE, spaces=[space.id], limit=1):
            first.extend(normalise.entry(Kind.PAGE, thing).id for thing in part.things)
            if first:
                return

    yield Asked(_PAGES, lambda: why(pages))
    yield Asked(_PERMISSIONS, lambda: why(lambda: reader.space_layer(space)))
    for privilege, listed_as in ((_ATTACHMENTS, Kind.ATTACHMENT), (_COMMENTS, Kind.FOOTER)):
        yield Asked(privilege, lambda kind=listed_as: why(lambda: next(client.listed(kind, limit=1), None)))  # type: ignore[misc]
    yield Asked(_RESTRICTIONS, lambda: _of_a_page(first, lambda page: client.restriction(number(page))))
    yield Asked(_ANCESTORS, lambda: _of_a_page(first, lambda page: client.ancestors(number(page))))
    labels = _LABELS if reader.settings.has_label_scope else _LABELS_OF_CHANNELS
    yield Asked(labels, lambda: _of_a_page(first, lambda page: client.labels(Kind.PAGE, number(page))))
    yield Asked(_DECISIONS, lambda: _of_a_page(first, lambda page: _may_ask(client, page)))


def _members(client: Client) -> None:
    if not client.groups():
        raise AccessUnknown("no group of the site is visible to our account")
    client.users(list(islice(_accounts(client), 1)))


def _accounts(client: Client) -> Iterator[str]:
    return (member.account_id for group in client.groups() for member in client.members(group.id))


def _may_ask(client: Client, page: str) -> None:
    """For somebody else: whoever they are, they may ask for themselves."""
    me = client.me()
    others = (account for account in _accounts(client) if me is None or account != me.account_id)
    somebody = next(others, None)
    if somebody is None or client.may_read(number(page), somebody) is None:
        raise AccessUnknown("only an administrator of Confluence may ask for somebody else's access")


def _of_a_page(pages: list[str], ask: Callable[[str], object]) -> str | None:
    return why(lambda: ask(pages[0])) if pages else "there is no page to try it on"


_NOTHING_GOES: Final = "nothing can be read without it"
_SPACES: Final = Privilege(name="see the spaces", scopes=("read:space:confluence",), needed=True, lost=_NOTHING_GOES)
_PAGES: Final = Privilege(
    name="read pages and blog posts", scopes=("read:page:confluence",), needed=True, lost=_NOTHING_GOES
)
_PERMISSIONS: Final = Privilege(
    name="read who may read a space",
    scopes=("read:space:confluence", "read:space.permission:confluence"),
    needed=True,
    lost="nobody may read anything",
)
_RESTRICTIONS: Final = Privilege(
    name="read the restrictions of a page",
    scopes=("read:content.restriction:confluence",),
    needed=True,
    lost="nobody may read anything",
)
_ANCESTORS: Final = Privilege(
    name="read what a page lies under",
    scopes=("read:page:confluence",),
    needed=True,
    lost="no page is shown once it is looked at again, just before an answer",
)
_GROUPS: Final = Privilege(
    name="read groups, their members and addresses",
    scopes=("read:group:confluence", "read:user:confluence"),
    needed=True,
    lost="nobody is known, so nobody may read anything",
)
_ATTACHMENTS: Final = Privilege(
    name="read attachments", scopes=("read:attachment:confluence",), needed=True, lost="the content loop stops there"
)
_COMMENTS: Final = Privilege(
    name="read comments", scopes=("read:comment:confluence",), needed=True, lost="the content loop stops there"
)
_LABELS: Final = Privilege(
    name="read labels",
    scopes=("read:label:confluence",),
    needed=True,
    lost="with a scope by labels, nothing is within it",
)
_LABELS_OF_CHANNELS: Final = _LABELS.model_copy(
    update={"needed": False, "lost": "no channel can be narrowed to what has a label"}
)
_DECISIONS: Final = Privilege(
    name="ask Confluence who may read a page (an administrator's)",
    scopes=("read:content.permission:confluence",),
    needed=False,
    lost="what lies under a folder, a whiteboard or a database is shown to nobody, for only Confluence knows its readers; "
    "everything else is judged by its spaces', pages' and groups' own word, read again just before an answer",
)
