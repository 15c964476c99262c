"""Summarises a conversation in its own words: what it began with, then the sentences that decide, ask somebody to do something,
name a day or stay without an answer, and those that the others are about. Word for word, each with who wrote it.

What was said is compared and quoted, never followed. The same question and messages give the same draft.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from bot.core.markdown import without_marker
from bot.core.ports import NOBODYS, Composed, Embed, Embedder, Errand, Hear
from bot.core.sentences import sentences
from bot.core.terms import terms
from bot.models.cues import Cue, asked_for, cues
from bot.models.unaided import broken, composed
from policies.contract import Violation
from policies.evidence import Citation, Claim, Draft, Evidence, Passage
from policies.rules import AnswerLimits, AnswerRules

_WORTH: Final = {Cue.DECISION: 1.0, Cue.TASK: 0.7, Cue.DAY: 0.4, Cue.QUESTION: 0.5}
_CENTRAL: Final = 0.6  # what the sentence is worth that the others are about
_ANSWERED: Final = 0.1  # of a question after which somebody else spoke
_UNWANTED: Final = 0.15  # of a sort that was not asked for
_FEW: Final = 2  # words: `ok, thanks` sums up nothing
_FEW_SIGNS: Final = 8  # the same, where words are not told apart
_ALIKE: Final = 0.6  # the share of words at which two say the same
_LONGEST_OPENING: Final = 300  # characters
_MOST_EMBEDDED: Final = 24  # each costs 3 to 8 ms


class _Said(NamedTuple):
    """A sentence. `at`: its place among all of them; `unanswered`: nobody else spoke after it."""

    passage: Passage
    text: str
    at: int
    words: frozenset[str]
    cues: frozenset[Cue]
    unanswered: bool


class Condensed:
    """The port `Composer` for summaries without a model. Without an embedder it compares words alone."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return "condensed"

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),  # noqa: ARG002
        said: Sequence[Claim] = (),  # noqa: ARG002
        errand: Errand = NOBODYS,
        hear: Hear | None = None,  # noqa: ARG002
    ) -> Composed:
        """Every claim is checked before it is drafted, so that there is nothing to mend; and all of it is there at once."""
        found = [one for one in _said(evidence) if _keeps_contract(_claim(one), evidence, rules.answer)]
        return composed(self.name, partial(_draft, question, found, rules.answer), self._embedder, errand)


def _draft(question: str, found: Sequence[_Said], limits: AnswerLimits, embed: Embed | None) -> Draft:
    wanted = asked_for(question)
    opening = None if wanted else _opening(found)
    ranked = _ranked(found, wanted, embed)
    picked = _picked([*([opening] if opening is not None else []), *ranked], limits.max_lines)
    claims = tuple(map(_claim, sorted(picked, key=lambda one: one.at)))
    return Draft(claims=claims) if claims else Draft(answerable=False)


def _said(evidence: Evidence) -> Iterator[_Said]:
    """Sentence by sentence, in the order in which they were said."""
    passages = evidence.passages
    authors = [passage.author for passage in passages]
    at = 0
    for number, passage in enumerate(passages):
        unanswered = all(author == passage.author for author in authors[number + 1 :])
        for line in passage.text.splitlines():
            for text in sentences(without_marker(line)):
                yield _Said(passage, text, at, frozenset(terms(text)), cues(text), unanswered)
                at += 1


def _opening(found: Sequence[_Said]) -> _Said | None:
    """What the first message asks, with what leads up to it, for a question points back; or else how it begins."""
    first = [one for one in found if one.passage.ordinal == found[0].passage.ordinal]
    asks = next((number for number, one in enumerate(first) if Cue.QUESTION in one.cues), None)
    if asks is None:
        return next(filter(_says_enough, first), None)
    whole = " ".join(one.text for one in first[: asks + 1])
    return first[asks]._replace(text=whole) if len(whole) <= _LONGEST_OPENING else first[asks]


def _ranked(found: Sequence[_Said], wanted: frozenset[Cue], embed: Embed | None) -> Sequence[_Said]:
    central = _centrality(found)
    score = {one.at: _by_cues(one, wanted) + _CENTRAL * central[one.at] for one in found}
    best = _in_order([one for one in found if _says_enough(one)] or found, score)
    if embed is None or not best:
        return best
    near = _nearness(best[:_MOST_EMBEDDED], embed)
    return _in_order(
        best[:_MOST_EMBEDDED], {at: score[at] + _CENTRAL * (mean - central[at]) for at, mean in near.items()}
    )


def _in_order(found: Sequence[_Said], score: dict[int, float]) -> list[_Said]:
    return sorted(found, key=lambda one: (-round(score[one.at], 6), one.at))


def _by_cues(one: _Said, wanted: frozenset[Cue]) -> float:
    worth = 0.0
    for cue in sorted(one.cues):
        is_left_open = cue is not Cue.QUESTION or one.unanswered
        part = _WORTH[cue] * (1.0 if is_left_open else _ANSWERED)
        worth += part if not wanted or cue in wanted else _UNWANTED * part
    return worth


def _centrality(found: Sequence[_Said]) -> dict[int, float]:
    """How many of the others have words of it, the rest of the conversation's being rarer; the most central has 1."""
    held = Counter(word for one in found for word in one.words)
    raw = {one.at: sum(held[word] - 1 for word in sorted(one.words)) / (1 + len(one.words)) for one in found}
    most = max(raw.values(), default=0.0)
    return {at: value / most if most else 0.0 for at, value in raw.items()}


def _nearness(found: Sequence[_Said], embed: Embed) -> dict[int, float]:
    """The mean cosine of each to the others, between nothing and 1."""
    vectors = embed([one.text for one in found])
    near = vectors @ vectors.T
    others = max(1, len(found) - 1)
    return {one.at: max(0.0, float(row.sum() - 1.0) / others) for one, row in zip(found, near, strict=True)}


def _picked(ranked: Sequence[_Said], most: int) -> Sequence[_Said]:
    picked: list[_Said] = []
    for one in ranked:
        if len(picked) < most and not any(_repeats(one, other) for other in picked):
            picked.append(one)
    return picked


def _repeats(one: _Said, other: _Said) -> bool:
    if one.passage == other.passage and (one.text in other.text or other.text in one.text):
        return True
    shared = len(one.words & other.words) / max(1, len(one.words | other.words))
    return one.text == other.text or (shared >= _ALIKE and one.passage.author == other.passage.author)


def _says_enough(one: _Said) -> bool:
    return len(one.words) >= _FEW or (not one.text.isascii() and len(one.text) >= _FEW_SIGNS)


def _claim(one: _Said) -> Claim:
    """Whoever wrote it is named before it, as the contract allows."""
    text = one.text if one.passage.author is None else f"{one.passage.author}: {one.text}"
    return Claim(text=text, citations=(Citation(passage=one.passage.handle, quote=one.text),))


def _keeps_contract(claim: Claim, evidence: Evidence, limits: AnswerLimits) -> bool:
    return not broken(Draft(claims=(claim,)), evidence, limits)
