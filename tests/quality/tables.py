"""Questions over the tables and procedures of the sample company: is the first claim the right row or step, does every row
come with its columns' names, and do steps come in order and whole? Judged by the pages as they lie in the folder.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bot import app, settings
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from policies.evidence import Answer
from tests import inside

_KINDS = {"row", "step", "table", "procedure", "sentence"}
TESTS = Path(__file__).parent.parent
COMPANY = TESTS.parent / "bot" / "playground" / "acme"


class Question(NamedTuple):
    id: str
    ask: str
    person: str
    document: str
    contains: tuple[str, ...]
    kind: str

    @property
    def is_odd(self) -> bool:
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 == 1


class Judged(NamedTuple):
    question: Question
    hit: bool  # the first claim cites the document, and says the row or step
    headless: tuple[str, ...]  # rows that a claim quotes without their columns' names
    torn: tuple[str, ...]  # claims whose steps are out of order, have a gap, or end within a step
    said: tuple[str, ...]


def questions(file: str = "acme_tables.toml") -> tuple[Question, ...]:
    """Those over tables and procedures."""
    found = tomllib.loads((TESTS / file).read_text(encoding="utf-8"))["question"]
    return tuple(
        Question(one["id"], one["ask"], one["as"], one.get("document", ""), tuple(one["contains"]), one["kind"])
        for one in found
        if one["kind"] in _KINDS
    )


@contextmanager
def company(home: Path, folder: Path = COMPANY) -> Iterator[app.Assistant]:
    """With the built-in embedder and no model."""
    found = settings.load()
    weights = locate(found.models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    alone = found.model_copy(update={"home": home, "database_url": None, "chroma_url": None})
    with MiniLM(weights) as embedder, inside.assistant(alone, embedder) as assistant:
        inside.sync(assistant, folder)
        yield assistant


def judge(assistant: app.Assistant, question: Question, folder: Path = COMPANY) -> Judged:
    outcome = inside.ask(assistant, question.ask, question.person)
    claims = outcome.reply.claims if isinstance(outcome.reply, Answer) else ()
    document = {passage.handle: passage.document.removeprefix("acme:") for passage in outcome.evidence.passages}
    said = [(document[claim.citations[0].passage], claim.text.split("\n")) for claim in claims]
    return Judged(
        question,
        hit=bool(said) and said[0][0] == question.document and _has("\n".join(said[0][1]), question.contains),
        headless=tuple(line for name, lines in said for line in headless(lines, _page(folder, name))),
        torn=tuple("\n".join(lines) for name, lines in said if torn(lines, _page(folder, name))),
        said=tuple("\n".join(lines) for _, lines in said),
    )


def headless(claim: Sequence[str], page: Sequence[str]) -> list[str]:
    """The rows in a claim above which their table's first line does not stand."""
    found = []
    for at, line in enumerate(claim):
        heads = {
            _head(page, place) for place, other in enumerate(page) if _is_row(line) and other.strip() == line.strip()
        }
        if heads and not heads & {before.strip() for before in claim[: at + 1]}:
            found.append(line)
    return found


def torn(claim: Sequence[str], page: Sequence[str]) -> bool:
    """Whether a claim of several numbered steps is no run of the page's lines, or its last step goes on below it."""
    lines = [line.strip() for line in page if line.strip()]
    steps = [line.strip() for line in claim if line.strip()]
    first = next((at for at, line in enumerate(steps) if line[:1].isdigit() and ". " in line[:4]), None)
    if first is None:
        return False
    steps = steps[first:]
    runs = [at for at in range(len(lines)) if lines[at : at + len(steps)] == steps]
    indented = [line for line in page if line.strip()]
    return not any(at + len(steps) == len(lines) or not indented[at + len(steps)].startswith("  ") for at in runs)


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|") and any(character.isalnum() for character in line)


def _head(page: Sequence[str], place: int) -> str:
    while place and page[place - 1].lstrip().startswith("|"):
        place -= 1
    return page[place].strip()


def _page(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text(encoding="utf-8").split("\n")


def _has(said: str, parts: Sequence[str]) -> bool:
    folded = " ".join(said.split())
    return all(" ".join(part.split()) in folded for part in parts)


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    odd = [one for one in judged if one.question.is_odd]
    return {
        "n": len(judged),
        "hit_at_1": _share(judged),
        "odd": {"n": len(odd), "hit_at_1": _share(odd)},
        "rows": {"hit_at_1": _share([one for one in judged if one.question.kind == "row"])},
        "sentences": {"hit_at_1": _share([one for one in judged if one.question.kind == "sentence"])},
        "steps": {"hit_at_1": _share([one for one in judged if one.question.kind == "step"])},
        "header_missing": sum(len(one.headless) for one in judged),
        "torn": sum(len(one.torn) for one in judged),
        "missed": [one.question.id for one in judged if not one.hit],
    }


def _share(judged: Sequence[Judged]) -> float:
    return round(sum(one.hit for one in judged) / len(judged), 4) if judged else 0.0
