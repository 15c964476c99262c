"""One question of a set through the real search: the same scope, retrievers, rules and checks as everybody's."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.core.nouns import Said
from bot.core.ports import Scope
from bot.flows.read import Reading, Sought, confirm, gather, until_readable
from bot.steps.recheck import Unreadable
from bot.steps.rewrite import rewrite
from bot.steps.route import route
from policies.evidence import Clarification, Evidence
from policies.people import Audience, Email


class Ranked(NamedTuple):
    """Documents, best first, each with its best passage's score."""

    documents: tuple[tuple[str, float], ...]
    answerable: float = 0.0
    refused: bool = True


def rank(text: str, thread: Sequence[Said], reader: Email, house: Reading) -> Ranked:
    """To the depth to which the retrievers look; a question that is none ranks nothing."""
    rules = house.rules(None)
    way = route(text, rules)
    if isinstance(way, Clarification):
        return Ranked(())
    limits = rules.answers.evidence
    everything = limits.model_copy(update={"passages": 4 * limits.candidates, "per_document": 1})
    wanted = rules.answers.model_copy(update={"evidence": everything})
    audience = Audience.only(house.access.person(reader))
    sought = Sought(rewrite(text, thread, wanted.follow_ups), audience, way, wanted, house.clock())

    def look(scope: Scope) -> tuple[Evidence, Unreadable]:
        evidence = gather(sought, scope, house)
        return evidence, confirm(evidence, sought, house)

    evidence = until_readable(sought, house, look) or Evidence()
    return Ranked(tuple((found.passage.document, found.score) for found in evidence.found))


def as_ids(ranked: Ranked, names: Mapping[str, str], source: str) -> list[tuple[str, float]]:
    """Documents by the ids that the set gives them."""
    return [(names[document.removeprefix(f"{source}:")], score) for document, score in ranked.documents]
