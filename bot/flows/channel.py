"""What is settled for one channel, what may be used in it, and how that becomes something else. It is a rule like any other:
a version of the configuration, which a second admin agrees to where it lets more be found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from bot.core.admin import (
    Change,
    Changed,
    ChannelChanged,
    ChannelShown,
    CommandWork,
    Filled,
    Form,
    FormOpened,
    Member,
    NoChannel,
    PolicyShown,
    Reply,
    Setting,
    Texts,
    TooLong,
    Typed,
    Waiting,
)
from bot.core.channels import (
    ChannelClear,
    ChannelCommand,
    ChannelEdit,
    ChannelMode,
    ChannelScope,
    ChannelShow,
    ChannelWish,
    Foreseen,
    Preview,
    nothing_in,
    preview,
)
from bot.core.clock import Clock
from bot.core.nouns import Event, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import Access, People, Shelf
from bot.flows import policy
from bot.flows.policy import PACKAGED, Governing
from connectors.model import Retryable
from policies.channels import ChannelRules, as_written, is_channel, settled_for
from policies.people import Audience
from policies.rules import Rules, parse
from policies.spelt import value

_TABLE = "channels"


@dataclass(frozen=True)
class Surroundings:
    """Who reads in a channel, and what there is to read."""

    people: People
    access: Access
    shelves: Callable[[], Mapping[Shelf, int]]
    clock: Clock


def settle(
    command: ChannelCommand, work: CommandWork, by: Member, house: Governing, around: Surroundings | None
) -> Reply:
    channel = work.typed.channel
    if not is_channel(channel):
        return NoChannel()
    match command:
        case ChannelShow():
            return _shown(work.typed, house, around)
        case ChannelEdit():
            return _form(channel, work, by, house)
        case ChannelClear():
            reply = policy.set_to(f"{_TABLE}.{channel}", PACKAGED, work, by, house)
        case ChannelScope(places):
            reply = _set("scope", value(list(places)) if places else None, work, by, house)
        case ChannelMode(mode):
            reply = _set("mode", value(mode) if mode is not None else None, work, by, house)
        case ChannelWish(part, text):
            reply = _set(f"profile.{part}", _wished(part, text), work, by, house)
        case _:
            assert_never(command)
    wanted = command.places if isinstance(command, ChannelScope) else None
    return _with_preview(reply, channel, work.typed, house, around, wanted=wanted)


def send_in(
    filled: Filled,
    work: CommandWork,
    by: Member,
    house: Governing,
    opened: Event | None,
    around: Surroundings | None,
) -> Reply:
    """A form of whatever rules; where they are a channel's, with what follows from it there."""
    reply = policy.send_in(filled, work, by, house, opened)
    match opened.body["path"] if opened is not None else ():
        case [table, str(channel)] if table == _TABLE:
            return _with_preview(reply, channel, work.typed, house, around)
        case _:
            return reply


def _wished(part: str, text: str | None) -> str | None:
    if text is None:
        return None
    return value([text]) if part == "output" else value(text)


def _set(name: str, written: str | None, work: CommandWork, by: Member, house: Governing) -> Reply:
    path = f"{_TABLE}.{work.typed.channel}.{name}"
    return policy.set_to(path, PACKAGED if written is None else written, work, by, house)


def _form(channel: str, work: CommandWork, by: Member, house: Governing) -> Reply:
    """Also where nothing is settled yet."""
    newest, text = house.configuration.newest(), as_written(_here(channel, house))
    if len(text) > policy.MOST_OF_A_FORM:
        return TooLong(f"{_TABLE}.{channel}", policy.parts(newest, (_TABLE, channel)))
    body = {"path": [_TABLE, channel], "base": newest.version.number, "by": str(by.user)}
    work.record(Event(kind="form_opened", body=body))
    form = Form(f"{_TABLE}.{channel}", text)
    return FormOpened(house.voice.open(work.typed, form))


def _shown(typed: Typed, house: Governing, around: Surroundings | None) -> ChannelShown:
    channel = typed.channel
    prefix = f"{_TABLE}.{channel}."
    shown = policy.show(prefix.removesuffix("."), house)
    found = shown.settings if isinstance(shown, PolicyShown) else ()
    settings = tuple(Setting(one.path.removeprefix(prefix), one.value, one.origin) for one in found)
    here = _here(channel, house)
    return ChannelShown(channel, here, settings, _previewed(channel, typed, house, around))


def _with_preview(
    reply: Reply,
    channel: str,
    typed: Typed,
    house: Governing,
    around: Surroundings | None,
    *,
    wanted: tuple[str, ...] | None = None,
) -> Reply:
    """What is not in force yet is told of a misspelt name all the same."""
    if around is None:
        return reply
    match reply:
        case Changed():
            return ChannelChanged(reply, _previewed(channel, typed, house, around), ())
        case Waiting():
            return ChannelChanged(reply, None, nothing_in(wanted or (), around.shelves()))
        case _:
            return reply


def foresee(change: Change, base: Texts, around: Surroundings) -> tuple[Foreseen, ...]:
    """Of each channel whose own rules it changes."""
    if not change.texts:
        return ()
    now, then = parse(base.texts), parse(change.texts)
    touched = [
        channel
        for channel in sorted({*now.channels, *then.channels})
        if settled_for(channel, now.channels) != settled_for(channel, then.channels)
    ]
    whose = _Whose(change.by, change.receipt)
    return tuple(
        Foreseen(channel, _used(channel, whose, now, around), _used(channel, whose, then, around))
        for channel in touched
    )


class _Whose(NamedTuple):
    """Who looks, and by which command."""

    by: SlackUser
    receipt: ReceiptId


def _previewed(channel: str, typed: Typed, house: Governing, around: Surroundings | None) -> Preview | None:
    if around is None:
        return None
    return _used(channel, _Whose(typed.by, typed.receipt), house.configuration.rules(), around)


def _used(channel: str, whose: _Whose, rules: Rules, around: Surroundings) -> Preview:
    here, shelves = settled_for(channel, rules.channels), around.shelves()
    if here.mode == "private":
        return preview(here, shelves, frozenset(), None)
    now, place = around.clock(), SlackPlace(team=whose.by.team, channel=channel, message="0")
    question = Question(receipt=whose.receipt, text="", asker=whose.by, place=place, asked_at=now)
    declared = rules.audience.full_members.principals
    try:
        readers = around.people.readers(question, around.people.asker(question), declared=declared)
    except Retryable:  # what was changed is in force, or is to be agreed to: it is told without this
        readers = Audience(people=(), complete=False)
    readable = around.access.readable(readers, now) if readers.complete else frozenset()
    return preview(here, shelves, readable, readers)


def _here(channel: str, house: Governing) -> ChannelRules:
    return settled_for(channel, house.configuration.rules().channels)
