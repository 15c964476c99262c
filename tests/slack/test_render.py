"""What a reply looks like in Slack, and what never does."""

from typing import Any, Literal

import pytest

from bot.core.nouns import Shortfall
from bot.playground.slack.surfaces import check_message_blocks
from bot.slack import render
from bot.slack.words import SHORTFALLS
from policies.evidence import Answer, Citation, Claim, Clarification, Evidence, Refusal, RefusalReason
from tests.fakes.passages import some_evidence
from tests.slack.replies import Json, inside, of, of_type, read, renamed, strings

STEPS = "To release:\n\n1. Tag it.\n2. Build it.\n3. Sign it.\n4. Ship it."
TABLE = "| Benefit | Porto |\n|---|---|\n| Home office | **650** EUR |\n| Meal card | |"
EVIL = "https://evil.test/?secret=1"


def answered(*texts: str, **more: Any) -> render.Post:
    answer, evidence = of(*texts)
    post = render.reply(answer, evidence, receipt="r_1", direct=True, **more)
    check_message_blocks(list(post.blocks))
    return post


def elements(text: str) -> list[Json]:
    """Of the claim alone."""
    found: list[Json] = answered(text).blocks[0]["elements"]
    return found


def texts_in(element: Json) -> list[tuple[str, list[str]]]:
    return [(one["text"], list(one.get("style", {}))) for one in inside(element) if one.get("type") == "text"]


# -- an answer


def test_the_answer_comes_first_then_the_sources_then_the_buttons() -> None:
    post = answered("Leave is 30 days.", "Ask early.")
    assert [block["type"] for block in post.blocks] == [
        "rich_text",
        "rich_text",
        "section",
        "context_actions",
        "actions",
    ]
    assert read(post.blocks[:2]) == "Leave is 30 days. [1]Ask early. [2]"


@pytest.mark.parametrize("shortfall", SHORTFALLS)
def test_what_a_reply_falls_short_of_is_said_in_one_line_between_the_sources_and_the_buttons(
    shortfall: Shortfall,
) -> None:
    post = answered("Leave is 30 days.", shortfall=shortfall)
    assert SHORTFALLS[shortfall] in str(post.blocks[-3])
    assert SHORTFALLS[shortfall] in post.text.splitlines()


def test_refusal_says_it_too_and_a_question_back_does_not() -> None:
    refused = render.reply(
        Refusal(reason=RefusalReason.UNANSWERED), Evidence(), receipt="r_1", direct=True, shortfall="away"
    )
    asked_back = render.reply(Clarification(reason="empty"), Evidence(), receipt="r_1", direct=True, shortfall="away")
    assert SHORTFALLS["away"] in str(refused.blocks)
    assert SHORTFALLS["away"] not in str(asked_back.blocks) + asked_back.text


def test_a_source_is_named_with_its_title_as_a_link_its_place_and_its_last_update() -> None:
    (sources,) = of_type(answered("Leave is 30 days.").blocks, "section")
    assert sources["text"]["text"] == "[1] <https://wiki.acme.test/1.md|1.md> · acme/handbook · updated 1 March 2026"
    assert sources["text"]["verbatim"] is True
    assert sources["expand"] is False


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(None, id="none"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("https://", id="no host"),
        pytest.param("https://[", id="no address at all"),
        pytest.param("https://a.test/|x>", id="it would end the link"),
        pytest.param("https://a.test/\u202egpj", id="it reads backwards"),
        pytest.param("https://a.test/\u200bx", id="it has what nobody sees"),
        pytest.param("https://a.test/" + "x" * 2_000, id="too long"),
    ],
)
def test_a_document_without_a_safe_address_is_named_without_a_link(url: str | None) -> None:
    answer, evidence = of("Leave is 30 days.")
    post = render.reply(answer, renamed(evidence, url=url), receipt="r_1", direct=True)
    (sources,) = of_type(post.blocks, "section")
    assert sources["text"]["text"] == "[1] 1.md · acme/handbook · updated 1 March 2026"
    assert post.text.endswith("[1] 1.md · acme/handbook · updated 1 March 2026")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("R&D <plan>", "R&amp;D &lt;plan&gt;", id="escaped"),
        pytest.param("*New* ~old~ `x`", "∗New∗ ∼old∼ ˋxˋ", id="no formatting"),
        pytest.param("_a_ snake_case", "＿a＿ snake_case", id="an underscore only within a word"),
        pytest.param("a :tada: b", "a :\u2060tada: b", id="no emoji"),
        pytest.param("a | b", "a ∣ b", id="no bar, which ends an address"),
        pytest.param("a\nb", "a b", id="one line"),
        pytest.param("<!here> @channel", "&lt;!here&gt; @\u2060channel", id="no ping"),
        pytest.param("", "Untitled", id="nothing"),
    ],
)
def test_a_title_is_shown_as_it_is_written(title: str, shown: str) -> None:
    answer, evidence = of("Leave is 30 days.")
    post = render.reply(answer, renamed(evidence, title=title), receipt="r_1", direct=True)
    assert f"|{shown}>" in of_type(post.blocks, "section")[0]["text"]["text"]


