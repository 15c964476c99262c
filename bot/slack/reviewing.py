"""Asks people in Slack to check answers, and takes in what they press. What they decide is durable before Slack hears that the
click arrived; what follows from it is a worker's.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.core.nouns import Meanwhile, Part, Question, Ruled, Shows, SlackPlace, SlackUser, Turn
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.heard import Us
from bot.slack.later import Later
from bot.slack.poster import SlackPoster
from bot.slack.render import review as looks
from connectors.model import Retryable

_TURN: Final = re.compile(r"v_[0-9a-f]{24}")
_CLAIM: Final = re.compile(r"claim:(\d{1,3})")

log = structlog.get_logger()


class SlackReviewDesk:
    """The `ReviewDesk` port."""

    def __init__(self, poster: SlackPoster) -> None:
        self._poster = poster

    def ask(
        self, turn: Turn, question: Question, part: Part, *, readers: int, minutes: float, again: bool
    ) -> Mapping[str, str] | None:
        place = _place(question)
        card = looks.card(part, question.text, place, readers=readers, minutes=minutes, turn=turn.id)
        try:
            return self._poster.write_to(turn.reviewer.user, card, f"{turn.id}:card", since=place.message, again=again)
        except Refused as refused:
            log.warning("somebody cannot be asked to check an answer", why=refused.code, receipt=question.receipt)
            return None

    def turn(self, turn: Turn, question: Question, shows: Shows, by: SlackUser) -> None:
        """One of which it is not on record where it went may be there all the same."""
        over = looks.card_over(question.text, shows, by, is_you=by == turn.reviewer)
        if turn.channel is not None and turn.message is not None:
            where: tuple[str, str] | None = (turn.channel, turn.message)
        else:
            where = self._poster.find(turn.reviewer.user, f"{turn.id}:card", since=_place(question).message)
        if where is not None:
            self._poster.change(*where, over)

    def notice(self, channel: str, message: str, about: Meanwhile) -> None:
        self._poster.change(channel, message, looks.noticed(about))


class Rulings(NamedTuple):
    """What a click does, and what it came to."""

    approve: Callable[[str, SlackUser], Ruled]
    decline: Callable[[str, SlackUser, str | None], Ruled]
    approve_edited: Callable[[str, SlackUser, Mapping[int, str]], Ruled]
    to_edit: Callable[[str, SlackUser], tuple[str, ...] | Ruled]


class _Pressed(NamedTuple):
    by: SlackUser
    turn: str


class ReviewListeners:
    """`wake`: whoever goes on from there."""

    def __init__(self, us: Us, rulings: Rulings, *, wake: Callable[[], None], later: Later) -> None:
        self._us, self._rulings, self._wake, self._later = us, rulings, wake, later

    def attach(self, app: App) -> None:
        app.action(looks.APPROVED)(self.approve)
        app.action(looks.EDIT)(self.edit)
        app.action(looks.DECLINE)(self.decline)
        app.view(looks.EDIT)(self.edited)
        app.view(looks.DECLINE)(self.declined)

    def approve(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """If this raises, Slack tells them that it did not work."""
        pressed = self._pressed(body)
        if pressed is None:
            ack()
            return
        ruled = self._rulings.approve(pressed.turn, pressed.by)
        ack()
        self._go_on(ruled, partial(_whisper, client, body, pressed.by, ruled))

    def edit(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """A trigger lives for three seconds, so a view is opened at once and filled when it can be."""
        ack()
        pressed = self._pressed(body)
        view = None if pressed is None else _opened(client, body, looks.loading_edit(pressed.turn))
        if pressed is None or view is None:
            return

        def fill() -> None:
            found = self._rulings.to_edit(pressed.turn, pressed.by)
            shown = looks.outcome_view(looks.ruled(found, pressed.by)) if isinstance(found, Ruled) else None
            client.views_update(view_id=view, view=shown or looks.edit_view(_claims(found), pressed.turn))

        failed = looks.failed_view()
        self._later(fill, otherwise=lambda: client.views_update(view_id=view, view=failed))

    def decline(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        pressed = self._pressed(body)
        if pressed is not None:
            _opened(client, body, looks.decline_view(pressed.turn))

    def edited(self, ack: Ack, body: dict[str, Any]) -> None:
        """Whatever breaks the contract is told at its field, and nothing is decided."""
        submitted = self._submitted(body)
        texts = _texts(body)
        if submitted is None or not texts:
            ack()
            return
        ruled = self._rulings.approve_edited(submitted.turn, submitted.by, texts)
        if ruled.broken or ruled.empty:
            first = f"claim:{min(texts)}"
            errors = looks.complaints(ruled.broken, first=first, is_empty=ruled.empty)
            ack(response_action="errors", errors=dict(errors))
            return
        self._answer(ack, ruled, submitted.by)

    def declined(self, ack: Ack, body: dict[str, Any]) -> None:
        submitted = self._submitted(body)
        if submitted is None:
            ack()
            return
        said = _values(body).get(looks.REASON, "").strip()[: looks.MOST_OF_A_REASON]
        self._answer(ack, self._rulings.decline(submitted.turn, submitted.by, said or None), submitted.by)

    def _answer(self, ack: Ack, ruled: Ruled, by: SlackUser) -> None:
        if ruled.outcome == "taken":
            ack()
        else:
            ack(response_action="update", view=looks.outcome_view(looks.ruled(ruled, by)))
        self._wake()

    def _go_on(self, ruled: Ruled, told: Callable[[], object]) -> None:
        if ruled.outcome != "taken":
            self._later(told)
        self._wake()

    def _pressed(self, body: dict[str, Any]) -> _Pressed | None:
        """Which message it was pressed on says nothing: the id was given to one person, on one card."""
        match body:
            case {"user": {"id": str(user)}, "actions": [{"value": str(value)}, *_]} if _TURN.fullmatch(value):
                return _Pressed(SlackUser(team=self._us.team, user=user), value)
            case _:
                return None

    def _submitted(self, body: dict[str, Any]) -> _Pressed | None:
        match body:
            case {"user": {"id": str(user)}, "view": {"private_metadata": str(turn)}} if _TURN.fullmatch(turn):
                return _Pressed(SlackUser(team=self._us.team, user=user), turn)
            case _:
                return None


def _claims(found: tuple[str, ...] | Ruled) -> tuple[str, ...]:
    return () if isinstance(found, Ruled) else found


def _whisper(client: WebClient, body: Mapping[str, Any], by: SlackUser, ruled: Ruled) -> None:
    match body:
        case {"container": {"channel_id": str(channel)}}:
            client.chat_postEphemeral(channel=channel, user=by.user, text=looks.ruled(ruled, by))
        case _:
            pass


def _opened(client: WebClient, body: Mapping[str, Any], view: Mapping[str, Any]) -> str | None:
    """Raises nothing: Bolt forgets that it was acknowledged."""
    try:
        return call(client, "views.open", wire.OpenedView, trigger_id=body.get("trigger_id"), view=view).view.id
    except (Refused, Retryable) as trouble:
        log.warning("no view could be opened", because=str(trouble))
        return None


def _values(body: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field, by its block."""
    match body:
        case {"view": {"state": {"values": dict(values)}}}:
            return {str(block): _value(fields) for block, fields in values.items()}
        case _:
            return {}


def _value(fields: object) -> str:
    match fields:
        case {"text": {"value": str(value)}}:
            return value[: looks.MOST_OF_A_CLAIM]
        case _:
            return ""


def _texts(body: Mapping[str, Any]) -> dict[int, str]:
    found = ((_CLAIM.fullmatch(block), text) for block, text in _values(body).items())
    return {int(match.group(1)): text for match, text in found if match is not None}


def _place(question: Question) -> SlackPlace:
    assert isinstance(question.place, SlackPlace), "nowhere else an answer is held"
    return question.place
