"""How what somebody confirmed is done: once, or not at all, and never without a word.

    reply → card → click (`flows.pressed`) → gate: clicker, expiry, rules → [ledger]
          → gate again: whole, unchanged, still a member, still allowed → (approval) → claim [ledger] → run → receipt → card

Nothing is believed of a click but who clicked. From the claim on it may have happened: whoever takes over from a process that
died asks the target, runs it again only where that is one effect, and else asks a person.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

import structlog

from bot.core.acting import Actor as Whom
from bot.core.acting import Barred, Coded, Done, NotDone, Unsure, Would, byline
from bot.core.clock import pause
from bot.core.errors import LostLease
from bot.core.nouns import Event, SlackUser
from bot.core.proposals import (
    MOST_OF_A_GROUP,
    TRANSITIONS,
    Card,
    Execution,
    Proposal,
    Sheet,
    Spread,
    Stage,
    Standing,
    Through,
)
from bot.core.record import newest
from bot.flows.act import day_of
from bot.flows.case import (
    OUTDATED,
    Case,
    House,
    arguments_of,
    case_of,
    case_of_any_rule,
    decided,
    for_whom,
    found_before,
    is_as_found,
    is_as_proposed,
    is_readable,
    is_taken_back,
    looked,
    sheet_of,
    sheet_of_case,
    shut_to,
    signed,
)
from connectors.model import AccessUnknown, Retryable
from policies.gate import Allow, Approve, Deny, is_group

_SOON: Final = timedelta(seconds=0.3)  # until the reply that becomes the card is on record
_A_DAY: Final = timedelta(days=1)  # until it is looked whether whoever has to say what became of it is still there
_TRIES, _TRY_S = 3, 0.5  # where surely nothing was written
_SILENT: Final = timedelta(days=3)  # after which whoever asked is not waited for alone
_ASKED: Final = 5  # times, where the target is away, whether it has happened
_AGAIN: Final = 3  # times it is run once more, where that is one effect
_MAY_HAVE_HAPPENED: Final[frozenset[Stage]] = frozenset({"claimed", "done", "failed", "unknown"})

log = structlog.get_logger()


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
    happened = execution.happened() if standing.shows is None else ()  # once: meanwhile it may be announced
    announced = _announced(happened)
    if standing.shows is None and announced is None:
        return _wait_for_reply(execution, happened, house)
    case = case_of(standing, house)
    if case is None or house.clock() >= standing.proposal.expires_at:
        _end(execution, *(("declined", "no_rule") if case is None else ("expired", "too_late")))
        return _close(execution, house)
    if announced is not None and not _is_shown(execution, case, announced, house):
        return None
    return execution.rest(standing.proposal.expires_at, stage="proposed")


def _wait_for_reply(execution: Execution, happened: Sequence[Event], house: House) -> None:
    """Whatever stands in its way by now is said in the reply, or that would go on promising a card."""
    if not _is_over_there(happened):
        return execution.rest(house.clock() + _SOON, stage="proposed")
    _end(execution, "declined", "taken_back")
    return execution.finish()


def _is_shown(execution: Execution, case: Case, announced: Card, house: House) -> bool:
    """Whether its card is there now."""
    proposal = case.proposal
    if is_taken_back(proposal, house):
        return _is_not_shown(execution, proposal, announced, "taken_back", house)
    found = looked(case, house) if not proposal.missing else None
    if found is None and not is_readable(proposal, house):
        found = OUTDATED
    if isinstance(found, Barred):
        return _is_not_shown(execution, proposal, announced, found.why, house, said=found.said)
    sheet = signed(case, house)
    if found is not None and not _is_what_it_was(execution, found, sheet.signed):
        return _is_not_shown(execution, proposal, announced, "changed", house)
    card = _put(execution, case, announced, sheet, found, house)
    if card is None:
        return _is_not_shown(execution, proposal, announced, "unreachable", house, is_nowhere=True)
    house.reach("act.after_card")
    execution.located(card)
    if card != announced and proposal.instead_of is None and proposal.channel is not None and not proposal.sources:
        house.cards.point_to_it(announced)
    execution.shown("proposed", Event(kind="act_shown", body=card.model_dump()))
    return True


def _is_not_shown(
    execution: Execution,
    proposal: Proposal,
    announced: Card,
    because: str,
    house: House,
    *,
    said: str = "",
    is_nowhere: bool = False,
) -> bool:
    """The reply that announced it says why, unless that is a draft, which stays; or whoever died may have shown the card in
    their direct conversation, where nothing may be left to press.
    """
    is_there = is_nowhere or _belongs_there(proposal) or found_before(execution) is None
    _end(execution, "declined", because, said=said)
    if not proposal.sources and is_there:
        execution.located(announced)
    elif not proposal.sources:
        house.cards.point_to_it(announced)
    _close(execution, house)
    return False


def _is_what_it_was(execution: Execution, found: Would, byline: str | None) -> bool:
    """On record before its card is there: whoever shows that once more shows the same, or it is over."""
    if found_before(execution) is None:
        execution.record(Event(kind="act_found", body={"target": found.id, "byline": byline}))
    return is_as_found(execution, found, byline)


def _put(
    execution: Execution, case: Case, announced: Card, sheet: Sheet, found: Would | None, house: House
) -> Card | None:
    """Where whoever reads it has read all of it before; else to whoever asked, alone."""
    proposal, alone = case.proposal, sheet._replace(found=found)
    if _belongs_there(proposal):
        execution.located(announced)  # a click may be faster than whatever is written after it is shown
        if house.cards.show_there(announced, alone if proposal.channel is None else sheet):
            return announced
    return _alone(proposal, alone, house)


def _belongs_there(proposal: Proposal) -> bool:
    """Where a text was written, that stands there, and its card is another message."""
    if proposal.sources:
        return False
    return proposal.instead_of is None and (proposal.channel is None or proposal.is_said_there)


def _alone(proposal: Proposal, sheet: Sheet, house: House) -> Card | None:
    return house.cards.show_alone(proposal.actor, sheet, since=proposal.place.message)


def _card_of(execution: Execution, standing: Standing, house: House) -> Card | None:
    """Also where whoever showed it died before they wrote where it is."""
    announced = _announced(execution.happened()) if standing.card is None else None
    if announced is None:
        return standing.card
    card = announced if _belongs_there(standing.proposal) else None
    card = card or _alone(standing.proposal, sheet_of(standing, house), house)
    if card is not None:
        execution.located(card)
    return card


def _announced(happened: Sequence[Event]) -> Card | None:
    """The reply that said a proposal is coming."""
    posted = newest(happened, "posted")
    to = posted.body["to"] if posted is not None else []
    return Card(channel=to[0]["channel"], message=to[0]["message"]) if to else None


def _is_over_there(happened: Sequence[Event]) -> bool:
    return any(event.kind in {"posted", "failed", "withdrawn"} for event in happened)


def _go_on(execution: Execution, standing: Standing, house: House) -> None:
    case = case_of(standing, house)
    if case is None or not is_as_proposed(execution, standing):
        _end(execution, "declined", "no_rule" if case is None else "changed")
        return _close(execution, house)
    if is_taken_back(standing.proposal, house):
        _end(execution, "declined", "taken_back")
        return _close(execution, house)
    decision = decided(case, house, confirmed_by=standing.confirmed_by, approved_by=standing.approved_by)
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


def _ask_to_approve(execution: Execution, case: Case, by: tuple[str, ...], house: House) -> None:
    """Each of them once, people before groups. Nobody who could: then it is over."""
    if not is_readable(case.proposal, house):
        _end(execution, "declined", OUTDATED.why)
        return _close(execution, house)
    if house.acting.executions.is_paused():  # no target is asked what it is called
        return execution.rest(house.clock() + _SOON, stage="confirmed")
    asked, unread = dict(case.standing.approvals), False
    for named in sorted(by, key=is_group):
        try:
            _ask_each(execution, case, _several(named, case, house), asked, house)
        except AccessUnknown as why:
            log.warning("a group of approvers cannot be read", group=named, why=str(why))
            unread = True
    if not asked:
        _end(execution, "declined", "group_unread" if unread else "nobody_to_approve")
        return _close(execution, house)
    if case.standing.shows != "confirmed":
        groups = list(filter(is_group, by))
        execution.record(
            Event(kind="act_approval_asked", body={"of": sorted(asked), **({"groups": groups} if groups else {})})
        )
        _turn(execution, case, house)
    return execution.rest(case.proposal.expires_at, stage="confirmed")


class _Several(NamedTuple):
    """Whom the rule names there, in an order that stays the same. `through`: the group, if it is one."""

    people: Sequence[str]
    through: Through | None = None


def _several(named: str, case: Case, house: House) -> _Several:
    """Raises `AccessUnknown`."""
    if not is_group(named):
        return _Several([named])
    people = sorted(house.groups.members(named) - {case.proposal.actor.user})
    handle = house.groups.handles().get(named, named)
    return _Several(people, Through(handle, is_cut=len(people) > MOST_OF_A_GROUP))


def _ask_each(execution: Execution, case: Case, several: _Several, asked: dict[str, str], house: House) -> None:
    """Of a group the first who may approve it. Whoever was asked before it died counts."""
    sheet = signed(case, house)._replace(through=several.through)
    for approver in several.people:
        if len(asked.keys() & set(several.people)) >= MOST_OF_A_GROUP:
            return
        if approver in asked or not _may_be_asked(_colleague(approver, case.proposal), case, house):
            continue
        shown = _as_read_by(_colleague(approver, case.proposal), sheet, case, house)
        execution.check_lease()
        where = house.cards.ask_approver(approver, shown, since=case.proposal.place.message)
        if where is not None:
            asked[approver] = where
            execution.asked(asked)


def _as_read_by(who: SlackUser, sheet: Sheet, case: Case, house: House) -> Sheet:
    """What the target is called is told to nobody who may not open it there themselves."""
    if not isinstance(case.tool, Coded):
        return sheet
    member = house.member(who)
    if member is None or member.email is None:
        return sheet._replace(is_nameless=True)
    named = case.tool.title(arguments_of(case), Whom(email=member.email, name=member.called))
    return sheet._replace(named=named, is_nameless=named is None)


def _may_be_asked(who: SlackUser, case: Case, house: House) -> bool:
    """A full member at this moment, who may read what it was written from."""
    return house.member(who) is not None and is_readable(case.proposal, house, who)


def _colleague(approver: str, proposal: Proposal) -> SlackUser:
    return SlackUser(team=proposal.actor.team, user=approver)


def _begin(execution: Execution, case: Case, house: House) -> None:  # noqa: PLR0911 - likewise
    if house.acting.executions.is_paused():  # no target is asked anything
        return execution.rest(house.clock() + _SOON, stage=case.standing.stage)
    found = looked(case, house)
    if isinstance(found, Barred):
        _end(execution, "declined", found.why, said=found.said)
        return _close(execution, house)
    house.reach("act.before_claim")
    whom = for_whom(case, house)
    if not is_as_found(execution, found, byline(whom) if case.tool.signs else None):
        _end(execution, "declined", "changed")
        return _close(execution, house)
    spread = Spread(day_of(house.clock()), case.rule.a_day)
    match execution.begin(spread, Event(kind="act_claimed", body={"rules": case.rules.digest})):
        case "begun":
            house.reach("act.after_claim")
            return _run(execution, case, whom, found, house)
        case "too_many":
            _end(execution, "declined", "too_many")
            return _close(execution, house)
        case "moved":
            return execution.rest(house.clock(), stage=case.standing.stage)
        case "paused":
            return execution.rest(house.clock() + _SOON, stage=case.standing.stage)


def _run(execution: Execution, case: Case, whom: Whom, found: Would, house: House, *, again: bool = False) -> None:
    """Our lease is looked at before; what a worker without one sends has the same key. `again`: it may have been done before, and
    whatever stands in the way of another run says nothing of that.
    """
    execution.check_lease()
    try:
        became = _tried(execution, case, whom, found, house)
    except LostLease:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it may have happened
        if isinstance(error, Retryable) and not again:
            _end(execution, "failed", "away")
            return _close(execution, house)
        log.warning("whether something was done is not known", proposal=execution.id, error=type(error).__name__)
        execution.record(Event(kind="act_unsure", body={"error": type(error).__name__}))
        return _find_out(execution, execution.standing(), house)
    house.reach("act.after_run")
    if again and isinstance(became, NotDone):
        _end(execution, "unknown", "unsure")
        return _close(execution, house)
    return _became(execution, became, house)


def _tried(execution: Execution, case: Case, whom: Whom, found: Would, house: House) -> Done | NotDone:
    """The tool sees to it that it is still the same target; each time, who may read the text is looked at here."""
    for left in reversed(range(_TRIES)):
        try:
            shut = shut_to(found, case, house)
            if shut is not None:
                return NotDone(why=shut.why)
            return case.tool.run(arguments_of(case), whom, execution.id, case.proposal.below, at=found.id)
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
        case = case_of_any_rule(standing, house)
    except Retryable:
        if execution.attempt < _ASKED:
            raise
        case = None
    if case is None:
        _end(execution, "unknown", "no_rule")
        return _close(execution, house)
    try:
        found = case.tool.find(arguments_of(case), for_whom(case, house), execution.id)
    except Retryable:
        if execution.attempt < _ASKED:
            raise
        found = None
    except Unsure:
        found = None
    if found is not None:
        return _became(execution, found, house)
    again = _still_to_be_done(execution, case, house)
    if again is not None:
        execution.record(Event(kind="act_run_again"))
        return _run(execution, case, for_whom(case, house), again, house, again=True)
    _end(execution, "unknown", "unsure")
    return _close(execution, house)


def _still_to_be_done(execution: Execution, case: Case, house: House) -> Would | None:
    """What it would be done to once more, as the rules, people and the target are now. That it has begun is no other use."""
    if not case.tool.keyed or _runs_again(execution) >= _AGAIN or house.acting.executions.is_paused():
        return None
    by = case.standing
    if not isinstance(decided(case, house, confirmed_by=by.confirmed_by, approved_by=by.approved_by, but=1), Allow):
        return None
    found = looked(case, house)
    if isinstance(found, Barred):
        return None
    signed_by = byline(for_whom(case, house)) if case.tool.signs else None
    return found if is_as_found(execution, found, signed_by) else None


def _runs_again(execution: Execution) -> int:
    told = [event.body for event in execution.happened() if event.kind == "act_run_again"]
    return sum(body.get("proposal") == execution.id for body in told)


def _close(execution: Execution, house: House) -> None:
    """Its card, and those of whoever might have approved it, say what became of it."""
    standing = execution.standing()
    if TRANSITIONS[standing.stage] and standing.stage != "unknown":  # somebody clicked meanwhile
        return execution.rest(house.clock(), stage=standing.stage)
    sheet = sheet_of(standing, house)
    card = _card_of(execution, standing, house)
    if card is not None and standing.shows != standing.stage:
        is_turned = house.cards.turn(card, sheet)
        if not is_turned and standing.stage in _MAY_HAVE_HAPPENED:
            _tell(execution, standing, sheet, house)
        house.reach("act.after_turn")
        _turned(execution, standing.stage, is_there=is_turned)
    for where in standing.approvals.values():
        house.cards.turn_approval(where, sheet)
    if standing.stage == "unknown":
        _tell_admins(execution, sheet, house)
        return execution.rest(house.clock() + _A_DAY, stage="unknown")
    return execution.finish()


def _tell_admins(execution: Execution, sheet: Sheet, house: House) -> None:
    """Once, each: whoever asked has left, or says nothing, so somebody else has to say what became of it."""
    proposal = sheet.standing.proposal
    has_left = house.member(proposal.actor) is None
    if not has_left and house.clock() - proposal.made_at < _SILENT:
        return
    told = (event.body for event in execution.happened() if event.kind == "act_admins_told")
    if any(body.get("proposal") == execution.id for body in told):
        return
    reached = []
    for admin in house.admins():
        execution.check_lease()
        if house.cards.tell_admin(admin.user, sheet, since=proposal.place.message, has_left=has_left):
            reached.append(str(admin.user))
    if reached:
        execution.record(Event(kind="act_admins_told", body={"of": reached}))


def _tell(execution: Execution, standing: Standing, sheet: Sheet, house: House) -> None:
    """Its card is gone, and what may have happened is said all the same."""
    proposal = standing.proposal
    card = house.cards.tell(proposal.actor, sheet, since=proposal.place.message)
    if card is not None:
        execution.located(card)


def _turn(execution: Execution, case: Case, house: House) -> None:
    card = _card_of(execution, case.standing, house)
    is_turned = card is not None and house.cards.turn(card, sheet_of_case(case))
    _turned(execution, case.standing.stage, is_there=is_turned)


def _turned(execution: Execution, stage: Stage, *, is_there: bool) -> None:
    """`is_there`: the card is; otherwise it was said beside it, or nowhere."""
    execution.shown(stage, Event(kind="act_turned", body={"stage": stage, "is_there": is_there}))


def _end(execution: Execution, stage: Stage, because: str, *, said: str = "") -> None:
    """If somebody was faster, what they made of it stands."""
    kind = {"declined": "act_declined", "expired": "act_expired"}.get(stage, "act_ended")
    body = {"stage": stage, "because": because, **({"said": said} if said else {})}
    execution.move(stage, Event(kind=kind, body=body), because=because, said=said or None)
