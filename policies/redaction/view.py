"""What a model, or whoever reads a reply, sees of evidence: with a mask for each value that is hidden there, such as `[card 1]`.

The same value has the same mask wherever it stands in one view, and no mask stands in the texts themselves, so that what is
said about a mask can be led back to what it stands for. Quotes are led back by their place: one that does not stand in what
was seen proves nothing, though it may stand behind a mask.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, assert_never

from policies.evidence import (
    Answer,
    Caveat,
    Citation,
    Claim,
    Clarification,
    Conflict,
    Disagreement,
    Draft,
    Evidence,
    Found,
    Notice,
    Passage,
    Refusal,
    Reply,
    Span,
)
from policies.redaction.around import Seat
from policies.redaction.found import apart, found
from policies.redaction.kinds import Destination, Redaction
from policies.redaction.masks import LIKE_A_MASK, Masks
from policies.redaction.page import Page
from policies.verbatim import place_of

Removed = Mapping[str, int]
"""How often a value of each kind was hidden; never which."""

_WORD = re.compile(r"\w+")
_NOWHERE: Final = Span(0, 0)


class View:
    """Evidence, and a question about it, as `destination` may see them; and whatever else is said there."""

    def __init__(
        self,
        evidence: Evidence,
        rules: Redaction,
        destination: Destination,
        *,
        question: str = "",
        beside: Sequence[str] = (),
    ) -> None:
        self._kinds, self._regions = rules.masked(destination), rules.phones.regions
        self._said = (question, *beside, *(text for one in evidence.found for text in _texts(one.passage)))
        self._masks = Masks(self._said)
        self._found = {text: found(text, self._kinds, self._regions) for text in dict.fromkeys(self._said)}
        for text, seats in self._found.items():
            for seat in seats:
                self._masks.mask(seat.kind, text[seat.first : seat.end])
        self._pages = {text: self._page(text) for text in dict.fromkeys(self._said)} if self._masks.stand_for else {}
        self._by_handle = {one.passage.handle: self._pages[one.passage.text] for one in evidence.found if self._pages}
        self._behind: dict[Claim, Claim] = {}  # of claims as they are seen, those that were masked
        self.question, self.beside = self._seen(question), tuple(map(self._seen, beside))
        self.evidence = Evidence(found=tuple(map(self._shown, evidence.found))) if self._pages else evidence

    @property
    def removed(self) -> Removed:
        return _counted(mask for text in self._said if text in self._pages for mask in self._pages[text].masks)

    def removed_from(self, reply: Reply) -> Removed:
        """The same of a reply, as it is seen."""
        return self.removed_in([claim.text for claim in reply.claims] if isinstance(reply, Answer) else [])

    def removed_in(self, texts: Iterable[str]) -> Removed:
        """The same of anything else, as it is seen."""
        masks = (mask for text in texts for mask in LIKE_A_MASK.findall(text))
        return _counted(mask for mask in masks if mask in self._masks.stand_for)

    def text(self, words: str) -> str:
        """Anything else, under the same masks."""
        return self._page(words).seen

    def told(self, words: str) -> str:
        """Words that may have been cut anywhere: with a part of what is hidden they are not told at all."""
        masked, hidden = self.text(words), " ".join(self._masks.stand_for.values())
        shown = "\n".join((self.question, *(page.seen for page in self._pages.values())))
        parts = _WORD.findall(LIKE_A_MASK.sub(" ", masked)) if hidden else ()
        return "" if any(part in hidden and part not in shown for part in parts) else masked

    def restored_words(self, words: str) -> str:
        """Of what only we read: what each mask stands for."""
        return LIKE_A_MASK.sub(lambda mask: self._masks.stand_for.get(mask.group(), mask.group()), words)

    # -- what a model drafted, back to what it is about

    def restored(self, draft: Draft) -> Draft:
        if not self._pages:
            return draft
        asked, *others = (self._pages[text] for text in self._said)
        offered = [asked, *(page for page in others if page not in self._by_handle.values())]
        return draft.model_copy(
            update={
                "claims": tuple(map(self.restored_claim, draft.claims)),
                "clarify": None if draft.clarify is None else self._unmasked(draft.clarify, [asked]),
                "options": tuple(self._unmasked(option, offered) for option in draft.options),
            }
        )

    def restored_claim(self, claim: Claim) -> Claim:
        """One at a time, as they are written."""
        if not self._pages or claim in self._behind:
            return self._behind.get(claim, claim)
        cited = [page for one in claim.citations if (page := self._by_handle.get(one.passage)) is not None]
        text, citations = self._unmasked(claim.text, cited), tuple(map(self._restored_citation, claim.citations))
        return claim.model_copy(update={"text": text, "citations": citations})

    def _restored_citation(self, citation: Citation) -> Citation:
        page = self._by_handle.get(citation.passage)
        behind = page.restored(citation.quote) if page is not None else None
        if behind is not None:
            return citation.model_copy(update={"quote": behind})
        if page is None or place_of(citation.quote, page.original) is None:
            return citation
        return citation.model_copy(update={"quote": f"{self._masks.new('unseen')} {citation.quote}"})

    def _unmasked(self, text: str, pages: list[Page]) -> str:
        """By what the mask stands for where it is cited; by nothing else, for that would be no proof."""

        def behind(match: re.Match[str]) -> str:
            found_ = (value for page in pages if (value := page.stands_for(match.group())) is not None)
            return " ".join(next(found_, match.group()).split())

        return LIKE_A_MASK.sub(behind, text)

    # -- what is about to be said, as it may be seen

    def masked(self, reply: Reply) -> Reply:
        """An admin's own words are what they are; what is known of an asker is theirs."""
        match reply:
            case Answer():
                claims = tuple(map(self.masked_claim, reply.claims))
                caveats = tuple(map(self._caveat, reply.caveats))
                asked = (each.model_copy(update={"question": self.text(each.question)}) for each in reply.sections)
                return reply.model_copy(update={"claims": claims, "caveats": caveats, "sections": tuple(asked)})
            case Clarification():
                question = None if reply.question is None else self.text(reply.question)
                return reply.model_copy(update={"question": question, "options": tuple(map(self.text, reply.options))})
            case Refusal() | Notice():
                return reply
            case _:
                assert_never(reply)

    def _caveat(self, caveat: Caveat) -> Caveat:
        if not isinstance(caveat, Conflict):
            return caveat
        here, there = self._masked_citation(caveat.here), self._masked_citation(caveat.there)
        return caveat.model_copy(update={"here": here, "there": there})

    def masked_claim(self, claim: Claim) -> Claim:
        for citation in claim.citations:
            page = self._by_handle.get(citation.passage)
            for part, mask in page.hidden_in(citation.quote) if page is not None else ():
                self._masks.also(part, mask)
        citations = tuple(map(self._masked_citation, claim.citations))
        seen = claim.model_copy(update={"text": self.text(claim.text), "citations": citations})
        self._behind[seen] = claim
        return seen

    def _masked_citation(self, citation: Citation) -> Citation:
        page = self._by_handle.get(citation.passage)
        seen = page.masked(citation.quote) if page is not None else None
        return citation.model_copy(update={"quote": self.text(citation.quote) if seen is None else seen})

    # -- one text

    def _page(self, text: str) -> Page:
        """Of composed accents, where anything is hidden: so does the contract read it."""
        composed = unicodedata.normalize("NFC", text)
        return Page(
            composed, self._seats(composed), lambda seat: self._masks.mask(seat.kind, composed[seat.first : seat.end])
        )

    def _seats(self, text: str) -> tuple[Seat, ...]:
        seats = self._found.get(text)
        seats = found(text, self._kinds, self._regions) if seats is None else seats
        return apart((*seats, *self._masks.known_in(text)))

    def _seen(self, text: str) -> str:
        return self._pages[text].seen if text in self._pages else text

    def _shown(self, one: Found) -> Found:
        passage = one.passage
        seen = passage.model_copy(
            update={
                "title": self._seen(passage.title),
                "place": self._seen(passage.place),
                "heading_path": tuple(map(self._seen, passage.heading_path)),
                "text": self._seen(passage.text),
                "author": None if passage.author is None else self._seen(passage.author),
            }
        )
        disagreements = tuple(self._disagreement(one, other) for other in one.disagreements)
        return one.model_copy(update={"passage": seen, "disagreements": disagreements})

    def _disagreement(self, one: Found, other: Disagreement) -> Disagreement:
        here, there = self._by_handle.get(one.passage.handle), self._by_handle.get(other.passage)
        return other.model_copy(update={"here": _across(here, other.here), "there": _across(there, other.there)})


def _texts(passage: Passage) -> tuple[str, ...]:
    author = () if passage.author is None else (passage.author,)
    return (passage.title, passage.place, *passage.heading_path, *author, passage.text)


def _across(page: Page | None, span: Span) -> Span:
    return page.across(span) if page is not None and span != _NOWHERE else _NOWHERE


def _counted(masks: Iterable[str]) -> Removed:
    kinds = Counter(mask[1:].rpartition(" ")[0].replace(" ", "_") for mask in masks)
    return dict(sorted(kinds.items()))


def masked(text: str, rules: Redaction, destination: Destination) -> str:
    """One text by itself."""
    return View(Evidence(), rules, destination, question=text).question
