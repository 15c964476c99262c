"""A text is written from cited sentences of what its readers may read, as a whole, and offered; nobody is told it in parts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.nouns import Question, ReceiptId, SlackPlace
from bot.core.ports import NOBODYS, Composed, Errand, Hear
from bot.flows.answer import Outcome, answer
from bot.flows.answered import Answers
from policies.contract import Violation
from policies.evidence import Answer, Citation, Claim, Draft, Evidence, Refusal, RefusalReason
from policies.rules import INTENTS, AnswerRules
from tests.fakes.composer import ScriptedComposer, quoting
from tests.fakes.guesser import ScriptedGuesser
from tests.fakes.passages import NOON
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, RULES, World, rules_from

REQUEST = "Draft a mail to the team about the leave"
LEAVE, SECRET = "Leave is 25 days a year.", "Leave of directors is 60 days a year."


class Drafter(ScriptedComposer):
    """Remembers how long a text may be; its claims are in paragraphs, two and two."""

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),
        errand: Errand = NOBODYS,
        hear: Hear | None = None,
    ) -> Composed:
        self.most, self.hear = rules.answer.max_lines, hear
        draft, by = super().compose(
            question, evidence, rules, violations=violations, said=said, errand=errand, hear=hear
        )
        claims = (one.model_copy(update={"paragraph": number // 2 + 1}) for number, one in enumerate(draft.claims))
        return Composed(draft.model_copy(update={"claims": tuple(claims)}), by)


@pytest.fixture
def world() -> World:
    world = World()
    world.knows(ANA, "acme/staff")
    world.knows(BO, "acme/staff", "acme/hr")
    world.writes("leave.md", LEAVE, "acme/staff")
    world.writes("secret.md", SECRET, "acme/hr")
    world.guesser = ScriptedGuesser(raft="draft")
    return world


def drafted(world: World, drafter: ScriptedComposer, text: str = REQUEST, work: FakeWork | None = None) -> Outcome:
    house = replace(world.answering(), drafter=lambda *_: drafter)
    return answer(work or world.asks(text), house, world.poster)


def text_of(outcome: Outcome) -> list[str]:
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.is_draft
    return [claim.text for claim in outcome.reply.claims]


def test_whoever_writes_texts_writes_it_and_may_write_more_than_an_answer(world: World) -> None:
    drafter = Drafter()
    outcome = drafted(world, drafter)
    assert text_of(outcome) == [LEAVE]
    assert isinstance(outcome.reply, Answer)
    assert [claim.paragraph for claim in outcome.reply.claims] == [1]
    assert drafter.most == RULES.answers.draft.max_lines > RULES.answers.answer.max_lines
    assert world.poster.posted[0].offer is None


@pytest.mark.parametrize(
    "uncited",
    ["Hello everyone,", "Best regards,", "Dear all, leave is 30 days.", "Please note that directors get 60 days."],
)
def test_not_a_sentence_of_it_goes_without_its_quote_greetings_neither(world: World, uncited: str) -> None:
    proven = Claim(text=LEAVE, citations=(Citation(passage=1, quote=LEAVE),))
    outcome = drafted(world, Drafter(Draft(claims=(Claim(text=uncited), proven))))
    assert text_of(outcome) == [LEAVE]


def test_what_nobody_could_prove_is_no_draft(world: World) -> None:
    outcome = drafted(world, Drafter(Draft(claims=(Claim(text="Hello everyone,"),))))
    assert isinstance(outcome.reply, Refusal)


def test_in_company_it_is_written_from_what_all_may_read_and_the_rest_is_the_askers_alone(world: World) -> None:
    world.people.beside = [world.access.person(ANA)]
    place = SlackPlace(team="T1", channel="C1", message="1.0", thread="1.0")
    work = FakeWork(Question(receipt=ReceiptId("r_1"), text=REQUEST, asker=BO, place=place, asked_at=NOON))
    drafted(world, Drafter(), work=work)
    here, aside = world.poster.posted
    assert isinstance(here.reply, Answer)
    assert isinstance(aside.reply, Answer)
    assert ([one.text for one in here.reply.claims], here.reply.is_draft) == ([LEAVE], True)
    assert (SECRET in [one.text for one in aside.reply.claims], aside.aside, aside.reply.is_draft) == (True, True, True)


def test_it_is_shown_as_a_whole(world: World) -> None:
    world.poster.grows = True
    drafter = Drafter()
    drafted(world, drafter)
    assert drafter.hear is None
    assert world.poster.grown == []


def test_what_it_is_about_is_searched_too_and_the_whole_request_is_what_the_writer_is_told(world: World) -> None:
    drafter, work = Drafter(), world.asks(REQUEST)
    drafted(world, drafter, work=work)
    (retrieved,) = [event for event in work.kept.events if event.kind == "retrieved"]
    assert (retrieved.body["wording"]["asked"], retrieved.body["wording"]["whole"]) == (REQUEST, "the leave")
    assert [one.question for one in drafter.asked] == [REQUEST]


def test_beside_a_question_it_is_answered_and_the_draft_is_offered(world: World) -> None:
    drafter = Drafter()
    outcome = drafted(world, drafter, "How many days of leave are there? Could you draft a mail about leave?")
    assert isinstance(outcome.reply, Answer)
    assert not outcome.reply.is_draft
    assert (world.poster.posted[0].offer, drafter.asked) == ("draft", [])
    assert outcome.route is not None
    assert outcome.route.does == "answer"


def test_a_request_in_two_sentences_is_one_draft(world: World) -> None:
    assert text_of(drafted(world, Drafter(), "Could you draft a mail about leave? Can you draft it in two lines?"))


def test_what_nothing_may_be_said_about_is_written_about_by_nobody(world: World) -> None:
    rule = '\n[pay]\ndoes = "refuse"\nrisk = "high"\n\n[question]'
    world.rules = rules_from(INTENTS, "\n[question]", rule)
    world.guesser = ScriptedGuesser(earn="pay", raft="draft")
    world.writes("pay.md", "Directors earn 90 euros an hour.", "acme/staff")
    for text in (
        "Could you draft a mail about leave? How much do directors earn?",
        "How much do directors earn? Could you draft a mail about it?",
    ):
        drafter = Drafter()
        reply = drafted(world, drafter, text).reply
        assert "90 euros" not in str([one.text for one in reply.claims[:1]] if isinstance(reply, Answer) else reply)
        assert drafter.asked == []
        assert isinstance(reply, Answer)
        assert RefusalReason.RESTRICTED in {one.refusal.reason for one in reply.sections if one.refusal is not None}


def test_a_route_may_still_say_less(world: World) -> None:
    world.rules = rules_from(INTENTS, 'does = "draft"\n', 'does = "draft"\nmax_claims = 3\n')
    drafter = Drafter()
    drafted(world, drafter)
    assert drafter.most == 3


def test_an_answer_that_was_kept_is_no_draft_and_a_draft_no_answer(world: World) -> None:
    drafter, composer = Drafter(), ScriptedComposer()
    house = replace(world.answering(composer), drafter=lambda *_: drafter, answers=Answers(1_000_000))
    for _ in range(2):
        assert text_of(answer(world.asks(REQUEST), house, world.poster)) == [LEAVE]
    world.guesser = ScriptedGuesser()
    house = replace(house, guesser=lambda _: ScriptedGuesser())
    reply = answer(world.asks(REQUEST), house, world.poster).reply
    assert isinstance(reply, Answer)
    assert not reply.is_draft
    assert (len(drafter.asked), len(composer.asked)) == (1, 1)


def test_a_draft_of_an_attempt_that_died_is_shown_as_one(world: World) -> None:
    drafter, work = Drafter(), world.asks(REQUEST, loses_lease_at=5)
    with pytest.raises(Exception, match="another worker"):
        drafted(world, drafter, work=work)
    assert text_of(drafted(world, drafter, work=work.again())) == [LEAVE]
    assert len(drafter.asked) == 1
    assert quoting(Evidence()) == Draft()
