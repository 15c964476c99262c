"""What an admin has laid down for answers on a subject, from the rules to what is shown and to the receipt."""

from bot.cli import render
from bot.flows.answer import answer
from bot.slack.render import message
from policies.evidence import Answer, Citation, Claim, Draft, Evidence, Refusal, RefusalReason
from policies.rules import ANSWERS
from tests.fakes.composer import ScriptedComposer
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, World, rules_from
from tests.slack.replies import strings

NOTE = "Ask <People> & Operations before you book."
TOPIC = f"""
[topics.leave]
words = ["leave"]
note = "{NOTE}"
dates = "YYYY-MM-DD"
ranges = {{ day = {{ least = 1, most = 30 }} }}
"""


def world(*texts: str) -> World:
    made = World("acme")
    made.rules = rules_from(ANSWERS, "\n[topics] ", f"{TOPIC}\n[topics.other]\nwords = ['travel']\nnote = 'x'\n#")
    made.knows(ANA, "acme/staff")
    for number, text in enumerate(texts):
        made.writes(f"{number}.md", text, "acme/staff")
    return made


def violations(work: FakeWork) -> list[tuple[int, str, str]]:
    (composed,) = (event.body for event in work.kept.events if event.kind == "composed")
    return [(one["claim"], one["rule"], one["detail"]) for one in composed["violations"]]


def test_note_is_shown_in_slack_and_on_the_command_line_as_it_was_written() -> None:
    acme = world("Leave is 25 days.")
    outcome = answer(acme.asks(), acme.answering(), acme.poster)
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.notes == (NOTE,)
    post = message.reply(outcome.reply, outcome.evidence, receipt="r_1", direct=True)
    assert NOTE in list(strings(post.blocks))
    assert "Ask &lt;People&gt; &amp; Operations" in post.text
    assert NOTE in render.text(outcome.reply, outcome.evidence)


def test_value_out_of_range_is_dropped_without_a_second_try_and_the_receipt_says_why() -> None:
    acme = world("Leave is 25 days.", "Leave of the board is 60 days.")
    composer, work = ScriptedComposer(), acme.asks()
    outcome = answer(work, acme.answering(composer), acme.poster)
    assert isinstance(outcome.reply, Answer)
    assert [one.text for one in outcome.reply.claims] == ["Leave is 25 days."]
    assert len(composer.asked) == 1
    assert [(rule, detail) for _, rule, detail in violations(work)] == [("out_of_range", "leave: 60 day")]


def test_answer_of_which_nothing_may_be_said_is_a_refusal() -> None:
    acme = world("Leave of the board is 60 days.")
    outcome = answer(acme.asks(), acme.answering(), acme.poster)
    assert outcome.reply == Refusal(reason=RefusalReason.UNPROVEN)


def test_date_is_verified_as_the_model_wrote_it_and_shown_as_laid_down() -> None:
    def writes(evidence: Evidence) -> Draft:
        (one,) = evidence.passages
        return Draft(
            claims=(Claim(text="Leave ends 3 March 2026.", citations=(Citation(passage=one.handle, quote=one.text),)),)
        )

    acme = world("Leave ends March 3rd, 2026.")
    work = acme.asks()
    outcome = answer(work, acme.answering(ScriptedComposer(writes)), acme.poster)
    assert isinstance(outcome.reply, Answer)
    assert [one.text for one in outcome.reply.claims] == ["Leave ends 2026-03-03."]
    (closed,) = (event.body for event in work.kept.events if event.kind == "closed")
    assert (closed["reply"]["notes"], violations(work)) == ([NOTE], [])


def test_question_on_another_subject_is_answered_as_ever() -> None:
    acme = world("Lunch is 60 days old.")
    outcome = answer(acme.asks("Is lunch old?"), acme.answering(), acme.poster)
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.notes == ()
