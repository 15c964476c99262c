"""How a source is paused, goes on, or is removed. Nothing here reads a source or knows what opens it: adding one, with its
credentials, is for whoever has a shell.

remove: asked for → a card for whoever asked → the same admin says so again → hidden at once → cleared away
"""

from datetime import timedelta
from typing import Final, assert_never

from bot.core.admin import (
    CommandWork,
    Member,
    NoSuchChange,
    NoSuchSource,
    Overview,
    Pressed,
    Removals,
    Reply,
    SourceStanding,
)
from bot.core.commands import PauseSource, RemoveSource, ResumeSource
from bot.core.failpoints import Reach
from bot.core.keeping import (
    NotPausable,
    NotYours,
    Removal,
    RemovalAsked,
    RemovalDecided,
    RemovalState,
    SourceGoesOn,
    SourcePaused,
)
from bot.flows.policy import Governing
from policies.experts import SAVED

_WAITS: Final = timedelta(minutes=30)

Kept = PauseSource | ResumeSource | RemoveSource


def keep(
    command: Kept, work: CommandWork, by: Member, house: Governing, overview: Overview, removals: Removals
) -> Reply:
    found = {one.name: one for one in overview.sources()}
    wanted = work.recorded("removal_asked")
    if wanted is not None:
        removal = removals.removal(wanted.body["removal"])
        return _asked(removal, by, house, again=True) if removal is not None else NoSuchChange()
    if command.name not in found:
        return NoSuchSource(command.name, tuple(found))
    match command:
        case PauseSource(name):
            return _paused(found[name], work, by, house)
        case ResumeSource(name):
            return SourceGoesOn(
                name, anew=work.resume_source(name, by.name) or work.recorded("source_resumed") is not None
            )
        case RemoveSource():
            return _removal(found[command.name], work, by, house)
        case _:
            assert_never(command)


def _paused(source: SourceStanding, work: CommandWork, by: Member, house: Governing) -> Reply:
    if source.name == SAVED:
        return NotPausable(source.name)
    anew = work.pause_source(source.name, by.name) or work.recorded("source_paused") is not None
    since = (source.paused.by, source.paused.at) if source.paused is not None else (by.name, house.clock())
    return SourcePaused(source.name, *since, anew=anew)


def _removal(source: SourceStanding, work: CommandWork, by: Member, house: Governing) -> Reply:
    now = house.clock()
    removal = Removal(
        id=house.anew(),
        receipt=work.typed.receipt,
        by=by.user,
        name=by.name,
        source=source.name,
        added_at=source.added_at,
        documents=source.documents,
        asked_at=now,
        expires_at=now + _WAITS,
    )
    work.want_removal(removal)
    return _asked(removal, by, house, again=False)


def _asked(removal: Removal, by: Member, house: Governing, *, again: bool) -> Reply:
    return RemovalAsked(removal, house.voice.confirm(removal, by, again=again))


def decide(
    pressed: Pressed, work: CommandWork, by: Member, house: Governing, removals: Removals, reach: Reach
) -> Reply:
    """Whoever asked is an admin still: that was looked at before. Nobody else says the second word for them."""
    removal = removals.removal(pressed.change)
    if removal is None:
        return NoSuchChange()
    if removal.by != by.user:
        return NotYours()
    if removal.state == "pending":
        work.remove(removal, _becomes(removal, house, confirmed=pressed.approve), by=by.name)
        reach("removal.after_hide")
    return RemovalDecided(removals.removal(pressed.change) or removal)


def _becomes(removal: Removal, house: Governing, *, confirmed: bool) -> RemovalState:
    if not confirmed:
        return "kept"
    return "confirmed" if house.clock() < removal.expires_at else "expired"
