"""Sketchpad: a small real Bolt app beside Footnote, which uses of Slack what Footnote does not. Nothing in it knows the emulator's inside."""

import re
import time
from typing import Any, Self

from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.playground.slack import BOT_EVENTS, BOT_SCOPES, SlackEmulator, SlackWorld, SlashCommand
from bot.playground.slack import App as InstalledApp
from tests.browser.forms import a_poll, a_short_poll, an_explanation, held, wrong
from tests.browser.gallery import Json, gallery, mrkdwn, option, plain

COMMANDS = [
    SlashCommand("/draft", "Write something slowly", "[what about]"),
    SlashCommand("/gallery", "Every block there is", "[name of a block]"),
    SlashCommand("/poll", "Ask everybody here", "question, or “new”"),
    SlashCommand("/whisper", "Something for you alone"),
]
PROMPTS = [
    {"title": "Draw a plan", "message": "Draw me a plan"},
    {"title": "Start a poll", "message": "How do I start a poll?"},
]
DRAFT = ("## A draft\n\n", "It grows ", "piece by piece, ", "until it is **done**.")


def install(world: SlackWorld, *channels: str) -> InstalledApp:
    """Sketchpad in these channels."""
    app = world.add_app("Sketchpad", scopes=BOT_SCOPES, events=BOT_EVENTS, commands=COMMANDS)
    for name in channels:
        world.channel(name).members.append(app.user_id)
    return app


class Sketchpad:
    """``with Sketchpad(slack) as pad`` … ``pad.heard`` is what was done to it, by name."""

    def __init__(self, slack: SlackEmulator, *, pause_s: float = 0.05) -> None:
        installed = slack.world.app("Sketchpad")
        self.slack = slack
        self.pause_s = pause_s  # between two pieces of a stream
        self.heard: list[tuple[str, Any]] = []
        self.state: Json = {}  # of the message clicked last: what the clicker has chosen in it
        self.team = installed.team_id
        self.client = WebClient(token=slack.bot_token(installed), base_url=slack.url)
        self.app = App(client=self.client)
        self.handler = SocketModeHandler(
            self.app, slack.app_token(installed), web_client=WebClient(base_url=slack.url), ping_interval=1
        )
        self._listen()

    def __enter__(self) -> Self:
        self.handler.connect()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *_: object) -> None:
        self.handler.close()  # type: ignore[no-untyped-call]

    def _listen(self) -> None:
        self.app.command("/poll")(self.polled)
        self.app.command("/gallery")(self.exhibited)
        self.app.command("/draft")(self.drafted)
        self.app.command("/whisper")(self.whispered)
        self.app.event("app_home_opened")(self.visited)
        self.app.event("message")(self.told)
        for who_is_there in ("member_joined_channel", "member_left_channel"):
            self.app.event(who_is_there)(self.noticed)
        self.app.view("poll")(self.filled_in)
        self.app.view("short")(self.filled_in_short)
        self.app.view_closed("poll")(self.given_up)
        for name, does in {
            "vote": self.voted,
            "close": self.closed,
            "new": self.started,
            "explain": self.explained,
            "shorten": self.shortened,
            "again": self.whispered_again,
            "never mind": self.took_back,
        }.items():
            self.app.action(name)(does)
        self.app.action(re.compile(""))(self.clicked)

    def _hears(self, what: str, value: Any = None) -> None:
        self.heard.append((what, value))

    # -- commands

    def polled(self, ack: Ack, command: Json, respond: Respond) -> None:
        ack()
        match command["text"].strip():
            case "":
                respond(text="Usage: `/poll question`, or `/poll new` for more to choose from.")
            case "new":
                self.client.views_open(trigger_id=command["trigger_id"], view=a_poll(command["channel_id"]))
            case question:
                respond(text=question, blocks=_ballot(question), response_type="in_channel")

    def exhibited(self, ack: Ack, command: Json, respond: Respond) -> None:
        ack()
        shown = gallery(command["user_id"], command["channel_id"])
        wanted = command["text"].strip()
        if wanted and wanted not in shown:
            respond(text=f"There is no {wanted} in the gallery.")
            return
        for name in [wanted] if wanted else shown:
            self.client.chat_postMessage(channel=command["channel_id"], text=name, blocks=shown[name])

    def drafted(self, ack: Ack, command: Json) -> None:
        """A message of its own to write under, so that there is a thread to be busy in."""
        ack()
        about = command["text"] or "nothing in particular"
        head = self.client.chat_postMessage(channel=command["channel_id"], text=f"A draft about {about}")
        self._writes(command["channel_id"], str(head["ts"]), command["user_id"])

    def whispered(self, ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="Nobody else sees this.", blocks=_secret("Nobody else sees this."))

    # -- events

    def visited(self, event: Json) -> None:
        self._hears("visited", event["tab"])
        if event["tab"] == "home":
            self.client.views_publish(user_id=event["user"], view=_home(event["user"]))
        else:
            self.client.assistant_threads_setSuggestedPrompts(
                channel_id=event["channel"], title="What shall we draw?", prompts=PROMPTS
            )

    def noticed(self, event: Json) -> None:
        """What an app does not take is sent to it again, for minutes."""
        self._hears(event["type"], event["user"])

    def told(self, event: Json) -> None:
        if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype"):
            return
        self._hears("told", event["text"])
        thread_ts = event.get("thread_ts") or event["ts"]
        self.client.assistant_threads_setTitle(
            channel_id=event["channel"], thread_ts=thread_ts, title=event["text"][:40]
        )
        self._writes(event["channel"], thread_ts, event["user"])

    def _writes(self, channel: str, thread_ts: str, user: str) -> None:
        self.client.assistant_threads_setStatus(
            channel_id=channel,
            thread_ts=thread_ts,
            status="is sketching…",
            loading_messages=["Sharpening a pencil…", "Looking for paper…"],
        )
        time.sleep(self.pause_s)
        stream = self.client.chat_stream(
            channel=channel, thread_ts=thread_ts, recipient_team_id=self.team, recipient_user_id=user, buffer_size=1
        )
        for piece in DRAFT:
            stream.append(markdown_text=piece)
            time.sleep(self.pause_s)
        feedback = gallery(user, channel)["feedback"]
        stream.stop(blocks=feedback)

    # -- modals

    def filled_in(self, ack: Ack, view: Json, body: Json) -> None:
        errors = wrong(view)
        if errors:
            ack(response_action="errors", errors=errors)
            return
        ack()
        entries = {name: held(view, name) for name in view["state"]["values"]}
        self._hears("filled in", entries)
        said = f"<@{body['user']['id']}> asks: {entries['name']}"
        self.client.chat_postMessage(channel=view["private_metadata"], text=said, blocks=_ballot(entries["name"]))

    def filled_in_short(self, ack: Ack, view: Json) -> None:
        ack(response_action="update", view=an_explanation())
        self._hears("filled in", {"name": held(view, "name")})

    def given_up(self, ack: Ack) -> None:
        ack()
        self._hears("given up")

    def explained(self, ack: Ack, body: Json) -> None:
        ack()
        self.client.views_push(trigger_id=body["trigger_id"], view=an_explanation())

    def shortened(self, ack: Ack, body: Json) -> None:
        ack()
        shown = body["view"]
        self._hears("shortened", held(shown, "name"))
        short = a_short_poll(shown["private_metadata"])
        self.client.views_update(view_id=shown["id"], hash=shown["hash"], view=short)

    # -- clicks

    def started(self, ack: Ack, body: Json) -> None:
        ack()
        direct = self.client.conversations_open(users=[body["user"]["id"]])["channel"]["id"]
        self.client.views_open(trigger_id=body["trigger_id"], view=a_poll(direct))

    def voted(self, ack: Ack, body: Json, respond: Respond) -> None:
        ack()
        choice = body["actions"][0]["selected_option"]["value"]
        self._hears("voted", choice)
        respond(text=f"You chose {choice}.", replace_original=False)

    def closed(self, ack: Ack, respond: Respond) -> None:
        ack()
        self._hears("closed")
        respond(text="This poll is closed.", replace_original=True)

    def whispered_again(self, ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="Still between us.", blocks=_secret("Still between us."), replace_original=True)

    def took_back(self, ack: Ack, respond: Respond) -> None:
        ack()
        respond(delete_original=True)

    def clicked(self, ack: Ack, action: Json, body: Json) -> None:
        """Whatever nobody else took."""
        ack()
        self.state = body.get("state", {}).get("values", {})
        chosen = action.get("selected_option") or {}
        given = chosen.get("value") or action.get("selected_user") or action.get("selected_date") or action.get("value")
        self._hears(action["action_id"], given)


