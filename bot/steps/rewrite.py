"""What is searched for a question that was put in a thread? Itself, always; and beside it the whole question, which says
what it leaves out: in the words of a model, or else the last questions before it, as they were put. What a model says is
searched only if it states nothing that none of these questions states.

Of what was answered nothing is used: it may stand on what somebody who reads along by now may not read, and then a
hidden document would change an order. It is no help either: with it, less is found (README, Figures).
"""

import re
from collections.abc import Sequence

from bot.core.errors import Unrewritten
from bot.core.nouns import Account, Rewriting, Said, Wording
from bot.core.ports import NOBODYS, Errand, Rewriter
from bot.core.terms import terms
from policies.contract import reworded
from policies.rules import FollowUps
from policies.verbatim import fold

_GOES_ON = re.compile(
    r"^\W*(?:(?:and|or|but|also|so|then|und|oder|aber|en|maar|what about|how about|what if)\b|why(?: not)?\W*$)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|them|they|their|he|she|his|her|him|ones?|same|such|instead|else"
    r"|former|latter|previous|next|other|davon|dafür|dort|dieser?s?|ander\w*|die|dat|daar|hun)\b"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )\bthere\b",
    re.IGNORECASE,
)
_FEW = 2  # words of its own: so short a question has left something out


def rewrite(
    text: str,
    thread: Sequence[Said],
    rules: FollowUps,
    *,
    one_subject: bool = True,
    rewriter: Rewriter | None = None,
    errand: Errand = NOBODYS,
) -> Wording:
    """`thread` is what was said before, oldest first. Where it is not about one subject, as in a direct conversation,
    a question that stands by itself begins another.
    """
    earlier = [said.text.strip() for said in thread if said.by == "person" and terms(said.text)]
    before = _last(earlier, rules.questions)
    if not before or not rules.weight or not (one_subject or _goes_on(text)):
        return Wording(asked=text)
    as_put = Wording(asked=text, whole="\n".join((*before, text))[-rules.max_characters :], leans=leans(text))
    told = [one[-rules.max_characters :] for one in _last(earlier, rules.told_to_model)]
    return _by_model(as_put, told, rules.max_characters_of_model, rewriter, errand) if rewriter and told else as_put


def _last(earlier: Sequence[str], most: int) -> list[str]:
    return list(dict.fromkeys(earlier[-most:])) if most else []


def _by_model(
    as_put: Wording, before: Sequence[str], max_characters: int, rewriter: Rewriter, errand: Errand
) -> Wording:
    """In its words if they may be searched; otherwise as it was put, and why."""
    asked = as_put.asked
    try:
        said = rewriter.rewrite(asked, before, max_characters=max_characters, errand=errand)
    except Unrewritten as why:
        return as_put.model_copy(update={"rewriting": _rewriting(rewriter.name, why.because, why.account)})
    whole, is_leaning = said.whole, said.leans
    broken = reworded(whole, asked, before, max_characters=max_characters)
    told = _rewriting(said.by, ", ".join(broken) or None, said.account)
    if broken:
        return as_put.model_copy(update={"rewriting": told})
    if fold(whole) == fold(asked):
        return Wording(asked=asked, rewriting=told)
    return Wording(asked=asked, whole=whole, leans=is_leaning, rewriting=told)


def _rewriting(by: str, because: str | None, account: Account) -> Rewriting:
    return Rewriting(by=by, because=because, calls=account.calls, passed=account.passed, sent=account.sent)


def leans(text: str) -> bool:
    """Whether it cannot be understood by itself. Where that is unclear it leans."""
    return bool(_GOES_ON.search(text) or _POINTS_BACK.search(text)) or _is_short(text)


def _goes_on(text: str) -> bool:
    """Whether it is plain that it does not begin another subject: `Is there a canteen?` may, `And for interns?` not."""
    return bool(_GOES_ON.search(text)) or bool(_POINTS_BACK.search(text) and _is_short(text))


def _is_short(text: str) -> bool:
    return len(set(terms(text))) <= _FEW
