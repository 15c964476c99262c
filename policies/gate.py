"""May this be done, for whom, and who has to say yes to it first? Pure: by rule, by who asks and where, and by who has said
yes so far; never by what stands in any document. What no rule names is denied.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from policies.people import Noun, Person

Risk = Literal["low", "medium", "high"]
Because = Literal[
    "no_rule", "not_enabled", "other_intent", "not_a_member", "not_for_them", "not_here", "incomplete", "other_target",
    "other_recipient", "too_much", "too_many", "too_late", "not_theirs", "own_approval", "not_an_approver",
    "group_unread", "needs_approval", "needs_confirmation", "confirmed", "approved",
]  # fmt: skip
"""The rule that decided. `group_unread`: whether whoever approved it may hangs on a group that nobody can read now."""

_ACCOUNT = r"^(?:[UW][A-Z0-9]{2,40}|[^@\s]+@[^@\s]+)$"
_PHRASE = r"^[^\s/]+(?:[ /][^\s/]+)*$"  # words of a request: see tools.toml
_CHANNEL = r"^[CG][A-Z0-9]{2,40}$"
_APPROVER = r"^[UWS][A-Z0-9]{2,40}$"
_GROUP: Final = "S"
_NUMBERED: Final = re.compile(r"-[0-9]+$")

Named = Annotated[str, Field(pattern=_ACCOUNT)]
Exact = Annotated[str, Field(min_length=1, max_length=200)]


class ToolRule(Noun):
    """What one tool may be used for. Names are exact. `people` are Slack's ids or addresses, and `approvers`
    ids alone, of people or of user groups, for addresses and handles change hands; `targets` are where it may be
    done, a project with the things in it; `domains` are those of the people it may reach; `most` is the largest amount.

    A day is one of UTC. What has `approvers` is done once one of them, or of those who are in such a group by then, has approved it:
    never who asked for it or confirmed it.
    """

    does: str = Field(min_length=3, max_length=120)
    words: tuple[Annotated[str, Field(min_length=2, max_length=240, pattern=_PHRASE)], ...] = ()
    enabled: bool = False
    risk: Risk
    intents: tuple[str, ...] = ()
    everybody: bool = False
    people: tuple[Named, ...] = ()
    direct: bool = False
    channels: tuple[Annotated[str, Field(pattern=_CHANNEL)], ...] = ()
    every_channel: bool = False
    targets: tuple[Exact, ...] = ()
    every_target: bool = False
    domains: tuple[Exact, ...] = ()
    every_recipient: bool = False
    a_day: int = Field(ge=1, le=1000)
    most: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    approvers: tuple[Annotated[str, Field(pattern=_APPROVER)], ...] = ()
    expires_minutes: float = Field(gt=0, le=10_080, allow_inf_nan=False)
    dry_run: bool = True
    no_dry_run_because: str | None = Field(default=None, min_length=3, max_length=300)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.dry_run == (self.no_dry_run_because is not None):
            raise ValueError("with `dry_run = false`, and only then, say in `no_dry_run_because` why there is none")
        if self.enabled and self.risk == "high" and not self.approvers:
            raise ValueError(
                "what has a high risk is approved by a second person: name `approvers` before it is enabled"
            )
        if self.enabled and not (self.everybody or self.people):
            raise ValueError("nobody may use it: name `people`, or say `everybody = true`")
        return self

    @property
    def expires_in(self) -> timedelta:
        return timedelta(minutes=self.expires_minutes)

    def is_approved_by(self, account: str, groups: Collection[str]) -> bool:
        """Whether it names them, or a group that they are in."""
        return not is_group(account) and not {account, *groups}.isdisjoint(self.approvers)


def is_group(approver: str) -> bool:
    """Of Slack's, by its id; all others are people."""
    return approver.startswith(_GROUP)


Tools = Mapping[str, Mapping[str, ToolRule]]
"""By where it is done, and what: `jira.create_issue`."""


