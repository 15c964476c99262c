"""What becomes of questions in other languages than the pages are in, from the question to the reply, without a model: is what
has no answer refused, and what has one answered rightly, or else refused?
"""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from bot import app
from bot.core.ports import NOBODYS, Embedder, Errand, Vector
from policies.evidence import Answer
from tests import inside
from tests.quality.tables import TESTS

LANGUAGES: Final = ("de", "fr", "es", "ja")
_FILE: Final = TESTS / "language_questions.toml"


class Put(NamedTuple):
    text: str
    person: str
    contains: str | None  # None: nothing answers it
    language: str


class Became(NamedTuple):
    put: Put
    is_answered: bool
    is_right: bool


def questions(*languages: str) -> list[Put]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return [
        Put(row[language], row["as"], row.get("contains"), language)
        for language in languages
        for row in (*rows["answerable"], *rows["unanswerable"])
    ]


def became(assistant: app.Assistant, put: Put) -> Became:
    reply = inside.ask(assistant, put.text, put.person).reply
    said = " ".join(claim.text for claim in reply.claims) if isinstance(reply, Answer) else ""
    return Became(put, bool(said), put.contains is not None and put.contains in said)


def figures(found: Sequence[Became]) -> dict[str, float]:
    """`wrong`: of what has an answer, how much was answered with something else."""
    open_, shut = ([one for one in found if (one.put.contains is None) == empty] for empty in (False, True))
    return {
        "refused": _share([not one.is_answered for one in shut]),
        "right": _share([one.is_right for one in open_]),
        "wrong": _share([one.is_answered and not one.is_right for one in open_]),
    }


def _share(of: Sequence[bool]) -> float:
    return round(sum(of) / len(of), 3)


class ManyLanguages(Embedder):
    """As an embedder would that knows them: a question has the vector of what it means. It says nothing of any embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        self._meant: Mapping[str, str] = {
            row[language]: row["en"] for each in rows.values() for row in each for language in LANGUAGES
        }

    @property
    def name(self) -> str:
        return f"{self._embedder.name}-of-many-languages"

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        return self._embedder.embed([self._meant.get(text, text) for text in texts], errand=errand)
