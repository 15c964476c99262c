"""Who checks an answer before it is seen, and what does each of their clicks come to? Pure. Nobody is ever asked who may not
read all that the answer cites, and nobody checks what they asked themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

from policies.evidence import Answer, Claim, Conflict, Old, Refusal, RefusalReason, Section, Superseded
from policies.people import Person

Stage = Literal["held", "asked", "approved", "declined", "nobody", "outdated", "withdrawn"]
"""Where a held answer is. `nobody`: there is none left to ask; `outdated`: approved, and not true any more, or not for
everybody who reads along by now.
"""
Ruling = Literal["approved", "declined"]
Passed = Literal["may_not", "unreachable", "time"]
"""Why somebody does not check it: they may not, they cannot be written to, they did not say anything in time."""
Untrue = Literal["readers", "access", "changed", "erased"]
"""Why what was approved is not shown."""
Standing = Literal["open", "not_yours", "passed", "approved", "declined", "over", "withdrawn"]
"""What a click finds."""

TRANSITIONS: Final[Mapping[Stage, frozenset[Stage]]] = {
    "held": frozenset({"asked", "nobody", "withdrawn"}),
    "asked": frozenset({"asked", "approved", "declined", "nobody", "withdrawn"}),
    "approved": frozenset({"asked", "nobody", "outdated", "withdrawn"}),  # asked: whoever approved it may not any more
    "declined": frozenset({"withdrawn"}),
    "nobody": frozenset({"withdrawn"}),
    "outdated": frozenset({"withdrawn"}),
    "withdrawn": frozenset(),
}


def to_ask(reviewers: Sequence[str], asked: Collection[str], asker: str) -> tuple[str, ...]:
    """In the order of the rule; each once, and never whoever asked."""
    return tuple(one for one in dict.fromkeys(reviewers) if one != asker and one not in asked)


def may_check(person: Person, *, reads_all: bool) -> bool:
    """Full members alone, and who is known."""
    return reads_all and not person.outsider and bool(person.principals)


def standing(stage: Stage, *, is_theirs: bool, is_their_turn: bool) -> Standing:
    """`is_theirs`: the clicker is whom we asked with this card; `is_their_turn`: and nobody was asked after them."""
    if not is_theirs:
        return "not_yours"
    match stage:
        case "withdrawn":
            return "withdrawn"
        case "approved" | "declined":
            return stage
        case "asked" if is_their_turn:
            return "open"
        case "held" | "asked" | "nobody":
            return "passed"
        case "outdated":
            return "over"


def cited_handles(answer: Answer) -> frozenset[int]:
    """Of everything that is shown of documents: what the claims cite, and what the caveats name."""
    cited = {citation.passage for claim in answer.claims for citation in claim.citations}
    for caveat in answer.caveats:
        match caveat:
            case Conflict():
                cited |= {caveat.here.passage, caveat.there.passage}
            case Superseded():
                cited |= {caveat.cited, caveat.by}
            case Old():
                cited.add(caveat.passage)
    return frozenset(cited)


def edited(answer: Answer, texts: Mapping[int, str]) -> Answer | None:
    """With these words for these claims, each under the citations that it had; one without words is left out. None: nothing
    is left.
    """
    kept = [(number, _reworded(claim, texts.get(number))) for number, claim in enumerate(answer.claims)]
    claims = tuple(claim for _, claim in kept if claim is not None)
    gone = {number for number, claim in kept if claim is None}
    if not claims:
        return None
    return answer.model_copy(update={"claims": claims, "sections": _sections(answer.sections, gone)})


def _reworded(claim: Claim, text: str | None) -> Claim | None:
    if text is None or text == claim.text:
        return claim
    return claim.model_copy(update={"text": text}) if text.strip() else None


def _sections(sections: Sequence[Section], gone: Collection[int]) -> tuple[Section, ...]:
    """Each with as many claims as it has left; one that has lost them all is not answered."""
    made, first = [], 0
    for one in sections:
        left = one.claims - sum(number in gone for number in range(first, first + one.claims))
        lost = Refusal(reason=RefusalReason.UNANSWERED) if one.claims and not left else one.refusal
        made.append(one.model_copy(update={"claims": left, "refusal": lost}))
        first += one.claims
    return tuple(made)
