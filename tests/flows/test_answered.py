"""Who asks what was asked before is answered as before: as if it were made anew, and never to more people than that."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Byline, Call, ListId, ReceiptId, Said, Sent, Shortfall
from bot.core.ports import Composed, Meaning, Scope
from bot.core.receipt import Dropped, fold
from bot.core.record import evidence_from
from bot.flows.answer import Outcome, answer
from bot.flows.answered import Answers, Made
from bot.flows.reply import Answering
from bot.steps.retrieve import Retrieved
from connectors.model import Retryable
from policies.access import AccessList, Grant, Layer
from policies.evidence import Answer, Citation, Claim, Draft, Evidence, Refusal, Unread
from policies.people import Principal
from policies.rules import Rules
from tests.fakes.composer import ScriptedComposer, quoting
from tests.fakes.embedder import HashingEmbedder, SilentEmbedder
from tests.fakes.passages import NOON
from tests.fakes.reranker import ScriptedReranker
from tests.fakes.rewriter import ScriptedRewriter
from tests.fakes.work import FakeWork
from tests.flows.test_receipt_folded import Line
from tests.flows.world import ANA, BO, QUESTION, World, rules_with

ROOMY = 1_000_000
SECRET = "Leave of directors is 60 days."


@pytest.fixture
def world() -> World:
    """Ana and Bo may read the same, but for what the board may."""
    world = World()
    world.knows(ANA, "acme/staff", "acme/ana")
    world.knows(BO, "acme/staff", "acme/board")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    return world


class House:
    """Answers one after another, each with a receipt of its own; `composer` says how often it had to write."""

    def __init__(self, world: World, composer: ScriptedComposer | None = None, *, most_bytes: int = ROOMY) -> None:
        self.world, self.composer = world, composer or ScriptedComposer(log=world.log)
        self.ticks = 0.0
        self.answers = Answers(most_bytes, timer=lambda: self.ticks)
        self.changed: Callable[[Answering], Answering] = lambda plain: plain
        self.works: list[FakeWork] = []

    def asks(self, text: str = QUESTION, asker: Any = ANA, *, after: str | None = None) -> Outcome:
        work = self.taken_up(text, asker)
        if after is not None:
            work.said = (Said(by="person", text=after),)
        return self.answered(work)

    def taken_up(self, text: str = QUESTION, asker: Any = ANA, *, loses_lease_at: int | None = None) -> FakeWork:
        work = self.world.asks(text, asker, loses_lease_at=loses_lease_at)
        work._question = work.question.model_copy(update={"receipt": ReceiptId(f"r_{len(self.works)}")})
        self.works.append(work)
        return work

    def answered(self, work: FakeWork) -> Outcome:
        plain = replace(self.world.answering(self.composer), answers=self.answers)
        return answer(work, self.changed(plain), self.world.poster)

    @property
    def written(self) -> int:
        return len(self.composer.asked)

    def body(self, kind: str, receipt: int = -1) -> dict[str, Any]:
        return next(event.body for event in self.works[receipt].kept.events if event.kind == kind)


def told(outcome: Outcome) -> tuple[object, ...]:
    return outcome.reply, outcome.evidence, outcome.route, outcome.model, outcome.shortfall


# -- the same for those who may read the same


def test_same_question_is_answered_as_before_and_written_once(world: World) -> None:
    house = House(world)
    first, again = house.asks(), house.asks(asker=BO)
    assert told(again) == told(first)
    assert house.written == 1
    assert isinstance(again.reply, Answer)


def test_everything_of_it_is_on_record_before_it_is_shown_and_the_sources_are_asked_again(world: World) -> None:
    house = House(world)
    house.asks()
    world.log.clear()
    house.asks(asker=BO)
    assert world.log == ["claimed", "retrieved", "composed", "closed", "post", "posted"]
    assert [*world.connectors["acme"].asked] == [("leave.md",)] * 2
    assert house.body("closed")["asker"] == BO


def test_receipt_says_of_which_receipt_it_is_and_that_nobody_was_asked_anything(world: World) -> None:
    called = Call(model="some", tokens_in=200, tokens_out=20, ms=300)
    house = House(world, Noting({"calls": (called,), "sent": (Sent(model="some", passages=1),)}))
    house.changed = lambda plain: replace(
        plain, reading=replace(plain.reading, told_of_embedder=lambda name, _: Sent(model=name))
    )
    house.asks()
    house.asks(asker=BO)
    assert house.body("retrieved")["answered_in"] == "r_0"
    assert "answered_in" not in house.body("retrieved", 0)
    assert house.body("retrieved")["audience"]["people"] == [BO]
    assert house.body("retrieved", 0)["embedder_sent"]
    assert house.body("retrieved")["embedder_sent"] is None
    (before,), (by,) = (house.body("composed", receipt)["by"] for receipt in (0, -1))
    assert before["calls"]
    assert before["sent"]
    assert by == {**before, "calls": [], "sent": []}
    for kind in ("draft", "violations", "unreadable"):
        assert house.body("composed")[kind] == house.body("composed", 0)[kind]
    assert house.body("closed")["evidence"] == house.body("closed", 0)["evidence"]


def test_receipt_folds_to_a_look_that_names_the_other(world: World) -> None:
    house = House(world)
    house.asks()
    outcome = house.asks()
    work = house.works[-1]
    lines = [Line(at, "", one.kind, one.receipt, one.body) for at, one in enumerate(work.kept.events)]
    receipt = fold(lines, lambda named: evidence_from(named, work.kept.texts))
    assert receipt.here.last_look.answered_in == "r_0"
    assert (receipt.here.reply, receipt.here.evidence) == (outcome.reply, outcome.evidence)
    assert receipt.here.last_look.evidence == outcome.evidence


def test_third_names_the_receipt_that_has_everything_and_not_the_second(world: World) -> None:
    house = House(world)
    for _ in range(3):
        house.asks()
    assert house.body("retrieved")["answered_in"] == "r_0"


@pytest.mark.parametrize("worded", [f"  {QUESTION}\n", QUESTION.replace(" ", " \n "), f"{QUESTION}\t"])
def test_white_space_is_no_other_question(world: World, worded: str) -> None:
    house = House(world)
    first = house.asks()
    assert told(house.asks(worded)) == told(first)
    assert house.written == 1


@pytest.mark.parametrize("worded", [QUESTION.lower(), QUESTION.rstrip("?"), f"{QUESTION} 2026", f"not {QUESTION}"])
def test_other_words_are_another_question(world: World, worded: str) -> None:
    house = House(world)
    house.asks()
    house.asks(worded)
    assert house.written == 2


def test_follow_up_is_the_same_question_only_after_the_same(world: World) -> None:
    house = House(world)
    for after in ("How is leave booked?", "How is leave paid?", "How is leave booked?"):
        house.asks("And how many days of leave?", after=after)
    assert house.written == 2


@pytest.mark.parametrize("leans", [True, False])
def test_follow_up_that_a_model_takes_otherwise_is_another_question(world: World, leans: bool) -> None:  # noqa: FBT001
    house, whole = House(world), "How many days of leave are there for interns?"
    for one in (True, leans):
        rewriter = ScriptedRewriter(whole, leans=one)
        house.changed = lambda plain, rewriter=rewriter: replace(plain, rewriter=rewriter)  # type: ignore[misc]
        house.asks("And for interns?", after="How many days of leave are there?")
    assert house.written == (1 if leans else 2)


# -- never for anybody else


def test_readers_of_more_do_not_get_what_readers_of_less_got(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/board")
    house = House(world)
    less, more = house.asks(asker=ANA), house.asks(asker=BO)
    assert house.written == 2
    assert SECRET in str(more.reply)
    assert SECRET not in str(less.reply)
    assert told(house.asks(asker=ANA)) == told(less)
    assert told(house.asks(asker=BO)) == told(more)
    assert house.written == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x:a", "x:b"}, {"x:a,x:b"}),
        ({"x:a", "x:b"}, {"x:a\nx:b"}),
        ({'x:a", "x:b'}, {"x:a", "x:b"}),
        ({"x:a"}, {"x:b"}),
    ],
)
def test_lists_are_other_lists_however_they_are_written_together(
    world: World, one: set[str], other: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(world)
    real = world.access.readable
    monkeypatch.setattr(world.access, "readable", lambda *_: real(*_) | frozenset(map(ListId, one)))
    house.asks()
    monkeypatch.setattr(world.access, "readable", lambda *_: real(*_) | frozenset(map(ListId, other)))
    house.asks()
    assert house.written == 2


def test_what_somebody_keeps_to_themselves_stays_with_them_in_a_place_where_others_read_along(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/board")
    house = House(world)
    alone = house.asks(asker=BO)
    world.people.beside = [world.access.person(ANA)]
    together = house.asks(asker=BO)
    assert SECRET not in str(together.reply)
    assert together.aside is not None
    assert together.aside.aside
    assert (together.aside.reply, together.aside.evidence) == (alone.reply, alone.evidence)
    assert house.written == 2  # alone; in the place; the aside is the first of them
    assert [one.aside for one in world.poster.posted] == [False, False, True]


def test_whoever_may_not_be_answered_at_all_is_not(world: World) -> None:
    house = House(world)
    house.asks()
    world.people.outsiders = {BO}
    assert isinstance(house.asks(asker=BO).reply, Refusal)
    world.people.outsiders, world.people.complete = set(), False
    assert isinstance(house.asks().reply, Refusal)


def test_taken_back_at_its_source_it_is_not_shown_and_the_rest_is_answered_from(world: World) -> None:
    world.writes("more.md", "Leave is paid, for many days.", "acme/staff")
    house = House(world)
    house.asks()
    world.takes_back("leave.md")
    outcome = house.asks()
    assert [one.document for one in outcome.evidence.passages] == ["acme:more.md"]
    assert house.body("composed")["unreadable"]["documents"] == ["acme:leave.md"]


def test_shut_in_our_own_rows_alone_it_is_not_shown(world: World) -> None:
    """The lists of this fake are asked apart from its rows: only the late check can know."""
    house = House(world)
    house.asks()
    world.passages.tighten("acme:leave.md", AccessList(layers=(Layer(),)))
    assert isinstance(house.asks().reply, Refusal)


def test_source_that_cannot_be_asked_shows_nothing(world: World) -> None:
    house = House(world)
    house.asks()
    world.connectors["acme"].fails_with = Retryable("away")
    assert isinstance(house.asks().reply, Refusal)
    world.connectors["acme"].fails_with = None
    written = house.written
    assert isinstance(house.asks().reply, Answer)
    assert house.written == written


def test_grant_that_ends_ends_it(world: World) -> None:
    ends = NOON + timedelta(minutes=10)
    guest = Layer(grants=frozenset({Grant(principal=Principal("acme/ana"), valid_until=ends)}))
    world.writes("visit.md", "Leave for visitors is 3 days.", "acme/visit")
    list_id, access = ListId("acme:acme/visit"), AccessList(layers=(guest,))
    world.access.lists[list_id] = access
    world.passages.tighten("acme:visit.md", access)
    house = House(world)
    world.connectors["acme"].people[ANA] |= {Principal("acme/visit")}
    assert "visitors" in str(house.asks().reply)
    world.now = ends
    assert "visitors" not in str(house.asks().reply)


# -- never what is not so any more


@pytest.mark.parametrize("moves", ["writes", "forgets", "edits"])
def test_any_change_to_a_document_ends_it_whoever_may_read_that(world: World, moves: str) -> None:
    world.writes("other.md", "Canteen.", "acme/board")
    house = House(world)
    house.asks()
    match moves:
        case "writes":
            world.writes("new.md", "Leave is 28 days since March.", "acme/staff")
        case "edits":
            world.writes("leave.md", "Leave is 26 days.", "acme/staff")
        case _:
            world.forgets("other.md")
    house.asks()
    assert house.written == 2


def test_it_ends_after_an_hour_and_with_the_day(world: World) -> None:
    house = House(world)
    house.asks()
    house.ticks = 3_599
    house.asks()
    assert house.written == 1
    house.ticks = 3_601
    house.asks()
    assert house.written == 2
    world.now += timedelta(days=1)
    house.asks()
    assert house.written == 3


def test_what_a_reader_should_know_of_it_is_of_their_own_moment(world: World) -> None:
    """A source may not have been read since, and that is no other answer."""
    house, world.texts_read_at = House(world), {"acme": NOON}
    first = house.asks()
    world.texts_read_at = {"acme": NOON - timedelta(days=400)}
    again = house.asks()
    assert house.written == 1
    assert isinstance(first.reply, Answer)
    assert isinstance(again.reply, Answer)
    assert first.reply.caveats == ()
    assert again.reply.caveats == (Unread(source="acme", read=NOON - timedelta(days=400)),)
    world.texts_read_at = {"acme": NOON}
    assert told(house.asks()) == told(first)


def test_what_was_told_without_a_claim_that_broke_the_rules_is_not_proven() -> None:
    """Somebody heard it being written, and it was left out: whoever asks again deserves another try."""
    dropped = Dropped(claim=Claim(text="Leave is 99 days."), violations=())
    made = Made(Scope(frozenset()), Retrieved(), Draft(), (), (Byline(composer="scripted"),))
    assert made.is_proven
    assert not made._replace(dropped=(dropped,)).is_proven


def test_other_rules_another_embedder_reranker_or_composer_are_another_answer(world: World) -> None:
    house = House(world)
    house.asks()
    meaning = Meaning(HashingEmbedder("newer"), world.answering().reading.meaning().index)

    def embedded(plain: Answering) -> Answering:
        return replace(plain, reading=replace(plain.reading, meaning=lambda: meaning))

    def reranked(plain: Answering) -> Answering:
        return replace(plain, reading=replace(plain.reading, reranker=ScriptedReranker()))

    for number, changed in enumerate((embedded, reranked), start=2):
        house.changed = changed
        house.asks()
        assert house.written == number
    house.changed = lambda plain: plain
    world.rules = rules_with("max_lines = 5", "max_lines = 4")
    house.asks()
    assert house.written == 4
    house.changed = lambda plain: replace(plain, composer=lambda *_: Renamed(house.composer))
    house.asks()
    assert house.written == 5


def test_rules_that_came_into_force_since_are_another_answer_though_the_question_was_taken_up_before(
    world: World,
) -> None:
    """By them a model is shown masks, whatever the question's own are."""
    house, ours = House(world), world.rules
    house.asks()
    newer = rules_with("max_lines = 5", "max_lines = 4")

    def in_force(digest: str | None) -> Rules:
        return ours if digest is not None else newer

    house.changed = lambda plain: replace(plain, reading=replace(plain.reading, rules=in_force))
    work = house.taken_up()
    work.kept.events.append(house.works[0].kept.events[0])  # taken up under the first
    house.answered(work.again())
    assert house.written == 2


