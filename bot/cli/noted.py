"""What did models do for a question, and what could not be done as it should have been? In plain words, from what the
receipt says. Pure, and never with words that a model or a server used.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.core.nouns import (
    Beside,
    Budget,
    Byline,
    Call,
    Checked,
    Event,
    HeldTo,
    Judging,
    Passed,
    Reordering,
    Rewriting,
    Sent,
    Wording,
)
from bot.core.receipt import Dropped, Looked, Overheard, overheard
from policies.redaction.view import Removed
from policies.review import Passed as Passed_
from policies.review import Untrue

_BECAUSE: Final[Mapping[str, str]] = {
    "timeout": "it took too long",
    "busy": "it was busy",
    "unreachable": "it could not be reached",
    "key": "its key was not accepted",
    "unknown_model": "there is no such model",
    "too_long": "it was too much for it",
    "filtered": "its provider held the answer back",
    "not_accepted": "it did not accept the request",
    "malformed": "what it sent could not be used",
    "not_allowed": "it may not be sent this",
    "spent": "a budget was spent",
    "no_time": "no time was left for it",
    "paused": "an admin had paused it",
}
_BROKE: Final[Mapping[str, str]] = {
    "empty_claim": "it said nothing",
    "unsupported_number": "it put in a number that nobody had said",
    "unsupported_name": "it put in a name that nobody had said",
    "changed_negation": "it denied more or less than was asked",
    "foreign_link": "it put in a link",
    "ping": "it put in a mention",
    "too_long": "it was too long",
}


def noted(kind: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of one event of a receipt."""
    return tuple(_lines(kind, body))


