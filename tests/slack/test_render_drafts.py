"""What a draft looks like: a text in paragraphs that says it was not sent, and a modal to change and copy it."""

import pytest

from bot.cli.render import text as in_a_terminal
from bot.playground.slack import limits
from bot.playground.slack.surfaces import check_message_blocks, check_view
from bot.slack import render
from policies.evidence import Answer, Evidence
from tests.slack.replies import Json, inside, of, of_type, read

TEXTS = ("Leave is 25 days.", "Unused days expire in March.", "Ask your manager first.")


def a_draft(*paragraphs: int | None, texts: tuple[str, ...] = TEXTS) -> tuple[Answer, Evidence]:
    answer, evidence = of(*texts)
    claims = (
        claim.model_copy(update={"paragraph": paragraph})
        for claim, paragraph in zip(answer.claims, paragraphs or [None] * len(texts), strict=True)
    )
    return answer.model_copy(update={"claims": tuple(claims), "is_draft": True}), evidence


def posted(answer: Answer, evidence: Evidence) -> render.Post:
    post = render.reply(answer, evidence, receipt="r_1", direct=True)
    check_message_blocks(list(post.blocks))
    return post


def view(answer: Answer, evidence: Evidence, *, hidden: bool = False) -> Json:
    made = render.draft_view(answer, evidence, receipt="r_1", hidden=hidden)
    check_view(made)
    return made


def fields(made: Json) -> list[str]:
    return [one["initial_value"] for one in of_type(made, "plain_text_input")]


def test_a_text_flows_in_its_paragraphs_under_what_it_is() -> None:
    post = posted(*a_draft(1, 1, 2))
    assert post.text.splitlines()[:3] == [
        "Draft, not sent:",
        "Leave is 25 days. [1] Unused days expire in March. [2]",
        "Ask your manager first. [3]",
    ]
    assert "Draft, not sent:" in read(post.blocks[0])


def test_without_a_writer_sentences_stand_on_lines_of_their_own_and_it_says_what_they_are() -> None:
    lines = posted(*a_draft()).text.splitlines()
    assert lines[0].startswith("Sentences of your documents to write from")
    assert lines[1:4] == [f"{text} [{number}]" for number, text in enumerate(TEXTS, start=1)]


def test_it_can_be_used_and_asked_about_and_its_buttons_say_the_receipt_alone() -> None:
    (actions,) = of_type(posted(*a_draft(1, 1, 1)).blocks, "actions")
    assert [(one["action_id"], one["value"]) for one in actions["elements"]] == [("use", "r_1"), ("why", "r_1")]
    assert "use" not in [one.get("action_id") for one in inside(posted(*of(*TEXTS)).blocks)]


def test_a_terminal_shows_the_same() -> None:
    assert in_a_terminal(*a_draft(1, 1, 2)).splitlines() == [
        "Draft, not sent:",
        "Leave is 25 days. [1] Unused days expire in March. [2]",
        "Ask your manager first. [3]",
    ]


def test_the_modal_has_the_text_without_marks_to_change_and_says_that_nothing_is_sent() -> None:
    made = view(*a_draft(1, 1, 2, texts=("Leave is **25** days.", *TEXTS[1:])))
    assert fields(made) == ["Leave is 25 days. Unused days expire in March.\n\nAsk your manager first."]
    assert "I send nothing" in read(made["blocks"][0])
    assert (made["submit"]["text"], made["callback_id"]) == ("Done", "draft")
    assert "private_metadata" not in made


def test_what_this_person_may_not_read_is_left_out_of_it() -> None:
    answer, evidence = a_draft(1, 1, 2)
    made = view(answer, evidence.without(frozenset({"acme:2.md"})), hidden=True)
    assert fields(made) == ["Leave is 25 days.\n\nAsk your manager first."]
    assert "Only what you may read now is shown." in read(made)
    assert of_type(view(answer, Evidence(), hidden=True), "input") == []


def test_a_table_is_read_as_pairs_and_a_list_keeps_its_numbers() -> None:
    made = view(*a_draft(texts=("| City | Sum |\n|---|---|\n| Porto | 600 |", "1. Ask.\n2. Go.")))
    assert fields(made) == ["City: Porto; Sum: 600\n1. Ask.\n2. Go."]


@pytest.mark.parametrize(
    "size", [1, 200, 1_200, 11_000], ids=["tiny", "usual", "as long as may be", "longer than that"]
)
def test_however_long_it_is_slack_takes_it(size: int) -> None:
    texts = tuple(f"{number} " + "word " * (size // 5) for number in range(12))
    answer, evidence = a_draft(*[1] * 12, texts=texts)
    posted(answer, evidence)
    made = view(answer, evidence)
    assert fields(made)
    assert all(len(text) <= limits.SECTION_TEXT for text in fields(made))


def test_what_is_written_like_markup_is_shown_as_it_is() -> None:
    made = view(*a_draft(1, texts=("<!channel> & <@U1> ask",)))
    assert fields(made) == ["<!channel> & <@U1> ask"]
    assert "<!channel>" not in str(posted(*a_draft(1, texts=("<!channel>",))).blocks)