class Noting(ScriptedComposer):
    """With that in its byline."""

    def __init__(self, noted: Mapping[str, object]) -> None:
        super().__init__()
        self.noted = noted

    def compose(self, *given: Any, **more: Any) -> Composed:
        draft, by = super().compose(*given, **more)
        return Composed(draft, by.model_copy(update=self.noted))


class Renamed(ScriptedComposer):
    def __init__(self, inner: ScriptedComposer) -> None:
        super().__init__()
        self.asked = inner.asked

    @property
    def name(self) -> str:
        return "renamed"


def test_what_moves_while_it_is_written_is_not_kept(world: World) -> None:
    def slowly(evidence: Evidence) -> Draft:
        world.writes("new.md", "Leave is 28 days since March.", "acme/staff")
        return quoting(evidence)

    house = House(world, ScriptedComposer(slowly, quoting))
    house.asks()
    assert len(house.asks().evidence.passages) == 2
    assert house.written == 2


def test_what_was_found_without_what_a_source_took_back_is_not_kept(world: World) -> None:
    """It may be given again at any moment, and nothing here would move."""
    world.writes("more.md", "Leave is paid, for many days.", "acme/staff")
    taken = world.connectors["acme"].documents["leave.md"]
    world.takes_back("leave.md")
    house = House(world)
    house.asks()
    world.connectors["acme"].documents["leave.md"] = taken
    assert len(house.asks().evidence.passages) == 2


