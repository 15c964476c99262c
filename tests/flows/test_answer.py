"""How a question becomes a reply: in which order, and what is never shown, whatever goes wrong on the way."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.failpoints import FAILPOINTS
from bot.core.nouns import document_id
from bot.core.ports import Embedder, Meaning, Scope
from bot.flows.answer import Outcome, answer
from bot.flows.reply import Answering
from policies.contract import Rule, Violation
from policies.evidence import Answer, Citation, Claim, Clarification, Draft, Evidence, Refusal, RefusalReason
from policies.intents import ModelClass
from policies.people import Email
from policies.rules import Rules
from tests.fakes.access import a_list
from tests.fakes.composer import ScriptedComposer, quoting
from tests.fakes.connector import NAMED_ERRORS
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passages import NOON
from tests.fakes.search import FakeIndex, FakeSearch
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, QUESTION, RULES, STRANGER, World, rules_with

UNANSWERED = Refusal(reason=RefusalReason.UNANSWERED)
UNPROVEN = Refusal(reason=RefusalReason.UNPROVEN)
IN_ORDER = ["claimed", "retrieved", "compose", "composed", "closed", "post", "posted"]
SECRET = "Leave of directors is 60 days."


@pytest.fixture
def world() -> World:
    world = World("acme", "wiki")
    world.knows(ANA, "acme/staff", "wiki/staff")
    world.knows(BO, "acme/hr", "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    world.writes("pay.md", "Pay day is the 28th of each month.", "wiki/staff", source="wiki")
    world.writes("secret.md", SECRET, "acme/hr")
    return world


def plain(outcome: Outcome) -> Outcome:
    return replace(outcome, timings_ms={})


def texts(outcome: Outcome) -> list[str]:
    return [claim.text for claim in outcome.reply.claims] if isinstance(outcome.reply, Answer) else []


def claim(text: str, quote: str | None = None, passage: int = 1) -> Claim:
    return Claim(text=text, citations=(Citation(passage=passage, quote=quote or text),))


# --- nothing is shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", range(1, 5))
def test_nothing_is_posted_once_the_lease_is_lost(world: World, write: int) -> None:
    work = world.asks(loses_lease_at=write)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert world.poster.posted == []
    assert work.kinds == ["claimed", "retrieved", "composed", "closed"][: write - 1]
    assert not work.kept.done


def test_composer_never_sees_what_could_not_be_recorded(world: World) -> None:
    composer = ScriptedComposer(log=world.log)
    with pytest.raises(LostLease):
        answer(world.asks(loses_lease_at=2), world.answering(composer), world.poster)
    assert composer.asked == []


def test_composer_that_fails_leaves_nothing_decided_and_nothing_posted(world: World) -> None:
    def fails(evidence: Evidence) -> Draft:
        raise TimeoutError("the model is away")

    work = world.asks()
    with pytest.raises(TimeoutError):
        answer(work, world.answering(ScriptedComposer(fails)), world.poster)
    assert work.kinds == ["claimed", "retrieved"]
    assert world.poster.posted == []


@pytest.mark.parametrize("text", ["", "  ", "?!"], ids=["empty", "white space", "signs"])
def test_empty_question_is_asked_back_without_looking_anything_up(world: World, text: str) -> None:
    outcome = answer(world.asks(text), world.answering(), world.poster)
    assert outcome.reply == Clarification(reason="empty")
    assert (outcome.evidence, outcome.route, outcome.model) == (Evidence(), None, None)
    assert world.log == ["claimed", "closed", "post", "posted"]


def test_question_that_is_too_long_is_asked_back(world: World) -> None:
    text = "x" * (RULES.answers.question.max_characters + 1)
    outcome = answer(world.asks(text), world.answering(), world.poster)
    assert outcome.reply == Clarification(reason="too_long")
    assert world.log == ["claimed", "closed", "post", "posted"]


def test_person_whom_no_source_knows_is_refused_without_looking_anything_up(world: World) -> None:
    outcome = answer(world.asks(asker=STRANGER), world.answering(), world.poster)
    assert outcome.reply == Refusal(reason=RefusalReason.UNKNOWN_PERSON)
    assert (outcome.evidence, outcome.model) == (Evidence(), None)
    assert world.log == ["claimed", "closed", "post", "posted"]
    assert [connector.asked for connector in world.connectors.values()] == [[], []]


def test_person_who_may_read_nothing_is_refused(world: World) -> None:
    world.knows(ANA, "acme/visitor")
    outcome = answer(world.asks(), world.answering(), world.poster)
    assert (outcome.reply, outcome.evidence) == (UNANSWERED, Evidence())


def test_who_is_unknown_at_a_source_is_told_where_and_nothing_of_what_is_there(world: World) -> None:
    world.knows(ANA, "acme/visitor")
    world.read_at = {"acme": NOON, "wiki": NOON, "new": None}
    outcome = answer(world.asks("When is pay day?"), world.answering(), world.poster)
    assert outcome.reply == Refusal(reason=RefusalReason.UNANSWERED, unknown_at=("wiki",))
    world.by_address = ("acme", "wiki")
    listed = answer(world.asks("When is pay day?"), world.answering(), world.poster).reply
    assert listed == Refusal(reason=RefusalReason.UNANSWERED, unknown_at=("wiki",), by_address=("wiki",))


def test_who_is_known_everywhere_is_told_nothing_of_that(world: World) -> None:
    world.knows(ANA, "acme/visitor", "wiki/visitor")
    world.read_at = {"acme": NOON, "wiki": NOON}
    outcome = answer(world.asks("What is the colour of the sea?"), world.answering(), world.poster)
    assert outcome.reply == UNANSWERED


# --- proof -------------------------------------------------------------------------------------------------------

GOOD, BAD, WORSE = claim("Leave is 25 days."), claim("Leave is 26 days.", "Leave is 25 days."), claim("Nonsense")
NUMBER = Violation(claim=0, rule=Rule.UNSUPPORTED_NUMBER, detail="26")


@pytest.fixture
def one_page() -> World:
    world = World()
    world.knows(ANA, "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    return world


def test_draft_that_keeps_the_contract_is_composed_once(one_page: World) -> None:
    composer = ScriptedComposer(Draft(claims=(GOOD,)))
    outcome = answer(one_page.asks(), one_page.answering(composer), one_page.poster)
    assert outcome.reply == Answer(claims=(GOOD,))
    assert [asked.violations for asked in composer.asked] == [()]


@pytest.mark.parametrize(
    ("second", "reply"),
    [
        pytest.param(Draft(claims=(BAD,)), UNPROVEN, id="no claim is left"),
        pytest.param(Draft(claims=(WORSE, BAD)), UNPROVEN, id="no claim is left of two"),
        pytest.param(Draft(), UNANSWERED, id="gives up"),
        pytest.param(Draft(claims=(BAD, GOOD, WORSE)), Answer(claims=(GOOD,)), id="the unproven are dropped"),
        pytest.param(Draft(claims=(GOOD,)), Answer(claims=(GOOD,)), id="mended"),
    ],
)
def test_broken_draft_gets_one_more_try_with_its_violations_and_then_loses_its_claims(
    one_page: World, second: Draft, reply: Answer | Refusal
) -> None:
    composer = ScriptedComposer(Draft(claims=(BAD,)), second, Draft(claims=(GOOD, GOOD)))
    work = one_page.asks()
    outcome = answer(work, one_page.answering(composer), one_page.poster)
    assert outcome.reply == reply
    assert [asked.violations for asked in composer.asked] == [(), (NUMBER,)]
    assert composer.asked[0].evidence == composer.asked[1].evidence
    assert one_page.poster.posted[0].reply == reply


def test_receipt_keeps_the_draft_and_what_it_broke(one_page: World) -> None:
    work = one_page.asks()
    answer(work, one_page.answering(ScriptedComposer(Draft(claims=(BAD, GOOD)))), one_page.poster)
    composed = work.recorded("composed")
    assert composed is not None
    assert composed.body["violations"] == [NUMBER.model_dump(mode="json")]
    assert composed.body["draft"]["claims"][0]["text"] == BAD.text


# --- sources have the last word ----------------------------------------------------------------------------------


def test_document_that_its_source_takes_back_is_composed_without_and_shown_nowhere(world: World) -> None:
    world.takes_back("leave.md")
    composer = ScriptedComposer(log=world.log)
    outcome = answer(world.asks(), world.answering(composer), world.poster)
    taken = document_id("acme", "leave.md")
    assert [{one.document for one in asked.evidence.passages} for asked in composer.asked] == [
        {taken, "wiki:pay.md"},
        {"wiki:pay.md"},
    ]
    assert texts(outcome) == ["Pay day is the 28th of each month."]
    assert world.poster.posted[0].evidence == outcome.evidence
    for shown in (outcome.reply, outcome.evidence):
        assert taken not in shown.model_dump_json()
        assert "25 days" not in shown.model_dump_json()


def test_receipt_says_what_was_taken_back(world: World) -> None:
    world.takes_back("leave.md")
    work = world.asks()
    answer(work, world.answering(), world.poster)
    said = [event.body["unreadable"] for event in work.kept.events if event.kind == "composed"]
    assert said == [{"documents": ["acme:leave.md"], "sources": []}, {"documents": [], "sources": []}]
    retrieved = [event.body["filters"]["without"] for event in work.kept.events if event.kind == "retrieved"]
    assert retrieved == [[], ["acme:leave.md"]]


@pytest.mark.parametrize("error", NAMED_ERRORS, ids=lambda error: error.__name__)
def test_source_that_cannot_be_asked_is_left_out_whole_and_others_still_answer(
    world: World, error: type[Exception]
) -> None:
    world.connectors["acme"].fails_with = error("not now")
    outcome = answer(world.asks(), world.answering(), world.poster)
    assert texts(outcome) == ["Pay day is the 28th of each month."]
    assert {one.source for one in outcome.evidence.passages} == {"wiki"}


def test_when_no_source_can_be_asked_there_is_the_plain_refusal(world: World) -> None:
    for connector in world.connectors.values():
        connector.fails_with = NAMED_ERRORS[0]("not now")
    outcome = answer(world.asks(), world.answering(), world.poster)
    assert (outcome.reply, outcome.evidence) == (UNANSWERED, Evidence())


def doubtful(documents: int, *, candidates: int) -> World:
    """One passage a round, and documents of which the index does not know yet that they were taken back."""
    world = World()
    world.rules = rules_with("candidates = 150", f"candidates = {candidates}")
    world.knows(ANA, "acme/staff")
    for number in range(documents):
        world.writes(f"{number}.md", f"Leave is {number} days.", "acme/staff")
        world.takes_back(f"{number}.md")
    return world


def test_more_documents_taken_back_than_an_answer_may_use_hide_none_that_answers() -> None:
    """A person who left a group at the source, and not yet here, gets what they would get without its documents."""
    world = doubtful(50, candidates=60)
    world.writes("true.md", "There are some days of leave.", "acme/staff")
    outcome = answer(world.asks(), world.answering(), world.poster)
    for number in range(50):
        world.forgets(f"{number}.md")
    assert texts(outcome) == ["There are some days of leave."]
    assert plain(outcome) == plain(answer(world.asks(), world.answering(), world.poster))


def test_gives_up_at_last_with_the_plain_refusal() -> None:
    world = doubtful(60, candidates=1)
    composer = ScriptedComposer(log=world.log)
    outcome = answer(world.asks(), world.answering(composer), world.poster)
    assert (outcome.reply, outcome.evidence) == (UNANSWERED, Evidence())
    assert len(composer.asked) == 16
    assert world.log == ["claimed", *["retrieved", "compose", "composed"] * 16, "closed", "post", "posted"]


def test_evidence_that_was_given_up_is_not_shown_by_a_later_attempt() -> None:
    world = doubtful(60, candidates=1)
    work = world.asks(loses_lease_at=35)  # claimed, sixteen rounds of two, closed; then `posted` is lost
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert work.kinds[-1] == "closed"
    outcome = answer(work.again(), world.answering(), world.poster)
    assert (outcome.reply, outcome.evidence) == (UNANSWERED, Evidence())
    assert world.poster.posted[-1].evidence == Evidence()


@pytest.mark.parametrize("dies_at", range(1, 8))
def test_no_attempt_shows_what_was_taken_back_wherever_the_one_before_died(world: World, dies_at: int) -> None:
    """Three attempts: the first decides, the second has to decide anew and dies, the third must not mix the two."""
    work = closed_but_not_posted(world)
    world.takes_back("leave.md")
    second = work.again(loses_lease_at=dies_at)
    with suppress(LostLease):
        answer(second, world.answering(), world.poster)
    outcome = answer(second.again(), world.answering(), world.poster)
    assert "25 days" not in str(world.poster.posted)
    assert isinstance(outcome.reply, Answer)
    cited = {citation.passage for made in outcome.reply.claims for citation in made.citations}
    assert cited <= {one.handle for one in outcome.evidence.passages}


def test_a_list_that_was_tightened_here_while_we_composed_is_seen_though_its_source_is_trusted(world: World) -> None:
    world.trusted_for = timedelta(hours=1)
    world.read_at = {"acme": NOON, "wiki": NOON}

    def tightens(evidence: Evidence) -> Draft:
        world.passages.tighten(document_id("acme", "leave.md"), a_list("acme/hr"))
        return quoting(evidence)

    outcome = answer(world.asks(), world.answering(ScriptedComposer(tightens)), world.poster)
    assert "25 days" not in str(outcome)


def test_a_question_is_judged_by_the_rules_under_which_it_was_taken_up(world: World) -> None:
    work = world.asks(loses_lease_at=2)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    asked: list[str | None] = []

    def rules(digest: str | None) -> Rules:
        asked.append(digest)
        return RULES

    house = world.answering()
    answer(work.again(), replace(house, reading=replace(house.reading, rules=rules)), world.poster)
    assert asked == [RULES.digest, None]  # what is masked is masked by the rules of the moment when it is shown


def test_evidence_of_an_attempt_that_died_is_not_shown_to_a_person_no_longer_known(world: World) -> None:
    first = world.asks(loses_lease_at=3)
    with pytest.raises(LostLease):
        answer(first, world.answering(), world.poster)
    world.knows(ANA)
    second = first.again(loses_lease_at=3)
    with pytest.raises(LostLease):
        answer(second, world.answering(), world.poster)
    outcome = answer(second.again(), world.answering(), world.poster)
    assert outcome.reply == Refusal(reason=RefusalReason.UNKNOWN_PERSON)
    assert [posted.evidence for posted in world.poster.posted] == [Evidence(), Evidence()]


def test_access_that_ends_while_the_question_waits_is_seen_at_the_source(world: World) -> None:
    """The sources are asked with the time of the asking, not with that of the taking up."""
    moments = iter([NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=5)])
    house = world.answering()
    reading = replace(house.reading, clock=lambda: next(moments))
    answer(world.asks(), replace(house, reading=reading), world.poster)
    assert world.connectors["acme"].asked_at == [NOON + timedelta(minutes=5)]


def test_sources_are_asked_while_the_composer_writes(one_page: World) -> None:
    """Each waits for the other: one after the other they would never meet."""
    meeting = threading.Barrier(2, timeout=10)
    one_page.connectors["acme"].when_asked = meeting.wait

    def meets(evidence: Evidence) -> Draft:
        meeting.wait()
        return quoting(evidence)

    outcome = answer(one_page.asks(), one_page.answering(ScriptedComposer(meets)), one_page.poster)
    assert texts(outcome) == ["Leave is 25 days."]


# --- the order of things -----------------------------------------------------------------------------------------


def test_everything_is_recorded_before_it_is_used_or_shown(world: World) -> None:
    work = world.asks()
    outcome = answer(work, world.answering(), world.poster)
    assert world.log == IN_ORDER
    assert work.kept.done
    (posted,) = world.poster.posted
    assert (posted.question, posted.reply, posted.evidence) == (work.question, outcome.reply, outcome.evidence)


def test_receipt_names_rules_evidence_and_reply(world: World) -> None:
    work = world.asks()
    outcome = answer(work, world.answering(), world.poster)
    bodies = {event.kind: event.body for event in work.kept.events}
    assert bodies["claimed"] == {
        "attempt": 1,
        "now": "2026-03-01T12:00:00.000000Z",
        "rules": RULES.digest,
        "wording": {"asked": QUESTION, "whole": None, "leans": False, "rewriting": None},
    }
    said = bodies["retrieved"]["audience"]
    assert (said["people"], said["size"], said["complete"]) == ([ANA], 1, True)
    assert bodies["retrieved"]["embedder"] == "hashing"
    assert bodies["closed"]["reply"] == outcome.reply.model_dump(mode="json")
    assert bodies["closed"]["model"] == "scripted"
    assert bodies["posted"] == {"attempt": 1, "to": [{"surface": "fake", "number": "1"}]}
    closed = work.recorded("closed")
    assert closed is not None
    assert work.evidence(closed.body["evidence"]) == outcome.evidence


def test_receipt_names_who_really_wrote_it(one_page: World) -> None:
    work = one_page.asks()
    composer = ScriptedComposer(Draft(claims=(BAD,)), Draft(claims=(GOOD,)), by=("model", "extractive"))
    outcome = answer(work, one_page.answering(composer), one_page.poster)
    bodies = {event.kind: event.body for event in work.kept.events}
    assert outcome.model == bodies["closed"]["model"] == "extractive"
    assert [by["composer"] for by in bodies["composed"]["by"]] == ["model", "extractive"]


def test_ledger_names_evidence_by_digest_and_never_holds_its_text(world: World) -> None:
    work = world.asks()
    answer(work, world.answering(ScriptedComposer(Draft())), world.poster)
    assert "25 days" not in str([event.body for event in work.kept.events])
    assert "Leave is 25 days." in work.kept.texts.values()


def test_each_step_passes_its_failpoint_once_in_order(world: World) -> None:
    reached: list[str] = []
    answer(world.asks(), replace(world.answering(), reach=reached.append), world.poster)
    assert reached == [name for name in FAILPOINTS if name.startswith("ask.") and name != "ask.after_receive"]


# --- attempts after the first ------------------------------------------------------------------------------------


def closed_but_not_posted(world: World, house: Answering | None = None) -> FakeWork:
    work = world.asks(loses_lease_at=5)
    with pytest.raises(LostLease):
        answer(work, house or world.answering(), world.poster)
    assert work.kinds[-1] == "closed"
    world.poster.posted.clear()
    world.log.clear()
    return work


def test_attempt_that_lost_its_lease_does_not_post_what_was_decided(world: World) -> None:
    work = closed_but_not_posted(world)
    with pytest.raises(LostLease):
        answer(work.again(loses_lease_at=1), world.answering(), world.poster)
    assert world.poster.posted == []


def test_what_was_decided_is_posted_as_decided_and_not_composed_again(world: World) -> None:
    first = world.answering(ScriptedComposer(Draft(claims=(claim("Leave is 25 days."),), clarify=None)))
    work = closed_but_not_posted(world, first)
    closed = work.recorded("closed")
    assert closed is not None
    evidence = work.evidence(closed.body["evidence"])
    world.writes("leave.md", "Leave is 99 days.", "acme/staff")
    composer = ScriptedComposer(log=world.log)
    outcome = answer(work.again(), world.answering(composer), world.poster)
    assert composer.asked == []
    assert world.log == ["recalled", "post", "posted"]
    assert outcome.reply.model_dump(mode="json") == closed.body["reply"]
    assert (outcome.evidence, outcome.model, outcome.route) == (evidence, "scripted", RULES.intents["question"].route)
    assert world.poster.posted[0].reply == outcome.reply
    assert work.recorded("posted") is not None


def test_what_was_decided_is_decided_anew_when_its_source_took_it_back_meanwhile(world: World) -> None:
    work = closed_but_not_posted(world)
    world.takes_back("leave.md")
    outcome = answer(work.again(), world.answering(), world.poster)
    assert "25 days" not in texts(outcome)
    assert "leave.md" not in {passage.document.partition(":")[2] for passage in outcome.evidence.passages}
    assert [post.reply for post in world.poster.posted] == [outcome.reply]


@pytest.mark.parametrize(
    ("text", "asker", "post"),
    [
        pytest.param("", ANA, 3, id="empty"),
        pytest.param(QUESTION, STRANGER, 3, id="stranger"),
        pytest.param(QUESTION, ANA, 5, id="answered"),
    ],
)
def test_recalled_outcome_equals_the_decided_one(world: World, text: str, asker: Email, post: int) -> None:
    fresh = answer(world.asks(text, asker), world.answering(), world.poster)
    work = world.asks(text, asker, loses_lease_at=post)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert work.kinds[-1] == "closed"
    assert plain(answer(work.again(), world.answering(), world.poster)) == plain(fresh)


def test_attempt_that_died_before_it_decided_is_taken_again_from_the_start(world: World) -> None:
    work = world.asks(loses_lease_at=3)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    world.writes("leave.md", "Leave is 30 days.", "acme/staff")
    outcome = answer(work.again(), world.answering(), world.poster)
    assert "Leave is 30 days." in texts(outcome)
    assert work.kinds == ["claimed", "retrieved", "claimed", "retrieved", "composed", "closed", "posted"]


# --- no interference ---------------------------------------------------------------------------------------------

HIDDEN = [
    pytest.param("Leave of directors is 60 days.", id="another answer"),
    pytest.param("Leave is 25 days.", id="the same answer"),
    pytest.param(QUESTION, id="the question itself"),
    pytest.param("Nothing of the kind.", id="something else"),
]
ASKED = [QUESTION, "directors 60 days", "When is pay day?", "zebra", "???"]


@pytest.mark.parametrize("question", ASKED)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_document_changes_nothing(world: World, hidden: str, question: str) -> None:
    world.forgets("secret.md")
    without = answer(world.asks(question), world.answering(), world.poster)
    for name in ("0.md", "secret.md"):
        world.writes(name, hidden, "acme/hr")
    with_it = answer(world.asks(question), world.answering(), world.poster)
    assert plain(with_it) == plain(without)
    assert world.poster.posted[0][1:] == world.poster.posted[1][1:]


@pytest.mark.parametrize("question", ASKED)
def test_document_that_its_source_took_back_changes_nothing(world: World, question: str) -> None:
    world.takes_back("leave.md")
    taken = answer(world.asks(question), world.answering(), world.poster)
    world.forgets("leave.md")
    assert plain(taken) == plain(answer(world.asks(question), world.answering(), world.poster))


def test_those_who_may_read_it_do_get_it(world: World) -> None:
    """Otherwise the tests above would show nothing."""
    assert SECRET in texts(answer(world.asks(asker=BO), world.answering(), world.poster))
    assert SECRET not in texts(answer(world.asks(asker=ANA), world.answering(), world.poster))


def test_search_is_asked_only_within_what_the_asker_may_read(world: World) -> None:
    searches: list[FakeSearch] = []

    class Remembering:
        def newest(self) -> FakeSearch:
            searches.append(FakeSearch(dict(world.passages.stored)))
            return searches[-1]

    house = world.answering()
    meaning = Meaning(HashingEmbedder(), Remembering())
    answer(world.asks(), replace(house, reading=replace(house.reading, meaning=lambda: meaning)), world.poster)
    scopes: Sequence[Scope] = [scope for search in searches for _, scope, _ in search.asked]
    assert {scope.lists for scope in scopes} == {frozenset({"acme:acme/staff", "wiki:wiki/staff"})}


def test_a_question_is_answered_by_one_embedder_even_if_another_takes_over_meanwhile(world: World) -> None:
    """Both rounds of the search, what the receipt says, and what the composer compares with."""
    serve = iter(range(100))
    house, composed = world.answering(), []

    def meaning() -> Meaning:
        return Meaning(HashingEmbedder(f"number {next(serve)}"), FakeIndex(world.passages))

    def composer(_: ModelClass, embedder: Embedder | None) -> ScriptedComposer:
        composed.append(embedder.name if embedder is not None else None)
        return ScriptedComposer(log=world.log)

    house = replace(house, reading=replace(house.reading, meaning=meaning), composer=composer)
    world.takes_back("leave.md")  # so that it is searched again, without it
    works = [world.asks(), world.asks()]
    for work in works:
        answer(work, house, world.poster)
    by = [{event.body["embedder"] for event in work.kept.events if event.kind == "retrieved"} for work in works]
    assert by == [{"number 0"}, {"number 1"}]
    assert list(dict.fromkeys(composed)) == ["number 0", "number 1"]
    assert len(composed) > len(works)
