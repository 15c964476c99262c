"""Does a draft keep the contract: every claim cited, every quote verbatim, every fact in a claim in its quotes?

The model is not asked; text is compared with text. A claim with any violation never reaches a reader.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from policies.evidence import Citation, Claim, Draft, Evidence, Passage
from policies.languages import known_language_of
from policies.meant import other_bounds, other_days, other_units, without_days
from policies.people import Noun
from policies.qualifiers import denials, exchanged, limits
from policies.support import support
from policies.verbatim import fold, says_something, stands_in
from policies.written import links, names, numbers, spelt_numbers, words


class Rule(StrEnum):
    EMPTY_CLAIM = "empty_claim"
    UNCITED = "uncited"
    UNKNOWN_PASSAGE = "unknown_passage"
    EMPTY_QUOTE = "empty_quote"
    NOT_VERBATIM = "not_verbatim"
    UNSUPPORTED_NUMBER = "unsupported_number"
    UNSUPPORTED_DATE = "unsupported_date"
    CHANGED_UNIT = "changed_unit"
    CHANGED_BOUND = "changed_bound"
    UNSUPPORTED_NAME = "unsupported_name"
    CHANGED_NEGATION = "changed_negation"
    CHANGED_QUALIFIER = "changed_qualifier"
    LITTLE_SUPPORT = "little_support"
    OTHER_LANGUAGE = "other_language"
    FOREIGN_LINK = "foreign_link"
    PING = "ping"
    TOO_LONG = "too_long"
    NOT_SUPPORTED = "not_supported"  # as a judge has it, where there is one
    NOT_ALLOWED = "not_allowed"  # these two by what an admin has laid down: see `policies.topics`
    OUT_OF_RANGE = "out_of_range"


class Violation(Noun):
    """Claim number `claim` (from 0), or option number `option`, or else the question back, breaks `rule`; `detail` names
    the words, so that a composer can mend them.
    """

    claim: int | None
    rule: Rule
    detail: str
    option: int | None = None


MOST_OPTIONS = 4
_MOST_ASKED_BACK = 200
_MOST_OF_AN_OPTION = 60  # a button is no longer


def violations(
    draft: Draft, evidence: Evidence, *, max_claim_characters: int, question: str = "", min_support: float = 0.0
) -> tuple[Violation, ...]:
    asked_back = () if draft.clarify is None else _asked_beyond(draft.clarify, (question,), _MOST_ASKED_BACK)
    return (
        *(
            Violation(claim=number, rule=rule, detail=detail)
            for number, claim in enumerate(draft.claims)
            for rule, detail in (
                tuple(_broken(claim, evidence, max_claim_characters))
                or tuple(_strange(claim, evidence, question, min_support))[:1]
            )
        ),
        *(Violation(claim=None, rule=rule, detail=detail) for rule, detail in asked_back),
        *(
            Violation(claim=None, rule=rule, detail=detail, option=number)
            for number, option in enumerate(draft.options)
            for rule, detail in tuple(_not_offered(option, draft.options[:number], evidence, question))[:1]
        ),
    )


def reworded(whole: str, asked: str, before: Sequence[str], *, max_characters: int) -> tuple[Rule, ...]:
    """Which rules a question breaks that was `asked` after others and is put in other words, as a `whole`: it states what
    none of them states, leaves a negation out, or leads somewhere.
    """
    broken = {rule for rule, _ in _asked_beyond(whole, (*before, asked), max_characters)}
    if links(whole):
        broken.add(Rule.FOREIGN_LINK)
    if not denials(asked) <= denials(whole) <= denials(asked) + sum(map(denials, before)):
        broken.add(Rule.CHANGED_NEGATION)
    return tuple(sorted(broken))


def _broken(claim: Claim, evidence: Evidence, max_characters: int) -> Iterator[tuple[Rule, str]]:
    if len(claim.text) > max_characters:
        yield Rule.TOO_LONG, f"{len(claim.text)} characters, at most {max_characters}"
    if not says_something(claim.text):
        yield Rule.EMPTY_CLAIM, claim.text[:80]
    yield from _pings(claim.text)
    if not claim.citations:
        yield Rule.UNCITED, claim.text[:80]
        return
    for citation in claim.citations:
        yield from _unproven(citation, evidence)
    yield from _unsupported(_without_speaker(claim, evidence), _authors(claim, evidence))


def _asked_beyond(clarify: str, asked: Sequence[str], max_characters: int) -> Iterator[tuple[Rule, str]]:
    """A question cites nothing, so it states nothing: whatever is written like a fact is the asker's own."""
    if len(clarify) > max_characters:
        yield Rule.TOO_LONG, f"{len(clarify)} characters, at most {max_characters}"
    if not says_something(clarify):
        yield Rule.EMPTY_CLAIM, clarify[:80]
    yield from _pings(clarify)
    first, _, rest = clarify.strip().partition(" ")
    yield from _beyond(rest if first.casefold() in _ASKING else clarify, [fold(question) for question in asked])


