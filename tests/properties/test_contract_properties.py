"""The evidence's own words always keep the contract; one changed digit never does."""

import re
import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from policies.contract import Rule, violations
from policies.evidence import Citation, Claim, Draft
from tests.fakes.passages import some_evidence

LONG = 10_000
ASKED = "What is there to know about the leave of this year?"
TEXT = """
    The Ana O’Brien never nicht geen kein without can’t I A über Zoë Zoe\u0308 ÅNGSTRÖM e.g. and/or C++ 七天 п'ять
    25 1,000 1.000,50 10-15 2026-03-01 9:30 § 3/4 5% €7 v2.3.1 srv-12a max_size getName README.md x@acme.test
    at least most only must may all some before after days hours working million € EUR % March May 3 2026 until or more
    nur darf muss höchstens alleen moet
    https://acme.test/a?b=1, [here](https://acme.test) | **bold** - • … “quoted” (see #12) ½ 3² ٣
"""
WORDS = TEXT.split()
SPACES = [" ", "  ", "\n", "\t", "\n\n", "\u00a0"]

words = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1)
passages = st.lists(words, min_size=1, max_size=12)


@st.composite
def verbatim_claims(draw: st.DrawFn) -> tuple[list[str], Claim]:
    """Passages, and a claim of whole words of theirs, spaced anew."""
    several = draw(st.lists(passages, min_size=1, max_size=3))
    slices, citations = [], []
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(1, len(several)))
        passage = several[number - 1]
        first = draw(st.integers(0, len(passage) - 1))
        slice_ = passage[first : draw(st.integers(first + 1, len(passage)))]
        slices.append(draw(st.sampled_from(SPACES)).join(slice_))
        citations.append(Citation(passage=number, quote=draw(st.sampled_from(SPACES)).join(slice_)))
    texts = [draw(st.sampled_from(SPACES)).join(passage) for passage in several]
    return texts, Claim(text=draw(st.sampled_from(SPACES)).join(slices), citations=tuple(citations))


def says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


@given(drawn=verbatim_claims(), decomposed=st.booleans())
def test_claim_of_verbatim_slices_never_violates(drawn: tuple[list[str], Claim], *, decomposed: bool) -> None:
    texts, claim = drawn
    assume(all(says_something(citation.quote) for citation in claim.citations))
    assume(not any(ping in claim.text.lower() for ping in ("@here", "@channel", "@everyone", "<@", "<!", "<#")))
    if decomposed:
        claim = claim.model_copy(update={"text": unicodedata.normalize("NFD", claim.text)})
    assert (
        violations(
            Draft(claims=(claim,)), some_evidence(*texts), max_claim_characters=LONG, question=ASKED, min_support=1
        )
        == ()
    )


@given(drawn=verbatim_claims(), data=st.data())
def test_claim_with_one_changed_digit_always_violates(drawn: tuple[list[str], Claim], data: st.DataObject) -> None:
    texts, claim = drawn
    places = [at for at, character in enumerate(claim.text) if character.isdecimal()]
    assume(places)
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda one: one != claim.text[at]))
    changed = claim.text[:at] + digit + claim.text[at + 1 :]
    # Exchanging one cited number for another cited one changes no number that the quotes do not have.
    assume(not numbers(changed) <= numbers(claim.text))
    found = violations(
        Draft(claims=(claim.model_copy(update={"text": changed}),)), some_evidence(*texts), max_claim_characters=LONG
    )
    assert {Rule.UNSUPPORTED_NUMBER, Rule.UNSUPPORTED_DATE} & {violation.rule for violation in found}


@given(drawn=verbatim_claims(), data=st.data())
def test_quote_with_one_changed_digit_that_stands_nowhere_always_violates(
    drawn: tuple[list[str], Claim], data: st.DataObject
) -> None:
    texts, claim = drawn
    (citation, *others) = claim.citations
    places = [at for at, character in enumerate(citation.quote) if character.isdecimal()]
    assume(places)
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda one: one != citation.quote[at]))
    changed = citation.quote[:at] + digit + citation.quote[at + 1 :]
    assume(not numbers(changed) <= numbers(texts[citation.passage - 1]))
    lie = Claim(text=changed, citations=(citation.model_copy(update={"quote": changed}), *others))
    found = violations(Draft(claims=(lie,)), some_evidence(*texts), max_claim_characters=LONG)
    assert Rule.NOT_VERBATIM in {violation.rule for violation in found}


def numbers(text: str) -> set[str]:
    """Runs of digits, whatever joins them: one that is new makes a number that is new."""
    return set(re.findall(r"\d+", text))
