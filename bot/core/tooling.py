"""What is said to an admin of the tools: which there are, what their rules say, and what was done with them lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.core.proposals import Stage
from policies.gate import ToolRule


class ToolStanding(NamedTuple):
    """`is_there`: whether its target is named, so that it can be used at all."""

    name: str
    rule: ToolRule
    is_there: bool


class ToolsListed(NamedTuple):
    tools: tuple[ToolStanding, ...]


class NoSuchTool(NamedTuple):
    name: str
    there_are: tuple[str, ...]


class Act(NamedTuple):
    """That something was begun for somebody, and what became of it: never what it was about. `actor`: Slack's id."""

    tool: str
    actor: str
    stage: Stage
    began_at: datetime


class ActsShown(NamedTuple):
    """The newest first."""

    acts: tuple[Act, ...]


class ToolDesk(Protocol):
    """What there is to tell of tools, beside their rules."""

    def there(self) -> frozenset[str]:
        """Those whose targets are named."""
        ...

    def recent(self, most: int) -> Sequence[Act]:
        """What was begun, the newest first."""
        ...


ToolReply = ToolsListed | NoSuchTool | ActsShown
