"""What a message asks for decides what becomes of it, wherever it is said and whoever says it; and of several questions each
is answered as if it had been put alone.
"""

from typing import Final

import pytest

from bot.core.nouns import Place, Question, ReceiptId, SlackPlace
from bot.flows.answer import Outcome, answer
from bot.flows.requests import reviewed, sort_out
from policies.evidence import Answer, Clarification, Evidence, Known, Notice, Refusal, RefusalReason
from policies.people import Person
from policies.rules import INTENTS
from tests.fakes.composer import ScriptedComposer
from tests.fakes.guesser import ScriptedGuesser
from tests.fakes.passages import NOON
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, QUESTION, RULES, STRANGER, World, rules_from

MOST = RULES.answers.question.max_characters
RESTRICTED = '\n[pay]\ndoes = "refuse"\nrisk = "high"\nsays = "Nothing on pay."\nask_in = "C0PEOPLE1"\n\n[question]'
DIRECT = SlackPlace(team="T1", channel="D1", message="1.0")
PLACES: Final = {
    "direct": DIRECT,
    "direct, in a thread": DIRECT.model_copy(update={"thread": "0.5"}),
    "direct, edited": DIRECT.model_copy(update={"edited": "2.0"}),
    "mention": SlackPlace(team="T1", channel="C1", message="1.0", thread="1.0"),
    "reply in a thread": SlackPlace(team="T1", channel="C1", message="1.0", thread="0.5"),
    "mention, edited": SlackPlace(team="T1", channel="C1", message="1.0", thread="1.0", edited="2.0"),
    "group of people": SlackPlace(team="T1", channel="G1", message="1.0"),
}
BY_RULE: Final = {
    "act": RefusalReason.NO_TOOL,
    "summary": RefusalReason.NO_SUMMARY,
    "out_of_scope": RefusalReason.OUT_OF_SCOPE,
    "pay": RefusalReason.RESTRICTED,
    "greeting": "greet",
    "thanks": "thank",
    "small_talk": "talk",
    "help": "help",
    "about_me": "about_me",
}


