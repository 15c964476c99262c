"""Of what nobody knows whether it was done, whoever asked says so, or an admin; nobody else, and one of them. Deny first."""

from datetime import timedelta
from typing import Any

import pytest

from bot import worker
from bot.core.acting import Unsure
from bot.core.admin import Member, NoAdmin
from bot.core.nouns import ReceiptId
from bot.core.tooling import ActSettled, NothingOpen
from bot.flows.pressed import confirm, settle
from bot.stores.database import Database
from bot.stores.ledger.verify import verify
from tests.fakes.tool import UnkeyedTool
from tests.flows.acts import ANA, BEN, ZOE, Acts
from tests.flows.bureau import ANA as ADMIN
from tests.flows.bureau import LEASE, Desk, Died
from tests.flows.bureau import ZOE as NO_ADMIN
from tests.stores.ledgers import KEY
from tests.threads import at_once


def open_act(acts: Acts, number: int = 1) -> Any:
    """Of which nobody knows whether it was done."""

    def lost() -> None:
        raise Unsure("?")

    acts.tool.before = lost
    proposal = acts.proposes(number=number)
    acts.works()
    assert confirm(proposal.id, ANA, acts.house).outcome == "taken"
    acts.works()
    assert (acts.stage(proposal.id), acts.says(proposal)) == ("unknown", "unknown")
    return proposal


@pytest.fixture
def acts(database: Database) -> Acts:
    return Acts(database, UnkeyedTool())


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_nobody_who_is_neither_an_admin_nor_whoever_asked_says_whether_it_was_done(acts: Acts, desk: Desk) -> None:
    proposal = open_act(acts)
    assert isinstance(desk.says(NO_ADMIN, f"tools settle {proposal.receipt} done"), NoAdmin)
    for nobody in (BEN, ZOE, ANA.model_copy(update={"team": "T2"})):
        assert settle(proposal.id, nobody, acts.house, happened=True).outcome == "not_yours"
    acts.works()
    assert acts.stage(proposal.id) == "unknown"
    assert "settled" not in acts.told(proposal)


@pytest.mark.parametrize(("word", "happened", "stage"), [("done", True, "done"), ("not done", False, "failed")])
def test_an_admin_says_whether_it_was_done_and_the_card_and_both_receipts_say_so(
    acts: Acts, desk: Desk, word: str, *, happened: bool, stage: str
) -> None:
    proposal, other = open_act(acts), open_act(acts, number=2)
    (first, second) = acts.executions.open_acts(9)
    assert {first.receipt, second.receipt} == {proposal.receipt, other.receipt}
    assert desk.says(ADMIN, f"tools settle {proposal.receipt} {word}") == ActSettled(proposal.receipt, happened)
    acts.works()
    assert (acts.stage(proposal.id), acts.says(proposal)) == (stage, stage)
    assert acts.because(proposal.id) == "settled_by_admin"
    (told,) = [one.body for one in acts.receipts.happened(proposal.receipt) if one.kind == "act_settled"]
    said = {"by": str(ADMIN.user), "as": "admin", "stage": stage}
    assert told == {"proposal": proposal.id, "digest": proposal.digest, **said}
    assert desk.happened.count("act_settled") == 2  # in the receipt of the command, too
    assert [one.receipt for one in acts.executions.open_acts(9)] == [other.receipt]
    assert acts.stage(other.id) == "unknown"
    assert settle(proposal.id, ANA, acts.house, happened=not happened).outcome == "over"
    again = desk.says(ADMIN, f"tools settle {proposal.receipt} done")
    assert again == NothingOpen(proposal.receipt)
    assert acts.stage(proposal.id) == stage
    assert verify(acts.database, keys=[KEY.public]).is_clean


