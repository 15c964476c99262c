"""Envelopes: sent once when acknowledged, again when not, never lost in a reconnect."""

import time
from collections.abc import Callable

import pytest
import websocket
from slack_sdk import WebClient

from bot.playground.slack import Delivery, ManualClock, RateLimits, SlackEmulator
from tests.playground.company import a_company
from tests.playground.listener import Listener, ack_all, until

Listen = Callable[..., Listener]


def attempts(listener: Listener) -> list[tuple[int, str]]:
    return [(e["retry_attempt"], e["retry_reason"]) for e in listener.envelopes]


def test_hello_counts_the_connections(slack: SlackEmulator, listen: Listen) -> None:
    assert [listen(slack).hello["num_connections"] for _ in range(3)] == [1, 2, 3]


def test_an_event_carries_what_bolt_and_slack_promise(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    slack.as_user("ana").post("general", "hi")
    envelope = listener.wait(1)[0]
    assert envelope["type"] == "events_api"
    assert (envelope["retry_attempt"], envelope["retry_reason"], envelope["accepts_response_payload"]) == (0, "", False)
    payload = envelope["payload"]
    assert payload["type"] == "event_callback"
    assert payload["event_id"].startswith("Ev")
    assert payload["authorizations"][0]["is_bot"] is True
    assert payload["event"]["channel_type"] == "channel"


def test_what_is_acknowledged_is_not_sent_again(still: SlackEmulator, clock: ManualClock, listen: Listen) -> None:
    listener = listen(still, answer=ack_all)
    still.as_user("ana").post("general", "hi")
    listener.wait(1)
    until(lambda: not still.hub.post.waiting)
    clock.advance(1_000)
    time.sleep(0.1)
    assert len(listener.envelopes) == 1
    assert still.sent[0].acked_at is not None


def test_what_is_not_acknowledged_comes_at_once_after_a_minute_and_after_five(
    still: SlackEmulator, clock: ManualClock, listen: Listen
) -> None:
    listener = listen(still)
    still.as_user("ana").post("general", "hi")
    listener.wait(1)
    for step, count in ((2.9, 1), (0.2, 2), (3.1, 2), (60, 3), (3.1, 3), (299, 3), (1.1, 4), (10_000, 4)):
        clock.advance(step)
        if count > len(listener.envelopes):
            listener.wait(count)
        time.sleep(0.05)
        assert len(listener.envelopes) == count
    assert attempts(listener) == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
    assert len({e["envelope_id"] for e in listener.envelopes}) == 4
    assert len({e["payload"]["event_id"] for e in listener.envelopes}) == 1
    assert len(still.lost) == 1


def test_the_second_time_is_enough(still: SlackEmulator, clock: ManualClock, listen: Listen) -> None:
    listener = listen(still)
    still.as_user("ana").post("general", "hi")
    listener.wait(1)
    clock.advance(3.1)
    listener.ack(listener.wait(2)[1])
    until(lambda: not still.hub.post.waiting)
    clock.advance(10_000)
    time.sleep(0.05)
    assert len(listener.envelopes) == 2


def test_an_acknowledgement_that_comes_too_late_does_not_count(
    still: SlackEmulator, clock: ManualClock, listen: Listen
) -> None:
    listener = listen(still)
    still.as_user("ana").post("general", "hi")
    first = listener.wait(1)[0]
    clock.advance(3.1)
    listener.wait(2)
    listener.ack(first)
    clock.advance(3.1)
    time.sleep(0.05)
    clock.advance(61)
    assert len(listener.wait(3)) == 3


def test_what_happened_while_nobody_listened_arrives_later(
    still: SlackEmulator, clock: ManualClock, listen: Listen
) -> None:
    still.as_user("ana").post("general", "hi")
    time.sleep(0.1)
    listener = listen(still, answer=ack_all)
    time.sleep(0.1)
    assert listener.envelopes == []
    clock.advance(61)
    assert attempts(listener) == [] or attempts(listener) == [(2, "connection_failed")]
    listener.wait(1)
    assert attempts(listener) == [(2, "connection_failed")]


def test_what_happened_before_the_start_waits_for_it(listen: Listen) -> None:
    slack = SlackEmulator(a_company(), rates=RateLimits.off(), delivery=Delivery(redelivery_s=(0.3,)))
    slack.as_user("ana").post("general", "hi")
    with slack:
        listener = listen(slack, answer=ack_all)
        assert listener.wait(1)[0]["payload"]["event"]["text"] == "hi"


def test_time_can_be_shortened(listen: Listen) -> None:
    with SlackEmulator(a_company(), rates=RateLimits.off(), delivery=Delivery(scale=0.001)) as slack:
        listener = listen(slack)
        slack.as_user("ana").post("general", "hi")
        assert [a for a, _ in (listener.wait(4) and attempts(listener))] == [0, 1, 2, 3]


@pytest.mark.parametrize(("new_event_ids", "ids"), [(False, 1), (True, 3)], ids=["same event", "other event ids"])
def test_duplicates_come_under_other_envelopes(listen: Listen, *, new_event_ids: bool, ids: int) -> None:
    delivery = Delivery(copies=3, new_event_ids=new_event_ids)
    with SlackEmulator(a_company(), rates=RateLimits.off(), delivery=delivery) as slack:
        listener = listen(slack, answer=ack_all)
        slack.as_user("ana").post("general", "hi")
        listener.wait(3)
        assert len({e["envelope_id"] for e in listener.envelopes}) == 3
        assert len({e["payload"]["event_id"] for e in listener.envelopes}) == ids


def test_an_old_event_can_be_sent_again_on_purpose(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    slack.as_user("ana").post("general", "hi")
    payload = listener.wait(1)[0]["payload"]
    slack.hub.send_again(payload)
    slack.hub.send_again(payload, new_event_id=True)
    listener.wait(3)
    ids = [e["payload"]["event_id"] for e in listener.envelopes]
    assert ids[0] == ids[1] != ids[2]
    assert len({e["payload"]["event"]["ts"] for e in listener.envelopes}) == 1


def test_several_sockets_take_turns(slack: SlackEmulator, listen: Listen) -> None:
    both = [listen(slack, answer=ack_all), listen(slack, answer=ack_all)]
    for i in range(6):
        slack.as_user("ana").post("general", str(i))
    until(lambda: sum(len(one.envelopes) for one in both) == 6)
    assert [len(one.envelopes) for one in both] == [3, 3]


def test_a_ghost_swallows_its_share_of_the_clicks(still: SlackEmulator, clock: ManualClock, listen: Listen) -> None:
    app = next(iter(still.world.apps.values()))
    still.hub.add_ghost(app)
    until(lambda: still.hub.count() == 1)
    listener = listen(still, answer=ack_all)
    assert listener.hello["num_connections"] == 2
    first = still.hub.ask(app, "interactive", {"n": 1}, accepts_response=False)
    second = still.hub.ask(app, "interactive", {"n": 2}, accepts_response=False)
    assert second.result(5).acked
    time.sleep(0.05)
    clock.advance(3.1)
    assert first.result(5).error == "operation_timeout"
    still.hub.lay_ghosts()
    until(lambda: still.hub.count() == 1)


def test_the_eleventh_socket_is_sent_away(slack: SlackEmulator, listen: Listen) -> None:
    for _ in range(10):
        listen(slack)
    assert listen(slack).hello == {
        "type": "disconnect",
        "reason": "too_many_websockets",
        "debug_info": {"host": "applink-emulated"},
    }


def test_a_ticket_opens_one_socket_and_only_for_a_while(still: SlackEmulator, clock: ManualClock) -> None:
    def url() -> str:
        return str(WebClient(base_url=still.url).apps_connections_open(app_token=still.app_token())["url"])

    once, late = url(), url()
    websocket.create_connection(once).close()
    clock.advance(31)
    for useless in (once, late, once.partition("?")[0]):
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(useless)


def test_a_disconnect_is_announced_and_then_happens(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack)
    slack.hub.disconnect("warning", close_after_s=0.05)
    until(lambda: listener.closed)
    assert listener.received[-1]["reason"] == "warning"


def test_a_socket_that_was_told_to_go_gets_nothing_new_but_may_still_acknowledge(
    slack: SlackEmulator, listen: Listen
) -> None:
    old = listen(slack)
    slack.as_user("ana").post("general", "1")
    envelope = old.wait(1)[0]
    slack.hub.disconnect(close_after_s=2)
    until(lambda: old.received[-1]["type"] == "disconnect")
    new = listen(slack, answer=ack_all)
    slack.as_user("ana").post("general", "2")
    new.wait(1)
    old.ack(envelope)
    until(lambda: not slack.hub.post.waiting)
    assert [e["text"] for e in old.events] == ["1"]
    assert [e["text"] for e in new.events] == ["2"]


def test_events_wait_while_delivery_is_paused_and_keep_their_order(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    slack.delivery.paused = True
    for i in range(5):
        slack.as_user("ana").post("general", str(i))
    time.sleep(0.1)
    assert listener.envelopes == []
    slack.delivery.paused = False
    listener.wait(5)
    assert [e["text"] for e in listener.events] == list("01234")


def test_slack_itself_may_go_away_and_come_back(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    slack.stop()
    until(lambda: listener.closed)
    slack.delivery.redelivery_s = (0.5, 0.5)
    slack.as_user("ana").post("general", "meanwhile")
    port = slack.port
    slack.start()
    assert slack.port == port
    assert listen(slack, answer=ack_all).wait(1)[0]["payload"]["event"]["text"] == "meanwhile"


def test_nonsense_on_the_socket_is_ignored(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack)
    for nonsense in ("x", "[]", '{"envelope_id": 1}', '{"envelope_id": "unknown"}'):
        listener._socket.send(nonsense)
    slack.as_user("ana").post("general", "hi")
    listener.ack(listener.wait(1)[0])
    until(lambda: not slack.hub.post.waiting)


def test_slack_pings_and_the_client_answers(listen: Listen) -> None:
    with SlackEmulator(a_company(), rates=RateLimits.off(), ping_interval_s=0.05) as slack:
        listener = listen(slack, answer=ack_all)
        time.sleep(0.4)
        assert not listener.closed
        slack.as_user("ana").post("general", "hi")
        listener.wait(1)


def test_two_apps_hear_only_their_own(listen: Listen) -> None:
    world = a_company()
    second = world.add_app("Second", events=["message.channels"])
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        one, two = listen(slack, answer=ack_all), listen(slack, app=second, answer=ack_all)
        slack.as_user("ana").post("general", "hi")
        one.wait(1)
        slack.as_user("ana").invite("general", second)
        slack.as_user("ana").post("general", "both of you")
        two.wait(2)
        assert two.hello["num_connections"] == 1
        assert [e["payload"]["api_app_id"] for e in two.envelopes] == [second.id] * 2
        assert [e["text"] for e in two.events if "subtype" not in e] == ["both of you"]


def test_hundreds_of_events_come_in_their_order(slack: SlackEmulator, listen: Listen) -> None:
    """A busy machine acks some of them late, and is sent these once more."""
    listener = listen(slack, answer=ack_all)
    ana = slack.as_user("ana")
    for i in range(600):
        ana.post("general", str(i))
    listener.wait(600, within_s=20)
    until(lambda: not slack.hub.post.waiting)
    assert len({s.event_id for s in slack.sent if s.acked_at}) == 600
    assert list(dict.fromkeys(e["text"] for e in listener.events)) == [str(i) for i in range(600)]