@pytest.fixture
def world() -> World:
    world = World()
    world.knows(ANA, "acme/staff", "acme/group:hr")
    world.knows(BO, "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    world.read_at = {"acme": NOON, "wiki": NOON, "new": None}
    world.rules = rules_from(INTENTS, "\n[question]", RESTRICTED)
    return world


def put(text: str, place: Place = DIRECT, asker: str = ANA) -> FakeWork:
    return FakeWork(Question(receipt=ReceiptId("r_1"), text=text, asker=asker, place=place, asked_at=NOON))


def said(world: World, text: str, place: Place = DIRECT, asker: str = ANA) -> Outcome:
    return answer(put(text, place, asker), world.answering(), world.poster)


def what(outcome: Outcome) -> str:
    match outcome.reply:
        case Refusal():
            return outcome.reply.reason
        case Notice():
            return outcome.reply.about
        case _:
            return outcome.reply.kind


# --- every kind of message × every intent -------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("intent", RULES.intents.keys() | {"pay"})
def test_every_intent_leads_to_its_reply_wherever_it_is_said(world: World, intent: str, place: SlackPlace) -> None:
    world.guesser = ScriptedGuesser(leave=intent)
    if not place.channel.startswith("D"):
        world.people.beside.append(world.access.person(BO))
    outcome = said(world, QUESTION, place)
    assert what(outcome) == BY_RULE.get(intent, "answer")
    assert (outcome.evidence == Evidence()) == (intent in BY_RULE)
    assert len(world.poster.posted) == 1
    if intent in BY_RULE:
        assert all(connector.asked == [] for connector in world.connectors.values())


@pytest.mark.parametrize("intent", RULES.intents.keys() | {"pay"})
@pytest.mark.parametrize("outsider", [True, False], ids=["guest or stranger", "unknown to every source"])
def test_whoever_may_read_nothing_gets_nothing_by_any_intent(world: World, intent: str, *, outsider: bool) -> None:
    world.guesser = guesser = ScriptedGuesser(leave=intent)
    if outsider:
        world.people.outsiders.add(STRANGER)
    reply = what(said(world, QUESTION, asker=STRANGER))
    looked_up = intent in {"question", "draft"}
    expected = RefusalReason.UNKNOWN_PERSON if looked_up else BY_RULE.get(intent)
    assert reply == (RefusalReason.NOT_A_MEMBER if outsider else expected)
    assert guesser.asked == ([] if outsider else [QUESTION])  # of an outsider nothing is sent to any model


@pytest.mark.parametrize("intent", ["act", "small_talk", "pay"])
@pytest.mark.parametrize(("text", "reason"), [("", "empty"), ("?!", "empty"), ("x" * (MOST + 1), "too_long")])
def test_empty_mention_and_one_that_is_too_long_are_asked_back_and_sorted_by_nobody(
    world: World, intent: str, text: str, reason: str
) -> None:
    world.guesser = guesser = ScriptedGuesser(x=intent)
    reply = said(world, text).reply
    assert isinstance(reply, Clarification)
    assert (reply.reason, guesser.asked) == (reason, [])


# --- what is said by rule ------------------------------------------------------------------------------------------------


def test_who_asks_what_is_known_of_them_is_told_in_a_direct_message(world: World) -> None:
    world.guesser = ScriptedGuesser(me="about_me")
    reply = said(world, "What do you know of me?").reply
    known = (Known(source="acme", principals=("group:hr", "staff")), Known(source="wiki", principals=()))
    assert reply == Notice(about="about_me", name=ANA, known=known)
    world.by_address = ("acme", "wiki")
    listed = (known[0], known[1].model_copy(update={"by_address": True}))
    assert said(world, "What do you know of me?").reply == Notice(about="about_me", name=ANA, known=listed)


@pytest.mark.parametrize("place", [one for one in PLACES.values() if not one.channel.startswith("D")])
def test_in_a_channel_nobody_is_told_what_is_known_of_anybody(world: World, place: SlackPlace) -> None:
    world.guesser = ScriptedGuesser(me="about_me")
    assert said(world, "What do you know of me?", place).reply == Notice(about="about_me")


@pytest.mark.parametrize("complete", [True, False])
def test_nor_in_what_looks_direct_and_has_others_in_it(world: World, *, complete: bool) -> None:
    world.guesser = ScriptedGuesser(me="about_me")
    world.people.complete = complete
    if complete:
        world.people.beside.append(Person(actor="slack:T2/U9", outsider=True))
    assert said(world, "What do you know of me?").reply == Notice(about="about_me")


def test_restricted_subject_is_refused_in_the_admins_words_with_where_to_go(world: World) -> None:
    world.guesser = ScriptedGuesser(leave="pay")
    assert said(world, QUESTION).reply == Refusal(
        reason=RefusalReason.RESTRICTED, says="Nothing on pay.", ask_in="C0PEOPLE1"
    )


def test_what_was_said_by_rule_is_said_once_after_a_crash_and_guessed_no_more(world: World) -> None:
    world.guesser = guesser = ScriptedGuesser(leave="act")
    work = put(QUESTION)
    answer(work, world.answering(), world.poster)
    again = answer(work.again(), world.answering(), world.poster)
    assert what(again) == RefusalReason.NO_TOOL
    assert guesser.asked == [QUESTION]


def test_receipt_says_who_guessed_what(world: World) -> None:
    world.guesser = ScriptedGuesser(leave="act")
    work = put(QUESTION)
    answer(work, world.answering(), world.poster)
    closed = work.recorded("closed")
    assert closed is not None
    assert closed.body["route"]["does"] == "act"
    assert [(one["by"], one["scores"]) for one in closed.body["guesses"]] == [("scripted", {"act": 1.0})]


@pytest.mark.parametrize("intent", ["question", "draft"])
def test_a_model_is_shown_examples_of_the_intent_and_those_of_any(world: World, intent: str) -> None:
    one = world.rules.answers.examples.sets["unanswerable"]
    sets = {"any": one, **{name: one.model_copy(update={"intents": (name,)}) for name in ("question", "draft", "act")}}
    answers = world.rules.answers
    examples = answers.examples.model_copy(update={"sets": sets})
    world.rules = world.rules.model_copy(update={"answers": answers.model_copy(update={"examples": examples})})
    world.guesser = ScriptedGuesser(leave=intent)
    composer = ScriptedComposer(log=world.log)
    answer(put(QUESTION), world.answering(composer), world.poster)
    assert [list(one.rules.examples.sets) for one in composer.asked] == [["any", intent]]


# --- several at once -----------------------------------------------------------------------------------------------------


def sections(outcome: Outcome) -> list[tuple[str, int, str | None]]:
    assert isinstance(outcome.reply, Answer)
    return [
        (one.question, one.claims, str(one.refusal.reason) if one.refusal else None) for one in outcome.reply.sections
    ]


def test_each_of_two_questions_is_answered_under_its_own_heading_and_cites_its_own_passages(world: World) -> None:
    world.writes("pay.md", "Pay day is the 28th.", "acme/staff")
    outcome = said(world, "How many days of leave are there? When is pay day then?")
    assert [one[0] for one in sections(outcome)] == ["How many days of leave are there?", "When is pay day then?"]
    assert isinstance(outcome.reply, Answer)
    assert sum(one.claims for one in outcome.reply.sections) == len(outcome.reply.claims)
    assert len({one.handle for one in outcome.evidence.passages}) == len(outcome.evidence.passages)
    for claim in outcome.reply.claims:
        for citation in claim.citations:
            passage = outcome.evidence.passage(citation.passage)
            assert passage is not None
            assert citation.quote in passage.text


@pytest.mark.parametrize(
    ("intent", "reason"), [("summary", RefusalReason.SUMMARY_BESIDE), ("pay", RefusalReason.RESTRICTED)]
)
def test_what_is_not_looked_up_is_refused_under_its_heading(world: World, intent: str, reason: RefusalReason) -> None:
    world.guesser = ScriptedGuesser(thread=intent)
    outcome = said(world, "How many days of leave are there? What was decided in this thread?")
    assert [one[2] for one in sections(outcome)] == [None, reason]


def test_of_five_questions_three_are_answered_and_the_rest_is_told(world: World) -> None:
    outcome = said(world, " ".join(f"How many days of leave has group {number}?" for number in range(5)))
    assert isinstance(outcome.reply, Answer)
    assert (len(outcome.reply.sections), outcome.reply.left_out) == (3, 2)


def test_restricted_subject_beside_a_question_is_refused_under_its_heading(world: World) -> None:
    world.guesser = ScriptedGuesser(earn="pay")
    outcome = said(world, "How many days of leave are there? What does Bo earn a year?")
    assert sections(outcome)[1] == ("What does Bo earn a year?", 0, "restricted")
    assert sections(outcome)[0][1] > 0


def test_where_no_question_is_answered_the_restricted_one_says_where_to_go(world: World) -> None:
    world.guesser = ScriptedGuesser(earn="pay")
    world.forgets("leave.md")
    outcome = said(world, "How many days of leave are there? What does Bo earn a year?")
    assert what(outcome) == RefusalReason.RESTRICTED


def test_talk_beside_a_question_is_left_alone_and_what_was_to_be_done_is_offered(world: World) -> None:
    world.guesser = guesser = ScriptedGuesser(weekend="small_talk", book="act")
    outcome = said(world, "How was your weekend then? How many days of leave are there? Could you book me two?")
    assert what(outcome) == "answer"
    assert sections(outcome) == []  # one question is left, and needs no heading
    assert world.poster.posted[0].offer == "act"
    assert len(guesser.asked) == 3


def test_document_taken_back_while_another_question_is_answered_is_in_no_part(world: World) -> None:
    world.writes("pay.md", "Pay day is the 28th.", "acme/staff")
    composer = ScriptedComposer(log=world.log)
    told = "How many days of leave are there? When is pay day then?"
    world.takes_back("leave.md")
    outcome = answer(put(told), world.answering(composer), world.poster)
    assert "25 days" not in outcome.reply.model_dump_json()


def test_very_many_questions_are_not_all_guessed(world: World) -> None:
    world.guesser = guesser = ScriptedGuesser()
    said(world, "Is it so today? " * 200)
    assert len(guesser.asked) == 8


# --- what follows up on something guarded ---------------------------------------------------------------------------------

GUARDED = """
[pay]
does = "refuse"
risk = "high"
words = ["salary"]

[legal]
does = "answer"
risk = "high"
retrievers = ["keywords"]
review = true
reviewers = ["U0BEN"]
review_within_minutes = 5
words = ["contract"]

[customer_mail]
does = "draft"
risk = "high"
retrievers = ["keywords"]
review = true
reviewers = ["U0BEN"]
review_within_minutes = 5
words = ["customer mail"]

[mail]
does = "draft"
risk = "low"
retrievers = ["keywords"]
words = ["lunch mail"]

[question]"""


@pytest.mark.parametrize(
    ("whole", "intent"),
    [
        pytest.param(None, "question", id="nothing"),
        pytest.param("How long is leave? And in Spain?", "question", id="a question"),
        pytest.param("What is the salary of Priya? And in Spain?", "pay", id="a restricted subject"),
        pytest.param("What does the contract say? And in Spain?", "legal", id="one that a person checks"),
        pytest.param("What does the contract say? And in Spain?" + " " * MOST + "x", "legal", id="a long way back"),
    ],
)
def test_what_follows_up_on_something_guarded_is_that_too(whole: str | None, intent: str) -> None:
    rules = rules_from(INTENTS, "\n[question]", GUARDED)
    assert sort_out("And in Spain?", rules, None, whole=whole).route.intent == intent


def test_two_drafts_of_which_a_person_checks_one_are_checked() -> None:
    rules = rules_from(INTENTS, "\n[question]", GUARDED)
    found = sort_out("Can you write a lunch mail? Can you write a customer mail?", rules, None)
    assert [one.route.intent for one in found.requests] == ["mail", "customer_mail"]
    assert reviewed(found.route, found.requests)


def test_a_question_that_follows_up_on_a_restricted_one_beside_it_is_refused(world: World) -> None:
    world.rules = rules_from(INTENTS, "\n[question]", GUARDED)
    outcome = said(world, "What is the salary of Priya? And how long is it in Spain?")
    assert isinstance(outcome.reply, Refusal)
    assert outcome.reply.reason is RefusalReason.RESTRICTED
