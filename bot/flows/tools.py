"""Which tools there are, how one is enabled or disabled, and what was done with them. Enabling waits for a second admin, as
everything does that lets more be done; what was done is told without what it was about.
"""

from bot.core.admin import CommandWork, Member, Reply
from bot.core.commands import RecentActs, SwitchTool, ToolRules, Tools, TryTool
from bot.core.tooling import ActsShown, NoSuchTool, ToolDesk, ToolsListed, ToolStanding
from bot.flows import policy, trying
from bot.flows.policy import Governing
from policies.gate import is_group, rule_of

OfTools = Tools | ToolRules | SwitchTool | TryTool | RecentActs
_MOST_RECENT = 20


def look_after(command: OfTools, work: CommandWork, by: Member, house: Governing, desk: ToolDesk | None) -> Reply:
    match command:
        case Tools():
            return _listed(house, desk)
        case RecentActs():
            return ActsShown(tuple(desk.recent(_MOST_RECENT)) if desk is not None else ())
        case TryTool(name):
            return trying.ask(name, work, by, house, desk)
        case ToolRules(name) | SwitchTool(name):
            rules = house.configuration.rules()
            if rule_of(name, rules.tools) is None:
                return NoSuchTool(name, tuple(one.name for one in _standing(house, desk)))
            if isinstance(command, ToolRules):
                return policy.show(f"tools.{name}", house)
            return policy.set_to(f"tools.{name}.enabled", "true" if command.on else "false", work, by, house)


def _listed(house: Governing, desk: ToolDesk | None) -> ToolsListed:
    tools = _standing(house, desk)
    has_groups = any(is_group(approver) for one in tools for approver in one.rule.approvers)
    return ToolsListed(tools, desk.handles() if desk is not None and has_groups else {})


def _standing(house: Governing, desk: ToolDesk | None) -> tuple[ToolStanding, ...]:
    there = desk.there() if desk is not None else frozenset()
    tools = house.configuration.rules().tools
    named = ((f"{target}.{does}", rule) for target, each in tools.items() for does, rule in each.items())
    return tuple(ToolStanding(name, rule, name in there) for name, rule in named)
