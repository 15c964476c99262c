"""How what somebody confirmed is done: once, or not at all, and never without a word.

    reply → card → click → gate: clicker, expiry, rules → [ledger]
          → gate again: whole, unchanged, still a member, still allowed → (approval) → claim [ledger] → run → receipt → card

Nothing is believed of a click but who clicked. From the claim on it may have happened: whoever takes over from a process that
died asks the target, runs it again only where that is one effect, and else asks a person.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

import structlog

from bot.core.acting import Actor as Whom
from bot.core.acting import Arguments, Barred, Done, NotDone, Unsure, Would, byline
from bot.core.admin import Member
from bot.core.clock import Clock, pause
from bot.core.errors import LostLease
from bot.core.failpoints import Reach
from bot.core.nouns import Event, SlackUser
from bot.core.ports import History
from bot.core.proposals import (
    TRANSITIONS,
    Acting,
    AnyTool,
    Card,
    Cards,
    Execution,
    Pressed,
    Proposal,
    ProposalId,
    Sheet,
    Spread,
    Stage,
    Standing,
    Value,
    act_of,
    canonical,
    new_proposal_id,
    typed,
)
from bot.core.record import newest
from bot.flows.act import day_of, why_not
from connectors.model import Retryable
from policies.gate import Actor, Allow, Approve, Decision, Deny, ToolRule, decide, rule_of
from policies.people import Person
from policies.rules import Rules, RulesError

_SOON: Final = timedelta(seconds=0.3)  # until the reply that becomes the card is on record
_LONG: Final = timedelta(days=30)  # while a person may say what became of it
_TRIES, _TRY_S = 3, 0.5  # where surely nothing was written
_ASKED: Final = 5  # times, where the target is away, whether it has happened
_AGAIN: Final = 3  # times it is run once more, where that is one effect
_MAY_HAVE_HAPPENED: Final[frozenset[Stage]] = frozenset({"claimed", "done", "failed", "unknown"})

log = structlog.get_logger()


class House(NamedTuple):
    """`member`: whether they are a full member at this moment, and who that is."""

    acting: Acting
    history: History
    rules: Callable[[], Rules]
    member: Callable[[SlackUser], Member | None]
    cards: Cards
    clock: Clock
    reach: Reach


class _Case(NamedTuple):
    """One of them, with the tool and the rule as they are now."""

    standing: Standing
    tool: AnyTool
    rule: ToolRule
    rules: Rules

    @property
    def proposal(self) -> Proposal:
        return self.standing.proposal


# --- clicks ---------------------------------------------------------------------------------------------------------------


def confirm(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    """Durable when it returns. Of however many clicks, one confirms it."""
    case = _theirs(id_, clicker, house)
    if isinstance(case, Pressed):
        return case
    if case.proposal.missing:
        return Pressed("incomplete")
    if house.acting.executions.is_paused():
        return Pressed("denied", because="paused")
    why = _against(case, house, confirmed_by=clicker)
    if why is not None:
        return _declined(case, why, clicker, house)
    event = Event(kind="act_confirmed", body={"by": str(clicker)})
    is_ours = house.acting.executions.move(id_, "confirmed", event, confirmed_by=clicker)
    return Pressed("taken" if is_ours else "over")


def cancel(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    found = house.acting.executions.standing(id_)
    if found is None:
        return Pressed("unknown")
    if clicker != found.proposal.actor:
        return Pressed("not_yours")
    event = Event(kind="act_declined", body={"by": str(clicker), "because": "cancelled"})
    is_ours = house.acting.executions.move(id_, "declined", event, because="cancelled")
    return Pressed("taken" if is_ours else "over")


def to_edit(id_: ProposalId, clicker: SlackUser, house: House) -> Sheet | Pressed:
    """What a form for it asks."""
    case = _theirs(id_, clicker, house)
    return case if isinstance(case, Pressed) else _sheet(case)


def edit(id_: ProposalId, clicker: SlackUser, entries: Mapping[str, Any], house: House) -> Pressed:
    """Another proposal in its place, of which nobody has confirmed anything. What is as it was keeps where it came from."""
    case = _theirs(id_, clicker, house)
    if isinstance(case, Pressed):
        return case
    made = typed(case.tool, entries)
    if made.arguments is None:
        return Pressed("invalid", wrong=made.wrong)
    values, now = made.arguments.model_dump(mode="json"), house.clock()
    before, origins = case.proposal.values, case.proposal.origins
    new = case.proposal.model_copy(
        update={
            "id": new_proposal_id(),
            "arguments": canonical(values),
            "origins": {
                name: origins[name] if name in origins and before.get(name) == one else Value(origin="form")
                for name, one in values.items()
            },
            "missing": (),
            "made_at": now,
            "expires_at": now + case.rule.expires_in,
            "instead_of": id_,
        }
    )
    person = _person(house.member(clicker))
    why = why_not(new, case.tool, person, house.acting, case.rules, now)
    if why is not None:
        return Pressed("denied", because=why)
    event = Event(kind="act_declined", body={"by": str(clicker), "because": "edited", "instead": new.id})
    return Pressed("taken" if house.acting.executions.instead(id_, new, event) else "over")


def approve(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    """By somebody whom the rules of this moment name, and who is not who asked."""
    case = _to_approve(id_, clicker, house)
    if isinstance(case, Pressed):
        return case
    if house.acting.executions.is_paused():
        return Pressed("denied", because="paused")
    why = _against(case, house, confirmed_by=case.standing.confirmed_by, approved_by=clicker)
    if why is not None:
        return Pressed("denied", because=why)
    event = Event(kind="act_approved", body={"by": str(clicker)})
    is_ours = house.acting.executions.move(id_, "approved", event, approved_by=clicker)
    return Pressed("taken" if is_ours else "over")


def refuse(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    case = _to_approve(id_, clicker, house)
    if isinstance(case, Pressed):
        return case
    event = Event(kind="act_declined", body={"by": str(clicker), "because": "refused"})
    is_ours = house.acting.executions.move(id_, "declined", event, because="refused")
    return Pressed("taken" if is_ours else "over")


def settle(id_: ProposalId, clicker: SlackUser, house: House, *, happened: bool) -> Pressed:
    """What a person found, where it was not known."""
    found = house.acting.executions.standing(id_)
    if found is None:
        return Pressed("unknown")
    if clicker != found.proposal.actor:
        return Pressed("not_yours")
    if found.stage != "unknown":
        return Pressed("over")
    stage: Stage = "done" if happened else "failed"
    event = Event(kind="act_settled", body={"by": str(clicker), "stage": stage})
    is_ours = house.acting.executions.move(id_, stage, event, because="settled")
    return Pressed("taken" if is_ours else "over")


def _theirs(id_: ProposalId, clicker: SlackUser, house: House) -> _Case | Pressed:
    """If it is theirs, and waits for them."""
    found = house.acting.executions.standing(id_)
    if found is None or not _is_unchanged(found):
        return Pressed("unknown")
    if clicker != found.proposal.actor:
        return Pressed("not_yours")
    if found.stage != "proposed":
        return Pressed("expired" if found.stage == "expired" else "over")
    case = _case_at_click(found, house)
    if case is None:
        return _declined_by(found, "no_rule", clicker, house)
    return case if isinstance(case, Pressed) else _still_asked_for(case, clicker, house)


def _still_asked_for(case: _Case, clicker: SlackUser, house: House) -> _Case | Pressed:
    proposal = case.proposal
    if house.clock() >= proposal.expires_at:
        return Pressed("expired")
    if _is_taken_back(proposal, house):
        _declined_by(case.standing, "taken_back", clicker, house)
        return Pressed("taken_back")
    return case


def _is_taken_back(proposal: Proposal, house: House) -> bool:
    """Deleted, or put otherwise."""
    current = house.history.newest_wording(proposal.receipt)
    return current is None or current.receipt != proposal.receipt


def _to_approve(id_: ProposalId, clicker: SlackUser, house: House) -> _Case | Pressed:
    found = house.acting.executions.standing(id_)
    if found is None or not _is_unchanged(found):
        return Pressed("unknown")
    case = _case_at_click(found, house)
    if isinstance(case, Pressed):
        return case
    if case is None or not _may_approve(clicker, case, house):
        return Pressed("not_yours")
    if found.stage != "confirmed":
        return Pressed("over")
    if _is_taken_back(found.proposal, house):
        _declined_by(found, "taken_back", clicker, house)
        return Pressed("taken_back")
    return case


def _may_approve(clicker: SlackUser, case: _Case, house: House) -> bool:
    asker = case.proposal.actor
    is_named = clicker.user in case.rule.approvers and clicker != asker and clicker.team == asker.team
    return is_named and house.member(clicker) is not None


def _case_at_click(found: Standing, house: House) -> _Case | Pressed | None:
    try:
        return _case(found, house)
    except Retryable:
        return Pressed("denied", because="not_now")


def _declined(case: _Case, because: str, clicker: SlackUser, house: House) -> Pressed:
    return _declined_by(case.standing, because, clicker, house)


def _declined_by(found: Standing, because: str, clicker: SlackUser, house: House) -> Pressed:
    event = Event(kind="act_declined", body={"by": str(clicker), "because": because})
    house.acting.executions.move(found.proposal.id, "declined", event, because=because)
    return Pressed("denied", because=because)


# --- what follows ---------------------------------------------------------------------------------------------------------


def tend(execution: Execution, house: House) -> None:
    """Whatever is to be done next for it; then it rests, or is over."""
    standing = execution.standing()
    match standing.stage:
        case "proposed":
            _show(execution, standing, house)
        case "confirmed" | "approved":
            _go_on(execution, standing, house)
        case "claimed":
            _find_out(execution, standing, house)
        case "unknown" | "done" | "failed" | "declined" | "expired":
            _close(execution, house)


def give_up(execution: Execution, house: House) -> None:
    """After many attempts. Where it may have happened, that is what is said."""
    stage = execution.standing().stage
    if stage in {"proposed", "confirmed", "approved"}:
        _end(execution, "declined", "fault")
    elif stage == "claimed":
        _end(execution, "unknown", "fault")
    _close(execution, house)


def is_owed(standing: Standing) -> bool:
    """Whether somebody has still to be told of what may have happened, however long they cannot be."""
    return standing.stage in _MAY_HAVE_HAPPENED and (standing.shows != standing.stage or standing.stage == "unknown")


def _show(execution: Execution, standing: Standing, house: House) -> None:
    case = _case(standing, house)
    if case is None or house.clock() >= standing.proposal.expires_at:
        _end(execution, *(("declined", "no_rule") if case is None else ("expired", "too_late")))
        return _close(execution, house)
    if standing.shows is None and not _is_shown(execution, case, house):
        return None
    return execution.rest(standing.proposal.expires_at, stage="proposed")


def _is_shown(execution: Execution, case: _Case, house: House) -> bool:
    """Whether its card is there now."""
    proposal = case.proposal
    announced = _announced(execution)
    if announced is None:
        if _is_over_there(execution):
            _end(execution, "declined", "taken_back")
            execution.finish()
        else:
            execution.rest(house.clock() + _SOON, stage="proposed")
        return False
    if _is_taken_back(proposal, house):
        _end(execution, "declined", "taken_back")
        execution.located(announced)
        _close(execution, house)
        return False
    found = _looked(case, house) if not proposal.missing else None
    if isinstance(found, Barred):
        _end(execution, "declined", found.why, said=found.said)
        execution.located(announced)
        _close(execution, house)
        return False
    card = _put(execution, case, announced, found, house)
    if card is None:
        _end(execution, "declined", "unreachable")
        execution.finish()
        return False
    house.reach("act.after_card")
    execution.located(card)
    if card != announced and proposal.instead_of is None and proposal.channel is not None:
        house.cards.point_to_it(announced)
    execution.shown("proposed")
    return True


def _put(execution: Execution, case: _Case, announced: Card, found: Would | None, house: House) -> Card | None:
    """Where whoever reads it has read all of it before; else to whoever asked, alone."""
    proposal, sheet = case.proposal, _signed(case, house)
    alone = sheet._replace(found=found)
    if _belongs_there(proposal):
        execution.located(announced)  # a click may be faster than whatever is written after it is shown
        if house.cards.show_there(announced, alone if proposal.channel is None else sheet):
            return announced
    return _alone(proposal, alone, house)


def _belongs_there(proposal: Proposal) -> bool:
    return proposal.instead_of is None and (proposal.channel is None or proposal.is_said_there)


def _alone(proposal: Proposal, sheet: Sheet, house: House) -> Card | None:
    return house.cards.show_alone(proposal.actor, sheet, since=proposal.place.message)


def _card_of(execution: Execution, standing: Standing, house: House) -> Card | None:
    """Also where whoever showed it died before they wrote where it is."""
    if standing.card is not None or _announced(execution) is None:
        return standing.card
    card = _announced(execution) if _belongs_there(standing.proposal) else None
    card = card or _alone(standing.proposal, _sheet_of(standing, house), house)
    if card is not None:
        execution.located(card)
    return card


def _announced(execution: Execution) -> Card | None:
    """The reply that said a proposal is coming."""
    posted = newest(execution.happened(), "posted")
    to = posted.body["to"] if posted is not None else []
    return Card(channel=to[0]["channel"], message=to[0]["message"]) if to else None


def _is_over_there(execution: Execution) -> bool:
    return any(event.kind in {"posted", "failed", "withdrawn"} for event in execution.happened())


def _go_on(execution: Execution, standing: Standing, house: House) -> None:  # noqa: PLR0911 - one for each that stands in the way
    case = _case(standing, house)
    if case is None or not _is_as_proposed(execution, standing):
        _end(execution, "declined", "no_rule" if case is None else "changed")
        return _close(execution, house)
    if _is_taken_back(standing.proposal, house):
        _end(execution, "declined", "taken_back")
        return _close(execution, house)
    if standing.approved_by is not None and house.member(standing.approved_by) is None:
        _end(execution, "declined", "not_an_approver")
        return _close(execution, house)
    decision = _decided(case, house, confirmed_by=standing.confirmed_by, approved_by=standing.approved_by)
    match decision:
        case Deny(rule="too_late"):
            _end(execution, "expired", "too_late")
            return _close(execution, house)
        case Deny(rule=rule):
            _end(execution, "declined", rule)
            return _close(execution, house)
        case Approve(by=by):
            return _ask_to_approve(execution, case, by, house)
        case Allow():
            return _begin(execution, case, house)
        case _:
            raise AssertionError("whoever asked has confirmed it")


def _ask_to_approve(execution: Execution, case: _Case, by: tuple[str, ...], house: House) -> None:
    """Each of them once. Nobody who could: then it is over."""
    asked = dict(case.standing.approvals)
    for approver in by:
        if approver not in asked:
            execution.check_lease()
            where = house.cards.ask_approver(approver, _signed(case, house), since=case.proposal.place.message)
            if where is not None:
                asked[approver] = where
                execution.asked(asked)
    if not asked:
        _end(execution, "declined", "nobody_to_approve")
        return _close(execution, house)
    if case.standing.shows != "confirmed":
        execution.record(Event(kind="act_approval_asked", body={"of": sorted(asked)}))
        _turn(execution, case, house)
    return execution.rest(case.proposal.expires_at, stage="confirmed")


def _begin(execution: Execution, case: _Case, house: House) -> None:
    found = _looked(case, house)
    if isinstance(found, Barred):
        _end(execution, "declined", found.why, said=found.said)
        return _close(execution, house)
    house.reach("act.before_claim")
    whom = _whom(case, house)
    spread = Spread(day_of(house.clock()), case.rule.a_day)
    match execution.begin(spread, Event(kind="act_claimed", body={"rules": case.rules.digest})):
        case "begun":
            house.reach("act.after_claim")
            return _run(execution, case, whom, house)
        case "too_many":
            _end(execution, "declined", "too_many")
            return _close(execution, house)
        case "moved":
            return execution.rest(house.clock(), stage=case.standing.stage)
        case "paused":
            return execution.rest(house.clock() + _SOON, stage=case.standing.stage)


def _run(execution: Execution, case: _Case, whom: Whom, house: House) -> None:
    """Our lease is looked at before; what a worker without one sends has the same key."""
    execution.check_lease()
    try:
        became = _tried(execution, case, whom)
    except LostLease:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it may have happened
        if isinstance(error, Retryable):
            _end(execution, "failed", "away")
            return _close(execution, house)
        log.warning("whether something was done is not known", proposal=execution.id, error=type(error).__name__)
        execution.record(Event(kind="act_unsure", body={"error": type(error).__name__}))
        return _find_out(execution, execution.standing(), house)
    house.reach("act.after_run")
    return _became(execution, became, house)


def _tried(execution: Execution, case: _Case, whom: Whom) -> Done | NotDone:
    for left in reversed(range(_TRIES)):
        try:
            return case.tool.run(_arguments(case), whom, execution.id)
        except Retryable:
            if not left:
                raise
            pause(_TRY_S)
            execution.check_lease()
    raise AssertionError("the last try returns, or raises")


def _became(execution: Execution, became: Done | NotDone, house: House) -> None:
    match became:
        case Done():
            body = {"stage": "done", **became.model_dump(mode="json")}
            execution.move("done", Event(kind="act_ended", body=body), outcome=became)
        case NotDone():
            body = {"stage": "failed", **became.model_dump(mode="json")}
            execution.move("failed", Event(kind="act_ended", body=body), because=became.why, said=became.said)
    house.reach("act.after_outcome")
    _close(execution, house)


def _find_out(execution: Execution, standing: Standing, house: House) -> None:
    """Somebody has begun it, and how that ended is not on record."""
    try:
        case = _case_of_any_rule(standing, house)
    except Retryable:
        if execution.attempt < _ASKED:
            raise
        case = None
    if case is None:
        _end(execution, "unknown", "no_rule")
        return _close(execution, house)
    try:
        found = case.tool.find(_arguments(case), _whom(case, house), execution.id)
    except Retryable:
        if execution.attempt < _ASKED:
            raise
        found = None
    except Unsure:
        found = None
    if found is not None:
        return _became(execution, found, house)
    if case.tool.keyed and _runs_again(execution) < _AGAIN and _may_still_be_done(case, house):
        execution.record(Event(kind="act_run_again"))
        return _run(execution, case, _whom(case, house), house)
    _end(execution, "unknown", "unsure")
    return _close(execution, house)


def _may_still_be_done(case: _Case, house: House) -> bool:
    """As the rules and people are now. That it has begun is no other use."""
    if house.acting.executions.is_paused():
        return False
    by = case.standing
    return isinstance(_decided(case, house, confirmed_by=by.confirmed_by, approved_by=by.approved_by, but=1), Allow)


def _runs_again(execution: Execution) -> int:
    told = [event.body for event in execution.happened() if event.kind == "act_run_again"]
    return sum(body.get("proposal") == execution.id for body in told)


def _close(execution: Execution, house: House) -> None:
    """Its card, and those of whoever might have approved it, say what became of it."""
    standing = execution.standing()
    if TRANSITIONS[standing.stage] and standing.stage != "unknown":  # somebody clicked meanwhile
        return execution.rest(house.clock(), stage=standing.stage)
    sheet = _sheet_of(standing, house)
    card = _card_of(execution, standing, house)
    if card is not None and standing.shows != standing.stage:
        if not house.cards.turn(card, sheet) and standing.stage in _MAY_HAVE_HAPPENED:
            _tell(execution, standing, sheet, house)
        house.reach("act.after_turn")
        execution.shown(standing.stage)
    for where in standing.approvals.values():
        house.cards.turn_approval(where, sheet)
    if standing.stage == "unknown":
        return execution.rest(house.clock() + _LONG, stage="unknown")
    return execution.finish()


def _tell(execution: Execution, standing: Standing, sheet: Sheet, house: House) -> None:
    """Its card is gone, and what may have happened is said all the same."""
    proposal = standing.proposal
    card = house.cards.tell(proposal.actor, sheet, since=proposal.place.message)
    if card is not None:
        execution.located(card)


def _turn(execution: Execution, case: _Case, house: House) -> None:
    card = _card_of(execution, case.standing, house)
    if card is not None:
        house.cards.turn(card, _sheet(case))
    execution.shown(case.standing.stage)


def _end(execution: Execution, stage: Stage, because: str, *, said: str = "") -> None:
    """If somebody was faster, what they made of it stands."""
    kind = {"declined": "act_declined", "expired": "act_expired"}.get(stage, "act_ended")
    body = {"stage": stage, "because": because, **({"said": said} if said else {})}
    execution.move(stage, Event(kind=kind, body=body), because=because, said=said or None)


# --- what is looked at ----------------------------------------------------------------------------------------------------


def _case(standing: Standing, house: House) -> _Case | None:
    """None: the rules do not allow it any more. `Retryable`: this process cannot tell, and another, or this one later, may."""
    case = _case_of_any_rule(standing, house)
    return case if case is not None and case.rule.enabled else None


def _case_of_any_rule(standing: Standing, house: House) -> _Case | None:
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
    return _Case(standing, tool, rule, rules)


def _decided(
    case: _Case, house: House, *, confirmed_by: SlackUser | None, approved_by: SlackUser | None = None, but: int = 0
) -> Decision:
    proposal, now = case.proposal, house.clock()
    if approved_by is not None and house.member(approved_by) is None:
        return Deny("not_an_approver", "whoever approved it is no full member any more")
    actor = Actor(proposal.actor.user, _person(house.member(proposal.actor)))
    used = max(0, house.acting.executions.used(proposal.actor, proposal.tool, day_of(now)) - but)
    act = act_of(proposal, case.tool, confirmed_by=confirmed_by, approved_by=approved_by)
    return decide(act, actor, case.rules.tools, now, used)


def _against(
    case: _Case, house: House, *, confirmed_by: SlackUser | None, approved_by: SlackUser | None = None
) -> str | None:
    found = _decided(case, house, confirmed_by=confirmed_by, approved_by=approved_by)
    return found.rule if isinstance(found, Deny) else None


def _person(member: Member | None) -> Person:
    """Whoever is no full member at this moment is nobody."""
    return Person(email=member.email) if member is not None else Person(outsider=True)


def _whom(case: _Case, house: House) -> Whom:
    member = house.member(case.proposal.actor)
    if member is None or member.email is None:
        raise Unsure("whoever asked is not known any more")
    return Whom(email=member.email)


def _looked(case: _Case, house: House) -> Would | Barred:
    """Only reads."""
    member = house.member(case.proposal.actor)
    if member is None or member.email is None:
        return Barred(why="not_yours")
    found = case.tool.look(_arguments(case), Whom(email=member.email))
    assert isinstance(found, Would | Barred), "a tool keeps its protocol"
    return found


def _arguments(case: _Case) -> Arguments:
    return case.tool.takes.model_validate_json(case.proposal.arguments)


def _is_unchanged(standing: Standing) -> bool:
    return standing.proposal.digest == standing.digest


def _is_as_proposed(execution: Execution, standing: Standing) -> bool:
    """By the ledger, which nobody changes unseen."""
    told = [event.body for event in execution.happened() if event.kind == "act_proposed"]
    digest = next((body.get("digest") for body in told if body.get("proposal") == execution.id), None)
    return _is_unchanged(standing) and digest == standing.digest


def _sheet(case: _Case) -> Sheet:
    approvers = [one for one in case.rule.approvers if one != case.proposal.actor.user]
    return Sheet(case.standing, case.rule.does, case.tool.takes.model_fields, case.rule.risk, tuple(approvers))


def _signed(case: _Case, house: House) -> Sheet:
    """With all that will be sent."""
    member = house.member(case.proposal.actor) if case.tool.signs else None
    signed = byline(Whom(email=member.email)) if member is not None and member.email is not None else None
    return _sheet(case)._replace(signed=signed)


def _sheet_of(standing: Standing, house: House) -> Sheet:
    """Also where the rule or the tool is gone."""
    try:
        case = _case_of_any_rule(standing, house)
    except Retryable:
        case = None
    return _sheet(case) if case is not None else Sheet(standing, standing.proposal.tool, {}, "high")
