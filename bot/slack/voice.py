"""Answers whoever typed a command, so that nobody else sees it: where they typed it, for as long as Slack lets us, and in
their direct conversation afterwards. Who cannot be written to keeps nobody else from being told, and undoes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Final, assert_never
from urllib.parse import urlsplit

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.core.admin import Change, Decided, Edit, Form, FormOpened, Member, Pressed, Reply, Typed, Version
from bot.core.channels import Foreseen
from bot.core.evaluated import Evaluation
from bot.core.identities import ImportForm, Linked
from bot.core.keeping import Removal, RemovalDecided
from bot.core.tooling import TryForm
from bot.slack import wire
from bot.slack.calls import Refused, call
from bot.slack.poster import SlackPoster
from bot.slack.render import Post, admin, channel, evaluated, keeping, people, policy, tools
from connectors.model import Retryable

_TIMEOUT_S: Final = 15
_BEFORE: Final = timedelta(hours=1)  # by which our clock may be ahead of Slack's
_SLACKS: Final = "hooks.slack.com"
_DONE, _BROKEN = 200, 500

log = structlog.get_logger()


class SlackVoice:
    """The `Voice` port. An address that is not Slack's is never called, whoever sent it."""

    def __init__(self, client: WebClient, poster: SlackPoster, api_url: str) -> None:
        self._client, self._poster, self._api = client, poster, urlsplit(api_url)

    def tell(self, typed: Typed, reply: Reply, *, again: bool) -> str:
        if isinstance(reply, FormOpened) and reply.opened:
            return "form"
        is_settled = isinstance(reply, Decided | RemovalDecided)
        if typed.pressed is not None and is_settled and self._settled(typed.pressed, admin.said(reply)):
            return "card"
        return self._show(typed, admin.said(reply), admin.in_form(reply, _title(typed)), "reply", again=again)

    def open(self, typed: Typed, form: Form | ImportForm | TryForm) -> bool:
        match form:
            case ImportForm():
                return self._opened(typed, people.form(receipt=typed.receipt))
            case TryForm():
                return self._opened(typed, tools.form(form, receipt=typed.receipt))
            case Form(path, text):
                return self._opened(typed, policy.form(path, text, receipt=typed.receipt))
            case _:
                assert_never(form)

    def _opened(self, typed: Typed, view: dict[str, Any]) -> bool:
        try:
            call(self._client, "views.open", wire.OpenedView, trigger_id=typed.trigger, view=view)
        except (Refused, Retryable) as trouble:
            log.warning("no form could be opened", receipt=typed.receipt, because=str(trouble))
            return False
        return True

    def shows_all(self, change: Change, edits: Sequence[Edit]) -> bool:
        return policy.shows_all(change, edits)

    def readable(self, edits: Sequence[Edit]) -> int:
        return policy.readable(edits)

    def offer(
        self, change: Change, edits: Sequence[Edit], foreseen: Sequence[Foreseen], to: Member, *, again: bool
    ) -> bool:
        card = policy.card(change, edits, channel.foreseen(foreseen))
        return self._say(to.user.user, card, f"{change.id}:card", change.asked_at, again=again)

    def confirm(self, removal: Removal, to: Member, *, again: bool) -> bool:
        return self._say(to.user.user, keeping.card(removal), f"{removal.id}:card", removal.asked_at, again=again)

    def report(self, run: Evaluation, before: Evaluation | None) -> None:
        """To whoever wanted it, once: it is looked for before it is said."""
        self._say(run.user.user, evaluated.report(run, before), f"{run.id}:evaluated", run.asked_at, again=True)

    def greet(self, to: Member, version: Version, *, again: bool) -> None:
        self._say(to.user.user, policy.greeting(version), f"{version.number}:admin", version.at, again=again)

    def tell_linked(self, to: Member, linked: Linked, *, again: bool) -> None:
        self._say(to.user.user, people.linked(linked), f"{linked.name}:linked", linked.at, again=again)

    def inform(self, decided: Decided, *, again: bool) -> None:
        change = decided.change
        self._say(change.by.user, policy.outcome(decided), f"{change.id}:decided", change.asked_at, again=again)

    def fail(self, typed: Typed) -> None:
        post = admin.failed(typed.receipt)
        self._show(typed, post, admin.failed_form(typed.receipt, _title(typed)), "failure", again=True)

    def _show(self, typed: Typed, post: Post, view: dict[str, Any], name: str, *, again: bool) -> str:
        if typed.filled is not None and self._redrew(typed.filled.view, view):
            return "form"
        if typed.answer_at and self._whispered(typed, post):
            return "where it was typed"
        is_said = self._say(typed.by.user, post, f"{typed.receipt}:{name}", typed.at, again=again)
        return "direct" if is_said else "nowhere"

    def _say(self, user: str, post: Post, name: str, since: datetime, *, again: bool) -> bool:
        """False: Slack does not let us write to them."""
        try:
            self._poster.write_to(user, post, name, since=f"{(since - _BEFORE).timestamp():.6f}", again=again)
        except Refused as refused:
            log.warning("somebody could not be written to", user=user, name=name, because=str(refused))
            return False
        return True

    def _settled(self, pressed: Pressed, post: Post) -> bool:
        """On the card, in the place of its buttons. Who was late sees there who was first. False: there is no card any more."""
        return self._poster.change(pressed.channel, pressed.message, post)

    def _redrew(self, view_id: str, view: dict[str, Any]) -> bool:
        """False: it was closed meanwhile."""
        try:
            call(self._client, "views.update", wire.Done, view_id=view_id, view=view)
        except Refused:
            return False
        return True

    def _whispered(self, typed: Typed, post: Post) -> bool:
        """False: Slack takes no more there. Said twice after a lost reply, it does no harm: it is gone with a reload."""
        if not self._is_slacks(typed.answer_at):
            return False
        body: dict[str, Any] = {"response_type": "ephemeral", "text": post.text, "blocks": list(post.blocks)}
        try:
            answered = WebhookClient(typed.answer_at, timeout=_TIMEOUT_S).send_dict(body)
        except (OSError, HTTPException, ValueError, SlackClientError) as trouble:
            raise Retryable(f"response_url: {type(trouble).__name__}") from None
        if answered.status_code >= _BROKEN:
            raise Retryable(f"response_url: {answered.status_code}")
        return answered.status_code == _DONE

    def _is_slacks(self, address: str) -> bool:
        try:
            found = urlsplit(address)
        except ValueError:
            return False
        ours = (self._api.scheme, self._api.netloc)
        return (found.scheme, found.netloc) in {("https", _SLACKS), ours}


def _title(typed: Typed) -> str:
    """A window keeps its own."""
    own = {people.FORM: people.TITLE, tools.FORM: tools.TITLE}
    return own.get(typed.filled.form, policy.TITLE) if typed.filled is not None else policy.TITLE