def _not_offered(option: str, before: Sequence[str], evidence: Evidence, question: str) -> Iterator[tuple[Rule, str]]:
    """An option says nothing of its own: it stands, word for word, in the question or over a passage."""
    folded = fold(option)
    if len(folded) > _MOST_OF_AN_OPTION or len(before) >= MOST_OPTIONS:
        yield Rule.TOO_LONG, f"at most {MOST_OPTIONS} options of at most {_MOST_OF_AN_OPTION} characters"
    if not says_something(folded) or folded.casefold() in {fold(one).casefold() for one in before}:
        yield Rule.EMPTY_CLAIM, folded[:80]
    yield from _pings(option)
    yield from ((Rule.FOREIGN_LINK, link) for link in sorted(links(option)))
    above = (text for passage in evidence.passages for text in _over(passage))
    if not any(stands_in(folded, fold(text)) for text in (question, *above)):
        yield Rule.NOT_VERBATIM, folded[:80]


def _over(passage: Passage) -> Iterator[str]:
    """Its titles and headings, those within its text too."""
    yield from (passage.title, *passage.heading_path)
    yield from (match.group(1) for match in _HEADING.finditer(passage.text))


def _unproven(citation: Citation, evidence: Evidence) -> Iterator[tuple[Rule, str]]:
    passage = evidence.passage(citation.passage)
    quote = fold(citation.quote)
    if passage is None:
        yield Rule.UNKNOWN_PASSAGE, str(citation.passage)
    elif not says_something(quote):
        yield Rule.EMPTY_QUOTE, quote
    elif not stands_in(quote, fold(passage.text)):
        yield Rule.NOT_VERBATIM, quote[:80]


_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)$", re.MULTILINE)
_PLAIN_WORD = re.compile(r"\w+")
_PING = re.compile(r"<[!@#][^>]*>|(?<!\w)@(?:here|channel|everyone)\b", re.IGNORECASE)
_ASKING_WORDS = """
    can could did may might shall were whom whose will would
    darf hast kann kannst meinen meinst möchten soll sollen welche welchem welchen welcher welches wessen wollen
    bedoel bedoelt heb heeft hebt kan kun kunt mag moet welk welke wiens wil wilt
"""
_ASKING = frozenset(_ASKING_WORDS.split())
"""What a question back begins with, beside these."""


def _without_speaker(claim: Claim, evidence: Evidence) -> Claim:
    """Whoever is quoted may be named before their words, as they are called; what follows has to be proven like any claim."""
    spoken = (f"{author}: " for author in _authors(claim, evidence))
    first = next((name for name in spoken if claim.text.startswith(name)), "")
    return claim.model_copy(update={"text": claim.text.removeprefix(first)}) if first else claim


