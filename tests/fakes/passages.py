"""Live passages in a dictionary."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from bot.core.cited import where
from bot.core.nouns import ListId, PassageId, source_of
from bot.core.ports import Passages, Placed, Shelf, Stored
from policies.access import AccessList
from policies.channels import named
from policies.evidence import Evidence, Found, Passage, Ranks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_passage(text: str, *, document: str = "acme:page.md", ordinal: int = 0, handle: int = 1) -> Passage:
    return Passage(
        handle=handle,
        id=f"{document}#{ordinal}",
        document=document,
        source=source_of(document),
        title=document.rpartition(":")[2],
        url=f"https://wiki.acme.test/{document.rpartition(':')[2]}",
        place="handbook",
        updated=NOON,
        version=_digest(text),
        ordinal=ordinal,
        heading_path=(),
        text=text,
    )


def some_evidence(*texts: str) -> Evidence:
    """A passage for each text, with handles from 1, each in a document of its own."""
    passages = (
        a_passage(text, document=f"acme:{number}.md", handle=number) for number, text in enumerate(texts, start=1)
    )
    return Evidence(found=tuple(Found(passage=one, list_id="acme:l", score=1.0, ranks=Ranks()) for one in passages))


class FakePassages(Passages):
    def __init__(self) -> None:
        self.stored: dict[PassageId, Stored] = {}
        self.labels: dict[str, tuple[str, ...]] = {}
        self.generation = 0

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        return {id_: Placed(one.place, one.access) for id_, one in self.live(ids).items()}

    def live(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Stored]:
        return {id_: self.stored[id_] for id_ in ids if id_ in self.stored}

    def documents_in(self, spaces: Collection[str], kinds: Collection[str]) -> frozenset[str]:
        """Here everything is a page."""
        return frozenset(
            one.passage.document
            for one in self.stored.values()
            if (not kinds or "page" in kinds)
            and (not spaces or any(self._is_in(space, one.passage) for space in spaces))
        )

    def _is_in(self, space: str, passage: Passage) -> bool:
        return named(space).has(where(passage), self.labels.get(passage.document, ()))

    def shelves(self) -> Mapping[Shelf, int]:
        shelves = {
            one.passage.document: Shelf(where(one.passage), one.list_id, self.labels.get(one.passage.document, ()))
            for one in self.stored.values()
        }
        return Counter(shelves.values())

    def access_of(self, documents: Sequence[str]) -> Mapping[str, AccessList]:
        return {one.passage.document: one.access for one in self.stored.values() if one.passage.document in documents}

    def add(self, passage: Passage, list_id: ListId, access: AccessList) -> PassageId:
        id_ = PassageId(passage.id)
        self.generation += 1
        self.stored[id_] = Stored(passage, _digest(passage.text), list_id, access)
        return id_

    def tighten(self, document: str, access: AccessList) -> None:
        self.stored = {
            id_: one._replace(access=access) if one.passage.document == document else one
            for id_, one in self.stored.items()
        }

    def remove(self, document: str) -> None:
        self.generation += 1
        self.stored = {id_: one for id_, one in self.stored.items() if one.passage.document != document}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
