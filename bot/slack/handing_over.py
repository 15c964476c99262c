"""What is clicked, submitted and overheard when a person is asked. Whatever is to be done is durable before Slack hears that
it arrived; of what Slack sends, nothing is believed but who clicked, and where.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.core.failpoints import Reach
from bot.core.handing import Handing, HandOver, SavedAnswer, Saving
from bot.core.nouns import ReceiptId, SlackUser
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.heard import Us
from bot.slack.later import Later
from bot.slack.overheard import Altered, Replied, overheard
from bot.slack.render import experts
from connectors.model import Retryable
from policies.experts import MOST_CHARACTERS, MOST_OF_A_QUESTION, Unasked, Unsaved

_RECEIPT: Final = re.compile(r"r_[0-9a-f]{24}")
_REPLY: Final = re.compile(r"e_[0-9a-f]{24}")
_DAYS: Final = re.compile(r"[0-9]{1,4}")

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """Who takes all this in hand. What changes anything is durable when it returns."""

    handing: Callable[[ReceiptId, SlackUser], Handing | Unasked | None]
    hand_over: Callable[[ReceiptId, SlackUser, str], HandOver | Unasked | None]
    saving: Callable[[str, SlackUser, str], Saving | Unsaved | None]
    want: Callable[[str, SlackUser, str, int], SavedAnswer | Unsaved | None]
    most_days: Callable[[], int]
    release: Callable[[str, SlackUser], bool]
    hear: Callable[[str, str, str, str], bool]  # channel, thread, message, author
    gone: Callable[[str, str, bool], bool]  # channel, message, whether it was deleted
    wake: Callable[[], None]  # whoever brings Slack in line


class _Pressed(NamedTuple):
    """By whom, in which channel. The value may have been made up."""

    by: SlackUser
    channel: str
    thread: str | None
    value: str


class _Submitted(NamedTuple):
    """All but who did it may have been made up."""

    by: SlackUser
    about: str
    entries: dict[str, str]


class HandingOver:
    def __init__(self, us: Us, desk: Desk, *, later: Later, reach: Reach) -> None:
        self._us, self._desk, self._later, self._reach = us, desk, later, reach

    def attach(self, app: App) -> None:
        app.action(experts.ASK)(self.press_ask)
        app.action(experts.SAVE)(self.press_save)
        app.action(experts.SEND)(self.press_send)
        app.view(experts.ASK)(self.submit_ask)
        app.view(experts.SAVE)(self.submit_save)

    def overhear(self, event: dict[str, Any]) -> None:
        """If this raises, Slack sends it again."""
        match overheard(event, self._us):
            case Replied(channel, thread, message, author):
                if self._desk.hear(channel, thread, message, author):
                    self._desk.wake()
            case Altered(channel, message, is_deleted):
                if self._desk.gone(channel, message, is_deleted):
                    self._desk.wake()
            case None:
                pass

    def press_ask(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        pressed = _pressed(body, self._us)
        if pressed is None or not _RECEIPT.fullmatch(pressed.value):
            return
        receipt = ReceiptId(pressed.value)

        def shown() -> dict[str, Any]:
            found = self._desk.handing(receipt, pressed.by)
            if isinstance(found, Handing):
                return experts.confirm(receipt, found.experts, found.text)
            return experts.unasked(found)

        self._show(client, body, "ask", shown)

    def press_save(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        pressed = _pressed(body, self._us)
        if pressed is None or not _REPLY.fullmatch(pressed.value):
            return
        click = pressed

        def shown() -> dict[str, Any]:
            found = self._desk.saving(click.value, click.by, click.channel)
            if isinstance(found, Saving):
                return experts.to_save(click.value, found.question, found.text, found.days, found.most_days)
            return experts.unsaved(found)

        self._show(client, body, "save", shown)

    def press_send(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Durable before Slack hears that the click arrived."""
        pressed = _pressed(body, self._us)
        if pressed is None or not _REPLY.fullmatch(pressed.value):
            ack()
            return
        is_theirs = self._desk.release(pressed.value, pressed.by)
        ack()
        if is_theirs:
            self._desk.wake()
            return
        told = partial(client.chat_postEphemeral, channel=pressed.channel, user=pressed.by.user)
        self._later(lambda: told(text=experts.NOT_YOURS_TO_SEND, thread_ts=pressed.thread))

    def _show(
        self,
        client: WebClient,
        body: dict[str, Any],
        title: Literal["ask", "save"],
        shown: Callable[[], dict[str, Any]],
    ) -> None:
        """A trigger lives for three seconds, so a view is opened at once and filled when it can be."""
        try:
            opened = call(
                client, "views.open", wire.OpenedView, trigger_id=body.get("trigger_id"), view=experts.loading(title)
            )
        except (Refused, Retryable) as trouble:
            log.warning("no view could be opened", because=str(trouble))
            return
        show = partial(client.views_update, view_id=opened.view.id)
        self._later(lambda: show(view=shown()), otherwise=lambda: show(view=experts.failed(title)))

    def submit_ask(self, ack: Ack, body: dict[str, Any]) -> None:
        said = _submitted(body, self._us)
        if said is None or not _RECEIPT.fullmatch(said.about):
            ack()
            return
        text = said.entries.get(experts.TEXT, "").strip()
        if not _says_something(text, MOST_CHARACTERS):
            ack(response_action="errors", errors={experts.TEXT: experts.NO_TEXT})
            return
        found = self._desk.hand_over(ReceiptId(said.about), said.by, text)
        self._reach("hand_over.after_submit")
        view = experts.asked(found.experts) if isinstance(found, HandOver) else experts.unasked(found)
        ack(response_action="update", view=view)
        self._desk.wake()

    def submit_save(self, ack: Ack, body: dict[str, Any]) -> None:
        said = _submitted(body, self._us)
        if said is None or not _REPLY.fullmatch(said.about):
            ack()
            return
        question, days = said.entries.get(experts.QUESTION, "").strip(), said.entries.get(experts.DAYS, "")
        wrong = self._wrong(question, days)
        if wrong:
            ack(response_action="errors", errors=wrong)
            return
        found = self._desk.want(said.about, said.by, question, int(days))
        self._reach("saved.after_submit")
        view = experts.being_saved() if isinstance(found, SavedAnswer) else experts.unsaved(found)
        ack(response_action="update", view=view)
        self._desk.wake()

    def _wrong(self, question: str, days: str) -> dict[str, str]:
        most = self._desk.most_days()
        wrong = {} if _says_something(question, MOST_OF_A_QUESTION) else {experts.QUESTION: experts.NO_QUESTION}
        if not _DAYS.fullmatch(days) or not 1 <= int(days) <= most:
            wrong[experts.DAYS] = experts.wrong_days(most)
        return wrong


