"""Modals and the Home tab: triggers that expire, stacks, errors beside fields, and what closing says."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.slack import CannotDo, ManualClock, SlackEmulator, View, modals
from tests.playground.listener import Listener, ack_all
from tests.playground.test_web_api import refusal

Json = dict[str, Any]
Listen = Callable[..., Listener]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def field(name: str, **element: Any) -> Json:
    wanted = {"type": "plain_text_input", "action_id": name, **element}
    return {"type": "input", "block_id": f"b_{name}", "label": plain(name), "element": wanted}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Save"), "blocks": list(blocks), **more}


def trigger(slack: SlackEmulator, *, view: View | None = None) -> str:
    app = next(iter(slack.world.apps.values()))
    return modals.trigger(slack.world, app, slack.world.user("ana").id, view_id=view.id if view else None).id


def opened(slack: SlackEmulator, client: WebClient, *blocks: Json, **more: Any) -> View:
    client.views_open(trigger_id=trigger(slack), view=modal(*blocks, **more))
    view = slack.as_user("ana").view()
    assert view is not None
    return view


def test_a_trigger_lives_three_seconds(still: SlackEmulator, clock: ManualClock) -> None:
    client = WebClient(token=still.bot_token(), base_url=still.url)
    in_time, late = trigger(still), trigger(still)
    clock.advance(2.9)
    assert client.views_open(trigger_id=in_time, view=modal(field("a")))["ok"]
    clock.advance(0.2)
    assert refusal(lambda: client.views_open(trigger_id=late, view=modal(field("a"))))["error"] == "expired_trigger_id"


def test_a_trigger_is_good_for_one_view(slack: SlackEmulator, client: WebClient) -> None:
    once = trigger(slack)
    client.views_open(trigger_id=once, view=modal(field("a")))
    assert (
        refusal(lambda: client.views_open(trigger_id=once, view=modal(field("a"))))["error"] == "exchanged_trigger_id"
    )
    assert (
        refusal(lambda: client.views_open(trigger_id="1.2.x", view=modal(field("a"))))["error"] == "invalid_trigger_id"
    )


def test_a_refused_view_costs_no_trigger(slack: SlackEmulator, client: WebClient) -> None:
    once = trigger(slack)
    bad = modal(field("a"), private_metadata="x" * 3001)
    said = refusal(lambda: client.views_open(trigger_id=once, view=bad))
    assert said["error"] == "invalid_arguments"
    assert client.views_open(trigger_id=once, view=modal(field("a")))["ok"]


def test_only_the_person_who_triggered_it_sees_the_modal(slack: SlackEmulator, client: WebClient) -> None:
    opened(slack, client, field("a"))
    assert slack.as_user("ben").view() is None


def test_three_modals_fit_on_a_stack(slack: SlackEmulator, client: WebClient) -> None:
    first = opened(slack, client, field("a"))
    for _ in range(2):
        client.views_push(trigger_id=trigger(slack, view=first), view=modal(field("b")))
    said = refusal(lambda: client.views_push(trigger_id=trigger(slack, view=first), view=modal(field("c"))))
    assert said["error"] == "push_limit_reached"
    top = slack.as_user("ana").view()
    assert top is not None
    assert top.root_id == first.id


def test_errors_stand_beside_their_fields_and_the_modal_stays(
    slack: SlackEmulator, client: WebClient, listen: Listen
) -> None:
    errors = {"response_action": "errors", "errors": {"b_name": "Taken."}}
    listener = listen(slack, answer=lambda _: errors)
    view = opened(slack, client, field("name"), private_metadata="opaque", callback_id="rename")
    outcome = slack.as_user("ana").submit({"name": "general"})
    assert (outcome.errors, outcome.view) == ({"b_name": "Taken."}, view)
    sent = listener.envelopes[-1]
    assert sent["accepts_response_payload"] is True
    assert sent["payload"]["type"] == "view_submission"
    assert sent["payload"]["view"]["private_metadata"] == "opaque"
    assert sent["payload"]["view"]["state"]["values"]["b_name"]["name"] == {
        "type": "plain_text_input",
        "value": "general",
    }


def test_an_empty_acknowledgement_closes_the_modal(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listen(slack, answer=ack_all)
    opened(slack, client, field("name"))
    assert slack.as_user("ana").submit({"name": "x"}).view is None


def test_an_answer_may_change_push_or_clear(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    answers = [
        {"response_action": "update", "view": modal(field("second"))},
        {"response_action": "push", "view": modal(field("third"))},
        {"response_action": "clear"},
    ]
    listen(slack, answer=lambda _: answers.pop(0))
    ana = slack.as_user("ana")
    opened(slack, client, field("first"))
    for name in ("first", "second", "third"):
        shown = ana.view()
        assert shown is not None
        assert shown.body["blocks"][0]["element"]["action_id"] == name
        ana.submit({name: "x"})
    assert ana.view() is None


def test_an_answer_that_is_no_view_is_an_error_and_the_modal_stays(
    slack: SlackEmulator, client: WebClient, listen: Listen
) -> None:
    listen(slack, answer=lambda _: {"response_action": "update", "view": {"type": "modal"}})
    view = opened(slack, client, field("name"))
    outcome = slack.as_user("ana").submit({"name": "x"})
    assert (outcome.error, outcome.view) == ("invalid_arguments", view)


def test_the_client_itself_asks_for_required_fields(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    optional = field("note") | {"optional": True}
    opened(slack, client, field("name"), optional, field("code", min_length=3))
    outcome = slack.as_user("ana").submit({"code": "12"})
    assert set(outcome.errors) == {"b_name", "b_code"}
    assert listener.envelopes == []


def test_a_submission_nobody_acknowledges_leaves_the_modal_and_is_not_sent_again(
    still: SlackEmulator, clock: ManualClock, listen: Listen
) -> None:
    listener = listen(still)
    client = WebClient(token=still.bot_token(), base_url=still.url)
    view = opened(still, client, field("name"))
    answer = still.interactions.hub.ask(next(iter(still.world.apps.values())), "interactive", {}, accepts_response=True)
    listener.wait(1)
    clock.advance(3.1)
    assert answer.result(5).error == "operation_timeout"
    clock.advance(400)
    assert len(listener.envelopes) == 1
    assert still.as_user("ana").view() is view


def test_without_a_socket_a_click_fails_at_once(slack: SlackEmulator, client: WebClient) -> None:
    opened(slack, client, field("name"))
    assert slack.as_user("ana").submit({"name": "x"}).error == "dispatch_failed"


def test_closing_is_told_when_asked_for(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    opened(slack, client, field("a"), notify_on_close=True)
    slack.as_user("ana").close()
    assert listener.wait(1)[0]["payload"]["type"] == "view_closed"
    with pytest.raises(CannotDo):
        slack.as_user("ana").close()


def test_an_update_with_an_old_hash_is_refused(slack: SlackEmulator, client: WebClient) -> None:
    view = opened(slack, client, field("a"), external_id="mine")
    old = view.hash
    client.views_update(external_id="mine", view=modal(field("b"), external_id="mine"), hash=old)
    said = refusal(lambda: client.views_update(view_id=view.id, view=modal(field("c")), hash=old))
    assert said["error"] == "hash_conflict"
    assert refusal(lambda: client.views_update(view_id="V9", view=modal(field("c"))))["error"] == "not_found"


def test_what_was_typed_survives_an_update(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    chooser = {
        "type": "actions",
        "block_id": "b_pick",
        "elements": [{"type": "static_select", "action_id": "pick", "options": [{"text": plain("A"), "value": "a"}]}],
    }
    view = opened(slack, client, chooser)
    slack.as_user("ana").click_in_view("pick", value="a")
    assert listener.wait(1)[0]["payload"]["actions"][0]["selected_option"]["value"] == "a"
    client.views_update(view_id=view.id, view=modal(chooser, field("more")))
    slack.as_user("ana").submit({"more": "x"})
    values = listener.interactions[-1]["view"]["state"]["values"]
    assert values["b_pick"]["pick"]["selected_option"]["value"] == "a"


def test_the_home_tab_belongs_to_one_person(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    ana = slack.as_user("ana")
    assert ana.open_home() is None
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    client.views_publish(user_id=ana.id, view=home)
    assert ana.open_home() is not None
    assert slack.as_user("ben").home() is None
    listener.wait(2)
    first, second = listener.events
    assert (first["type"], first["tab"], "view" in first) == ("app_home_opened", "home", False)
    assert second["view"]["type"] == "home"


def test_a_button_in_the_home_tab_can_open_a_modal(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    ana = slack.as_user("ana")
    press = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}]}
    client.views_publish(user_id=ana.id, view={"type": "home", "blocks": [press]})
    ana.click_in_view("go", view=ana.home())
    sent = listener.wait(1)[0]["payload"]
    assert sent["container"]["type"] == "view"
    assert client.views_open(trigger_id=sent["trigger_id"], view=modal(field("a")))["ok"]
