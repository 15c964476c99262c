"""Answers with the evidence's own words: the unit that answers best first, whole, each with its citation.

The text of a document is compared and quoted, never followed. The same question and evidence give the same draft.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from bot.core.otherwise import overtaken
from bot.core.ports import NOBODYS, Composed, Embed, Embedder, Errand, Hear
from bot.models.ambiguity import meant, of_what_is_meant
from bot.models.asked import asked
from bot.models.choice import Limits, chosen
from bot.models.confidence import confidence
from bot.models.scores import ranking
from bot.models.unaided import broken, composed
from bot.models.units import Shape, Unit, units
from policies import contract
from policies.evidence import Citation, Claim, Draft, Evidence, Passage
from policies.languages import Language, among, language_of
from policies.rules import Answerability, AnswerLimits, AnswerRules

NO_ANSWER = Draft(answerable=False)


class Wish(NamedTuple):
    """Which units there are, and by how much more than is usual one may answer less well than the best."""

    wants: Callable[[Unit], bool] = lambda _: True
    spread: float = 1.0


class Extractive:
    """The port `Composer` without a model. Without an embedder it compares words alone. `wish`: what is told."""

    def __init__(self, embedder: Embedder | None, wish: Wish | None = None) -> None:
        self._embedder, self._wish = embedder, wish or Wish()

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
        said: Sequence[Claim] = (),  # noqa: ARG002
        errand: Errand = NOBODYS,
        hear: Hear | None = None,  # noqa: ARG002
    ) -> Composed:
        """Every claim is checked before it is drafted, so that there is nothing to mend on a second try; and all of it is
        there at once, so that there is nothing to be heard.
        """
        is_near = any(found.nearness is not None for found in evidence.found)
        draft = partial(_draft, question, evidence, rules, self._wish)
        return composed(self.name, draft, self._embedder if is_near else None, errand)


def _draft(question: str, evidence: Evidence, rules: AnswerRules, wish: Wish, embed: Embed | None) -> Draft:
    """Without an embedder, words alone are compared, and held to the measure of words."""
    languages, by_words = tuple(map(_language, evidence.passages)), embed is None
    wanted = asked(question, among(languages))
    found = ranking(question, wanted, evidence, _told(evidence, wish), languages, embed)
    sure = confidence(found, wanted, evidence, languages, by_words=by_words)
    if sure < _least(rules.answerability, by_words=by_words):
        return NO_ANSWER
    options = meant(found.units, wanted, evidence, languages)[: contract.MOST_OPTIONS]
    if options and not broken(Draft(options=options), evidence, rules.answer):
        return Draft(options=options)
    allows = partial(_keeps_contract, evidence=evidence, limits=rules.answer)
    limits = Limits(lines=rules.answer.max_lines, allows=allows, spread=wish.spread)
    prefers_steps = wanted.wants_steps or wanted.is_heading
    ranked = of_what_is_meant(question, found.units, wanted, languages)
    picked = chosen(ranked, limits, prefers_steps=prefers_steps, wants_steps=wanted.wants_steps)
    claims = tuple(_claims(picked))
    return Draft(claims=claims) if claims else NO_ANSWER


def _least(answerability: Answerability, *, by_words: bool) -> float:
    return answerability.min_confidence_by_words if by_words else answerability.min_confidence


def _told(evidence: Evidence, wish: Wish) -> tuple[Unit, ...]:
    """Without what a newer passage says otherwise: that one answers."""
    return tuple(
        unit
        for unit in units(evidence)
        if not overtaken(evidence.found[unit.rank], "\n".join(unit.lines)) and wish.wants(unit)
    )


def _language(passage: Passage) -> Language:
    return language_of("\n".join((*passage.heading_path, passage.text)))


def _keeps_contract(unit: Unit, evidence: Evidence, limits: AnswerLimits) -> bool:
    return not broken(Draft(claims=tuple(_claims((unit,)))), evidence, limits)


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