def test_buttons_carry_the_receipt_and_nothing_else() -> None:
    buttons = answered("Leave is 30 days.").blocks[-2:]
    values = {one["value"] for one in inside(buttons) if "value" in one}
    assert values == {"r_1", "r_1:useful", "r_1:not_useful"}
    assert [one["action_id"] for one in inside(buttons) if "action_id" in one] == ["feedback", "why"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("r_1:useful", ("r_1", True), id="useful"),
        pytest.param("r_1:not_useful", ("r_1", False), id="not useful"),
        pytest.param("r_1", None, id="no sign"),
        pytest.param("r_1:great", None, id="another sign"),
        pytest.param(":useful", None, id="no receipt"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_click_on_feedback_says_which_it_was(value: str, expected: tuple[str, bool] | None) -> None:
    assert render.feedback_pressed(value) == expected


OPTIONS = ("Porto", "<!channel> [pay](https://evil.test) \u202e\n@here", "x" * 300, "*Utrecht* :tada:")


def test_options_are_buttons_that_carry_a_number_and_show_what_they_are() -> None:
    reply = Clarification(reason="which", options=OPTIONS)
    post = render.reply(reply, Evidence(), receipt="r_1", direct=False)
    check_message_blocks(list(post.blocks))
    buttons = of_type(post.blocks, "button")
    assert [one["value"] for one in buttons] == ["r_1:0", "r_1:1", "r_1:2", "r_1:3"]
    assert [one["text"]["type"] for one in buttons] == ["plain_text"] * 4
    assert [one["text"]["text"] for one in buttons][0::3] == ["Porto", "*Utrecht* :tada:"]
    assert all(len(one["text"]["text"]) <= 75 and "\u202e" not in one["text"]["text"] for one in buttons)
    for said in (post.text, render.chosen(reply, OPTIONS[1]).text):
        assert not any(mark in said for mark in ("<!", "://evil", "@here", "\u202e"))
    given = render.chosen(reply, OPTIONS[1])
    check_message_blocks(list(given.blocks))
    assert of_type(given.blocks, "button") == []
    assert of_type(given.blocks, "mrkdwn") == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("r_1:3", ("r_1", 3), id="the fourth"),
        pytest.param("r_1:10", None, id="more than there are"),
        pytest.param("r_1:-1", None, id="from the end"),
        pytest.param("r_1:\u0663", None, id="another digit"),
        pytest.param("r_1:1\n", None, id="a line more"),
        pytest.param(":1", None, id="no receipt"),
        pytest.param("r_1", None, id="no number"),
    ],
)
def test_a_click_on_an_option_says_its_number(value: str, expected: tuple[str, int] | None) -> None:
    assert render.option_pressed(value) == expected


def test_a_procedure_that_was_cut_says_that_it_goes_on() -> None:
    evidence = some_evidence(STEPS)
    cut = STEPS.removesuffix("\n4. Ship it.")
    answer = Answer(claims=(Claim(text=cut, citations=(Citation(passage=1, quote=cut),)),))
    post = render.reply(answer, evidence, receipt="r_1", direct=True)
    assert "Sign it. [1] (and it goes on there)" in read(post.blocks)
    assert "Sign it. [1] (and it goes on there)" in post.text


