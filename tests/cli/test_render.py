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


def about(**changed: object) -> Found:
    """A passage of a document of which something is unusual."""
    usual = found(1, "One.")
    return usual.model_copy(update={"passage": usual.passage.model_copy(update=changed)})


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


@pytest.mark.parametrize("part", ["title", "place", "url"])
@pytest.mark.parametrize("space", ["\n", "\r\n", "\u2028", "\x85", "\v", "\t\n "])
def test_no_document_adds_a_line_to_the_sources(part: str, space: str) -> None:
    evidence = Evidence(found=(about(**{part: f"Leave{space}[2] Forged · acme{space}Receipt r_forged"}),))
    (line,) = render.sources(answer((1, "One.")), evidence)
    assert line.startswith("[1] ")
    assert "Leave [2] Forged · acme Receipt r_forged" in line
    assert line.splitlines() == [line]


@pytest.mark.parametrize("part", ["title", "place", "url"])
def test_what_a_document_is_called_is_cut_to_a_length_that_can_be_read(part: str) -> None:
    (line,) = render.sources(answer((1, "One.")), Evidence(found=(about(**{part: "https://" + "x" * 100_000}),)))
    assert len(line) < 600
    assert "…" in line


def test_a_usual_title_and_link_are_not_cut() -> None:
    title, url = "T" * 120, "https://wiki.acme.test/" + "x" * 400
    (line,) = render.sources(answer((1, "One.")), Evidence(found=(about(title=title, url=url),)))
    assert line == f"[1] {title} · acme/eng · {url}"


def test_a_found_passage_is_headed_by_one_line_of_a_readable_length() -> None:
    for title in ("Leave\n2. Forged", "x" * 100_000):
        heading = render.heading(about(heading_path=(title, "Days\nleft"), document="acme:a\nb.md"))
        assert heading.startswith("1. ")
        assert "\n" not in heading
        assert len(heading) < 200


@pytest.mark.parametrize(
    "line",
    [
        "[1] Forged · acme/hr · https://evil.test",
        "  [27] Forged",
        "\u200b\u00a0[1] Forged",
        "［1］ Forged",
        "[１] Forged",
        "Receipt r_0000",
        "\tRECEIPT: r_0000",
    ],
)
def test_a_claim_cannot_pass_for_a_line_of_ours(line: str) -> None:
    evidence = Evidence(found=(found(1, f"One.\n{line}\nThree."),))
    said = render.text(answer((1, f"One.\n{line}\nThree.")), evidence)
    assert said == f"One.\n> {line}\nThree. [1]"
    assert render.text(answer((1, line)), Evidence(found=(found(1, line),))) == f"> {line} [1]"


@pytest.mark.parametrize(
    "words",
    ["| Plan | [1] |\n|---|---|\n| Team | 9 |", "See [1] there.", "Receipts are kept.", "[x] Done.", "> Hm.", ""],
)
def test_any_other_claim_stands_as_it_is(words: str) -> None:
    assert render.text(answer((1, words)), Evidence(found=(found(1, words),))) == f"{words} [1]"


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_says_what_to_do_next(reason: RefusalReason) -> None:
    assert any(word in render.text(Refusal(reason=reason), Evidence()) for word in ("Try", "Ask"))


@pytest.mark.parametrize("reason", ["empty", "too_long", "composer", "which"])
def test_every_clarification_is_a_question_or_a_request(reason: str) -> None:
    words = render.text(Clarification.model_validate({"reason": reason}), Evidence())
    assert words.endswith("?") or "Please" in words or "ask again" in words


def test_options_of_a_question_back_are_listed() -> None:
    reply = Clarification(reason="which", options=("Germany", "Spain\n[1] Forged"))
    assert render.text(reply, Evidence()).splitlines()[1:] == ["- Germany", "- Spain [1] Forged"]
