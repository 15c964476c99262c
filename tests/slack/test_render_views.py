"""What the evidence of an answer looks like, and that nothing of it is shown to somebody who may not read all of it."""

from typing import Literal

import pytest

from bot.playground.slack.surfaces import check_view
from bot.slack import render
from policies.evidence import Answer, Citation, Claim, Evidence, Ranks
from tests.fakes.passages import some_evidence
from tests.slack.replies import Json, of, of_type, read, renamed

HANDBOOK = (
    "Everybody  has \n paid leave. "
    + "It is counted in days. " * 40
    + "In Porto it is 25\n  days a year. In Denver it is 20 days. "
    + "Ask early. " * 40
)


def shown(answer: Answer, evidence: Evidence, *, hidden: bool = False) -> Json:
    view = render.evidence_view(answer, evidence, receipt="r_1", hidden=hidden)
    check_view(view)
    return view


def claim(text: str, *citations: tuple[int, str]) -> Claim:
    return Claim(text=text, citations=tuple(Citation(passage=handle, quote=quote) for handle, quote in citations))


def marked(view: Json) -> list[str]:
    """What stands in bold in the quoted passages."""
    quotes = of_type(view, "rich_text_quote")
    return [one["text"] for quote in quotes for one in quote["elements"] if one.get("style", {}).get("bold")]


def test_a_quote_is_marked_within_what_is_around_it() -> None:
    view = shown(Answer(claims=(claim("25 days.", (1, "In Porto it is 25 days a year.")),)), some_evidence(HANDBOOK))
    assert marked(view) == ["In Porto it is 25\n  days a year."]
    said = read(of_type(view, "rich_text_quote"))
    assert "counted in days. In Porto it is 25\n  days a year. In Denver it is 20 days." in said
    assert said.startswith("… ")
    assert said.endswith(" …")
    assert len(said) < 500


def test_several_quotes_of_one_passage_are_marked_in_one_window() -> None:
    answer = Answer(
        claims=(claim("25 and 20.", (1, "In Porto it is 25 days a year."), (1, "In Denver it is 20 days.")),)
    )
    view = shown(answer, some_evidence(HANDBOOK))
    assert marked(view) == ["In Porto it is 25\n  days a year.", "In Denver it is 20 days."]
    assert len(of_type(view, "rich_text_quote")) == 1


def test_quotes_far_apart_have_a_window_each() -> None:
    answer = Answer(claims=(claim("x", (1, "Everybody has paid leave."), (1, "In Denver it is 20 days.")),))
    assert " … " in read(of_type(shown(answer, some_evidence(HANDBOOK)), "rich_text_quote"))


def test_a_number_is_not_marked_within_another() -> None:
    view = shown(Answer(claims=(claim("10", (1, "10")),)), some_evidence("It is 100, or 10."))
    (quote,) = of_type(view, "rich_text_quote")
    assert [one["text"] for one in quote["elements"]] == ["It is 100, or ", "10", "."]


def test_a_quote_that_is_not_there_marks_nothing() -> None:
    view = shown(Answer(claims=(claim("x", (1, "gone")),)), some_evidence("It is here."))
    assert marked(view) == []
    assert "It is here." in read(view)


def test_each_proof_names_its_document_and_how_it_was_found() -> None:
    answer, evidence = of("Leave is 30 days.")
    found = evidence.found[0].model_copy(update={"score": 0.03125, "ranks": Ranks(keywords=2, vectors=1)})
    view = shown(answer, Evidence(found=(found,)))
    source, ranks = of_type(view, "context")[0]["elements"]
    assert source["text"] == "<https://wiki.acme.test/1.md|1.md> · acme/handbook · updated 1 March 2026"
    assert source["verbatim"] is True
    assert ranks["text"] == "score 0.03125 · words #2 · meaning #1"


def test_the_receipt_stands_in_every_view() -> None:
    views = [
        shown(*of("x")),
        render.loading_view(receipt="r_1"),
        render.nothing_view(receipt="r_1", reason="gone"),
        render.nothing_view(receipt="r_1", reason="not_yours"),
    ]
    for view in views:
        check_view(view)
        assert read(view["blocks"]).endswith("Receipt r_1")


@pytest.mark.parametrize("reason", ["gone", "not_yours"])
def test_nothing_to_show_says_what_to_do(reason: Literal["gone", "not_yours"]) -> None:
    assert "Ask the question" in read(render.nothing_view(receipt="r_1", reason=reason))


# -- what may not be read any more


def test_a_claim_of_which_one_passage_is_not_there_is_left_out_whole() -> None:
    answer = Answer(claims=(claim("Both say so.", (1, "one"), (9, "secret")), claim("One says so.", (1, "one"))))
    said = read(shown(answer, some_evidence("one")))
    assert "Both" not in said
    assert "secret" not in said
    assert "One says so." in said


@pytest.mark.parametrize(("hidden", "words"), [(True, "may read now"), (False, "no longer kept")])
def test_without_any_claim_left_there_is_nothing_to_show(hidden: bool, words: str) -> None:  # noqa: FBT001
    answer = Answer(claims=(claim("A secret.", (9, "secret")), claim("Uncited.")))
    said = read(shown(answer, some_evidence("one"), hidden=hidden))
    assert words in said
    assert "secret" not in said.lower()


@pytest.mark.parametrize("hidden", [True, False])
def test_that_something_may_be_hidden_is_said_whatever_is(hidden: bool) -> None:  # noqa: FBT001
    assert ("Only what you may read now is shown." in read(shown(*of("x"), hidden=hidden))) is hidden


# -- too much


def test_long_evidence_is_cut_between_proofs_and_names_the_command_that_shows_all() -> None:
    answer, evidence = of(*(f"Claim {number}: " + "word " * 300 for number in range(1, 40)))
    view = shown(answer, evidence)
    assert "`footnote audit show r_1`" in read(view)
    assert len(of_type(view, "divider")) == len(of_type(view, "rich_text_quote")) > 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 300, id="many characters"),
        pytest.param("***~~" + "a`b`" * 490 + "a~~***", id="many looks"),
        pytest.param("🙂" * 1_900, id="many bytes a character"),
    ],
)
def test_few_claims_may_be_too_much_too(text: str) -> None:
    view = shown(*of(*[text] * 12))
    assert 1 <= len(of_type(view, "divider")) < 12
    assert "`footnote audit show r_1`" in read(view)


def test_claims_of_many_looks_do_not_outgrow_the_bytes_of_a_view() -> None:
    text = "***~~" + "🙂`🙂`" * 350 + "🙂~~***"
    view = shown(Answer(claims=(claim(text, (1, "a")),) * 12), some_evidence("a"))
    assert "`footnote audit show r_1`" in read(view)


def test_a_hundred_proofs_are_still_a_view() -> None:
    answer, evidence = of(*(f"No. {number}" for number in range(200)))
    view = shown(answer, evidence)
    assert 90 < len(view["blocks"]) <= 100
    assert "`footnote audit show r_1`" in read(view)


def test_a_table_is_aligned_since_a_view_has_none_of_its_own() -> None:
    view = shown(*of("| a | b |\n|---|---|\n| 1 | 2 |"))
    assert read(of_type(view, "rich_text_preformatted")) == "a  b\n-  -\n1  2"


def test_a_passage_is_followed_as_little_as_a_claim() -> None:
    text = "<!channel> [x](https://evil.test) https://evil.test"
    answer, evidence = of(text)
    view = shown(answer, renamed(evidence, title=text, place=text, heading_path=(text,)))
    assert of_type(view, "link") == []
    assert "<!" not in str(view)
    assert "<https://evil" not in str(view)
