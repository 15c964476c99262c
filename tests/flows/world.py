"""A company of one or two sources, with everything that answering needs of it, in memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources

from bot.core.failpoints import armed
from bot.core.nouns import CommandLine, ListId, Question, ReceiptId, document_id
from bot.core.ports import Composer, Guesser, Meaning
from bot.flows.read import Reading
from bot.flows.reply import Answering
from connectors.model import Connector, OwnedLayer, SourceDocument
from policies.people import Email, Principal
from policies.rules import ANSWERS, FILES, Rules, parse
from tests.fakes.access import FakeAccess, FakePeople, a_list
from tests.fakes.composer import ScriptedComposer
from tests.fakes.connector import FakeConnector
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passages import NOON, FakePassages, a_passage
from tests.fakes.poster import FakePoster
from tests.fakes.search import FakeIndex
from tests.fakes.work import FakeWork

_FOLDER = resources.files("policies") / "rules"
_TEXTS = {file: (_FOLDER / file).read_text(encoding="utf-8") for file in FILES}
RULES = parse(_TEXTS)
ANA, BO, STRANGER = (Email(f"{name}@acme.test") for name in ("ana", "bo", "stranger"))
QUESTION = "How many days of leave are there?"


def rules_with(old: str, new: str) -> Rules:
    return rules_from(ANSWERS, old, new)


def rules_from(file: str, old: str, new: str) -> Rules:
    assert old in _TEXTS[file]
    return parse({**_TEXTS, file: _TEXTS[file].replace(old, new)})


class World:
    """`log` is the order of things: every event's kind as it is recorded, `compose` and `post`."""

    def __init__(self, *sources: str) -> None:
        self.log: list[str] = []
        self.now = NOON
        self.access, self.passages = FakeAccess(), FakePassages()
        self.people = FakePeople(self.access)
        self.connectors = {source: FakeConnector(source) for source in sources or ("acme",)}
        self.poster = FakePoster(self.log)
        self.read_at: dict[str, datetime | None] = {}
        self.texts_read_at: dict[str, datetime | None] = {}
        self.trusted_for = timedelta(0)
        self.signs_in: tuple[str, ...] = ()
        self.by_address: tuple[str, ...] = ()
        self.rules = RULES
        self.guesser: Guesser | None = None

    def knows(self, email: Email, *principals: str) -> None:
        """At the sources and in the index."""
        self.access.known[email] = frozenset(map(Principal, principals))
        for connector in self.connectors.values():
            connector.people[email] = frozenset(map(Principal, principals))

    def writes(self, id_: str, text: str, readers: str, *, source: str = "acme") -> str:
        """A document of one passage, at its source and in the index, with the same readers. Its document id."""
        access = a_list(readers)
        list_id, document = ListId(f"{source}:{readers}"), document_id(source, id_)
        self.access.lists[list_id] = access
        self.passages.add(a_passage(text, document=document), list_id, access)
        self.connectors[source].documents[id_] = SourceDocument(
            id=id_,
            title=id_,
            url=None,
            updated=NOON,
            place="handbook",
            version=text,
            text=text,
            access=(OwnedLayer(node=readers, layer=access.layers[0]),),
        )
        return document

    def takes_back(self, id_: str, *, source: str = "acme") -> None:
        """At the source only: the index does not know yet."""
        document = self.connectors[source].documents[id_]
        self.connectors[source].documents[id_] = document.model_copy(update={"access": ()})

    def forgets(self, id_: str, *, source: str = "acme") -> None:
        """As if it had never been written."""
        del self.connectors[source].documents[id_]
        self.passages.remove(document_id(source, id_))

    def reading(self) -> Reading:
        return Reading(
            rules=lambda _digest: self.rules,
            people=self.people,
            access=self.access,
            meaning=lambda: Meaning(HashingEmbedder(), FakeIndex(self.passages)),
            passages=self.passages,
            connectors=self._connectors,
            read_at=lambda: self.read_at,
            texts_read_at=lambda: self.texts_read_at,
            access_trusted_for=self.trusted_for,
            clock=lambda: self.now,
            signs_in=lambda: self.signs_in,
            by_address=lambda: self.by_address,
        )

    def answering(self, composer: Composer | None = None) -> Answering:
        """Without a composer everything that is found is quoted."""
        writes = composer or ScriptedComposer(log=self.log)
        guesser = self.guesser
        guessing = (lambda _: guesser) if guesser is not None else None
        return Answering(reading=self.reading(), composer=lambda *_: writes, reach=armed(None), guesser=guessing)

    def asks(self, text: str = QUESTION, asker: Email = ANA, *, loses_lease_at: int | None = None) -> FakeWork:
        question = Question(receipt=ReceiptId("r_1"), text=text, asker=asker, place=CommandLine(), asked_at=NOON)
        return FakeWork(question, loses_lease_at=loses_lease_at, log=self.log)

    def _connectors(self) -> Mapping[str, Connector]:
        return self.connectors