def rule_of(tool: str, tools: Tools) -> ToolRule | None:
    target, _, does = tool.partition(".")
    return tools.get(target, {}).get(does)


def places(tools: Tools) -> frozenset[str]:
    """Where what is enabled may be done, as far as that has a name."""
    enabled = [rule for each in tools.values() for rule in each.values() if rule.enabled]
    return frozenset(target for rule in enabled for target in rule.targets)


class Act(NamedTuple):
    """As far as it is judged: what of its arguments says where, whom it reaches and how much; and who has said yes so far.
    `within`: its targets are numbered things in those that rules name.
    `channel`: where it was asked for; None: in the asker's direct conversation. `approver_groups`: the groups of Slack in which
    whoever approved it is at this moment, as far as the rule names them.
    """

    tool: str
    intent: str
    asker: str
    channel: str | None
    expires_at: datetime
    is_complete: bool = True
    targets: tuple[str, ...] = ()
    within: bool = False
    recipients: tuple[str, ...] = ()
    amounts: tuple[float, ...] = ()
    confirmed_by: str | None = None
    approved_by: str | None = None
    approver_groups: frozenset[str] = frozenset()


class Actor(NamedTuple):
    """Who asks. `account` is Slack's id: addresses change hands."""

    account: str
    person: Person

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.account, self.person.email or self.account})


class Allow(NamedTuple):
    """It may be done now."""

    rule: Because
    reason: str


class Confirm(NamedTuple):
    """`by` whoever asked, and nobody else."""

    rule: Because
    reason: str
    by: str


class Approve(NamedTuple):
    """By one of these, or of those in these groups, who is neither who asked nor who confirmed. `is_confirmed`: that has been
    done before.
    """

    rule: Because
    reason: str
    by: tuple[str, ...]
    is_confirmed: bool


class Deny(NamedTuple):
    rule: Because
    reason: str


Decision = Allow | Confirm | Approve | Deny

_STRENGTH: Final[Mapping[type, int]] = {Deny: 3, Approve: 2, Confirm: 1, Allow: 0}


class _Case(NamedTuple):
    act: Act
    actor: Actor
    rule: ToolRule
    now: datetime
    used_today: int


def decide(act: Act, actor: Actor, tools: Tools | None, now: datetime, used_today: int) -> Decision:
    """The strongest of what the rules say: Deny before Approve before Confirm before Allow. No rules, or none of this tool:
    denied. `used_today`: how often this person has had it done since the day began.
    """
    rule = rule_of(act.tool, tools) if tools is not None else None
    if rule is None:
        return Deny("no_rule", f"no rule names {act.tool}")
    case = _Case(act, actor, rule, now, used_today)
    said = [one for one in (judge(case) for judge in _JUDGES) if one is not None]
    return max(said, key=lambda one: _STRENGTH[type(one)])


def _denied(because: Because, reason: str, *, when: bool) -> Deny | None:
    return Deny(because, reason) if when else None


def _is_enabled(case: _Case) -> Decision | None:
    return _denied("not_enabled", f"{case.act.tool}.enabled is false", when=not case.rule.enabled)


def _is_meant(case: _Case) -> Decision | None:
    reason = f"{case.act.tool}.intents does not name {case.act.intent}"
    return _denied("other_intent", reason, when=case.act.intent not in case.rule.intents)


def _is_member(case: _Case) -> Decision | None:
    person = case.actor.person
    is_one = not person.outsider and person.email is not None
    return _denied("not_a_member", "whoever asks is no full member whose address is confirmed", when=not is_one)


def _is_theirs(case: _Case) -> Decision | None:
    by = case.act.confirmed_by
    is_other = case.actor.account != case.act.asker or by not in (None, case.act.asker)
    return _denied("not_theirs", "only whoever asked confirms it", when=is_other)


