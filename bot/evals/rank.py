"""One question of a set through the real search: the same scope, retrievers, rules and checks as everybody's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.core.answerability import answerable
from bot.core.nouns import Said, Wording
from bot.core.ports import Scope
from bot.flows.read import Reading, Sought, confirm, gather, until_readable
from bot.steps.recheck import Unreadable
from bot.steps.rewrite import rewrite
from bot.steps.route import route
from policies.evidence import Clarification, Evidence, Found
from policies.people import Audience, Email
from policies.rules import EvidenceLimits


class Ranked(NamedTuple):
    """Documents, best first, each with its best passage's score."""

    documents: tuple[tuple[str, float], ...]
    answerable: float = 0.0
    refused: bool = True


class Everything(NamedTuple):
    """All that was found for a question, best first, to the depth to which the retrievers look."""

    wording: Wording
    evidence: Evidence


def everything(text: str, thread: Sequence[Said], reader: Email, house: Reading) -> Everything | None:
    """None: it is no question."""
    house = house.pinned()
    rules = house.rules(None)
    way = route(text, rules)
    if isinstance(way, Clarification):
        return None
    limits = rules.answers.evidence
    most = 4 * limits.candidates
    widely = limits.model_copy(update={"passages": most, "per_document": most})
    wanted = rules.answers.model_copy(update={"evidence": widely})
    audience = Audience.only(house.access.person(reader))
    sought = Sought(rewrite(text, thread, wanted.follow_ups), audience, way, wanted, house.clock())

    def look(scope: Scope) -> tuple[Evidence, Unreadable]:
        evidence = gather(sought, scope, house).evidence
        return evidence, confirm(evidence, sought, house)

    return Everything(sought.wording, until_readable(sought, house, look) or Evidence())


def rank(text: str, thread: Sequence[Said], reader: Email, house: Reading) -> Ranked:
    """A question that is none ranks nothing."""
    found = everything(text, thread, reader, house)
    if found is None:
        return Ranked(())
    rules = house.rules(None).answers
    sure = answerable(found.wording, _kept(found.evidence, rules.evidence), rules.answerability)
    best: dict[str, float] = {}
    for one in found.evidence.found:
        best.setdefault(one.passage.document, one.score)
    return Ranked(
        documents=tuple(best.items()),
        answerable=sure,
        refused=sure < rules.answerability.min_answerable,
    )


def _kept(evidence: Evidence, limits: EvidenceLimits) -> Evidence:
    """What an answer would be made from."""
    taken: Counter[str] = Counter()
    kept: list[Found] = []
    for found in evidence.found:
        if taken[found.passage.document] < limits.per_document and len(kept) < limits.passages:
            taken[found.passage.document] += 1
            kept.append(found)
    return Evidence(found=tuple(kept))


def as_ids(ranked: Ranked, names: Mapping[str, str], source: str) -> list[tuple[str, float]]:
    """Documents by the ids that the set gives them."""
    return [(names[document.removeprefix(f"{source}:")], score) for document, score in ranked.documents]
