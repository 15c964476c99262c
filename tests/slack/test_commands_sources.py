"""Sources that are paused and removed from Slack, in the whole office."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import Message
from bot.stores.jobs import SYNC
from tests.slack.office import ANSWER, Office, office, running, until
from tests.slack.replies import inside
from tests.slack.test_commands import told


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as made, running(made):
        yield made


def left(acme: Office) -> list[Any]:
    return [*acme.records.sources.leftovers()]


def card(acme: Office, name: str) -> Message:
    until(lambda: acme.replies(acme.direct(name)))
    return acme.replies(acme.direct(name))[0]


def presses(acme: Office, name: str, action: str, value: Any) -> None:
    """On the card of ana, whoever they are."""
    app_, person = next(iter(acme.slack.world.apps.values())), acme.person(name)
    payload = {
        "type": "block_actions",
        "user": {"id": person.id, "team_id": person.user.team_id},
        "container": {"type": "message", "message_ts": card(acme, "ana").ts, "channel_id": acme.direct("ana").id},
        "actions": [{"action_id": action, "action_ts": acme.slack.world.new_ts(), "value": value}],
        "trigger_id": "1.2.3",
    }
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=False).result(timeout=10)


def test_a_paused_source_is_searched_and_not_read(acme: Office) -> None:
    until(lambda: not acme.records.jobs.is_in_hand(SYNC, "acme"))
    assert "acme is not read any more" in told(acme, "ana", "sources pause acme")
    assert "acme is paused, so it is not read" in told(acme, "ana", "sources sync acme")
    app.ask_for_sync(acme.records, ["acme"])
    assert not acme.records.jobs.is_in_hand(SYNC, "acme")
    acme.asks("zoe")
    assert ANSWER in acme.reply(acme.direct("zoe")).text
    assert "acme is read again" in told(acme, "ben", "sources resume acme")
    assert "acme is read again" in told(acme, "ben", "sources sync acme")


def test_a_removed_source_is_found_no_more_and_cleared_away(acme: Office) -> None:
    assert "confirm it on the card" in told(acme, "ana", "sources remove acme")
    asked, anas = card(acme, "ana"), acme.direct("ana")
    assert "5 documents" in asked.text
    (value,) = {block["value"] for block in inside(asked.blocks) if block.get("type") == "button"}
    for name, forged in (("ben", value), ("zoe", value), ("ana", "c_" + "0" * 24), ("ana", None)):
        presses(acme, name, "removal:confirm", forged)
    presses(acme, "ana", "change:approve", value)
    acme.settled()
    assert acme.events("source_removed") == []
    presses(acme, "ana", "removal:confirm", value)
    until(lambda: "acme is removed" in acme.replies(anas)[0].text)
    presses(acme, "ana", "removal:confirm", value)
    acme.settled()
    assert len(acme.events("source_removed")) == 1
    assert not [block for block in inside(acme.replies(anas)[0].blocks) if block.get("type") == "button"]
    acme.asks("zoe")
    assert ANSWER not in acme.reply(acme.direct("zoe")).text
    until(lambda: left(acme) == [])
    assert "There are no sources" in told(acme, "ben", "sources")
