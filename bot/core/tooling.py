"""What is said to an admin of the tools: which there are, what their rules say, what one would do, and what was done lately."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from pydantic.fields import FieldInfo

from bot.core.acting import Barred, Would
from bot.core.nouns import ReceiptId, SlackUser
from bot.core.proposals import AnyTool, Stage, Typed
from policies.gate import Decision, ToolRule


class ToolStanding(NamedTuple):
    """`is_there`: whether its target is named, so that it can be used at all."""

    name: str
    rule: ToolRule
    is_there: bool


class ToolsListed(NamedTuple):
    """`handles`: what the user groups of Slack are called that their rules name, as far as that can be read."""

    tools: tuple[ToolStanding, ...]
    handles: Mapping[str, str] = {}


class NoSuchTool(NamedTuple):
    name: str
    there_are: tuple[str, ...]


class Act(NamedTuple):
    """That something was begun for somebody, and what became of it: never what it was about. `actor`: Slack's id. `receipt`:
    of what was asked.
    """

    tool: str
    actor: str
    stage: Stage
    began_at: datetime
    receipt: ReceiptId


class ActsShown(NamedTuple):
    """The newest first. `open`: those of which somebody has still to say whether they were done, the oldest first."""

    acts: tuple[Act, ...]
    open: tuple[Act, ...] = ()


class ActSettled(NamedTuple):
    """An admin has said whether it was done."""

    receipt: str
    happened: bool


class NothingOpen(NamedTuple):
    """Of this receipt nobody has to say anything: it is known, or somebody was faster, or there is none."""

    receipt: str


class TryForm(NamedTuple):
    """What a tool takes, to be filled in by somebody who wants to know what it would do."""

    tool: str
    does: str
    fields: Mapping[str, FieldInfo]


class Unasked(NamedTuple):
    """The target was not asked, or did not answer. `said`: why the rules have it so."""

    because: Literal["no_dry_run", "away"]
    said: str = ""


class Tried(NamedTuple):
    """What would become of it, and nothing was done. `otherwise`: what the gate would decide of a tool that is not enabled, if
    it were.
    """

    tool: str
    does: str
    decision: Decision
    otherwise: Decision | None
    found: Would | Barred | Unasked
    until: datetime
    handles: Mapping[str, str] = {}  # of user groups


class Untried(NamedTuple):
    """`wrong`: what is, by field."""

    tool: str
    because: Literal["paused", "not_set_up", "too_long", "invalid"]
    wrong: Mapping[str, str] = {}


class ToolDesk(Protocol):
    """What there is to tell of tools, beside their rules."""

    def there(self) -> frozenset[str]:
        """Those of whose targets there is one at this moment."""
        ...

    def tool(self, name: str) -> AnyTool | None:
        """None: this process has none of that name."""
        ...

    def understood(self, tool: AnyTool, entries: Mapping[str, str]) -> Typed:
        """What was put into a form for it."""
        ...

    def used(self, by: SlackUser, tool: str, since: datetime) -> int:
        """How often it was done for them since then."""
        ...

    def is_paused(self) -> bool: ...

    def handles(self) -> Mapping[str, str]:
        """Of the user groups of Slack, as far as they can be read."""
        ...

    def recent(self, most: int) -> Sequence[Act]:
        """What was begun, the newest first."""
        ...

    def open(self, most: int) -> Sequence[Act]:
        """Of which somebody has to say whether it was done, the oldest first."""
        ...


ToolReply = ToolsListed | NoSuchTool | ActsShown | ActSettled | NothingOpen | Tried | Untried