def _ballot(question: str) -> list[Json]:
    choices = [option("tea"), option("coffee")]
    menu = {"type": "static_select", "action_id": "vote", "placeholder": plain("Your choice"), "options": choices}
    close: Json = {
        "type": "button",
        "action_id": "close",
        "text": plain("Close poll"),
        "style": "danger",
        "confirm": {
            "title": plain("Close the poll?"),
            "text": plain("Nobody can vote any more."),
            "confirm": plain("Close it"),
            "deny": plain("Keep it open"),
        },
    }
    more = {"type": "overflow", "action_id": "more", "options": [option("copy"), option("archive")]}
    said = {"type": "section", "text": mrkdwn(f"*{question}*"), "accessory": menu}
    return [said, {"type": "actions", "elements": [close, more]}]


def _secret(text: str) -> list[Json]:
    buttons = [
        {"type": "button", "action_id": name, "text": plain(name.capitalize())} for name in ("again", "never mind")
    ]
    return [{"type": "section", "text": plain(text)}, {"type": "actions", "elements": buttons}]


def _home(person: str) -> Json:
    new = {"type": "button", "action_id": "new", "text": plain("Start a poll"), "style": "primary"}
    blocks = [
        {"type": "header", "text": plain("Sketchpad")},
        {"type": "section", "text": mrkdwn(f"Welcome, <@{person}>.")},
        {"type": "actions", "elements": [new]},
    ]
    return {"type": "home", "blocks": blocks}
