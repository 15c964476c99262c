"""One test for each way in which a connector to Drive is known to go wrong. Against the emulator, over HTTP."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bot.playground.google import Habits
from connectors.drive import news
from connectors.drive.content import Place
from connectors.model import AccessChanged, AccessUnknown, Batch, Braked, Delete, Fatal, Loop, Retryable, Upsert
from tests.connectors.drive.company import ANA, BEN, CAT, EVE, Company, a_company
from tests.connectors.drive.shared import Shared, shared

Open = Callable[..., Shared]
MONEY = {"ana", "anna", "ben"}


@pytest.fixture
def acme() -> Company:
    return a_company()


@pytest.fixture
def open_drive(acme: Company, client: httpx.Client) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(
            shared(acme.world, acme.clock, client=client, **{"drives": acme.fin, **more})
        )


def hidden(batches: list[Batch]) -> set[str]:
    changes = [change for batch in batches for change in batch.changes]
    return {
        change.id.partition(":")[2] for change in changes if isinstance(change, AccessChanged) and not change.access
    }


def upserted(batches: list[Batch]) -> list[str]:
    changes = [change for batch in batches for change in batch.changes]
    return [change.document.id.partition(":")[2] for change in changes if isinstance(change, Upsert)]


# -- §1: access --------------------------------------------------------------------------------------------------------


def test_who_reads_a_file_is_who_its_permissions_name_and_whoever_is_in_their_groups(
    acme: Company, open_drive: Open
) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    assert found.readers(plan) == MONEY == found.live_readers(plan)
    assert found.may(ANA, plan)
    assert not found.may(CAT, plan)
    assert found.text(plan) == "# Plan\n\nText of Plan."


def test_the_members_of_a_drive_do_not_read_what_lies_in_a_limited_folder(acme: Company, open_drive: Open) -> None:
    shut = acme.folder("Shut")
    plan = acme.doc("Plan", under=shut)
    acme.drive.limit(shut)
    acme.drive.share(shut, CAT)
    found = open_drive()
    found.sync()
    assert found.readers(plan) == {"cat", "ben"} == found.live_readers(plan)
    assert not found.may(ANA, plan), "who sees that there is a folder does not read what is in it"


@pytest.mark.parametrize("who", [None, "acme.test"], ids=["anyone", "the domain"])
def test_a_link_is_nobody_s_even_for_whoever_could_follow_it(acme: Company, open_drive: Open, who: str | None) -> None:
    plan = acme.doc("Plan")
    acme.drive.share(plan, who, discoverable=False)
    found = open_drive()
    found.sync()
    assert found.readers(plan) == MONEY == found.live_readers(plan)
    assert not found.may(CAT, plan)


def test_a_link_is_the_domain_s_where_an_admin_said_so(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.drive.share(plan, discoverable=False)
    found = open_drive(link_only="domain")
    found.sync()
    assert found.readers(plan) == {*MONEY, "cat", "boss"}
    assert found.may(CAT, plan)


def test_what_was_shared_and_has_a_link_left_is_no_longer_shown(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.drive.share(plan, CAT)
    found = open_drive()
    found.sync()
    assert found.may(CAT, plan)
    acme.drive.unshare(plan, CAT)
    acme.drive.share(plan, discoverable=False)  # Drive itself would still let her have it
    assert not found.may(CAT, plan)


def test_a_grant_that_ends_ends_without_anybody_looking(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.drive.share(plan, CAT, expires=acme.clock.now() + 3600)
    found = open_drive()
    found.sync()
    assert "cat" in found.readers(plan)
    acme.clock.advance(3600)
    assert "cat" not in found.readers(plan)
    assert not found.may(CAT, plan)


def test_whoever_is_only_asked_to_own_it_does_not_read_it_yet(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan", owner=ANA)
    acme.drive.share(plan, CAT, "writer", pending_owner=True)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    assert found.readers(plan) == {"ana", "anna"} == found.live_readers(plan)


def test_somebody_of_another_company_is_nobody_here(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.drive.share(plan, EVE)
    acme.directory.add_members("money@acme.test", EVE)
    found = open_drive()
    found.sync()
    assert found.readers(plan) == MONEY
    assert not found.may(EVE, plan)


def test_what_assistants_may_not_use_is_never_read_and_vanishes_when_that_is_said_later(
    acme: Company, open_drive: Open
) -> None:
    secret, plan = acme.doc("Secret"), acme.doc("Plan")
    acme.drive.set_gen_ai(secret, False)
    found = open_drive()
    found.sync()
    assert secret not in found.kept()
    assert not found.google.requests.of(f"{secret}/export")
    acme.drive.set_gen_ai(plan, False)
    assert not found.may(ANA, plan)
    assert not found.live(plan)
    assert hidden(found.run(Loop.CONTENT)) == {plan}


def test_of_what_readers_may_not_take_away_the_name_is_found_and_nothing_else(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    acme.drive.set_copy_requires_writer(plan, True)
    found = open_drive()
    found.sync()
    assert found.text(plan) == "Plan"
    assert found.may(ANA, plan)


def test_what_was_read_whole_and_may_not_be_taken_away_any_more_is_not_shown_until_its_name_alone_is_kept(
    acme: Company, open_drive: Open
) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    acme.drive.set_copy_requires_writer(plan, True)
    assert not found.may(ANA, plan)
    assert not found.live(plan)
    found.run(Loop.CONTENT)
    assert found.text(plan) == "Plan"
    assert found.may(ANA, plan)


def test_more_readers_than_one_page_are_read_to_the_end(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    for number in range(5):
        acme.directory.add_user(f"p{number}@acme.test")
        acme.drive.share(plan, f"p{number}@acme.test")
    found = open_drive(habits=Habits(most_at_once=2))
    found.sync()
    assert found.readers(plan) == {*MONEY, *(f"p{number}" for number in range(5))}


@pytest.mark.parametrize("kind", ["forbidden", "error_500"])
def test_who_may_read_a_file_and_cannot_be_found_out_is_nobody_until_it_can(
    acme: Company, open_drive: Open, kind: Any
) -> None:
    plan = acme.doc("Plan")
    for title in ("one", "two", "three"):
        acme.doc(title)
    found = open_drive()
    found.sync()
    found.google.faults.fail(f"{plan}/permissions", kind, times=500)
    with found.impatient():
        if kind == "forbidden":  # a refusal that is no file's is everybody's
            with pytest.raises(Fatal):
                found.run(Loop.ACCESS)
            return
        found.run(Loop.ACCESS)
        assert found.readers(plan) == set()
        assert "nobody can read it" in found.problems()
    found.google.faults.clear()
    found.run(Loop.ACCESS)
    assert found.readers(plan) == MONEY


@pytest.mark.parametrize(("where", "loop"), [("/permissions", Loop.ACCESS), ("/export", Loop.CONTENT)])
def test_if_google_fails_at_several_at_once_nothing_is_concluded_of_any(
    acme: Company, open_drive: Open, where: str, loop: Loop
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(4)]
    found = open_drive()
    found.sync()
    for plan in plans:
        acme.drive.edit(plan, "Edited.")
        found.google.faults.fail(f"{plan}{where}", "error_500", times=500)
    with found.impatient(), pytest.raises(Retryable):
        found.run(loop)
    assert all(found.readers(plan) == MONEY for plan in plans)
    found.google.faults.clear()
    found.run(Loop.CONTENT)
    assert all(found.text(plan) == "Edited." for plan in plans)


def test_a_service_account_that_may_not_see_who_reads_a_file_lets_nobody_read_it(
    acme: Company, open_drive: Open
) -> None:
    plan = acme.doc("Plan")
    found = open_drive(mode="member", admin=None)
    acme.drive.set_member(acme.fin, found.google.account.email, "reader")
    found.sync()
    assert found.readers(plan) == set()
    acme.drive.set_member(acme.fin, found.google.account.email, "writer")
    found.sync()
    assert found.readers(plan) == MONEY == found.live_readers(plan)
    assert found.may(ANA, plan)
    assert not found.may(CAT, plan)


# -- §2: people --------------------------------------------------------------------------------------------------------


def test_an_alias_reads_what_its_owner_reads_and_whoever_is_suspended_nothing(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    assert found.may("anna@acme.test", plan)
    acme.directory.suspend(ANA)
    assert found.readers(plan) == {"ben"}
    assert not found.may(ANA, plan)


def test_groups_that_hold_each_other_are_read_to_their_end(acme: Company, open_drive: Open) -> None:
    acme.directory.add_group("cats@acme.test", members=[CAT])
    acme.directory.add_group("all@acme.test", members=["cats@acme.test"])
    acme.directory.add_members("cats@acme.test", "all@acme.test")
    acme.directory.add_members("money@acme.test", "all@acme.test")
    plan = acme.doc("Plan")
    found = open_drive(habits=Habits(most_at_once=1))
    found.sync()
    assert found.readers(plan) == {*MONEY, "cat"}


def test_a_directory_that_is_not_read_to_its_end_tells_of_nobody(acme: Company, open_drive: Open) -> None:
    found = open_drive(habits=Habits(most_at_once=1))
    found.google.faults.fail("/members", "error_500", skip=0, times=500)
    with found.impatient(), pytest.raises(Retryable):
        found.groups()
    found.google.faults.clear()
    found.google.faults.fail("/members", "forbidden", times=500)
    with pytest.raises((AccessUnknown, Fatal)):
        found.groups()


def test_whom_an_admin_links_speaks_with_their_own_voice(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    assert not found.may("ana@slack.test", plan)
    found.overrides["ana@slack.test"] = ANA  # type: ignore[index]
    found.connector.groups()
    assert found.may("ana@slack.test", plan)


# -- §3: loops ---------------------------------------------------------------------------------------------------------


def test_what_changes_while_everything_is_read_for_the_first_time_is_told_by_the_log_after_it(
    acme: Company, open_drive: Open
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(3)]
    found = open_drive(habits=Habits(most_at_once=1))
    found.run(Loop.STRUCTURE)
    found.google.faults.between_pages("corpora=drive", lambda: acme.drive.edit(plans[0], "Edited meanwhile."))
    found.run(Loop.CONTENT)
    assert found.text(plans[0]) == "Edited meanwhile."


def test_a_log_is_begun_before_what_it_tells_of_is_listed(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    found = open_drive(my_drive=True)
    found.run(Loop.CONTENT)
    asked = [one.path.rpartition("/")[2] for one in found.google.requests.all() if "/drive/v3" in one.path]
    assert asked.index("startPageToken") < asked.index("files")
    assert asked.count("startPageToken") == 1 + 4, "one for the drive, and one for everybody"


def test_the_token_moves_with_the_last_of_its_page_and_what_is_cut_off_before_is_read_again(
    acme: Company, open_drive: Open
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(2)]
    found = open_drive()
    found.sync()
    for plan in plans:
        acme.drive.edit(plan, "Edited.")
    before = found.memory.cursors[Loop.CONTENT]
    for batch in found.connector.changes(Loop.CONTENT, found.memory, before, full=False):
        if upserted([batch]):
            assert batch.cursor is not None
            assert Place.model_validate_json(batch.cursor).tokens != Place.model_validate_json(before).tokens
            break  # died before it was kept
        assert batch.cursor in {None, before}
        found.memory.take(Loop.CONTENT, batch)
    assert found.memory.cursors[Loop.CONTENT] == before
    assert set(upserted(found.run(Loop.CONTENT))) == set(plans)


def test_of_a_deleted_file_the_log_tells_the_id_and_it_is_hidden_at_once(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    acme.drive.delete(plan)
    assert not found.live(plan)
    assert hidden(found.run(Loop.CONTENT)) == {plan}
    assert not any(isinstance(one, Delete) for one in found.memory.told), "taken away when it is missed once more"
    found.run(Loop.STRUCTURE)
    assert f"file:{plan}" not in found.memory.documents


def test_of_a_deleted_folder_everything_in_it_is_hidden_though_only_its_id_is_told(
    acme: Company, open_drive: Open
) -> None:
    top = acme.folder("Top")
    plan = acme.doc("Plan", under=acme.folder("Below", under=top))
    found = open_drive()
    found.sync()
    acme.drive.delete(top)
    assert hidden(found.run(Loop.CONTENT)) == {plan}


def test_in_the_trash_nothing_is_found_nor_below_it_and_back_from_there_it_is(acme: Company, open_drive: Open) -> None:
    top = acme.folder("Top")
    plan = acme.doc("Plan", under=acme.folder("Below", under=top))
    found = open_drive()
    found.sync()
    acme.drive.trash(top)
    assert not found.may(ANA, plan)
    assert hidden(found.run(Loop.CONTENT)) == {plan}
    acme.drive.untrash(top)
    found.run(Loop.CONTENT)
    assert found.readers(plan) == MONEY


def _share(acme: Company, folder: str) -> None:
    acme.drive.share(folder, CAT)


def _limit(acme: Company, folder: str) -> None:
    acme.drive.limit(folder)


def _move(acme: Company, folder: str) -> None:
    acme.drive.move(folder, acme.shut)


@pytest.mark.parametrize(
    ("deed", "readers"),
    [(_share, {*MONEY, "cat"}), (_limit, {"ben"}), (_move, {"ben"})],
    ids=["shared", "limited", "moved"],
)
def test_what_lies_below_a_changed_folder_is_in_doubt_from_the_same_batch_on_and_then_read_anew(
    acme: Company, open_drive: Open, deed: Callable[[Company, str], None], readers: set[str]
) -> None:
    acme.shut = acme.folder("Shut")
    acme.drive.limit(acme.shut)
    top = acme.folder("Top")
    plan = acme.doc("Plan", under=acme.folder("Below", under=top))
    other = acme.doc("Other")
    found = open_drive()
    found.sync()
    deed(acme, top)
    before = found.memory.cursors[Loop.CONTENT]
    doubted = False
    for batch in found.connector.changes(Loop.CONTENT, found.memory, before, full=False):
        found.memory.take(Loop.CONTENT, batch)
        if not doubted and batch.changes:
            assert found.is_unsure(plan), "before anything is read below it"
            assert not found.is_unsure(other)
            assert found.memory.cursors[Loop.CONTENT] == before
            doubted = True
    assert doubted
    assert found.readers(plan) == readers == found.live_readers(plan)
    assert not found.is_unsure(plan)


def test_a_folder_that_was_being_gone_through_when_it_was_cut_off_is_gone_through_again(
    acme: Company, open_drive: Open
) -> None:
    top = acme.folder("Top")
    plan = acme.doc("Plan", under=top)
    found = open_drive()
    found.sync()
    acme.drive.limit(top)
    before = found.memory.cursors[Loop.CONTENT]
    for batch in found.connector.changes(Loop.CONTENT, found.memory, before, full=False):
        found.memory.take(Loop.CONTENT, batch)
        if batch.changes:
            break  # died after the doubt was kept
    assert found.is_unsure(plan)
    found.run(Loop.CONTENT)
    assert found.readers(plan) == {"ben"}
    assert not found.is_unsure(plan)


def test_of_a_folder_that_is_too_large_to_wait_for_everything_stays_in_doubt_until_each_file_is_asked(
    acme: Company, open_drive: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = acme.folder("Top")
    plans = [acme.doc(f"Plan {number}", under=top) for number in range(3)]
    found = open_drive()
    found.sync()
    monkeypatch.setattr(news, "MOST_WALKED", 2)
    acme.drive.limit(top)
    found.run(Loop.CONTENT)
    assert all(found.is_unsure(plan) for plan in plans)
    assert not found.may(ANA, *plans)
    assert found.may(BEN, *plans) == set(plans)
    found.run(Loop.ACCESS)
    assert all(found.readers(plan) == {"ben"} and not found.is_unsure(plan) for plan in plans)


def test_a_new_name_of_a_folder_reads_nothing_below_it(acme: Company, open_drive: Open) -> None:
    top = acme.folder("Top")
    acme.doc("Plan", under=top)
    found = open_drive()
    found.sync()
    acme.drive.rename(top, "Top of all")
    found.google.requests.clear()
    assert not [batch for batch in found.run(Loop.CONTENT) if batch.changes]
    assert not [one for one in found.google.requests.all() if "in+parents" in one.query or "in%20parents" in one.query]


def test_a_drive_with_other_members_is_read_anew_though_no_log_tells_of_its_files(
    acme: Company, open_drive: Open
) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    acme.drive.remove_member(acme.fin, "money@acme.test")
    acme.drive.set_member(acme.fin, CAT, "reader")
    found.run(Loop.CONTENT)
    assert found.readers(plan) == {"ben", "cat"}


@pytest.mark.parametrize("loop", [Loop.CONTENT, Loop.STRUCTURE])
def test_of_a_drive_that_vanished_everything_is_hidden_at_once(acme: Company, open_drive: Open, loop: Loop) -> None:
    plans = {acme.doc(f"Plan {number}", under=acme.folder(f"F {number}")) for number in range(12)}
    mine = acme.doc("Mine", owner=ANA)
    found = open_drive(my_drive=True)
    found.sync()
    acme.drive.remove_drive(acme.fin)
    assert hidden(found.run(loop)) == plans
    assert found.readers(mine) == {"ana", "anna"}
    found.run(Loop.STRUCTURE)
    assert {name.partition(":")[2] for name in found.memory.documents} == {mine}


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_token_that_is_no_longer_taken_is_had_anew_and_everything_looked_at(
    acme: Company, open_drive: Open, status: int
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(3)]
    found = open_drive(habits=Habits(rejects_tokens_with=status))
    found.sync()
    acme.drive.edit(plans[0], "Edited.")
    acme.drive.share(plans[1], CAT)
    acme.drive.delete(plans[2])
    acme.drive.events.forget()
    found.run(Loop.STRUCTURE, Loop.CONTENT)
    assert found.text(plans[0]) == "Edited."
    assert "cat" in found.readers(plans[1])
    assert found.readers(plans[2]) == set()
    acme.drive.edit(plans[1], "Edited too.")
    found.run(Loop.CONTENT)
    assert found.text(plans[1]) == "Edited too."


def test_a_crawl_that_is_cut_off_goes_on_where_it_was_and_reads_nothing_twice(acme: Company, open_drive: Open) -> None:
    plans = {acme.doc(f"Plan {number}") for number in range(5)}
    found = open_drive(habits=Habits(most_at_once=2))
    found.run(Loop.STRUCTURE)
    for batch in found.connector.changes(Loop.CONTENT, found.memory, None, full=False):
        found.memory.take(Loop.CONTENT, batch)
        if upserted([batch]):
            break
    first = set(found.memory.embedded)
    assert len(first) == 2
    again = upserted(found.run(Loop.CONTENT))
    assert {f"file:{id_}" for id_ in again} == {f"file:{id_}" for id_ in plans} - first


def test_a_file_that_several_people_s_logs_tell_of_is_one_document_and_its_owner_s(
    acme: Company, open_drive: Open
) -> None:
    plan = acme.doc("Plan", owner=ANA)
    acme.drive.share(plan, BEN)
    acme.drive.share(plan, CAT)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    assert found.memory.embedded == [f"file:{plan}"]
    acme.drive.unshare(plan, CAT)  # in her log it is gone, and only there
    found.run(Loop.CONTENT)
    assert found.readers(plan) == {"ana", "anna", "ben"}
    acme.drive.transfer(plan, BEN)
    found.run(Loop.CONTENT)
    assert found.readers(plan) == {"ana", "anna", "ben"} == found.live_readers(plan)
    assert found.memory.embedded == [f"file:{plan}"] * len(found.memory.embedded)


def test_what_is_moved_from_one_drive_to_another_is_the_same_document_and_out_of_all_it_is_gone(
    acme: Company, open_drive: Open
) -> None:
    legal = acme.drive.add_drive("Legal", {BEN: "organizer", CAT: "reader"}).id
    other = acme.drive.add_drive("Other", {BEN: "organizer"}).id
    plan = acme.doc("Plan")
    found = open_drive(drives=f"{acme.fin},{legal}")
    found.sync()
    acme.drive.move(plan, legal)
    assert not found.may(ANA, plan)
    found.run(Loop.CONTENT)
    assert found.readers(plan) == {"ben", "cat"}
    acme.drive.move(plan, other)
    assert not found.may(BEN, plan), "he reads it there, and it is none of ours"
    found.run(Loop.CONTENT)
    assert found.readers(plan) == set()


def test_of_named_folders_what_lies_below_is_read_and_what_is_moved_out_or_in_is_gone_or_there(
    acme: Company, open_drive: Open
) -> None:
    ours, others = acme.folder("Ours"), acme.folder("Others")
    low = acme.folder("Low", under=ours)
    plan, stray = acme.doc("Plan", under=low), acme.doc("Stray", under=others)
    top = acme.doc("Top")
    found = open_drive(folders=ours)
    found.sync()
    assert found.kept() == {plan}
    acme.drive.move(low, others)
    found.run(Loop.CONTENT)
    assert found.kept() == set()
    acme.drive.move(others, ours)
    found.run(Loop.CONTENT)
    assert found.kept() == {plan, stray}
    acme.drive.move(top, ours)
    found.run(Loop.CONTENT)
    assert found.kept() == {plan, stray, top}
    acme.drive.move(top, acme.fin)
    assert not found.may(ANA, top)


def test_a_shortcut_is_nothing_and_what_it_leads_to_is_read_only_where_it_lies(acme: Company, open_drive: Open) -> None:
    other = acme.drive.add_drive("Other", {BEN: "organizer"}).id
    plan, outside = acme.doc("Plan"), acme.doc("Outside", under=other)
    for target in (plan, outside):
        acme.drive.add_shortcut(target, parent=acme.fin)
    found = open_drive()
    found.sync()
    assert found.kept() == {plan}


def test_nobody_s_own_drive_is_read_unless_it_is_said_and_then_only_of_the_units_named(
    acme: Company, open_drive: Open
) -> None:
    hers, his = acme.doc("Hers", owner=ANA), acme.doc("His", owner=BEN)
    without = open_drive()
    without.sync()
    assert without.kept() == set()
    both = open_drive(my_drive=True)
    both.sync()
    assert both.kept() == {hers, his}
    sales = open_drive(my_drive=True, org_units="/Sales")
    sales.sync()
    assert sales.kept() == {hers}
    acme.directory.set_org_unit(ANA, "/Legal")
    sales.connector.reader.logs.clear()
    assert not sales.live(hers)


def test_what_was_given_to_somebody_whose_own_drive_is_not_read_is_shown_to_nobody_from_then_on(
    acme: Company, open_drive: Open
) -> None:
    hers = acme.doc("Hers", owner=ANA)
    found = open_drive(my_drive=True, org_units="/Sales")
    found.sync()
    assert found.may(ANA, hers)
    acme.drive.transfer(hers, BEN)
    assert found.google.oracle.may_open(ANA, hers)
    assert not found.may(ANA, hers), "no loop has been there yet"
    assert not found.live(hers)


def test_what_somebody_owns_in_a_colleague_s_folder_is_in_doubt_with_it(acme: Company, open_drive: Open) -> None:
    folder = acme.folder("Ana's", owner=ANA)
    acme.drive.share(folder, BEN, "writer")
    plan = acme.doc("Plan", under=folder, owner=BEN)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    acme.drive.share(folder, CAT)
    found.run(Loop.CONTENT)
    assert found.is_unsure(plan) or "cat" in found.readers(plan)
    found.run(Loop.ACCESS)
    assert found.readers(plan) == {"ana", "anna", "ben", "cat"}


def test_whose_account_is_suspended_keeps_no_others_from_being_read_and_theirs_is_hidden(
    acme: Company, open_drive: Open
) -> None:
    hers, his = acme.doc("Hers", owner=CAT), acme.doc("His", owner=BEN)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    acme.directory.suspend(CAT)
    acme.drive.edit(his, "Edited.")
    found.sync()
    assert found.text(his) == "Edited."
    assert found.readers(hers) == set()


def test_somebody_for_whom_no_token_is_had_right_now_loses_nothing_and_holds_nobody_up(
    acme: Company, open_drive: Open
) -> None:
    hers, his = acme.doc("Hers", owner=ANA), acme.doc("His", owner=BEN)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    found.connector._client._tokens._had.clear()
    real = found.connector._client._tokens._fetched

    def fetched(who: str | None, scopes: tuple[str, ...]) -> object:
        from connectors.drive.tokens import Voiceless

        if who == ANA:
            raise Voiceless("no token for ana")
        return real(who, scopes)

    found.connector._client._tokens._fetched = fetched  # type: ignore[method-assign, assignment]
    acme.drive.edit(his, "Edited.")
    found.run(Loop.STRUCTURE, Loop.CONTENT)
    assert found.text(his) == "Edited."
    assert found.kept() == {hers, his}
    assert "no token for ana" in found.problems()
    assert not found.live(hers)
    found.run(Loop.ACCESS)
    assert found.kept() == {hers, his}
    assert (found.readers(hers), found.readers(his)) == (set(), {"ben"})


def test_somebody_who_has_no_drive_keeps_nobody_else_s_from_being_read(acme: Company, open_drive: Open) -> None:
    hers, his = acme.doc("Hers", owner=ANA), acme.doc("His", owner=BEN)
    found = open_drive(drives="", my_drive=True)
    found.sync()
    acme.drive.edit(his, "Edited.")
    found.google.faults.fail("corpora=user", "forbidden")  # the first whose is listed: hers
    found.run(Loop.STRUCTURE)
    found.google.faults.fail("/changes?", "forbidden")
    found.run(Loop.CONTENT)
    assert found.kept() == {hers, his}
    assert found.text(his) == "Edited."
    assert found.problems().count("it is not read") == 2


def test_if_more_would_vanish_than_happens_by_itself_nothing_does_until_a_person_says_so(
    acme: Company, open_drive: Open
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(20)]
    found = open_drive()
    found.sync()
    gone = set(plans[:15])
    for plan in gone:
        acme.drive.delete(plan)
    with pytest.raises(Braked, match="15 of 20"):
        found.run(Loop.STRUCTURE)
    assert found.kept() == set(plans)
    found.run(Loop.STRUCTURE, full=True)
    assert found.kept() == set(plans) - gone


def test_a_look_that_fails_on_its_way_hides_nothing(acme: Company, open_drive: Open) -> None:
    plans = {acme.doc(f"Plan {number}") for number in range(5)}
    found = open_drive(habits=Habits(most_at_once=2))
    found.sync()
    acme.drive.delete(min(plans))
    found.google.faults.fail("pageToken=", "error_503", times=500)
    with found.impatient(), pytest.raises(Retryable):
        found.run(Loop.STRUCTURE)
    assert found.kept() == plans


@pytest.mark.parametrize("kind", ["rate_limited", "rate_limited_403", "user_rate_limited", "error_500", "truncated"])
def test_haste_and_failure_are_tried_again(acme: Company, open_drive: Open, kind: Any) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.google.faults.fail("/files?", kind, times=2)
    found.sync()
    assert found.kept() == {plan}


def test_a_document_that_can_never_be_exported_holds_nothing_up_and_is_tried_again(
    acme: Company, open_drive: Open
) -> None:
    plan, other = acme.doc("Plan"), acme.doc("Other")
    found = open_drive()
    found.google.faults.fail(f"{plan}/export", "error_500", times=500)
    with found.impatient():
        found.sync()
    assert found.kept() == {other}
    assert "tries again" in found.problems()
    found.google.faults.clear()
    found.run(Loop.CONTENT)
    assert found.kept() == {other}, "no log tells of it again"
    found.run(Loop.STRUCTURE)
    assert found.kept() == {plan, other}


def test_of_somebody_s_own_files_the_listing_tells_who_reads_them_and_of_a_drive_s_each_is_asked(
    acme: Company, open_drive: Open
) -> None:
    hers, plan = acme.doc("Hers", owner=ANA), acme.doc("Plan")
    acme.drive.share(hers, CAT)
    found = open_drive(my_drive=True)
    found.run(Loop.STRUCTURE, Loop.CONTENT)
    assert found.readers(hers) == {"ana", "anna", "cat"}
    assert found.readers(plan) == MONEY
    assert not found.google.requests.of(f"{hers}/permissions")
    assert found.google.requests.of(f"{plan}/permissions")


def test_a_page_that_somebody_else_answers_with_is_no_document(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.google.faults.fail(f"{plan}/export", "wrong_type", times=2)
    found.sync()
    assert found.text(plan) == "# Plan\n\nText of Plan."


def test_another_403_is_not_tried_again_and_stops_it(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    found = open_drive()
    found.google.faults.fail("/files?", "forbidden", times=9)
    with pytest.raises(Fatal, match="domainPolicy"):
        found.run(Loop.STRUCTURE)
    assert len([one for one in found.google.requests.all() if one.path.endswith("/files")]) == 1


def test_a_token_that_is_no_longer_good_is_had_anew_once_and_no_oftener(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    found.google.tokens.revoke(found.google.account.email)
    assert found.may(ANA, plan)
    found.google.faults.fail("/files?", "unauthorized", times=500)
    found.google.requests.clear()
    with pytest.raises(Fatal, match="does not accept our credentials"):
        found.run(Loop.STRUCTURE)
    assert len([one for one in found.google.requests.all() if one.path.endswith("/files")]) == 2


def test_a_document_too_large_to_export_is_fetched_where_it_says(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan", "# Plan\n\n" + "Long. " * 100)
    found = open_drive(habits=Habits(export_limit=100))
    found.sync()
    assert found.text(plan).startswith("# Plan\n\nLong.")


def test_where_a_large_document_lies_is_not_asked_if_no_admin_said_so(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan", "# Plan\n\n" + "Long. " * 100)
    found = open_drive(habits=Habits(export_limit=100), exports="https://docs.example.test")
    found.sync()
    assert found.text(plan) == "Plan"
    assert "found by its name alone" in found.problems()
    assert not [one for one in found.google.requests.all() if one.via == "export"]


def test_a_file_that_is_too_large_is_told_and_not_downloaded(acme: Company, open_drive: Open) -> None:
    large = acme.file("large.txt", b"x" * 2000)
    found = open_drive(most_file_bytes=1000)
    found.sync()
    assert found.text(large) == "large.txt"
    assert "2,000 bytes, more than 1,000" in found.problems()
    assert not [one for one in found.google.requests.all() if "alt=media" in one.query]


def test_a_document_whose_size_nobody_told_is_cut_off_when_it_grows_too_large(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan", "Long. " * 1000)
    found = open_drive(most_file_bytes=1000)
    found.sync()
    assert found.text(plan) == "Plan"
    assert "more than 1,000 bytes" in found.problems()


def test_what_cannot_be_read_is_told_and_found_by_its_name_or_told_of_its_type(acme: Company, open_drive: Open) -> None:
    broken = acme.file("budget.pdf", b"%PDF-1.7 and no more", mime_type="application/pdf")
    acme.file("one.png", b"\x89PNG", mime_type="image/png")
    acme.file("two.png", b"\x89PNG", mime_type="image/png")
    found = open_drive()
    found.sync()
    assert found.kept() == {broken}
    assert found.text(broken) == "budget.pdf"
    assert f"file:{broken}: " in found.problems()
    assert "one.png and 1 more: files of the type image/png are not read" in found.problems()


def test_types_that_are_not_wanted_are_left_alone(acme: Company, open_drive: Open) -> None:
    acme.doc("Plan")
    notes = acme.file("notes.md", b"# Notes", mime_type="text/markdown")
    found = open_drive(types="markdown")
    found.sync()
    assert (found.kept(), found.problems()) == ({notes}, "")


def test_a_new_name_is_the_same_document_and_a_move_or_a_share_no_new_version(acme: Company, open_drive: Open) -> None:
    folder, plan = acme.folder("Folder"), acme.doc("Plan")
    found = open_drive()
    found.sync()
    acme.drive.move(plan, folder)
    acme.drive.share(plan, CAT)
    found.google.requests.clear()
    found.sync()
    assert "cat" in found.readers(plan)
    assert not found.google.requests.of("/export")
    acme.drive.rename(plan, "Great plan")
    found.run(Loop.CONTENT)
    assert found.memory.documents[f"file:{plan}"].document.title == "Great plan"
    assert found.memory.embedded == [f"file:{plan}"] * 2


def test_nothing_that_is_unchanged_is_fetched_again(acme: Company, open_drive: Open) -> None:
    for number in range(5):
        acme.doc(f"Plan {number}")
    found = open_drive()
    found.sync()
    found.google.requests.clear()
    assert not [batch for batch in found.sync() if batch.changes]
    assert not found.google.requests.of("/export")


def test_a_change_costs_what_it_changes_however_much_is_kept(acme: Company, open_drive: Open) -> None:
    folder = acme.folder("Folder")
    plans = [acme.doc(f"Plan {number}", under=folder) for number in range(40)]
    found = open_drive()
    found.sync()
    acme.drive.edit(plans[0], "Edited.")
    before = (found.memory.whole, found.memory.asked)
    found.google.requests.clear()
    assert upserted(found.run(Loop.CONTENT)) == [plans[0]]
    assert found.memory.whole == before[0]
    assert found.memory.asked - before[1] < 20
    assert len(found.google.requests) <= 6, "the drive, its organizer, the log, who reads the file, its text"


def test_what_no_change_tells_is_found_by_asking_each_file_in_turn_and_goes_on_where_it_was_cut_off(
    acme: Company, open_drive: Open
) -> None:
    plans = [acme.doc(f"Plan {number}") for number in range(60)]
    found = open_drive()
    found.sync()
    for plan in plans:
        acme.drive.share(plan, CAT)
    first = next(
        batch for batch in found.connector.changes(Loop.ACCESS, found.memory, None, full=False) if batch.changes
    )
    found.memory.take(Loop.ACCESS, first)
    done = {plan for plan in plans if "cat" in found.readers(plan)}
    assert 0 < len(done) < len(plans)
    found.google.requests.clear()
    rest = found.connector.changes(Loop.ACCESS, found.memory, found.memory.cursors[Loop.ACCESS], full=False)
    for batch in itertools.islice(rest, 1):
        found.memory.take(Loop.ACCESS, batch)
    assert {plan for plan in plans if "cat" in found.readers(plan)} > done


def test_what_is_asked_live_is_asked_of_drive_and_not_of_what_is_kept(acme: Company, open_drive: Open) -> None:
    plan, other = acme.doc("Plan"), acme.doc("Other")
    found = open_drive()
    found.sync()
    acme.drive.share(plan, CAT)
    assert found.live_readers(plan) == {*MONEY, "cat"}
    acme.drive.trash(other)
    assert set(found.live(plan, other, "1nothing")) == {plan}
    acme.drive.remove_member(acme.fin, "money@acme.test")
    assert not found.may(ANA, plan, other)
    assert found.may(BEN, plan, other) == {plan}


def test_a_drive_that_does_not_answer_live_is_an_error_and_no_answer(acme: Company, open_drive: Open) -> None:
    plan = acme.doc("Plan")
    found = open_drive()
    found.sync()
    found.google.faults.fail(f"/files/{plan}", "forbidden", times=500)
    with pytest.raises(Fatal):
        found.may(ANA, plan)
