"""A reader is told which page says otherwise, in small print, and nothing that it writes is followed."""

from datetime import timedelta

import pytest

from bot.core.disagreements import with_disagreements
from bot.core.nouns import Wording
from bot.playground.slack.surfaces import check_message_blocks
from bot.slack import render
from policies.evidence import Answer, Citation, Claim, Evidence
from tests.core.test_disagreements import evidence
from tests.fakes.passages import NOON
from tests.slack.replies import of_type

SAYS = "A hotel may cost 175 EUR a night."


def disagreeing(title: str, says: str) -> Evidence:
    pages = (("Trips", SAYS, NOON), (title, says, NOON - timedelta(days=400)))
    return with_disagreements(Wording(asked="hotel night"), evidence(*pages))


def shown(found: Evidence) -> render.Post:
    answer = Answer(claims=(Claim(text=SAYS, citations=(Citation(passage=1, quote=SAYS),)),))
    return render.reply(answer, found, receipt="r_1", direct=True)


def test_older_page_is_named_with_its_address_and_with_what_it_says() -> None:
    post = shown(disagreeing("Travel 2024", "A hotel may cost 150 EUR a night."))
    check_message_blocks(list(post.blocks))
    (small,) = of_type(post.blocks, "context")
    assert small["elements"][0]["text"] == (
        "An older page says otherwise: <https://wiki.acme.test/2.md|Travel 2024> · acme/handbook · updated "
        "25 January 2025: “A hotel may cost 150 EUR a night.”"
    )
    assert "An older page says otherwise: Travel 2024" in post.text


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
    assert "otherwise" in said
    for text in (said.replace("<https://wiki.acme.test/2.md|", ""), post.text):
        assert "<" not in text
        assert "@everyone" not in text
        assert "https://evil" not in text


def test_without_a_disagreement_there_is_no_small_print() -> None:
    post = shown(disagreeing("Travel 2024", "A hotel may cost 175 EUR a night."))
    assert of_type(post.blocks, "context") == []
