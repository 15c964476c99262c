"""What a click, a submission or a command sends to the app, and what its acknowledgement does to the screen. None of it is ever sent twice."""

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.slack import forms, hooks, messages, modals
from bot.playground.slack.blocks import identified
from bot.playground.slack.delivery import Ack, EnvelopeKind
from bot.playground.slack.errors import CannotDo, SlackError
from bot.playground.slack.escaping import marked_up
from bot.playground.slack.methods.views import identified_view
from bot.playground.slack.nouns import App, Channel, Ephemeral, Json, Message, User, View
from bot.playground.slack.sockets import Hub
from bot.playground.slack.surfaces import check_message_blocks, check_view
from bot.playground.slack.wire import message_json, view_json
from bot.playground.slack.world import SlackWorld

PATIENCE_S: Final = 10.0  # of the person, in real time: a test's clock may stand still
DIRECT: Final = {"im": "directmessage", "mpim": "mpdm", "private": "privategroup"}


@dataclass(frozen=True)
class Outcome:
    """What the person sees of it."""

    acked: bool
    payload: Json | None = None
    errors: Mapping[str, str] = field(default_factory=dict)  # beside the fields of a modal, by block_id
    view: View | None = None  # the modal now on top
    error: str | None = None


@dataclass
class Interactions:
    world: SlackWorld
    hub: Hub
    origin: Callable[[], str]  # http://127.0.0.1:port

    # -- what people do

    def app_for(self, command: str, user: User) -> App:
        """Of the workspace that they are in, or of the only one that has it."""
        with self.world.lock:
            theirs = [a for a in self.world.apps.values() if command in a.commands and a.installed]
            app = next((a for a in theirs if a.team_id == user.team_id), next(iter(theirs), None))
        if app is None:
            raise CannotDo(f"{command} is not a valid command")
        return app

    def command(self, user: User, channel: Channel, app: App, command: str, text: str) -> Outcome:
        team = self.world.teams[app.team_id]
        payload: Json = {
            "token": app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": DIRECT.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": marked_up(self.world, text) if app.commands[command].should_escape else text,
            "api_app_id": app.api_id,
            "is_enterprise_install": "false",
            "response_url": self._hook(app, user, channel.id, "commands"),
            "trigger_id": modals.trigger(self.world, app, user.id).id,
        }
        ack = self._ask(app, "slash_commands", payload)
        if not ack.acked:
            messages.whisper(self.world, channel, to=user.id, text=f"{command} failed with the error “{ack.error}”")
        elif ack.payload:
            self._said(app, user, channel, ack.payload)
        return Outcome(ack.acked, ack.payload, view=modals.top(self.world, user.id), error=ack.error)

    def click_message(
        self, user: User, channel: Channel, target: Message | Ephemeral, block: Json, element: Json, chosen: Any
    ) -> Outcome:
        app = self._owner(target.app_id)
        secret = isinstance(target, Ephemeral)
        known = forms.filled(target.blocks, self.world.choices.get((user.id, target.ts), {}), {})
        state = self.world.choices[user.id, target.ts] = forms.picked(known, block, element, chosen)
        container: Json = {
            "type": "message",
            "message_ts": target.ts,
            "channel_id": channel.id,
            "is_ephemeral": secret,
        }
        if target.thread_ts:
            container["thread_ts"] = target.thread_ts
        payload = self._interaction("block_actions", app, user) | {
            "container": container,
            "trigger_id": modals.trigger(self.world, app, user.id).id,
            "channel": {"id": channel.id, "name": DIRECT.get(channel.kind, channel.name)},
            "state": {"values": state},
            "response_url": self._hook(
                app, user, channel.id, "actions", message_ts=target.ts, thread_ts=target.thread_ts, ephemeral=secret
            ),
            "actions": [self._action(block, element, chosen)],
        }
        if isinstance(target, Message):
            payload["message"] = message_json(self.world, channel, target, metadata=True, counts=True)
        ack = self._ask(app, "interactive", payload)
        return Outcome(ack.acked, ack.payload, view=modals.top(self.world, user.id), error=ack.error)

    def click_view(
        self, user: User, view: View, block: Json, element: Json, chosen: Any, entries: Mapping[str, Any]
    ) -> Outcome:
        app = self.world.apps[view.app_id]
        known = forms.filled(view.body["blocks"], view.values, entries)
        view.values = forms.picked(known, block, element, chosen)
        inside = view.id if view.type == "modal" else None
        payload = self._interaction("block_actions", app, user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": modals.trigger(self.world, app, user.id, view_id=inside).id,
            "view": view_json(self.world, view),
            "actions": [self._action(block, element, chosen)],
        }
        ack = self._ask(app, "interactive", payload)
        return Outcome(ack.acked, ack.payload, view=modals.top(self.world, user.id), error=ack.error)

    def submit(self, user: User, view: View, entries: Mapping[str, Any]) -> Outcome:
        with self.world.lock:
            view.values = forms.filled(view.body["blocks"], view.values, entries)
            missing = forms.incomplete(view.body["blocks"], view.values)
            if missing:
                return Outcome(acked=False, errors=missing, view=view, error="incomplete")
            app = self.world.apps[view.app_id]
            payload = self._interaction("view_submission", app, user) | {
                "trigger_id": modals.trigger(self.world, app, user.id, view_id=view.id).id,
                "view": view_json(self.world, view),
                "response_urls": [],
            }
        ack = self._ask(app, "interactive", payload, accepts_response=True)
        if not ack.acked:
            return Outcome(acked=False, view=view, error=ack.error)
        try:
            errors = self._after_submission(user, view, ack.payload or {})
        except SlackError as error:  # the view in the answer was not a view
            return Outcome(acked=True, payload=ack.payload, view=view, error=error.code)
        return Outcome(acked=True, payload=ack.payload, errors=errors, view=modals.top(self.world, user.id))

    def close(self, user: User, *, everything: bool) -> None:
        top = modals.top(self.world, user.id)
        everything = everything or bool(top and top.body.get("clear_on_close"))
        for view in modals.dismiss(self.world, user.id, everything=everything):
            if view.body.get("notify_on_close"):
                app = self.world.apps[view.app_id]
                payload = self._interaction("view_closed", app, user)
                self._ask(app, "interactive", payload | {"view": view_json(self.world, view), "is_cleared": everything})

    # -- what comes back

    def _after_submission(self, user: User, view: View, answer: Json) -> Mapping[str, str]:
        with self.world.lock:
            match answer.get("response_action"):
                case "errors":
                    return dict(answer.get("errors") or {})
                case "clear":
                    modals.dismiss(self.world, user.id, everything=True)
                case "update":
                    modals.redraw(self.world, view, self._view(answer))
                case "push":
                    modals.push(self.world, self.world.apps[view.app_id], user.id, self._view(answer))
                case _:
                    if view.id in self.world.stacks.get(user.id, []):
                        modals.dismiss(self.world, user.id, everything=False)
            return {}

    def _view(self, answer: Json) -> Json:
        return identified_view(self.world.new_id("b"), check_view(answer.get("view")))

    def _said(self, app: App, user: User, channel: Channel, answer: Json) -> None:
        """A command may be answered in its acknowledgement; blocks that Slack refuses are simply not shown."""
        blocks: list[Json] = answer.get("blocks") or []
        try:
            check_message_blocks(blocks)
        except SlackError:
            blocks = []
        blocks = identified(self.world.new_id("b"), blocks)
        text = str(answer.get("text") or "")
        if answer.get("response_type") == "in_channel":
            said = Message(
                ts=self.world.new_ts(), user=app.user_id, bot_id=app.bot_id, app_id=app.id, text=text, blocks=blocks
            )
            messages.post(self.world, channel, said)
        elif text or blocks:
            messages.whisper(self.world, channel, to=user.id, app=app, text=text, blocks=blocks)

    # -- parts

    def _ask(self, app: App, kind: EnvelopeKind, payload: Json, *, accepts_response: bool = False) -> Ack:
        accepts = accepts_response or kind == "slash_commands"
        try:
            return self.hub.ask(app, kind, payload, accepts_response=accepts).result(timeout=PATIENCE_S)
        except TooSlow:
            return Ack(acked=False, error="operation_timeout")

    def _owner(self, app_id: str | None) -> App:
        if app_id is None or not self.world.apps[app_id].installed:
            raise CannotDo("no app listens to this message")
        return self.world.apps[app_id]

    def _interaction(self, kind: str, app: App, user: User) -> Json:
        team = self.world.teams[app.team_id]
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
            "api_app_id": app.api_id,
            "token": app.verification_token,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _action(self, block: Json, element: Json, chosen: Any) -> Json:
        kind = element["type"]
        action: Json = {
            "type": kind,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.world.new_ts(),
        }
        if kind in {"button", "icon_button"}:
            return action | {k: element[k] for k in ("text", "value", "style", "url") if k in element}
        if kind == "feedback_buttons":
            offered = [element["positive_button"], element["negative_button"]]
            pressed = next((b for b in offered if b["value"] == chosen), offered[0])
            return action | {"text": pressed["text"], "value": pressed["value"]}
        return action | forms.held(element, chosen)

    def _hook(self, app: App, user: User, channel_id: str, kind: str, **target: Any) -> str:
        hook = hooks.make(self.world, app_id=app.id, user=user.id, channel_id=channel_id, **target)
        return f"{self.origin()}/{kind}/{app.team_id}/{hook.id}"
