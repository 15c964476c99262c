"""What the ledger says of each stage, and how to read it back. Evidence is named by digest: its text can be erased."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from bot.core.nouns import Event, Part, Question, ReceiptId
from policies.evidence import Evidence, Found, Reply
from policies.people import Audience

ERASED = "[erased]"
_MOST_NAMED = 100
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def texts_of(evidence: Evidence) -> dict[str, str]:
    return {text_digest(passage.text): passage.text for passage in evidence.passages}


def audience_body(audience: Audience) -> dict[str, Any]:
    """Who will see the reply. A large channel is named by its size and a digest, not by ten thousand addresses."""
    people = sorted(person.name for person in audience.people)
    digest = hashlib.sha256("\n".join(people).encode()).hexdigest()
    named = {"people": people} if len(people) <= _MOST_NAMED else {}
    bots = {"bots": sorted(audience.bots)} if audience.bots else {}
    return {"size": len(people), "digest": digest, "complete": audience.complete, **named, **bots}


def evidence_body(evidence: Evidence) -> list[dict[str, Any]]:
    bodies = []
    for found in evidence.found:
        body = found.model_dump(mode="json")
        body["passage"]["text"] = text_digest(found.passage.text)
        bodies.append(body)
    return bodies


def evidence_from(bodies: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> Evidence:
    """An erased text reads as such, and so does one that is not what its digest says: nothing is proven by either."""
    found = []
    for body in bodies:
        passage = {**body["passage"], "text": _kept(body["passage"]["text"], texts)}
        found.append(Found.model_validate({**body, "passage": passage}))
    return Evidence(found=tuple(found))


def _kept(digest: str, texts: Mapping[str, str]) -> str:
    text = texts.get(digest)
    return text if text is not None and text_digest(text) == digest else ERASED


def newest(events: Sequence[Event], kind: str) -> Event | None:
    """None, too, if its content was erased."""
    return next((event if event.body else None for event in reversed(events) if event.kind == kind), None)


def asked_in(events: Sequence[Event], receipt: ReceiptId) -> Question | None:
    """In the words in which it was taken up. None, too, if that was erased."""
    asked, spelled = newest(events, "asked"), newest(events, "spelled")
    if asked is None:
        return None
    return Question.model_validate({**asked.body, **(spelled.body if spelled is not None else {}), "receipt": receipt})


def intents_of(closed: Mapping[str, Any]) -> tuple[str, ...]:
    """By whose rule a person checks it. Nothing, if it was erased."""
    routes = [one["route"] for one in closed.get("requests", ())] or [
        closed[one] for one in ("route",) if one in closed
    ]
    return tuple(dict.fromkeys(one["intent"] for one in routes if one.get("review")))


def reply_from(body: object) -> Reply:
    return _REPLY.validate_python(body)


def part_body(part: Part) -> dict[str, Any]:
    return {
        "reply": part.reply.model_dump(mode="json"),
        "evidence": evidence_body(part.evidence),
        "model": part.model,
        "shortfall": part.shortfall,
    }


def seen_digest(closed: Mapping[str, Any]) -> str:
    """Names exactly what was decided, as whoever checks it is shown it."""
    return text_digest(json.dumps([closed["reply"], closed["evidence"]], sort_keys=True))


def part_from(
    body: Mapping[str, Any], read_back: Callable[[Sequence[Mapping[str, Any]]], Evidence], *, aside: bool = False
) -> Part:
    return Part(
        reply=reply_from(body["reply"]),
        evidence=read_back(body["evidence"]),
        aside=aside,
        model=body.get("model"),  # asides have not always said it
        shortfall=body.get("shortfall"),
    )
