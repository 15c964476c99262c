"""Takes in what Slack tells us. What a person sent is durable before Slack hears that it arrived; whatever takes time is
done by others afterwards.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from bot.core.clock import Clock
from bot.core.failpoints import Reach
from bot.core.nouns import Event, Explained, Incoming, Place, ReceiptId, SlackPlace, SlackUser, new_receipt_id
from bot.slack import render
from bot.slack.heard import Asked, Bot, Changed, Ended, Heard, Moved, TakenBack, Turned, Us, heard

_ANY = re.compile("")
_RECEIPT = re.compile(r"r_[0-9a-f]{24}")

log = structlog.get_logger()


class Desk(Protocol):
    """Who takes in hand what has been heard. Everything is durable when it returns."""

    def take(self, incoming: Incoming) -> bool:
        """Whether it is new."""
        ...

    def forget(self, subject: str) -> None: ...

    def note(self, event: Event) -> None: ...


class Readers(Protocol):
    """Whoever remembers who reads what."""

    def member_moved(self, channel: str) -> None: ...

    def place_changed(self, channel: str) -> None: ...

    def user_changed(self, user: str | None, said: Mapping[str, object] | None = None) -> None: ...


class Later(Protocol):
    """Does something on another thread. What goes wrong is logged there, and then `otherwise` is done."""

    def __call__(self, do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None: ...


@dataclass(frozen=True)
class Hands:
    """What is done once Slack has its acknowledgement."""

    busy: Callable[[SlackPlace], None]
    rest: Callable[[SlackPlace], None]
    wake: Callable[[], None]  # whoever answers
    explain: Callable[[ReceiptId, SlackUser, str, str], Explained | None]  # a message in a channel, to this person
    rate: Callable[[ReceiptId, SlackUser, bool, str, str], bool]


class Listeners:
    def __init__(
        self, us: Us, desk: Desk, readers: Readers, hands: Hands, *, later: Later, clock: Clock, reach: Reach
    ) -> None:
        self._us, self._desk, self._readers, self._hands = us, desk, readers, hands
        self._later, self._clock, self._reach = later, clock, reach

    def attach(self, app: App) -> None:
        """The middleware takes everything in; the listeners are there so that Bolt acknowledges it."""
        app.use(self.take_in)
        app.event(_ANY)(_nothing)
        app.action("why")(self.why)
        app.action("feedback")(self.feedback)
        app.action(_ANY)(_acknowledge)

    def take_in(self, body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's name
        """If this raises, Slack gets no acknowledgement and sends it again."""
        event = body.get("event")
        if isinstance(event, dict):
            self._take(heard(event, self._us, receipt=new_receipt_id(), now=self._clock()))
            return BoltResponse(status=200)  # nobody else has to understand it
        return next()

    def _take(self, said: Heard | None) -> None:
        match said:
            case Asked(incoming):
                self._reach("slack.before_take")
                if self._desk.take(incoming):
                    self._reach("slack.after_take")
                    self._hands.wake()
                    self._later(partial(self._show_life, incoming.question.place))
            case TakenBack(subject, place):
                self._desk.forget(subject)
                self._later(partial(self._hands.rest, place))
            case Bot(channel, message):
                self._desk.note(Event(kind="ignored", body={"why": "bot", "channel": channel, "message": message}))
            case Moved(channel):
                self._readers.member_moved(channel)
            case Turned(channel):
                self._readers.place_changed(channel)
            case Changed(user, account):
                self._readers.user_changed(user, account)
            case Ended(why):
                log.error("Slack has shut us out", why=why)
                self._desk.note(Event(kind="shut_out", body={"why": why}))
            case None:
                pass

    def _show_life(self, place: Place) -> None:
        self._reach("slack.after_ack")
        if isinstance(place, SlackPlace):
            self._hands.busy(place)

    def why(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """A trigger lives for three seconds, so a view is opened at once and filled when it can be."""
        ack()
        click = _clicked(body, self._us)
        if click is None or not _RECEIPT.fullmatch(click.value):
            return
        opened = client.views_open(trigger_id=body["trigger_id"], view=render.loading_view(receipt=click.value))
        view, receipt = str(opened["view"]["id"]), ReceiptId(click.value)

        def explain() -> None:
            explained = self._hands.explain(receipt, click.by, click.channel, click.message)
            client.views_update(view_id=view, view=_view(explained, receipt))

        failed = render.nothing_view(receipt=receipt, reason="failed")
        self._later(explain, otherwise=lambda: client.views_update(view_id=view, view=failed))

    def feedback(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        click = _clicked(body, self._us)
        pressed = render.feedback_pressed(click.value) if click else None
        if click is None or pressed is None or not _RECEIPT.fullmatch(pressed[0]):
            return
        if self._hands.rate(ReceiptId(pressed[0]), click.by, pressed[1], click.channel, click.message):
            thanks = partial(client.chat_postEphemeral, text=render.thanks(useful=pressed[1]), thread_ts=click.thread)
            self._later(partial(thanks, channel=click.channel, user=click.by.user))  # Slack may make us wait


def _view(explained: Explained | None, receipt: ReceiptId) -> dict[str, Any]:
    if explained is None:
        return render.nothing_view(receipt=receipt, reason="not_yours")
    return render.evidence_view(explained.answer, explained.evidence, receipt=receipt, hidden=explained.hidden)


class _Click(NamedTuple):
    """Who pressed what on which message. The value may have been made up; the rest is Slack's word."""

    by: SlackUser
    channel: str
    message: str
    thread: str | None
    value: str


def _clicked(body: dict[str, Any], us: Us) -> _Click | None:
    match body:
        case {
            "user": {"id": str(user)},
            "container": {"type": "message", "message_ts": str(message), "channel_id": str(channel)} as container,
            "actions": [{"value": str(value)}, *_],
        }:
            return _Click(SlackUser(team=us.team, user=user), channel, message, container.get("thread_ts"), value)
        case _:
            return None


def _nothing() -> None:
    """Everything was taken in before."""


def _acknowledge(ack: Ack) -> None:
    ack()
