"""How rules become others: by whom, from which version, with whose agreement, and once, whatever dies in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import worker
from bot.core.admin import (
    Changed,
    Conflict,
    Decided,
    Edit,
    FormOpened,
    Helped,
    Member,
    NoAdmin,
    NoMember,
    NoSuchChange,
    NoSuchRule,
    NoSuchVersion,
    NotYourself,
    NowPaused,
    NowRunning,
    PolicyShown,
    PolicyVersions,
    Pressed,
    RuleRefused,
    TooLong,
    TooMuch,
    Unchanged,
    Waiting,
)
from bot.core.nouns import ReceiptId
from bot.stores.database import Database
from connectors.model import Retryable
from policies.rules import digest
from tests.flows.bureau import ANA, BEN, LEASE, LINES, PACKAGED, WIDER, ZOE, Desk, Died, member


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def two(database: Database) -> Desk:
    return Desk(database, first=("ana@acme.test", "UBEN"))


# --- who may


@pytest.mark.parametrize(
    "text", ["help", "policy show", f"policy set {LINES} 8", "policy rollback 1", "policy history", "nonsense"]
)
def test_who_is_no_admin_changes_nothing_and_learns_whom_to_ask(desk: Desk, text: str) -> None:
    assert desk.says(BEN, text) == NoAdmin(("ana@acme.test",))
    assert len(desk.config.history()) == 1


def test_who_is_no_member_is_no_admin_whatever_the_list_says(desk: Desk) -> None:
    desk.first = ("UGUEST",)
    assert desk.says(member("guest"), "help") == NoMember()


def test_while_nobody_can_find_out_who_gives_a_command_it_waits_and_nobody_is_turned_away(desk: Desk) -> None:
    desk.members.error = Retryable("users.info: missing_scope")
    desk.takes(ANA, text="help")
    assert worker.heed_next(desk.commands, desk.house)
    assert (desk.voice.told, desk.voice.failed) == ([], [])
    desk.members.error = None
    desk.now += timedelta(minutes=1)
    assert worker.heed_next(desk.commands, desk.house)
    assert desk.voice.told == [Helped()]


def test_who_is_taken_off_the_list_is_no_admin_from_then_on(desk: Desk) -> None:
    assert isinstance(desk.says(ANA, 'policy set admins.people ["ben@acme.test"]'), Changed)
    assert desk.says(BEN, "help") == Helped()
    change = waiting(desk, BEN, "policy set admins.people packaged")
    assert desk.says(BEN, "help") == Helped()
    assert isinstance(desk.presses(ANA, change), Decided)
    assert isinstance(desk.says(BEN, "help"), NoAdmin)


def test_nobody_gets_rid_of_the_other_admin_alone(desk: Desk) -> None:
    desk.says(ANA, 'policy set admins.people ["ben@acme.test"]')
    assert isinstance(desk.says(ANA, "policy set admins.people []"), Waiting)
    assert isinstance(desk.says(ANA, "policy rollback 1"), Waiting)
    assert desk.says(BEN, "help") == Helped()


# --- what holds


def test_what_holds_is_shown_with_where_it_comes_from(desk: Desk) -> None:
    desk.says(ANA, f"policy set {LINES} 8")
    desk.says(ANA, "policy set answers.evidence.passages 9")
    shown = desk.says(ANA, "policy show answers.answer")
    assert isinstance(shown, PolicyShown)
    found = {one.path: (one.value, one.origin.number if one.origin else None) for one in shown.settings}
    assert found[LINES] == ("8", 2)
    assert found["answers.answer.min_support"] == ("0.42", None)
    assert {one.origin.author for one in shown.settings if one.origin} == {"ana@acme.test"}
    everything = desk.says(ANA, "policy show")
    assert isinstance(everything, PolicyShown)
    assert [one.path for one in everything.settings] == [LINES, "answers.evidence.passages"]


def test_a_value_comes_from_the_version_since_which_it_is_so(desk: Desk) -> None:
    for value in (8, 9, 8):
        desk.says(ANA, f"policy set {LINES} {value}")
    desk.says(ANA, "policy set answers.evidence.passages 9")
    shown = desk.says(ANA, f"policy show {LINES}")
    assert isinstance(shown, PolicyShown)
    assert [one.origin.number for one in shown.settings if one.origin] == [4]


def test_what_there_is_not_is_told_with_what_there_is(desk: Desk) -> None:
    missing = desk.says(ANA, "policy show answers.answer.lines")
    assert isinstance(missing, NoSuchRule)
    assert (missing.path, LINES in missing.there_are) == ("answers.answer", True)


def test_the_history_begins_with_the_newest(desk: Desk) -> None:
    desk.says(ANA, f"policy set {LINES} 8")
    told = desk.says(ANA, "policy history")
    assert isinstance(told, PolicyVersions)
    assert [(one.number, one.author, one.note) for one in told.versions] == [
        (2, "ana@acme.test", f"set {LINES}"),
        (1, "package", "packaged"),
    ]


# --- setting


def test_a_rule_that_is_set_holds_at_once_and_is_in_the_ledger(desk: Desk) -> None:
    receipt = desk.takes(ANA, text=f"policy set {LINES} 8")
    worker.heed_next(desk.commands, desk.house)
    assert desk.lines == 8
    assert desk.kinds(receipt) == ["commanded", "configured", "replied"]
    assert desk.voice.told == [Changed(2, (Edit(LINES, "5", "8"),))]


@pytest.mark.parametrize(
    "text",
    [
        f"policy set {LINES} 51",
        f"policy set {LINES} few",
        "policy set nowhere.x 1",
        "policy set a..b 1",
        f"policy set {LINES} [",
        "policy set intents.question.does refuse",
    ],
)
def test_a_bad_value_is_refused_with_the_reason(desk: Desk, text: str) -> None:
    refused = desk.says(ANA, text)
    assert isinstance(refused, RuleRefused)
    assert refused.reason
    assert len(desk.config.history()) == 1


@pytest.mark.parametrize("text", [f"policy set {LINES} 5", f"policy set {LINES} packaged", "policy rollback 1"])
def test_what_is_so_already_makes_no_version(desk: Desk, text: str) -> None:
    assert desk.says(ANA, text) == Unchanged()
    assert len(desk.config.history()) == 1


def test_rolling_back_restores_exactly(desk: Desk) -> None:
    before = desk.config.rules()
    desk.says(ANA, f"policy set {LINES} 8")
    changed = desk.config.rules()
    assert isinstance(desk.says(ANA, "policy rollback 1"), Changed)
    assert desk.config.rules() == before
    assert desk.config.rules().digest == digest(PACKAGED)
    desk.says(ANA, "policy rollback 2")
    assert desk.config.rules() == changed
    assert desk.says(ANA, "policy rollback 9") == NoSuchVersion(4)


def test_a_rollback_names_the_versions_that_it_passes_over(two: Desk) -> None:
    two.says(ANA, f"policy set {LINES} 8")
    two.says(BEN, f"policy set {LINES} 9")
    two.says(BEN, "policy set answers.answer.max_claim_characters 900")
    done = two.says(ANA, "policy rollback 2")
    assert isinstance(done, Changed)
    assert [(one.number, one.author, one.note) for one in done.passed_over] == [
        (4, "ben@acme.test", "set answers.answer.max_claim_characters"),
        (3, "ben@acme.test", f"set {LINES}"),
    ]
    again = two.says(BEN, "policy rollback 4")
    assert isinstance(again, Changed)
    assert [one.number for one in again.passed_over] == [5]


@pytest.mark.parametrize("author", [ANA, BEN])
def test_whoever_types_a_value_hears_whose_it_replaces_and_since_when(two: Desk, author: Member) -> None:
    two.says(author, f"policy set {LINES} 8")
    two.says(BEN, "policy set answers.answer.max_claim_characters 900")
    done = two.says(ANA, f"policy set {LINES} 9")
    assert isinstance(done, Changed)
    replaced = [(one.path, one.value, one.origin and one.origin.number) for one in done.replaced]
    assert replaced == ([(LINES, "8", 2)] if author == BEN else [])
    taken_back = two.says(ANA, "policy set answers.answer.max_claim_characters packaged")
    assert isinstance(taken_back, Changed)
    assert [(one.value, one.origin and one.origin.author) for one in taken_back.replaced] == [("900", "ben@acme.test")]


# --- forms


def test_a_form_shows_what_holds_and_what_is_written_in_it_holds(desk: Desk) -> None:
    opened = desk.edits(ANA, "answers.answer")
    (form,) = desk.voice.forms
    assert "max_lines = 5" in form.text
    written = form.text.replace("max_lines = 5", "max_lines = 8")
    assert desk.wrong(ANA, opened, written) is None
    assert isinstance(desk.sends(ANA, opened, written), Changed)
    assert desk.lines == 8


def test_the_second_of_two_who_edit_at_once_sees_the_conflict_and_overwrites_nothing(two: Desk) -> None:
    anas, bens = two.edits(ANA, "answers.answer"), two.edits(BEN, "answers.answer")
    text = two.voice.forms[0].text
    assert isinstance(two.sends(ANA, anas, text.replace("max_lines = 5", "max_lines = 8")), Changed)
    theirs = text.replace("max_lines = 5", "max_lines = 3")
    conflict = two.sends(BEN, bens, theirs)
    assert isinstance(conflict, Conflict)
    assert (conflict.version.author, [tuple(one) for one in conflict.edits]) == ("ana@acme.test", [(LINES, "5", "8")])
    assert two.lines == 8


def test_who_is_no_admin_any_more_learns_from_an_open_form_that_it_is_too_late_and_no_more(two: Desk) -> None:
    opened = two.edits(BEN, "answers.answer")
    two.first = ("ana@acme.test",)
    two.says(ANA, f"policy set {LINES} 8")
    conflict = two.wrong(BEN, opened, "max_lines = 3")
    assert isinstance(conflict, Conflict)
    assert conflict.edits == ()
    assert isinstance(two.sends(BEN, opened, "max_lines = 3"), NoAdmin)


@pytest.mark.parametrize("receipt", ["r_" + "f" * 24, "", "r_x"])
def test_a_form_that_nobody_opened_changes_nothing(desk: Desk, receipt: str) -> None:
    assert desk.wrong(ANA, ReceiptId(receipt), "max_lines = 8") == NoSuchChange()
    assert desk.sends(ANA, ReceiptId(receipt), "max_lines = 8") == NoSuchChange()


def test_somebody_elses_form_changes_nothing(two: Desk) -> None:
    opened = two.edits(ANA, LINES)
    assert two.wrong(BEN, opened, "max_lines = 8") == NoSuchChange()
    assert two.sends(BEN, opened, "max_lines = 8") == NoSuchChange()
    assert two.lines == 5


def test_who_is_no_admin_any_more_when_a_form_arrives_changes_nothing(desk: Desk) -> None:
    opened = desk.edits(ANA, LINES)
    desk.first = ("ben@acme.test",)
    assert isinstance(desk.sends(ANA, opened, "max_lines = 8"), NoAdmin)
    assert desk.lines == 5


def test_a_form_is_refused_beside_its_field_with_the_line(desk: Desk) -> None:
    opened = desk.edits(ANA, "answers.answer")
    refused = desk.wrong(ANA, opened, "min_support = 0.4\nmax_lines = 51")
    assert isinstance(refused, RuleRefused)
    assert (refused.line, "less than or equal to 50" in refused.reason) == (2, True)


def test_what_is_too_long_for_slack_is_edited_in_parts(desk: Desk) -> None:
    too_long = desk.says(ANA, "policy set intents")
    assert isinstance(too_long, TooLong)
    assert "intents.question" in too_long.parts
    assert desk.voice.forms == []


def test_what_a_second_admin_could_not_read_on_one_card_is_put_before_nobody(two: Desk) -> None:
    many = ", ".join(f'"person{number}@acme.test"' for number in range(400))
    assert two.says(ANA, f"policy set admins.people [{many}]") == TooMuch(("admins.people",))
    assert (two.voice.offered, two.commands.pending()) == ([], [])


def test_a_form_that_slack_does_not_open_is_told(desk: Desk) -> None:
    desk.voice.opens = False
    assert desk.says(ANA, f"policy set {LINES}") == FormOpened(opened=False)


# --- two admins


def waiting(desk: Desk, by: Member = ANA, text: str = WIDER) -> str:
    told = desk.says(by, text)
    assert isinstance(told, Waiting), told
    return desk.voice.offered[-1][0].id


def test_what_widens_waits_for_another_admin_who_is_asked(two: Desk) -> None:
    told = two.says(ANA, WIDER)
    assert isinstance(told, Waiting)
    assert (told.widens, told.asked) == (("audience.full_members.principals",), ("ben@acme.test",))
    assert [to for _, to in two.voice.offered] == [BEN]
    assert two.held_by_all == frozenset()


def test_what_waits_is_listed_without_what_it_says_until_it_is_decided_or_over(two: Desk) -> None:
    assert two.commands.pending() == []
    change = waiting(two)
    (pending,) = two.commands.pending()
    assert (pending.id, pending.name, pending.texts) == (change, "ana@acme.test", {})
    two.now = pending.expires_at
    assert two.commands.pending() == []
    two.now = pending.asked_at
    two.presses(BEN, change)
    assert two.commands.pending() == []


def test_who_cannot_be_written_to_keeps_no_other_admin_from_being_asked_and_is_not_named(desk: Desk) -> None:
    desk.first = ("ana@acme.test", "UBEN", "UZOE")
    desk.voice.away = {BEN}
    told = desk.says(ANA, WIDER)
    assert isinstance(told, Waiting)
    assert (told.asked, [to for _, to in desk.voice.offered]) == (("zoe@acme.test",), [ZOE])


def test_whoever_wanted_a_change_is_told_that_nobody_could_be_asked(two: Desk) -> None:
    two.voice.away = {BEN}
    told = two.says(ANA, WIDER)
    assert isinstance(told, Waiting)
    assert (told.asked, told.expires_at is not None) == ((), True)


def test_nobody_agrees_to_their_own_change(two: Desk) -> None:
    change = waiting(two)
    assert two.presses(ANA, change) == NotYourself()
    assert two.presses(ANA, change, approve=False) == NotYourself()
    assert isinstance(two.presses(ZOE, change), NoAdmin)
    assert two.held_by_all == frozenset()


def test_what_another_admin_agrees_to_holds_and_both_are_told(two: Desk) -> None:
    change = waiting(two)
    decided = two.presses(BEN, change)
    assert isinstance(decided, Decided)
    assert (decided.change.state, decided.change.decided_by, decided.number) == ("approved", "ben@acme.test", 2)
    assert two.held_by_all == {"wiki/group:all"}
    assert [one.change.by for one in two.voice.informed] == [ANA.user]
    assert "agreed to by ben@acme.test" in two.config.history()[-1].note


def test_a_change_is_decided_once(two: Desk) -> None:
    change = waiting(two)
    two.presses(BEN, change)
    again = two.presses(BEN, change, approve=False)
    assert isinstance(again, Decided)
    assert again.change.state == "approved"
    assert len(two.config.history()) == 2


def test_what_is_declined_never_holds(two: Desk) -> None:
    change = waiting(two)
    declined = two.presses(BEN, change, approve=False)
    assert isinstance(declined, Decided)
    assert declined.change.state == "declined"
    two.presses(BEN, change)
    assert (two.held_by_all, len(two.config.history())) == (frozenset(), 1)


def _later(desk: Desk) -> None:
    desk.now += timedelta(days=7)


def _changed_meanwhile(desk: Desk) -> None:
    desk.says(BEN, f"policy set {LINES} 8")


def _ana_is_off(desk: Desk) -> None:
    desk.first = ("UBEN", "zoe@acme.test")


@pytest.mark.parametrize(
    ("meanwhile", "state"), [(_later, "expired"), (_changed_meanwhile, "outdated"), (_ana_is_off, "outdated")]
)
def test_what_is_not_what_was_asked_any_more_is_not_agreed_to(
    two: Desk, meanwhile: Callable[[Desk], None], state: str
) -> None:
    change = waiting(two)
    meanwhile(two)
    decided = two.presses(BEN, change)
    assert isinstance(decided, Decided)
    assert decided.change.state == state
    assert two.held_by_all == frozenset()


@pytest.mark.parametrize("change", ["c_1", "", "r_" + "0" * 24])
def test_a_change_that_nobody_wanted_cannot_be_agreed_to(two: Desk, change: str) -> None:
    assert two.presses(BEN, change) == NoSuchChange()


def test_rolling_back_to_what_lets_more_be_seen_needs_a_second_admin_too(two: Desk) -> None:
    two.presses(BEN, waiting(two))
    assert isinstance(two.says(ANA, "policy rollback 1"), Changed)
    waits = two.says(ANA, "policy rollback 2")
    assert isinstance(waits, Waiting)
    assert [one.number for one in waits.passed_over] == [3]
    assert two.held_by_all == frozenset()


def test_the_only_admin_may_name_the_second_and_widen_nothing_else(desk: Desk) -> None:
    alone = desk.says(ANA, WIDER)
    assert isinstance(alone, Waiting)
    assert alone.asked == ()
    assert isinstance(desk.says(ANA, 'policy set admins.people ["ben@acme.test"]'), Changed)
    assert isinstance(desk.says(ANA, 'policy set admins.people ["ben@acme.test", "zoe@acme.test"]'), Waiting)
    assert isinstance(desk.says(ANA, WIDER), Waiting)
    assert desk.held_by_all == frozenset()


def test_an_admin_who_is_named_twice_is_no_second_one(desk: Desk) -> None:
    desk.first = ("ana@acme.test", "UANA")
    alone = desk.says(ANA, WIDER)
    assert isinstance(alone, Waiting)
    assert alone.asked == ()


def test_who_becomes_an_admin_hears_of_it_and_nobody_else_does(desk: Desk) -> None:
    desk.says(ANA, 'policy set admins.people ["ben@acme.test", "ana@acme.test"]')
    assert desk.voice.greeted == [(BEN, 2)]
    desk.presses(BEN, waiting(desk, ANA, 'policy set admins.people ["ben@acme.test", "zoe@acme.test"]'))
    assert desk.voice.greeted == [(BEN, 2), (ZOE, 3)]
    desk.says(ANA, f"policy set {LINES} 8")
    assert len(desk.voice.greeted) == 2


@pytest.mark.parametrize("point", ["command.after_claim", "command.after_effect", "command.after_tell"])
def test_who_becomes_an_admin_hears_of_it_though_a_process_died(desk: Desk, point: str) -> None:
    _dies_once(desk, point, ANA, text='policy set admins.people ["ben@acme.test"]')
    assert desk.voice.greeted == [(BEN, 2)]


# --- crashes


POINTS = ("command.after_claim", "command.after_effect", "command.after_tell")


def _dies_once(desk: Desk, point: str, by: Member, **what: Any) -> ReceiptId:
    receipt = desk.takes(by, **what)
    desk.dies_at = point
    with pytest.raises(Died):
        worker.heed_next(desk.commands, desk.house)
    desk.now += LEASE + timedelta(seconds=1)
    assert worker.heed_next(desk.commands, desk.house)
    return receipt


@pytest.mark.parametrize("point", POINTS)
def test_a_rule_whose_process_died_is_set_once_and_told(desk: Desk, point: str) -> None:
    receipt = _dies_once(desk, point, ANA, text=f"policy set {LINES} 8")
    assert len(desk.config.history()) == 2
    assert isinstance(desk.voice.told[-1], Changed)
    assert desk.kinds(receipt) == ["commanded", "configured", "replied"]


@pytest.mark.parametrize("point", POINTS)
def test_a_rollback_whose_process_died_is_done_once(desk: Desk, point: str) -> None:
    desk.says(ANA, f"policy set {LINES} 8")
    _dies_once(desk, point, ANA, text="policy rollback 1")
    assert (len(desk.config.history()), desk.lines) == (3, 5)
    told = desk.voice.told[-1]
    assert isinstance(told, Changed)
    assert [one.number for one in told.passed_over] == [2]


@pytest.mark.parametrize("point", POINTS)
def test_a_change_whose_process_died_waits_once(two: Desk, point: str) -> None:
    receipt = _dies_once(two, point, ANA, text=WIDER)
    assert isinstance(two.voice.told[-1], Waiting)
    assert len({change.id for change, _ in two.voice.offered}) == 1
    assert two.kinds(receipt).count("change_proposed") == 1


@pytest.mark.parametrize("point", POINTS)
def test_an_agreement_whose_process_died_counts_once(two: Desk, point: str) -> None:
    change = waiting(two)
    _dies_once(two, point, BEN, pressed=Pressed(change=change, approve=True, channel="D1", message="1.1"))
    assert two.held_by_all == {"wiki/group:all"}
    assert len(two.config.history()) == 2
    assert {one.change.state for one in two.voice.informed} == {"approved"}


def test_what_passes_is_tried_again_and_what_does_not_is_told(desk: Desk) -> None:
    desk.voice.error = Retryable("away")
    receipt = desk.takes(ANA, text=f"policy set {LINES} 8")
    worker.heed_next(desk.commands, desk.house)
    assert desk.kinds(receipt) == ["commanded", "configured", "delayed"]
    desk.voice.error, desk.now = None, desk.now + timedelta(hours=1)
    worker.heed_next(desk.commands, desk.house)
    assert isinstance(desk.voice.told[-1], Changed)
    desk.voice.error = ValueError("a fault")
    failed = desk.takes(ANA, text="help")
    worker.heed_next(desk.commands, desk.house)
    assert (desk.kinds(failed)[-1], len(desk.voice.failed)) == ("failed", 1)
    assert not worker.heed_next(desk.commands, replace(desk.house))


# --- stopping everything


def test_a_pause_holds_until_somebody_ends_it(two: Desk) -> None:
    paused = two.says(ANA, "pause")
    assert isinstance(paused, NowPaused)
    assert (paused.anew, paused.paused.by) == (True, "ana@acme.test")
    again = two.says(BEN, "pause")
    assert isinstance(again, NowPaused)
    assert (again.anew, again.paused.by) == (False, "ana@acme.test")
    assert isinstance(two.says(ZOE, "resume"), NoAdmin)
    assert two.house.paused() is not None
    assert two.says(BEN, "resume") == NowRunning(anew=True)
    assert two.says(BEN, "resume") == NowRunning(anew=False)
    assert two.house.paused() is None


@pytest.mark.parametrize("point", POINTS)
def test_a_pause_whose_process_died_is_told_as_what_it_was(desk: Desk, point: str) -> None:
    receipt = _dies_once(desk, point, ANA, text="pause")
    told = desk.voice.told[-1]
    assert isinstance(told, NowPaused)
    assert told.anew
    assert desk.kinds(receipt).count("paused") == 1
    receipt = _dies_once(desk, point, ANA, text="resume")
    assert desk.voice.told[-1] == NowRunning(anew=True)
    assert desk.kinds(receipt).count("resumed") == 1
