"""People and interned lists in dictionaries."""

from datetime import datetime

from bot.core.nouns import ListId
from bot.core.ports import Access
from policies.access import AccessList, Grant, Layer, readable_lists
from policies.people import Audience, Email, Person, Principal


def a_list(*layers: str) -> AccessList:
    """Each layer names its principals, separated by spaces: `a_list("acme/group:eng acme/user:x", "acme/anyone")`."""
    return AccessList(
        layers=tuple(
            Layer(grants=frozenset(Grant(principal=Principal(name)) for name in layer.split())) for layer in layers
        )
    )


class FakeAccess(Access):
    """Whoever is not in `people` is unknown: somebody without any principal."""

    def __init__(self) -> None:
        self.people: dict[str, frozenset[Principal]] = {}
        self.lists: dict[ListId, AccessList] = {}

    def person(self, email: Email) -> Person:
        return Person(email=email, principals=self.people.get(email, frozenset()))

    def readable(self, audience: Audience, now: datetime) -> frozenset[ListId]:
        return readable_lists(audience, self.lists, now)
