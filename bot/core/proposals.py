"""What is proposed to be done: exactly these arguments, for this person, asked for there, and where each value came from.
Whatever of it were another would have another digest; what somebody confirms is one digest.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, NewType, Protocol

from pydantic import ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.core.acting import WRITTEN_FROM, Arguments, Done, Tool, Would
from bot.core.nouns import Account, Event, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import NOBODYS, Errand
from connectors.plain import NOTHING_BELOW, Below, Link
from policies.evidence import Answer, Citation
from policies.gate import Act, Risk, ToolRule
from policies.people import Noun

ProposalId = NewType("ProposalId", str)

Part = Literal["target", "recipient", "amount", "text", "choice"]
"""What a field of a tool is to the gate. `target` and `recipient` are never a document's to fill; `text` is what people write,
and `choice` everything else.
"""

Origin = Literal["words", "form", "document", "model", "default"]
"""Where a value came from: what the asker wrote, what they put into a form, a document, a model's own words, the tool itself."""

Stage = Literal[
    "proposed", "confirmed", "approved", "claimed", "done", "failed", "unknown", "declined", "expired"
]  # fmt: skip
"""`claimed`: from here on it may have happened. `unknown`: whether it did is not known, and a person is asked."""

TRANSITIONS: Final[Mapping[Stage, frozenset[Stage]]] = {
    "proposed": frozenset({"confirmed", "declined", "expired"}),
    "confirmed": frozenset({"approved", "claimed", "declined", "expired"}),
    "approved": frozenset({"claimed", "declined", "expired"}),
    "claimed": frozenset({"done", "failed", "unknown"}),
    "unknown": frozenset({"done", "failed"}),
    "done": frozenset(),
    "failed": frozenset(),
    "declined": frozenset(),
    "expired": frozenset(),
}

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`|\\]{1,2000}")
MOST_OF_A_GROUP: Final = 20  # who are asked to approve something in its name
BY_AN_ADMIN: Final = "settled_by_admin"  # why it counts as done, or as not
_ONLY_THEIRS: Final = frozenset({"target", "recipient"})
_OF_A_PERSON: Final = frozenset({"words", "form", "default"})

AnyTool = Tool[Any]


def new_proposal_id() -> ProposalId:
    """Opaque: all that a button says."""
    return ProposalId("p_" + secrets.token_hex(12))


class Value(Noun):
    """Of one argument. `citation`: of the document that it came from."""

    origin: Origin
    citation: Citation | None = None


class Source(Noun):
    """A document from which a text was written: how it is called there, where, and its passages that are quoted in it."""

    document: str
    source: str
    title: str
    url: str = ""
    passages: tuple[str, ...]

    @field_validator("url")
    @classmethod
    def _leads_there(cls, url: str) -> str:
        """What could be read for anything else is none."""
        return url if _ADDRESS.fullmatch(url) else ""


class Proposal(Noun):
    """`arguments` are canonical JSON. `missing`: what is still to be said before anybody can confirm it. `sources`: from which its
    text was written; they are named below it. `is_part`: the message asked for something else as well.
    """

    id: ProposalId
    receipt: ReceiptId
    tool: str
    arguments: str
    actor: SlackUser
    place: SlackPlace
    intent: str
    origins: Mapping[str, Value] = {}
    missing: tuple[str, ...] = ()
    made_at: datetime
    expires_at: datetime
    instead_of: ProposalId | None = None
    sources: tuple[Source, ...] = ()
    is_part: bool = False

    @property
    def digest(self) -> str:
        """Without these two it is what it was before there were any."""
        body = self.model_dump(
            mode="json", exclude={name for name in ("sources", "is_part") if not getattr(self, name)}
        )
        return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def values(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(self.arguments)
        return found

    @property
    def channel(self) -> str | None:
        """None: the asker's direct conversation with us."""
        return None if self.place.channel.startswith("D") else self.place.channel

    @property
    def is_said_there(self) -> bool:
        """Whether whoever reads the place has read all of it already: its words stand there, or are the tool's own."""
        return not self.sources and all(one.origin in {"words", "default"} for one in self.origins.values())

    @property
    def below(self) -> Below:
        """What is added below its text: links to its sources, which are ours."""
        links = tuple(Link(one.title, one.url) for one in self.sources)
        return Below(WRITTEN_FROM, links) if links else NOTHING_BELOW


def canonical(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def part_of(field: FieldInfo) -> Part:
    extra = field.json_schema_extra
    said = extra.get("footnote") if isinstance(extra, dict) else None
    match said:
        case "target" | "recipient" | "amount" | "text":
            return said
        case _:
            return "choice"


def is_within(field: FieldInfo) -> bool:
    """Whether it names a thing in a project that rules name: `ENG-12`, of `ENG`."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and extra.get("footnote_within") is True


def is_in_another(field: FieldInfo) -> bool:
    """Whether the tool sees to it that it lies in another of its targets, which rules name."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and extra.get("footnote_in_another") is True


def body_of(tool: AnyTool) -> str | None:
    """The field that a text which was written for it goes into, if there is one."""

    def is_body(field: FieldInfo) -> bool:
        extra = field.json_schema_extra
        return isinstance(extra, dict) and extra.get("footnote_body") is True

    return next((name for name, field in tool.takes.model_fields.items() if is_body(field)), None)


def named_of(field: FieldInfo, value: str) -> str:
    """The target's name, as rules have it, where the field also takes an address that ends with it. Whose address that is, the
    tool asks.
    """
    extra = field.json_schema_extra
    pattern = extra.get("footnote_named") if isinstance(extra, dict) else None
    found = re.search(pattern, value) if isinstance(pattern, str) else None
    return found.group(1).upper() if found is not None else value


class Typed(NamedTuple):
    """As the tool takes them; or by field, what is wrong: `missing` where nothing was said."""

    arguments: Arguments | None
    wrong: Mapping[str, str]


def typed(tool: AnyTool, values: Mapping[str, Any]) -> Typed:
    """In strict words: what the tool takes says what is right."""
    try:
        return Typed(tool.takes.model_validate_json(canonical(values)), {})
    except ValidationError as error:
        return Typed(None, {str(one["loc"][0]) if one["loc"] else "": _reason(one) for one in error.errors()})


_REASONS: Final = {
    "missing": "missing",
    "extra_forbidden": "There is nothing of this name.",
    "string_pattern_mismatch": "This does not look like one.",
    "string_too_short": "This is too short: at least {min_length:,} characters are needed.",
    "string_too_long": "This is too long: at most {max_length:,} characters fit.",
    "too_short": "This is too little.",
    "too_long": "This is too much: at most {max_length:,} fit.",
    "literal_error": "It is one of: {expected}.",
    "value_error": "This cannot be used: {error}.",
}


def _reason(error: ErrorDetails) -> str:
    """In words, for whoever put it in: a pattern helps nobody."""
    about = {name: str(one).partition(":")[0] if name == "error" else one for name, one in error.get("ctx", {}).items()}
    return _REASONS.get(error["type"], "This cannot be used.").format(**about)


def not_theirs(tool: AnyTool, origins: Mapping[str, Value]) -> tuple[str, ...]:
    """Targets and recipients that no person named: a document, or a model, may not say where anything goes."""
    fields = tool.takes.model_fields
    return tuple(
        name
        for name, one in origins.items()
        if name in fields and part_of(fields[name]) in _ONLY_THEIRS and one.origin not in _OF_A_PERSON
    )


def act_of(
    proposal: Proposal,
    tool: AnyTool,
    *,
    confirmed_by: SlackUser | None = None,
    approved_by: SlackUser | None = None,
    approver_groups: frozenset[str] = frozenset(),
) -> Act:
    """As the gate judges it."""
    fields, values = tool.takes.model_fields, proposal.values

    def of(part: Part) -> Iterable[str]:
        for name, field in fields.items():
            if part_of(field) == part and not is_in_another(field) and values.get(name) is not None:
                said = values[name]
                found = said if isinstance(said, list) else [said]
                yield from (named_of(field, one) if part == "target" else one for one in map(str, found))

    return Act(
        tool=proposal.tool,
        intent=proposal.intent,
        asker=proposal.actor.user,
        channel=proposal.channel,
        expires_at=proposal.expires_at,
        is_complete=not proposal.missing,
        targets=tuple(of("target")),
        within=any(is_within(field) for field in fields.values()),
        recipients=tuple(of("recipient")),
        amounts=tuple(map(float, of("amount"))),
        confirmed_by=confirmed_by.user if confirmed_by is not None else None,
        approved_by=approved_by.user if approved_by is not None else None,
        approver_groups=approver_groups,
    )


class Card(Noun):
    """Where it is shown, and to whom."""

    channel: str
    message: str


class Standing(NamedTuple):
    """A proposal, and what has become of it so far. `because`: why it was declined, or failed; `said`:
    what the target said of that; `shows`: the stage that its
    card shows; `approvals`: where cards for whoever may approve it are, by account.
    """

    proposal: Proposal
    stage: Stage
    digest: str
    shows: Stage | None = None
    confirmed_by: SlackUser | None = None
    approved_by: SlackUser | None = None
    card: Card | None = None
    approvals: Mapping[str, str] = MappingProxyType({})
    because: str | None = None
    said: str | None = None
    outcome: Done | None = None


class Spread(NamedTuple):
    """How often somebody may have it done a day, and since when that day is counted."""

    since: datetime
    most: int


Began = Literal["begun", "too_many", "moved", "paused"]


class Executions(Protocol):
    """What was proposed and what became of it. Each change is on record with it, in one transaction."""

    def propose(self, proposal: Proposal, *, after: ProposalId | None = None) -> Proposal:
        """That of the same receipt, if there is one already: an attempt that died had made it. `after`: which is over."""
        ...

    def newest(self, receipt: ReceiptId) -> Standing | None:
        """What was proposed for it last."""
        ...

    def standing(self, id: ProposalId) -> Standing | None: ...  # noqa: A002 - it is the proposal's

    def is_paused(self) -> bool:
        """Whether nothing is done at all at this moment."""
        ...

    def used(self, actor: SlackUser, tool: str, since: datetime) -> int:
        """How often it was done for them since then, or may have been."""
        ...

    def move(self, id: ProposalId, stage: Stage, event: Event, **values: Any) -> bool:  # noqa: A002
        """Durable when it returns. Of however many, one moves it."""
        ...

    def instead(self, old: ProposalId, new: Proposal, event: Event) -> bool:
        """The old one is declined, and this one is proposed; or neither."""
        ...


class Execution(Protocol):
    """One of them under a lease. Whoever lost that fails with `LostLease`."""

    @property
    def id(self) -> ProposalId: ...

    @property
    def attempt(self) -> int: ...

    def standing(self) -> Standing: ...

    def happened(self) -> Sequence[Event]:
        """Of its receipt, in order; erased bodies are empty."""
        ...

    def move(self, stage: Stage, event: Event, **values: Any) -> bool: ...

    def begin(self, spread: Spread, event: Event) -> Began:
        """From here on it may have happened."""
        ...

    def record(self, event: Event) -> None: ...

    def located(self, card: Card) -> None: ...

    def shown(self, stage: Stage, event: Event) -> None:
        """What its card says from now on, on record."""
        ...

    def asked(self, approvals: Mapping[str, str]) -> None:
        """Where cards for whoever may approve it are."""
        ...

    def check_lease(self) -> None:
        """Before each effect that cannot be taken back."""
        ...

    def rest(self, until: datetime, *, stage: Stage) -> None:
        """Nothing is to be done before, unless somebody moves it from this stage."""
        ...

    def finish(self) -> None: ...


class Slots(NamedTuple):
    """What a model made of a request: which tool, if any, and with which arguments. Nothing of it is believed."""

    tool: str | None
    values: Mapping[str, Any]
    account: Account
    by: str


class Proposer(Protocol):
    """Puts what somebody wants done into the arguments of a tool."""

    @property
    def name(self) -> str: ...

    def propose(
        self,
        request: str,
        tools: Mapping[str, tuple[AnyTool, ToolRule]],
        *,
        wrong: Mapping[str, str],
        errand: Errand = NOBODYS,
    ) -> Slots:
        """`wrong`: what was wrong with its last answer, by field. `Unproposed`, where it cannot be had."""
        ...


class Acting(NamedTuple):
    """What can be done at all, by name; rules say what may be. Without a proposer, words alone are gone by. `plain`: a draft as the
    plain text that is sent; None: no text is written for anything.
    """

    tools: Mapping[str, AnyTool]
    executions: Executions
    proposer: Proposer | None = None
    plain: Callable[[Answer], str] | None = None


Clicked = Literal["taken", "unknown", "not_yours", "over", "expired", "denied", "incomplete", "taken_back", "invalid"]
"""What a click came to."""


class Pressed(NamedTuple):
    """For whoever pressed. `because`: the rule of the gate that was against it; `wrong`: what is, by field."""

    outcome: Clicked
    because: str | None = None
    wrong: Mapping[str, str] = MappingProxyType({})


class Through(NamedTuple):
    """The user group by which somebody is asked to approve: what people call it, and whether not all of it are asked."""

    handle: str
    is_cut: bool


class Sheet(NamedTuple):
    """What a card shows: the proposal, the tool, what the rules say of it, who has to approve it, and until when it is good.
    `found`: what the target calls itself; only for a card that nobody else reads. `signed`: what is added to what is sent.
    `through`: why whoever reads it is asked, where the rule names a group in place of them. `named`: what the target
    is called there, if its id says nothing and whoever reads it may open it; `is_nameless`: they may not.
    """

    standing: Standing
    does: str
    fields: Mapping[str, FieldInfo]
    risk: Risk
    approvers: Sequence[str] = ()
    found: Would | None = None
    signed: str | None = None
    through: Through | None = None
    named: str | None = None
    is_nameless: bool = False


class Cards(Protocol):
    """Shows cards, each once, and what becomes of them."""

    def show_there(self, card: Card, sheet: Sheet) -> bool:
        """In the message that announced it. False: it is not there any more."""
        ...

    def show_alone(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:
        """In their direct conversation. None: they cannot be written to."""
        ...

    def point_to_it(self, card: Card) -> None:
        """The message that announced it says that it is in the direct conversation."""
        ...

    def turn(self, card: Card, sheet: Sheet) -> bool:
        """Into what it has become; nothing can be pressed on it any more, unless a person is asked. False: it is gone."""
        ...

    def tell(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:
        """What it has become, in their direct conversation, where its card is gone. None: they cannot be written to."""
        ...

    def ask_approver(self, approver: str, sheet: Sheet, *, since: str) -> str | None:
        """As `channel/message`. None: they cannot be written to."""
        ...

    def turn_approval(self, where: str, sheet: Sheet) -> None: ...

    def tell_admin(self, admin: SlackUser, sheet: Sheet, *, since: str, has_left: bool) -> bool:
        """That somebody has to look whether it was done, for whoever asked has left, or says nothing. False: they cannot be
        written to.
        """
        ...