def _authors(claim: Claim, evidence: Evidence) -> tuple[str, ...]:
    """Of the messages that it cites, and of no others."""
    cited = (evidence.passage(citation.passage) for citation in claim.citations)
    return tuple(dict.fromkeys(one.author for one in cited if one is not None and one.author is not None))


def _unsupported(claim: Claim, authors: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    """What a claim states beyond its quotes, or leaves out of them. A claim that *is* its quotes does neither."""
    text = fold(claim.text)
    quotes = [fold(citation.quote) for citation in claim.citations]
    yield from _beyond(claim.text, quotes, authors)
    yield from ((Rule.CHANGED_UNIT, other) for other in other_units(text, quotes))
    yield from ((Rule.CHANGED_BOUND, other) for other in other_bounds(text, quotes))
    denied = [denials(quote) for quote in quotes]
    if not max(denied) <= denials(text) <= sum(denied):
        yield Rule.CHANGED_NEGATION, text[:80]
        return
    limited = [limits(quote) for quote in quotes]
    if not max(limited) <= limits(text) <= sum(limited):
        yield Rule.CHANGED_QUALIFIER, f"only: {text[:80]}"
    for said, proven in exchanged(text, quotes):
        yield Rule.CHANGED_QUALIFIER, f"{said} for {proven}"


def _beyond(text: str, quotes: Sequence[str], authors: Sequence[str] = ()) -> Iterator[tuple[Rule, str]]:
    """`authors`: who said what is quoted. Their names prove nothing but names."""
    text, quoted = unicodedata.normalize("NFC", text), " \n ".join(quotes)
    left = without_days(text)
    yield from ((Rule.UNSUPPORTED_DATE, day) for day in other_days(text, quotes))
    counted = numbers(quoted) | set(spelt_numbers(quoted).values())
    yield from (
        (Rule.UNSUPPORTED_NUMBER, word) for word, digits in sorted(spelt_numbers(left).items()) if digits not in counted
    )
    for rule, stated, proven in (
        (Rule.UNSUPPORTED_NUMBER, numbers(left), numbers(quoted)),
        (Rule.UNSUPPORTED_NAME, names(left), words("\n".join((quoted, *authors)))),
        (Rule.FOREIGN_LINK, links(text), links(quoted)),
    ):
        for extra in sorted(stated - proven):
            yield rule, extra


def _strange(claim: Claim, evidence: Evidence, question: str, min_support: float) -> Iterator[tuple[Rule, str]]:
    """What is not said in the language of the question, or not with the words of its quotes: looked at last, for whatever
    else is wrong says more.
    """
    quotes = [citation.quote for citation in claim.citations]
    if not quotes or _has_no_word_but(_without_speaker(claim, evidence).text, quotes):
        return
    language, asked, quoted = map(known_language_of, (claim.text, question, "\n".join(quotes)))
    if language is not None and asked is not None and language != asked:
        yield Rule.OTHER_LANGUAGE, f"{language.code} for {asked.code}"
    if language is not None and quoted is not None and language != quoted:
        return  # a translation shares few words
    reached = support(claim.text, quotes, (question, *_headings(claim, evidence)))
    if reached < min_support:
        yield Rule.LITTLE_SUPPORT, f"{reached:.2f}, at least {min_support:.2f}"


def _has_no_word_but(text: str, quotes: Sequence[str]) -> bool:
    return _plain_words(text) <= _plain_words("\n".join(quotes))


def _plain_words(text: str) -> set[str]:
    return {word.casefold() for word in _PLAIN_WORD.findall(unicodedata.normalize("NFC", text))}


def _headings(claim: Claim, evidence: Evidence) -> Iterator[str]:
    for citation in claim.citations:
        passage = evidence.passage(citation.passage)
        if passage is not None:
            yield from (passage.title, *passage.heading_path)


def _pings(text: str) -> Iterator[tuple[Rule, str]]:
    for match in _PING.finditer(text):
        yield Rule.PING, match.group()