def _says_something(text: str, most: int) -> bool:
    return len(text) <= most and any(character.isalnum() for character in text)


def _pressed(body: dict[str, Any], us: Us) -> _Pressed | None:
    match body:
        case {
            "user": {"id": str(user)},
            "container": {"type": "message", "channel_id": str(channel)} as container,
            "actions": [{"value": str(value)}, *_],
        }:
            return _Pressed(SlackUser(team=us.team, user=user), channel, container.get("thread_ts"), value)
        case _:
            return None


def _submitted(body: dict[str, Any], us: Us) -> _Submitted | None:
    match body:
        case {
            "user": {"id": str(user)},
            "view": {"private_metadata": str(about), "state": {"values": dict(values)}},
        }:
            return _Submitted(SlackUser(team=us.team, user=user), about, _entries(values))
        case _:
            return None


def _entries(values: dict[Any, Any]) -> dict[str, str]:
    """What stands in each field, storable."""
    found = {}
    for block, fields in values.items():
        match fields:
            case dict() if len(fields) == 1:
                (field,) = fields.values()
                value = field.get("value") if isinstance(field, dict) else None
                if isinstance(block, str) and isinstance(value, str):
                    found[block] = value.replace("\x00", "").encode("utf-8", errors="replace").decode()
    return found
