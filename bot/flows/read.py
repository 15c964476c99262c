"""Which evidence an audience may be shown: retrieved within what it may read, then confirmed at the sources."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from bot.core.answerability import answerable
from bot.core.clock import Clock, as_text
from bot.core.nouns import Sent, Wording, source_of
from bot.core.ports import NOBODYS, Access, Conversations, Embedder, Errand, Meaning, Passages, People, Reranker, Scope
from bot.core.record import audience_body, evidence_body
from bot.steps.recheck import Unreadable, recheck
from bot.steps.retrieve import Retrieved, retrieve
from connectors.model import Connector
from policies.access import readable_lists
from policies.evidence import Evidence
from policies.intents import Route
from policies.people import Audience
from policies.rules import AnswerRules, Rules

_ROUNDS = 16  # how often evidence may turn out unreadable at its source before we give up on it

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Reading:
    """What reading needs of the world. Built once, in `app`."""

    rules: Callable[[str | None], Rules]  # of this digest; without one, those in force
    people: People
    access: Access
    meaning: Callable[[], Meaning]
    passages: Passages
    connectors: Callable[[], Mapping[str, Connector]]
    read_at: Callable[[], Mapping[str, datetime | None]]
    texts_read_at: Callable[[], Mapping[str, datetime | None]]
    access_trusted_for: timedelta
    clock: Clock
    reranker: Reranker | None = None
    conversations: Conversations | None = None  # None: nobody speaks where this is asked
    # Where somebody else's is, and what it was sent of what is asked; None: it is our own.
    told_of_embedder: Callable[[str, str], Sent | None] = lambda _name, _asked: None
    signs_in: Callable[[], Collection[str]] = tuple  # the sources at which people may link themselves
    by_address: Callable[[], Collection[str]] = (
        tuple  # those that know people by their address alone: nobody is linked there
    )

    def pinned(self) -> "Reading":
        """For one question: an embedder that takes over meanwhile answers the next."""
        meaning = self.meaning()
        return replace(self, meaning=lambda: meaning)


class Sought(NamedTuple):
    """What is looked for, for whom, at which moment; and who is waited for and who pays, where models are asked for it."""

    wording: Wording
    audience: Audience
    route: Route
    rules: AnswerRules
    now: datetime
    errand: Errand = NOBODYS


def until_readable(sought: Sought, house: Reading, look: Callable[[Scope], tuple[Seen, Unreadable]]) -> Seen | None:
    """Looks again, without what its source took back, as if that were not there. None: nothing could be confirmed.

    When something was taken back, more of its kind was, as a rule: all that could come up next is asked for in one go.
    """
    scope = Scope(lists=house.access.readable(sought.audience, sought.now))
    for _ in range(_ROUNDS):
        seen, unreadable = look(scope)
        if not unreadable:
            return seen
        scope = _narrowed(scope, unreadable)
        scope = _narrowed(scope, confirm(_all_that_could(sought, scope, house), sought, house))
    return None


def _all_that_could(sought: Sought, scope: Scope, house: Reading) -> Evidence:
    """Come up. Its order is nobody's business."""
    return gather(_widely(sought), scope, replace(house, reranker=None)).evidence


def _widely(sought: Sought) -> Sought:
    evidence = sought.rules.evidence
    most = 4 * evidence.candidates  # of two retrievers, for two wordings
    widely = evidence.model_copy(update={"passages": most, "per_document": most})
    return sought._replace(rules=sought.rules.model_copy(update={"evidence": widely}))


def gather(sought: Sought, scope: Scope, house: Reading) -> Retrieved:
    meaning = house.meaning()
    return retrieve(
        sought.wording,
        sought.audience,
        scope,
        sought.route,
        search=meaning.index.newest(),
        passages=house.passages,
        embedder=meaning.embedder,
        reranker=house.reranker,
        rules=sought.rules,
        now=sought.now,
        errand=sought.errand,
    )


def confirm(evidence: Evidence, sought: Sought, house: Reading) -> Unreadable:
    """May all of this still be shown? Asked of the sources, then of what we know ourselves by now."""
    return with_what_is_shut(ask_sources(evidence, sought, house), evidence, sought, house)


def ask_sources(evidence: Evidence, sought: Sought, house: Reading) -> Unreadable:
    return recheck(
        evidence,
        sought.audience,
        connectors=house.connectors(),
        read_at=house.read_at(),
        trusted_for=house.access_trusted_for,
        unsure=_unsure(evidence, house) if house.access_trusted_for else (),
        now=house.clock(),
    )


def _unsure(evidence: Evidence, house: Reading) -> frozenset[str]:
    lists = house.passages.access_of(sorted({passage.document for passage in evidence.passages}))
    return frozenset(document for document, access in lists.items() if access.unsure)


def with_what_is_shut(asked: Unreadable, evidence: Evidence, sought: Sought, house: Reading) -> Unreadable:
    """The late check: by the lists as they are stored at this moment. A document that is gone is shut too, and so is one that
    has left the scope, for it was moved or lost its label.
    """
    documents = {passage.document for passage in evidence.passages}
    open_now = readable_lists(sought.audience, house.passages.access_of(sorted(documents)), house.clock())
    within = house.passages.documents_in(sought.route.scope, ()) if sought.route.scope else documents
    return Unreadable(asked.documents | (documents - (open_now & within)), asked.sources)


def retrieved(found: Retrieved, sought: Sought, scope: Scope, house: Reading) -> dict[str, object]:
    """For the ledger: what was found, for whom, what was left out of consideration by which filter, all that the order was
    made of; and what of the search could not be done, and why.
    """
    embedder = house.meaning().embedder
    return {
        "audience": audience_body(sought.audience),
        "wording": sought.wording.model_dump(mode="json"),
        "embedder": embedder.name if embedder is not None else None,
        "embedder_sent": _sent_to(embedder, sought.wording, house),
        "without_vectors": found.without_vectors,
        "reordering": found.reordering.model_dump(mode="json") if found.reordering else None,
        "now": as_text(sought.now),
        "evidence": evidence_body(found.evidence),
        "answerable": answerable(sought.wording, found.evidence, sought.rules.answerability),
        "considered": found.considered.model_dump(mode="json"),
        "filters": {
            "lists": sorted(scope.lists),
            "without": sorted(scope.without_documents),
            **({"scope": list(sought.route.scope)} if sought.route.scope else {}),
        },
    }


def _sent_to(embedder: Embedder | None, wording: Wording, house: Reading) -> dict[str, object] | None:
    asked = "\n".join(part for part in (wording.asked, wording.whole) if part)
    sent = house.told_of_embedder(embedder.name, asked) if embedder is not None else None
    return sent.model_dump(mode="json") if sent is not None else None


def unreadable_body(unreadable: Unreadable) -> dict[str, list[str]]:
    return {"documents": sorted(unreadable.documents), "sources": sorted(unreadable.sources)}


def _narrowed(scope: Scope, unreadable: Unreadable) -> Scope:
    """A source that cannot be asked is left out whole, so that the others can still answer."""
    return Scope(
        lists=frozenset(list_id for list_id in scope.lists if source_of(list_id) not in unreadable.sources),
        without_documents=scope.without_documents | unreadable.documents,
    )
