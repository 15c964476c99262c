"""What models do for a question beside writing its answer, and what its receipt says when they do not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Said, Shortfall
from bot.core.ports import Embedder, Meaning, Pace, Reranker, Rewriter
from bot.flows.answer import answer
from bot.flows.answered import Answers
from bot.flows.reply import Answering
from bot.models.extractive import Extractive
from policies.evidence import Answer, Claim, Draft, RefusalReason
from policies.intents import ModelClass
from policies.rules import INTENTS
from tests.fakes.composer import ScriptedComposer
from tests.fakes.embedder import HashingEmbedder, SilentEmbedder
from tests.fakes.reranker import ScriptedReranker
from tests.fakes.rewriter import ScriptedRewriter
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, World, rules_from

BEFORE = Said(by="person", text="How many days of leave are there?")
INTERNS = "How many days of leave are there for interns?"
SECRET = "Leave of directors is 60 days, and that is long."


@pytest.fixture
def world() -> World:
    world = World("acme")
    world.knows(ANA, "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    world.writes("interns.md", "Leave of interns is 20 days.", "acme/staff")
    return world


def house(
    world: World,
    *,
    embedder: Embedder | None = None,
    reranker: Reranker | None = None,
    rewriter: Rewriter | None = None,
) -> Answering:
    plain = world.answering()
    meaning = Meaning(embedder or HashingEmbedder(), plain.reading.meaning().index)
    reading = replace(plain.reading, meaning=lambda: meaning, reranker=reranker)
    return replace(plain, reading=reading, rewriter=rewriter)


def follow_up(world: World, *, loses_lease_at: int | None = None) -> FakeWork:
    work = world.asks("And for interns?", loses_lease_at=loses_lease_at)
    work.said = (BEFORE,)
    return work


def body(work: FakeWork, kind: str) -> dict[str, Any]:
    return next(event.body for event in work.kept.events if event.kind == kind)


def test_question_without_a_vector_is_answered_and_its_receipt_says_why_words_alone_were_searched(world: World) -> None:
    work = world.asks()
    outcome = answer(work, house(world, embedder=SilentEmbedder()), world.poster)
    assert isinstance(outcome.reply, Answer)
    assert (body(work, "retrieved")["embedder"], body(work, "retrieved")["without_vectors"]) == ("hashing", "busy")
    assert all(found.ranks.vectors is None for found in outcome.evidence.found)


def test_receipt_of_a_question_with_its_vector_says_nothing_of_the_kind(world: World) -> None:
    work = world.asks()
    answer(work, house(world), world.poster)
    assert body(work, "retrieved")["without_vectors"] is None
    assert body(work, "retrieved")["reordering"] is None


def test_order_of_a_reranker_and_whose_it_is_are_in_the_receipt(world: World) -> None:
    work = world.asks()
    outcome = answer(work, house(world, reranker=ScriptedReranker()), world.poster)
    assert [one.document for one in outcome.evidence.passages] == ["acme:interns.md", "acme:leave.md"]
    assert body(work, "retrieved")["reordering"] == {
        "by": "scripted/reranker",
        "passages": 2,
        "because": None,
        "sent": {
            "model": "scripted/reranker",
            "host": None,
            "region": None,
            "passages": 2,
            "sources": ["acme"],
            "removed": {},
        },
    }
    assert [found["reranked"] for found in body(work, "retrieved")["evidence"]] == [28, 17]


def test_reranker_that_does_not_answer_costs_its_order_and_not_the_answer(world: World) -> None:
    work, plain = world.asks(), world.asks()
    outcome = answer(work, house(world, reranker=ScriptedReranker(because="timeout")), world.poster)
    assert outcome.evidence == answer(plain, house(world), world.poster).evidence
    assert body(work, "retrieved")["reordering"]["because"] == "timeout"


@pytest.mark.parametrize("hidden", [SECRET, "How many days of leave are there?"])
def test_what_a_reranker_is_shown_is_the_same_without_what_the_audience_may_not_read(world: World, hidden: str) -> None:
    without, beside = ScriptedReranker(), ScriptedReranker()
    expected = answer(world.asks(), house(world, reranker=without), world.poster)
    world.writes("secret.md", hidden, "acme/board")
    found = answer(world.asks(), house(world, reranker=beside), world.poster)
    assert beside.asked == without.asked
    assert (found.reply, found.evidence) == (expected.reply, expected.evidence)


def test_reranker_is_shown_again_only_what_its_source_left(world: World) -> None:
    world.takes_back("interns.md")
    world.writes("more.md", "Leave is more.", "acme/staff")
    reranker = ScriptedReranker()
    answer(world.asks(), house(world, reranker=reranker), world.poster)
    assert [len(texts) for _, texts in reranker.asked] == [3, 2]
    assert not any("interns" in text for text in reranker.asked[-1][1])


def test_words_of_a_model_are_searched_composed_from_and_in_the_receipt(world: World) -> None:
    rewriter, work = ScriptedRewriter(INTERNS), follow_up(world)
    answer(work, house(world, rewriter=rewriter), world.poster)
    assert rewriter.asked == [("And for interns?", (BEFORE.text,))]
    for kind in ("claimed", "retrieved"):
        assert body(work, kind)["wording"]["whole"] == INTERNS
        assert body(work, kind)["wording"]["asked"] == "And for interns?"
    assert body(work, "claimed")["wording"]["rewriting"]["by"] == "scripted/rewriter"


def test_words_that_state_too_much_are_replaced_by_what_people_asked_and_the_receipt_says_why(world: World) -> None:
    work = follow_up(world)
    answer(work, house(world, rewriter=ScriptedRewriter(f"{INTERNS} At Kestrel?")), world.poster)
    wording = body(work, "claimed")["wording"]
    assert wording["whole"] == f"{BEFORE.text}\nAnd for interns?"
    assert wording["rewriting"]["because"] == "unsupported_name"
    assert "Kestrel" not in str(work.kept.events)


def test_later_attempt_searches_the_words_of_the_first_and_asks_no_model(world: World) -> None:
    work = follow_up(world, loses_lease_at=2)
    with pytest.raises(LostLease):
        answer(work, house(world, rewriter=ScriptedRewriter(INTERNS)), world.poster)
    assert work.kinds == ["claimed"]
    other, again = ScriptedRewriter("What about leave for interns?"), work.again()
    answer(again, house(world, rewriter=other), world.poster)
    assert other.asked == []
    assert body(again, "retrieved")["wording"]["whole"] == INTERNS


def test_one_question_too_many_is_no_call_of_a_model(world: World) -> None:
    rewriter, work = ScriptedRewriter(INTERNS), follow_up(world)
    work.kept.pace = Pace(by_one=1_000, by_all=1_000)
    outcome = answer(work, house(world, rewriter=rewriter), world.poster)
    assert getattr(outcome.reply, "reason", None) is RefusalReason.TOO_MANY
    assert rewriter.asked == []


def test_question_that_follows_nothing_is_no_call_of_a_model(world: World) -> None:
    rewriter = ScriptedRewriter(INTERNS)
    answer(world.asks(), house(world, rewriter=rewriter), world.poster)
    assert rewriter.asked == []


def test_errand_is_the_askers_and_one_for_everything_that_is_tried_for_an_answer(world: World) -> None:
    unproven = Draft(claims=(Claim(text="Leave is 99 days."),))
    composer, ticks = ScriptedComposer(unproven, unproven), iter(range(100, 200))
    asking = replace(world.answering(composer), patience_s=60, timer=lambda: next(ticks))
    answer(world.asks(), asking, world.poster)
    first, again = composer.asked
    assert first.errand == again.errand == (str(ANA), 160)


def test_embedder_and_reranker_are_on_the_same_errand(world: World) -> None:
    embedder, reranker = HashingEmbedder(), ScriptedReranker()
    asking = replace(house(world, embedder=embedder, reranker=reranker), patience_s=60, timer=lambda: 100)
    answer(world.asks(), asking, world.poster)
    assert reranker.errands == [(str(ANA), 160)]
    assert set(embedder.errands) == {(str(ANA), 160)}


def test_extractive_composer_compares_on_the_errand_of_who_asks(world: World) -> None:
    embedder = HashingEmbedder()
    plain = house(world, embedder=HashingEmbedder())
    answer(world.asks(), replace(plain, composer=lambda *_: Extractive(embedder)), world.poster)
    assert {errand.whose for errand in embedder.errands} == {str(ANA)}


@pytest.mark.parametrize("shortfall", ["spent", "smaller", "away", "kept", None])
def test_reply_says_what_it_falls_short_of_and_so_does_the_attempt_that_finds_it_closed(
    world: World, shortfall: Shortfall | None
) -> None:
    composer, work = ScriptedComposer(shortfall=shortfall), world.asks(loses_lease_at=5)
    with pytest.raises(LostLease):
        answer(work, world.answering(composer), world.poster)
    assert body(work, "closed")["shortfall"] == shortfall
    again = work.again()
    outcome = answer(again, world.answering(composer), world.poster)
    assert len(composer.asked) == 1
    assert [one.shortfall for one in world.poster.posted] == [shortfall] * 2
    assert outcome.shortfall == shortfall


@pytest.mark.parametrize("model_class", ["fast", "strong"])
def test_class_of_the_route_writes_and_is_in_the_receipt_and_another_class_is_another_answer(
    world: World, model_class: ModelClass
) -> None:
    writers: dict[ModelClass, ScriptedComposer] = {"fast": ScriptedComposer(), "strong": ScriptedComposer()}
    answers = Answers(1_000_000)
    house = replace(world.answering(), composer=lambda named, _: writers[named], answers=answers)
    other: ModelClass = "strong" if model_class == "fast" else "fast"
    works = [world.asks() for _ in range(3)]
    for asked, work in zip((other, model_class, model_class), works, strict=True):
        world.rules = rules_from(INTENTS, 'model_class = "strong"', f'model_class = "{asked}"')
        answer(work, house, world.poster)
    assert [len(writers[each].asked) for each in (model_class, other)] == [1, 1]
    closed = [work.recorded("closed") for work in works]
    assert [one.body["route"]["model_class"] for one in closed if one] == [other, model_class, model_class]
