"""What holds, where it comes from, and how it becomes something else: one version after the other, and none is ever lost.

What lets more be seen, or trusts more people, waits until a second admin has agreed to exactly that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any, Final, NamedTuple

from bot.core.admin import (
    Change,
    Changed,
    Changes,
    ChangeState,
    CommandWork,
    Configuration,
    Conflict,
    Decided,
    Edit,
    Filled,
    Form,
    FormOpened,
    Member,
    Members,
    NoSuchChange,
    NoSuchRule,
    NoSuchVersion,
    NotYourself,
    PolicyShown,
    PolicyVersions,
    Pressed,
    Reply,
    RuleRefused,
    Setting,
    Texts,
    TooLong,
    TooMuch,
    Unchanged,
    Version,
    Voice,
    Waiting,
)
from bot.core.channels import Foreseen
from bot.core.clock import Clock
from bot.core.identities import Identities, Relink
from bot.core.nouns import Event
from bot.flows.linking import Linking, digest_of, edits_of, stands, tell, widened_by
from policies.admins import all_named, is_admin
from policies.overrides import (
    Path,
    as_packaged,
    differences,
    form_of,
    from_form,
    leaves,
    overridden,
    path_of,
    value_of,
    with_all,
    within,
)
from policies.rules import RulesError, digest, parse
from policies.spelt import dotted, value
from policies.widening import only_more_admins, widened

_MOST_VERSIONS: Final = 20
_MOST_SETTINGS: Final = 60
MOST_OF_A_FORM: Final = 3_000  # characters, which is what Slack lets somebody write
_WAITS: Final = timedelta(days=7)
_TRIES: Final = 3
PACKAGED: Final = "packaged"


@dataclass(frozen=True)
class Governing:
    """`first`: the admins whom the settings name. `anew`: a name for a change, which nobody can guess. `foresee`: what a change
    of such a version would come to in channels.
    """

    configuration: Configuration
    changes: Changes
    members: Members
    identities: Identities
    voice: Voice
    first: Sequence[str]
    anew: Callable[[], str]
    clock: Clock
    foresee: Callable[[Change, Texts], Sequence[Foreseen]] = lambda _change, _base: ()

    @property
    def linking(self) -> Linking:
        return Linking(self.identities, self.members, self.voice)

    def admins(self) -> tuple[str, ...]:
        """As they are named, those of the settings first."""
        return all_named(self.first, self.configuration.rules().admins.people)

    def is_auditor(self, member: Member) -> bool:
        """Nobody is by the settings alone: a second admin has agreed to each."""
        return is_admin(member.user.user, member.email, self.configuration.rules().admins.auditors)

    def is_admin(self, member: Member) -> bool:
        return is_admin(member.user.user, member.email, self.admins())


def history(house: Governing) -> PolicyVersions:
    found = []
    for each in house.configuration.backwards():
        found.append(each.version)
        if len(found) > _MOST_VERSIONS:
            break
    return PolicyVersions(tuple(found[:_MOST_VERSIONS]), more=len(found) > _MOST_VERSIONS)


def show(path: str | None, house: Governing) -> Reply:
    newest = house.configuration.newest()
    if path is None:
        return _shown(newest, None, overridden(newest.texts), house)
    at = _path(path)
    if isinstance(at, RuleRefused):
        return at
    found = within(newest.texts, at)
    return _no_such(newest, at) if found is None else _shown(newest, dotted(at), leaves(found, at), house)


def set_to(path: str, written: str | None, work: CommandWork, by: Member, house: Governing) -> Reply:
    at = _path(path)
    if isinstance(at, RuleRefused):
        return at
    if written is None:
        return _form(at, work, by, house)
    reply = _edited(work, by, house, f"set {dotted(at)}", lambda texts: _with(texts, at, written))
    return reply._replace(replaced=_replaced(reply, house)) if isinstance(reply, Changed) else reply


def send_in(filled: Filled, work: CommandWork, by: Member, house: Governing, opened: Event | None) -> Reply:
    """What was written in a form, on the version that was shown in it and on no other."""
    form = opened.body if opened is not None else {}
    if form.get("by") != str(by.user):
        return NoSuchChange()
    at, note = tuple(form["path"]), f"edited {dotted(tuple(form['path']))}"
    return _edited(work, by, house, note, lambda texts: from_form(texts, at, filled.text), base=form["base"])


def refusal_of_form(
    filled: Filled, by: str, house: Governing, opened: Event | None
) -> RuleRefused | Conflict | NoSuchChange | None:
    """What is wrong with it, while whoever wrote it still has it open. Nothing is asked of Slack for that, not even whether
    they are an admin still: nothing is told that they have not seen.
    """
    form, newest = opened.body if opened is not None else {}, house.configuration.newest()
    if form.get("by") != by:
        return NoSuchChange()
    if newest.version.number != form["base"]:
        return Conflict(newest.version, ())
    try:
        from_form(newest.texts, tuple(form["path"]), filled.text)
    except RulesError as error:
        return RuleRefused(error.line, error.reason)
    return None


def roll_back(number: int, work: CommandWork, by: Member, house: Governing) -> Reply:
    target = house.configuration.version(number)
    if target is None:
        return NoSuchVersion(house.configuration.newest().version.number)
    reply = _edited(work, by, house, f"rolled back to {number}", lambda _: dict(target.texts))
    match reply:
        case Changed():
            return reply._replace(passed_over=_between(number, reply.number, house))
        case Waiting(asked=(_, *_)):
            return reply._replace(passed_over=_between(number, None, house))
        case _:
            return reply


def decide(pressed: Pressed, work: CommandWork, by: Member, house: Governing) -> Reply:
    change = house.changes.change(pressed.change)
    if change is None:
        return NoSuchChange()
    if change.by == by.user:
        return NotYourself()
    again = work.attempt > 1 or change.state != "pending"  # they have heard of it, or it is being said
    if change.state == "pending":
        _settle(change, work, by, house, approve=pressed.approve)
        change = house.changes.change(pressed.change) or change
    decided = Decided(change, _number(change, house))
    if decided.number is not None:
        _greet(decided.number, work, house)
    _tell(change, house, again=again)
    house.voice.inform(decided, again=again)
    return decided


def expire(name: str, house: Governing) -> None:
    """Whoever asked hears that nobody agreed in time. Done again, it says it once."""
    change = house.changes.expire(name)
    if change is not None and change.state == "expired":
        house.voice.inform(Decided(change), again=True)


def propose_links(
    links: Sequence[Relink], work: CommandWork, by: Member, house: Governing, note: str, *, own: bool = False
) -> Reply:
    """Who some people are waits as everything does that lets more be seen. `own`: they say it of themselves."""
    others, widens, newest = _others(by, house), widened_by(links), house.configuration.newest()
    if not others:
        return Waiting(widens, (), None)
    made = _Made(digest_of(links), {}, tuple(links), note, widens, own)
    return _proposed(made, newest, work, by, house, others)


def _tell(change: Change, house: Governing, *, again: bool) -> None:
    if change.links and change.state == "approved":
        tell(
            change.links,
            house.linking,
            by=change.name,
            agreed_by=change.decided_by,
            name=change.id,
            at=change.asked_at,
            again=again,
        )


def _settle(change: Change, work: CommandWork, by: Member, house: Governing, *, approve: bool) -> None:
    """The clicker was looked at before; whoever wanted it must be an admin still, and it must be what would come of it."""
    wanted = house.members.member(change.by)
    base = house.configuration.newest()
    edits = [edit._asdict() for edit in _edits_of(change, base)]
    may = wanted is not None and (_is_own(change, wanted) or house.is_admin(wanted)) and _is_same(change, base, house)
    work.settle(change, _becomes(change, house, approve=approve, may=may), by=by, edits=edits)


def _is_own(change: Change, wanted: Member) -> bool:
    """What somebody says of themselves needs no admin to want it; only one who agrees."""
    return change.own and bool(change.links) and all(link.email == wanted.email for link in change.links)


def _is_same(change: Change, base: Texts, house: Governing) -> bool:
    if change.links:
        return digest_of(change.links) == change.digest and stands(change.links, house.linking)
    return base.version.number == change.base and digest(change.texts) == change.digest


def _edits_of(change: Change, base: Texts) -> tuple[Edit, ...]:
    return edits_of(change.links) if change.links else _edits(base.texts, change.texts)


def _becomes(change: Change, house: Governing, *, approve: bool, may: bool) -> ChangeState:
    if house.clock() >= change.expires_at:
        return "expired"
    if not approve:
        return "declined"
    return "approved" if may else "outdated"


def _number(change: Change, house: Governing) -> int | None:
    if change.state != "approved":
        return None
    return next(
        (one.version.number for one in house.configuration.backwards() if one.version.digest == change.digest), None
    )


def _edited(
    work: CommandWork,
    by: Member,
    house: Governing,
    note: str,
    made_of: Callable[[Mapping[str, str]], dict[str, str]],
    *,
    base: int | None = None,
) -> Reply:
    """Who is an admin by it hears so, whichever attempt has done it."""
    reply = _put_through(work, by, house, note, made_of, base=base)
    if isinstance(reply, Changed):
        _greet(reply.number, work, house)
    return reply


def _greet(number: int, work: CommandWork, house: Governing) -> None:
    before, after = (house.configuration.version(each) for each in (number - 1, number))
    if before is None or after is None:
        return
    were, are = ({*parse(each.texts).admins.people, *house.first} for each in (before, after))
    for name in sorted(are - were):
        member = house.members.named(name)
        if member is not None and member.user != work.typed.by:
            house.voice.greet(member, after.version, again=work.attempt > 1)


def _put_through(
    work: CommandWork,
    by: Member,
    house: Governing,
    note: str,
    made_of: Callable[[Mapping[str, str]], dict[str, str]],
    *,
    base: int | None,
) -> Reply:
    """What an attempt that died had done is done. Without a `base` it is said of whatever holds at this moment."""
    done = work.recorded("configured") or work.recorded("change_proposed")
    if done is not None:
        return told_before(done, house)
    newest = house.configuration.newest()
    for _ in range(_TRIES):
        newest = house.configuration.newest()
        if base is not None and newest.version.number != base:
            return _conflict(base, newest, house)
        try:
            made = made_of(newest.texts)
        except RulesError as error:
            return RuleRefused(error.line, error.reason)
        reply = _brought_in(made, newest, work, by, house, note)
        if reply is not None:
            return reply
    return _conflict(newest.version.number, house.configuration.newest(), house)


def _brought_in(
    made: dict[str, str], newest: Texts, work: CommandWork, by: Member, house: Governing, note: str
) -> Reply | None:
    """None: somebody else was first."""
    if made == dict(newest.texts):
        return Unchanged()
    before, after, edits = parse(newest.texts), parse(made), _edits(newest.texts, made)
    widens = widened(before, after)
    others = _others(by, house) if widens else ()
    if widens and (others or not only_more_admins(before, after)):
        return _proposed(_Made(digest(made), made, (), note, widens), newest, work, by, house, others)
    body = {"edits": [edit._asdict() for edit in edits]}
    version = work.configure(made, base=newest.version.number, author=by.name, note=note, body=body)
    return Changed(version.number, edits) if version is not None else None


class _Made(NamedTuple):
    """What is wanted."""

    digest: str
    texts: Mapping[str, str]
    links: tuple[Relink, ...]
    note: str
    widens: tuple[str, ...]
    own: bool = False


def _proposed(
    made: _Made, newest: Texts, work: CommandWork, by: Member, house: Governing, others: Sequence[Member]
) -> Reply:
    if not others:
        return Waiting(made.widens, (), None)
    now = house.clock()
    change = Change(
        id=house.anew(),
        receipt=work.typed.receipt,
        by=by.user,
        name=by.name,
        base=newest.version.number,
        asked_at=now,
        expires_at=now + _WAITS,
        **made._asdict(),
    )
    if not house.voice.shows_all(change, _edits_of(change, newest)):
        return TooMuch(made.widens)
    work.propose(change)
    return _offered(change, others, newest, house, again=False)


def _offered(change: Change, others: Sequence[Member], base: Texts, house: Governing, *, again: bool) -> Reply:
    edits, foreseen = _edits_of(change, base), house.foresee(change, base)
    asked = tuple(other.name for other in others if house.voice.offer(change, edits, foreseen, other, again=again))
    return Waiting(change.widens, asked, change.expires_at)


def told_before(done: Event, house: Governing) -> Reply:
    body = done.body
    if done.kind == "configured":
        return Changed(body["number"], tuple(Edit(**edit) for edit in body["edits"]))
    return offered_before(body["change"], house)


def offered_before(name: str, house: Governing) -> Reply:
    change = house.changes.change(name)
    base = house.configuration.version(change.base) if change is not None else None
    wanted = house.members.member(change.by) if change is not None else None
    if change is None or base is None or wanted is None:
        return NoSuchChange()
    return _offered(change, _others(wanted, house), base, house, again=True)


def _others(by: Member, house: Governing) -> tuple[Member, ...]:
    """The admins besides this one, as they are in Slack now."""
    found = (house.members.named(name) for name in house.admins())
    return tuple({one.user: one for one in found if one is not None and one.user != by.user}.values())


def _form(at: Path, work: CommandWork, by: Member, house: Governing) -> Reply:
    newest = house.configuration.newest()
    text = form_of(newest.texts, at)
    if text is None:
        return _no_such(newest, at)
    if len(text) > MOST_OF_A_FORM:
        return TooLong(dotted(at), parts(newest, at))
    body = {"path": list(at), "base": newest.version.number, "by": str(by.user)}
    work.record(Event(kind="form_opened", body=body))
    return FormOpened(house.voice.open(work.typed, Form(dotted(at), text)))


def _with(texts: Mapping[str, str], at: Path, written: str) -> dict[str, str]:
    return as_packaged(texts, at) if written == PACKAGED else with_all(texts, at, value_of(written))


def _path(text: str) -> Path | RuleRefused:
    try:
        return path_of(text)
    except RulesError as error:
        return RuleRefused(None, error.reason)


def _shown(newest: Texts, path: str | None, found: Mapping[Path, Any], house: Governing) -> PolicyShown:
    paths = sorted(found)[:_MOST_SETTINGS]
    origins = _origins(newest, paths, house)
    settings = tuple(Setting(dotted(one), value(found[one]), origins.get(one)) for one in paths)
    return PolicyShown(newest.version, path, settings, len(found) - len(paths))


def _origins(newest: Texts, paths: Iterable[Path], house: Governing) -> Mapping[Path, Version]:
    """Since which version each that was set has had the value that it has in this one."""
    now = overridden(newest.texts)
    open_ = {path: now[path] for path in paths if path in now}
    found: dict[Path, Version] = {}
    for each in house.configuration.backwards():
        if not open_:
            break
        if each.version.number > newest.version.number:
            continue
        then = overridden(each.texts)
        open_ = {path: set_ for path, set_ in open_.items() if then.get(path, ...) == set_}
        found |= dict.fromkeys(open_, each.version)
    return found


def _replaced(changed: Changed, house: Governing) -> tuple[Setting, ...]:
    """Whoever types a value says it of whatever holds at that moment, seen or not: so they hear whose it was."""
    before, after = (house.configuration.version(each) for each in (changed.number - 1, changed.number))
    if before is None or after is None:
        return ()
    touched = [one for one in differences(before.texts, after.texts) if one.before is not None]
    origins = _origins(before, [one.path for one in touched], house)
    by = after.version.author
    return tuple(
        Setting(dotted(one.path), value(one.before), origins[one.path])
        for one in touched
        if one.path in origins and origins[one.path].author != by
    )


def _between(older: int, newer: int | None, house: Governing) -> tuple[Version, ...]:
    """The newest first. Without a `newer` one, to the end."""
    since = takewhile(lambda each: each.version.number > older, house.configuration.backwards())
    return tuple(each.version for each in since if newer is None or each.version.number < newer)


def _edits(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Edit, ...]:
    return tuple(
        Edit(dotted(one.path), *(None if each is None else value(each) for each in (one.before, one.after)))
        for one in differences(before, after)
    )


def _conflict(base: int, newest: Texts, house: Governing) -> Conflict:
    looked_at = house.configuration.version(base)
    return Conflict(newest.version, _edits(looked_at.texts, newest.texts) if looked_at is not None else ())


def _no_such(newest: Texts, at: Path) -> NoSuchRule:
    while at and not isinstance(within(newest.texts, at), dict):
        at = at[:-1]
    return NoSuchRule(dotted(at), parts(newest, at))


def parts(newest: Texts, at: Path) -> tuple[str, ...]:
    found = within(newest.texts, at)
    return tuple(dotted((*at, name)) for name in found) if isinstance(found, dict) else ()
