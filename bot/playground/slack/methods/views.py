"""views.*: modals and the Home tab. A modal needs a trigger: a person did something in the last three seconds."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack import modals
from bot.playground.slack.blocks import identified
from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Json, View
from bot.playground.slack.surfaces import check_view
from bot.playground.slack.wire import view_json


def opened(call: Call) -> Json:
    body = _view(call)
    with call.world.lock:
        trigger = modals.exchange(call.world, call.app, call.text("trigger_id"))
        return _shown(call, modals.show(call.world, call.app, trigger.user, body))


def push(call: Call) -> Json:
    body = _view(call)
    with call.world.lock:
        trigger = modals.exchange(call.world, call.app, call.text("trigger_id"))
        if trigger.view_id is None:
            raise SlackError("not_found")
        return _shown(call, modals.push(call.world, call.app, trigger.user, body))


def update(call: Call) -> Json:
    with call.world.lock:
        view = _known(call)
        body = _view(call, home=view.type == "home")
        _check_hash(call, view)
        return _shown(call, modals.redraw(call.world, view, body))


def publish(call: Call) -> Json:
    body = _view(call, home=True)
    if not call.app.home_tab:
        raise SlackError("not_enabled")
    user = call.user("user_id")
    with call.world.lock:
        known = call.world.homes.get((call.app.id, user.id))
        if known:
            _check_hash(call, call.world.views[known])
        return _shown(call, modals.publish(call.world, call.app, user.id, body))


def identified_view(call_id: str, body: Json) -> Json:
    return {**body, "blocks": identified(call_id, body["blocks"])}


def _view(call: Call, *, home: bool = False) -> Json:
    body = check_view(call.parsed("view", "invalid_arguments"), home=home)
    return identified_view(call.world.new_id("b"), body)


def _known(call: Call) -> View:
    """By its id, or by the id that the app gave it."""
    own = [v for v in call.world.views.values() if v.app_id == call.app.id and modals.is_open(call.world, v)]
    if call.given("view_id"):
        found = [v for v in own if v.id == call.text("view_id")]
    else:
        external_id = call.text("external_id")
        found = [v for v in own if v.body.get("external_id") == external_id]
    if not found:
        raise SlackError("not_found")
    return found[0]


def _check_hash(call: Call, view: View) -> None:
    if call.given("hash") and call.text("hash") != view.hash:
        raise SlackError("hash_conflict")


def _shown(call: Call, view: View) -> Json:
    return {"view": view_json(call.world, view)}


METHODS: Final = MappingProxyType(
    {
        "views.open": Method(opened),
        "views.push": Method(push),
        "views.update": Method(update),
        "views.publish": Method(publish),
    }
)