# -- only what is proven


def test_refusal_is_not_kept(world: World) -> None:
    house = House(world, ScriptedComposer(Draft(answerable=False), quoting))
    assert isinstance(house.asks().reply, Refusal)
    assert isinstance(house.asks().reply, Answer)


def test_answer_of_which_a_claim_was_dropped_is_not_kept(world: World) -> None:
    def boasts(evidence: Evidence) -> Draft:
        (said,) = quoting(evidence).claims
        return Draft(claims=(said, Claim(text="Leave is 99 days.", citations=said.citations)))

    house = House(world, ScriptedComposer(boasts, boasts, quoting))
    assert isinstance(house.asks().reply, Answer)
    house.asks()
    assert house.written == 3


@pytest.mark.parametrize("shortfall", ["smaller", "spent", "kept", "away"])
def test_answer_that_falls_short_is_not_kept(world: World, shortfall: Shortfall) -> None:
    house = House(world, ScriptedComposer(shortfall=shortfall))
    house.asks()
    house.asks()
    assert house.written == 2


def test_answer_of_whoever_wrote_instead_is_not_kept(world: World) -> None:
    house = House(world, Noting({"instead_of": "best", "because": "busy"}))
    house.asks()
    house.asks()
    assert house.written == 2


@pytest.mark.parametrize("missing", ["vectors", "order"])
def test_what_was_found_without_somebody_who_did_not_answer_is_not_kept(world: World, missing: str) -> None:
    world.writes("more.md", "Leave is paid, for many days.", "acme/staff")
    house = House(world)
    meaning = Meaning(SilentEmbedder(), world.answering().reading.meaning().index)

    def without(plain: Answering) -> Answering:
        if missing == "vectors":
            return replace(plain, reading=replace(plain.reading, meaning=lambda: meaning))
        return replace(plain, reading=replace(plain.reading, reranker=ScriptedReranker(because="timeout")))

    house.changed = without
    house.asks()
    house.asks()
    assert house.written == 2


