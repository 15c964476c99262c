"""A receipt as the page's panel shows it. Pure: names instead of ids, and nothing that the receipt does not say."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypedDict

from bot.cli.demo.withheld import Withheld
from bot.cli.noted import noted_of, noted_of_review
from bot.core.cited import where
from bot.core.cut import continues
from bot.core.nouns import Question, SlackPlace, SlackUser
from bot.core.receipt import Entry, Readers, Receipt, State, Told
from bot.stores.ledger.book import Standing
from policies.contract import Violation
from policies.evidence import Answer, Citation, Clarification, Evidence, Found, Notice, Passage, Ranks, Refusal

Part = Literal["here", "aside"]
Json = Mapping[str, object]

_EXCERPT: Final = 1_200
_STEPS: Final = ("rewrite", "route", "audience", "retrieve", "record", "compose", "recheck")
_NOTE: Final = (
    "Looked up once more for this page alone, as somebody who may read whatever anybody here may read. "
    "Footnote never looks beyond its readers: to it, these documents were not there."
)


class Names(TypedDict):
    """What ids and addresses are called in this Slack."""

    people: Mapping[str, tuple[str, str | None]]  # address or id -> name, address
    channels: Mapping[str, str]


def panel(receipt: Receipt, part: Part, shut: Sequence[Withheld], standing: Standing | None, names: Names) -> Json:
    told = receipt.aside if part == "aside" else receipt.here
    look = told.last_look
    shown = told.evidence if told.reply is not None else look.evidence
    route = receipt.route
    return {
        "receipt": receipt.id,
        "state": _aside_state(told) if part == "aside" else receipt.state,
        "over": receipt.is_over,
        "part": part,
        "attempts": receipt.attempts,
        "asked": _asked(receipt.asked, receipt.asker, names) if receipt.asked else None,
        "audience": _audience(look.audience or receipt.audience, receipt.declared, names),
        "route": {
            "intent": route.intent,
            "does": route.does,
            "risk": route.risk,
            "retrievers": [*route.retrievers],
            "scope": [*route.scope],
            "model_class": route.model_class,
        }
        if route
        else None,
        "model": look.by.composer if look.by else receipt.model,
        "embedder": None if look.without_vectors else look.embedder,
        "noted": [*noted_of(look), *(noted_of_review(receipt.review) if part == "here" else ())],
        "rules": receipt.rules,
        "evidence": _evidence(shown, told),
        "withheld": {"documents": [_withheld(one, names) for one in shut], "note": _NOTE if shut else None},
        "claims": _claims(told, shown),
        "verification": _verification(told),
        "reply": _reply(told),
        "error": receipt.error,
        "timings_ms": _timings(receipt.timings_ms),
        "ledger": _ledger(receipt.events, standing),
    }


def _aside_state(told: Told) -> State:
    """What the asker alone is told is an answer, or nothing is told."""
    return "erased" if told.reply is None else "answered"


def _asked(asked: Question, asker: str | None, names: Names) -> Json:
    slack = asked.asker.user if isinstance(asked.asker, SlackUser) else asked.asker
    name, email = names["people"].get(slack, (asker or slack, asker))
    place = asked.place
    where_ = names["channels"].get(place.channel, "") if isinstance(place, SlackPlace) else "command line"
    return {
        "text": asked.text,
        "by": {"name": name, "email": email},
        "where": where_,
        "at": asked.asked_at.isoformat(),
    }


def _audience(readers: Readers | None, declared: Sequence[str], names: Names) -> Json | None:
    if readers is None:
        return None
    people = [_person(name, names) for name in readers.people] if readers.people is not None else None
    return {
        "size": readers.size,
        "complete": readers.complete,
        "people": people,
        "bots": len(readers.bots),
        "declared": [*declared],
    }


def _person(name: str, names: Names) -> Json:
    shown, email = names["people"].get(name, (name, None))
    return {"name": shown, "email": email}


def _evidence(evidence: Evidence, told: Told) -> list[Json]:
    cited = _cited(told)
    return [
        {
            "handle": found.passage.handle,
            **_document(found.passage),
            "score": found.score,
            "keywords_score": found.keywords_score,
            "vectors_score": found.vectors_score,
            "ranks": _ranks(found.ranks),
            "cited": found.passage.handle in cited,
            "excerpt": _cut(found.passage.text),
        }
        for found in evidence.found
    ]


def _withheld(one: Withheld, names: Names) -> Json:
    found: Found = one.found
    return {
        **_document(found.passage),
        "score": found.score,
        "ranks": _ranks(found.ranks),
        "would_be": one.would_be,
        "who_may_not": [_person(name, names) for name in one.who_may_not],
    }


def _document(passage: Passage) -> Json:
    return {
        "document": passage.document,
        "title": passage.title,
        "heading": " › ".join(passage.heading_path),
        "place": where(passage),
        "url": passage.url,
        "updated": passage.updated.isoformat() if passage.updated else None,
    }


def _ranks(ranks: Ranks) -> Json:
    return {"keywords": ranks.keywords, "vectors": ranks.vectors}


def _claims(told: Told, evidence: Evidence) -> list[Json]:
    if not isinstance(told.reply, Answer):
        return []
    return [
        {
            "text": claim.text,
            "continues": continues(claim, evidence),
            "quotes": [_quote(one, evidence) for one in claim.citations],
        }
        for claim in told.reply.claims
    ]


def _quote(citation: Citation, evidence: Evidence) -> Json:
    passage = evidence.passage(citation.passage)
    title = passage.title if passage is not None else None
    return {"handle": citation.passage, "title": title, "quote": citation.quote}


def _verification(told: Told) -> Json:
    look = told.last_look
    return {
        "drafted": len(look.draft.claims) if look.draft is not None else None,
        "kept": len(told.reply.claims) if isinstance(told.reply, Answer) else 0,
        "rounds": len(told.looks),
        "violations": [_violation(one) for one in look.violations],
        "unreadable": {
            "documents": sorted({document for one in told.looks for document in one.unreadable_documents}),
            "sources": sorted({source for one in told.looks for source in one.unreadable_sources}),
        },
    }


def _violation(violation: Violation) -> Json:
    return {"claim": violation.claim, "rule": violation.rule, "detail": violation.detail}


def _reply(told: Told) -> Json | None:
    match told.reply:
        case None:
            return None
        case Answer():
            return {"kind": "answer", "reason": None}
        case Refusal() | Clarification():
            return {"kind": told.reply.kind, "reason": str(told.reply.reason)}
        case Notice():
            return {"kind": told.reply.kind, "reason": told.reply.about}


def _timings(timings_ms: Mapping[str, float]) -> Json:
    """In the order of the steps, which the ledger does not keep."""
    return {step: timings_ms[step] for step in (*_STEPS, *timings_ms) if step in timings_ms}


def _ledger(events: Sequence[Entry], standing: Standing | None) -> Json:
    return {
        "first": events[0].seq,
        "last": events[-1].seq,
        "events": [{"seq": one.seq, "kind": one.kind, "at": one.at, "erased": one.erased} for one in events],
        "leaf": standing.leaf if standing else None,
        "size": standing.size if standing else None,
        "root": standing.root if standing else None,
        "signed": standing.is_signed if standing else False,
    }


def _cited(told: Told) -> frozenset[int]:
    if not isinstance(told.reply, Answer):
        return frozenset()
    return frozenset(citation.passage for claim in told.reply.claims for citation in claim.citations)


def _cut(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"