# -- what a claim may be made of


def test_emphasis_is_a_style_and_its_marks_are_gone() -> None:
    (said,) = elements("**Never** push to *main* with `git push --force`, ~~or do~~.")
    assert texts_in(said) == [
        ("Never", ["bold"]),
        (" push to ", []),
        ("main", ["italic"]),
        (" with ", []),
        ("git push --force", ["code"]),
        (", ", []),
        ("or do", ["strike"]),
        (".", []),
        (" [1]", []),
    ]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param("- a\n- b", [("bullet", 0, 0, 2)], id="bullets"),
        pytest.param("1. a\n2. b", [("ordered", 0, 0, 2)], id="numbers"),
        pytest.param("5. a\n6. b", [("ordered", 0, 4, 2)], id="numbers that begin later"),
        pytest.param("1. a\n1. b\n1. c", [("ordered", 0, 0, 3)], id="numbers left to the reader"),
        pytest.param("1. a\n2. b\n4. d", [("ordered", 0, 0, 2), ("ordered", 0, 3, 1)], id="a gap"),
        pytest.param(
            "1. a\n   - x\n   - y\n2. b",
            [("ordered", 0, 0, 1), ("bullet", 1, 0, 2), ("ordered", 0, 1, 1)],
            id="a list within a list",
        ),
        pytest.param("a\n      - x\n      - y", [("bullet", 0, 0, 2)], id="an item cut out with what is nested in it"),
        pytest.param("Do this:\n5. a\n6. b", [("ordered", 0, 4, 2)], id="right under its lead-in"),
    ],
)
def test_lists_keep_their_order_and_their_numbers(text: str, shape: list[tuple[str, int, int, int]]) -> None:
    lists = of_type(elements(text), "rich_text_list")
    assert [(one["style"], one.get("indent", 0), one.get("offset", 0), len(one["elements"])) for one in lists] == shape


def test_a_number_that_slack_does_not_count_is_written_out() -> None:
    assert [one["type"] for one in elements("0. Nought\n1. One")] == ["rich_text_section", "rich_text_list"]
    assert "0. Nought" in read(elements("0. Nought\n1. One"))


def test_code_stays_as_it_is_written() -> None:
    code, marked = elements("```sh\nls  **x** <!channel>\n```")
    assert code["type"] == "rich_text_preformatted"
    assert read(code) == "ls  **x** <!channel>"
    assert read(marked) == "[1]"


def test_the_first_table_is_slacks_own_and_the_next_is_aligned() -> None:
    post = answered(TABLE, TABLE)
    assert [block["type"] for block in post.blocks[:2]] == ["table", "rich_text"]
    assert [[read(cell) for cell in row] for row in post.blocks[0]["rows"]] == [
        ["Benefit", "Porto"],
        ["Home office", "650 EUR"],
        ["Meal card [1]", "\u00a0"],
    ]
    (second,) = of_type(post.blocks, "rich_text_preformatted")
    assert read(second).splitlines() == [
        "Benefit        Porto",
        "-------------  -------",
        "Home office    650 EUR",
        "Meal card [2]",
    ]


def test_a_table_whose_last_row_says_nothing_has_its_number_below() -> None:
    assert answered("| A | B |\n|---|---|\n| 1 | 2 |\n|  |  |").text.splitlines()[:3] == ["A: 1; B: 2", "", "[1]"]


@pytest.mark.parametrize(
    ("columns", "rows", "own"),
    [
        pytest.param(20, 30, True, id="as wide as may be"),
        pytest.param(3, 99, True, id="as long as may be"),
        pytest.param(21, 2, False, id="too wide"),
        pytest.param(2, 100, False, id="too long"),
    ],
)
def test_a_table_that_slack_would_refuse_is_aligned(columns: int, rows: int, own: bool) -> None:  # noqa: FBT001
    line = "|" + "x|" * columns
    text = "\n".join([line, "|" + "-|" * columns, *[line] * rows])
    assert bool(of_type(answered(text).blocks, "table")) is own


