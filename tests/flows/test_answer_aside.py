"""A place where others read along: everyone there gets what all may read, and the asker, alone, what only they may."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Event
from bot.flows.answer import Outcome, answer
from connectors.model import Retryable
from policies.evidence import Answer, Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.people import Email, Person, Principal
from policies.rules import AUDIENCE
from tests.fakes.access import a_list
from tests.fakes.composer import ScriptedComposer, quoting
from tests.fakes.poster import Posted
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, STRANGER, World, rules_from

PUBLIC, SECRET = "Leave is 25 days.", "Leave of directors is 60 days."
CAT = Email("cat@acme.test")
UNKNOWN_AUDIENCE = Refusal(reason=RefusalReason.UNKNOWN_AUDIENCE)
NOT_A_MEMBER = Refusal(reason=RefusalReason.NOT_A_MEMBER)
DECIDED = ["claimed", "retrieved", "composed", "closed"]
ASIDE = ["retrieved", "composed", "closed_aside"]


@pytest.fixture
def world() -> World:
    """Bo asks where Ana reads along."""
    world = a_company()
    world.writes("secret.md", SECRET, "acme/hr")
    return world


def a_company() -> World:
    world = World()
    world.knows(ANA, "acme/staff")
    world.knows(BO, "acme/hr", "acme/staff")
    world.knows(CAT, "acme/hr", "acme/staff")
    world.knows(STRANGER, "acme/visitor")
    world.writes("leave.md", PUBLIC, "acme/staff")
    world.people.beside = [world.access.person(ANA)]
    return world


def said(reply: Reply) -> list[str]:
    return [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []


def shown(world: World) -> list[tuple[list[str], bool, bool]]:
    """What was said, whether aside, whether again."""
    return [(sorted(said(post.reply)), post.aside, post.again) for post in world.poster.posted]


def retrieved(work: FakeWork) -> list[list[str]]:
    """For whom something was looked up."""
    return [event.body["audience"]["people"] for event in work.kept.events if event.kind == "retrieved"]


def bodies(work: FakeWork, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in work.kept.events if event.kind == kind]


# --- both parts --------------------------------------------------------------------------------------------------


def test_everyone_gets_what_all_may_read_and_the_asker_gets_the_rest_aside(world: World) -> None:
    outcome = answer(world.asks(asker=BO), world.answering(), world.poster)
    assert shown(world) == [([PUBLIC], False, False), ([PUBLIC, SECRET], True, False)]
    assert outcome.aside is not None
    assert [outcome.reply, outcome.aside.reply] == [post.reply for post in world.poster.posted]
    assert SECRET not in outcome.evidence.model_dump_json()
    assert world.poster.posted[0].evidence == outcome.evidence
    assert world.poster.posted[1].evidence == outcome.aside.evidence


def test_the_place_has_its_part_before_anything_is_done_for_the_asker_alone(world: World) -> None:
    work = world.asks(asker=BO)
    outcome = answer(work, world.answering(), world.poster)
    assert world.log == [
        *["claimed", "retrieved", "compose", "composed", "closed", "post", "shown"],
        *["retrieved", "compose", "composed", "closed_aside", "post", "posted"],
    ]
    assert retrieved(work) == [[ANA, BO], [BO]]
    (closed,) = bodies(work, "closed")
    assert outcome.aside is not None
    (aside,) = bodies(work, "closed_aside")
    assert aside["reply"] == outcome.aside.reply.model_dump(mode="json")
    assert work.evidence(aside["evidence"]) == outcome.aside.evidence
    assert bodies(work, "shown")[0]["to"] == [{"surface": "fake", "number": "1"}]
    assert closed["readers"]["people"] == [ANA, BO]
    assert bodies(work, "posted")[0]["to"] == [{"surface": "fake", "number": str(number)} for number in (1, 2)]


def without_the_aside(work: FakeWork) -> list[Event]:
    """Everything in the receipt but what the aside brought with it, and the times."""
    kept: list[Event] = []
    of_the_aside = False
    for event in work.kept.events:
        if event.kind == "retrieved":
            of_the_aside = event.body["audience"]["size"] == 1
        if event.kind in ("shown", "closed_aside") or (event.kind in ("retrieved", "composed") and of_the_aside):
            continue
        body = {name: value for name, value in event.body.items() if name != "timings_ms"}
        if event.kind == "posted":
            body["to"] = body["to"][:1]
        kept.append(event.model_copy(update={"body": body}))
    return kept


@pytest.mark.parametrize("hidden", [SECRET, PUBLIC, "How many days of leave are there?"])
def test_place_gets_and_its_receipt_says_what_they_would_without_the_hidden_document(hidden: str) -> None:
    with_it, without = a_company(), a_company()
    for name in ("0.md", "secret.md"):
        with_it.writes(name, hidden, "acme/hr")
    works = [world.asks(asker=BO) for world in (with_it, without)]
    outcomes = [
        answer(work, world.answering(), world.poster) for work, world in zip(works, (with_it, without), strict=True)
    ]
    assert [outcome.aside is None for outcome in outcomes] == [False, True]
    first, second = (
        replace(outcome, aside=None, timings_ms=dict.fromkeys(outcome.timings_ms, 0)) for outcome in outcomes
    )
    assert first == second
    assert with_it.poster.posted[0] == without.poster.posted[0]
    assert without_the_aside(works[0]) == without_the_aside(works[1])
    assert [event.kind for event in without_the_aside(works[0])] == [
        "claimed",
        "retrieved",
        "composed",
        "closed",
        "posted",
    ]


def test_place_gets_nothing_where_only_the_asker_may_read_what_answers(world: World) -> None:
    world.forgets("leave.md")
    answer(world.asks(asker=BO), world.answering(), world.poster)
    assert shown(world) == [([], False, False), ([SECRET], True, False)]
    assert world.poster.posted[0].reply == Refusal(reason=RefusalReason.UNANSWERED)
    assert world.poster.posted[0].evidence == Evidence()


def test_source_takes_back_from_each_part_what_its_readers_may_not_read(world: World) -> None:
    world.takes_back("secret.md")
    answer(world.asks(asker=BO), world.answering(), world.poster)
    assert shown(world) == [([PUBLIC], False, False)]


# --- no aside ----------------------------------------------------------------------------------------------------


def test_receipt_names_who_wrote_the_aside(world: World) -> None:
    work = world.asks(asker=BO)
    outcome = answer(work, world.answering(ScriptedComposer(by=("model", "extractive"))), world.poster)
    (closed,), (aside,) = bodies(work, "closed"), bodies(work, "closed_aside")
    assert (outcome.model, closed["model"], aside["model"]) == ("model", "model", "extractive")


def test_composer_is_not_asked_twice_when_the_asker_may_read_nothing_more(world: World) -> None:
    world.people.beside = [world.access.person(CAT)]
    composer = ScriptedComposer(log=world.log)
    work = world.asks(asker=BO)
    outcome = answer(work, world.answering(composer), world.poster)
    assert outcome.aside is None
    assert shown(world) == [([PUBLIC, SECRET], False, False)]
    assert (len(composer.asked), retrieved(work)) == (1, [[BO, CAT]])


def test_asker_who_may_read_less_than_the_others_gets_no_aside(world: World) -> None:
    world.people.beside = [world.access.person(BO)]
    composer = ScriptedComposer()
    assert answer(world.asks(asker=ANA), world.answering(composer), world.poster).aside is None
    assert shown(world) == [([PUBLIC], False, False)]
    assert len(composer.asked) == 1


def only_public(evidence: Evidence) -> Draft:
    return Draft(claims=tuple(claim for claim in quoting(evidence).claims if claim.text == PUBLIC))


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(Draft(answerable=False), id="refusal"),
        pytest.param(Draft(clarify="Whose leave?"), id="clarification"),
        pytest.param(only_public, id="only what everyone may read"),
    ],
)
def test_no_aside_without_an_answer_from_what_only_the_asker_may_read(world: World, second: Any) -> None:
    composer = ScriptedComposer(quoting, second)
    work = world.asks(asker=BO)
    outcome = answer(work, world.answering(composer), world.poster)
    assert outcome.aside is None
    assert shown(world) == [([PUBLIC], False, False)]
    assert len(composer.asked) == 2
    assert work.kinds == [*DECIDED, "shown", "retrieved", "composed", "posted"]


def test_aside_whose_claims_are_all_unproven_is_none(world: World) -> None:
    lie = quoting(Evidence()).model_copy(update={"claims": ()})
    outcome = answer(world.asks(asker=BO), world.answering(ScriptedComposer(quoting, lie)), world.poster)
    assert outcome.aside is None


# --- places that are not answered --------------------------------------------------------------------------------


def test_place_whose_readers_are_not_all_known_is_refused_and_only_the_asker_answered(world: World) -> None:
    world.people.complete = False
    work = world.asks(asker=BO)
    outcome = answer(work, world.answering(), world.poster)
    assert (outcome.reply, outcome.evidence) == (UNKNOWN_AUDIENCE, Evidence())
    assert shown(world) == [([], False, False), ([PUBLIC, SECRET], True, False)]
    assert retrieved(work) == [[BO]]


def test_outsider_is_refused_without_looking_anything_up(world: World) -> None:
    world.people.outsiders = {BO}
    composer = ScriptedComposer()
    outcome = answer(world.asks(asker=BO), world.answering(composer), world.poster)
    assert (outcome.reply, outcome.aside, outcome.evidence) == (NOT_A_MEMBER, None, Evidence())
    assert world.log == ["claimed", "closed", "post", "posted"]
    assert (composer.asked, world.connectors["acme"].asked, world.people.declared) == ([], [], [])


def test_empty_question_is_asked_back_without_looking_who_reads_along(world: World) -> None:
    outcome = answer(world.asks("", BO), world.answering(), world.poster)
    assert outcome.reply == Clarification(reason="empty")
    assert world.people.declared == []


def test_what_full_members_count_as_having_comes_from_the_rules(world: World) -> None:
    world.rules = rules_from(AUDIENCE, "principals = []", 'principals = ["acme/group:all"]')
    answer(world.asks(asker=BO), world.answering(), world.poster)
    assert world.people.declared
    assert set(world.people.declared) == {frozenset({Principal("acme/group:all")})}


# --- who comes meanwhile -----------------------------------------------------------------------------------------


def test_somebody_who_comes_before_it_is_posted_is_decided_for_too(world: World) -> None:
    world.people.beside = [world.access.person(CAT)]
    world.people.comings = [world.access.person(ANA)]
    work = world.asks(asker=BO)
    answer(work, world.answering(), world.poster)
    assert shown(world) == [([PUBLIC], False, False), ([PUBLIC, SECRET], True, False)]
    assert retrieved(work) == [[BO, CAT], [ANA, BO, CAT], [BO]]
    assert [closed["readers"]["size"] for closed in bodies(work, "closed")] == [2, 3]
    assert world.log.index("post") > len(world.log) - 1 - world.log[::-1].index("closed")


def test_asker_who_stops_being_a_member_before_it_is_posted_gets_no_answer(world: World) -> None:
    def leaves(evidence: Evidence) -> Draft:
        world.people.outsiders = {BO}
        return quoting(evidence)

    outcome = answer(world.asks(asker=BO), world.answering(ScriptedComposer(leaves)), world.poster)
    assert outcome.reply == NOT_A_MEMBER
    assert [post.reply for post in world.poster.posted] == [NOT_A_MEMBER]


def test_place_whose_readers_keep_changing_is_tried_again_later_and_shown_nothing(world: World) -> None:
    world.people.comings = [Person(actor=f"U{number}") for number in range(20)]
    work = world.asks(asker=BO)
    with pytest.raises(Retryable):
        answer(work, world.answering(), world.poster)
    assert world.poster.posted == []
    assert "posted" not in work.kinds


def test_the_same_readers_in_another_order_are_the_same_readers(world: World) -> None:
    world.people.beside = [world.access.person(CAT), world.access.person(ANA)]

    def turns(evidence: Evidence) -> Draft:
        world.people.beside.reverse()
        return quoting(evidence)

    composer = ScriptedComposer(turns, quoting)
    work = world.asks(asker=BO)
    answer(work, world.answering(composer), world.poster)
    assert len(bodies(work, "closed")) == 1


# --- attempts after the first ------------------------------------------------------------------------------------


class Dies(Exception):  # noqa: N818 - named for what happens
    """The process, at some point."""


def dead_once_shown(world: World, *, aside: bool) -> FakeWork:
    """As soon as Slack has the one part or the other, and before that is on record."""
    work = world.asks(asker=BO)

    def dies(posted: Posted) -> None:
        if posted.aside == aside:
            raise Dies

    world.poster.when_posted = dies
    with pytest.raises(Dies):
        answer(work, world.answering(), world.poster)
    world.poster.when_posted = lambda _: None
    assert work.kinds == ([*DECIDED, "shown", *ASIDE] if aside else DECIDED)
    world.poster.posted.clear()
    world.log.clear()
    return work


def test_place_is_shown_again_what_was_decided_and_then_the_asker_gets_the_rest(world: World) -> None:
    fresh = answer(world.asks(asker=BO), world.answering(), world.poster)
    world.poster.posted.clear()
    work = dead_once_shown(world, aside=False)
    composer = ScriptedComposer(log=world.log)
    outcome = answer(work.again(), world.answering(composer), world.poster)
    assert len(composer.asked) == 1
    assert world.log == [
        "recalled",
        "post",
        "shown",
        "retrieved",
        "compose",
        "composed",
        "closed_aside",
        "post",
        "posted",
    ]
    assert shown(world) == [([PUBLIC], False, True), ([PUBLIC, SECRET], True, True)]
    assert plain(outcome) == plain(fresh)
    assert bodies(work, "recalled") == [{"attempt": 2, "shown": True}]


def plain(outcome: Outcome) -> Outcome:
    return replace(outcome, timings_ms={})


def test_place_that_has_its_part_is_not_shown_it_again_and_the_aside_is_as_decided(world: World) -> None:
    fresh = answer(world.asks(asker=BO), world.answering(), world.poster)
    world.poster.posted.clear()
    work = dead_once_shown(world, aside=True)
    composer = ScriptedComposer(log=world.log)
    outcome = answer(work.again(), world.answering(composer), world.poster)
    assert composer.asked == []
    assert world.log == ["recalled_aside", "post", "posted"]
    assert shown(world) == [([PUBLIC, SECRET], True, True)]
    assert plain(outcome) == plain(fresh)
    assert bodies(work, "recalled_aside") == [{"attempt": 2, "shown": True}]
    assert bodies(work, "posted")[0]["to"][0] == bodies(work, "shown")[0]["to"][0]


def test_what_was_decided_is_decided_again_when_somebody_has_come_who_may_not_read_it(world: World) -> None:
    work = dead_once_shown(world, aside=False)
    world.people.beside.append(world.access.person(STRANGER))
    answer(work.again(), world.answering(), world.poster)
    assert shown(world) == [([], False, True), ([PUBLIC, SECRET], True, True)]
    assert bodies(work, "recalled") == [{"attempt": 2, "shown": False}]
    assert [closed["readers"]["size"] for closed in bodies(work, "closed")] == [2, 3]


def test_what_was_decided_for_others_is_decided_again_even_if_all_may_read_what_it_cites(world: World) -> None:
    """Else what somebody may not read could still have led to what they are shown: to a refusal, or to an order."""
    world.forgets("secret.md")
    world.people.beside = [world.access.person(CAT)]
    work = world.asks(asker=BO, loses_lease_at=5)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    world.people.beside.append(world.access.person(ANA))
    answer(work.again(), world.answering(), world.poster)
    assert bodies(work, "recalled") == [{"attempt": 2, "shown": False}]
    assert [closed["readers"]["size"] for closed in bodies(work, "closed")] == [2, 3]


def test_aside_is_decided_again_when_the_asker_may_no_longer_read_it(world: World) -> None:
    work = dead_once_shown(world, aside=True)
    world.takes_back("secret.md")
    answer(work.again(), world.answering(), world.poster)
    assert shown(world) == []
    assert bodies(work, "recalled_aside") == [{"attempt": 2, "shown": False}]
    assert work.kinds[-1] == "posted"


def test_what_was_decided_is_decided_again_when_its_place_may_no_longer_read_it(world: World) -> None:
    work = dead_once_shown(world, aside=False)
    world.passages.tighten("acme:leave.md", a_list("acme/hr"))
    answer(work.again(), world.answering(), world.poster)
    assert PUBLIC not in said(world.poster.posted[0].reply)
    assert bodies(work, "recalled") == [{"attempt": 2, "shown": False}]


def test_what_was_decided_is_decided_again_when_its_place_cannot_be_read_up_on(world: World) -> None:
    work = dead_once_shown(world, aside=False)
    world.people.complete = False
    answer(work.again(), world.answering(), world.poster)
    assert world.poster.posted[0].reply == UNKNOWN_AUDIENCE
    assert shown(world)[1:] == [([PUBLIC, SECRET], True, True)]


@pytest.mark.parametrize(("aside", "posted"), [(False, [NOT_A_MEMBER]), (True, [])], ids=["place", "aside"])
def test_what_was_decided_is_not_shown_to_somebody_who_is_no_member_any_more(
    world: World, *, aside: bool, posted: list[Reply]
) -> None:
    work = dead_once_shown(world, aside=aside)
    world.people.outsiders = {BO}
    answer(work.again(), world.answering(), world.poster)
    assert [post.reply for post in world.poster.posted] == posted


def test_place_is_not_told_when_the_aside_cannot_be_composed(world: World) -> None:
    def fails(_: Evidence) -> Draft:
        raise Dies

    work = world.asks(asker=BO)
    with pytest.raises(Dies):
        answer(work, world.answering(ScriptedComposer(quoting, fails)), world.poster)
    assert shown(world) == [([PUBLIC], False, False)]
    assert work.kinds == [*DECIDED, "shown", "retrieved"]


# --- the lease ---------------------------------------------------------------------------------------------------


WRITES = [*DECIDED, "shown", *ASIDE, "posted"]


@pytest.mark.parametrize(
    ("write", "posts"), [(write, (write > len(DECIDED)) + (write > len(DECIDED) + 4)) for write in range(1, 10)]
)
def test_nothing_is_posted_once_the_lease_is_lost(world: World, write: int, posts: int) -> None:
    work = world.asks(asker=BO, loses_lease_at=write)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert len(world.poster.posted) == posts
    assert work.kinds == WRITES[: write - 1]
    assert not work.kept.done


def test_nothing_is_posted_when_the_lease_is_lost_after_the_last_write(world: World) -> None:
    """While we looked who reads along, say: the question was edited, or another worker has it."""
    work = world.asks(asker=BO)
    house = world.answering()

    def lose(name: str) -> None:
        work.lost = work.lost or name == "ask.after_close"

    with pytest.raises(LostLease):
        answer(work, replace(house, reach=lose), world.poster)
    assert world.poster.posted == []


def test_aside_is_not_posted_when_the_lease_is_lost_at_the_first_post(world: World) -> None:
    work = world.asks(asker=BO)

    def lose(_: Posted) -> None:
        work.lost = True

    world.poster.when_posted = lose
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert shown(world) == [([PUBLIC], False, False)]
