"""What does a click on a card come to? It decides, once, and does nothing else: what follows is the worker's.

Nothing is believed of a click but who clicked; what it is about is looked up by the opaque id on it, and whoever was not asked
with that card decides nothing. What a person puts in other words keeps the same contract as what a model wrote.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.core.nouns import Event, Ruled, SlackUser, Turn, Wording
from bot.core.ports import History, Reviews
from bot.core.record import newest, part_from, seen_digest
from bot.flows.read import Reading
from bot.flows.seen import as_seen
from bot.steps.verify import overruled, violated
from policies.contract import Violation
from policies.evidence import Answer, Draft, Evidence
from policies.review import Ruling, edited, standing


class Put(NamedTuple):
    """An answer in a reviewer's words, if any are theirs. Without one: nothing is left of it."""

    reply: Answer | None
    is_theirs: bool
    broken: tuple[Violation, ...] = ()


def approve(id_: str, clicker: SlackUser, *, reviews: Reviews, history: History) -> Ruled:
    found = _open(id_, clicker, reviews)
    return found if isinstance(found, Ruled) else _rule(found, "approved", {}, reviews, history)


def decline(id_: str, clicker: SlackUser, reason: str | None, *, reviews: Reviews, history: History) -> Ruled:
    found = _open(id_, clicker, reviews)
    return found if isinstance(found, Ruled) else _rule(found, "declined", {"reason": reason}, reviews, history)


def approve_edited(
    id_: str, clicker: SlackUser, texts: Mapping[int, str], *, reviews: Reviews, history: History, house: Reading
) -> Ruled:
    found = _open(id_, clicker, reviews)
    if isinstance(found, Ruled):
        return found
    put = _put(history.happened(found.receipt), texts, history, house)
    if put is None:
        return Ruled("over")
    if put.broken or put.reply is None:
        return Ruled("taken", broken=put.broken, empty=put.reply is None)
    words = {"reply": put.reply.model_dump(mode="json")} if put.is_theirs else {}
    return _rule(found, "approved", words, reviews, history)


def to_edit(
    id_: str, clicker: SlackUser, *, reviews: Reviews, history: History, house: Reading
) -> tuple[str, ...] | Ruled:
    """The claims as they were shown to whoever is to check them."""
    found = _open(id_, clicker, reviews)
    if isinstance(found, Ruled):
        return found
    seen = _seen(history.happened(found.receipt), history, house)
    return tuple(claim.text for claim in seen[1].claims) if seen is not None else Ruled("over")


def _open(id_: str, clicker: SlackUser, reviews: Reviews) -> Turn | Ruled:
    found = reviews.turn(id_)
    if found is None:
        return Ruled("unknown")
    turn, stage, is_their_turn = found
    at = standing(stage, is_theirs=turn.reviewer == clicker, is_their_turn=is_their_turn)
    return turn if at == "open" else Ruled(at, by=None if at == "not_yours" else reviews.decided_by(turn))


def _rule(turn: Turn, ruling: Ruling, words: Mapping[str, Any], reviews: Reviews, history: History) -> Ruled:
    closed = newest(history.happened(turn.receipt), "closed")
    seen = seen_digest(closed.body) if closed is not None else None
    body = {"by": str(turn.reviewer), "number": turn.number, "ruling": ruling, "seen": seen, **words}
    if reviews.rule(turn, ruling, Event(kind="review_decided", body=body)):
        return Ruled("taken", by=turn.reviewer)
    found = _open(turn.id, turn.reviewer, reviews)
    return found if isinstance(found, Ruled) else Ruled("over")


def _seen(events: Sequence[Event], history: History, house: Reading) -> tuple[Answer, Answer, Evidence] | None:
    """The answer as it is; and as it was shown, with its evidence."""
    closed = newest(events, "closed")
    part = part_from(closed.body, history.evidence) if closed is not None else None
    if part is None or not isinstance(part.reply, Answer):
        return None
    reply, evidence, _ = as_seen(part.reply, part.evidence, house.rules(None).redaction)
    assert isinstance(reply, Answer), "what is masked is what it was"
    return part.reply, reply, evidence


def _put(events: Sequence[Event], texts: Mapping[int, str], history: History, house: Reading) -> Put | None:
    """Judged by what the reviewer saw: words behind a mask prove nothing that they wrote."""
    found, claimed = _seen(events, history, house), newest(events, "claimed")
    if found is None or claimed is None:
        return None
    answer, seen, evidence = found
    other = {
        n: text for n, text in texts.items() if n < len(seen.claims) and text.strip() != seen.claims[n].text.strip()
    }
    reply = edited(answer, other)
    drafted = [claim.model_copy(update={"text": other.get(n, claim.text)}) for n, claim in enumerate(seen.claims)]
    rules, draft = house.rules(claimed.body["rules"]).answers, Draft(claims=tuple(drafted))
    question = Wording.model_validate(claimed.body["wording"]).understood
    broken = overruled(question, draft, violated(question, draft, evidence, rules.answer), evidence, rules.topics)
    theirs = tuple(one for one in broken if one.claim is not None and other.get(one.claim, "").strip())
    return Put(reply, bool(other), theirs)
