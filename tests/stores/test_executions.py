"""Where each proposal is, and which click or worker moved it: the store and the table of transitions say the same."""

from datetime import timedelta
from typing import get_args

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Event
from bot.core.proposals import TRANSITIONS, Proposal, Spread, Stage, Value
from bot.stores.database import Database
from bot.stores.executions import OpenExecution
from bot.stores.ledger.verify import verify
from tests.flows.acts import ANA, LENGTH, NOON, Acts
from tests.stores.ledgers import KEY

WAYS: dict[Stage, tuple[Stage, ...]] = {
    "proposed": (),
    "confirmed": ("confirmed",),
    "approved": ("confirmed", "approved"),
    "claimed": ("confirmed", "claimed"),
    "done": ("confirmed", "claimed", "done"),
    "failed": ("confirmed", "claimed", "failed"),
    "unknown": ("confirmed", "claimed", "unknown"),
    "declined": ("declined",),
    "expired": ("expired",),
}
STAGES: tuple[Stage, ...] = get_args(Stage)


@pytest.fixture
def acts(database: Database) -> Acts:
    return Acts(database)


def at(acts: Acts, stage: Stage, number: int = 1) -> Proposal:
    proposal = acts.proposes(number=number)
    for one in WAYS[stage]:
        assert acts.executions.move(proposal.id, one, Event(kind=f"act_{one}"))
    return proposal


def held(acts: Acts) -> OpenExecution:
    claim = acts.executions.claim(acts.now)
    assert claim is not None
    return acts.executions.open(claim)


def test_every_stage_has_its_transitions_and_an_end_has_none() -> None:
    assert set(TRANSITIONS) == set(STAGES) == set(WAYS)
    assert {stage for stage, after in TRANSITIONS.items() if not after} == {"done", "failed", "declined", "expired"}
    assert {stage for stage, after in TRANSITIONS.items() if "claimed" in after} == {"confirmed", "approved"}
    assert {stage for stage, after in TRANSITIONS.items() if "confirmed" in after} == {"proposed"}


@pytest.mark.parametrize("before", STAGES)
def test_store_moves_what_the_table_allows_and_nothing_else(acts: Acts, before: Stage) -> None:
    for number, after in enumerate(STAGES, start=1):
        proposal = at(acts, before, number)
        told = len(acts.told(proposal))
        is_moved = acts.executions.move(proposal.id, after, Event(kind="act_moved"))
        assert is_moved == (after in TRANSITIONS[before])
        assert acts.stage(proposal.id) == (after if is_moved else before)
        assert len(acts.told(proposal)) - told == is_moved


def test_what_is_moved_is_on_record_with_the_digest_of_exactly_that(acts: Acts) -> None:
    proposal = at(acts, "confirmed")
    bodies = [one.body for one in acts.receipts.happened(proposal.receipt) if one.kind.startswith("act_")]
    assert {(one["proposal"], one["digest"]) for one in bodies} == {(proposal.id, proposal.digest)}
    assert len(bodies) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"tool": "jira.comment"},
        {"arguments": '{"project":"OPS"}'},
        {"actor": ANA.model_copy(update={"user": "U0X"})},
        {"origins": {"summary": Value(origin="document")}},
        {"expires_at": NOON + timedelta(hours=2)},
        {"missing": ("summary",)},
        {"intent": "question"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_another_has_another_digest(acts: Acts, change: dict[str, object]) -> None:
    proposal = acts.proposes()
    assert proposal.model_copy(update=change).digest != proposal.digest
    assert proposal.model_validate_json(proposal.model_dump_json()).digest == proposal.digest


def test_whoever_lost_the_lease_moves_nothing(acts: Acts) -> None:
    proposal = at(acts, "confirmed")
    late = held(acts)
    acts.now += LENGTH + timedelta(seconds=1)
    held(acts)
    for move in (
        lambda: late.move("claimed", Event(kind="act_claimed")),
        lambda: late.begin(Spread(NOON, 9), Event(kind="act_claimed")),
        late.check_lease,
        late.finish,
        lambda: late.rest(NOON, stage="confirmed"),
    ):
        with pytest.raises(LostLease):
            move()
    assert acts.stage(proposal.id) == "confirmed"


def test_click_while_a_worker_comes_to_rest_is_not_slept_over(acts: Acts) -> None:
    proposal = at(acts, "proposed")
    working = held(acts)
    assert acts.executions.move(proposal.id, "confirmed", Event(kind="act_confirmed"), confirmed_by=ANA)
    working.rest(acts.now + timedelta(hours=1), stage="proposed")
    assert held(acts).id == proposal.id


def test_one_that_is_one_too_many_today_is_not_begun_and_not_on_record_as_that(acts: Acts) -> None:
    first, second = at(acts, "confirmed", 1), at(acts, "confirmed", 2)
    event = Event(kind="act_claimed")
    assert [held(acts).begin(Spread(NOON, 1), event) for _ in range(2)] == ["begun", "too_many"]
    assert {acts.stage(first.id), acts.stage(second.id)} == {"claimed", "confirmed"}
    assert sum(acts.told(one).count("claimed") for one in (first, second)) == 1
    assert acts.executions.used(ANA, first.tool, NOON) == 1
    assert acts.executions.used(ANA, first.tool, NOON + timedelta(days=1)) == 0
    assert acts.executions.used(ANA, "jira.comment", NOON) == 0


def test_begun_is_begun_once(acts: Acts) -> None:
    at(acts, "confirmed")
    working = held(acts)
    assert working.begin(Spread(NOON, 9), Event(kind="act_claimed")) == "begun"
    assert working.begin(Spread(NOON, 9), Event(kind="act_claimed")) == "moved"


def test_what_was_begun_is_listed_the_newest_first_and_what_was_not_is_not(acts: Acts) -> None:
    for number in (1, 2, 3):
        at(acts, "confirmed", number)
    assert acts.executions.recent(9) == []
    moments = [NOON + timedelta(seconds=seconds) for seconds in (1, 2, 3)]
    for acts.now in moments:
        assert held(acts).begin(Spread(NOON, 9), Event(kind="act_claimed")) == "begun"
    at(acts, "declined", 4)
    found = acts.executions.recent(2)
    assert len(acts.executions.recent(9)) == len(moments)
    assert [one.began_at for one in found] == [moments[2], moments[1]]
    assert {(one.tool, one.actor, one.stage) for one in found} == {("jira.create_issue", str(ANA), "claimed")}


def test_ledger_with_all_this_in_it_verifies(acts: Acts) -> None:
    for number, stage in enumerate(STAGES, start=1):
        at(acts, stage, number)
    held(acts).finish()
    assert verify(acts.database, keys=[KEY.public]).is_clean