# -- in the middle of it, and in number


@pytest.mark.parametrize("write", [2, 3, 4, 5])
def test_attempt_that_dies_in_it_is_followed_by_one_that_shows_it_once(world: World, write: int) -> None:
    house = House(world)
    first = house.asks()
    work = house.taken_up(loses_lease_at=write)
    with pytest.raises(LostLease):
        house.answered(work)
    world.poster.posted.clear()
    outcome = house.answered(work.again())
    assert told(outcome) == told(first)
    assert len(world.poster.posted) == 1
    assert house.written == 1


def test_memory_is_no_larger_than_it_may_be_and_the_oldest_go_first(world: World) -> None:
    world.writes("long.md", f"Leave is {'very ' * 200}long.", "acme/staff")
    house = House(world, most_bytes=12_000)
    for number in range(8):
        house.asks(f"{QUESTION} {number}")
        assert 0 < house.answers.bytes <= 12_000
    written = house.written
    house.asks(f"{QUESTION} 7")
    assert house.written == written
    house.asks(f"{QUESTION} 0")
    assert house.written == written + 1


def test_answer_that_is_larger_than_all_of_it_is_answered_and_not_kept(world: World) -> None:
    world.writes("long.md", f"Many days of leave. {'x' * 2_000_000}", "acme/staff")
    quotes = ("Many days of leave.", "Leave is 25 days.")

    def short(evidence: Evidence) -> Draft:
        cited = [(next(quote for quote in quotes if quote in one.text), one.handle) for one in evidence.passages]
        claims = [Claim(text=quote, citations=(Citation(passage=of, quote=quote),)) for quote, of in cited]
        return Draft(claims=tuple(claims))

    house = House(world, ScriptedComposer(short))
    for _ in range(2):
        assert len(house.asks().evidence.passages) == 2
    assert house.written == 2
    assert house.answers.bytes == 0


def test_text_that_looks_like_what_is_kept_is_text(world: World) -> None:
    """Whoever may write a page cannot write what is remembered."""
    forged = json.dumps({"receipt": "r_9", "part": {"reply": {"kind": "answer", "claims": []}}, "draft": {}})
    world.writes("forged.md", f"Leave is {forged}", "acme/staff")
    house = House(world)
    first = house.asks()
    assert told(house.asks()) == told(first)
    assert house.body("retrieved")["answered_in"] == "r_0"


def test_question_that_looks_like_another_key_is_another_question(world: World) -> None:
    house = House(world)
    house.asks(f'{QUESTION}", "lists": []')
    house.asks(QUESTION)
    assert house.written == 2


def test_quoted_answer_stands_in_the_evidence_that_it_is_kept_with(world: World) -> None:
    house = House(world)
    house.asks()
    outcome = house.asks()
    assert isinstance(outcome.reply, Answer)
    (claim,) = outcome.reply.claims
    (passage,) = outcome.evidence.passages
    assert claim.citations == (Citation(passage=passage.handle, quote=passage.text),)
