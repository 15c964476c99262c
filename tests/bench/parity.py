"""Do forty people get of a whole set what an index of nothing but what each may read would give them?

Who may read what is by lot, once document by document and once by topic, as access is. Each asks some of the set's
questions through the real ranking. What is compared: the documents with their scores, and the passages of each retriever
with theirs. What somebody may read is known from the lot, and not asked of what is measured.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from bot import settings
from bot.app import Assistant
from bot.core.nouns import PassageId
from bot.core.ports import Embedder, Index, Meaning, Scope, Search
from bot.evals import beir
from bot.evals.rank import rank
from bot.flows.read import Reading
from bot.stores.index import _everything
from bot.stores.moment import Moment
from bot.stores.segments import Entry, make
from bot.stores.vectors import Vectors
from bot.stores.visible import Part
from policies.people import Audience, Email, email_address
from tests import inside

PEOPLE: Final = 40
GROUPS: Final = 24
DEPTH: Final = 150
BY_LOT, BY_TOPIC = "by lot", "by topic"
_READER: Final = "everybody"
_BEGINNING: Final = 2_000  # characters by which a document's topic is told


@dataclass
class Alone(Index):
    """An index that is what it is."""

    moment: Moment

    def newest(self) -> Search:
        return self.moment


def measure(
    found: beir.Set, embedder: Embedder, *, people: int, questions: int, dealt: Sequence[str] = (BY_LOT, BY_TOPIC)
) -> dict[str, Any]:
    """`questions` of each person, for each way in which access is dealt out."""
    differing = {how: _differing(found, embedder, _groups(found, embedder, how), people, questions) for how in dealt}
    return {
        "documents": len(found.documents),
        "people": people,
        "questions": questions * people * len(differing),
        "mismatches": sum(differing.values()),
    }


def _groups(found: beir.Set, embedder: Embedder, how: str) -> list[int]:
    """The one that may read each document: by lot, or that of the nearest of as many documents by lot."""
    dice = np.random.default_rng(23)
    if how == BY_LOT:
        return [int(group) for group in dice.integers(0, GROUPS, len(found.documents))]
    vectors = np.concatenate([embedder.embed([f"{one.title}\n{one.text[:_BEGINNING]}"]) for one in found.documents])
    centres = vectors[dice.permutation(len(vectors))[:GROUPS]]
    return [int(group) for group in np.argmax(vectors @ centres.T, axis=1)]


def _differing(found: beir.Set, embedder: Embedder, groups: Sequence[int], people: int, questions: int) -> int:
    dice, wrong = np.random.default_rng(29), 0
    holds = [sorted(dice.permutation(GROUPS)[: dice.integers(1, GROUPS)].tolist()) for _ in range(people)]
    with _company(found, groups, holds, embedder) as (assistant, documents):
        entries = _entries(assistant)
        for number, held in enumerate(holds):
            theirs = {document for document, group in documents.items() if group in held}
            alone = _alone(assistant, [entry for entry in entries if entry.document in theirs])
            asked = [found.questions[at] for at in dice.integers(0, len(found.questions), questions)]
            wrong += sum(_differs(one, _person(number), assistant.answering.reading, alone) for one in asked)
    return wrong


@contextmanager
def _company(
    found: beir.Set, groups: Sequence[int], holds: Sequence[Sequence[int]], embedder: Embedder
) -> Iterator[tuple[Assistant, Mapping[str, int]]]:
    """In which everybody holds what they hold; and which group may read each document, by its name there."""
    names = [f"g{group:02}" for group in range(GROUPS)]
    of = {document.id: group for document, group in zip(found.documents, groups, strict=True)}
    allow = {document: frozenset({names[group]}) for document, group in of.items()}
    with TemporaryDirectory(prefix="footnote-parity-") as temporary:
        place = Path(temporary)
        (place / "documents").mkdir()
        dealt = beir.Readers(allow, {_READER: frozenset(names)})
        files = beir.write(found, place / "documents", may_read=dealt, reader=_READER)
        people = {_person(at): [f"group:p{group}" for group in held] for at, held in enumerate(holds)}
        (place / "documents" / "people.yaml").write_text(json.dumps({"people": people}), encoding="utf-8")
        alone = {"home": place / "home", "database_url": None, "chroma_url": None, "access_trusted_for_minutes": 1e5}
        with inside.assistant(settings.load().model_copy(update=alone), embedder) as assistant:
            inside.sync(assistant, place / "documents", beir.SOURCE)
            yield assistant, {f"{beir.SOURCE}:{file}": of[document] for file, document in files.items()}


def _person(number: int) -> Email:
    return email_address(f"person{number}@eval.invalid")


def _entries(assistant: Assistant) -> list[Entry]:
    with assistant.records.database.reading() as session:
        return [entry for rows in _everything(session) for entry in rows]


def _alone(assistant: Assistant, entries: Sequence[Entry]) -> Moment:
    if not entries:
        return Moment(0, [])
    (stored,) = assistant.serving.stores()
    assert isinstance(stored, Vectors)
    ids, vectors = stored.get([PassageId(entry.passage) for entry in entries])
    row = {id_: at for at, id_ in enumerate(ids)}
    matrix = vectors[[row[PassageId(entry.passage)] for entry in entries]]
    return Moment(0, [Part.whole(make(entries, matrix, np.ones(len(entries), dtype=np.bool_)).whole())])


def _differs(asked: beir.Asked, reader: Email, house: Reading, alone: Moment) -> bool:
    meaning = house.meaning()
    assert meaning.embedder is not None
    theirs = replace(house, meaning=lambda: Meaning(meaning.embedder, Alone(alone)))
    if rank(asked.text, asked.thread, reader, house) != rank(asked.text, asked.thread, reader, theirs):
        return True
    scope = Scope(lists=house.access.readable(Audience.only(house.access.person(reader)), house.clock()))
    vector = meaning.embedder.embed([asked.text])[0]
    whole = meaning.index.newest()
    return whole.keywords(asked.text, scope, DEPTH) != alone.keywords(asked.text, scope, DEPTH) or whole.vectors(
        vector, scope, DEPTH
    ) != alone.vectors(vector, scope, DEPTH)
