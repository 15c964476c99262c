"""Shows in Slack what is to be done, and takes in what is pressed on it. What a click decides is durable before Slack hears that
it arrived; of what Slack sends, nothing is believed but who clicked. What people write, or react with, confirms nothing.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.core.failpoints import Reach
from bot.core.nouns import SlackUser
from bot.core.proposals import Card, Pressed, ProposalId, Sheet
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.heard import Us
from bot.slack.later import Later
from bot.slack.poster import SlackPoster
from bot.slack.render import Post
from bot.slack.render import cards as looks
from connectors.model import Retryable

_PROPOSAL: Final = re.compile(r"p_[0-9a-f]{24}")

Decide = Callable[[ProposalId, SlackUser], Pressed]

log = structlog.get_logger()


class SlackCards:
    """The port `Cards`."""

    def __init__(self, poster: SlackPoster) -> None:
        self._poster = poster

    def show_there(self, card: Card, sheet: Sheet) -> bool:
        return self._poster.change(card.channel, card.message, looks.card(sheet, alone=_is_direct(card)))

    def show_alone(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:
        show = looks.card if sheet.standing.stage == "proposed" else looks.over
        return self._written(actor.user, show(sheet, alone=True), f"{sheet.standing.proposal.id}:card", since)

    def point_to_it(self, card: Card) -> None:
        self._poster.change(card.channel, card.message, looks.elsewhere())

    def turn(self, card: Card, sheet: Sheet) -> bool:
        turned = self._poster.change(card.channel, card.message, looks.over(sheet, alone=_is_direct(card)))
        result = looks.for_the_asker(sheet) if not _is_direct(card) else None
        if result is not None:
            proposal = sheet.standing.proposal
            self._written(proposal.actor.user, result, f"{proposal.id}:result", proposal.place.message)
        return turned

    def tell(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:
        return self._written(actor.user, looks.over(sheet, alone=True), f"{sheet.standing.proposal.id}:outcome", since)

    def ask_approver(self, approver: str, sheet: Sheet, *, since: str) -> str | None:
        name = f"{sheet.standing.proposal.id}:{approver}"
        card = self._written(approver, looks.approval(sheet), name, since)
        return f"{card.channel}/{card.message}" if card is not None else None

    def turn_approval(self, where: str, sheet: Sheet) -> None:
        channel, _, message = where.partition("/")
        self._poster.change(channel, message, looks.over_for_approver(sheet))

    def tell_admin(self, admin: SlackUser, sheet: Sheet, *, since: str, has_left: bool) -> bool:
        name = f"{sheet.standing.proposal.id}:left:{admin.user}"
        return self._written(admin.user, looks.left_open(sheet, has_left=has_left), name, since) is not None

    def _written(self, user: str, post: Post, name: str, since: str) -> Card | None:
        """Once, however often it is asked for."""
        try:
            where = self._poster.write_to(user, post, name, since=since, again=True)
        except Refused as refused:
            log.warning("somebody cannot be shown what is to be done", why=refused.code)
            return None
        return Card(channel=where["channel"], message=where["message"])


def _is_direct(card: Card) -> bool:
    """Whoever asked reads it, and nobody else."""
    return card.channel.startswith("D")


class Decisions(NamedTuple):
    """What each click does, and what it came to."""

    confirm: Decide
    cancel: Decide
    approve: Decide
    refuse: Decide
    settle: Callable[[ProposalId, SlackUser, bool], Pressed]
    to_edit: Callable[[ProposalId, SlackUser], Sheet | Pressed]
    edit: Callable[[ProposalId, SlackUser, Mapping[str, str]], Pressed]


class _Click(NamedTuple):
    by: SlackUser
    proposal: ProposalId


class ActingListeners:
    """`wake`: whoever goes on from there."""

    def __init__(self, us: Us, decisions: Decisions, *, wake: Callable[[], None], later: Later, reach: Reach) -> None:
        self._us, self._decisions, self._wake = us, decisions, wake
        self._later, self._reach = later, reach

    def attach(self, app: App) -> None:
        decisions = self._decisions
        settle: Mapping[str, Decide] = {
            looks.HAPPENED: lambda id_, by: decisions.settle(id_, by, True),
            looks.DID_NOT: lambda id_, by: decisions.settle(id_, by, False),
        }
        decide: Mapping[str, Decide] = {
            looks.CONFIRM: decisions.confirm,
            looks.CANCEL: decisions.cancel,
            looks.APPROVE: decisions.approve,
            looks.REFUSE: decisions.refuse,
            **settle,
        }
        for action, what in decide.items():
            app.action(action)(self._deciding(what))
        app.action(looks.EDIT)(self.open_form)
        app.view(looks.EDIT)(self.submit)

    def _deciding(self, decide: Decide) -> Callable[[Ack, dict[str, Any], WebClient], None]:
        def pressed(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            """If this raises, Slack tells them that it did not work."""
            click = _pressed(body, self._us)
            if click is None:
                ack()
                return
            found = decide(click.proposal, click.by)
            self._reach("act.after_click")
            ack()
            self._wake()
            if found.outcome != "taken":
                self._later(partial(_whisper, client, body, click.by, found))

        return pressed

    def open_form(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """A trigger lives for three seconds, so a view is opened at once and filled when it can be."""
        ack()
        click = _pressed(body, self._us)
        view = None if click is None else _opened(client, body, looks.loading(click.proposal))
        if click is None or view is None:
            return

        def fill() -> None:
            found = self._decisions.to_edit(click.proposal, click.by)
            shown = looks.told(found) if isinstance(found, Pressed) else looks.form(found)
            client.views_update(view_id=view, view=shown)

        self._later(fill, otherwise=lambda: client.views_update(view_id=view, view=looks.failed()))

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """What is wrong is told at its field, and nothing is proposed."""
        click, said = _submitted(body, self._us), _entries(body)
        if click is None:
            ack()
            return
        found = self._decisions.edit(click.proposal, click.by, said)
        match found.outcome:
            case "taken":
                ack()
            case "invalid":
                ack(response_action="errors", errors=looks.complaints(found, list(said)))
            case _:
                ack(response_action="update", view=looks.told(found))
        self._wake()


def _pressed(body: Mapping[str, Any], us: Us) -> _Click | None:
    """Which message it was pressed on says nothing: whoever may press is looked up."""
    match body:
        case {"user": {"id": str(user)}, "actions": [{"value": str(value)}, *_]} if _PROPOSAL.fullmatch(value):
            return _Click(SlackUser(team=us.team, user=user), ProposalId(value))
        case _:
            return None


def _submitted(body: Mapping[str, Any], us: Us) -> _Click | None:
    match body:
        case {"user": {"id": str(user)}, "view": {"private_metadata": str(id_)}} if _PROPOSAL.fullmatch(id_):
            return _Click(SlackUser(team=us.team, user=user), ProposalId(id_))
        case _:
            return None


def _entries(body: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field, storable."""
    match body:
        case {"view": {"state": {"values": dict(values)}}}:
            return {str(block): _storable(_entry(fields)) for block, fields in values.items()}
        case _:
            return {}


def _entry(fields: object) -> str:
    match fields:
        case {"value": {"selected_option": {"value": str(value)}}} | {"value": {"value": str(value)}}:
            return value
        case _:
            return ""


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode()


def _whisper(client: WebClient, body: Mapping[str, Any], by: SlackUser, found: Pressed) -> None:
    match body:
        case {"container": {"channel_id": str(channel)} as container}:
            thread: str | None = container.get("thread_ts")
            said = looks.pressed_words(found)
            client.chat_postEphemeral(channel=channel, user=by.user, text=said, thread_ts=thread)
        case _:
            pass


def _opened(client: WebClient, body: Mapping[str, Any], view: Mapping[str, Any]) -> str | None:
    """Raises nothing: Bolt forgets that it was acknowledged."""
    try:
        return call(client, "views.open", wire.OpenedView, trigger_id=body.get("trigger_id"), view=view).view.id
    except (Refused, Retryable) as trouble:
        log.warning("no view could be opened", because=str(trouble))
        return None
