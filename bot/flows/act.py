"""How a request to do something becomes a proposal, which is shown to whoever asked: never does it do anything.

    route → the tool, by their words → its arguments → gate → [ledger] → a reply that becomes the card: see `flows.execute`

With no tool that rules have enabled, and whose words were said, it is replied to as if there were none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.core.nouns import Event, ReceiptId, SlackPlace, SlackUser
from bot.core.proposals import Acting, AnyTool, Proposal, act_of, canonical, new_proposal_id
from bot.flows.reply import Attempt
from bot.flows.requests import Sorted
from bot.steps.propose import MOST_CHARACTERS, Filled, Wanted, propose, stands
from policies.evidence import Notice
from policies.gate import Act, Actor, Deny, ToolRule, decide, rule_of
from policies.intents import Route
from policies.people import Person
from policies.rules import Rules

_NOTHING: Final = Wanted(None, None)


def proposed(attempt: Attempt, asker: Person, found: Sorted) -> Notice | None:
    acting, question = attempt.house.acting, attempt.work.question
    if acting is None or asker.outsider:
        return None
    if not isinstance(question.place, SlackPlace) or not isinstance(question.asker, SlackUser):
        return None  # nowhere else there is anything to click on
    enabled = enabled_tools(acting, attempt.rules)
    ready, others = set_up(acting, enabled)
    way, wanted = _meant(attempt, found, acting, ready)
    if wanted.tool is None and wanted.because != "too_long" and others:
        way, wanted = _meant(attempt, found, acting._replace(proposer=None), others)
    if wanted.because == "too_long":
        return Notice(about="denied", because="too_long")
    if way is None or wanted.tool is None or wanted.filled is None:
        return None
    tool, rule = acting.tools[wanted.tool], enabled[wanted.tool]
    proposal = made(
        wanted.filled,
        tool,
        rule,
        receipt=question.receipt,
        actor=question.asker,
        place=question.place,
        intent=way.intent,
        now=attempt.now,
        is_part=wanted.is_part,
    )
    because = why_not(proposal, tool, asker, acting, attempt.rules, attempt.now)
    if because is not None:
        return Notice(about="denied", because=because, is_part=wanted.is_part)
    acting.executions.propose(proposal)
    attempt.house.reach("act.after_propose")
    return Notice(about="proposed")


def may_have_done(attempt: Attempt, asker: Person, way: Route) -> tuple[str, ...]:
    """What the rules would let them have done, asked for here; of anything else nothing is told."""
    acting, question = attempt.house.acting, attempt.work.question
    if way.does != "act" or acting is None:
        return ()
    if not isinstance(question.place, SlackPlace) or not isinstance(question.asker, SlackUser):
        return ()
    user, channel = question.asker.user, question.place.channel
    actor, found = Actor(user, asker), []
    ready, _ = set_up(acting, enabled_tools(acting, attempt.rules))
    for name, rule in ready.items():
        where = None if channel.startswith("D") else channel
        act = Act(name, way.intent, user, where, attempt.now + rule.expires_in)
        if not isinstance(decide(act, actor, attempt.rules.tools, attempt.now, 0), Deny):
            found.append(rule.does)
    return tuple(found)


def _meant(
    attempt: Attempt, found: Sorted, acting: Acting, enabled: Mapping[str, ToolRule]
) -> tuple[Route | None, Wanted]:
    """Whatever a message is like: whose words ask one tool for something means it, and a card is shown, and nothing else done.
    Whatever else it is taken for is still replied to unless the words stand for themselves, see `stands`: a text that is to be
    written first goes its own way, see `flows.drafting`. Where there are questions too, they are answered.
    """
    if found.route.does == "act":
        return found.route, _wanted(attempt, acting, enabled)
    way = next((one.route for one in attempt.rules.intents.values() if one.does == "act"), None)
    if found.route.does == "refuse" or found.requests:
        return None, _NOTHING
    text = attempt.work.question.text
    tools = {name: (acting.tools[name], rule) for name, rule in enabled.items()}
    wanted = propose(text, tools, None, others=known_tools(acting, attempt.rules))
    return (way, wanted) if wanted.because or stands(text, wanted, found.route.does) else (None, _NOTHING)


def _wanted(attempt: Attempt, acting: Acting, enabled: Mapping[str, ToolRule]) -> Wanted:
    """By the words of the message alone, whoever reads them: nothing else is given to anybody here."""
    if not enabled:
        return _NOTHING
    question = attempt.work.question
    tools = {name: (acting.tools[name], rule) for name, rule in enabled.items()}
    known = known_tools(acting, attempt.rules)
    wanted = propose(question.text, tools, acting.proposer, attempt.house.errand(question), others=known)
    if wanted.by is not None:
        body = {"by": wanted.by, "because": wanted.because, "tool": wanted.tool}
        event = Event(kind="act_understood", body={**body, **wanted.account.model_dump(mode="json")})
        attempt.work.record(event)
    return wanted


def enabled_tools(acting: Acting, rules: Rules) -> dict[str, ToolRule]:
    """Those that there are, and that a rule has enabled."""
    return {name: rule for name, rule in known_tools(acting, rules).items() if rule.enabled}


def known_tools(acting: Acting, rules: Rules) -> dict[str, ToolRule]:
    found = {name: rule_of(name, rules.tools) for name in acting.tools}
    return {name: rule for name, rule in found.items() if rule is not None}


def set_up(acting: Acting, enabled: Mapping[str, ToolRule]) -> tuple[dict[str, ToolRule], dict[str, ToolRule]]:
    """Those of whose targets there is one at this moment; and the others, of which it is only said that there is none, where no
    other was meant.
    """
    ready = {name: rule for name, rule in enabled.items() if acting.tools[name].is_set_up()}
    return ready, {name: rule for name, rule in enabled.items() if name not in ready}


def made(
    filled: Filled,
    tool: AnyTool,
    rule: ToolRule,
    *,
    receipt: ReceiptId,
    actor: SlackUser,
    place: SlackPlace,
    intent: str,
    now: datetime,
    is_part: bool = False,
) -> Proposal:
    return Proposal(
        id=new_proposal_id(),
        receipt=receipt,
        tool=tool.name,
        arguments=canonical(filled.values),
        actor=actor,
        place=place,
        intent=intent,
        origins=filled.origins,
        missing=filled.missing,
        is_part=is_part,
        made_at=now,
        expires_at=now + rule.expires_in,
    )


def why_not(
    proposal: Proposal, tool: AnyTool, person: Person, acting: Acting, rules: Rules, now: datetime
) -> str | None:
    """By the gate, before anybody has said yes to it; and where there is no target at all."""
    if len(proposal.arguments) > MOST_CHARACTERS:
        return "too_long"
    used = acting.executions.used(proposal.actor, proposal.tool, day_of(now))
    found = decide(act_of(proposal, tool), Actor(proposal.actor.user, person), rules.tools, now, used)
    if isinstance(found, Deny):
        return found.rule
    return None if tool.is_set_up() else "not_set_up"


def day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
