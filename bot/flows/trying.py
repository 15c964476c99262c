"""What would a tool do, if this admin asked for it here? The gate is asked, and the target, which is only read; nothing is
proposed, so nothing can be confirmed.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.core.acting import Actor as Whom
from bot.core.acting import Arguments, Barred, Would
from bot.core.admin import CommandWork, Filled, FormOpened, Member, NoSuchChange, Reply
from bot.core.nouns import Event, SlackPlace
from bot.core.proposals import AnyTool, Proposal, act_of, canonical, new_proposal_id
from bot.core.tooling import NoSuchTool, ToolDesk, Tried, TryForm, Unasked, Untried
from bot.flows.act import day_of
from bot.flows.policy import Governing
from bot.steps.propose import MOST_CHARACTERS
from connectors.model import Retryable
from policies.gate import Actor, ToolRule, decide, is_group, rule_of
from policies.gate import Tools as ToolRules
from policies.people import Person
from policies.rules import Rules

_FORM: Final = "tool"  # as the ledger has it


class _There(NamedTuple):
    """What can be tried at this moment. `desk`: that of whoever has it."""

    tool: AnyTool
    rule: ToolRule
    desk: ToolDesk


def ask(name: str, work: CommandWork, by: Member, house: Governing, desk: ToolDesk | None) -> Reply:
    """By a form, as the tool's own arguments are."""
    found = _there(name, house, desk)
    if not isinstance(found, _There):
        return found
    tool, rule, _ = found
    body = {"for": _FORM, "tool": name, "by": str(by.user), "at": work.typed.channel}
    work.record(Event(kind="form_opened", body=body))
    return FormOpened(house.voice.open(work.typed, TryForm(name, rule.does, tool.takes.model_fields)))


def is_ours(opened: Event | None) -> bool:
    """A form for a tool."""
    return opened is not None and opened.body.get("for") == _FORM


def refusal_of_arguments(
    filled: Filled, by: str, desk: ToolDesk | None, opened: Event
) -> Untried | NoSuchChange | None:
    """What is wrong with them, while whoever wrote them still has the form open."""
    if opened.body.get("by") != by:
        return NoSuchChange()
    name = str(opened.body["tool"])
    tool = desk.tool(name) if desk is not None else None
    wrong = desk.understood(tool, filled.entries).wrong if desk is not None and tool is not None else {}
    return Untried(name, "invalid", wrong) if wrong else None


def send_in(
    filled: Filled, work: CommandWork, by: Member, house: Governing, desk: ToolDesk | None, opened: Event
) -> Reply:
    """As the rules and the target are by now."""
    if opened.body.get("by") != str(by.user):
        return NoSuchChange()
    name = str(opened.body["tool"])
    found = _there(name, house, desk)
    if not isinstance(found, _There):
        return found
    understood = found.desk.understood(found.tool, filled.entries)
    if understood.arguments is None:
        return Untried(name, "invalid", understood.wrong)
    tried = _tried(found, understood.arguments, work, by, house, channel=str(opened.body["at"]))
    if isinstance(tried, Tried) and work.recorded("tool_tried") is None:
        work.record(Event(kind="tool_tried", body=_said(tried, by)))
    return tried


def _there(name: str, house: Governing, desk: ToolDesk | None) -> _There | NoSuchTool | Untried:
    tools = house.configuration.rules().tools
    rule = rule_of(name, tools)
    if rule is None:
        named = (f"{target}.{does}" for target, each in tools.items() for does in each)
        return NoSuchTool(name, tuple(named))
    if desk is None or (tool := desk.tool(name)) is None or not tool.is_set_up():
        return Untried(name, "not_set_up")
    return Untried(name, "paused") if desk.is_paused() else _There(tool, rule, desk)


def _tried(
    found: _There, arguments: Arguments, work: CommandWork, by: Member, house: Governing, *, channel: str
) -> Tried | Untried:
    tool, rule, desk = found
    rules, now = house.configuration.rules(), house.clock()
    would_be = Proposal(
        id=new_proposal_id(),
        receipt=work.typed.receipt,
        tool=tool.name,
        arguments=canonical(arguments.model_dump(mode="json")),
        actor=by.user,
        place=SlackPlace(team=by.user.team, channel=channel, message="0"),
        intent=_intent(rule, rules),
        made_at=now,
        expires_at=now + rule.expires_in,
    )
    if len(would_be.arguments) > MOST_CHARACTERS:
        return Untried(tool.name, "too_long")
    act, actor = act_of(would_be, tool), Actor(by.user.user, Person(email=by.email))
    used = desk.used(by.user, tool.name, day_of(now))
    has_groups = any(map(is_group, rule.approvers))
    return Tried(
        tool=tool.name,
        does=rule.does,
        decision=decide(act, actor, rules.tools, now, used),
        otherwise=None if rule.enabled else decide(act, actor, _enabled(tool.name, rule), now, used),
        found=_found(tool, rule, arguments, by),
        until=would_be.expires_at,
        handles=desk.handles() if has_groups else {},
    )


def _intent(rule: ToolRule, rules: Rules) -> str:
    """That by which things are asked for, if the rule names one; else the first that it names."""
    acts = [one.intent for one in rules.intents.values() if one.does == "act"]
    return next((one for one in (*acts, *rule.intents) if one in rule.intents), acts[0] if acts else "")


def _enabled(name: str, rule: ToolRule) -> ToolRules:
    """As nobody has agreed to: for the gate's word alone."""
    target, _, does = name.partition(".")
    return {target: {does: rule.model_copy(update={"enabled": True})}}


def _found(tool: AnyTool, rule: ToolRule, arguments: Arguments, by: Member) -> Would | Barred | Unasked:
    if not rule.dry_run:
        return Unasked("no_dry_run", rule.no_dry_run_because or "")
    if by.email is None:
        return Barred(why="unknown_there")
    try:
        found = tool.look(arguments, Whom(email=by.email, name=by.called))
    except Retryable:
        return Unasked("away")
    assert isinstance(found, Would | Barred), "a tool keeps its protocol"
    return found


def _said(tried: Tried, by: Member) -> Mapping[str, str]:
    """For the ledger: nothing of what was to be done."""
    kind, decision = type(tried.decision).__name__.lower(), tried.decision
    return {"tool": tried.tool, "by": str(by.user), "decision": kind, "rule": decision.rule, "found": _outcome(tried)}


def _outcome(tried: Tried) -> str:
    match tried.found:
        case Would():
            return "would"
        case Barred(why=why):
            return why
        case Unasked(because):
            return because
