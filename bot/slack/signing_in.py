"""The button with which somebody who is not known at a source links themselves: a window for them alone, with a link to where
they sign in. What they sign in with never comes through Slack.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog
from pydantic import Field, ValidationError
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.core.nouns import SlackUser
from bot.core.signing_in import Begun, NotBegun
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.later import Later
from bot.slack.render import sign_in
from bot.slack.wire import Name, Payload
from connectors.model import Retryable
from policies.people import is_source_name

_ACTION: Final = re.compile(rf"{sign_in.ACTION}(:[0-9])?")

log = structlog.get_logger()


class _By(Payload):
    id: Name
    team_id: Name


class _Action(Payload):
    value: Name


class _Press(Payload):
    user: _By
    trigger_id: Name
    actions: list[_Action] = Field(min_length=1)


class SignInListeners:
    def __init__(self, begin: Callable[[str, SlackUser], Begun | NotBegun], *, later: Later) -> None:
        self._begin, self._later = begin, later

    def attach(self, app: App) -> None:
        app.action(_ACTION)(self.pressed)
        app.action(sign_in.OPEN)(lambda ack: ack())

    def pressed(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Who presses it is who is linked, whoever was shown it."""
        ack()
        try:
            press = _Press.model_validate(body)
        except ValidationError:
            return
        source, by = press.actions[0].value, SlackUser(team=press.user.team_id, user=press.user.id)
        view = _opened(client, press.trigger_id) if is_source_name(source) else None
        if view is not None:
            failed = partial(client.views_update, view_id=view, view=sign_in.failed())
            self._later(partial(self._fill, client, view, source, by), otherwise=failed)

    def _fill(self, client: WebClient, view: str, source: str, by: SlackUser) -> None:
        client.views_update(view_id=view, view=sign_in.view(self._begin(source, by)))


def _opened(client: WebClient, trigger: str) -> str | None:
    """Raises nothing: Bolt forgets that it was acknowledged."""
    try:
        return call(client, "views.open", wire.OpenedView, trigger_id=trigger, view=sign_in.opening()).view.id
    except (Refused, Retryable) as trouble:
        log.warning("no view could be opened", because=str(trouble))
        return None