def test_only_what_nobody_knows_is_settled(acts: Acts, desk: Desk) -> None:
    done, waits = acts.proposes(number=1), acts.proposes(number=2)
    acts.works()
    confirm(done.id, ANA, acts.house)
    acts.works()
    for receipt in (done.receipt, waits.receipt, ReceiptId("r_" + "f" * 24)):
        assert desk.says(ADMIN, f"tools settle {receipt} not done") == NothingOpen(receipt)
    assert (acts.stage(done.id), acts.stage(waits.id)) == ("done", "proposed")
    assert acts.executions.open_acts(9) == []


def test_of_whoever_asked_and_an_admin_at_once_one_has_said_it(acts: Acts, desk: Desk) -> None:
    for number in range(1, 5):
        proposal = open_act(acts, number)

        def says(at: int, proposal: Any = proposal) -> bool:
            if at:
                return isinstance(desk.says(ADMIN, f"tools settle {proposal.receipt} not done"), ActSettled)
            return settle(proposal.id, ANA, acts.house, happened=True).outcome == "taken"

        by_asker, by_admin = at_once(2, says)
        assert by_asker != by_admin
        assert acts.stage(proposal.id) == ("done" if by_asker else "failed")
        assert acts.told(proposal).count("settled") == 1


def test_an_admin_whose_command_died_once_it_was_done_hears_that_it_was(acts: Acts, desk: Desk) -> None:
    proposal = open_act(acts)
    desk.dies_at = "command.after_effect"
    with pytest.raises(Died):
        desk.says(ADMIN, f"tools settle {proposal.receipt} done")
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    assert desk.voice.told[-1] == ActSettled(proposal.receipt, happened=True)
    assert acts.told(proposal).count("settled") == 1


# --- whoever asked is gone ------------------------------------------------------------------------------------------------

ADMINS = [Member(user=BEN), Member(user=ZOE)]


def test_admins_are_told_once_when_whoever_asked_has_left(acts: Acts) -> None:
    acts.admins, acts.cards.away = ADMINS, {ZOE.user}
    proposal = open_act(acts)
    acts.now += timedelta(days=2)
    acts.works()
    assert acts.cards.sent == {}
    del acts.members[ANA]
    for _ in range(3):
        acts.now += timedelta(days=1)
        acts.works()
    assert acts.cards.sent == {BEN.user: 1}
    assert acts.cards.told_as_left == [True]
    (told,) = [one.body for one in acts.receipts.happened(proposal.receipt) if one.kind == "act_admins_told"]
    assert told["of"] == [str(BEN)]
    assert acts.stage(proposal.id) == "unknown"


def test_admins_are_told_once_when_whoever_asked_says_nothing_for_three_days(acts: Acts) -> None:
    acts.admins = ADMINS
    proposal = open_act(acts)
    for _ in range(2):
        acts.now += timedelta(days=1)
        acts.works()
    assert acts.cards.sent == {}
    for _ in range(3):
        acts.now += timedelta(days=1)
        acts.works()
    assert acts.cards.sent == {BEN.user: 1, ZOE.user: 1}
    assert acts.cards.told_as_left == [False, False]
    assert settle(proposal.id, ANA, acts.house, happened=True).outcome == "taken"


def test_admins_are_told_at_once_when_whoever_asked_left_while_it_was_done(acts: Acts) -> None:
    acts.admins = ADMINS

    def leaves() -> None:
        del acts.members[ANA]
        raise Unsure("?")

    proposal = acts.proposes()
    acts.works()
    confirm(proposal.id, ANA, acts.house)
    acts.tool.before = leaves
    acts.works()
    assert (acts.stage(proposal.id), acts.cards.sent) == ("unknown", {BEN.user: 1, ZOE.user: 1})


def test_where_no_admin_can_be_told_it_is_tried_again_the_next_day(acts: Acts) -> None:
    acts.admins, acts.cards.away = ADMINS, {BEN.user, ZOE.user}
    proposal = open_act(acts)
    del acts.members[ANA]
    acts.now += timedelta(days=1)
    acts.works()
    assert "admins_told" not in acts.told(proposal)
    acts.cards.away = set()
    acts.now += timedelta(days=1)
    acts.works()
    assert acts.cards.sent == {BEN.user: 1, ZOE.user: 1}
