"""What readers have seen is not said again, whoever goes on writing."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.core.terms import terms
from policies.evidence import Claim, Draft
from policies.verbatim import fold
from policies.written import numbers

_ENOUGH: Final = 0.8  # of a claim's words, in one that was said from the same words of a passage


def going_on(said: Sequence[Claim], draft: Draft, *, most: int) -> Draft:
    """A model's draft, after what was said."""
    if not said or (draft.answerable and draft.claims[: len(said)] == tuple(said)):
        return draft
    new = (claim for claim in draft.claims if draft.answerable and not is_said(claim, said))
    return Draft(claims=(*said, *new)[: max(most, len(said))])


def quoting_on(said: Sequence[Claim], draft: Draft, *, most: int) -> Draft:
    """A draft in the words of the documents, after what was said: sentences that were quoted in part are told."""
    if not said:
        return draft
    new = (claim for claim in draft.claims if not any(_same_words(claim, one) for one in said))
    return Draft(claims=(*said, *new)[: max(most, len(said))])


def is_said(claim: Claim, said: Iterable[Claim]) -> bool:
    return any(claim == one or (_same_words(claim, one) and _no_more(claim, one)) for one in said)


def _same_words(claim: Claim, one: Claim) -> bool:
    """They stand on words that overlap."""
    return any(
        quote.passage == other.passage and _overlap(fold(quote.quote), fold(other.quote))
        for quote in claim.citations
        for other in one.citations
    )


def _overlap(quote: str, other: str) -> bool:
    return quote in other or other in quote


def _no_more(claim: Claim, one: Claim) -> bool:
    """Another number is another claim."""
    words, told = set(terms(claim.text)), set(terms(one.text))
    return numbers(claim.text) <= numbers(one.text) and len(words & told) >= _ENOUGH * len(words)
