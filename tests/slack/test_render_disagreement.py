"""A reader is told what an answer stands on: that two pages disagree, that one is old; and nothing that a page writes is
followed.
"""

from datetime import timedelta

import pytest

from bot.cli import render as terminal
from bot.core.disagreements import with_disagreements
from bot.core.nouns import Wording
from bot.core.record import evidence_body, evidence_from, texts_of
from bot.playground.slack.surfaces import check_message_blocks
from bot.slack import render, words
from bot.steps.caution import cautioned
from policies.evidence import Answer, Citation, Claim, Evidence
from policies.rules import Ages
from tests.core.test_disagreements import evidence
from tests.fakes.passages import NOON
from tests.slack.replies import of_type, renamed

NEVER = Ages()
SAYS = "A hotel may cost 175 EUR a night."


def disagreeing(title: str, says: str) -> Evidence:
    pages = (("Trips", SAYS, NOON), (title, says, NOON - timedelta(days=400)))
    return with_disagreements(Wording(asked="hotel night"), evidence(*pages))


def answered(found: Evidence, ages: Ages = NEVER) -> Answer:
    answer = Answer(claims=(Claim(text=SAYS, citations=(Citation(passage=1, quote=SAYS),)),))
    reply = cautioned(answer, found, ages, read={"acme": NOON - timedelta(days=20)}, now=NOON)
    assert isinstance(reply, Answer)
    return reply


def shown(found: Evidence, ages: Ages = NEVER) -> render.Post:
    return render.reply(answered(found, ages), found, receipt="r_1", direct=True)


def test_both_pages_are_named_with_their_addresses_and_with_what_they_say() -> None:
    found = disagreeing("Travel 2024", "A hotel may cost 150 EUR a night.")
    post = shown(found)
    check_message_blocks(list(post.blocks))
    (small,) = of_type(post.blocks, "context")
    assert small["elements"][0]["text"] == (
        "Two pages disagree: the newer, <https://wiki.acme.test/1.md|Trips>, says “A hotel may cost 175 EUR a night.” "
        "(1 March 2026); <https://wiki.acme.test/2.md|Travel 2024> says “A hotel may cost 150 EUR a night.” "
        "(25 January 2025)."
    )
    said = (
        "Two pages disagree: the newer, {}, says “A hotel may cost 175 EUR a night.” (1 March 2026); {} says "
        "“A hotel may cost 150 EUR a night.” (25 January 2025)."
    )
    assert said.format("Trips", "Travel 2024") in post.text
    assert said.format("“Trips”", "“Travel 2024”") in terminal.text(answered(found), found)


@pytest.mark.parametrize("gone", ["acme:1.md", "acme:2.md"])
def test_a_side_that_this_reader_is_not_shown_is_not_spoken_of(gone: str) -> None:
    found = disagreeing("Travel 2024", "A hotel may cost 150 EUR a night.")
    answer = answered(found)
    assert len(answer.caveats) == 1
    left = found.without(frozenset({gone}))
    for said in (str(render.reply(answer, left, receipt="r_1", direct=True)), terminal.text(answer, left)):
        assert "disagree" not in said
        assert "150" not in said


def test_a_side_that_was_erased_is_not_quoted() -> None:
    found = disagreeing("Travel 2024", "A hotel may cost 150 EUR a night.")
    texts = {digest: text for digest, text in texts_of(found).items() if "175" in text}
    kept = evidence_from(evidence_body(found), texts)
    assert "150" not in str(render.reply(answered(found), kept, receipt="r_1", direct=True))


def test_an_old_page_and_a_source_that_was_not_read_are_told_of_in_a_line_each() -> None:
    aged = renamed(disagreeing("Travel 2024", "No hotels."), updated=NOON - timedelta(days=1096))
    post = shown(aged, Ages(months=18, unread_days=14))
    check_message_blocks(list(post.blocks))
    assert [one["elements"][0]["text"] for one in of_type(post.blocks, "context")] == [
        "<https://wiki.acme.test/1.md|Trips> was last edited in March 2023.",
        "acme was last read on 9 February 2026; what was changed there since is not in this answer.",
    ]
    assert "Trips was last edited in March 2023." in post.text
    assert "“Trips” was last edited in March 2023." in terminal.text(answered(aged, Ages(months=18)), aged)


def test_several_old_pages_are_one_line() -> None:
    pages = [("A", NOON), ("B", NOON - timedelta(days=40)), ("C", NOON - timedelta(days=80)), ("D", NOON)]
    assert words.old([("A", NOON)]) == "A was last edited in March 2026."
    assert words.old(pages) == "A was last edited in March 2026, B in January 2026 and C in December 2025."


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("A hotel may cost 150 EUR a night <!channel>.", id="everybody"),
        pytest.param("A hotel may cost 150 EUR a night <https://evil.test|!>.", id="a link"),
        pytest.param("A hotel may cost 150 EUR a night @everyone *now*.", id="a name for all"),
    ],
)
def test_nothing_that_the_other_page_writes_is_followed(hostile: str) -> None:
    post = shown(disagreeing("Travel <!here>", hostile))
    check_message_blocks(list(post.blocks))
    (small,) = of_type(post.blocks, "context")
    said = small["elements"][0]["text"]
    assert "disagree" in said
    for text in (
        said.replace("<https://wiki.acme.test/2.md|", "").replace("<https://wiki.acme.test/1.md|", ""),
        post.text,
    ):
        assert "<" not in text
        assert "@everyone" not in text
        assert "https://evil" not in text


def test_without_a_disagreement_there_is_no_small_print() -> None:
    post = shown(disagreeing("Travel 2024", "A hotel may cost 175 EUR a night."))
    assert of_type(post.blocks, "context") == []
