"""Takes in what Slack tells us. What a person sent is durable before Slack hears that it arrived; whatever takes time is
done by others afterwards.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from bot.core.clock import Clock, pause
from bot.core.failpoints import Reach
from bot.core.nouns import Chosen, Event, Explained, Incoming, Place, ReceiptId, SlackPlace, SlackUser, new_receipt_id
from bot.slack import render
from bot.slack.explaining import ViewOf, show
from bot.slack.heard import USUAL, Asked, Bot, Changed, Customs, Ended, Heard, Moved, TakenBack, Turned, Us, heard
from bot.slack.later import Later
from policies.evidence import Clarification

_ANY = re.compile("")
_OPTION = re.compile(r"choose:\d")
_RECEIPT = re.compile(r"r_[0-9a-f]{24}")
_MOMENT = re.compile(r"[0-9]{1,16}\.[0-9]{1,16}")

_LOOKS, _BETWEEN_S = 50, 0.1  # at a click that comes before it is on record where its message went

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


Choice = tuple[Clarification, Chosen] | Literal["early", "erased", "not_yours", "taken_back"] | None
"""What was chosen, by this click or by one before it; or why nothing was. None: there is nothing of the kind."""


Explain = Callable[[ReceiptId, SlackUser, str, str], Explained | None]
"""Of a message in a channel, to this person."""


@dataclass(frozen=True)
class Hands:
    """What is done once Slack has its acknowledgement."""

    busy: Callable[[SlackPlace], None]
    rest: Callable[[SlackPlace], None]
    wake: Callable[[], None]  # whoever answers
    explain: Explain
    use: Explain  # a draft, for them to use
    rate: Callable[[ReceiptId, SlackUser, bool, str, str, str], bool]
    choose: Callable[[ReceiptId, int, SlackUser, str, str], Choice]
    may_ask: Callable[[ReceiptId, SlackUser], bool]  # a person, after an answer that did not help
    overhear: Callable[[dict[str, Any]], None]  # of what nobody addressed to us


class _Click(NamedTuple):
    """Who pressed what on which message. The value may have been made up; the rest is Slack's word."""

    by: SlackUser
    channel: str
    message: str
    thread: str | None
    value: str
    at: str  # by Slack's clock, which tells it from any other of theirs


class Listeners:
    def __init__(
        self,
        us: Us,
        desk: Desk,
        readers: Readers,
        hands: Hands,
        *,
        later: Later,
        clock: Clock,
        reach: Reach,
        customs: Customs = USUAL,
    ) -> None:
        self._us, self._desk, self._readers, self._hands, self._customs = us, desk, readers, hands, customs
        self._later, self._clock, self._reach = later, clock, reach

    def attach(self, app: App) -> None:
        """The middleware takes everything in; the listeners are there so that Bolt acknowledges it."""
        app.use(self.take_in)
        app.event(_ANY)(_nothing)
        app.action("why")(self.why)
        app.action("use")(self.use)
        app.action("feedback")(self.feedback)
        app.action(_OPTION)(self.choose)
        app.action(_ANY)(_acknowledge)
        app.view(_ANY)(_acknowledge)

    def take_in(self, body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's name
        """If this raises, Slack gets no acknowledgement and sends it again."""
        event = body.get("event")
        if isinstance(event, dict):
            self._hands.overhear(event)
            now = self._clock()
            self._take(heard(event, self._us, receipt=new_receipt_id(), now=now, customs=self._customs))
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
        self._look(ack, body, client, self._hands.explain, render.evidence_view)

    def use(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """A draft, to change and to copy. What is written there goes nowhere."""
        self._look(ack, body, client, self._hands.use, render.draft_view)

    def _look(self, ack: Ack, body: dict[str, Any], client: WebClient, explain: Explain, view_of: ViewOf) -> None:
        ack()
        click = _clicked(body, self._us)
        if click is None or not _RECEIPT.fullmatch(click.value):
            return
        receipt = ReceiptId(click.value)
        look = partial(explain, receipt, click.by, click.channel, click.message)
        show(client, body.get("trigger_id"), receipt, look, view_of, later=self._later)

    def feedback(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        click = _clicked(body, self._us)
        pressed = render.feedback_pressed(click.value) if click else None
        if click is None or not _MOMENT.fullmatch(click.at) or pressed is None or not _RECEIPT.fullmatch(pressed[0]):
            return
        receipt, useful = ReceiptId(pressed[0]), pressed[1]

        def rate() -> None:
            if self._hands.rate(receipt, click.by, useful, click.channel, click.message, click.at):
                said, asks = render.thanks(useful=useful), not useful and self._hands.may_ask(receipt, click.by)
                client.chat_postEphemeral(
                    text=said,
                    blocks=render.offer_to_ask(said, receipt) if asks else None,
                    channel=click.channel,
                    user=click.by.user,
                    thread_ts=click.thread,
                )

        self._later(rate)

    def choose(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """What was chosen is durable before Slack hears that the click arrived. If this raises, Slack tells them so."""
        click = _clicked(body, self._us)
        pressed = render.option_pressed(click.value) if click else None
        if click is None or pressed is None or not _RECEIPT.fullmatch(pressed[0]):
            ack()
            return
        choose = partial(self._hands.choose, ReceiptId(pressed[0]), pressed[1], click.by, click.channel, click.message)
        choice = choose()
        ack()
        self._later(lambda: self._show_choice(click, choice if choice != "early" else _once_on_record(choose), client))

    def _show_choice(self, click: _Click, choice: Choice, client: WebClient) -> None:
        """The buttons give way to what was chosen; who chose nothing is told why, and nobody else."""
        match choice:
            case (reply, chosen):
                self._hands.wake()
                post = render.chosen(reply, chosen.option)
                client.chat_update(
                    channel=click.channel, ts=click.message, text=post.text, blocks=post.blocks, parse="none"
                )
            case "early" | None:
                pass
            case why:
                told = render.unchosen(why)
                client.chat_postEphemeral(channel=click.channel, user=click.by.user, text=told, thread_ts=click.thread)


def _once_on_record(choose: Callable[[], Choice]) -> Choice:
    for _ in range(_LOOKS):
        pause(_BETWEEN_S)
        choice = choose()
        if choice != "early":
            return choice
    return None


def _clicked(body: dict[str, Any], us: Us) -> _Click | None:
    match body:
        case {
            "user": {"id": str(user)},
            "container": {"type": "message", "message_ts": str(message), "channel_id": str(channel)} as container,
            "actions": [{"value": str(value)} as action, *_],
        }:
            by, at = SlackUser(team=us.team, user=user), str(action.get("action_ts") or "")
            return _Click(by, channel, message, container.get("thread_ts"), value, at)
        case _:
            return None


def _nothing() -> None:
    """Everything was taken in before."""


def _acknowledge(ack: Ack) -> None:
    ack()
