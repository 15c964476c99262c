"""Rules that are set from Slack: in forms, beside each other, and with the agreement of a second admin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import Message
from tests.slack.office import ANSWER, Office, office, running, until
from tests.slack.replies import inside
from tests.slack.test_commands import told, types, whispers

WIDER = 'policy set audience.full_members.principals ["acme/group:staff"]'


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as made, running(made):
        yield made


def lines(acme: Office) -> int:
    with app.records(acme.settings) as records:
        return records.config.rules().answers.answer.max_lines


def opens(acme: Office, name: str, path: str) -> str:
    """What stands in the form."""
    types(acme, name, f"policy set {path}")
    until(lambda: acme.person(name).view())
    view = acme.person(name).view()
    assert view is not None
    return str(view.body["blocks"][0]["element"]["initial_value"])


def shown(acme: Office, name: str) -> str:
    view = acme.person(name).view()
    return str(view.body) if view is not None else ""


def test_a_form_is_refused_beside_its_field_and_then_taken(acme: Office) -> None:
    ana = acme.person("ana")
    text = opens(acme, "ana", "answers.answer")
    refused = ana.submit({"text": text.replace("max_lines = 5", "max_lines = 500")})
    assert "less than or equal to 50" in refused.errors["text"]
    assert refused.errors["text"].startswith(f"Line {text.splitlines().index('max_lines = 5') + 1}: ")
    taken = ana.submit({"text": text.replace("max_lines = 5", "max_lines = 8")})
    assert not taken.errors
    until(lambda: "Version 2 is in force" in shown(acme, "ana"))
    acme.settled()
    assert lines(acme) == 8
    assert whispers(acme, "ana") == []


def test_the_second_of_two_admins_overwrites_nothing_and_is_not_told_what_changed_before_they_are_known(
    acme: Office,
) -> None:
    anas, bens = opens(acme, "ana", "answers.answer"), opens(acme, "ben", "answers.answer")
    acme.person("ana").submit({"text": anas.replace("max_lines = 5", "max_lines = 8")})
    until(lambda: "in force" in shown(acme, "ana"))
    conflict = acme.person("ben").submit({"text": bens.replace("max_lines = 5", "max_lines = 3")}).errors["text"]
    assert "look again" in conflict
    assert not any(part in conflict for part in ("ana@acme.test", "max_lines"))
    assert lines(acme) == 8


def card(acme: Office, name: str) -> Message:
    return acme.reply(acme.direct(name))


def test_what_lets_more_be_seen_waits_for_the_other_admin_and_both_are_told(acme: Office) -> None:
    assert "I asked ben@acme.test" in told(acme, "ana", WIDER)
    asked, bens = card(acme, "ben"), acme.direct("ben")
    assert "audience.full_members.principals" in asked.text
    assert acme.person("ben").click(bens, asked.ts, "change:approve").acked
    until(lambda: "has agreed" in acme.replies(bens)[0].text)
    until(lambda: acme.replies(acme.direct("ana")))
    acme.settled()
    (settled,) = acme.replies(bens)
    assert not [block for block in inside(settled.blocks) if block.get("type") == "button"]
    assert "ben@acme.test has agreed, and it is in force. It is version 2" in card(acme, "ana").text
    assert acme.events("configured")[0]["author"] == "ana@acme.test"


def test_an_admin_whom_slack_does_not_let_us_write_to_fails_no_command(acme: Office) -> None:
    acme.slack.faults.fail("conversations.open", "slack_error", code="cannot_dm_bot")
    assert "Slack let me write to none of them" in told(acme, "ana", WIDER)
    acme.settled()
    assert acme.events("failed") == []
    assert "I asked ben@acme.test" in told(acme, "ana", WIDER)


def test_what_was_agreed_to_is_told_even_if_the_card_is_gone(acme: Office) -> None:
    told(acme, "ana", WIDER)
    asked, bens = card(acme, "ben"), acme.direct("ben")
    acme.slack.faults.fail("conversations.open", "slack_error", code="cannot_dm_bot")  # whoever wanted it
    acme.slack.faults.fail("chat.update", "slack_error", code="message_not_found")
    assert acme.person("ben").click(bens, asked.ts, "change:approve").acked
    until(lambda: len(acme.events("replied")) == 2)
    acme.settled()
    assert (len(acme.events("configured")), acme.events("failed")) == (1, [])
    assert "has agreed" in acme.replies(bens)[-1].text + str(whispers(acme, "ben"))


def test_forged_presses_and_forms_change_nothing(acme: Office) -> None:
    told(acme, "ana", WIDER)
    asked = card(acme, "ben")
    (change,) = {block["value"] for block in inside(asked.blocks) if block.get("type") == "button"}
    for name, value in (
        ("ana", change),
        ("zoe", change),
        ("ben", "c_" + "0" * 24),
        ("ben", ""),
        ("ben", None),
        ("ben", {"a": 1}),
    ):
        _press(acme, name, value)
    for metadata in ("", "r_" + "0" * 24, None, 7):
        _submit(acme, "ben", metadata)
    acme.settled()
    assert acme.events("configured") == []
    assert "Agree" in str(acme.replies(acme.direct("ben"))[0].blocks)
    _press(acme, "ben", change)
    until(lambda: acme.events("configured"))


def _press(acme: Office, name: str, value: Any) -> None:
    app_ = next(iter(acme.slack.world.apps.values()))
    person = acme.person(name)
    first = acme.replies(acme.direct("ben"))[0]
    payload = {
        "type": "block_actions",
        "user": {"id": person.id, "team_id": person.user.team_id},
        "container": {"type": "message", "message_ts": first.ts, "channel_id": acme.direct("ben").id},
        "actions": [{"action_id": "change:approve", "action_ts": acme.slack.world.new_ts(), "value": value}],
        "trigger_id": "1.2.3",
    }
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=False).result(timeout=10)


def _submit(acme: Office, name: str, metadata: Any) -> None:
    app_, person = next(iter(acme.slack.world.apps.values())), acme.person(name)
    payload = {
        "type": "view_submission",
        "user": {"id": person.id, "team_id": person.user.team_id},
        "view": {
            "id": acme.slack.world.new_id("V"),
            "callback_id": "policy",
            "private_metadata": metadata,
            "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": "max_lines = 9"}}}},
        },
    }
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=True).result(timeout=10)


def test_a_rollback_restores_what_was_answered(acme: Office) -> None:
    told(acme, "ana", "policy set answers.question.max_characters 5")
    acme.asks("zoe")
    until(lambda: len(acme.replies(acme.direct("zoe"))) == 1)
    assert ANSWER not in acme.replies(acme.direct("zoe"))[0].text
    assert "Version 3 is in force" in told(acme, "ana", "policy rollback 1")
    acme.asks("zoe")
    until(lambda: len(acme.replies(acme.direct("zoe"))) == 2)
    assert ANSWER in acme.replies(acme.direct("zoe"))[1].text
    with app.records(acme.settings) as records:
        first, _, third = records.config.history()
        assert first.digest == third.digest
