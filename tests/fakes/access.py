"""People and interned lists in dictionaries."""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime

from bot.core.nouns import ListId, Question
from bot.core.ports import Access, People
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
    """Whoever is not in `known` is unknown: somebody without any principal."""

    def __init__(self) -> None:
        self.known: dict[Email, frozenset[Principal]] = {}
        self.lists: dict[ListId, AccessList] = {}

    def person(self, email: Email) -> Person:
        return Person(email=email, principals=self.known.get(email, frozenset()))

    def people(self, emails: Collection[Email]) -> Mapping[Email, Person]:
        return {email: self.person(email) for email in emails}

    def version(self) -> int:
        return hash(frozenset(self.known.items()))

    def readable(self, audience: Audience, now: datetime) -> frozenset[ListId]:
        return readable_lists(audience, self.lists, now)


class FakePeople(People):
    """Whoever asks is alone, unless others are `beside` them; `comings` are those who come before each later look.
    Without `glances` each look is a close one.
    """

    def __init__(self, access: FakeAccess) -> None:
        self._access = access
        self.beside: list[Person] = []
        self.comings: list[Person] = []
        self.complete = True
        self.outsiders: set[Email] = set()
        self.declared: list[frozenset[Principal]] = []
        self.glances: Hashable | None = None

    def asker(self, question: Question) -> Person:
        assert isinstance(question.asker, str)
        person = self._access.person(question.asker)
        return person.model_copy(update={"outsider": question.asker in self.outsiders})

    def as_of(self, question: Question) -> Hashable | None:  # noqa: ARG002
        return self.glances

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:  # noqa: ARG002
        self.declared.append(declared)
        audience = Audience(people=(asker, *self.beside), complete=self.complete)
        if self.comings:
            self.beside.append(self.comings.pop(0))
        return audience
