"""What holds in a channel, and how much of all there is can be used there? Counted, and never which documents: not every admin
may read them.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bot.core.admin import ChannelChanged, ChannelReply, ChannelShown, NoChannel, Setting
from bot.core.channels import Foreseen, Preview
from bot.slack.render.lines import coded, counted, item, told
from bot.slack.render.parts import Item, Part
from bot.slack.render.policy import policy, setting
from policies.channels import named

_DEFAULTS = (Setting("scope", "everything", None), Setting("mode", '"mention"', None))
_MODES = {
    "mention": "Whoever mentions me is answered in the thread.",
    "follow_ups": (
        "Whoever mentions me is answered in the thread, and need not mention me again there as long as nobody else has spoken."
    ),
    "private": "Whoever mentions me is answered alone, in a direct message, from what they themselves may read.",
}
_MOST_FORESEEN = 5
_HOW = (
    "`/footnote channel scope …`, `mode …` and `profile …` change it; typed alone, each opens a form. "
    "`/footnote channel clear` takes all of it back."
)


def channel(reply: ChannelReply) -> Sequence[Part]:
    match reply:
        case ChannelShown():
            return _shown(reply)
        case ChannelChanged(changed, preview, nothing_in):
            return [*policy(changed), *_usable(preview), *map(_nothing, nothing_in)]
        case NoChannel():
            return [
                told(
                    "Type this in the channel that you mean. A direct conversation has no settings: all that you may read is used."
                )
            ]
        case _:
            assert_never(reply)


def foreseen(found: Sequence[Foreseen]) -> Sequence[Part]:
    """To whoever agrees to it, wherever they are: by the channel's id, as the rules have it."""
    more = len(found) - _MOST_FORESEEN
    others = [told(f"And {counted(more, 'other channel', 'other channels')}.")] if more > 0 else []
    return [*(told(_foreseen(one)) for one in found[:_MOST_FORESEEN]), *others]


def _foreseen(one: Foreseen) -> str:
    if one.then.people is None and one.then.shut is not None:
        return f"{one.channel}: I could not find out who reads it, so nothing can be used there. Invite me to it."
    alone = "" if one.then.shut is not None else ": each answer, of these, from what the asker may read"
    return f"{one.channel}: {_share(one.now)} can be used there now, and {_share(one.then)} once you agree{alone}."


def _shown(reply: ChannelShown) -> Sequence[Part]:
    set_ = {one.path for one in reply.settings}
    defaults = [setting(one) for one in _DEFAULTS if one.path not in set_]
    return [
        told("This holds here:"),
        *map(setting, reply.settings),
        *defaults,
        told(_MODES[reply.here.mode]),
        *_usable(reply.preview),
        told(_HOW),
    ]


def _usable(one: Preview | None) -> Iterator[Part]:
    if one is None:
        return
    if one.shut is None:
        yield told(f"{_share(one)} may be used here: each answer, of these, from what the asker may read.")
    else:
        yield told(f"{_share(one)} can be used here. Not used:")
    if one.beyond:
        yield item(f"{one.beyond:,} beyond the scope of this channel")
    if one.shut is not None:
        yield from _shut(one)
    yield from map(_nothing, one.nothing_in)


def _shut(one: Preview) -> Iterator[Part]:
    if one.people is None:
        yield item(f"{one.shut or 0:,} because I could not find out who reads this channel: invite me to it")
        return
    if one.shut:
        yield item(f"{one.shut:,} that not everyone here may read: {_readers(one)}")
    elif not one.beyond:
        yield item("nothing")


def _readers(one: Preview) -> str:
    parts = [counted(one.people or 0, "person reads this channel", "people read this channel")]
    parts += [f"{one.guests:,} of them guests or of other companies, who may read nothing"] if one.guests else []
    parts += [f"{one.unknown:,} of them known to no source"] if one.unknown else []
    return ", ".join(parts)


def _share(one: Preview) -> str:
    percent = f" ({100 * one.usable // one.documents} %)" if one.documents else ""
    return f"{one.usable:,} of {one.documents:,} pages{percent}"


def _nothing(place: str) -> Item:
    where, label = named(place)
    if label is None:
        return coded(place, " has nothing in it: look whether that is its name, or wait until it was read")
    return coded(
        where, f" has no page with the label {label}: look whether both are their names, or wait until it was read"
    )
