"""Answers with the evidence's own words: the unit that answers best first, whole, each with its citation.

The text of a document is compared and quoted, never followed. The same question and evidence give the same draft.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.core.errors import Unembedded
from bot.core.nouns import Byline
from bot.core.ports import Composed, Embedder
from bot.models.asked import asked
from bot.models.choice import Limits, chosen
from bot.models.confidence import confidence
from bot.models.scores import ranking
from bot.models.units import Shape, Unit, units
from policies import contract
from policies.evidence import Citation, Claim, Draft, Evidence
from policies.rules import Answerability, AnswerLimits, AnswerRules

NO_ANSWER = Draft(answerable=False)


class Extractive:
    """The port `Composer` without a model. Without an embedder it compares words alone."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return "extractive"

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[contract.Violation] = (),  # noqa: ARG002
    ) -> Composed:
        """Every claim is checked before it is drafted, so that there is nothing to mend on a second try."""
        if self._embedder is None or all(found.nearness is None for found in evidence.found):
            return Composed(_draft(question, evidence, rules, None), Byline(composer=self.name))
        try:
            return Composed(_draft(question, evidence, rules, self._embedder), Byline(composer=self.name))
        except Unembedded as why:
            by = Byline(composer=self.name, without_vectors=why.because)
            return Composed(_draft(question, evidence, rules, None), by)


def _draft(question: str, evidence: Evidence, rules: AnswerRules, embedder: Embedder | None) -> Draft:
    """Without an embedder, words alone are compared, and held to the measure of words."""
    wanted, by_words = asked(question), embedder is None
    found = ranking(question, wanted, evidence, units(evidence), embedder)
    if confidence(found, wanted, evidence, by_words=by_words) < _least(rules.answerability, by_words=by_words):
        return NO_ANSWER
    limits = Limits(lines=rules.answer.max_lines, allows=lambda unit: _keeps_contract(unit, evidence, rules.answer))
    claims = tuple(_claims(chosen(found.units, limits, prefers_steps=wanted.wants_steps or wanted.is_heading)))
    return Draft(claims=claims) if claims else NO_ANSWER


def _least(answerability: Answerability, *, by_words: bool) -> float:
    return answerability.min_confidence_by_words if by_words else answerability.min_confidence


def _keeps_contract(unit: Unit, evidence: Evidence, limits: AnswerLimits) -> bool:
    draft = Draft(claims=tuple(_claims((unit,))))
    return not contract.violations(draft, evidence, max_claim_characters=limits.max_claim_characters)


def _claims(found: Sequence[Unit]) -> Iterator[Claim]:
    for (handle, _, is_table), together in groupby(
        found, key=lambda unit: (unit.passage.handle, unit.block, unit.shape is Shape.ROW)
    ):
        if is_table:
            yield _table(handle, tuple(together))
        else:
            for unit in together:
                quote = "\n".join((*unit.above, *unit.lines))
                yield Claim(text=unit.text, citations=(Citation(passage=handle, quote=quote),))


def _table(handle: int, rows: Sequence[Unit]) -> Claim:
    """Rows under one header. The ruler between them states nothing, and neither does an empty header."""
    head = next((row.above for row in rows if row.above), ())
    lines = [line for row in rows for line in row.lines]
    quotes = [quote for quote in (*head[:1], *lines) if any(character.isalnum() for character in quote)]
    return Claim(
        text="\n".join((*head, *lines)), citations=tuple(Citation(passage=handle, quote=quote) for quote in quotes)
    )
