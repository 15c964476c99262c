"""What Slack has signed is good for five minutes, and a new process remembers no signature: what is sent again to it is told by
what it is about.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.service import AtWork
from bot.web.slack import EVENTS
from tests.slack.office import ANSWER, Office, office, running, until
from tests.slack.replies import inside
from tests.web.line import FORM, JSON, now_signed


def signed(acme: Office, body: bytes, kind: str) -> tuple[bytes, dict[str, str]]:
    assert acme.settings.slack_signing_secret is not None
    return body, {"content-type": kind, **now_signed(body, acme.settings.slack_signing_secret.get_secret_value())}


def clicked(acme: Office, message: Any) -> bytes:
    buttons = next(one for one in inside(message.blocks) if one.get("action_id") == "feedback")
    pressed = {
        "type": "block_actions",
        "team": {"id": acme.slack.world.home.id},
        "user": {"id": acme.person("ana").id},
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": acme.slack.world.channel("general").id,
        },
        "actions": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "block_id": "b",
                "value": buttons["positive_button"]["value"],
                "action_ts": "1795000000.000100",
            }
        ],
        "trigger_id": "1",
    }
    return urlencode({"payload": json.dumps(pressed)}).encode()


def typed(acme: Office) -> bytes:
    said = {
        "command": "/footnote",
        "text": "policy set answers.answer.max_lines 8",
        "team_id": acme.slack.world.home.id,
        "user_id": acme.person("ana").id,
        "channel_id": acme.direct("ana").id,
        "response_url": "",
        "trigger_id": "13.1.once",
    }
    return urlencode(said).encode()


def asked(acme: Office, message: Any) -> bytes:
    event = {
        "type": "app_mention",
        "channel": acme.slack.world.channel("general").id,
        "user": acme.person("ana").id,
        "text": message.text,
        "ts": message.ts,
    }
    body = {"type": "event_callback", "team_id": acme.slack.world.home.id, "event": event}
    return json.dumps(body).encode()


def kept(acme: Office) -> dict[str, int]:
    return {kind: len(acme.events(kind)) for kind in ("asked", "posted", "feedback", "commanded", "configured")}


def sends(at_work: AtWork, requests: list[tuple[bytes, dict[str, str]]]) -> None:
    for body, headers in requests:
        answer = httpx.post(f"http://127.0.0.1:{at_work.port}{EVENTS}", content=body, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")


def test_what_was_signed_before_a_restart_does_nothing_again_after_it(tmp_path: Path, database_url: str) -> None:
    with office(tmp_path, database_url, over="http", admins=("ana@acme.test",)) as acme:
        with running(acme) as at_work:
            question = acme.asks("ana", channel="general")
            reply = acme.reply("general")
            acme.settled()
            assert ANSWER in reply.text
            requests = [
                signed(acme, clicked(acme, reply), FORM),
                signed(acme, typed(acme), FORM),
                signed(acme, asked(acme, question), JSON),
            ]
            sends(at_work, requests)
            thanked = acme.slack.world.channel("general").ephemerals
            until(lambda: thanked and acme.events("configured") and acme.replies(acme.direct("ana")))
            acme.settled()
        before = kept(acme)
        assert before == {"asked": 1, "posted": 1, "feedback": 1, "commanded": 1, "configured": 1}
        with running(acme) as at_work:
            sends(at_work, requests)
            acme.settled()
            another = signed(acme, clicked(acme, reply).replace(b"1795000000.000100", b"1795000000.000200"), FORM)
            sends(at_work, [another])
            until(lambda: len(acme.events("feedback")) > 1)
            acme.settled()
        assert kept(acme) == {**before, "feedback": 2}, "another click is one"
        assert len(thanked) == 2
        assert len(acme.replies(acme.direct("ana"))) == 1
