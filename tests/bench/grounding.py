"""Does the verifier tell claims that their references support from others? Macro-F1, on the half that nothing was fitted to.

    python -m tests.bench.grounding [--quick] [--json] [--data DIR]

With public data: AttributionBench's development set (`grounding/*.jsonl`); each reference is one quote, whole. Beside it,
fitted to the same even half: the share of the claim's words that stand in the references, and, but for `--quick`, the
cosine of the built-in embedder to the nearest sentences. Without data, claims over the sample company's own sentences:
each as it stands, and with the sentence of another page as its quote.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bot.core.ports import Embedder
from bot.core.sentences import sentences
from policies.contract import Rule, violations
from policies.evidence import Citation, Claim, Draft
from policies.rules import FILES, parse
from policies.support import support
from tests.bench.figures import tell
from tests.bench.sets import asked_for, is_odd, lines
from tests.fakes.passages import some_evidence
from tests.quality.tables import COMPANY

_WORD = re.compile(r"\w+")
_MOST_CHARACTERS = 600  # of a text, for its vector
_FACTS = frozenset({Rule.UNSUPPORTED_NUMBER, Rule.UNSUPPORTED_DATE, Rule.CHANGED_UNIT, Rule.CHANGED_BOUND})
_NEAREST = 3  # by words: of so many pairs of sentences the cosine is asked


class Case(NamedTuple):
    id: str
    question: str
    claim: str
    quotes: tuple[str, ...]
    is_supported: bool


def main() -> None:
    given = asked_for(__doc__)
    tell(measure(cases(given.data), embedder=None if given.quick else _embedder()), as_json=given.json)


def cases(data: Path | None) -> list[Case]:
    return list(_own() if data is None else _public(data / "grounding"))


def measure(given: Sequence[Case], *, embedder: Embedder | None) -> dict[str, Any]:
    """At the shipped threshold: by the score alone, and by that and the facts of the contract. Its other rules are for quotes as
    short as they can be; these are whole pages.
    """
    folder = resources.files("policies") / "rules"
    least = parse({file: (folder / file).read_text(encoding="utf-8") for file in FILES}).answers.answer.min_support
    odd = [case for case in given if is_odd(case.id)]
    figures = {
        "claims": len(odd),
        "fitted_to": len(given) - len(odd),
        "macro_f1_of_unigram_recall": _fitted(given, _unigram_recall),
        "macro_f1_of_support": _macro_f1(odd, [_supported(case, least) for case in odd]),
        "macro_f1_of_support_and_facts": _macro_f1(
            odd, [_supported(case, least) and _FACTS.isdisjoint(_broken(case)) for case in odd]
        ),
        "threshold": least,
        "rules_broken_of_supported": _counted(case for case in odd if case.is_supported),
        "rules_broken_of_others": _counted(case for case in odd if not case.is_supported),
    }
    if embedder is not None:
        cosines = {case.id: _cosine(case, embedder) for case in given}
        figures["macro_f1_of_cosine"] = _fitted(given, lambda case: cosines[case.id])
        figures["macro_f1_of_support_and_cosine"] = _fitted(given, lambda case: cosines[case.id] + _support(case) / 2)
    return figures


def _public(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*.jsonl")):
        for row in lines(file):
            supported = row["attribution_label"] == "attributable"
            yield Case(row["id"], row["question"] or "", row["claim"], tuple(row["references"]), supported)


def _own() -> Iterator[Case]:
    """Sentences of one page after the other, and each once more with its neighbour's as the proof."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(COMPANY.rglob("*.md"))]
    said = [line for text in texts for line in text.split("\n") if re.fullmatch(r"[A-Z][^|#:]{60,}\.", line)]
    firsts = [next(iter(sentences(line))) for line in said]
    for number, (here, there) in enumerate(pairwise(firsts)):
        yield Case(f"own-{number}", "", here, (said[number],), is_supported=True)
        yield Case(f"other-{number}", "", here, (there,), is_supported=False)


def _support(case: Case) -> float:
    return support(case.claim, case.quotes, (case.question,))


def _supported(case: Case, least: float) -> bool:
    return _support(case) >= least


def _broken(case: Case) -> tuple[Rule, ...]:
    citations = tuple(Citation(passage=number, quote=quote) for number, quote in enumerate(case.quotes, start=1))
    found = violations(
        Draft(claims=(Claim(text=case.claim, citations=citations),)),
        some_evidence(*case.quotes),
        max_claim_characters=10_000,
        question=case.question,
    )
    return tuple(dict.fromkeys(violation.rule for violation in found))


def _counted(given: Iterator[Case]) -> dict[str, float]:
    """Each rule with the share of the claims that break it."""
    broken = [_broken(case) for case in given]
    return {
        rule: round(sum(rule in rules for rules in broken) / max(1, len(broken)), 3)
        for rule in Rule
        if any(rule in rules for rules in broken)
    }


def _unigram_recall(case: Case) -> float:
    said = set(_WORD.findall(case.claim.lower()))
    return len(said.intersection(_WORD.findall(" ".join(case.quotes).lower()))) / max(1, len(said))


def _fitted(given: Sequence[Case], score: Callable[[Case], float]) -> float:
    """Of the odd half, at the threshold that is best for the even one."""
    scored = [(case, score(case)) for case in given]
    even = [one for one in scored if not is_odd(one[0].id)]
    odd = [one for one in scored if is_odd(one[0].id)]
    highest = max(value for _, value in scored)
    best = max(
        (highest * step / 200 for step in range(201)),
        key=lambda least: _macro_f1([case for case, _ in even], [value >= least for _, value in even]),
    )
    return _macro_f1([case for case, _ in odd], [value >= best for _, value in odd])


def _macro_f1(given: Sequence[Case], judged: Sequence[bool]) -> float:
    pairs = [(case.is_supported, found) for case, found in zip(given, judged, strict=True)]
    return round((_f1(pairs, side=True) + _f1(pairs, side=False)) / 2, 4)


def _f1(pairs: Sequence[tuple[bool, bool]], *, side: bool) -> float:
    right = sum(is_ is side and found is side for is_, found in pairs)
    wrong = sum(is_ is not found for is_, found in pairs)
    return 2 * right / (2 * right + wrong) if right else 0.0


def _cosine(case: Case, embedder: Embedder) -> float:
    """Of the claim to those pairs of sentences that share most words with it."""
    pairs = {" ".join(two) for quote in case.quotes for two in pairwise(("", *sentences(quote)))}
    nearest = sorted(pairs, key=lambda text: (-support(case.claim, (text,)), text))[:_NEAREST]
    vectors = embedder.embed([text[:_MOST_CHARACTERS] for text in (case.claim, *nearest)])
    return float(max(vectors[1:] @ vectors[0], default=0.0))


def _embedder() -> Embedder:
    from bot import settings
    from bot.models.embedder import MiniLM
    from bot.models.weights import locate

    weights = locate(settings.load().models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    return MiniLM(weights)


if __name__ == "__main__":
    main()
