"""A draft stands in Slack until somebody uses it: whoever may read what it was made from, and nobody sends it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.slack import Channel, Message, View, modals
from tests import company
from tests.slack.office import Office, office, running, until
from tests.slack.replies import inside, of_type, strings

REQUEST = "Draft a mail to the team about annual leave"
DOCUMENTS = {
    **company.DOCUMENTS,
    "hr/pelican.md": "---\ntitle: Pelican\naccess: [[group:hr]]\n---\n# Pelican\n\nPelican ends on 3 May in Porto.\n",
}


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url, documents=DOCUMENTS) as made, running(made):
        yield made


def used(acme: Office, name: str, place: str | Channel, message: Message) -> View:
    """What they are shown, once it is there."""
    person = acme.person(name)
    before = person.view()
    person.click(place, message.ts, "use")
    until(lambda: (view := person.view()) is not None and view is not before and "Looking up" not in str(view.body))
    view = person.view()
    assert view is not None
    return view


def fields(view: View) -> list[str]:
    return [one["initial_value"] for one in of_type(view.body, "plain_text_input")]


def drafted(acme: Office, name: str, text: str, channel: str | None = None) -> Message:
    acme.asks(name, text, channel=channel)
    reply = acme.reply(channel or acme.direct(name))
    acme.settled()
    return reply


def test_a_draft_is_used_by_whoever_may_read_it_and_nothing_is_sent(acme: Office) -> None:
    reply = drafted(acme, "zoe", REQUEST, "general")
    assert "to write from" in reply.text
    assert "27 days of paid annual leave" in reply.text
    before = {channel.id: len(channel.messages) for channel in acme.slack.world.channels.values()}
    for _ in range(2):
        view = used(acme, "ana", "general", reply)
        assert any("27 days of paid annual leave" in text for text in fields(view))
        field = of_type(view.body, "input")[0]["block_id"]
        acme.person("ana").submit({field: {"text": {"type": "plain_text_input", "value": "Something else"}}})
        assert acme.person("ana").view() is None
    acme.settled()
    assert {channel.id: len(channel.messages) for channel in acme.slack.world.channels.values()} == before
    assert [one["to"].rpartition("/")[2] for one in acme.events("draft_opened")] == [acme.person("ana").id] * 2
    assert "Something else" not in str(acme.receipts())


def test_who_may_not_read_what_it_was_made_from_is_shown_nothing_of_it(acme: Office) -> None:
    reply = drafted(acme, "ben", "Draft a notice about Pelican", "hr")
    assert "3 May in Porto" in reply.text
    assert any("3 May in Porto" in text for text in fields(used(acme, "ben", "hr", reply)))
    acme.person("ben").invite("hr", "zoe")
    view = used(acme, "zoe", "hr", reply)
    assert fields(view) == []
    assert "There is nothing here that you may read now" in " ".join(strings(view.body))


def test_forged_clicks_open_nothing(acme: Office) -> None:
    theirs = drafted(acme, "ben", "Draft a notice about Pelican")
    answer = drafted(acme, "zoe", "How many days of annual leave do I have?")
    world, zoe = acme.slack.world, acme.person("zoe")
    app = next(iter(world.apps.values()))
    secret = next(one["value"] for one in inside(theirs.blocks) if one.get("action_id") == "use")
    own = next(one["value"] for one in inside(answer.blocks) if one.get("action_id") == "why")
    here = {"type": "message", "message_ts": answer.ts, "channel_id": acme.direct("zoe").id, "is_ephemeral": False}
    there = {**here, "message_ts": theirs.ts, "channel_id": acme.direct("ben").id}
    base = acme.slack.interactions._interaction("block_actions", app, zoe.user)
    pressed: dict[str, Any] = {"type": "button", "action_id": "use", "block_id": "b", "action_ts": "1.1"}
    for container in (here, there, {}, None, {**here, "message_ts": 5}):
        for value in (secret, own, "r_" + "f" * 24, "", None, 7):
            trigger = modals.trigger(world, app, zoe.id).id
            payload = {**base, "trigger_id": trigger, "state": {"values": {}}, "container": container}
            acme.slack.hub.ask(
                app, "interactive", {**payload, "actions": [{**pressed, "value": value}]}, accepts_response=False
            )
    until(lambda: not acme.slack.hub.post.waiting, patience_s=60)
    acme.settled()
    assert "3 May in Porto" not in json.dumps([view.body for view in world.views.values()])
    assert [one for one in acme.events("draft_opened") if one["passages"]] == []
