"""What a reply looks like: pure, so it is tested without a company."""

import pytest

from bot.cli import render
from policies.evidence import (
    Answer,
    Citation,
    Claim,
    Clarification,
    Evidence,
    Found,
    Passage,
    Ranks,
    Refusal,
    RefusalReason,
)

STEPS = "To release:\n\n1. Tag it.\n2. Build it.\n3. Sign it.\n4. Ship it."


def found(handle: int, text: str, document: str = "acme:release.md", title: str = "Release") -> Found:
    passage = Passage(
        handle=handle,
        id=f"p{handle}",
        document=document,
        source="acme",
        title=title,
        url=None,
        place="eng",
        updated=None,
        version="v",
        ordinal=0,
        heading_path=(title,),
        text=text,
    )
    return Found(passage=passage, list_id="acme:l", score=0.1, ranks=Ranks(keywords=1))


def answer(*quotes: tuple[int, str]) -> Answer:
    return Answer(
        claims=tuple(Claim(text=quote, citations=(Citation(passage=handle, quote=quote),)) for handle, quote in quotes)
    )


def test_documents_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    evidence = Evidence(found=(found(1, "One."), found(2, "Two.", "acme:b.md", "Second"), found(3, "Three.")))
    reply = answer((2, "Two."), (1, "One."), (3, "Three."))
    assert render.text(reply, evidence).splitlines() == ["Two. [1]", "One. [2]", "Three. [2]"]
    assert render.sources(reply, evidence) == ["[1] Second · acme/eng", "[2] Release · acme/eng"]


def test_a_procedure_that_was_cut_says_that_it_goes_on() -> None:
    evidence = Evidence(found=(found(1, STEPS),))
    cut = STEPS.removesuffix("\n4. Ship it.")
    assert render.text(answer((1, cut)), evidence).endswith("[1] (and it goes on there)")
    assert render.text(answer((1, STEPS)), evidence).endswith("[1]")


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_says_what_to_do_next(reason: RefusalReason) -> None:
    assert any(word in render.text(Refusal(reason=reason), Evidence()) for word in ("Try", "Ask"))


@pytest.mark.parametrize("reason", ["empty", "too_long", "composer"])
def test_every_clarification_is_a_question_or_a_request(reason: str) -> None:
    words = render.text(Clarification.model_validate({"reason": reason}), Evidence())
    assert words.endswith("?") or "Please" in words
