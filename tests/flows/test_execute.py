"""What somebody confirmed is done once or not at all, and never without a word. Deny first."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.core.acting import Barred, NotDone, Unsure, byline
from bot.core.admin import Member
from bot.core.nouns import Event, Incoming, Question, ReceiptId, SlackUser
from bot.core.proposals import MOST_OF_A_GROUP, ProposalId, Sheet, Through, Value, canonical
from bot.flows.pressed import approve, cancel, confirm, edit, refuse, settle, to_edit
from bot.stores.database import Database
from bot.stores.executions import OpenExecution, outstanding
from bot.stores.pauses import pause, resume
from bot.stores.put_away import put_away
from bot.stores.tables import ExecutionRow
from bot.worker import act_next
from connectors.model import Retryable
from policies.rules import RulesError
from tests.fakes.tool import CodedTool, FakeTool, UnkeyedTool
from tests.flows.acts import ANA, BEN, NOON, VALUES, ZOE, Acts, Died, rules
from tests.threads import at_once

HIGH = {"risk": '"high"', "approvers": f'["{BEN.user}", "{ANA.user}"]'}


@pytest.fixture
def acts(database: Database) -> Acts:
    return Acts(database)


# --- nothing happens ----------------------------------------------------------------------------------------------------


def test_nothing_is_done_before_a_click_however_long_it_waits(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    assert acts.says(proposal) == "proposed"
    acts.now += timedelta(minutes=59)
    acts.works()
    assert acts.tool.runs == []
    acts.now += timedelta(minutes=1)
    acts.works()
    assert (acts.says(proposal), acts.tool.runs) == ("expired", [])
    assert acts.told(proposal) == ["proposed", "found", "shown", "expired", "turned"]


@pytest.mark.parametrize(
    "clicker",
    [BEN, ANA.model_copy(update={"team": "T2"}), SlackUser(team="T1", user="")],
    ids=["a colleague", "the same id elsewhere", "nobody"],
)
def test_nobody_else_decides_anything(acts: Acts, clicker: SlackUser) -> None:
    proposal = acts.proposes()
    acts.works()
    clicks: list[Callable[..., Any]] = [confirm, cancel, approve, refuse, to_edit]
    for click in clicks:
        assert click(proposal.id, clicker, acts.house).outcome == "not_yours"
    assert edit(proposal.id, clicker, VALUES, acts.house).outcome == "not_yours"
    assert settle(proposal.id, clicker, acts.house, happened=True).outcome == "not_yours"
    acts.works()
    assert (acts.stage(proposal.id), acts.tool.runs) == ("proposed", [])


def test_id_that_somebody_made_up_is_nothing(acts: Acts) -> None:
    acts.proposes()
    for click in (confirm, cancel, approve, refuse):
        assert click(ProposalId("p_" + "0" * 24), ANA, acts.house).outcome == "unknown"


def _disabled(acts: Acts) -> None:
    acts.rules = rules(enabled="false")


def _other_targets(acts: Acts) -> None:
    acts.rules = rules(targets='["OPS"]')


def _unreadable(acts: Acts) -> None:
    def fail() -> Any:
        raise RulesError("tools.toml", 1, "no")

    acts.house = acts.house._replace(rules=fail)


def _left(acts: Acts) -> None:
    del acts.members[ANA]


def _tool_gone(acts: Acts) -> None:
    acts.house = acts.house._replace(acting=acts.house.acting._replace(tools={}))


def _barred(acts: Acts) -> None:
    acts.tool.barred = Barred(why="not_yours")


MEANWHILE = [
    pytest.param(_disabled, "no_rule", id="the tool was disabled"),
    pytest.param(_other_targets, "other_target", id="the rules allow other targets"),
    pytest.param(_left, "not_a_member", id="whoever asked was deactivated"),
]


@pytest.mark.parametrize(("change", "because"), MEANWHILE)
def test_what_changed_before_the_click_is_found_at_the_click(
    acts: Acts, change: Callable[[Acts], None], because: str
) -> None:
    proposal = acts.proposes()
    acts.works()
    change(acts)
    assert confirm(proposal.id, ANA, acts.house) == ("denied", because, {})
    acts.works()
    assert acts.tool.runs == []
    assert (acts.stage(proposal.id), acts.because(proposal.id)) == ("declined", because)
    assert acts.says(proposal) == "declined"


@pytest.mark.parametrize(
    ("change", "because"), [*MEANWHILE, pytest.param(_barred, "not_yours", id="they may not do it there any more")]
)
def test_what_changed_after_the_click_is_found_before_anything_is_done(
    acts: Acts, change: Callable[[Acts], None], because: str
) -> None:
    proposal = acts.proposes()
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    change(acts)
    acts.works()
    assert acts.tool.runs == []
    assert (acts.stage(proposal.id), acts.because(proposal.id)) == ("declined", because)
    assert acts.says(proposal) == "declined"


def test_card_that_is_too_old_confirms_nothing_though_nobody_has_turned_it_yet(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    acts.now += timedelta(hours=1)
    assert confirm(proposal.id, ANA, acts.house).outcome == "expired"
    acts.works()
    assert (acts.says(proposal), acts.tool.runs) == ("expired", [])


def test_what_was_confirmed_and_waited_too_long_is_not_done(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.now += timedelta(hours=1)
    acts.works()
    assert (acts.says(proposal), acts.tool.runs) == ("expired", [])


@pytest.mark.parametrize("edited", [True, False], ids=["put otherwise", "taken back"])
def test_request_that_was_changed_or_taken_back_is_not_confirmed(acts: Acts, *, edited: bool) -> None:
    proposal = acts.proposes()
    acts.works()
    _takes_back(acts, proposal, edited=edited)
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken_back"
    acts.works()
    assert (acts.says(proposal), acts.tool.runs) == ("declined", [])


def test_arguments_that_somebody_changed_in_the_database_are_not_what_was_confirmed(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    other = proposal.model_copy(update={"arguments": canonical({**VALUES, "summary": "Pay me"})})
    with acts.database.writing() as session:
        session.execute(
            update(ExecutionRow)
            .where(col(ExecutionRow.id) == proposal.id)
            .values(payload=other.model_dump_json(), digest=other.digest)
        )
    acts.works()
    assert acts.tool.runs == []
    assert acts.because(proposal.id) == "changed"


@pytest.mark.parametrize("resealed", [True, False], ids=["with its digest", "under the old digest"])
def test_card_whose_arguments_were_changed_in_the_database_before_the_click_does_nothing(
    acts: Acts, *, resealed: bool
) -> None:
    proposal = acts.proposes()
    acts.works()
    other = proposal.model_copy(update={"arguments": canonical({**VALUES, "summary": "Pay me"})})
    digest = other.digest if resealed else proposal.digest
    with acts.database.writing() as session:
        session.execute(
            update(ExecutionRow)
            .where(col(ExecutionRow.id) == proposal.id)
            .values(payload=other.model_dump_json(), digest=digest)
        )
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert acts.tool.runs == []
    assert acts.stage(proposal.id) == ("declined" if resealed else "proposed")  # a row that belies itself is not read


def test_what_the_target_bars_is_never_shown_as_if_it_could_be_done(acts: Acts) -> None:
    acts.tool.barred = Barred(why="no_such_target")
    proposal = acts.proposes()
    acts.works()
    assert (acts.says(proposal), acts.because(proposal.id)) == ("declined", "no_such_target")
    assert confirm(proposal.id, ANA, acts.house).outcome == "over"


def test_proposal_that_lacks_something_is_shown_and_cannot_be_confirmed(acts: Acts) -> None:
    proposal = acts.proposes(arguments=canonical({"summary": "Broken"}), missing=("project",))
    acts.works()
    assert acts.says(proposal) == "proposed"
    assert acts.tool.looks == 0
    assert confirm(proposal.id, ANA, acts.house).outcome == "incomplete"
    acts.works()
    assert acts.tool.runs == []


def test_so_many_a_day_also_when_they_are_confirmed_at_once(acts: Acts) -> None:
    acts.rules = rules(a_day="2")
    proposals = [acts.proposes(number=number) for number in range(1, 5)]
    acts.works()
    found = [confirm(one.id, ANA, acts.house).outcome for one in proposals]
    assert found == ["taken"] * 4
    acts.works()
    assert len(acts.tool.runs) == 2
    assert sorted(acts.stage(one.id) for one in proposals) == ["declined", "declined", "done", "done"]
    acts.now = NOON + timedelta(days=1)
    again = acts.proposes(number=9)
    acts.works()
    assert confirm(again.id, ANA, acts.house).outcome == "taken"


# --- once ---------------------------------------------------------------------------------------------------------------


def test_it_is_done_once_and_the_card_says_what_came_of_it(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    acts.works()
    ((key, arguments, actor),) = acts.tool.runs
    assert (key, arguments.summary, actor.email) == (proposal.id, VALUES["summary"], "u0ana@acme.test")
    assert acts.says(proposal) == "done"
    found = acts.executions.standing(proposal.id)
    assert found is not None
    assert found.outcome is not None
    assert found.outcome.what == "ENG-1"
    assert acts.told(proposal) == ["proposed", "found", "shown", "confirmed", "claimed", "ended", "turned"]
    for click in (confirm, cancel):
        assert click(proposal.id, ANA, acts.house).outcome == "over"
    acts.works()
    assert len(acts.tool.runs) == 1


def test_many_clicks_of_one_and_of_many_people_are_one_run(acts: Acts, database: Database) -> None:
    proposal = acts.proposes()
    acts.works()
    clickers = [ANA, BEN, ANA, ZOE, ANA, BEN, ANA, ANA]
    outcomes = at_once(len(clickers), lambda at: confirm(proposal.id, clickers[at], acts.house).outcome)
    assert outcomes.count("taken") == 1
    assert [one for one, who in zip(outcomes, clickers, strict=True) if who != ANA] == ["not_yours"] * 3
    second = Acts(database, acts.tool, owner="second")
    at_once(4, lambda at: (acts if at % 2 else second).works())
    assert len(acts.tool.runs) == 1
    assert acts.told(proposal).count("claimed") == 1


def test_confirming_and_cancelling_at_once_is_one_of_both(acts: Acts) -> None:
    clicks = (confirm, cancel)
    for number in range(1, 6):
        proposal = acts.proposes(number=number)
        acts.works()
        before = len(acts.tool.runs)
        found = at_once(2, _each(clicks, proposal.id, acts))
        acts.works()
        assert "taken" in found  # both: it was cancelled before it began
        assert acts.stage(proposal.id) == ("declined" if found[1] == "taken" else "done")
        assert len(acts.tool.runs) - before == (found[1] != "taken")


def _each(clicks: Sequence[Callable[..., Any]], id_: ProposalId, acts: Acts) -> Callable[[int], str]:
    return lambda at: str(clicks[at](id_, ANA, acts.house).outcome)


def test_card_in_a_thread_shows_only_what_was_said_there(acts: Acts) -> None:
    said = acts.proposes(channel="C0ENG")
    acts.works()
    assert acts.says(said) == "proposed"
    assert acts.cards.sheets[f"reply {said.receipt}"].found is None
    of_a_document = acts.proposes(
        channel="C0ENG", number=2, origins={"summary": Value(origin="document"), "project": Value(origin="words")}
    )
    acts.works()
    assert acts.says(of_a_document) == "elsewhere"
    assert acts.cards.says[f"card of {of_a_document.id}"] == "proposed"
    assert acts.cards.sent == {ANA.user: 1}


def test_card_waits_for_the_reply_that_becomes_it(acts: Acts) -> None:
    proposal = acts.proposes(posted=False)
    acts.works()
    assert acts.cards.says == {}
    acts.posts(proposal)
    acts.now += timedelta(seconds=1)
    acts.works()
    assert acts.says(proposal) == "proposed"


def test_reply_that_comes_while_its_card_looks_for_it_is_no_sign_of_its_end(
    acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal, is_posted = acts.proposes(posted=False), False
    happened = OpenExecution.happened

    def and_then_it_is_posted(execution: OpenExecution) -> Sequence[Event]:
        nonlocal is_posted
        read = happened(execution)
        if not is_posted:
            is_posted = True
            acts.posts(proposal)
        return read

    monkeypatch.setattr(OpenExecution, "happened", and_then_it_is_posted)
    acts.works()
    acts.now += timedelta(seconds=1)
    acts.works()
    assert acts.says(proposal) == "proposed"


def test_what_stands_in_its_way_before_its_reply_is_there_is_said_in_that_reply(acts: Acts) -> None:
    proposal = acts.proposes(posted=False)
    acts.rules = rules(enabled="false")
    acts.works()
    acts.posts(proposal)
    acts.now += timedelta(seconds=1)
    acts.works()
    assert (acts.says(proposal), acts.because(proposal.id)) == ("declined", "no_rule")


def test_who_cannot_be_shown_the_card_alone_reads_so_where_they_asked(acts: Acts) -> None:
    acts.cards.away = {ANA.user}
    origins = {name: Value(origin="model" if name == "summary" else "words") for name in VALUES}
    proposal = acts.proposes(channel="C0GEN", origins=origins)
    acts.works()
    assert (acts.says(proposal), acts.because(proposal.id)) == ("declined", "unreachable")


def test_what_the_target_refuses_is_said_and_not_tried_again(acts: Acts) -> None:
    acts.tool.refuses = NotDone(why="refused", said="no")
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    acts.takes_over()
    assert (acts.says(proposal), len(acts.tool.runs)) == ("failed", 1)


def test_a_card_that_whoever_died_had_shown_alone_cannot_be_pressed_once_its_target_is_another(acts: Acts) -> None:
    acts.dies_at = "act.after_card"
    origins = {**{name: Value(origin="words") for name in VALUES}, "summary": Value(origin="model")}
    proposal = acts.proposes(channel="C0GEN", origins=origins)
    with pytest.raises(Died):
        acts.works()
    acts.tool.means = "project 2"
    acts.takes_over()
    assert (acts.stage(proposal.id), acts.because(proposal.id)) == ("declined", "changed")
    assert (acts.cards.says[f"card of {proposal.id}"], acts.says(proposal)) == ("declined", "elsewhere")


def test_what_a_name_stands_for_otherwise_once_it_was_claimed_is_not_written_to(acts: Acts) -> None:
    """However late: the tool itself compares what it is about to write to."""
    proposal = acts.proposes()
    acts.works()
    acts.meanwhile["act.after_claim"] = lambda: setattr(acts.tool, "means", "project 2")
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert (acts.stage(proposal.id), acts.because(proposal.id), acts.tool.runs) == ("failed", "changed", [])


def test_what_a_name_stands_for_otherwise_at_the_second_try_is_not_written_to(acts: Acts) -> None:
    def moves() -> None:
        if acts.tool.means == "project 1":
            acts.tool.means = "project 2"
            raise Retryable("limited")

    proposal = acts.proposes()
    acts.works()
    acts.tool.before = moves
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert (acts.stage(proposal.id), acts.because(proposal.id), acts.tool.runs) == ("failed", "changed", [])


def test_target_that_is_away_for_a_moment_is_tried_again_and_for_longer_is_said(acts: Acts) -> None:
    def away() -> None:
        if len(tries) < most:
            tries.append(1)
            raise Retryable("away")

    for most, stage in ((1, "done"), (9, "failed")):
        tries: list[int] = []
        acts.tool.before = away
        proposal = acts.proposes(number=most)
        acts.works()
        confirm(proposal.id, ANA, acts.house)
        acts.works()
        assert acts.says(proposal) == stage


# --- another one --------------------------------------------------------------------------------------------------------


def test_edit_is_another_proposal_and_the_old_card_confirms_nothing(acts: Acts) -> None:
    old = acts.proposes(channel="C0ENG")
    acts.works()
    assert isinstance(to_edit(old.id, ANA, acts.house), Sheet)
    found = edit(old.id, ANA, {**VALUES, "summary": "The door is stuck"}, acts.house)
    assert found.outcome == "taken"
    assert confirm(old.id, ANA, acts.house).outcome == "over"
    acts.works()
    assert acts.says(old) == "declined"
    ((message, sheet),) = [(one, s) for one, s in acts.cards.sheets.items() if one.startswith("card of")]
    new = sheet.standing.proposal
    assert (new.instead_of, new.digest == old.digest) == (old.id, False)
    assert new.origins["summary"].origin == "form"
    assert new.origins["project"].origin == "words"
    assert confirm(new.id, ANA, acts.house).outcome == "taken"
    acts.works()
    ((_, arguments, _),) = acts.tool.runs
    assert arguments.summary == "The door is stuck"
    assert acts.cards.says[message] == "done"


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ({"summary": "No project"}, "invalid"),
        ({**VALUES, "project": "not a project"}, "invalid"),
        ({**VALUES, "project": "HR"}, "denied"),
        ({**VALUES, "watcher": "thief@evil.test"}, "denied"),
        ({**VALUES, "admin": "yes"}, "invalid"),
    ],
)
def test_form_with_what_may_not_be_proposes_nothing(acts: Acts, entries: dict[str, Any], outcome: str) -> None:
    proposal = acts.proposes()
    acts.works()
    found = edit(proposal.id, ANA, entries, acts.house)
    assert found.outcome == outcome
    assert acts.stage(proposal.id) == "proposed"
    assert len(acts.executions.states()) == 1


def test_of_two_edits_at_once_one_takes_the_place(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    found = at_once(4, lambda at: edit(proposal.id, ANA, {**VALUES, "summary": f"Edit {at}"}, acts.house).outcome)
    assert sorted(found) == ["over", "over", "over", "taken"]
    assert len(acts.executions.states()) == 2


# --- a second person ----------------------------------------------------------------------------------------------------


def _confirmed_of_high_risk(acts: Acts) -> Any:
    acts.rules = rules(**HIGH)
    proposal = acts.proposes()
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    acts.works()
    assert (acts.tool.runs, acts.says(proposal)) == ([], "confirmed")
    assert acts.cards.approvals == {BEN.user: "confirmed"}
    return proposal


def test_high_risk_is_done_once_somebody_else_has_approved_it(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    for nobody in (ANA, ZOE, BEN.model_copy(update={"team": "T2"})):
        assert approve(proposal.id, nobody, acts.house).outcome == "not_yours"
    acts.works()
    assert acts.tool.runs == []
    found = at_once(4, lambda _: approve(proposal.id, BEN, acts.house).outcome)
    assert sorted(found) == ["over", "over", "over", "taken"]
    acts.works()
    assert len(acts.tool.runs) == 1
    assert (acts.says(proposal), acts.cards.approvals[BEN.user]) == ("done", "done")
    assert acts.cards.sent == {BEN.user: 1}
    before = ["proposed", "found", "shown", "confirmed", "approval_asked", "turned"]
    assert acts.told(proposal) == [*before, "approved", "claimed", "ended", "turned"]


def test_approval_before_whoever_asked_has_confirmed_is_none(acts: Acts) -> None:
    acts.rules = rules(**HIGH)
    proposal = acts.proposes()
    acts.works()
    assert approve(proposal.id, BEN, acts.house).outcome == "over"
    assert acts.stage(proposal.id) == "proposed"


def test_whoever_may_approve_may_say_no(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    assert refuse(proposal.id, BEN, acts.house).outcome == "taken"
    acts.works()
    assert (acts.tool.runs, acts.says(proposal), acts.because(proposal.id)) == ([], "declined", "refused")


def test_approval_that_nobody_gives_in_time_is_none(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    acts.now += timedelta(hours=1)
    assert approve(proposal.id, BEN, acts.house).outcome == "denied"
    acts.works()
    assert (acts.tool.runs, acts.says(proposal)) == ([], "expired")


def test_whoever_approved_and_is_no_approver_any_more_has_approved_nothing(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    acts.rules = rules(risk='"high"', approvers=f'["{ZOE.user}"]')
    acts.works()
    assert (acts.tool.runs, acts.because(proposal.id)) == ([], "not_an_approver")


def test_approver_who_was_deactivated_approves_nothing(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    del acts.members[BEN]
    assert approve(proposal.id, BEN, acts.house).outcome == "not_yours"


def test_where_nobody_could_be_asked_to_approve_it_is_said(acts: Acts) -> None:
    acts.rules = rules(**HIGH)
    acts.cards.away = {BEN.user}
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert (acts.tool.runs, acts.because(proposal.id)) == ([], "nobody_to_approve")


# --- a group in place of a second person ----------------------------------------------------------------------------------

IT = "S0IT"
MAX = SlackUser(team="T1", user="U0MAX")


def _of_a_group(acts: Acts, *members: SlackUser, also: str = "") -> Any:
    """Confirmed, and waiting for somebody in it."""
    acts.groups.there[IT] = {one.user for one in members}
    acts.rules = rules(risk='"high"', approvers=f'[{also}"{IT}"]')
    proposal = acts.proposes()
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    acts.works()
    return proposal


def _body(acts: Acts, proposal: Any, kind: str) -> Any:
    return next(one.body for one in acts.receipts.happened(proposal.receipt) if one.kind == kind)


def test_somebody_in_a_group_approves_and_the_asker_who_is_in_it_too_does_not(acts: Acts) -> None:
    proposal = _of_a_group(acts, ANA, BEN)
    assert acts.cards.approvals == {BEN.user: "confirmed"}
    assert acts.cards.through[BEN.user] == Through("s0it", is_cut=False)
    for nobody in (ANA, ZOE, BEN.model_copy(update={"team": "T2"})):
        assert approve(proposal.id, nobody, acts.house).outcome == "not_yours"
        assert refuse(proposal.id, nobody, acts.house).outcome == "not_yours"
    acts.works()
    assert acts.tool.runs == []
    found = at_once(4, lambda _: approve(proposal.id, BEN, acts.house).outcome)
    assert sorted(found) == ["over", "over", "over", "taken"]
    acts.works()
    assert (len(acts.tool.runs), acts.says(proposal), acts.cards.approvals) == (1, "done", {BEN.user: "done"})
    asked, approved = (_body(acts, proposal, kind) for kind in ("act_approval_asked", "act_approved"))
    assert (asked["of"], asked["groups"]) == ([BEN.user], [IT])
    assert (approved["by"], approved["groups"]) == (str(BEN), [IT])


def test_somebody_in_a_group_may_say_no(acts: Acts) -> None:
    proposal = _of_a_group(acts, BEN)
    assert refuse(proposal.id, BEN, acts.house).outcome == "taken"
    acts.works()
    assert (acts.tool.runs, acts.because(proposal.id)) == ([], "refused")


@pytest.mark.parametrize("left", ["the group", "the company"])
@pytest.mark.parametrize("when", ["before the click", "before it is done"])
def test_whoever_left_approves_nothing(acts: Acts, left: str, when: str) -> None:
    proposal = _of_a_group(acts, BEN, ZOE)
    if when == "before it is done":
        assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    if left == "the group":
        acts.groups.there[IT] = {ZOE.user}
    else:
        del acts.members[BEN]
    if when == "before the click":
        assert approve(proposal.id, BEN, acts.house).outcome == "not_yours"
        assert refuse(proposal.id, BEN, acts.house).outcome == "not_yours"
    acts.works()
    stage, because = ("confirmed", None) if when == "before the click" else ("declined", "not_an_approver")
    assert (acts.tool.runs, acts.stage(proposal.id), acts.because(proposal.id)) == ([], stage, because)


def test_whoever_came_after_the_card_may_approve_and_whoever_is_named_needs_no_group(acts: Acts) -> None:
    first = _of_a_group(acts, BEN)
    acts.groups.there[IT] = {ZOE.user}
    assert approve(first.id, ZOE, acts.house).outcome == "taken"
    acts.works()
    assert acts.says(first) == "done"
    acts.rules = rules(risk='"high"', approvers=f'["{IT}", "{BEN.user}"]')
    acts.groups.there[IT] = {BEN.user, ZOE.user}
    second = acts.proposes(number=2)
    acts.works()
    confirm(second.id, ANA, acts.house)
    acts.works()
    assert acts.cards.through == {BEN.user: None, ZOE.user: Through("s0it", is_cut=False)}  # by name, if they are named
    acts.groups.unread, looks = {IT}, acts.groups.looks
    assert approve(second.id, BEN, acts.house).outcome == "taken"
    acts.works()
    assert (acts.says(second), acts.groups.looks) == ("done", looks)
    assert "groups" not in _body(acts, second, "act_approved")


def test_group_that_cannot_be_read_makes_nobody_an_approver_and_whoever_was_asked_hears_why(acts: Acts) -> None:
    proposal = _of_a_group(acts, BEN)
    acts.groups.unread = {IT}
    for click in (approve, refuse):
        assert click(proposal.id, BEN, acts.house) == ("denied", "group_unread", {})
        assert click(proposal.id, ZOE, acts.house).outcome == "not_yours"
    acts.groups.unread, acts.groups.is_down = set(), True
    assert approve(proposal.id, BEN, acts.house) == ("denied", "not_now", {})
    assert approve(proposal.id, ZOE, acts.house).outcome == "not_yours"
    acts.groups.is_down = False
    assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    acts.groups.is_down = True
    acts.works()
    assert (acts.tool.runs, acts.stage(proposal.id)) == ([], "approved")  # it is looked at again
    acts.groups.is_down, acts.groups.unread = False, {IT}
    acts.now += timedelta(minutes=1)
    acts.works()
    assert (acts.tool.runs, acts.says(proposal), acts.because(proposal.id)) == ([], "declined", "group_unread")


def test_one_group_that_can_be_read_is_enough(acts: Acts) -> None:
    proposal = _of_a_group(acts, BEN, also='"S0GONE", ')
    assert acts.cards.approvals == {BEN.user: "confirmed"}
    assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    acts.works()
    assert acts.says(proposal) == "done"


def test_where_nobody_can_be_asked_in_a_group_it_is_over_and_says_why(acts: Acts) -> None:
    empty = _of_a_group(acts, ANA, MAX)  # the asker, and a guest
    assert (acts.says(empty), acts.because(empty.id)) == ("declined", "nobody_to_approve")
    acts.groups.unread = {IT}
    unread = acts.proposes(number=2)
    acts.works()
    confirm(unread.id, ANA, acts.house)
    acts.works()
    assert (acts.says(unread), acts.because(unread.id)) == ("declined", "group_unread")
    assert (acts.cards.sent, acts.tool.runs) == ({}, [])


def test_only_an_approver_who_may_open_it_there_is_told_what_it_is_called(database: Database) -> None:
    tool = CodedTool()
    acts = Acts(database, tool)
    tool.readers, tool.is_away = {"u0ben@acme.test"}, True
    acts.groups.there[IT] = {BEN.user, ZOE.user, MAX.user}
    acts.members[MAX] = Member(user=MAX)  # whose address nobody knows
    acts.rules = rules(risk='"high"', approvers=f'["{IT}"]')
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert acts.cards.approvals == {}  # nobody is asked before it is known
    tool.is_away = False
    _pauses(acts)
    acts.now += timedelta(minutes=1)
    acts.works()
    assert acts.cards.approvals == {}  # nor any target while all is paused
    _resumes(acts)
    acts.now += timedelta(minutes=1)
    acts.works()
    shown = {who: (one.named, one.is_nameless) for who, one in acts.cards.asked_with.items()}
    assert shown == {BEN.user: ("Salaries of the board", False), ZOE.user: (None, True), MAX.user: (None, True)}


def test_of_a_large_group_the_first_who_may_approve_are_asked_once_whoever_dies(acts: Acts) -> None:
    people = [SlackUser(team="T1", user=f"U1{number:03}") for number in range(40)]
    acts.members |= {one: Member(user=one) for one in people if one.user not in {"U1000", "U1007"}}
    acts.cards.away = {"U1003"}

    def dies() -> None:
        if len(acts.cards.approvals) == 5:
            acts.cards.asks = _nothing
            raise Died

    acts.cards.asks = dies
    proposal = acts.proposes()
    acts.groups.there[IT] = {one.user for one in [*people, ANA]}
    acts.rules = rules(risk='"high"', approvers=f'["{BEN.user}", "{IT}"]')
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    with pytest.raises(Died):
        acts.works()
    acts.takes_over()
    expected = [one.user for one in people if one.user not in {"U1000", "U1003", "U1007"}][:MOST_OF_A_GROUP]
    assert sorted(acts.cards.approvals) == [BEN.user, *expected]
    assert set(acts.cards.sent.values()) == {1}
    assert acts.cards.through[expected[0]] == Through("s0it", is_cut=True)
    assert acts.cards.through[BEN.user] is None
    assert approve(proposal.id, people[30], acts.house).outcome == "taken"  # who was not asked may all the same
    acts.works()
    assert set(acts.cards.approvals.values()) == {"done"}


# --- whoever dies -------------------------------------------------------------------------------------------------------

POINTS = [
    "act.after_card",
    "act.before_claim",
    "act.after_claim",
    "act.after_run",
    "act.after_outcome",
    "act.after_turn",
]


def _dies(acts: Acts, point: str) -> Any:
    proposal = acts.proposes()
    if point == "act.after_card":
        acts.dies_at = point
        with pytest.raises(Died):
            acts.works()
        acts.takes_over()
    else:
        acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    if point != "act.after_card":
        acts.dies_at = point
        with pytest.raises(Died):
            acts.works()
        acts.takes_over()
    acts.works()
    return proposal


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_is_followed_by_one_effect_and_a_card_that_says_so(acts: Acts, point: str) -> None:
    proposal = _dies(acts, point)
    assert list(acts.tool.done) == [proposal.id]
    assert acts.says(proposal) == "done"
    assert acts.told(proposal).count("claimed") == 1


@pytest.mark.parametrize("origin", ["words", "model"], ids=["in the channel", "alone"])
@pytest.mark.parametrize(("press", "stage"), [(confirm, "done"), (cancel, "declined")])
def test_card_that_is_pressed_before_anybody_said_where_it_is_turns_all_the_same(
    acts: Acts, press: Any, stage: str, origin: Any
) -> None:
    """Whoever showed it has died, and it can be pressed before the next one has looked."""
    origins = {name: Value(origin=origin if name == "summary" else "words") for name in VALUES}
    proposal = acts.proposes(channel="C1", origins=origins)
    acts.dies_at = "act.after_card"
    with pytest.raises(Died):
        acts.works()
    assert press(proposal.id, ANA, acts.house).outcome == "taken"
    acts.takes_over()
    where = f"card of {proposal.id}" if origin == "model" else f"reply {proposal.receipt}"
    assert acts.cards.says[where] == stage
    assert acts.cards.sent[ANA.user] == (origin == "model")


def test_card_that_waits_for_approval_says_so_wherever_it_was_shown(acts: Acts) -> None:
    acts.rules = rules(**HIGH)
    proposal = acts.proposes()
    acts.dies_at = "act.after_card"
    with pytest.raises(Died):
        acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    acts.takes_over()
    assert acts.says(proposal) == "confirmed"


OF_A_MODEL = {"summary": Value(origin="model"), "project": Value(origin="words")}


@pytest.mark.parametrize("keyed", [True, False], ids=["done", "unknown"])
@pytest.mark.parametrize(
    "where",
    [{}, {"channel": "C0ENG"}, {"channel": "C0ENG", "origins": OF_A_MODEL}],
    ids=["alone", "in a channel", "alone though asked in a channel"],
)
def test_click_before_it_is_on_record_where_the_card_is_turns_that_card_too(
    database: Database, where: dict[str, Any], *, keyed: bool
) -> None:
    def lost() -> None:
        raise Unsure("?")

    acts = Acts(database, FakeTool() if keyed else UnkeyedTool())
    proposal = acts.proposes(**where)
    acts.dies_at = "act.after_card"
    with pytest.raises(Died):
        acts.works()
    ((message, says),) = acts.cards.says.items()
    assert says == "proposed"
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    if not keyed:
        acts.tool.before = lost
    acts.takes_over()
    assert acts.cards.says[message] == acts.stage(proposal.id) == ("done" if keyed else "unknown")


def test_place_that_cannot_be_pointed_from_loses_no_card(acts: Acts) -> None:
    proposal = acts.proposes(channel="C0ENG", origins=OF_A_MODEL)
    acts.cards.limited = lambda: confirm(proposal.id, ANA, acts.house)
    acts.works()
    acts.now += timedelta(minutes=1)
    acts.works()
    assert acts.cards.says[f"card of {proposal.id}"] == acts.stage(proposal.id) == "done"


@pytest.mark.parametrize("point", POINTS)
def test_what_has_no_key_is_never_run_twice_and_a_person_is_asked(database: Database, point: str) -> None:
    acts = Acts(database, UnkeyedTool())
    proposal = _dies(acts, point)
    assert len(acts.tool.runs) <= 1
    assert acts.says(proposal) == ("unknown" if point == "act.after_claim" else "done")
    if acts.says(proposal) == "unknown":
        assert settle(proposal.id, BEN, acts.house, happened=True).outcome == "not_yours"
        assert settle(proposal.id, ANA, acts.house, happened=False).outcome == "taken"
        acts.works()
        assert acts.says(proposal) == "failed"
        assert settle(proposal.id, ANA, acts.house, happened=True).outcome == "over"


@pytest.mark.parametrize(
    "cannot", [Unsure("?"), Retryable("away"), ValueError("what?")], ids=lambda one: type(one).__name__
)
def test_target_that_cannot_tell_what_became_of_it_leaves_it_to_a_person(database: Database, cannot: Exception) -> None:
    acts = Acts(database, UnkeyedTool())
    acts.tool.cannot_tell = cannot
    proposal = _dies(acts, "act.after_claim")
    for _ in range(12):
        acts.now += timedelta(minutes=10)
        acts.works()
    assert (acts.tool.runs, acts.stage(proposal.id), acts.says(proposal)) == ([], "unknown", "unknown")


@pytest.mark.parametrize(
    "error", [Unsure("?"), ValueError("what?"), TimeoutError()], ids=lambda one: type(one).__name__
)
@pytest.mark.parametrize("keyed", [True, False])
def test_run_of_which_nobody_knows_how_it_ended_is_looked_for(
    database: Database, error: Exception, *, keyed: bool
) -> None:
    acts = Acts(database, FakeTool() if keyed else UnkeyedTool())

    def lost() -> None:
        acts.tool.after = _nothing
        raise error

    acts.tool.after = lost
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert (acts.says(proposal), len(acts.tool.done), len(acts.tool.runs)) == ("done", 1, 1)


@pytest.mark.parametrize("second", ["away", "refused"])
def test_what_stands_in_the_way_of_a_second_run_says_nothing_of_the_first(acts: Acts, second: str) -> None:
    """It wrote, and its answer was lost; nobody can tell, and then the target is away, or says no."""

    def away() -> None:
        raise Retryable("busy")

    def lost() -> None:
        acts.tool.after = _nothing
        if second == "away":
            acts.tool.before = away
        else:
            acts.tool.refuses = NotDone(why="refused")
        raise Unsure("the answer was lost")

    acts.tool.after, acts.tool.cannot_tell = lost, Unsure("nobody can tell")
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    assert len(acts.tool.done) == 1
    assert acts.stage(proposal.id) == "unknown"
    assert acts.says(proposal) == "unknown"


def test_run_that_never_reached_the_target_is_made_again_only_with_a_key(database: Database) -> None:
    def lost() -> None:
        raise Unsure("?")

    for number, (made, stage, runs) in enumerate([(FakeTool(), "unknown", 0), (UnkeyedTool(), "unknown", 0)], start=1):
        acts = Acts(database, made)
        made.before = lost
        proposal = acts.proposes(number=number)
        acts.works()
        confirm(proposal.id, ANA, acts.house)
        acts.works()
        assert (acts.says(proposal), len(made.runs)) == (stage, runs)
        assert acts.told(proposal).count("unsure") == (4 if made.keyed else 1)


def test_worker_whose_lease_was_lost_before_the_effect_has_none(acts: Acts, database: Database) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    second = Acts(database, acts.tool, owner="second")
    second.cards, second.house = acts.cards, second.house._replace(cards=acts.cards)

    def stalls() -> None:
        second.now = acts.now + timedelta(minutes=2)
        second.works()

    acts.meanwhile["act.after_claim"] = stalls
    acts.works()
    assert len(acts.tool.runs) == 1
    assert acts.says(proposal) == "done"


def test_process_that_dies_while_it_proposes_has_proposed_once(acts: Acts) -> None:
    first = acts.proposes()
    again = acts.executions.propose(first.model_copy(update={"id": ProposalId("p_" + "1" * 24)}))
    assert again.id == first.id
    assert acts.told(first) == ["proposed"]


# --- nothing is done at all -----------------------------------------------------------------------------------------------


def _pauses(acts: Acts) -> None:
    with acts.database.writing() as session:
        assert pause(session, "ben@acme.test", acts.now)


def _resumes(acts: Acts) -> None:
    with acts.database.writing() as session:
        assert resume(session, acts.now)


@pytest.mark.parametrize("point", ["act.before_claim", "act.after_claim"])
def test_pause_stops_also_what_is_in_hand(acts: Acts, point: str) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.meanwhile[point] = lambda: _pauses(acts)
    assert act_next(acts.executions, acts.house)
    assert acts.tool.runs == []
    _resumes(acts)
    acts.now += timedelta(seconds=1)
    acts.works()
    assert (acts.says(proposal), len(acts.tool.runs)) == ("done", 1)


def test_whoever_takes_it_up_as_the_pause_begins_does_nothing(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    _pauses(acts)
    looks = acts.tool.looks
    for _ in range(3):
        acts.now += timedelta(seconds=1)
        acts.works()
    assert (acts.tool.runs, acts.stage(proposal.id)) == ([], "confirmed")
    assert acts.tool.looks == looks  # a target is asked nothing


def test_yes_during_a_pause_is_none_and_that_is_said(acts: Acts) -> None:
    first = _confirmed_of_high_risk(acts)
    second = acts.proposes(number=2)
    acts.works()
    _pauses(acts)
    assert approve(first.id, BEN, acts.house) == ("denied", "paused", {})
    assert confirm(second.id, ANA, acts.house) == ("denied", "paused", {})
    _resumes(acts)
    acts.works()
    assert (acts.tool.runs, acts.stage(first.id), acts.stage(second.id)) == ([], "confirmed", "proposed")


def test_workspace_that_removed_us_has_nothing_done_any_more(acts: Acts) -> None:
    proposed, confirmed, claimed = (acts.proposes(number=number) for number in (1, 2, 3))
    acts.works()
    confirm(claimed.id, ANA, acts.house)
    acts.dies_at = "act.after_claim"
    with pytest.raises(Died):
        acts.works()
    confirm(confirmed.id, ANA, acts.house)
    put_away(acts.database, acts.ledger, "app_uninstalled", acts.now)
    assert {state for _, state in acts.executions.states()} == {"failed"}
    assert confirm(proposed.id, ANA, acts.house).outcome == "over"
    acts.takes_over()
    assert acts.tool.runs == []
    assert [acts.stage(one.id) for one in (proposed, confirmed, claimed)] == ["declined", "declined", "unknown"]
    assert [acts.told(one)[-1] for one in (proposed, confirmed, claimed)] == ["declined", "declined", "ended"]


def test_workspace_that_removes_us_takes_what_is_in_hand(acts: Acts) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.meanwhile["act.after_claim"] = lambda: put_away(acts.database, acts.ledger, "app_uninstalled", acts.now)
    acts.works()
    assert (acts.tool.runs, acts.stage(proposal.id)) == ([], "unknown")


@pytest.mark.parametrize(
    "changes",
    [
        {**HIGH, "enabled": "false"},
        {**HIGH, "targets": '["OPS"]'},
        {**HIGH, "approvers": f'["{ZOE.user}"]'},
    ],
    ids=["the tool was disabled", "the rules allow other targets", "whoever approved it may not any more"],
)
def test_what_is_not_allowed_any_more_is_not_run_again(acts: Acts, changes: dict[str, str]) -> None:
    proposal = _confirmed_of_high_risk(acts)
    approve(proposal.id, BEN, acts.house)
    acts.dies_at = "act.after_claim"
    with pytest.raises(Died):
        acts.works()
    acts.rules = rules(**changes)
    acts.takes_over()
    assert (acts.tool.runs, acts.says(proposal)) == ([], "unknown")


def test_run_again_counts_itself_as_no_other_use(acts: Acts) -> None:
    acts.rules = rules(a_day="1")
    proposal = _dies(acts, "act.after_claim")
    assert (len(acts.tool.runs), acts.says(proposal)) == (1, "done")


def _takes_back(acts: Acts, proposal: Any, *, edited: bool) -> None:
    if edited:
        place = proposal.place.model_copy(update={"edited": "18.000001"})
        other = Question(receipt=ReceiptId("r_other"), text="??", asker=ANA, place=place, asked_at=NOON)
        acts.receipts.take(Incoming.at(place, other))
    else:
        acts.receipts.forget(proposal.place.subject)


@pytest.mark.parametrize("edited", [True, False], ids=["put otherwise", "taken back"])
@pytest.mark.parametrize("approved", [True, False], ids=["approved", "not yet approved"])
def test_request_that_was_changed_or_taken_back_after_yes_is_not_done(
    acts: Acts, *, edited: bool, approved: bool
) -> None:
    proposal = _confirmed_of_high_risk(acts)
    if approved:
        assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    _takes_back(acts, proposal, edited=edited)
    if not approved:
        assert approve(proposal.id, BEN, acts.house).outcome == "taken_back"
    acts.works()
    assert (acts.tool.runs, acts.says(proposal), acts.because(proposal.id)) == ([], "declined", "taken_back")


@pytest.mark.parametrize("edited", [True, False], ids=["put otherwise", "taken back"])
def test_request_that_was_changed_or_taken_back_already_gets_no_card(acts: Acts, *, edited: bool) -> None:
    proposal = acts.proposes(channel="C0ENG", origins=OF_A_MODEL)
    _takes_back(acts, proposal, edited=edited)
    acts.works()
    assert (acts.says(proposal), acts.because(proposal.id)) == ("declined", "taken_back")
    assert (acts.cards.sent, acts.tool.looks) == ({}, 0)


@pytest.mark.parametrize("keyed", [True, False], ids=["done", "unknown"])
def test_what_may_have_happened_is_said_however_long_slack_was_away(database: Database, *, keyed: bool) -> None:
    def lost() -> None:
        raise Unsure("?")

    acts = Acts(database, FakeTool() if keyed else UnkeyedTool())
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    if not keyed:
        acts.tool.before = lost
    acts.cards.is_down = True
    for _ in range(30):
        acts.works()
        acts.now += timedelta(minutes=6)
    assert acts.says(proposal) == "proposed"
    assert _outstanding(acts) == (1, 0 if keyed else 1)
    acts.cards.is_down = False
    acts.now += timedelta(hours=1)
    acts.works()
    assert (acts.says(proposal), len(acts.tool.runs)) == (("done", 1) if keyed else ("unknown", 0))
    assert _outstanding(acts) == (0, 0 if keyed else 1)
    if not keyed:
        settle(proposal.id, ANA, acts.house, happened=True)
        acts.works()
        assert _outstanding(acts) == (0, 0)


@pytest.mark.parametrize("keyed", [True, False], ids=["done", "unknown"])
def test_what_may_have_happened_is_said_though_its_card_is_gone(database: Database, *, keyed: bool) -> None:
    def lost() -> None:
        raise Unsure("?")

    acts = Acts(database, FakeTool() if keyed else UnkeyedTool())
    proposal = acts.proposes(channel="C0ENG")
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.cards.gone = {f"reply {proposal.receipt}"}
    if not keyed:
        acts.tool.before = lost
    acts.works()
    told = f"outcome of {proposal.id}"
    assert acts.cards.says[told] == ("done" if keyed else "unknown")
    if not keyed:
        assert settle(proposal.id, ANA, acts.house, happened=True).outcome == "taken"
        acts.works()
        assert acts.cards.says[told] == "done"


def test_what_is_not_done_is_told_to_nobody_whose_card_is_gone(acts: Acts) -> None:
    proposal = acts.proposes(channel="C0ENG")
    acts.works()
    acts.cards.gone = {f"reply {proposal.receipt}"}
    cancel(proposal.id, ANA, acts.house)
    acts.works()
    assert list(acts.cards.says) == [f"reply {proposal.receipt}"]


CANNOT_TELL = [
    pytest.param(_unreadable, id="the rules cannot be read"),
    pytest.param(_tool_gone, id="this process has no such tool"),
]


@pytest.mark.parametrize("change", CANNOT_TELL)
def test_process_that_cannot_tell_what_is_allowed_decides_nothing(acts: Acts, change: Callable[[Acts], None]) -> None:
    high, waits, house = _confirmed_of_high_risk(acts), acts.proposes(number=2), acts.house
    change(acts)
    assert approve(high.id, BEN, acts.house) == ("denied", "not_now", {})
    assert confirm(waits.id, ANA, acts.house) == ("denied", "not_now", {})
    acts.works()
    assert (acts.tool.runs, acts.stage(high.id), acts.stage(waits.id)) == ([], "confirmed", "proposed")
    acts.house = house
    assert approve(high.id, BEN, acts.house).outcome == "taken"
    change(acts)
    acts.works()
    assert acts.tool.runs == []
    acts.house, acts.now = house, acts.now + timedelta(minutes=1)
    acts.works()
    assert (acts.says(high), len(acts.tool.runs)) == ("done", 1)


@pytest.mark.parametrize("change", CANNOT_TELL)
def test_where_nobody_can_tell_for_long_nothing_is_done_and_that_is_said(
    acts: Acts, change: Callable[[Acts], None]
) -> None:
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    change(acts)
    for _ in range(12):
        acts.works()
        acts.now += timedelta(minutes=6)
    assert (acts.tool.runs, acts.says(proposal)) == ([], "declined")


def test_whoever_approved_and_was_deactivated_since_has_approved_nothing(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    assert approve(proposal.id, BEN, acts.house).outcome == "taken"
    del acts.members[BEN]
    acts.works()
    assert (acts.tool.runs, acts.because(proposal.id)) == ([], "not_an_approver")


def test_whoever_leaves_as_it_begins_leaves_nothing_unknown(database: Database) -> None:
    acts = Acts(database, UnkeyedTool())
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.meanwhile["act.after_claim"] = lambda: acts.members.pop(ANA)
    acts.works()
    assert (acts.says(proposal), len(acts.tool.runs)) == ("done", 1)


# --- what the card showed is what is done ---------------------------------------------------------------------------------


def _is_renamed(acts: Acts) -> None:
    acts.tool.means = "project 2"


def _calls_herself_otherwise(acts: Acts) -> None:
    acts.members[ANA] = acts.members[ANA].model_copy(update={"called": "Ben of the board"})


def _is_erased(acts: Acts) -> None:
    """What the card stood for, and nothing else."""
    events = acts.receipts.events(ReceiptId(f"r_{1:024x}"))
    with acts.database.writing() as session:
        acts.ledger.erase(session, [one.seq for one in events if one.kind == "act_found"], "asked for", acts.now)


@pytest.mark.parametrize("happens", [_is_renamed, _calls_herself_otherwise, _is_erased])
@pytest.mark.parametrize("when", ["before the click", "before it is claimed"])
def test_what_is_not_any_more_what_the_card_showed_is_not_done(
    acts: Acts, happens: Callable[[Acts], None], when: str
) -> None:
    proposal = acts.proposes()
    acts.works()
    if when == "before the click":
        happens(acts)
    confirm(proposal.id, ANA, acts.house)
    if when == "before it is claimed":
        happens(acts)
    acts.works()
    assert (acts.tool.runs, acts.says(proposal), acts.because(proposal.id)) == ([], "declined", "changed")


def test_a_name_that_means_another_before_the_second_person_says_yes_is_not_done(acts: Acts) -> None:
    proposal = _confirmed_of_high_risk(acts)
    _is_renamed(acts)
    approve(proposal.id, BEN, acts.house)
    acts.works()
    assert (acts.tool.runs, acts.because(proposal.id), acts.cards.approvals[BEN.user]) == ([], "changed", "declined")


def test_a_card_whose_process_died_is_not_shown_once_more_for_another_target(acts: Acts) -> None:
    acts.dies_at = "act.after_card"
    proposal = acts.proposes()
    with pytest.raises(Died):
        acts.works()
    assert acts.says(proposal) == "proposed"
    _is_renamed(acts)
    acts.takes_over()
    assert (acts.says(proposal), acts.because(proposal.id)) == ("declined", "changed")


def test_a_click_on_a_card_whose_process_died_does_what_that_card_showed_or_nothing(acts: Acts) -> None:
    acts.dies_at = "act.after_card"
    first = acts.proposes()
    with pytest.raises(Died):
        acts.works()
    confirm(first.id, ANA, acts.house)
    _is_renamed(acts)
    acts.takes_over()
    assert (acts.tool.runs, acts.because(first.id)) == ([], "changed")


def test_what_is_run_again_is_run_for_the_same_target_or_a_person_is_asked(acts: Acts) -> None:
    acts.dies_at = "act.after_claim"
    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    with pytest.raises(Died):
        acts.works()
    _is_renamed(acts)
    acts.takes_over()
    assert (acts.tool.runs, acts.says(proposal)) == ([], "unknown")


def test_whoever_calls_themselves_what_calls_others_is_named_without_it(acts: Acts) -> None:
    acts.members[ANA] = acts.members[ANA].model_copy(
        update={"called": "<!channel> Ana\n(ceo@acme.test), https://evil.test"}
    )
    proposal = acts.proposes()
    acts.works()
    (sheet,) = acts.cards.sheets.values()
    said = "For channel Ana ceo acme test https evil test (u0ana@acme.test), by Footnote"
    assert sheet.signed == said
    confirm(proposal.id, ANA, acts.house)
    acts.works()
    ((_, _, actor),) = acts.tool.runs
    assert byline(actor) == said


def _outstanding(acts: Acts) -> tuple[int, int]:
    with acts.database.reading() as session:
        return outstanding(session)


def _nothing() -> None: ...
