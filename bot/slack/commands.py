"""Takes in what is typed after `/footnote`, and what becomes of the forms and cards to which that leads. It is durable before
Slack hears that it arrived; others do it, for Slack waits three seconds.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, Protocol

import structlog
from pydantic import Field, ValidationError
from slack_bolt import App, BoltResponse

from bot.core.admin import Conflict, Filled, NoSuchChange, Pressed, RuleRefused, Typed
from bot.core.clock import Clock
from bot.core.failpoints import Reach
from bot.core.identities import LineRefused
from bot.core.nouns import ReceiptId, SlackUser, new_receipt_id
from bot.core.tooling import Untried
from bot.slack.heard import Us
from bot.slack.render import people, policy, tools
from bot.slack.wire import Name, Payload

COMMAND: Final = "/footnote"
_POLICY: Final = "policy"
_FORMS: Final = frozenset({_POLICY, people.FORM, tools.FORM})
_PRESSES: Final[Mapping[str, tuple[Literal["change", "removal"], bool]]] = {
    "change:approve": ("change", True),
    "change:decline": ("change", False),
    "removal:confirm": ("removal", True),
    "removal:keep": ("removal", False),
}
_MOST_CHARACTERS: Final = 4_000

log = structlog.get_logger()


class CommandDesk(Protocol):
    def take(self, typed: Typed) -> bool:
        """Whether it is new. Durable when it returns."""
        ...


Wrong = RuleRefused | LineRefused | Conflict | NoSuchChange | Untried
Check = Callable[[Filled, SlackUser], Wrong | None]
"""What is wrong with a form, while whoever wrote it still has it open."""


class _Command(Payload):
    text: str = ""
    team_id: Name
    user_id: Name
    channel_id: Name
    response_url: Annotated[str, Field(max_length=2_000)]
    trigger_id: Name


class _User(Payload):
    id: Name
    team_id: Name


class _Option(Payload):
    value: str


class _Entry(Payload):
    value: str | None = None
    selected_option: _Option | None = None

    @property
    def said(self) -> str:
        return self.selected_option.value if self.selected_option is not None else self.value or ""


class _State(Payload):
    values: dict[str, dict[str, _Entry]]


class _View(Payload):
    id: Name
    callback_id: str
    private_metadata: Name
    state: _State

    @property
    def written(self) -> str:
        return self.state.values.get("text", {}).get("text", _Entry()).value or ""

    @property
    def entries(self) -> dict[str, str]:
        """Of a form with several fields."""
        return {
            name: _storable(fields[tools.FIELD].said)
            for name, fields in self.state.values.items()
            if tools.FIELD in fields
        }


class _Submission(Payload):
    user: _User
    view: _View


class _Container(Payload):
    channel_id: Name
    message_ts: Name


class _Action(Payload):
    action_id: str
    action_ts: Name
    value: Name


class _Press(Payload):
    user: _User
    container: _Container
    actions: list[_Action] = Field(min_length=1)


class CommandIntake:
    def __init__(
        self, us: Us, desk: CommandDesk, *, check: Check, wake: Callable[[], None], clock: Clock, reach: Reach
    ) -> None:
        self._us, self._desk, self._check, self._wake = us, desk, check, wake
        self._clock, self._reach = clock, reach

    def attach(self, app: App) -> None:
        app.use(self.take_in)

    def take_in(self, body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's name
        """If this raises, Slack tells whoever did it that it did not arrive."""
        try:
            match body:
                case {"command": str(command)} if command == COMMAND:
                    return self._command(_Command.model_validate(body))
                case {"type": "view_submission", "view": {"callback_id": str(form)}} if form in _FORMS:
                    return self._submission(_Submission.model_validate(body))
                case {"type": "block_actions", "actions": [{"action_id": str(action)}, *_]} if action in _PRESSES:
                    return self._press(_Press.model_validate(body))
                case _:
                    return next()
        except ValidationError:
            log.warning("what Slack sent for an admin was not understood")
            return _acknowledged()

    def _command(self, said: _Command) -> BoltResponse:
        by = SlackUser(team=said.team_id, user=said.user_id)
        typed = self._typed(by, f"command:{said.trigger_id}").model_copy(
            update={
                "channel": said.channel_id,
                "text": as_typed(_storable(said.text)),
                "answer_at": said.response_url,
                "trigger": said.trigger_id,
            }
        )
        return self._taken(typed)

    def _submission(self, sent: _Submission) -> BoltResponse:
        by, view = SlackUser(team=sent.user.team_id, user=sent.user.id), sent.view
        filled = Filled(
            opened=ReceiptId(view.private_metadata),
            view=view.id,
            text=_storable(view.written),
            form=view.callback_id,
            entries=view.entries,
        )
        wrong = self._check(filled, by)
        if wrong is not None:
            return _acknowledged({"response_action": "errors", "errors": _beside(wrong, filled)})
        # One window may be sent twice: with a list, and with the word that it shall be so.
        self._taken(self._typed(by, f"view:{view.id}:{filled.opened}").model_copy(update={"filled": filled}))
        return _acknowledged({"response_action": "update", "view": _meanwhile(view.callback_id)})

    def _press(self, pressed: _Press) -> BoltResponse:
        by, action, on = (
            SlackUser(team=pressed.user.team_id, user=pressed.user.id),
            pressed.actions[0],
            pressed.container,
        )
        key = f"press:{by.user}:{on.channel_id}:{on.message_ts}:{action.action_ts}"
        about, approve = _PRESSES[action.action_id]
        press = Pressed(about=about, change=action.value, approve=approve, channel=on.channel_id, message=on.message_ts)
        return self._taken(self._typed(by, key).model_copy(update={"pressed": press}))

    def _typed(self, by: SlackUser, key: str) -> Typed:
        return Typed(receipt=new_receipt_id(), by=by, key=key, at=self._clock())

    def _taken(self, typed: Typed) -> BoltResponse:
        self._reach("command.before_take")
        if self._desk.take(typed):
            self._reach("command.after_take")
            self._wake()
        return _acknowledged()


def _beside(wrong: Wrong, filled: Filled) -> dict[str, str]:
    """At which field what is wrong."""
    if isinstance(wrong, Untried):
        return tools.complaints(wrong, list(filled.entries))
    said = people.in_field(wrong) if isinstance(wrong, LineRefused) else policy.in_field(wrong)
    return {next(iter(filled.entries), "text"): said}


def _meanwhile(form: str) -> Mapping[str, Any]:
    """In the place of what was sent in, until it is answered."""
    return {_POLICY: policy.saving, people.FORM: people.looking, tools.FORM: tools.looking}[form]()


def as_typed(text: str) -> str:
    """Slack names people and channels by their ids, as it is asked to; whatever else it has marked up reads as it was typed."""
    return html.unescape(_MARKED.sub(lambda found: found["typed"] or found["address"], text))


_MARKED = re.compile(r"<(?![@#!])(?:mailto:)?(?P<address>[^<>|\s]+)(?:\|(?P<typed>[^<>]*))?>")


def _acknowledged(body: dict[str, Any] | None = None) -> BoltResponse:
    if body is None:
        return BoltResponse(status=200)
    return BoltResponse(status=200, body=json.dumps(body), headers={"content-type": "application/json"})


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode()[:_MOST_CHARACTERS]