def test_a_cell_without_a_header_is_not_lost() -> None:
    assert "extra" in read(answered("| a | b |\n|---|---|\n| 1 | 2 | extra |").blocks)


def test_what_is_nested_too_deep_to_be_understood_is_not_lost() -> None:
    assert "bottom" in read(answered("> " * 60 + "bottom").blocks)


# -- what never leads anywhere


HOSTILE = [
    "<!channel>",
    "<!here|all>",
    "<@U012AB3CD>",
    "<#C012AB3CD|general>",
    "<https://evil.test|the handbook>",
    "[the handbook](https://evil.test/?secret=1)",
    "![chart](https://evil.test/?secret=1)",
    "[x](javascript:alert(1))",
    "[x]: https://evil.test/?secret=1",
    "https://evil.test/?secret=1",
    "x.https://evil.test",
    "www.evil.test",
    "<https://evil.test>",
    "&lt;!channel&gt;",
    "@channel",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "around", ["{}", "Read {} now.", "**{}**", "- {}", "| {} | b |\n|---|---|\n| c | {} |", "`{}`"]
)
def test_nothing_that_a_document_writes_is_followed(text: str, around: str) -> None:
    post = answered(around.replace("{}", text))
    assert {one["type"] for block in post.blocks[:-3] for one in inside(block) if "type" in one} <= {
        "rich_text",
        "rich_text_section",
        "rich_text_list",
        "table",
        "raw_text",
        "text",
    }
    assert not any(
        mark in one for one in [*strings(post.blocks), post.text] for mark in ("<!", "<@", "<#", "<https://e")
    )
    assert "://evil" not in post.text
    assert "@channel" not in post.text


@pytest.mark.parametrize(
    "text",
    [
        "[the handbook](https://evil.test)",
        "[the **handbook**](https://evil.test)",
        "![the handbook](https://evil.test)",
        "![the **handbook**](https://evil.test)",
        "[the handbook](javascript:alert(1))",
    ],
)
def test_of_a_link_or_an_image_its_words_are_shown(text: str) -> None:
    assert read(elements(f"Read {text} now.")) == "Read the handbook now. [1]"


@pytest.mark.parametrize("text", ["[x]: https://evil.test\n\nafter", "<div>kept</div>", "<!-- kept -->", "a\n---"])
def test_what_markdown_would_swallow_is_shown(text: str) -> None:
    assert read(elements(text)).startswith(text.removesuffix("\n---").replace("\n\n", ""))


def test_a_line_under_a_text_makes_it_no_heading() -> None:
    assert texts_in(elements("a\n---")[0]) == [("a", []), (" [1]", [])]


def test_images_within_images_are_understood_without_end() -> None:
    assert "bottom" in read(elements("![" * 400 + "bottom" + "](x)" * 400))


def test_an_address_that_is_not_a_cited_documents_is_shown_as_code() -> None:
    assert texts_in(elements(f"See {EVIL}.")[0])[1] == (EVIL, ["code"])
    assert of_type(answered(f"See {EVIL}."), "link") == []


def test_the_address_of_a_cited_document_is_a_link() -> None:
    (link,) = of_type(elements("See https://wiki.acme.test/1.md."), "link")
    assert link["url"] == "https://wiki.acme.test/1.md"


@pytest.mark.parametrize(
    "text", [pytest.param("a\u202eb\x07", id="as it is"), pytest.param("a&#8238;b&#7;", id="as an entity")]
)
def test_what_hides_or_reverses_text_is_shown(text: str) -> None:
    post = answered(text)
    assert read(post.blocks[0]).startswith("a\ufffdb\ufffd")
    assert post.text.startswith("a\ufffdb\ufffd")


# -- the plain text


def test_the_plain_text_has_the_answer_then_the_sources_and_no_markup() -> None:
    assert answered("**Leave** is `30` days & <more>.").text.splitlines() == [
        "Leave is 30 days &amp; &lt;more&gt;. [1]",
        "",
        "Sources:",
        "[1] 1.md · acme/handbook · updated 1 March 2026 · https://wiki.acme.test/1.md",
    ]


