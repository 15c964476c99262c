"""Does a judge, where there is one, see every claim supported that kept the contract? It is asked about no other, and what it says
no to is one violation more. Where it says nothing, all is as if there were none.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from bot.core.nouns import Judging
from bot.core.ports import Errand, Judge
from policies.contract import Rule, Violation
from policies.evidence import Claim, Draft, Evidence
from policies.verbatim import fold, says_something


class Judged(NamedTuple):
    """`judging`: None, if nobody was asked."""

    violations: tuple[Violation, ...]
    judging: Judging | None


def judged(
    question: str,
    draft: Draft,
    found: Sequence[Violation],
    evidence: Evidence,
    judge: Judge | None,
    errand: Errand,
    *,
    refused: Collection[Claim] = (),
) -> Judged:
    """`found`: what the draft breaks of the contract, which stays found whatever is said; `refused`: what was said no to in the
    draft before, of which nobody is asked again.
    """
    doubtful, said_no = _doubtful(draft, found), {fold(claim.text) for claim in refused}
    again = [number for number, claim in doubtful.items() if fold(claim.text) in said_no]
    asked = {number: claim for number, claim in doubtful.items() if number not in again}
    judging = judge.judge(question, asked, evidence, errand) if judge is not None and asked else None
    verdicts = judging.verdicts if judging is not None else ()
    no = [*again, *(one.claim for one in verdicts if one.supported == "no" and one.claim in asked)]
    broken = (Violation(claim=one, rule=Rule.NOT_SUPPORTED, detail=doubtful[one].text[:80]) for one in no)
    return Judged((*found, *broken), judging)


def _doubtful(draft: Draft, found: Sequence[Violation]) -> Mapping[int, Claim]:
    """By their numbers. A claim that is its quotes, line by line, says what they say."""
    broken = {violation.claim for violation in found}
    return {
        number: claim for number, claim in enumerate(draft.claims) if number not in broken and not _is_its_quotes(claim)
    }


def _is_its_quotes(claim: Claim) -> bool:
    quoted = {fold(line) for citation in claim.citations for line in citation.quote.splitlines()}
    return all(fold(line) in quoted for line in claim.text.splitlines() if says_something(line))
