"""What stands on somebody's Home, and what does not: read, asked, confirmed and counted anew each time it is drawn."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot import app
from bot.core.admin import NoMember
from bot.core.home import Known, Shelf
from bot.core.nouns import Event, ReceiptId
from bot.core.ports import Cost
from bot.flows.home import home
from bot.stores import pauses
from bot.stores.tables import TextRow
from connectors.model import Retryable
from tests import company
from tests.conftest import MakeDatabaseUrl
from tests.fakes.conversations import FakeConversations
from tests.flows.parlour import Parlour, parlour, user

LEAVE = "How many days of annual leave do I have?"
SECRET = "How many weeks of salary is the severance payment?"
NONSENSE = "Where is the espresso machine of the Reykjavik bureau kept?"


@pytest.fixture
def acme(tmp_path: Path, make_database_url: MakeDatabaseUrl) -> Iterator[Parlour]:
    with parlour(tmp_path, make_database_url) as made:
        yield made


def asked(acme: Parlour, name: str) -> list[tuple[str | None, str]]:
    return [(one.text, one.outcome) for one in acme.of(name).recent]


# --- whose it is ---


def test_who_is_no_member_sees_nothing_of_the_company(acme: Parlour) -> None:
    acme.admins.append("guest@else.test")
    assert acme.home("guest") == NoMember()
    assert acme.home("nobody") == NoMember()


def test_who_became_a_guest_a_moment_ago_is_no_member_either_way_round(acme: Parlour) -> None:
    acme.people.outsiders = ("ben",)
    assert acme.home("ben") == NoMember()
    acme.people.outsiders = ()
    del acme.members["UBEN"]
    assert acme.home("ben") == NoMember()


def test_who_cannot_be_found_out_now_is_nobody_for_the_moment(acme: Parlour) -> None:
    house = acme.house
    house.governing.members.error = Retryable("away")  # type: ignore[attr-defined]
    with pytest.raises(Retryable):
        home(user("ana"), house)


def test_an_admins_part_is_an_admins_alone_and_at_once(acme: Parlour) -> None:
    office = acme.of("ana").office
    assert office is not None
    assert [source.name for source in office.standing.sources] == ["acme"]
    assert acme.of("ben").office is None
    acme.admins[:] = ["ben@acme.test"]
    assert acme.of("ana").office is None
    assert acme.of("ben").office is not None


def test_who_is_taken_off_the_list_while_it_is_drawn_sees_nothing_of_it(acme: Parlour) -> None:

    admins = ["ana@acme.test"]

    def health() -> dict[str, bool]:
        admins.clear()
        return {"database": True}

    house = acme.house
    house = replace(house, governing=replace(house.governing, first=admins), health=health)
    assert home(user("ana"), house).office is None  # type: ignore[union-attr]


# --- what they may ask, and where they are known ---


@pytest.mark.parametrize(("name", "documents"), [("ana", 3), ("ben", 3), ("zoe", 2)])
def test_what_somebody_may_read_is_counted_and_nothing_else(acme: Parlour, name: str, documents: int) -> None:
    assert acme.of(name).shelves == (Shelf("acme", documents),)


def test_whom_no_source_knows_has_nothing_to_ask_and_is_told_where(acme: Parlour) -> None:
    acme.members["UEVE"] = acme.members["UANA"].model_copy(
        update={"user": acme.members["UANA"].user.model_copy(update={"user": "UEVE"}), "email": "eve@acme.test"}
    )
    eves = acme.of("eve")
    assert (eves.shelves, eves.known) == ((), (Known("acme", is_known=False, by_address=True),))
    assert acme.of("ben").known == (Known("acme", is_known=True),)


def test_a_source_of_which_they_may_read_nothing_is_named_only_where_they_are_known(
    tmp_path: Path, make_database_url: MakeDatabaseUrl
) -> None:
    documents = {"hr/severance.md": company.DOCUMENTS["hr/severance.md"]}
    with parlour(tmp_path, make_database_url, documents) as acme:
        assert acme.of("zoe").shelves == ()
        assert acme.of("zoe").known == (Known("acme", is_known=True),)
        assert acme.of("ben").shelves == (Shelf("acme", 1),)


# --- what they asked ---


def test_what_they_asked_stands_there_newest_first_with_what_became_of_it(acme: Parlour) -> None:
    acme.asks("ben", LEAVE)
    acme.asks("ben", NONSENSE)
    acme.asks("ben", SECRET)
    acme.asks("ana", LEAVE)
    assert asked(acme, "ben") == [(SECRET, "answered"), (NONSENSE, "refused"), (LEAVE, "answered")]
    assert asked(acme, "ana") == [(LEAVE, "answered")]
    assert [one.has_why for one in acme.of("ben").recent] == [True, False, True]
    assert all((one.link or "").startswith("https://acme.slack.com/archives/D1/p9") for one in acme.of("ben").recent)


def test_there_are_ten_at_most(acme: Parlour) -> None:
    for number in range(12):
        acme.asks("ben", f"{NONSENSE} {number}")
    texts = [text for text, _ in asked(acme, "ben")]
    assert texts == [f"{NONSENSE} {number}" for number in range(11, 1, -1)]


def test_what_was_taken_back_is_gone_and_what_was_edited_stands_as_it_is_worded_now(acme: Parlour) -> None:
    acme.asks("ben", LEAVE)
    acme.asks("ben", SECRET)
    acme.takes_back("1001.1")
    acme.asks("ben", NONSENSE, edits="1002.1")
    assert asked(acme, "ben") == [(NONSENSE, "refused")]


def test_what_was_answered_in_private_leads_there(acme: Parlour) -> None:
    receipt = acme.asks("ben", SECRET, channel="C1")
    (one,) = acme.of("ben").recent
    assert (one.outcome, one.has_why) == ("answered", True)
    assert "/archives/DASIDE/" in (one.link or "")
    explained = acme.why("ben", receipt)
    assert explained is not None
    assert "19 weeks" in str(explained.answer)


# --- what they may read no longer ---


def test_an_answer_that_they_may_read_no_longer_is_not_there_even_before_it_was_read_again(acme: Parlour) -> None:
    receipt = acme.asks("ben", SECRET)
    acme.asks("ben", LEAVE)
    shut = company.DOCUMENTS["hr/severance.md"].replace("[group:hr]", "[group:eng]")
    acme.writes("hr/severance.md", shut)
    assert asked(acme, "ben") == [(LEAVE, "answered")]
    assert acme.why("ben", receipt) is None
    acme.reads()
    assert asked(acme, "ben") == [(LEAVE, "answered")]
    acme.writes("hr/severance.md", company.DOCUMENTS["hr/severance.md"])
    acme.reads()
    assert asked(acme, "ben") == [(LEAVE, "answered"), (SECRET, "answered")]


def test_what_was_answered_from_a_document_that_is_gone_is_not_there(acme: Parlour) -> None:
    acme.asks("ben", SECRET)
    (acme.folder / "hr/severance.md").unlink()
    assert asked(acme, "ben") == []


def test_what_a_source_cannot_confirm_is_not_there(acme: Parlour) -> None:
    acme.asks("ben", SECRET)
    acme.asks("ben", NONSENSE)
    acme.folder.rename(acme.folder.with_name("elsewhere"))
    assert asked(acme, "ben") == [(NONSENSE, "refused")]


def test_what_was_erased_is_said_to_be_and_nothing_of_it_is_left(acme: Parlour) -> None:
    receipt = acme.asks("ben", SECRET)
    acme.erase(receipt, "asked")
    (one,) = acme.of("ben").recent
    assert (one.text, one.outcome, one.has_why) == (None, "erased", False)
    assert acme.why("ben", receipt) is None


def test_an_answer_whose_evidence_was_erased_is_said_to_be_no_longer_kept(acme: Parlour) -> None:
    acme.asks("ben", SECRET)

    with acme.records.database.writing() as session:
        session.execute(delete(TextRow))
    (one,) = acme.of("ben").recent
    assert (one.text, one.outcome, one.has_why) == (SECRET, "erased", False)


def test_nobody_looks_into_what_others_asked(acme: Parlour) -> None:
    receipt = acme.asks("ben", LEAVE, channel="C1")
    assert acme.why("zoe", receipt) is None
    assert acme.why("ana", receipt) is None
    assert acme.why("ben", receipt) is not None


# --- limits ---


def test_a_pause_is_told(acme: Parlour) -> None:
    assert not acme.of("ben").is_paused
    with acme.records.database.writing() as session:
        pauses.pause(session, "ana@acme.test", acme.records.clock())
    assert acme.of("ben").is_paused


def test_what_they_spent_is_theirs_alone_and_of_the_others_only_that_nothing_is_left(
    tmp_path: Path, make_database_url: MakeDatabaseUrl
) -> None:

    limits: dict[str, Any] = {"budget_tokens_a_day_by_one": 100, "budget_tokens_a_day_by_all": 120}
    with parlour(tmp_path, make_database_url, **limits) as acme:
        purse = app.purse(acme.records)
        purse.take("slack:T1/UBEN", Cost(tokens=70, microdollars=None))
        bens, zoes = acme.of("ben").spent, acme.of("zoe").spent
        assert (bens.tokens, bens.most_tokens, bens.is_over) == (70, 100, False)
        assert (zoes.tokens, zoes.most_tokens, zoes.is_over) == (0, 100, False)
        purse.take("slack:T1/UANA", Cost(tokens=50, microdollars=None))
        assert acme.of("zoe").spent == zoes._replace(is_over=True)


# --- no interference ---

HIDDEN = [path for path in company.DOCUMENTS if path not in {"hr/leave.md", "sales/prices.md"}]


@pytest.mark.parametrize("left_out", [*([path] for path in HIDDEN), HIDDEN], ids="+".join)
def test_what_one_may_not_read_changes_nothing_of_ones_home(
    tmp_path: Path, make_database_url: MakeDatabaseUrl, left_out: list[str]
) -> None:
    """Of Zoe's, who may read neither; of an admin's part it may."""
    seen = []
    for world, documents in (
        ("all", company.DOCUMENTS),
        ("some", {path: text for path, text in company.DOCUMENTS.items() if path not in left_out}),
    ):
        with parlour(tmp_path / world, make_database_url, documents) as acme:
            acme.asks("zoe", LEAVE)
            acme.asks("zoe", SECRET)
            zoes = acme.of("zoe")
            seen.append(zoes._replace(recent=tuple(one._replace(receipt=ReceiptId(""), at="") for one in zoes.recent)))
    assert seen[0] == seen[1]
    assert seen[0].shelves == (Shelf("acme", 2),)
    assert [one.outcome for one in seen[0].recent] == ["refused", "answered"]


# --- conversations ---


def test_a_summary_is_listed_for_as_long_as_they_are_in_that_conversation(acme: Parlour) -> None:

    receipt = acme.asks("ben", NONSENSE)
    talk = {"channel": "C7", "thread": "7.1", "messages": 2, "left_out": 0}
    acme.note(Event(kind="claimed", receipt=receipt, body={}))
    acme.note(Event(kind="retrieved", receipt=receipt, body={"conversation": talk}))
    reply = {"kind": "answer", "claims": [{"text": "They agreed.", "citations": []}]}
    acme.note(Event(kind="closed", receipt=receipt, body={"reply": reply, "evidence": []}))
    acme.note(Event(kind="posted", receipt=receipt, body={"to": [{"channel": "C7", "message": "7.9"}]}))
    conversations = FakeConversations(members={"C7": {"UBEN"}})
    house = replace(acme.house, reading=replace(acme.house.reading, conversations=conversations))
    assert [one.outcome for one in home(user("ben"), house).recent] == ["answered"]  # type: ignore[union-attr]
    conversations.members["C7"].clear()
    assert home(user("ben"), house).recent == ()  # type: ignore[union-attr]
    assert acme.of("ben").recent == ()
