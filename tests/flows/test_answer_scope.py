"""What a channel's scope leaves out does not exist there: not in answers, nor refusals, nor what was answered before."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import LostLease
from bot.core.nouns import Event, Question, ReceiptId, SlackPlace
from bot.core.ports import Pace
from bot.flows.answer import Outcome, answer
from bot.flows.answered import Answers
from policies.evidence import Answer, Refusal, RefusalReason
from policies.overrides import with_all
from policies.rules import parse
from tests.fakes.conversations import FakeConversations
from tests.fakes.work import FakeWork, Kept
from tests.flows.world import _TEXTS, ANA, BO, QUESTION, World

HERE, ELSEWHERE = "C0HR", "C0ENG"
LEAVE, OLD = "Leave is 25 days.", "Leave was 20 days of leave there."


def place(channel: str = HERE, **more: Any) -> SlackPlace:
    return SlackPlace(team="T1", channel=channel, message="10.1", thread="10.1", **more)


def settled(world: World, **channel: Any) -> World:
    world.rules = parse(with_all(_TEXTS, ("channels", HERE), channel))
    return world


def a_world(**documents: str) -> World:
    """Of two sources; all is read by Ana and Bo."""
    world = World("handbook", "wiki")
    for email in (ANA, BO):
        world.knows(email, "handbook/all", "wiki/all")
    for name, text in documents.items():
        source = "wiki" if name.startswith("w") else "handbook"
        world.writes(name, text, f"{source}/all", source=source)
    return world


def asked(world: World, text: str = QUESTION, where: SlackPlace | None = None, **more: Any) -> tuple[Outcome, FakeWork]:
    question = Question(receipt=ReceiptId("r_1"), text=text, asker=ANA, place=where or place(), asked_at=world.now)
    work = FakeWork(question, log=world.log)
    return answer(work, replace(world.answering(), **more), world.poster), work


def told(outcome: Outcome) -> tuple[object, ...]:
    return outcome.reply, [(one.passage, one.score, one.ranks) for one in outcome.evidence.found], outcome.model


def test_only_what_lies_in_the_scope_is_used_there_and_everything_elsewhere() -> None:
    world = settled(a_world(h=LEAVE, w=OLD), scope=["handbook"])
    here, elsewhere = asked(world)[0], asked(world, where=place(ELSEWHERE))[0]
    assert {one.source for one in here.evidence.passages} == {"handbook"}
    assert {one.source for one in elsewhere.evidence.passages} == {"handbook", "wiki"}


def labelled(world: World, **labels: str) -> World:
    for name, label in labels.items():
        source = "wiki" if name.startswith("w") else "handbook"
        world.passages.labels[f"{source}:{name}"] = (label,)
    return world


def test_only_what_has_the_label_is_used_there_as_if_the_rest_did_not_exist() -> None:
    scoped = settled(labelled(a_world(h=LEAVE, h2=OLD, w=OLD), h="policy", w="policy"), scope=["handbook#policy"])
    alone = settled(labelled(a_world(h=LEAVE), h="policy"), scope=["handbook#policy"])
    assert told(asked(scoped)[0]) == told(asked(alone)[0])
    assert {one.document for one in asked(scoped)[0].evidence.passages} == {"handbook:h"}


def test_a_page_that_loses_its_label_while_it_is_answered_from_is_not_shown() -> None:
    world = settled(labelled(a_world(h=LEAVE), h="policy"), scope=["handbook#policy"])

    def reach(point: str) -> None:
        if point == "ask.after_retrieve":
            world.passages.labels.clear()

    assert isinstance(asked(world, reach=reach)[0].reply, Refusal)


def test_a_direct_conversation_has_no_scope() -> None:
    world = settled(a_world(h=LEAVE, w=OLD), scope=["handbook"])
    there = asked(world, where=place("D0ANA"))[0]
    assert {one.source for one in there.evidence.passages} == {"handbook", "wiki"}


def test_a_scope_without_an_answer_refuses_as_if_the_rest_did_not_exist() -> None:
    world = settled(a_world(w=LEAVE), scope=["handbook"])
    outcome, _ = asked(world)
    assert outcome.reply == asked(a_world())[0].reply
    assert isinstance(outcome.reply, Refusal)
    assert "wiki" not in str((outcome.reply, outcome.evidence))


def test_who_is_unknown_at_a_source_beyond_the_scope_hears_nothing_of_it() -> None:
    world = settled(a_world(), scope=["handbook"])
    world.knows(ANA, "handbook/all")
    world.read_at = dict.fromkeys(("handbook", "wiki", "drive"), world.now)
    reply = asked(world)[0].reply
    assert reply == Refusal(reason=RefusalReason.UNANSWERED)
    assert asked(world, where=place(ELSEWHERE))[0].reply == reply.model_copy(update={"unknown_at": ("drive", "wiki")})


@pytest.mark.parametrize(
    ("where", "is_offered"),
    [(place("D0ANA"), True), (place(HERE), False), (place(HERE, alone=True), True)],
    ids=["direct", "a channel with one member", "aside"],
)
@pytest.mark.parametrize("principals", [(), ("handbook/all",)], ids=["known nowhere", "unknown at one"])
def test_where_to_sign_in_is_said_only_where_nobody_else_will_ever_read_it(
    where: SlackPlace, principals: tuple[str, ...], *, is_offered: bool
) -> None:
    world = a_world()
    world.knows(ANA, *principals)
    world.read_at, world.signs_in = dict.fromkeys(("handbook", "wiki"), world.now), ("wiki",)
    reply = asked(world, where=where)[0].reply
    assert isinstance(reply, Refusal)
    assert reply.sign_in_at == (("wiki",) if is_offered else ())


def test_a_scope_that_names_nothing_finds_nothing() -> None:
    assert isinstance(asked(settled(a_world(h=LEAVE), scope=["handbok"]))[0].reply, Refusal)


def test_an_intents_own_places_and_the_scope_both_hold() -> None:
    world = a_world(h=LEAVE, w=OLD)
    world.rules = parse(
        with_all(
            with_all(_TEXTS, ("channels", HERE), {"scope": ["handbook"]}), ("intents", "question", "spaces"), ["wiki"]
        )
    )
    assert isinstance(asked(world)[0].reply, Refusal)
    assert {one.source for one in asked(world, where=place(ELSEWHERE))[0].evidence.passages} == {"wiki"}


def test_what_was_answered_elsewhere_is_not_answered_again_in_a_scope() -> None:
    world, answers = settled(a_world(h=LEAVE, w=OLD), scope=["handbook"]), Answers(1_000_000)
    for where in (place(ELSEWHERE), place(), place(ELSEWHERE), place()):
        outcome, _ = asked(world, where=where, answers=answers)
        beyond = any(one.source == "wiki" for one in outcome.evidence.passages)
        assert beyond is (where.channel == ELSEWHERE)


def test_what_was_put_for_one_channel_is_put_anew_for_another() -> None:
    world, answers = settled(a_world(h=LEAVE), profile={"tone": "warm"}), Answers(1_000_000)
    for where in (place(), place(ELSEWHERE)):
        asked(world, where=where, answers=answers)
    assert world.log.count("compose") == 2
    asked(world, answers=answers)
    assert world.log.count("compose") == 2


def test_the_receipt_says_which_scope_held() -> None:
    _, work = asked(settled(a_world(h=LEAVE), scope=["handbook"]))
    bodies = {event.kind: event.body for event in work.kept.events}
    assert bodies["retrieved"]["filters"]["scope"] == ["handbook"]
    assert bodies["closed"]["route"]["scope"] == ["handbook"]


def test_a_draft_is_made_of_the_scope_too() -> None:
    world = settled(a_world(h=LEAVE, w=OLD), scope=["handbook"])
    drafting = "Draft an announcement about leave days"
    outcome, _ = asked(world, drafting)
    assert {one.source for one in outcome.evidence.passages} <= {"handbook"}


texts = st.lists(st.sampled_from(["leave", "days", "25", "is", "sick", "of"]), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inside=st.dictionaries(st.sampled_from(["ha", "hb", "hc"]), texts),
    beyond=st.dictionaries(st.sampled_from(["wa", "wb", "wc"]), texts),
    question=texts,
)
def test_an_answer_in_a_scope_is_that_of_a_world_without_the_rest(
    inside: dict[str, str], beyond: dict[str, str], question: str
) -> None:
    scoped, alone = (
        asked(settled(a_world(**documents), scope=["handbook"]), f"{question}?")[0]
        for documents in ({**inside, **beyond}, inside)
    )
    assert told(scoped) == told(alone)


# --- what it names by an id alone


def picked(world: World, *, kept: Kept | None = None, attempt: int = 1, **more: Any) -> FakeWork:
    """As it came: where the id stands, there is no name yet."""
    question = Question(
        receipt=ReceiptId("r_1"),
        text="What does say about leave?",
        asker=ANA,
        place=place(),
        asked_at=world.now,
        written="What does <@U2> say about leave?",
    )
    return FakeWork(question, log=world.log, kept=kept, attempt=attempt, **more)


def taken_up(world: World, work: FakeWork, spells: str) -> Outcome:
    talks = FakeConversations(spells={"What does <@U2> say about leave?": spells})
    house = world.answering()
    return answer(work, replace(house, reading=replace(house.reading, conversations=talks)), world.poster)


def test_it_is_answered_in_the_words_with_the_names_and_they_are_on_record_before_it_is() -> None:
    world = a_world(h=LEAVE)
    work = picked(world)
    taken_up(world, work, "What does @ben say about leave?")
    assert work.question.text == "What does @ben say about leave?"
    assert work.question.written is None
    assert work.kept.events[0] == Event(kind="spelled", receipt=ReceiptId("r_1"), body={"text": work.question.text})
    (claimed,) = [one for one in work.kept.events if one.kind == "claimed"]
    assert claimed.body["wording"]["asked"] == work.question.text


def test_who_dies_before_it_is_spelled_spells_it_the_next_time_and_nobody_twice() -> None:
    world = a_world(h=LEAVE)
    dying = picked(world, loses_lease_at=1)
    with pytest.raises(LostLease):
        taken_up(world, dying, "What does @ben say about leave?")
    again = picked(world, kept=dying.kept, attempt=2)
    taken_up(world, again, "What does @ben say about leave?")
    assert again.kinds.count("spelled") == 1
    third = again.again()
    taken_up(world, third, "somebody else's words")
    assert third.question.text == "What does @ben say about leave?"
    assert third.kinds.count("spelled") == 1


def test_one_question_too_many_asks_slack_for_no_name() -> None:
    world = a_world(h=LEAVE)
    work = picked(world, kept=Kept(pace=Pace(by_one=10_000, by_all=10_000)))
    taken_up(world, work, "What does @ben say about leave?")
    assert "spelled" not in work.kinds


# --- what was said without naming us


def unnamed(world: World, *, with_us: bool, text: str = QUESTION) -> tuple[Outcome, FakeWork]:
    talks = FakeConversations(with_us={ANA} if with_us else set())
    where = place(unnamed=True)
    question = Question(receipt=ReceiptId("r_1"), text=text, asker=ANA, place=where, asked_at=world.now)
    work = FakeWork(question, log=world.log)
    house = world.answering()
    return answer(work, replace(house, reading=replace(house.reading, conversations=talks)), world.poster), work


@pytest.mark.parametrize("with_us", [True, False])
def test_who_speaks_with_somebody_else_gets_no_reply(with_us: bool) -> None:  # noqa: FBT001
    world = a_world(h=LEAVE)
    outcome, _ = unnamed(world, with_us=with_us)
    assert isinstance(outcome.reply, Answer) is with_us
    assert bool(world.poster.posted) is with_us
    assert world.poster.left == ([] if with_us else [world.poster.left[0]])
    assert ("retrieved" in world.log) is with_us


@pytest.mark.parametrize("text", ["Thanks, that helps!", "Where is the moon?", "Book me two days of leave"])
def test_what_has_no_answer_gets_no_reply_where_nobody_named_us(text: str) -> None:
    world = a_world()
    outcome, work = unnamed(world, with_us=True, text=text)
    assert not isinstance(outcome.reply, Answer)
    assert (world.poster.posted, len(world.poster.left)) == ([], 1)
    posted = next(event for event in work.kept.events if event.kind == "posted")
    assert posted.body["to"] == []


def test_a_pause_is_not_told_to_who_did_not_name_us() -> None:
    world = a_world(h=LEAVE)
    question = Question(
        receipt=ReceiptId("r_1"), text=QUESTION, asker=ANA, place=place(unnamed=True), asked_at=world.now
    )
    work = FakeWork(question, log=world.log)
    work.kept.paused = True
    answer(work, world.answering(), world.poster)
    assert world.poster.posted == []
