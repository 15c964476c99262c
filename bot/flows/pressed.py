"""What a click decides: who may, by the rules of this moment; durable when it returns. Nothing is believed of a click but who clicked,
and of however many one counts.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.core.nouns import Event, SlackUser
from bot.core.proposals import (
    Pressed,
    ProposalId,
    Sheet,
    Stage,
    Standing,
    Value,
    canonical,
    new_proposal_id,
    typed,
)
from bot.flows.act import why_not
from bot.flows.case import (
    Case,
    House,
    against,
    case_of,
    groups_of,
    is_readable,
    is_taken_back,
    is_unchanged,
    person_of,
    sheet_of_case,
)
from connectors.model import AccessUnknown, Retryable


def confirm(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    """Durable when it returns. Of however many clicks, one confirms it."""
    case = _theirs(id_, clicker, house)
    if isinstance(case, Pressed):
        return case
    if case.proposal.missing:
        return Pressed("incomplete")
    if house.acting.executions.is_paused():
        return Pressed("denied", because="paused")
    why = against(case, house, confirmed_by=clicker)
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
    if isinstance(case, Pressed):
        return case
    if not is_readable(case.proposal, house):
        return _declined(case, "outdated", clicker, house)
    return sheet_of_case(case)


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
    person = person_of(house.member(clicker))
    why = why_not(new, case.tool, person, house.acting, case.rules, now)
    if why is not None:
        return Pressed("denied", because=why)
    event = Event(kind="act_declined", body={"by": str(clicker), "because": "edited", "instead": new.id})
    return Pressed("taken" if house.acting.executions.instead(id_, new, event) else "over")


def approve(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    """By somebody whom the rules of this moment name, or who is in a group that they name, and who is not who asked."""
    found = _to_approve(id_, clicker, house)
    if isinstance(found, Pressed):
        return found
    case, groups = found
    if house.acting.executions.is_paused():
        return Pressed("denied", because="paused")
    why = against(case, house, confirmed_by=case.standing.confirmed_by, approved_by=clicker, groups=groups)
    if why is not None:
        return Pressed("denied", because=why)
    event = Event(kind="act_approved", body={"by": str(clicker), **_through(groups)})
    is_ours = house.acting.executions.move(id_, "approved", event, approved_by=clicker)
    return Pressed("taken" if is_ours else "over")


def refuse(id_: ProposalId, clicker: SlackUser, house: House) -> Pressed:
    found = _to_approve(id_, clicker, house)
    if isinstance(found, Pressed):
        return found
    event = Event(kind="act_declined", body={"by": str(clicker), "because": "refused", **_through(found.groups)})
    is_ours = house.acting.executions.move(id_, "declined", event, because="refused")
    return Pressed("taken" if is_ours else "over")


def settle(id_: ProposalId, clicker: SlackUser, house: House, *, happened: bool) -> Pressed:
    """What whoever asked found, where it was not known. Admins say it by a command: see `flows.tools`."""
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


def _theirs(id_: ProposalId, clicker: SlackUser, house: House) -> Case | Pressed:
    """If it is theirs, and waits for them."""
    found = house.acting.executions.standing(id_)
    if found is None or not is_unchanged(found):
        return Pressed("unknown")
    if clicker != found.proposal.actor:
        return Pressed("not_yours")
    if found.stage != "proposed":
        return Pressed("expired" if found.stage == "expired" else "over")
    case = _case_at_click(found, house)
    if case is None:
        return _declined_by(found, "no_rule", clicker, house)
    return case if isinstance(case, Pressed) else _still_asked_for(case, clicker, house)


def _still_asked_for(case: Case, clicker: SlackUser, house: House) -> Case | Pressed:
    proposal = case.proposal
    if house.clock() >= proposal.expires_at:
        return Pressed("expired")
    if is_taken_back(proposal, house):
        _declined_by(case.standing, "taken_back", clicker, house)
        return Pressed("taken_back")
    return case


class _Asked(NamedTuple):
    """What waits for them, and the groups by which they may approve it."""

    case: Case
    groups: frozenset[str]


def _to_approve(id_: ProposalId, clicker: SlackUser, house: House) -> _Asked | Pressed:  # noqa: PLR0911 - one for each that stands in the way
    found = house.acting.executions.standing(id_)
    if found is None or not is_unchanged(found):
        return Pressed("unknown")
    case = _case_at_click(found, house)
    if isinstance(case, Pressed):
        return case
    if case is None:
        return Pressed("not_yours")
    groups = _as_approver(clicker, case, house)
    if isinstance(groups, Pressed):
        return groups
    if found.stage != "confirmed":
        return Pressed("over")
    if is_taken_back(found.proposal, house):
        _declined_by(found, "taken_back", clicker, house)
        return Pressed("taken_back")
    return _Asked(case, groups)


def _as_approver(clicker: SlackUser, case: Case, house: House) -> frozenset[str] | Pressed:
    """The groups by which they are one, if it takes any. Where that cannot be read, only whoever was asked is told so."""
    asker = case.proposal.actor
    if clicker == asker or clicker.team != asker.team or house.member(clicker) is None:
        return Pressed("not_yours")
    try:
        groups = groups_of(clicker, case.rule, house)
    except (AccessUnknown, Retryable) as error:
        why = "group_unread" if isinstance(error, AccessUnknown) else "not_now"
        is_asked = clicker.user in case.standing.approvals
        return Pressed("denied", because=why) if is_asked else Pressed("not_yours")
    return groups if case.rule.is_approved_by(clicker.user, groups) else Pressed("not_yours")


def _through(groups: frozenset[str]) -> Mapping[str, list[str]]:
    """For the ledger."""
    return {"groups": sorted(groups)} if groups else {}


def _case_at_click(found: Standing, house: House) -> Case | Pressed | None:
    try:
        return case_of(found, house)
    except Retryable:
        return Pressed("denied", because="not_now")


def _declined(case: Case, because: str, clicker: SlackUser, house: House) -> Pressed:
    return _declined_by(case.standing, because, clicker, house)


def _declined_by(found: Standing, because: str, clicker: SlackUser, house: House) -> Pressed:
    event = Event(kind="act_declined", body={"by": str(clicker), "because": because})
    house.acting.executions.move(found.proposal.id, "declined", event, because=because)
    return Pressed("denied", because=because)
