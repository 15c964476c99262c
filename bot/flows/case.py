"""One thing that is to be done, as the tool, the rules and the people are at this moment. Nothing is done here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import structlog

from bot.core.acting import Actor as Whom
from bot.core.acting import Arguments, Barred, Unsure, Would, byline
from bot.core.admin import Groups, Member
from bot.core.clock import Clock
from bot.core.failpoints import Reach
from bot.core.nouns import SlackUser
from bot.core.ports import History
from bot.core.proposals import (
    Acting,
    AnyTool,
    Cards,
    Execution,
    Proposal,
    Sheet,
    Standing,
    act_of,
)
from bot.flows.act import day_of
from bot.flows.drawn import Drawing, is_open_there, is_open_to
from connectors.model import AccessUnknown, Retryable
from policies.gate import Actor, Decision, Deny, ToolRule, decide, is_group, rule_of
from policies.people import Person
from policies.rules import Rules, RulesError

OUTDATED: Final = Barred(why="outdated")
NOT_FOR_ALL: Final = Barred(why="not_for_all")

log = structlog.get_logger()


class House(NamedTuple):
    """`member`: whether they are a full member at this moment, and who that is. `groups`: who is in a user group of Slack. `admins`: those who are there at
    this moment. `drawing`: without it nothing is put
    anywhere that was written from documents.
    """

    acting: Acting
    history: History
    rules: Callable[[], Rules]
    member: Callable[[SlackUser], Member | None]
    groups: Groups
    admins: Callable[[], Sequence[Member]]
    cards: Cards
    clock: Clock
    reach: Reach
    drawing: Drawing | None = None


class Case(NamedTuple):
    """One of them, with the tool and the rule as they are now."""

    standing: Standing
    tool: AnyTool
    rule: ToolRule
    rules: Rules

    @property
    def proposal(self) -> Proposal:
        return self.standing.proposal


def case_of(standing: Standing, house: House) -> Case | None:
    """None: the rules do not allow it any more. `Retryable`: this process cannot tell, and another, or this one later, may."""
    case = case_of_any_rule(standing, house)
    return case if case is not None and case.rule.enabled else None


def case_of_any_rule(standing: Standing, house: House) -> Case | None:
    try:
        rules = house.rules()
    except RulesError as error:
        log.exception("no rules can be read, so nothing is done")
        raise Retryable("no rules can be read") from error
    tool, rule = house.acting.tools.get(standing.proposal.tool), rule_of(standing.proposal.tool, rules.tools)
    if rule is None:
        return None
    if tool is None:
        raise Retryable("this process has no such tool")
    return Case(standing, tool, rule, rules)


def groups_of(approver: SlackUser, rule: ToolRule, house: House) -> frozenset[str]:
    """One of the groups that the rule names, in which they are at this moment; whoever it names themselves needs none. Raises
    `AccessUnknown`, where that hangs on a group that nobody can read.
    """
    if approver.user in rule.approvers:
        return frozenset()
    unread: AccessUnknown | None = None
    for group in filter(is_group, rule.approvers):
        try:
            if approver.user in house.groups.members(group):
                return frozenset({group})
        except AccessUnknown as error:
            unread = error
    if unread is not None:
        raise unread
    return frozenset()


def decided(
    case: Case,
    house: House,
    *,
    confirmed_by: SlackUser | None,
    approved_by: SlackUser | None = None,
    groups: frozenset[str] | None = None,
    but: int = 0,
) -> Decision:
    """`groups`: of whoever approves, if that was read just now; else it is read here."""
    proposal, now = case.proposal, house.clock()
    if approved_by is not None and house.member(approved_by) is None:
        return Deny("not_an_approver", "whoever approved it is no full member any more")
    if approved_by is not None and groups is None:
        try:
            groups = groups_of(approved_by, case.rule, house)
        except AccessUnknown:
            return Deny("group_unread", "who is in a group of approvers cannot be read")
    actor = Actor(proposal.actor.user, person_of(house.member(proposal.actor)))
    used = max(0, house.acting.executions.used(proposal.actor, proposal.tool, day_of(now)) - but)
    act = act_of(
        proposal,
        case.tool,
        confirmed_by=confirmed_by,
        approved_by=approved_by,
        approver_groups=groups or frozenset(),
    )
    return decide(act, actor, case.rules.tools, now, used)


def against(
    case: Case,
    house: House,
    *,
    confirmed_by: SlackUser | None,
    approved_by: SlackUser | None = None,
    groups: frozenset[str] | None = None,
) -> str | None:
    found = decided(case, house, confirmed_by=confirmed_by, approved_by=approved_by, groups=groups)
    return found.rule if isinstance(found, Deny) else None


def person_of(member: Member | None) -> Person:
    """Whoever is no full member at this moment is nobody."""
    return Person(email=member.email) if member is not None else Person(outsider=True)


def for_whom(case: Case, house: House) -> Whom:
    member = house.member(case.proposal.actor)
    if member is None or member.email is None:
        raise Unsure("whoever asked is not known any more")
    return Whom(email=member.email, name=member.called)


def looked(case: Case, house: House) -> Would | Barred:
    """Only reads: what it may be put together from, then the target, then who reads there."""
    member = house.member(case.proposal.actor)
    if member is None or member.email is None:
        return Barred(why="not_yours")
    if not is_readable(case.proposal, house):
        return OUTDATED
    found = case.tool.look(arguments_of(case), Whom(email=member.email, name=member.called))
    assert isinstance(found, Would | Barred), "a tool keeps its protocol"
    return NOT_FOR_ALL if isinstance(found, Would) and not _is_for_all(found, case, house) else found


def shut_to(found: Would, case: Case, house: House) -> Barred | None:
    """Where what it was written from is not for whoever asked any more, or for everybody who will read it there."""
    if not is_readable(case.proposal, house):
        return OUTDATED
    return None if _is_for_all(found, case, house) else NOT_FOR_ALL


def _is_for_all(found: Would, case: Case, house: House) -> bool:
    return is_open_there(found.channel, case.proposal, house.history, house.drawing)


def is_readable(proposal: Proposal, house: House, who: SlackUser | None = None) -> bool:
    """What its text was written from, by whoever asked."""
    return is_open_to(who or proposal.actor, proposal, house.history, house.drawing)


def arguments_of(case: Case) -> Arguments:
    return case.tool.takes.model_validate_json(case.proposal.arguments)


def is_unchanged(standing: Standing) -> bool:
    return standing.proposal.digest == standing.digest


def is_as_proposed(execution: Execution, standing: Standing) -> bool:
    """By the ledger, which nobody changes unseen."""
    told = [event.body for event in execution.happened() if event.kind == "act_proposed"]
    digest = next((body.get("digest") for body in told if body.get("proposal") == execution.id), None)
    return is_unchanged(standing) and digest == standing.digest


def is_as_found(execution: Execution, found: Would, byline: str | None) -> bool:
    """The same target, and said as the same person, as when its card was made. What is erased of that is not known any more."""
    before = found_before(execution)
    return before is not None and (before.get("target"), before.get("byline", "")) == (found.id, byline)


def found_before(execution: Execution) -> Mapping[str, Any] | None:
    """What its card stands for, beside its arguments. The first counts: whatever came later, no card was made of."""
    told = [event.body for event in execution.happened() if event.kind == "act_found"]
    return next((body for body in told if body.get("proposal") == execution.id), None)


def sheet_of_case(case: Case) -> Sheet:
    approvers = [one for one in case.rule.approvers if one != case.proposal.actor.user]
    return Sheet(case.standing, case.rule.does, case.tool.takes.model_fields, case.rule.risk, tuple(approvers))


def signed(case: Case, house: House) -> Sheet:
    """With all that will be sent."""
    member = house.member(case.proposal.actor) if case.tool.signs else None
    if member is None or member.email is None:
        return sheet_of_case(case)
    return sheet_of_case(case)._replace(signed=byline(Whom(email=member.email, name=member.called)))


def sheet_of(standing: Standing, house: House) -> Sheet:
    """Also where the rule or the tool is gone."""
    try:
        case = case_of_any_rule(standing, house)
    except Retryable:
        case = None
    return sheet_of_case(case) if case is not None else Sheet(standing, standing.proposal.tool, {}, "high")


def is_taken_back(proposal: Proposal, house: House) -> bool:
    """Deleted, or put otherwise."""
    current = house.history.newest_wording(proposal.receipt)
    return current is None or current.receipt != proposal.receipt