def test_a_table_reads_as_pairs_of_header_and_cell() -> None:
    assert answered(TABLE).text.splitlines()[:2] == [
        "Benefit: Home office; Porto: 650 EUR",
        "Benefit: Meal card [1]",
    ]


def test_what_is_struck_out_is_said_to_be() -> None:
    assert answered("It is ~~20~~ 30 days.").text.startswith("It is (struck out: 20) 30 days.")


@pytest.mark.parametrize("text", ["word " * 900, "x" * 4_100, "&" * 4_100, "<" * 1_001])
def test_a_long_plain_text_ends_at_a_word_with_an_ellipsis(text: str) -> None:
    said = answered(text).text
    assert 3_900 < len(said) <= 4_000
    assert said.endswith("…")
    assert said.removesuffix("…").endswith(("word", "x", ";"))


# -- too much


def test_what_does_not_fit_ends_after_a_claim_and_says_that_it_goes_on() -> None:
    post = answered(*(f"Claim {number} " + "word " * 200 for number in range(1, 30)))
    last = max(number for number in range(1, 30) if f"Claim {number} " in read(post.blocks))
    assert 5 < last < 29
    assert f"[{last}]" in read(post.blocks)
    assert f"[{last + 1}]" not in read(post.blocks)
    assert "(The answer goes on. Open the documents below for the rest.)" in read(post.blocks)


def test_a_first_claim_that_does_not_fit_is_cut() -> None:
    post = answered("word " * 5_000)
    assert read(post.blocks[0]).endswith("word… [1]")
    assert len(read(post.blocks[0])) > 7_000
    assert "(The answer goes on." in read(post.blocks)


def test_fifty_claims_and_more_are_still_a_message() -> None:
    assert len(answered(*(f"No. {number}" for number in range(200))).blocks) <= 50


def test_more_sources_than_fit_are_counted() -> None:
    texts = [str(number) for number in range(1, 300)]
    claim = Claim(text="All.", citations=tuple(Citation(passage=int(text), quote=text) for text in texts))
    post = render.reply(Answer(claims=(claim,)), some_evidence(*texts), receipt="r_1", direct=True)
    check_message_blocks(list(post.blocks))
    assert "more" in of_type(post.blocks, "section")[-1]["text"]["text"].splitlines()[-1]


# -- around an answer


def test_an_edited_question_is_told_of() -> None:
    post = answered("Leave is 30 days.", edited=True)
    assert read(post.blocks[0]) == "You edited your question; this answers the new wording."
    assert post.text.startswith("You edited your question; this answers the new wording.\nLeave")


def test_the_private_part_of_an_answer_says_where_it_was_asked_and_who_sees_it() -> None:
    post = answered("Leave is 30 days.", asked_in="C012AB3CD")
    assert of_type(post.blocks[0], "channel") == [{"type": "channel", "channel_id": "C012AB3CD"}]
    assert "This part is for you alone, because not everyone there may read it." in read(post.blocks[0])
    assert post.text.startswith("You asked in a channel. This part is for you alone")


def test_a_channel_that_is_none_is_not_named() -> None:
    post = answered("Leave is 30 days.", asked_in="<!channel>")
    assert of_type(post.blocks, "channel") == []
    assert "You asked in a channel." in read(post.blocks[0])


# -- no answer


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_says_what_to_do_next_and_asks_for_feedback(reason: RefusalReason, direct: bool) -> None:  # noqa: FBT001
    post = render.reply(Refusal(reason=reason), Evidence(), receipt="r_1", direct=direct)
    check_message_blocks(list(post.blocks))
    assert any(word in post.text for word in ("Try", "Ask"))
    assert read(post.blocks[0]) == post.text
    assert [block["type"] for block in post.blocks] == ["rich_text", "context_actions"]


