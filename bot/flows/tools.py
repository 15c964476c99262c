"""Which tools there are, how one is enabled or disabled, and what was done with them. Enabling waits for a second admin, as
everything does that lets more be done; what was done is told without what it was about. Where nobody knows whether something was
done, an admin may look there and say so.
"""

from bot.core.admin import CommandWork, Member, Reply
from bot.core.commands import RecentActs, SettleAct, SwitchTool, ToolRules, Tools, TryTool
from bot.core.nouns import ReceiptId
from bot.core.tooling import ActSettled, ActsShown, NoSuchTool, NothingOpen, ToolDesk, ToolsListed, ToolStanding
from bot.flows import policy, trying
from bot.flows.policy import Governing
from policies.gate import is_group, rule_of

OfTools = Tools | ToolRules | SwitchTool | TryTool | RecentActs | SettleAct
_MOST_RECENT = 20


def look_after(command: OfTools, work: CommandWork, by: Member, house: Governing, desk: ToolDesk | None) -> Reply:  # noqa: PLR0911 - one for each
    match command:
        case Tools():
            return _listed(house, desk)
        case RecentActs():
            return _acts(desk)
        case SettleAct(receipt, happened):
            return _settled(ReceiptId(receipt), work, by, happened=happened)
        case TryTool(name):
            return trying.ask(name, work, by, house, desk)
        case ToolRules(name) | SwitchTool(name):
            rules = house.configuration.rules()
            if rule_of(name, rules.tools) is None:
                return NoSuchTool(name, tuple(one.name for one in _standing(house, desk)))
            if isinstance(command, ToolRules):
                return policy.show(f"tools.{name}", house)
            return policy.set_to(f"tools.{name}.enabled", "true" if command.on else "false", work, by, house)


def _acts(desk: ToolDesk | None) -> ActsShown:
    return ActsShown(tuple(desk.recent(_MOST_RECENT)), tuple(desk.open(_MOST_RECENT))) if desk else ActsShown(())


def _settled(receipt: ReceiptId, work: CommandWork, by: Member, *, happened: bool) -> Reply:
    """As an admin has found it at the target. Of whoever asked and any admins, one is the first."""
    if work.recorded("act_settled") is not None or work.settle_act(receipt, by, happened=happened):
        return ActSettled(receipt, happened)
    return NothingOpen(receipt)


def _listed(house: Governing, desk: ToolDesk | None) -> ToolsListed:
    tools = _standing(house, desk)
    has_groups = any(is_group(approver) for one in tools for approver in one.rule.approvers)
    return ToolsListed(tools, desk.handles() if desk is not None and has_groups else {})


def _standing(house: Governing, desk: ToolDesk | None) -> tuple[ToolStanding, ...]:
    there = desk.there() if desk is not None else frozenset()
    tools = house.configuration.rules().tools
    named = ((f"{target}.{does}", rule) for target, each in tools.items() for does, rule in each.items())
    return tuple(ToolStanding(name, rule, name in there) for name, rule in named)
