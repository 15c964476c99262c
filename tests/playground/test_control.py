"""The levers over HTTP, as a bench in another process pulls them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.playground.slack import SlackEmulator
from tests.playground.listener import Listener, ack_all, until

Listen = Callable[..., Listener]


def pull(slack: SlackEmulator, lever: str, **args: Any) -> httpx.Response:
    return httpx.post(f"{slack.origin}/_world/control/{lever}", json=args)


def get(slack: SlackEmulator, what: str) -> Any:
    return httpx.get(f"{slack.origin}/_world/{what}").json()


def auth(slack: SlackEmulator) -> httpx.Response:
    (app,) = get(slack, "apps")["apps"]
    return httpx.post(slack.url + "auth.test", headers={"authorization": f"Bearer {app['bot_token']}"})


def test_faults_and_the_log(slack: SlackEmulator) -> None:
    pull(slack, "fail", method="auth.test", kind="error_500", times=2)
    assert auth(slack).status_code == 500
    pull(slack, "heal")
    assert auth(slack).json()["ok"]
    assert [r["outcome"] for r in get(slack, "log?method=auth.test")["requests"]] == ["fault:error_500", "ok"]
    pull(slack, "forget")
    assert get(slack, "log")["requests"] == []


def test_limits_are_switched_on(slack: SlackEmulator) -> None:
    pull(slack, "rates", enabled=True, scale=2)
    assert (slack.rates.enabled, slack.rates.scale) == (True, 2.0)


def test_deliveries_are_set_and_counted(slack: SlackEmulator, listen: Listen) -> None:
    pull(slack, "delivery", copies=2, redelivery_s=[0.0])
    listener = listen(slack, answer=ack_all)
    slack.as_user("ana").post("general", "hi")
    listener.wait(2)
    until(lambda: get(slack, "sent")["waiting"] == 0)
    assert all(s["acked_at"] for s in get(slack, "sent")["sent"])
    pull(slack, "disconnect", reason="warning", close_after_s=0)
    until(lambda: listener.closed)
    other = listen(slack)
    pull(slack, "drop")
    until(lambda: other.closed)
    slack.as_user("ana").post("general", "into the void")
    until(lambda: len(get(slack, "sent")["lost"]) == 2)


@pytest.mark.parametrize(("lever", "args"), [("dance", {}), ("delivery", {"speed": 1}), ("fail", {"nonsense": 1})])
def test_what_is_no_lever_is_an_answer(slack: SlackEmulator, lever: str, args: dict[str, Any]) -> None:
    assert pull(slack, lever, **args).status_code == 400


def test_a_form_pulls_nothing(slack: SlackEmulator) -> None:
    assert httpx.post(f"{slack.origin}/_world/control/drop", data={"a": "b"}).status_code == 400