def _is_for_them(case: _Case) -> Decision | None:
    is_named = case.rule.everybody or not case.actor.names.isdisjoint(case.rule.people)
    return _denied("not_for_them", f"{case.act.tool}.people does not name them", when=not is_named)


def _is_here(case: _Case) -> Decision | None:
    channel, rule = case.act.channel, case.rule
    is_allowed = rule.direct if channel is None else rule.every_channel or channel in rule.channels
    return _denied("not_here", f"{case.act.tool} is not for this place", when=not is_allowed)


def _is_whole(case: _Case) -> Decision | None:
    is_due = case.act.confirmed_by is not None or case.act.approved_by is not None
    return _denied("incomplete", "something that it needs was not said", when=is_due and not case.act.is_complete)


def _is_where_it_may_be(case: _Case) -> Decision | None:
    act, rule = case.act, case.rule
    outside = [one for one in act.targets if not (rule.every_target or _is_in(one, rule.targets, within=act.within))]
    return _denied("other_target", f"{case.act.tool}.targets does not name {', '.join(outside)}", when=bool(outside))


def _is_in(target: str, allowed: Sequence[str], *, within: bool) -> bool:
    """Where the tool says so, `ENG` has `ENG-12` in it; nothing else is guessed: `general-2` is another channel."""
    return target in allowed or (within and _NUMBERED.sub("", target) in allowed)


def _reaches_whom_it_may(case: _Case) -> Decision | None:
    outside = [one for one in case.act.recipients if not (case.rule.every_recipient or _is_of(one, case.rule.domains))]
    return _denied("other_recipient", f"{case.act.tool}.domains does not have everybody it reaches", when=bool(outside))


def _is_of(recipient: str, domains: Sequence[str]) -> bool:
    return recipient in domains or recipient.casefold().rpartition("@")[2] in domains


def _is_no_more_than(case: _Case) -> Decision | None:
    """Without a largest amount there is none."""
    most = case.rule.most
    is_more = any(most is None or not 0 <= amount <= most for amount in case.act.amounts)
    return _denied("too_much", f"it is more than {case.act.tool}.most", when=is_more)


def _is_not_too_often(case: _Case) -> Decision | None:
    return _denied("too_many", f"it is more than {case.act.tool}.a_day", when=case.used_today >= case.rule.a_day)


def _is_in_time(case: _Case) -> Decision | None:
    return _denied("too_late", "it was good until a moment that is over", when=case.now >= case.act.expires_at)


def _is_approved(case: _Case) -> Decision | None:
    act, rule = case.act, case.rule
    if rule.risk != "high" and not rule.approvers:
        return None
    by = tuple(one for one in rule.approvers if one not in case.actor.names)
    if act.approved_by is None:
        if not by:
            return Deny("not_an_approver", "nobody but whoever asks could approve it")
        return Approve("needs_approval", f"one of {act.tool}.approvers has to", by, act.confirmed_by is not None)
    if act.approved_by in {act.asker, act.confirmed_by, *case.actor.names}:
        return Deny("own_approval", "nobody approves what they asked for")
    if not rule.is_approved_by(act.approved_by, act.approver_groups):
        return Deny("not_an_approver", f"{act.tool}.approvers names neither whoever approved it nor a group of theirs")
    return Allow("approved", "confirmed and approved")


def _is_confirmed(case: _Case) -> Decision | None:
    if case.act.confirmed_by is None:
        return Confirm("needs_confirmation", "whoever asked has to", case.act.asker)
    return Allow("confirmed", "whoever asked has confirmed it")


_JUDGES: Final[Sequence[Callable[[_Case], Decision | None]]] = (
    _is_enabled,
    _is_meant,
    _is_member,
    _is_theirs,
    _is_for_them,
    _is_here,
    _is_whole,
    _is_where_it_may_be,
    _reaches_whom_it_may,
    _is_no_more_than,
    _is_not_too_often,
    _is_in_time,
    _is_approved,
    _is_confirmed,
)