def _lines(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    match kind:
        case "asked":
            yield from (_UNREAD[one] for one in body.get("beside", ()))
        case "claimed" if body.get("wording"):
            yield from _of_wording(Wording.model_validate(body["wording"]))
        case "retrieved" | "searched":
            yield from _of_look(body)
        case "said":
            yield _of_spoken(body["by"], body["ms"])
        case "composed":
            yield from (_of_dropped(Dropped.model_validate(one)) for one in body.get("dropped", ()))
            yield from (line for by in body.get("by", ()) for line in _of_byline(Byline.model_validate(by)))
            yield from (line for one in body.get("judged", ()) for line in _of_judging(Judging.model_validate(one)))
        case "posted" | "shown" | "draft_opened":
            yield from _of_what_is_seen(kind, body)
        case _ if body:
            yield from _of_review(kind, body)


def noted_of_review(events: Sequence[Event]) -> tuple[str, ...]:
    """What came of an answer that a person checked."""
    return tuple(line for one in events for line in noted(one.kind, one.body))


def _of_review(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    match kind:
        case "held":
            yield "The answer was held, for a person to check it; the place was told so."
        case "review_asked":
            yield f"{body['reviewer']} was asked to check it, as number {body['number']}, until {body['until'][:16]}."
        case "review_passed":
            yield f"{body['reviewer']} does not check it: {_PASSED[body['because']]}."
        case "review_decided":
            in_words = ", in other words for some of it" if body.get("reply") else ""
            with_reason = f" The reason given: {' '.join(body['reason'].split())}" if body.get("reason") else ""
            yield f"{body['by']} {body['ruling']} it{in_words}.{with_reason}"
        case "looked_into":
            yield f"{body['by']} has looked at what it says, as an auditor."
        case "review_moved":
            yield f"{body['by']} {_MOVED[body['to']]}."
        case "review_unanswered":
            yield f"Nobody was left to ask; {body['asked']} had been."
        case "review_outdated":
            yield f"It was approved, and not shown: {_UNTRUE[body['because']]}."
        case "review_closed":
            checked = Checked.model_validate(body["checked"]) if body.get("checked") else None
            yield "A refusal was shown instead." if checked is None else f"It was shown as {checked.by} approved it."


_MOVED: Final = {"next": "had the next one asked", "nobody": "ended it, so that nobody checks it"}
_PASSED: Final[Mapping[Passed_, str]] = {
    "may_not": "they may not read all that it cites, or are no full member",
    "unreachable": "they cannot be written to",
    "time": "time ran out",
}
_UNTRUE: Final[Mapping[Untrue, str]] = {
    "readers": "other people read along by then",
    "access": "something that it was made from may not be read any more",
    "changed": "something that it was made from was changed",
    "erased": "what it was made from is no longer kept",
}


_UNREAD: Final[Mapping[Beside, str]] = {
    "file": "A file stood beside the message; it was not read.",
    "forwarded": "A message was passed on with this one; it was not read.",
}


def _of_what_is_seen(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    if kind == "draft_opened":
        yield f"{body['to']} opened the draft to use it. Nothing was sent, and what they made of it is not kept."
    else:
        yield from (line for one in body.get("to", ()) for line in _of_shown(one.get("removed", {})))


def _of_look(body: Mapping[str, Any]) -> Iterator[str]:
    ordered = Reordering.model_validate(body["reordering"]) if body.get("reordering") else None
    sent = Sent.model_validate(body["embedder_sent"]) if body.get("embedder_sent") else None
    yield from _of_overheard(overheard(body.get("conversation")))
    yield from _of_answered(body.get("answered_in"))
    yield from _of_embedder(sent)
    yield from _of_search(body.get("embedder"), body.get("without_vectors"), ordered)


def noted_of(look: Looked) -> tuple[str, ...]:
    """Of one look for evidence, with what was made of it."""
    return (
        *(_of_wording(look.wording) if look.wording else ()),
        *_of_overheard(look.conversation),
        *_of_answered(look.answered_in),
        *_of_embedder(look.embedder_sent),
        *_of_search(look.embedder, look.without_vectors, look.reordering),
        *(_of_spoken(one.by, one.ms) for one in look.spoken),
        *map(_of_dropped, look.dropped),
        *(_of_byline(look.by) if look.by else ()),
        *(line for one in look.judged for line in _of_judging(one)),
    )


def _of_overheard(said: Overheard | None) -> Iterator[str]:
    """What was read stands in the receipt as it stood then."""
    if said is None:
        return
    where = f"the thread {said.thread} of {said.channel}" if said.thread else f"what was said last in {said.channel}"
    count = "1 message" if said.messages == 1 else f"{said.messages} messages"
    rest = f" There were {said.left_out} more, which were left out." if said.left_out else ""
    yield f"Read: {count} of {where}, and no document.{rest}"


def _of_spoken(by: str, ms: float) -> str:
    return f"A claim of {by} was shown {ms:.0f} ms after the question was taken up."


def _of_dropped(dropped: Dropped) -> str:
    rules = ", ".join(dict.fromkeys(violation.rule.value for violation in dropped.violations))
    return f"A claim was not shown, for what it broke: {rules}."


def _of_wording(wording: Wording) -> Iterator[str]:
    rewriting = wording.rewriting
    if rewriting is None:
        return
    yield from _of_account(rewriting.passed, rewriting.sent, rewriting.calls)
    if rewriting.because is None:
        yield f"{rewriting.by} put the question so that it can be understood by itself; as it was asked it is searched too."
    elif _is_answered(rewriting):
        broke = " and ".join(_BROKE.get(rule, rule) for rule in rewriting.because.split(", "))
        yield f"{rewriting.by} put the question in other words, which are not searched: {broke}. {_AS_PUT}"
    else:
        yield f"{rewriting.by} did not put the question in other words: {_why(rewriting.because)}. {_AS_PUT}"


def _is_answered(rewriting: Rewriting) -> bool:
    """It gave words, and they were not used; otherwise it gave none."""
    gave_none = any(rewriting.by.startswith(f"{one.model}+") for one in rewriting.passed)
    return bool(rewriting.calls) and not gave_none


_AS_PUT: Final = "It is searched with those before it, as they were put."


def _of_answered(receipt: str | None) -> Iterator[str]:
    if receipt is not None:
        yield f"The same was asked before, of the same documents, for readers who may read the same: answered as in {receipt}."


def _of_embedder(sent: Sent | None) -> Iterator[str]:
    """What is remembered for an hour is not sent each time; that it goes there holds all the same."""
    if sent is not None:
        yield f"Vectors are made by {sent.model} ({_where(sent)}), which is sent what is asked, and every passage.{_masked(sent.removed)}"


def _of_search(embedder: str | None, without_vectors: str | None, ordered: Reordering | None) -> Iterator[str]:
    if without_vectors is not None:
        yield f"Words alone were searched, not meaning: {embedder} gave no vectors, for {_why(without_vectors)}."
    if ordered is not None and ordered.sent is not None:
        yield _of_sent(ordered.sent)
    if ordered is not None and ordered.because is None:
        yield f"{ordered.by} put the first {ordered.passages} passages in this order."
    elif ordered is not None and ordered.because is not None:
        yield f"{ordered.by} was asked to put the first {ordered.passages} passages in order, and did not: {_why(ordered.because)}. They stand as they were found."


def _of_byline(by: Byline) -> Iterator[str]:
    if by.instead_of is not None and by.because is not None:
        yield f"{by.composer} wrote instead of {by.instead_of}, which did not answer: {_why(by.because)}."
    yield from _of_account(by.passed, by.sent, by.calls)
    if by.examples:
        yield f"Examples that it was shown, none of which proves anything: {', '.join(by.examples)}."
    if by.without_vectors is not None:
        yield f"Sentences were compared by words alone: the embedder gave no vectors, for {_why(by.without_vectors)}."


def _of_judging(judging: Judging) -> Iterator[str]:
    yield from _of_account(judging.passed, judging.sent, judging.calls)
    if judging.because is not None:
        yield f"{judging.by} did not say whether the quotes support the claims: {_why(judging.because)}. They stand as if there were no judge."
        return
    said = Counter(verdict.supported for verdict in judging.verdicts)
    counts = ", ".join(f"{said[word]} {word}" for word in ("yes", "no", "unclear"))
    yield f"{judging.by} was asked whether the quotes support the claims that were proven: {counts}."


def _of_account(passed: Sequence[Passed], sent: Sequence[Sent], calls: Sequence[Call]) -> Iterator[str]:
    yield from map(_of_passed, passed)
    yield from map(_of_sent, sent)
    yield from map(_of_call, calls)


def _of_passed(one: Passed) -> str:
    """Who was not asked, and who was asked and gave nothing: what was sent says which."""
    spent = f" ({_BUDGETS[one.budget]})" if one.budget is not None else ""
    return f"{one.model} gave no answer: {_why(one.because)}{spent}."


def _of_sent(sent: Sent) -> str:
    if not sent.passages:
        return f"Sent to {sent.model} ({_where(sent)}): what was asked, and no document.{_masked(sent.removed)}"
    sources = ", ".join(sent.sources)
    return f"Sent to {sent.model} ({_where(sent)}): the question and {sent.passages} passages of {sources}.{_masked(sent.removed)}"


def _of_shown(removed: Removed) -> Iterator[str]:
    if removed:
        yield f"Shown with masks: {_counts(removed)}."


def _masked(removed: Removed) -> str:
    return f" Masked before that: {_counts(removed)}." if removed else ""


def _counts(removed: Removed) -> str:
    return ", ".join(f"{count} × {kind.replace('_', ' ')}" for kind, count in sorted(removed.items()))


def _where(sent: Sent) -> str:
    return ", ".join(part for part in (sent.host, sent.region) if part) or "its provider's host; none is declared"


def _of_call(call: Call) -> str:
    tokens = "tokens unknown" if call.tokens_in is None else f"{call.tokens_in} tokens in, {call.tokens_out} out"
    cost = "price unknown" if call.dollars is None else f"${call.dollars:.6f}"
    held = f"; {_HELD_TO[call.held_to]}" if call.held_to is not None else ""
    return f"{call.model or 'The model'} answered in {call.ms:.0f} ms: {tokens}, {cost}{held}."


_BUDGETS: Final[Mapping[Budget, str]] = {
    "dollars_by_one": "the asker's of the day, in dollars",
    "dollars_by_all": "everybody's of the day, in dollars",
    "tokens_by_one": "the asker's of the day, in tokens",
    "tokens_by_all": "everybody's of the day, in tokens",
}
_HELD_TO: Final[Mapping[HeldTo, str]] = {
    "schema": "its server held it to our schema",
    "json": "its server held it to JSON, and the shape was checked afterwards",
    "words": "it was told the shape, which was checked afterwards",
}


def _why(because: str) -> str:
    return _BECAUSE.get(because, because)