@pytest.mark.parametrize("reason", [RefusalReason.UNANSWERED, RefusalReason.UNPROVEN])
def test_in_a_channel_a_refusal_speaks_of_everyone_there_and_points_to_a_direct_message(reason: RefusalReason) -> None:
    here = render.reply(Refusal(reason=reason), Evidence(), receipt="r_1", direct=False).text
    alone = render.reply(Refusal(reason=reason), Evidence(), receipt="r_1", direct=True).text
    assert "what everyone here may read" in here
    assert "direct message" in here
    assert "everyone" not in alone
    assert "direct message" not in alone


@pytest.mark.parametrize(
    ("unknown_at", "named"),
    [(("wiki",), "in wiki for you"), (("drive", "hr", "wiki"), "in drive, hr and wiki for you")],
)
def test_who_is_unknown_at_a_source_is_told_so_alone_and_how_to_be_known(
    unknown_at: tuple[str, ...], named: str
) -> None:
    refused = Refusal(reason=RefusalReason.UNANSWERED, unknown_at=unknown_at)
    alone = render.reply(refused, Evidence(), receipt="r_1", direct=True).text
    assert named in alone
    assert "link your account there" in alone
    assert "wiki" not in render.reply(refused, Evidence(), receipt="r_1", direct=False).text


def test_at_a_folder_nobody_is_told_that_an_admin_links_them() -> None:
    refused = Refusal(reason=RefusalReason.UNANSWERED, unknown_at=("hr", "wiki"), by_address=("hr",))
    both = render.reply(refused, Evidence(), receipt="r_1", direct=True).text
    assert (
        "can link your account at wiki. Whoever keeps the folder of hr can add your address to its people.yaml." in both
    )
    alone = refused.model_copy(update={"unknown_at": ("hr",)})
    assert "link your account" not in render.reply(alone, Evidence(), receipt="r_1", direct=True).text


@pytest.mark.parametrize("reason", [RefusalReason.UNANSWERED, RefusalReason.UNKNOWN_PERSON])
@pytest.mark.parametrize(("sources", "named"), [(("wiki",), "at wiki:"), (("drive", "wiki"), "at drive or wiki:")])
def test_who_may_sign_in_is_told_where(reason: RefusalReason, sources: tuple[str, ...], named: str) -> None:
    said = render.reply(Refusal(reason=reason, sign_in_at=sources), Evidence(), receipt="r_1", direct=True).text
    assert f"sign in yourself {named}" in said


def test_a_refusal_is_the_same_whatever_was_found() -> None:
    refusal = Refusal(reason=RefusalReason.UNANSWERED)
    without = render.reply(refusal, Evidence(), receipt="r_1", direct=False)
    assert render.reply(refusal, some_evidence("A secret."), receipt="r_1", direct=False) == without


@pytest.mark.parametrize("reason", ["empty", "too_long", "composer"])
def test_every_clarification_is_a_question_or_a_request_without_buttons(
    reason: Literal["empty", "too_long", "composer"],
) -> None:
    post = render.reply(Clarification(reason=reason), Evidence(), receipt="r_1", direct=True)
    assert post.text.endswith("?") or "Please" in post.text
    assert [block["type"] for block in post.blocks] == ["rich_text"]


def test_a_models_question_is_shown_and_followed_as_little_as_a_document() -> None:
    asked = Clarification(reason="composer", question="Do you mean <!channel> or [leave](https://evil.test)?")
    post = render.reply(asked, Evidence(), receipt="r_1", direct=True)
    assert read(post.blocks) == "Do you mean <!channel> or leave?"
    assert not any("<!" in one for one in strings(post.blocks))
    assert post.text == "Do you mean &lt;!channel&gt; or leave?"


def test_a_failure_says_what_to_do_and_what_to_tell_an_operator() -> None:
    post = render.failure(receipt="r_1")
    check_message_blocks(list(post.blocks))
    assert "again in a minute" in post.text
    assert post.text.endswith("r_1")
    assert read(post.blocks) == post.text


def test_thanks_differ_by_what_was_thought_of_the_answer() -> None:
    assert render.thanks(useful=True) != render.thanks(useful=False)
    assert all(render.thanks(useful=useful).startswith("Thank you") for useful in (True, False))


def test_the_sign_of_life_follows_a_name() -> None:
    assert render.status() == "is reading what you may read…"
