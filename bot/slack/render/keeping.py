"""What is said of a source that is paused, goes on, or is removed; and the card on which its removal is confirmed."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.core.keeping import (
    KeepingReply,
    NotPausable,
    NotYours,
    Removal,
    RemovalAsked,
    RemovalDecided,
    RemovalState,
    SourceGoesOn,
    SourcePaused,
    SyncPaused,
)
from bot.slack.render.lines import buttons, counted, moment, post, told
from bot.slack.render.message import Post
from bot.slack.render.parts import Part


def keeping(reply: KeepingReply) -> Sequence[Part]:  # noqa: PLR0911 - one line for each that there is
    match reply:
        case SourcePaused():
            return [told(_paused(reply))]
        case SourceGoesOn(name, anew):
            goes_on = f"{name} is read again when its time comes; `/footnote sources sync {name}` does it now."
            return [told(goes_on if anew else f"{name} was not paused: it is read as ever.")]
        case NotPausable(name):
            return [
                told(f"{name} are replies that people saved: they end by themselves, and nothing is read for them.")
            ]
        case SyncPaused(name):
            return [told(f"{name} is paused, so it is not read. To go on: `/footnote sources resume {name}`")]
        case RemovalAsked(removal, reached):
            return [told(_asked(removal) if reached else _NOT_REACHED)]
        case RemovalDecided(removal):
            return _decided(removal)
        case NotYours():
            return [
                told("Another admin asked for this, so it is theirs to confirm. `/footnote sources` lists the sources.")
            ]
        case _:
            assert_never(reply)


_NOT_REACHED = (
    "That has to be confirmed on a card in our direct conversation, and Slack did not let me write to you there. Once it "
    "does, type the command again. Nothing was removed."
)
_OUTCOMES: Mapping[RemovalState, str] = {
    "pending": "It still waits for you.",
    "confirmed": (
        "{source} is removed: nothing of it is found any more, and what was stored of it is being cleared away. The ledger "
        "keeps what was answered from it."
    ),
    "kept": "{source} stays as it is.",
    "expired": "You confirmed it too late, so {source} stays. Type the command again if it is still to go.",
    "outdated": "{source} is not there any more, or was added anew since. Nothing was removed by this.",
}


def _paused(one: SourcePaused) -> str:
    first = (
        f"{one.name} is not read any more"
        if one.anew
        else f"{one.by} has paused {one.name} already, on {moment(one.at)}"
    )
    return (
        f"{first}. What was read of it is still found, and grows older: once who may read it is not known freshly enough, it "
        f"is found no more. To go on: `/footnote sources resume {one.name}`"
    )


def _asked(removal: Removal) -> str:
    return (
        f"To remove {removal.source} with its {counted(removal.documents, 'document')}, confirm it on the card in our direct "
        f"conversation by {moment(removal.expires_at)}. Until then nothing changes."
    )


def card(removal: Removal) -> Post:
    wants = (
        f"You asked to remove the source {removal.source}. Its {removal.documents:,} documents are then found no more, from "
        "that moment on, and what was stored of them is cleared away. Nothing changes at the source itself. It cannot be "
        f"taken back: to have it again, it is added at the shell, with its credentials, and read anew. This card is good "
        f"until {moment(removal.expires_at)}."
    )
    shown = post([told(wants)])
    pressed = (("removal:confirm", "Remove it", "danger"), ("removal:keep", "Keep it", None))
    return Post(shown.text, (*shown.blocks, buttons(removal.id, pressed)))


def _decided(removal: Removal) -> Sequence[Part]:
    return [told(_OUTCOMES[removal.state].format(source=removal.source))]
