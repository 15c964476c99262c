"""What does somebody want who typed `/footnote …`? Pure: text goes in, one command comes out. Whether they may have it is
decided elsewhere.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal, NamedTuple, get_args

from bot.core import channels
from bot.core.channels import ChannelCommand

Name = Literal[
    "help",
    "status",
    "sources",
    "channel",
    "models",
    "tools",
    "people",
    "review",
    "policy",
    "audit",
    "eval",
    "budget",
    "pause",
    "resume",
]
"""The first word. What is not listed does not exist."""

NAMES: Final[tuple[Name, ...]] = get_args(Name)

_FIRST = re.compile(r"((?:\"[^\"]*\"|'[^']*'|[^\s\"'])+)\s*(.*)", re.DOTALL)  # a quoted name may hold spaces
_RECEIPT = re.compile(r"r_[0-9a-f]{24}")
_SETTLED = re.compile(rf"({_RECEIPT.pattern})\s+(not[\s-]+)?done", re.IGNORECASE)
_NUMBER = re.compile(r"#?([0-9]{1,9})")


class Help(NamedTuple):
    """Which commands there are."""


class PolicyHistory(NamedTuple):
    """Which versions of the configuration there were."""


class PolicyShow(NamedTuple):
    """Which rules hold there, and where each comes from. Without a path: what was set."""

    path: str | None = None


class PolicySet(NamedTuple):
    """One rule anew. Without a value, what holds there is shown to be edited."""

    path: str
    value: str | None = None


class RollBack(NamedTuple):
    """A version as it was, in force again."""

    number: int


class Pause(NamedTuple):
    """Nothing is answered from now on."""


class Resume(NamedTuple):
    """Everything is as before."""


class Status(NamedTuple):
    """How it stands."""


class Sources(NamedTuple):
    """Which there are, and how fresh each is."""


class SyncNow(NamedTuple):
    """One source is read again."""

    name: str


class PauseSource(NamedTuple):
    """One source is not read any more, until it is resumed."""

    name: str


class ResumeSource(NamedTuple):
    name: str


class RemoveSource(NamedTuple):
    """One source, with all that was read of it, once it is confirmed."""

    name: str


class Models(NamedTuple):
    """Which model does what."""


class AskModel(NamedTuple):
    """One model is asked a word."""

    name: str


class PauseModel(NamedTuple):
    """One model is asked nothing more, until it is resumed."""

    name: str


class ResumeModel(NamedTuple):
    name: str


class Tools(NamedTuple):
    """What can be done, by whom, and where."""


class ToolRules(NamedTuple):
    """What the rules say of one tool."""

    name: str


class SwitchTool(NamedTuple):
    """One tool may be used from now on, or may not."""

    name: str
    on: bool


class TryTool(NamedTuple):
    """What one tool would do, without doing it."""

    name: str


class RecentActs(NamedTuple):
    """What was done lately."""


class SettleAct(NamedTuple):
    """What was done for somebody, of which nobody knows whether it was: an admin has looked there."""

    receipt: str
    happened: bool


class Reviews(NamedTuple):
    """What waits for a person to check it."""


class MoveReview(NamedTuple):
    """One of them goes to whoever is next, or is checked by nobody."""

    receipt: str
    to: Literal["next", "nobody"]


class ShowEvaluations(NamedTuple):
    """What the golden set came to, each time."""


class Evaluate(NamedTuple):
    """The golden set is asked."""


class Verify(NamedTuple):
    """Whether anybody changed the ledger."""


class Audit(NamedTuple):
    """What became of one question or command, by its receipt."""

    receipt: str


class Budget(NamedTuple):
    """What models may cost, and have cost today."""


class People(NamedTuple):
    """How many are linked at each source."""


class PersonShow(NamedTuple):
    """What one person is at each source."""

    who: str


class PersonLink(NamedTuple):
    """Somebody is this account at a source; None: whom the source says they are."""

    who: str
    source: str
    account: str | None


class PeopleImport(NamedTuple):
    """Many at once, in a form."""


class Misread(NamedTuple):
    """It cannot be understood. `name`: the command whose use would help; None: there is no such command."""

    name: Name | None = None


Command = (
    Help
    | PolicyHistory
    | PolicyShow
    | PolicySet
    | RollBack
    | Pause
    | Resume
    | Status
    | Sources
    | SyncNow
    | PauseSource
    | ResumeSource
    | RemoveSource
    | Models
    | AskModel
    | PauseModel
    | ResumeModel
    | Tools
    | ToolRules
    | SwitchTool
    | TryTool
    | RecentActs
    | SettleAct
    | Reviews
    | MoveReview
    | ShowEvaluations
    | Evaluate
    | Verify
    | Audit
    | Budget
    | ChannelCommand
    | People
    | PersonShow
    | PersonLink
    | PeopleImport
)


def parse(text: str) -> Command | Misread:
    name, rest = _first(text)
    read = _READ.get(name.lower() or "help")
    return read(rest) if read is not None else Misread()


def _alone(name: Name, made: Callable[[], Command], rest: str) -> Command | Misread:
    return made() if not rest else Misread(name)


def _audit(rest: str) -> Command | Misread:
    return Verify() if rest == "verify" else Audit(rest) if _RECEIPT.fullmatch(rest) else Misread("audit")


def _eval(rest: str) -> Command | Misread:
    match rest.lower():
        case "":
            return ShowEvaluations()
        case "run":
            return Evaluate()
        case _:
            return Misread("eval")


def _channel(rest: str) -> Command | Misread:
    found = channels.parsed(*_first(rest))
    return Misread("channel") if found is None else found


_OF_A_SOURCE: Final[Mapping[str, Callable[[str], SyncNow | PauseSource | ResumeSource | RemoveSource]]] = {
    "sync": SyncNow,
    "pause": PauseSource,
    "resume": ResumeSource,
    "remove": RemoveSource,
}


def _sources(verb: str, name: str) -> Command | Misread:
    match verb.lower():
        case "":
            return Sources()
        case "sync" | "pause" | "resume" | "remove" as does if name:
            return _OF_A_SOURCE[does](name)
        case _:
            return Misread("sources")


def _people(verb: str, rest: str) -> Command | Misread:
    match verb.lower(), rest.split():
        case "", []:
            return People()
        case "show", [who]:
            return PersonShow(who)
        case "link", [who, source, account]:
            return PersonLink(who, source, account)
        case "unlink", [who, source]:
            return PersonLink(who, source, None)
        case "import", []:
            return PeopleImport()
        case _:
            return Misread("people")


_OF_A_MODEL: Final[Mapping[str, Callable[[str], AskModel | PauseModel | ResumeModel]]] = {
    "test": AskModel,
    "pause": PauseModel,
    "resume": ResumeModel,
}


def _models(verb: str, name: str) -> Command | Misread:
    if not verb:
        return Models()
    does = _OF_A_MODEL.get(verb.lower())
    return does(name) if does is not None and name else Misread("models")


def _tools(verb: str, name: str) -> Command | Misread:  # noqa: PLR0911 - one line each
    match verb.lower():
        case "":
            return Tools()
        case "recent" if not name:
            return RecentActs()
        case "rules" if name:
            return ToolRules(name)
        case "try" if name:
            return TryTool(name)
        case "settle" if settled := _SETTLED.fullmatch(name):
            return SettleAct(settled.group(1), happened=settled.group(2) is None)
        case "enable" | "disable" as does if name:
            return SwitchTool(name, on=does == "enable")
        case _:
            return Misread("tools")


def _review(verb: str, receipt: str) -> Command | Misread:
    match verb.lower():
        case "":
            return Reviews()
        case "next" if _RECEIPT.fullmatch(receipt):
            return MoveReview(receipt, "next")
        case "cancel" if _RECEIPT.fullmatch(receipt):
            return MoveReview(receipt, "nobody")
        case _:
            return Misread("review")


def _policy(verb: str, rest: str) -> Command | Misread:
    path, value = _first(rest)
    match verb.lower():
        case "history" if not rest:
            return PolicyHistory()
        case "show" if not value:
            return PolicyShow(path or None)
        case "set" if path:
            return PolicySet(path, value or None)
        case "rollback" if number := _NUMBER.fullmatch(rest):
            return RollBack(int(number.group(1)))
        case _:
            return Misread("policy")


def _first(text: str) -> tuple[str, str]:
    found = _FIRST.fullmatch(text.strip())
    return (found.group(1), found.group(2)) if found else (text.strip(), "")


_READ: Final[Mapping[str, Callable[[str], Command | Misread]]] = {
    "help": lambda _: Help(),
    "status": partial(_alone, "status", Status),
    "sources": lambda rest: _sources(*_first(rest)),
    "channel": _channel,
    "models": lambda rest: _models(*_first(rest)),
    "tools": lambda rest: _tools(*_first(rest)),
    "people": lambda rest: _people(*_first(rest)),
    "review": lambda rest: _review(*_first(rest)),
    "policy": lambda rest: _policy(*_first(rest)),
    "audit": _audit,
    "eval": _eval,
    "budget": partial(_alone, "budget", Budget),
    "pause": partial(_alone, "pause", Pause),
    "resume": partial(_alone, "resume", Resume),
}
