"""How several answers stand in one message, and what is said by rule, in Slack."""

from typing import Literal

import pytest

from bot.slack import render
from policies.evidence import Evidence, Known, Notice, Refusal, RefusalReason, Section
from tests.slack.replies import of, of_type, read


def test_each_question_stands_over_what_answers_it_or_over_why_nothing_does() -> None:
    answer, evidence = of("Leave is 25 days.", "Pay day is the 28th.")
    sections = (
        Section(question="<!channel> how much leave?", claims=1),
        Section(question="Who earns what?", claims=0, refusal=Refusal(reason=RefusalReason.RESTRICTED, says="No.")),
        Section(question="When is pay day?", claims=1),
        Section(question="And the rest?", claims=0, refusal=Refusal(reason=RefusalReason.UNANSWERED)),
    )
    whole = answer.model_copy(update={"sections": sections, "left_out": 2})
    post = render.reply(whole, evidence, receipt="r_1", direct=True, offer="act")
    for shown in (post.text, read(list(post.blocks))):
        places = [
            shown.find(words) for words in ("how much leave?", "Leave is 25", "Who earns what?", "No.", "When is")
        ]
        assert -1 not in places
        assert places == sorted(places)
        assert "2 more questions" in shown
        assert "nothing was done" in shown
    assert "<!channel>" not in post.text


def test_channel_to_go_to_is_slacks_own_and_no_text() -> None:
    refusal = Refusal(reason=RefusalReason.RESTRICTED, says="Not here.", ask_in="C0PEOPLE1")
    post = render.reply(refusal, Evidence(), receipt="r_1", direct=False)
    assert [one["channel_id"] for one in of_type(list(post.blocks), "channel")] == ["C0PEOPLE1"]
    assert "Not here." in post.text


@pytest.mark.parametrize("about", ["greet", "thank", "talk", "help", "about_me"])
def test_every_notice_says_something_and_an_admins_words_go_before(
    about: Literal["greet", "thank", "talk", "help", "about_me"],
) -> None:
    assert render.reply(Notice(about=about), Evidence(), receipt="r_1", direct=True).text
    said = render.reply(Notice(about=about, says="As ruled: <!here>"), Evidence(), receipt="r_1", direct=True)
    assert "As ruled" in read(list(said.blocks))
    assert of_type(list(said.blocks), "broadcast") == []


def test_who_is_known_where_is_said_source_by_source() -> None:
    known = (Known(source="wiki", principals=("group:a", "user:1")), Known(source="drive", principals=()))
    text = render.reply(
        Notice(about="about_me", name="ana@acme.test", known=known), Evidence(), receipt="r_1", direct=True
    ).text
    assert "ana@acme.test" in text
    assert "In wiki I know you, as a member of one group." in text
    assert "In drive I do not know you" in text
    assert "can link your account there." in text
    listed = (known[0], known[1].model_copy(update={"by_address": True}))
    said = render.reply(Notice(about="about_me", name="ana", known=listed), Evidence(), receipt="r_1", direct=True)
    assert "link your account" not in said.text
    assert "Whoever keeps the folder of drive can add your address to its people.yaml." in said.text
